package tree_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

func next(src string) tree.Next {
	return new(tree.Parser).Next(src, lex.Lex(src, lex.Options{}), false)
}

func TestNext(t *testing.T) {
	for _, test := range []struct{ text, some, not string }{
		{"", "select insert with", "from where by"},
		{"select", "distinct all case", "set"},
		{"select a", "from as", "table"},
		{"select a from t", "where join left group order limit union", "set values"},
		{"select a from t group", "by", "order"},
		{"select a from t where", "not exists case", "group order"},
		{"select a from t where a is", "null not true distinct", "in"},
		{"create", "table view or unique temporary", "select"},
		{"create table", "if", "select"},
		{"drop table", "if", "table"},
		{"insert into t", "values select default overriding as", "where"},
		{"alter table t", "add alter drop rename", "select"},
		{"select a frm t where b", "and or group", "set"},
	} {
		got := next(test.text)
		for _, word := range strings.Fields(test.some) {
			if !slices.Contains(got.Keywords, lex.LookupKeyword(word)) {
				t.Errorf("%s | does not offer %s", test.text, word)
			}
		}
		for _, word := range strings.Fields(test.not) {
			if slices.Contains(got.Keywords, lex.LookupKeyword(word)) {
				t.Errorf("%s | offers %s", test.text, word)
			}
		}
	}
}

// What follows in PostgreSQL's regression SQL is always among what can follow.
func TestNextKnowsWhatFollows(t *testing.T) {
	parser, asked, every, wrong := new(tree.Parser), 0, 0, 0
	for _, f := range corpus.Files(t) {
		for _, st := range sql.New(f.Text).Statements() {
			every++
			if os.Getenv("TUSK_CORPUS_FULL") == "" && every%40 != 0 {
				continue
			}
			tokens := st.Tokens()
			if st.Kind != sql.SQL || len(tokens) > 400 || len(parser.Parse(f.Text, tokens).Errors()) > 0 {
				continue
			}
			for i, token := range tokens {
				if token.Trivia() || token.Separator() || token.Keyword == lex.KwUescape {
					continue
				}
				got := parser.Next(f.Text, tokens[:i], false)
				asked++
				switch {
				case token.Keyword != lex.NotKeyword:
					if !slices.Contains(got.Keywords, token.Keyword) && !got.Name {
						wrong++
						t.Logf("%s | not %s", f.Text[tokens[0].Start:token.Start], token.Keyword)
					}
				case token.Name():
					if !got.Name && !slices.Contains(got.Words, strings.ToLower(token.Text(f.Text))) {
						wrong++
						t.Logf("%s | no name for %s", f.Text[tokens[0].Start:token.Start], token.Text(f.Text))
					}
				}
			}
		}
	}
	t.Logf("%d places, %d of them wrong", asked, wrong)
	if wrong*5000 > asked {
		t.Errorf("%d of %d places are wrong, more than 0.02 %%", wrong, asked)
	}
}

func BenchmarkNext(b *testing.B) {
	src := "select a.id, b.name" + strings.Repeat(",\n\tcoalesce(a.total, 0) + sum(b.amount) over (partition by a.id) as c", 98) + "\nfrom a join b on a.id = b.id where "
	tokens, parser := lex.Lex(src, lex.Options{}), new(tree.Parser)
	b.ReportAllocs()
	for b.Loop() {
		parser.Next(src, tokens, false)
	}
}
