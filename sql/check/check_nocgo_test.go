//go:build !cgo

package check_test

import (
	"testing"

	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/check"
	"github.com/tusk-lsp/tusk-lsp/sql/pgparse"
)

// TestWithoutAGrammarTheLexerStillChecks: a build without cgo tells what is no
// token, and is silent on grammar.
func TestWithoutAGrammarTheLexerStillChecks(t *testing.T) {
	f := sql.New("selec 1;\nselect 12ab;\nselect 'a;\nselect 2;\n")
	found := check.Syntax(pgparse.New(10), f)
	if len(found) != 2 || found[0].Span.Of(f.Text()) != "12ab" || found[1].Span.Of(f.Text()) != "'a;" {
		t.Errorf("%+v", found)
	}
}
