//go:build !cgo

package check_test

import (
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/check"
	"github.com/tusk-lsp/tusk-lsp/sql/pgparse"
)

// TestWithoutPostgreSQLsGrammarOursChecks: a build without cgo tells right from
// wrong, too.
func TestWithoutPostgreSQLsGrammarOursChecks(t *testing.T) {
	f := sql.New("selec 1;\nselect 12ab;\nselect 2;\nselect a, from t;\nselect :name;\nselect (1;\nselect 'a;\n")
	var got []string
	for _, d := range check.Syntax(pgparse.New(10), f) {
		got = append(got, d.Span.Of(f.Text())+" | "+d.Code+" "+d.Message)
	}
	want := []string{
		`selec | 42601 syntax error at or near "selec"`,
		`12ab | 42601 trailing junk after numeric literal at or near "12ab"`,
		`from | 42601 syntax error at or near "from"`,
		`1 | 42601 syntax error at end of input`,
		`'a; | 42601 unterminated quoted string at or near "'a;…"`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}
