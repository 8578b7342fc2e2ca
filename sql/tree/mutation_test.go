//go:build cgo

package tree_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/tusk-lsp/tusk-lsp/sql/check"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// TestMutations changes the statements of the regression SQL at random, in such
// ways that the words still fit the kind of statement, and asks libpg_query
// whether the result is SQL: in 999 of 1000 cases we say the same. What remains is
// above all what only 18 takes, or only libpg_query (WHERE a $1), and what is
// refused for another reason than its grammar. With TUSK_CORPUS_FULL=1 there are
// 400,000 cases, else 10,000.
func TestMutations(t *testing.T) {
	cases := 10_000
	if os.Getenv("TUSK_CORPUS_FULL") == "1" {
		cases = 400_000
	}
	const seed = 18
	mutator := mutator{random: rand.New(rand.NewPCG(seed, seed)), byKind: map[string][][]string{}}
	for _, s := range statementsOf(t) {
		mutator.learn(check.NewSource(s).Text)
	}
	compared, loose, strict := 0, 0, 0
	for range cases {
		src := mutator.mutant()
		result, err := pg_query.Parse(src)
		if err == nil && len(result.Stmts) != 1 {
			continue
		}
		compared++
		at, wrong := firstError(parse(src))
		switch {
		case wrong && err == nil:
			strict++
			t.Logf("PostgreSQL takes what we find wrong at %q of\n%s", src[at:], src)
		case !wrong && err != nil:
			loose++
			t.Logf("%v, and we find nothing wrong in\n%s", err, src)
		}
	}
	t.Logf("of %d statements we take %d that libpg_query refuses, and refuse %d that it takes", compared, loose, strict)
	if differ := loose + strict; 1000*differ > compared {
		t.Errorf("%d of %d differ", differ, compared)
	}
}

// mutator makes statements that are nearly right.
type mutator struct {
	random *rand.Rand
	kinds  []string // of each statement learned, so that frequent kinds stay frequent
	byKind map[string][][]string
}

// learn takes a statement, as its words, if libpg_query takes it.
func (m *mutator) learn(src string) {
	const longest = 600
	if len(src) > longest {
		return
	}
	result, err := pg_query.Parse(src)
	if err != nil || len(result.Stmts) != 1 {
		return
	}
	var words []string
	for _, token := range lex.Lex(src, lex.Options{}) {
		if !token.Trivia() && !token.Separator() {
			words = append(words, token.Text(src))
		}
	}
	kind := readTheirs(result.Stmts[0].Stmt).kind
	m.kinds = append(m.kinds, kind)
	m.byKind[kind] = append(m.byKind[kind], words)
}

// mutant gives a statement with one change: a word is left out, put in or
// replaced, two change places, or the rest is that of another statement of the
// kind.
func (m *mutator) mutant() string {
	kind := m.kinds[m.random.IntN(len(m.kinds))]
	words, other := slices.Clone(m.pick(kind)), m.pick(kind)
	i, j := m.random.IntN(len(words)), m.random.IntN(len(other))
	switch m.random.IntN(5) {
	case 0:
		words = slices.Delete(words, i, i+1)
	case 1:
		words = slices.Insert(words, i, other[j])
	case 2:
		words[i] = other[j]
	case 3:
		next := (i + 1) % len(words)
		words[i], words[next] = words[next], words[i]
	case 4:
		words = append(words[:i], other[j:]...)
	}
	return strings.ReplaceAll(strings.Join(words, " "), " . ", ".")
}

func (m *mutator) pick(kind string) []string {
	return m.byKind[kind][m.random.IntN(len(m.byKind[kind]))]
}
