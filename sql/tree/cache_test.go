package tree_test

import (
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// TestEditCostsItsStatement edits the first statement of a file: the trees of the
// others stay the same ones though they have moved.
func TestEditCostsItsStatement(t *testing.T) {
	cache := tree.NewCache()
	src := "SELECT a FROM t;\n-- über\nSELECT b FROM u;\nSELECT c\n  FROM v;\n"
	before := sql.New(src)
	after := before.Edit(text.Edit{Span: text.Span{Start: 7, End: 8}, Text: "count(*) AS n"})
	statements, moved := before.Statements(), after.Statements()
	for i := range statements {
		old, now := cache.Of(statements[i], before.Text()), cache.Of(moved[i], after.Text())
		if same := old == now; same != (i > 0) {
			t.Errorf("statement %d: the tree is the same one: %t", i, same)
		}
		relation := now.Statement()
		for n := range now.Root().All(tree.RangeVar) {
			relation = n
		}
		span := relation.Span().Shift(moved[i].Outer.Start)
		if got, want := span.Of(after.Text()), []string{"t", "u", "v"}[i]; got != want {
			t.Errorf("statement %d reads %q, not %q", i, got, want)
		}
	}
}

func TestCacheIsBounded(t *testing.T) {
	cache := tree.NewCache()
	first := sql.New("SELECT 1")
	kept := cache.Of(first.Statements()[0], first.Text())
	for i := range 60 {
		large := sql.New("SELECT '" + strings.Repeat("x", 100_000+i) + "'")
		cache.Of(large.Statements()[0], large.Text())
	}
	if cache.Of(first.Statements()[0], first.Text()) == kept {
		t.Error("a tree that nobody asked for stayed")
	}
}
