package export_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/export"
	"github.com/tusk-lsp/tusk-lsp/internal/peers"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// write exports a result that must be whole.
func write(t testing.TB, o export.Options, columns []tusk.ColumnInfo, rows [][][]byte) string {
	t.Helper()
	var out bytes.Buffer
	n, err := export.Write(t.Context(), &out, o, columns, sequence(rows))
	if err != nil {
		t.Fatalf("%s: %v", o.Format, err)
	}
	if n != int64(len(rows)) {
		t.Fatalf("%s: %d rows are said to be written of %d", o.Format, n, len(rows))
	}
	return out.String()
}

// TestLoadsBack shows that a server reads the same values from a file as were in
// its table, of every built-in type.
func TestLoadsBack(t *testing.T) {
	psql := peers.Command(t, "psql")
	script := func(before string) func(*testing.T, *pgtest.Database, string) {
		return func(t *testing.T, db *pgtest.Database, file string) {
			run(t, psql, db, before+file)
		}
	}
	data := func(sql string) func(*testing.T, *pgtest.Database, string) {
		return func(t *testing.T, db *pgtest.Database, file string) {
			if _, err := db.Conn(t).PgConn().CopyFrom(t.Context(), strings.NewReader(file), sql); err != nil {
				t.Fatal(err)
			}
		}
	}
	const populate = "insert into loaded select * from json_populate_recordset(null::loaded, $1)"
	document := func(t *testing.T, db *pgtest.Database, file string) {
		if _, err := db.Conn(t).Exec(t.Context(), populate, file); err != nil {
			t.Fatal(err)
		}
	}
	lines := func(t *testing.T, db *pgtest.Database, file string) {
		document(t, db, "["+strings.ReplaceAll(strings.TrimSuffix(file, "\n"), "\n", ",")+"]")
	}
	tests := []struct {
		name    string
		options export.Options
		load    func(t *testing.T, db *pgtest.Database, file string)
	}{
		{"csv", export.Options{Format: export.CSV, Header: true}, data("COPY loaded FROM STDIN (FORMAT csv, HEADER)")},
		{"tsv", export.Options{Format: export.TSV, Null: `\N`}, data("COPY loaded FROM STDIN")},
		{"json", export.Options{Format: export.JSON}, document},
		{"jsonl", export.Options{Format: export.JSONLines}, lines},
		{"copy", export.Options{Format: export.Copy, Table: "loaded"}, script("")},
		{"insert", export.Options{Format: export.Insert, Table: "public.loaded"}, script("")},
		{"insert by old rules", export.Options{Format: export.Insert, Table: "loaded"},
			script("set escape_string_warning = off; set standard_conforming_strings = off;\n")},
	}
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := original(t, s, everyControl()...)
		columns, rows := query(t, db, "select * from original order by id")
		_, want := query(t, db, "select original::text from original order by id")
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				db.Exec(t, "truncate loaded")
				test.load(t, db, write(t, test.options, columns, rows))
				_, got := query(t, db, "select loaded::text from loaded order by id")
				compare(t, got, want)
			})
		}
	})
}

func compare(t *testing.T, got, want [][][]byte) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("got %d rows, want %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if g, w := got[i][0], want[i][0]; !bytes.Equal(g, w) {
			at := 0
			for at < min(len(g), len(w)) && g[at] == w[at] {
				at++
			}
			from := max(0, at-40)
			t.Errorf("row %d\ngot  …%.200q\nwant …%.200q", i+1, g[from:], w[from:])
		}
	}
}

// run runs a script with psql.
func run(t *testing.T, psql string, db *pgtest.Database, script string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), psql, "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", db.URL(), "--file", "-")
	cmd.Env = append(cmd.Environ(), "PGCLIENTENCODING=UTF8")
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("psql: %v\n%.2000s", err, out)
	}
}

// TestCSVIsTheServers compares with COPY … TO byte by byte.
func TestCSVIsTheServers(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := original(t, s, everyControl()...)
		for _, query := range []string{
			"select * from original order by id",
			"select c3 from original order by id", // a single column has rules of its own
			`select 1 as "a,b", 2 as "say ""x""", 3 as " ", 4 as "\.", 5 as "two` + "\n" + `lines", 6 as "NULL"`,
			`select 1 as "\."`,
			"select 1 as a where false",
		} {
			for _, null := range []string{"", "NULL", " ", `\N`} {
				for _, header := range []bool{false, true} {
					compareCSV(t, db, query, export.Options{Format: export.CSV, Null: null, Header: header})
				}
			}
		}
	})
}

func compareCSV(t *testing.T, db *pgtest.Database, sql string, o export.Options) {
	t.Helper()
	var want bytes.Buffer
	copied := fmt.Sprintf("COPY (%s) TO STDOUT (FORMAT csv, HEADER %t, NULL %s)", sql, o.Header, literal(o.Null))
	if _, err := db.Conn(t).PgConn().CopyTo(t.Context(), &want, copied); err != nil {
		t.Fatal(err)
	}
	columns, rows := query(t, db, sql)
	if got := write(t, o, columns, rows); got != want.String() {
		at := 0
		for at < min(len(got), want.Len()) && got[at] == want.Bytes()[at] {
			at++
		}
		from := max(0, at-40)
		t.Errorf("%s\ngot  …%.200q\nwant …%.200q", copied, got[from:], want.String()[from:])
	}
}
