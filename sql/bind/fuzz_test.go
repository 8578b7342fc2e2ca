package bind_test

import (
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/bind"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// visit asks all there is to ask of a text.
func visit(t testing.TB, src string, offset int) {
	c := catalog(t, 18)
	place, ok := bind.At(sql.New(src), min(max(offset, 0), len(src)), c)
	if !ok {
		return
	}
	at := place.Inside(offset)
	if symbol, ok := place.Symbol(at); ok {
		place.Occurrences(symbol)
		place.Defined(symbol)
		place.References(sql.New(src), symbol)
	}
	seen := place.Visible(at)
	for range seen.Columns() {
	}
	for range seen.Items() {
	}
	for range seen.CommonTables() {
	}
	for range seen.Variables() {
	}
	seen.Outputs()
	seen.Target()
}

func FuzzAt(f *testing.F) {
	for _, src := range []string{
		`with recursive t(n) as (select 1 union all select n + 1 from t) select t.*, (row(1,2)).f1 from t join orders using (id)`,
		`insert into orders (id, data['x']) values (1, 2) on conflict (id) do update set (id, total) = (select 1, 2) returning old.*, new`,
		`merge into orders o using customers c on true when matched then update set total = 1 when not matched then insert values (1)`,
		`do $$ <<b>> declare n int; r record; begin for r in select * from orders loop n := b.n + r.id; end loop; end $$`,
		`select x.*, y from rows from (generate_series(1, 2), unnest(array[1], array[2])) with ordinality x(y), lateral (values (x.y)) z`,
		`create function f(a int, out b customers) language sql as 'select a, f.a, $1'`,
	} {
		f.Add(src, len(src)/2)
	}
	f.Fuzz(func(t *testing.T, src string, offset int) { visit(t, src, offset) })
}

// Cut anywhere, no statement of the regression SQL makes a panic.
func TestCutStatements(t *testing.T) {
	c := catalog(t, 18)
	every := 0
	for _, f := range corpus.Files(t) {
		for _, st := range sql.New(f.Text).Statements() {
			every++
			tokens := st.Tokens()
			if st.Kind != sql.SQL || every%23 != 0 || len(tokens) > 300 {
				continue
			}
			for _, cut := range []int{len(tokens) / 3, len(tokens) / 2, len(tokens) - 1} {
				for _, part := range [][2]int{{0, cut}, {cut, len(tokens)}} {
					bound := bind.Of(tree.Parse(f.Text, tokens[part[0]:part[1]]), bind.Scope{Catalog: c})
					for _, p := range bound.Problems() {
						if p.Span.Start < 0 || p.Span.End > len(f.Text) || p.Message == "" {
							t.Errorf("%+v", p)
						}
					}
				}
			}
		}
	}
}
