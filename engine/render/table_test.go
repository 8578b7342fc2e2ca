package render_test

import (
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/render"
)

const (
	int4    = 23
	textOID = 25
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
	two := []tusk.ColumnInfo{{Name: "id", TypeOID: int4}, {Name: "name", TypeOID: textOID}}
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
