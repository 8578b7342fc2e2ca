package render_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/describe"
	"github.com/tusk-lsp/tusk-lsp/engine/render"
	"github.com/tusk-lsp/tusk-lsp/internal/peers"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// modes are what is compared: our function, and what makes psql print so.
var modes = []struct {
	name   string
	write  func(io.Writer, *tusk.QueryResult, tusk.Rows) error
	option string
}{
	{"table", render.Table, "expanded=off"},
	{"expanded", render.Expanded, "expanded=on"},
}

var queries = []string{
	`SELECT 1 AS one, 'x' AS "a longer name"`,
	`SELECT n, repeat('é', n) AS accents, repeat('漢', n) AS wide, repeat(E'e\u0301', n) AS combining, repeat('😀', n) AS emoji FROM generate_series(0, 9) n`,
	`SELECT E'two\nlines' AS a, 12.5 AS b, E'tab\there' AS c, E'bell\x07 return\r' AS d`,
	`SELECT E'12345678\ta\t\tb' AS tabs, E'漢\té\t' AS "after wide", E'\t' AS only, E'a\u0085b\u007f' AS control, E'\r\n' AS crlf`,
	"SELECT 'x' AS \"head\nof two\", 1 AS n, E'\\n\\nlate' AS c",
	"SELECT 1 AS \"a\n\n\nb\", 'x' AS \"\t\", 'y' AS \" \"",
	`SELECT E'a\nb' AS n, 1 AS m UNION ALL SELECT 'c', 22`,
	`SELECT 1 AS m, E'a\nb' AS n, E'\n' AS o UNION ALL SELECT 22, 'c', '' UNION ALL SELECT null, null, null`,
	`SELECT NULL::text AS n, '' AS empty, NULL::int AS "nothing of a number", '<null>' AS said`,
	`SELECT NULL::text AS n WHERE false`,
	`SELECT 1 AS a, 2 AS "a", 3 AS "?column?" WHERE false`,
	`SELECT FROM generate_series(1, 3)`,
	`SELECT FROM generate_series(1, 1)`,
	`SELECT 1 AS x FROM generate_series(1, 12)`,
	`SELECT n AS x, E'a\nb' AS y FROM generate_series(99, 101) n`,
	`SELECT 1::int2, 1::int4, 1::int8, 1::oid, '1'::xid, '1'::cid, '1'::xid8, 1.5::real, 1.5::float8, 1.50, '$1.00'::money, true,
		'0/1'::pg_lsn, DATE '2024-02-29', ARRAY[1,2], 'pg_class'::regclass, '{"a":1}'::jsonb, 'a'::"char", INTERVAL '1 day'`,
	`SELECT 1::int8 AS " wide number " UNION ALL SELECT -9223372036854775808`,
	`SELECT repeat('x', 3000) AS long, 1 AS n`,
	`SELECT 'a' AS "a very long name of a column that is wider than a row's rule"`,
}

// TestPrintsAsPsql compares with psql byte by byte.
func TestPrintsAsPsql(t *testing.T) {
	p := newPsql(t)
	all := append(queries, random(60)...)
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			conn := p.db.Conn(t).PgConn()
			for _, title := range []string{"", "short", "A title that is wider than a narrow table, 漢字 too"} {
				printed := p.prints(t, m.option, title, all)
				for i, sql := range all {
					r, err := read(conn.ExecParams(t.Context(), sql, nil, nil, nil, nil))
					if err != nil {
						t.Fatalf("%s: %v", sql, err)
					}
					r.Title = title
					if got := text(t, m.write, r); got != printed[i] {
						t.Errorf("%s\ngot\n%s\npsql prints\n%s", sql, got, printed[i])
					}
				}
			}
		})
	}
}

// random makes queries of what makes tables crooked.
func random(n int) (all []string) {
	r := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"", "a", "word ", " ", `\n`, `\n`, `\t`, `\r`, "漢", `e\u0301`, "😀", `\x01`, `\u009f`, "12"}
	value := func() string {
		var s strings.Builder
		for range r.IntN(6) {
			s.WriteString(pieces[r.IntN(len(pieces))])
		}
		return "E'" + s.String() + "'"
	}
	name := func() string {
		return `"` + strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\r`, "\r", `\x01`, "\x01", `\u009f`, "\u009f", `\u0301`, "\u0301").
			Replace(strings.Trim(value(), "E'")) + `."`
	}
	for range n {
		columns, rows := 1+r.IntN(4), 1+r.IntN(12)
		names, lines := make([]string, columns), make([]string, rows)
		for i := range names {
			names[i] = name()
		}
		for i := range lines {
			cells := make([]string, columns)
			for j := range cells {
				switch {
				case j == 1:
					cells[j] = fmt.Sprint(r.IntN(100_000))
				case r.IntN(8) == 0:
					cells[j] = "NULL"
				default:
					cells[j] = value()
				}
			}
			lines[i] = "(" + strings.Join(cells, ", ") + ")"
		}
		all = append(all, fmt.Sprintf("SELECT * FROM (VALUES %s) AS v(%s)", strings.Join(lines, ", "), strings.Join(names, ", ")))
	}
	return all
}

// TestCommandsPrintAsPsql compares results with titles and footers.
func TestCommandsPrintAsPsql(t *testing.T) {
	p := newPsql(t,
		`create table customer (id int primary key, name text not null default '漢' check (name <> ''))`,
		`create table "order" (id int generated always as identity, customer int references customer, primary key (id))`,
		`create table plain (a int, "two
lines" text)`,
		`create view everything as select * from customer`,
		`create index on customer (name)`,
		`create schema other`, `comment on schema other is 'several
lines'`,
	)
	commands := []struct {
		text    string
		request describe.Request
	}{
		{`\d customer`, describe.Request{Name: "d", Pattern: "customer"}},
		{`\d "order"`, describe.Request{Name: "d", Pattern: `"order"`}},
		{`\d plain`, describe.Request{Name: "d", Pattern: "plain"}},
		{`\d+ everything`, describe.Request{Name: "d", Verbose: true, Pattern: "everything"}},
		{`\d customer_pkey`, describe.Request{Name: "d", Pattern: "customer_pkey"}},
		{`\dn+ other`, describe.Request{Name: "dn", Verbose: true, Pattern: "other"}},
		{`\dn none`, describe.Request{Name: "dn", Pattern: "none"}},
		{`\dn`, describe.Request{Name: "dn"}},
		{`\db`, describe.Request{Name: "db"}},
	}
	var texts []string
	for _, c := range commands {
		texts = append(texts, c.text)
	}
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			printed := p.prints(t, m.option, "", texts)
			for i, c := range commands {
				results, err := describe.Run(t.Context(), p.query(t), p.db.Server.Major, c.request)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range results {
					write := m.write
					if r.Footers != nil {
						write = render.Table // psql never prints the description of one relation expanded
					}
					if got := text(t, write, r); got != printed[i] {
						t.Errorf("%s\ngot\n%s\npsql prints\n%s", c.text, got, printed[i])
					}
				}
			}
		})
	}
}

// text is what psql would print: with an empty line in the end.
func text(t *testing.T, write func(io.Writer, *tusk.QueryResult, tusk.Rows) error, r *tusk.QueryResult) string {
	t.Helper()
	var out strings.Builder
	if err := write(&out, r, render.Window(r)); err != nil {
		t.Fatal(err)
	}
	return out.String() + "\n"
}

type psql struct {
	program string
	db      *pgtest.Database
}

func newPsql(t *testing.T, setup ...string) *psql {
	t.Helper()
	return &psql{peers.Command(t, "psql"), pgtest.New(t).Database(t, setup...)}
}

// prints gives what psql prints of each of the queries or commands.
func (p *psql) prints(t *testing.T, option, title string, inputs []string) []string {
	t.Helper()
	const end = "(the end of this one)"
	var script strings.Builder
	for _, input := range inputs {
		if !strings.HasPrefix(input, `\`) {
			input += ";"
		}
		fmt.Fprintf(&script, "%s\n\\echo %s\n", input, end)
	}
	titled := "title"
	if title != "" {
		titled += "=" + title
	}
	cmd := exec.CommandContext(t.Context(), p.program, "--no-psqlrc", "--quiet", "--dbname", p.db.URL(), "--file", "-",
		"--pset", "null="+render.Null, "--pset", option, "--pset", titled)
	cmd.Env = append(cmd.Environ(), "PGCLIENTENCODING=UTF8", "LC_ALL=C")
	cmd.Stdin = strings.NewReader(script.String())
	var messages strings.Builder
	cmd.Stderr = &messages
	out, err := cmd.Output()
	printed := strings.Split(string(out), end+"\n")
	if err != nil || messages.Len() > 0 || len(printed) != len(inputs)+1 {
		t.Fatalf("psql: %v, %d of %d\n%s", err, len(printed)-1, len(inputs), &messages)
	}
	return printed
}

// query gives what package describe asks with.
func (p *psql) query(t *testing.T) describe.Query {
	conn := p.db.Conn(t).PgConn()
	return func(ctx context.Context, sql string, args ...string) ([]tusk.ColumnInfo, [][]tusk.Value, error) {
		values := make([][]byte, len(args))
		for i, arg := range args {
			values[i] = []byte(arg)
		}
		r, err := read(conn.ExecParams(ctx, sql, values, nil, nil, nil))
		return r.Columns, r.Rows, err
	}
}

// read takes a result up with pgx alone: this package knows no engine.
func read(reader *pgconn.ResultReader) (*tusk.QueryResult, error) {
	r := &tusk.QueryResult{}
	for _, f := range reader.FieldDescriptions() {
		r.Columns = append(r.Columns, tusk.ColumnInfo{Name: f.Name, TypeOID: f.DataTypeOID})
	}
	for reader.NextRow() {
		values := make([]tusk.Value, len(reader.Values()))
		for i, v := range reader.Values() {
			if v != nil {
				values[i] = value(string(v))
			}
		}
		r.Rows = append(r.Rows, values)
	}
	_, err := reader.Close()
	return r, err
}
