// Command bench measures the whole server as an editor meets it: the real
// binary over its stdio, on a scratch PostgreSQL with the sample database.
//
//	make bench
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/engine/scratch"
	"github.com/tusk-lsp/tusk-lsp/engine/scratch/sample"
	"github.com/tusk-lsp/tusk-lsp/lsp/lspclient"
)

const (
	binary = "bin/tusk-lsp"
	uri    = "file:///bench/bench.sql"
	starts = 15 // processes started for each figure of the start
	cancel = 50 // queries cancelled
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	server, err := scratch.Start(ctx, scratch.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop(context.WithoutCancel(ctx))) }()
	conn, err := pgx.Connect(ctx, server.URL("postgres"))
	if err != nil {
		return err
	}
	if err := errors.Join(sample.Load(ctx, conn), conn.Close(ctx)); err != nil {
		return err
	}
	data, err := os.MkdirTemp("", "tusk-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	fmt.Printf("%s/%s, %d cores, %s memory, %s\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), memory(), server)
	b := &bench{ctx: ctx, url: server.URL("postgres"), data: data}
	for _, measure := range []func() error{b.initialize, b.firstCompletion, b.typing, b.overSizes, b.million, b.cancel} {
		if err := measure(); err != nil {
			return err
		}
	}
	return nil
}

type bench struct {
	ctx       context.Context // the life of the run
	url, data string
}

// start starts a process and opens its session.
func (b *bench) start() (*lspclient.Client, error) {
	env := append(os.Environ(), "DATABASE_URL="+b.url, "TUSK_KEYRING_DISABLED=a benchmark")
	c, err := lspclient.StartProcess(b.ctx, binary, []string{"--data-dir", b.data, "--log-level", "warn"}, env, lspclient.Options{})
	if err != nil {
		return nil, err
	}
	if _, err := c.Initialize(b.ctx); err != nil {
		return nil, errors.Join(err, c.Kill())
	}
	return c, nil
}

// end ends the session and waits for the process.
func (b *bench) end(c *lspclient.Client) error {
	err := c.Shutdown(b.ctx)
	err = errors.Join(err, c.Exit())
	_, waitErr := c.Wait(b.ctx)
	return errors.Join(err, waitErr, c.Kill())
}

func (b *bench) initialize() error {
	var times []time.Duration
	var resident []int
	for range starts {
		began := time.Now()
		c, err := b.start()
		if err != nil {
			return err
		}
		times = append(times, time.Since(began))
		resident = append(resident, residentKB(c.PID()))
		if err := b.end(c); err != nil {
			return err
		}
	}
	report("process start → initialize answer", times)
	slices.Sort(resident)
	fmt.Printf("%-44s %8.1f MB\n", "resident after initialize, median", float64(resident[len(resident)/2])/1024)
	return nil
}

// firstCompletion waits until the columns of a table of the database are
// offered, asking as an editor does that shows a list.
func (b *bench) firstCompletion() error {
	const text = "select o. from shop.orders o"
	var times []time.Duration
	for range starts {
		began := time.Now()
		c, err := b.start()
		if err != nil {
			return err
		}
		if err := c.Open(uri, "sql", text); err != nil {
			return err
		}
		for offered := 0; offered == 0; {
			list, err := c.Completion(b.ctx, uri, len("select o."))
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
	report("process start → first column offered", times)
	return nil
}

// typing types a statement character by character and asks for completions
// after each, in a small file and in one of 10,000 lines.
func (b *bench) typing() error {
	const typed = "select c.name, o.status from shop.customer c join shop.orders o on o.customer_id = c.id where o.status = 'placed' order by c.name"
	for _, lines := range []int{10, 10_000} {
		c, err := b.start()
		if err != nil {
			return err
		}
		before := strings.Repeat("select id, name from shop.customer where id = 42;\n", lines)
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
		fmt.Printf("%-44s %8.1f MB\n", "resident", float64(residentKB(c.PID()))/1024)
		if err := b.end(c); err != nil {
			return err
		}
	}
	return nil
}

// million runs a statement of a million rows, which go to the spool, and fetches
// windows of them.
func (b *bench) million() error {
	c, err := b.start()
	if err != nil {
		return err
	}
	before := residentKB(c.PID())
	const query = `select n, n * 2.5, 'row ' || n, md5(n::text), now(), n % 2 = 0, n % 100, repeat('x', 20) from generate_series(1, 1000000) n`
	if err := c.Open(uri, "sql", query); err != nil {
		return err
	}
	began := time.Now()
	if err := c.ExecuteCommand(b.ctx, "tusk.execute", nil, map[string]any{"uri": uri, "maxRows": -1, "wait": true}); err != nil {
		return err
	}
	fmt.Printf("%-44s %8.2f s\n", "1,000,000 rows × 8 columns → their answer", time.Since(began).Seconds())
	var times []time.Duration
	for n := range 100 {
		began := time.Now()
		if err := c.ExecuteCommand(b.ctx, "tusk.result.fetch", nil, map[string]any{"offset": n * 9999, "limit": 100}); err != nil {
			return err
		}
		times = append(times, time.Since(began))
	}
	report("a window of 100 of them", times)
	fmt.Printf("%-44s %8.1f MB\n", "resident growth", float64(residentKB(c.PID())-before)/1024)
	return b.end(c)
}

func (b *bench) cancel() error {
	c, err := b.start()
	if err != nil {
		return err
	}
	if err := c.Open(uri, "sql", "select pg_sleep(600)"); err != nil {
		return err
	}
	var times []time.Duration
	for range cancel {
		pending, err := c.Send("workspace/executeCommand", map[string]any{
			"command": "tusk.execute", "arguments": []any{map[string]any{"uri": uri, "wait": true}},
		})
		if err != nil {
			return err
		}
		var running []json.RawMessage
		for len(running) == 0 {
			if err := c.ExecuteCommand(b.ctx, "tusk.query.list", &running); err != nil {
				return err
			}
		}
		began := time.Now()
		if err := c.ExecuteCommand(b.ctx, "tusk.query.cancel", nil); err != nil {
			return err
		}
		if err := pending.Await(b.ctx, nil); err != nil {
			return err
		}
		times = append(times, time.Since(began))
	}
	report("cancel of a running query → its answer", times)
	return b.end(c)
}

func report(what string, times []time.Duration) {
	slices.Sort(times)
	at := func(share float64) float64 {
		return float64(times[min(len(times)-1, int(share*float64(len(times))))].Microseconds()) / 1000
	}
	fmt.Printf("%-44s p50 %7.2f ms  p95 %7.2f ms  p99 %7.2f ms  (%d)\n", what, at(0.50), at(0.95), at(0.99), len(times))
}

// residentKB is the resident memory of a process, 0 where the system has no
// /proc.
func residentKB(pid int) int {
	return field(filepath.Join("/proc", strconv.Itoa(pid), "status"), "VmRSS:")
}

func memory() string {
	kb := field("/proc/meminfo", "MemTotal:")
	if kb == 0 {
		return "unknown"
	}
	return fmt.Sprintf("%d GB", (kb+1<<19)>>20)
}

// field reads a number from a file of /proc; one that is not there is 0.
func field(path, name string) int {
	file, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if words := strings.Fields(lines.Text()); len(words) > 1 && words[0] == name {
			n, err := strconv.Atoi(words[1])
			if err != nil {
				return 0
			}
			return n
		}
	}
	return 0
}
