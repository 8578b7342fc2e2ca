package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/lsp/lspclient"
)

// sizes are the numbers of tables, of 12 columns each, that typing is measured over.
var sizes = []int{50, 1_000, 10_000, 50_000}

// tables makes a database with so many tables and gives its URL.
func (b *bench) tables(count int) (string, error) {
	name := fmt.Sprintf("bench_%d", count)
	conn, err := pgx.Connect(b.ctx, b.url)
	if err != nil {
		return "", err
	}
	_, err = conn.Exec(b.ctx, "create database "+name)
	if err := errors.Join(err, conn.Close(b.ctx)); err != nil {
		return "", err
	}
	to, err := url.Parse(b.url)
	if err != nil {
		return "", err
	}
	to.Path = "/" + name
	if conn, err = pgx.Connect(b.ctx, to.String()); err != nil {
		return "", err
	}
	// In pieces, since a transaction has locks for so many tables only.
	for first := 1; first <= count && err == nil; first += 500 {
		_, err = conn.Exec(b.ctx, fmt.Sprintf(`do $$ begin for i in %d .. %d loop
			execute format('create table table_%%s (id int, parent_id int, c1 text, c2 text, c3 numeric(10,2), c4 timestamptz, c5 boolean, c6 jsonb, c7 int[], c8 date, c9 varchar(20), c10 bigint)', to_char(i, 'FM00000'));
			end loop; end $$`, first, min(first+499, count)))
	}
	return to.String(), errors.Join(err, conn.Close(b.ctx))
}

// overSizes types over databases of several sizes, in a small file and in a large
// one, and starts over a warm disk cache.
func (b *bench) overSizes() error {
	small := *b
	for _, count := range sizes {
		address, err := b.tables(count)
		if err != nil {
			return err
		}
		small.url = address
		fmt.Printf("\n%d tables × 12 columns\n", count)
		for _, lines := range []int{10, 10_000} {
			if err := small.typeOver(lines); err != nil {
				return err
			}
		}
		if err := small.warmStart(); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) typeOver(lines int) error {
	const typed = "select t.c1, u.c2 from table_00007 t join table_00008 u on u.parent_id = t.id where t.c3 > 1 and u.c5 order by t.c1"
	c, err := b.start()
	if err != nil {
		return err
	}
	before := strings.Repeat("select id, c1 from table_00001 where id = 42;\n", lines)
	if err := c.Open(uri, "sql", before); err != nil {
		return err
	}
	if err := c.ExecuteCommand(b.ctx, "tusk.schema.refresh", nil); err != nil {
		return err
	}
	var times []time.Duration
	for range 3 {
		for i := range len(typed) {
			at := len(before) + i
			began := time.Now()
			if _, err := c.Replace(uri, at, at, typed[i:i+1]); err != nil {
				return err
			}
			if _, err := c.Completion(b.ctx, uri, at+1); err != nil {
				return err
			}
			times = append(times, time.Since(began))
		}
		if _, err := c.Replace(uri, len(before), len(before)+len(typed), ""); err != nil {
			return err
		}
	}
	report(fmt.Sprintf("keystroke → completion, file of %d lines", lines), times)
	if err := b.ask(c, before, typed); err != nil {
		return err
	}
	fmt.Printf("%-44s %8.1f MB\n", "resident", float64(residentKB(c.PID()))/1024)
	return b.end(c)
}

// ask asks for what stands at each place of a statement.
func (b *bench) ask(c *lspclient.Client, before, typed string) error {
	if _, err := c.Replace(uri, len(before), len(before), typed); err != nil {
		return err
	}
	for _, method := range []string{"textDocument/hover", "textDocument/definition", "textDocument/signatureHelp"} {
		var times []time.Duration
		for i := range len(typed) {
			params := map[string]any{"textDocument": map[string]any{"uri": uri}, "position": c.Position(uri, len(before)+i)}
			began := time.Now()
			if err := c.Request(b.ctx, method, params, new(any)); err != nil {
				return err
			}
			times = append(times, time.Since(began))
		}
		report(strings.TrimPrefix(method, "textDocument/"), times)
	}
	return nil
}

// warmStart starts processes that find the catalog in the disk cache.
func (b *bench) warmStart() error {
	var times []time.Duration
	for range starts {
		began := time.Now()
		c, err := b.start()
		if err != nil {
			return err
		}
		const text = "select t. from table_00007 t"
		if err := c.Open(uri, "sql", text); err != nil {
			return err
		}
		for offered := 0; offered == 0; {
			list, err := c.Completion(b.ctx, uri, len("select t."))
			if err != nil {
				return err
			}
			offered = len(list.Items)
		}
		times = append(times, time.Since(began))
		if err := b.end(c); err != nil {
			return err
		}
	}
	report("process start → first column, warm cache", times)
	return nil
}
