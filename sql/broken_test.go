package sql_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// broken are statements as people leave them while they type.
var broken = []string{
	"select (1;", "selec;", ");", "create table t (a int;", "select case when;", "select a[1;", "select 1 2 3;", "copy;", "copy t from;",
	"create function f() returns int begin atomic select 1;",
	"create function f() returns int begin atomic select case when 1;",
	"create rule r as on insert to t do also (insert into a values (1);",
	"create rule r as on insert to t do also (insert into a values ((1);",
	"create rule r as on insert to t do (;",
	"copy t from stdin;",
}

// openQuotes can only be told from what follows them by a guess.
var openQuotes = []string{"select 'a;", "select \"a;", "select $$a;", "select E'a\\';", "/* a;"}

// TestABrokenStatementLeavesItsNeighboursAlone inserts broken statements
// between those of the regression SQL, and looks at all others.
func TestABrokenStatementLeavesItsNeighboursAlone(t *testing.T) {
	inserted, quotes, contained := 0, 0, 0
	for i, file := range corpus.Files(t) {
		r := rand.New(rand.NewPCG(uint64(i), 5))
		f := sql.New(file.Text)
		for range 20 {
			at, before, ok := boundary(r, f)
			if !ok {
				continue
			}
			b := broken[r.IntN(len(broken))]
			if strings.Contains(b, "atomic") && slices.ContainsFunc(f.Statements(), endsTransaction) {
				continue // there END closes the body, and nothing tells that it was not meant to
			}
			if leaves(f, at, before, b) {
				inserted++
			} else {
				t.Errorf("%s: %s at offset %d changes another statement", file.Name, b, at)
			}
			quotes++
			if leaves(f, at, before, openQuotes[r.IntN(len(openQuotes))]) {
				contained++
			}
		}
	}
	t.Logf("%d broken statements left all others alone; so did %d of %d quotes that are never closed", inserted, contained, quotes)
	if contained*10 < quotes*9 {
		t.Errorf("only %d of %d quotes that are never closed were contained", contained, quotes)
	}
}

// TestABrokenTokenLeavesTheOtherStatementsAlone takes one token out of a
// statement, or doubles it.
func TestABrokenTokenLeavesTheOtherStatementsAlone(t *testing.T) {
	mutated := 0
	for i, file := range corpus.Files(t) {
		r := rand.New(rand.NewPCG(uint64(i), 6))
		f := sql.New(file.Text)
		statements := f.Statements()
		for range 30 {
			n := r.IntN(len(statements))
			s := statements[n]
			next := n + 1
			if s.Kind != sql.SQL || next < len(statements) && statements[next].Kind != sql.SQL {
				continue // without the word STDIN, say, the data of a COPY is no data
			}
			tokens := slices.DeleteFunc(s.Tokens(), func(token lex.Token) bool {
				return token.Start < s.Span.Start || token.End > s.Span.End || token.Trivia()
			})
			token := tokens[r.IntN(len(tokens))]
			e := text.Edit{Span: token.Span, Text: " "}
			if r.IntN(2) == 0 {
				e.Text = token.Text(file.Text) + " " + token.Text(file.Text)
			}
			got := f.Edit(e).Statements()
			mutated++
			behind := len(statements) - next
			if len(got) < n+behind || !sameTexts(got[:n], statements[:n]) || !sameTexts(got[len(got)-behind:], statements[next:]) {
				t.Errorf("%s: without %q of %s another statement changes", file.Name, token.Text(file.Text), s.Text())
			}
		}
	}
	t.Logf("%d statements with a token taken out or doubled", mutated)
}

func endsTransaction(s sql.Statement) bool { return strings.EqualFold(s.Text(), "end") }

// boundary picks a place between two statements, behind a semicolon.
func boundary(r *rand.Rand, f *sql.File) (offset, before int, ok bool) {
	statements := f.Statements()
	n := r.IntN(len(statements))
	offset = statements[n].Outer.End
	if n+1 < len(statements) && statements[n+1].Kind == sql.CopyData || f.Text()[offset-1] != ';' ||
		!strings.HasPrefix(f.Text()[offset:], "\n") {
		return 0, 0, false
	}
	return offset, n + 1, true
}

// leaves reports whether all statements of f are still there, as they were, when
// a broken one stands in a line of its own behind the first n.
func leaves(f *sql.File, offset, n int, broken string) bool {
	was := f.Statements()
	is := f.Edit(text.Edit{Span: text.Span{Start: offset, End: offset}, Text: "\n" + broken + "\n"}).Statements()
	behind := len(was) - n
	return len(is) > len(was) && sameTexts(is[:n], was[:n]) && sameTexts(is[len(is)-behind:], was[n:])
}

func sameTexts(a, b []sql.Statement) bool {
	return slices.EqualFunc(a, b, func(a, b sql.Statement) bool { return a.Kind == b.Kind && a.Text() == b.Text() })
}
