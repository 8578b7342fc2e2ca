//go:build cgo

package check_test

import (
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/check"
	"github.com/tusk-lsp/tusk-lsp/sql/pgparse"
)

// TestServerAgreesOnSyntax asks a real server about every statement of the
// regression SQL: in a failed transaction block it answers one that it cannot
// parse with 42601, any other with 25P02, and runs neither.
func TestServerAgreesOnSyntax(t *testing.T) {
	server := pgtest.New(t)
	if server.Major < 18 {
		t.Skipf("the regression SQL is that of PostgreSQL 18; the newest server here is %d", server.Major)
	}
	oracle := server.Database(t).Parser(t)
	parser := pgparse.New(1)
	asked, refused := 0, 0
	for _, file := range corpus.Files(t) {
		f := sql.New(file.Text)
		blamed := map[int]string{}
		for _, d := range check.Syntax(parser, f) {
			if d.Severity == check.Error {
				blamed[f.Covering(d.Span.Start).Span.Start] = d.Message
			}
		}
		for _, st := range f.Statements() {
			if st.Kind != sql.SQL || strings.ContainsAny(st.Text(), ":\\\x00") {
				continue // psql's variables and commands are not the server's
			}
			theirs, ok := oracle.Refuses(t, st.Text())
			if !ok {
				continue
			}
			asked++
			ours := blamed[st.Span.Start]
			switch {
			case theirs != nil:
				refused++
				if ours == "" {
					t.Errorf("%s: the server says %q, we say nothing: %.200s", file.Name, theirs.Message, st.Text())
				}
			case ours != "":
				t.Errorf("%s: we say %q, the server takes it: %.200s", file.Name, ours, st.Text())
			}
		}
	}
	t.Logf("%d statements asked about, %d refused by the server", asked, refused)
	if asked < 30_000 || refused < 100 {
		t.Errorf("only %d statements and %d refusals were compared", asked, refused)
	}
}
