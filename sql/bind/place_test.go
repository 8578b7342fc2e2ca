package bind_test

import (
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/fixture"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/bind"
)

// The names that mean the same as the one at the cursor are those in brackets.
func TestOccurrences(t *testing.T) {
	c := catalog(t, 18)
	for _, marked := range []string{
		`select [o<|>].id, [o].total from orders [o] where [o].note = 'o'`,
		`select o.[id<|>], c.id, [id] from orders o join customers c on true where o.[id] = 1`,
		`with [w<|>] as (select 1 as a) select [w].a from [w]`,
		`with w as (select 1 as [a<|>]) select [a], w.[a] from w order by 1`,
		`select id as [x<|>] from orders order by [x]`,
		`select * from [orders<|>] where [orders].id = (select max(id) from [orders])`,
		`select [sum<|>](id), [sum](id), sum(total) from orders`,
		`select sum(id) over [w<|>] from orders window [w] as (order by id)`,
		`do $$ declare [n<|>] int := 1; m int; begin [n] := [n] + m; perform * from orders where id = [n]; end $$`,
		`do $$ declare n int; begin declare [n<|>] int; begin [n] := 1; end; n := 2; end $$`,
		`create function f([a<|>] int) returns int language sql begin atomic select [a] + 1; end`,
		`insert into orders ([id<|>], total) values (1, 2) on conflict ([id]) do update set total = excluded.[id]`,
	} {
		t.Run(marked, func(t *testing.T) {
			src, offset := fixture.Cursor(t, strings.NewReplacer("[", "", "]", "").Replace(marked))
			place, ok := bind.At(sql.New(src), offset, c)
			if !ok {
				t.Fatal("no statement")
			}
			symbol, ok := place.Symbol(place.Inside(offset))
			if !ok {
				t.Fatal("no symbol")
			}
			got, last := "", 0
			for _, o := range place.Occurrences(symbol) {
				span := place.Outside(o.Span)
				got += src[last:span.Start] + "[" + src[span.Start:span.End] + "]"
				last = span.End
			}
			got += src[last:]
			if want := strings.Replace(marked, "<|>", "", 1); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}
