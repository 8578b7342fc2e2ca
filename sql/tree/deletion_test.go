package tree_test

import (
	"os"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// maxSteps bounds the work per token, errors and their repair included.
const maxSteps = 8_000

// TestDeletions takes tokens away from the statements of the regression SQL: any
// one, any number from the beginning and any number from the end. Every such text
// has a sound tree, made in time in proportion to its tokens. All statements
// instead of a sample are taken with TUSK_CORPUS_FULL=1.
func TestDeletions(t *testing.T) {
	every := 97
	if os.Getenv("TUSK_CORPUS_FULL") == "1" {
		every = 1
	}
	texts, tokens, steps, seen := 0, 0, 0, 0
	check := func(src string) {
		made := parse(src)
		sound(t, made)
		texts++
		tokens += len(made.Tokens())
		steps += made.Steps()
	}
	for _, file := range corpus.Files(t) {
		for _, s := range sql.New(file.Text).Statements() {
			if seen++; s.Kind != sql.SQL || seen%every != 0 {
				continue
			}
			src := s.Text()
			for _, token := range lex.Lex(src, lex.Options{}) {
				if !token.Trivia() {
					check(src[:token.Start] + src[token.End:])
					check(src[:token.Start])
					check(src[token.Start:])
				}
			}
		}
	}
	t.Logf("%d texts, %.1f steps per token", texts, float64(steps)/float64(max(1, tokens)))
}

// FuzzParse looks for texts without a sound tree.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"SELECT a.* FROM t JOIN u USING (id) WHERE x = ANY ('{1,2}') ORDER BY 1",
		"WITH w AS (SELECT 1) INSERT INTO t SELECT * FROM w ON CONFLICT (a) DO UPDATE SET a = 1",
		"CREATE TABLE s.t (a int PRIMARY KEY, b text CHECK (b <> '') REFERENCES u (c))",
		"ALTER TABLE t RENAME a TO b",
		"CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT a; END",
		"GRANT SELECT (a), UPDATE ON t TO PUBLIC",
		"SELECT ((((",
		"SELECT CASE WHEN",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) { sound(t, parse(src)) })
}

// sound fails the test for a tree that took too long, whose nodes do not nest, or
// whose leaves do not hold every token once.
func sound(t *testing.T, made *tree.Tree) {
	t.Helper()
	src := made.Source()
	if bound := maxSteps * (len(made.Tokens()) + 100); made.Steps() > bound {
		t.Errorf("%d steps for %d tokens of\n%s", made.Steps(), len(made.Tokens()), src)
	}
	wrong := false
	for n := range made.Nodes() {
		wrong = wrong || n.Kind() == tree.Error || n.Kind() == tree.Missing
		span, last := n.Span(), n.Span().Start
		for child := range n.Children() {
			inner := child.Span()
			if inner.Len() == 0 {
				continue // it stands behind the token before, which may be its parent's neighbour
			}
			if child.Parent() != n || inner.Start < last || inner.End > span.End {
				t.Fatalf("%v %q at %d is not in order within %v %q at %d of\n%s",
					child.Kind(), child.Text(), inner.Start, n.Kind(), n.Text(), span.Start, src)
			}
			last = inner.End
		}
	}
	if len(made.Errors()) > 0 && !wrong {
		t.Fatalf("errors at %v and not in the tree of\n%s", made.Errors(), src)
	}
	if held, all := significant(made.Root().Tokens()), significant(made.Tokens()); held != all {
		t.Fatalf("the tree holds %d of %d tokens of\n%s", held, all, src)
	}
}

// significant counts the tokens that a tree holds: white space, comments and the
// semicolons around a statement are in none.
func significant(tokens []lex.Token) int {
	n := 0
	for _, token := range tokens {
		if !token.Trivia() && !token.Separator() {
			n++
		}
	}
	return n
}
