package render_test

import (
	"os/exec"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/render"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

const (
	int4 = 23
	text = 25
)

func value(s string) tusk.Value { return &s }

func table(t *testing.T, r *tusk.QueryResult) string {
	t.Helper()
	var out strings.Builder
	if err := render.Table(&out, r, render.Window(r)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTable(t *testing.T) {
	two := []tusk.ColumnInfo{{Name: "id", TypeOID: int4}, {Name: "name", TypeOID: text}}
	tests := []struct {
		name   string
		result tusk.QueryResult
		want   string
	}{
		{
			name:   "numbers stand right, NULL reads apart from an empty string",
			result: tusk.QueryResult{Columns: two, Rows: [][]tusk.Value{{value("1"), nil}, {value("1000"), value("")}}},
			want: `
  id  |  name  
------+--------
    1 | <null>
 1000 | 
(2 rows)
`,
		},
		{
			name:   "wide characters take two columns",
			result: tusk.QueryResult{Columns: two, Rows: [][]tusk.Value{{value("1"), value("東京")}, {value("2"), value("Ulm")}}},
			want: `
 id | name 
----+------
  1 | 東京
  2 | Ulm
(2 rows)
`,
		},
		{
			name:   "a cell of several lines continues with a plus",
			result: tusk.QueryResult{Columns: two, Rows: [][]tusk.Value{{value("1"), value("a\nbcdef")}}},
			want: `
 id | name  
----+-------
  1 | a    +
    | bcdef
(1 row)
`,
		},
		{
			name:   "a cut result says so",
			result: tusk.QueryResult{Columns: two, Truncated: true, Rows: [][]tusk.Value{{value("1"), value("a")}}},
			want: `
 id | name 
----+------
  1 | a
(first 1 row; there are more)
`,
		},
		{
			name:   "no columns",
			result: tusk.QueryResult{CommandTag: "CREATE TABLE"},
			want:   "\nCREATE TABLE\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, want := table(t, &test.result), strings.TrimPrefix(test.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// psql itself is the oracle of its own format.
func TestTableAgreesWithPsql(t *testing.T) {
	psql, err := exec.LookPath("psql")
	if err != nil {
		t.Skip("psql is not installed")
	}
	db := pgtest.New(t).Database(t)
	for _, sql := range []string{
		`SELECT 1 AS one, 'x' AS "a longer name"`,
		`SELECT n, repeat('é', n) AS accents, repeat('漢', n) AS wide FROM generate_series(0, 9) n`,
		`SELECT E'two\nlines' AS a, 12.5 AS b, E'tab\there' AS c, E'bell\x07 return\r' AS d`,
		`SELECT 'x' AS "head` + "\n" + `of two", 1 AS n, E'\n\nlate' AS c`,
		`SELECT E'a\nb' AS n, 1 AS m UNION ALL SELECT 'c', 22`,
		`SELECT NULL::text AS n WHERE false`,
	} {
		cmd := exec.Command(psql, "--no-psqlrc", "--pset", "null="+render.Null, "--dbname", db.URL(), "--command", sql)
		want, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("psql: %v\n%s", err, want)
		}
		got := table(t, query(t, db, sql)) + "\n"
		if got != string(want) {
			t.Errorf("%s\ngot\n%s\npsql prints\n%s", sql, got, want)
		}
	}
}

// query runs sql with pgx alone: this package knows no engine.
func query(t *testing.T, db *pgtest.Database, sql string) *tusk.QueryResult {
	t.Helper()
	reader := db.Conn(t).PgConn().ExecParams(t.Context(), sql, nil, nil, nil, nil)
	result := &tusk.QueryResult{}
	for _, f := range reader.FieldDescriptions() {
		result.Columns = append(result.Columns, tusk.ColumnInfo{Name: f.Name, TypeOID: f.DataTypeOID})
	}
	for reader.NextRow() {
		values := make([]tusk.Value, len(reader.Values()))
		for i, v := range reader.Values() {
			if v != nil {
				values[i] = value(string(v))
			}
		}
		result.Rows = append(result.Rows, values)
	}
	if _, err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	return result
}
