//go:build cgo

package sql_test

import (
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/check"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/pgparse"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// TestStatementsAreThoseOfPostgreSQL splits the regression SQL and compares with
// PostgreSQL's parser: with the whole file where it takes it, else with the file
// without the statements that it refuses one by one.
func TestStatementsAreThoseOfPostgreSQL(t *testing.T) {
	files, whole, statements, refused := 0, 0, 0, 0
	for _, file := range corpus.Files(t) {
		files++
		src, ours, broken := forServer(file.Text)
		refused += broken
		if broken == 0 {
			whole++
		}
		theirs, err := parsed(src)
		if err != nil {
			t.Errorf("%s: the parser takes each statement by itself and not the file: %v", file.Name, err)
			continue
		}
		statements += len(ours)
		sameSpans(t, file.Name, src, ours, theirs)
	}
	t.Logf("%d files, %d of them accepted whole; %d statements have PostgreSQL's ranges, %d more are refused by it", files, whole, statements, refused)
	if statements < 35_000 {
		t.Errorf("only %d statements compared", statements)
	}
}

// forServer gives a file as the server could get it in one message: what is
// psql's is blank, psql variables are replaced, and a statement that psql sends
// by a command ends in a semicolon. Statements that the parser refuses are blank
// too, and counted.
func forServer(src string) (out string, spans []text.Span, broken int) {
	f := sql.New(src)
	parser := pgparse.New(1)
	b := []byte(src)
	blank := func(s text.Span) {
		for i := s.Start; i < s.End; i++ {
			b[i] = ' '
		}
	}
	for _, s := range f.Statements() {
		if s.Kind != sql.SQL {
			blank(s.Span)
			if s.Kind == sql.Meta {
				b[s.Span.Start] = ';' // psql sends what stands before
			}
			continue
		}
		copy(b[s.Span.Start:], check.NewSource(s).Text)
		if parser.Check(check.NewSource(s).Text) != nil {
			blank(s.Outer)
			broken++
			continue
		}
		spans = append(spans, s.Span)
		for _, token := range s.Tokens() {
			if token.Kind == lex.MetaSemicolon {
				b[token.Start] = ' '
			}
		}
	}
	return string(b), spans, broken
}

// parsed gives PostgreSQL's ranges without the white space and comments that it
// counts in.
func parsed(src string) ([]text.Span, error) {
	result, err := pg_query.Parse(src)
	if err != nil {
		return nil, err
	}
	var spans []text.Span
	for _, s := range result.Stmts {
		span := text.Span{Start: int(s.StmtLocation), End: int(s.StmtLocation + s.StmtLen)}
		if s.StmtLen == 0 {
			span.End = len(src)
		}
		inner := text.Span{Start: -1}
		for _, token := range lex.Lex(span.Of(src), lex.Options{}) {
			if token.Trivia() {
				continue
			}
			if inner.Start < 0 {
				inner.Start = span.Start + token.Start
			}
			inner.End = span.Start + token.End
		}
		spans = append(spans, inner)
	}
	return spans, nil
}

func sameSpans(t *testing.T, name, src string, ours, theirs []text.Span) {
	t.Helper()
	for i := range min(len(ours), len(theirs)) {
		if ours[i] != theirs[i] {
			t.Errorf("%s: statement %d is\n%s\nto us and\n%s\nto PostgreSQL", name, i, ours[i].Of(src), theirs[i].Of(src))
			return
		}
	}
	if len(ours) != len(theirs) {
		t.Errorf("%s: we find %d statements, PostgreSQL %d", name, len(ours), len(theirs))
	}
}
