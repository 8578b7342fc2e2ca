//go:build cgo

package lex_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// TestTokensAreThoseOfPostgreSQL compares our tokens of every statement of the
// regression SQL with those of PostgreSQL's own scanner.
func TestTokensAreThoseOfPostgreSQL(t *testing.T) {
	statements, tokens, refused, psql := 0, 0, 0, 0
	for _, file := range corpus.Files(t) {
		for _, s := range sql.New(file.Text).Statements() {
			if s.Kind != sql.SQL {
				continue
			}
			ours, flagged, foreign := describe(s.Text())
			if foreign {
				psql++ // PostgreSQL's scanner does not know psql's variables
				continue
			}
			theirs, err := scan(s.Text())
			switch {
			case err != nil && flagged:
				refused++
			case err != nil && strings.Contains(err.Error(), "Unicode"):
				refused++ // an escape inside the literal, which is none of a lexer's business
			case err != nil:
				t.Errorf("%s: the scanner says %v, we flag nothing:\n%s", file.Name, err, s.Text())
			case flagged && junkParam.MatchString(s.Text()):
				refused++
			case flagged:
				t.Errorf("%s: we flag a token, the scanner does not:\n%s", file.Name, s.Text())
			default:
				statements++
				tokens += len(ours)
				if diff := firstDifference(ours, theirs); diff != "" {
					t.Errorf("%s: %s in\n%s", file.Name, diff, s.Text())
				}
			}
		}
	}
	t.Logf("%d statements with %d tokens agree, %d are refused by both, %d use psql variables", statements, tokens, refused, psql)
	if statements < 30_000 {
		t.Errorf("only %d statements compared", statements)
	}
}

// TestTokensOfRandomTextsAreThoseOfPostgreSQL tries what no person writes: all
// the ways in which pieces of tokens can meet.
func TestTokensOfRandomTextsAreThoseOfPostgreSQL(t *testing.T) {
	pieces := []string{
		"a", "e", "E", "u&", "n", "x", "b", "_", "é", "select", "1", "0", "0x", "0b1", "0o7", "e5", "e+", ".", "..", "$", "$$", "$1", "$a$",
		"'", "''", "\"", "-", "--", "+", "*", "/", "/*", "*/", "=", "<", ">", "!", "@", "#", "|", "?", "::", ":=", "=>", " ", "\n", "\r", "\t", "(", ")", "[", "]", ",", ";",
	}
	compared := 0
	for seed := range uint64(60_000) {
		r := rand.New(rand.NewPCG(seed, 2))
		var b strings.Builder
		for range 1 + r.IntN(8) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		src := b.String()
		ours, flagged, foreign := describe(src)
		if foreign || junkParam.MatchString(src) {
			continue // libpg_query takes $1a, which PostgreSQL refuses
		}
		compared++
		theirs, err := scan(src)
		switch {
		case err != nil && !flagged:
			t.Errorf("%q: the scanner says %v, we flag nothing", src, err)
		case err == nil && flagged:
			t.Errorf("%q: we flag a token, the scanner does not", src)
		case err == nil:
			if diff := firstDifference(ours, theirs); diff != "" {
				t.Errorf("%q: %s", src, diff)
			}
		}
	}
	t.Logf("%d texts compared", compared)
}

// junkParam matches what libpg_query takes for a parameter and PostgreSQL
// refuses.
var junkParam = regexp.MustCompile(`\$[0-9]+[a-zA-Z_é]`)

// describe gives our tokens in PostgreSQL's terms. flagged says that one of them
// is no token to PostgreSQL, foreign that one belongs to psql.
func describe(src string) (tokens []string, flagged, foreign bool) {
	for _, token := range lex.Lex(src, lex.Options{}) {
		switch token.Kind {
		case lex.Space:
			continue
		case lex.NationalStr: // two tokens to PostgreSQL: the word NCHAR and a string
			tokens = append(tokens, fmt.Sprintf("%d NCHAR", token.Start))
			token.Start, token.Kind = token.Start+1, lex.String
		case lex.Variable, lex.Meta, lex.MetaColon:
			foreign = true
		}
		flagged = flagged || token.Flags != 0 || token.Kind == lex.QuotedIdent && token.End-token.Start == 2
		name := names[token.Kind]
		switch {
		case token.Keyword != lex.NotKeyword && !newKeywords[token.Keyword.String()]:
			name = strings.ToUpper(token.Keyword.String())
		case token.Kind == lex.Operator:
			text := token.Text(src)
			if name = operators[text]; name == "" && len(text) == 1 && strings.Contains("+-*/%^<>=", text) {
				name = text
			} else if name == "" {
				name = "Op"
			}
		case token.Kind == lex.Integer && tooLong(token.Text(src)):
			name = "FCONST"
		case name == "":
			name = token.Text(src)
		}
		tokens = append(tokens, fmt.Sprintf("%d-%d %s", token.Start, token.End, name))
	}
	return tokens, flagged, foreign
}

// newKeywords are those of 18 that the scanner of 17 does not know.
var newKeywords = map[string]bool{"enforced": true, "objects": true, "period": true, "virtual": true}

var names = map[lex.Kind]string{
	lex.LineComment: "SQL_COMMENT", lex.BlockComment: "C_COMMENT",
	lex.Ident: "IDENT", lex.QuotedIdent: "IDENT", lex.UnicodeIdent: "UIDENT",
	lex.String: "SCONST", lex.EscapeString: "SCONST", lex.DollarString: "SCONST", lex.UnicodeString: "USCONST",
	lex.BitString: "BCONST", lex.HexString: "XCONST",
	lex.Integer: "ICONST", lex.Number: "FCONST", lex.Param: "PARAM",
	lex.EqualsGreater: "EQUALS_GREATER", lex.Typecast: "TYPECAST", lex.ColonEquals: "COLON_EQUALS", lex.DotDot: "DOT_DOT",
}

var operators = map[string]string{"<=": "LESS_EQUALS", ">=": "GREATER_EQUALS", "<>": "NOT_EQUALS", "!=": "NOT_EQUALS"}

// tooLong reports whether an integer is numeric to PostgreSQL because it does
// not fit into 32 bits.
func tooLong(s string) bool {
	var n int64
	_, err := fmt.Sscanf(strings.ReplaceAll(s, "_", ""), "%v", &n)
	if len(s) > 1 && s[0] == '0' && s[1] >= '0' && s[1] <= '9' {
		_, err = fmt.Sscanf(s, "%d", &n)
	}
	return err != nil || n > 1<<31-1
}

// scan gives PostgreSQL's tokens in the same form.
func scan(src string) ([]string, error) {
	result, err := pg_query.Scan(src)
	if err != nil {
		return nil, err
	}
	var tokens []string
	for _, token := range result.Tokens {
		name := token.Token.String()
		if token.Token == pg_query.Token_NCHAR && token.End == token.Start+1 {
			tokens = append(tokens, fmt.Sprintf("%d NCHAR", token.Start))
			continue
		}
		if strings.HasPrefix(name, "ASCII_") {
			name = src[token.Start:token.End]
		}
		if token.KeywordKind != pg_query.KeywordKind_NO_KEYWORD {
			name = strings.ToUpper(src[token.Start:token.End])
		}
		tokens = append(tokens, fmt.Sprintf("%d-%d %s", token.Start, token.End, name))
	}
	return tokens, nil
}

// TestKeywordsAreThoseOfPostgreSQL compares the categories with those of 17; what
// 18 added is in newKeywords.
func TestKeywordsAreThoseOfPostgreSQL(t *testing.T) {
	for _, k := range lex.Keywords() {
		result, err := pg_query.Scan(k.String())
		if err != nil {
			t.Fatal(err)
		}
		want := categories[result.Tokens[0].KeywordKind]
		if newKeywords[k.String()] {
			want = "unreserved"
		}
		if got := k.Category().String(); got != want {
			t.Errorf("%s is %s, want %s", k, got, want)
		}
	}
}

var categories = map[pg_query.KeywordKind]string{
	pg_query.KeywordKind_UNRESERVED_KEYWORD:     "unreserved",
	pg_query.KeywordKind_COL_NAME_KEYWORD:       "col_name",
	pg_query.KeywordKind_TYPE_FUNC_NAME_KEYWORD: "type_func_name",
	pg_query.KeywordKind_RESERVED_KEYWORD:       "reserved",
}

func firstDifference(ours, theirs []string) string {
	for i := range min(len(ours), len(theirs)) {
		if ours[i] != theirs[i] {
			return fmt.Sprintf("token %d is %q to us and %q to the scanner", i, ours[i], theirs[i])
		}
	}
	if len(ours) != len(theirs) {
		return fmt.Sprintf("we have %d tokens, the scanner %d", len(ours), len(theirs))
	}
	return ""
}

func BenchmarkScanOfPostgreSQL(b *testing.B) {
	src := lexable(b)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, err := pg_query.Scan(src); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLex(b *testing.B) {
	src := lexable(b)
	b.SetBytes(int64(len(src)))
	last := 0
	for b.Loop() {
		lexer := lex.NewLexer(src, 0, lex.Options{})
		for token := lexer.Next(); token.Kind != lex.EOF; token = lexer.Next() {
			last = token.End
		}
	}
	if last != len(src) {
		b.Errorf("the last token ends at %d of %d", last, len(src))
	}
}

// lexable gives the statements of the corpus that PostgreSQL's scanner takes.
func lexable(b *testing.B) string {
	var all strings.Builder
	for _, file := range corpus.Files(b) {
		for _, s := range sql.New(file.Text).Statements() {
			if _, flagged, foreign := describe(s.Text()); s.Kind != sql.SQL || flagged || foreign {
				continue
			}
			if _, err := pg_query.Scan(s.Text()); err == nil {
				all.WriteString(s.Text() + ";\n")
			}
		}
	}
	return all.String()
}
