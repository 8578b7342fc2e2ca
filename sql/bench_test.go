package sql_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// script is a file of some n lines as people write them.
func script(lines int) string {
	const statement = `-- the orders of a customer
select o.id, o.placed_at, sum(l.quantity * l.price) as total
from shop.orders o join shop.order_lines l on l.order_id = o.id
where o.customer_id = 42 and o.note <> 'it''s; paid'
group by o.id
order by total desc;

`
	return strings.Repeat(statement, lines/strings.Count(statement, "\n"))
}

func TestALargeFileOpensAndIsEdited(t *testing.T) {
	src := script(700_000)
	start := time.Now()
	f := sql.New(src)
	opened := time.Since(start)
	start = time.Now()
	f = f.Edit(text.Edit{Span: text.Span{Start: len(src) / 2, End: len(src) / 2}, Text: "x"})
	t.Logf("%d MB with %d statements: opened in %v, edited in %v", len(src)>>20, len(f.Statements()), opened, time.Since(start))
	if want := 100_000; len(f.Statements()) != want {
		t.Errorf("%d statements, want %d", len(f.Statements()), want)
	}
}

// BenchmarkNew splits the regression SQL.
func BenchmarkNew(b *testing.B) {
	src := corpus.Text(b)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		sql.New(src)
	}
}

// BenchmarkEdit types a letter in the middle of 10,000 lines, and of the
// statement that is there.
func BenchmarkEdit(b *testing.B) { benchmarkEdit(b, "x") }

// BenchmarkEditQuote types a quote there, which turns what follows inside out.
func BenchmarkEditQuote(b *testing.B) { benchmarkEdit(b, "'") }

func benchmarkEdit(b *testing.B, typed string) {
	src := script(10_000)
	f := sql.New(src)
	at := len(src)/2 + strings.Index(src[len(src)/2:], "o.placed_at")
	e := text.Edit{Span: text.Span{Start: at, End: at}, Text: typed}
	for b.Loop() {
		f.Edit(e)
	}
}
