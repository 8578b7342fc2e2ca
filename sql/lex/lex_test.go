package lex_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tusk-lsp/tusk-lsp/internal/fixture"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// TestTokens reads testdata/tokens.txt. A first line "options: …" in a case
// names the placeholders.
func TestTokens(t *testing.T) {
	fixture.Run(t, "testdata/tokens.txt", func(t *testing.T, input string) string {
		var opts lex.Options
		if line, rest, found := strings.Cut(input, "\n"); found && strings.HasPrefix(line, "options:") {
			input = rest
			for _, name := range strings.Fields(line)[1:] {
				opts.Placeholders |= placeholders[name]
			}
		}
		input = escapes.Replace(input)
		var b strings.Builder
		for _, token := range lex.Lex(input, opts) {
			if token.Kind == lex.Space {
				continue
			}
			fmt.Fprintf(&b, "%-14s %s", token.Kind, unescapes.Replace(token.Text(input)))
			if token.Keyword != lex.NotKeyword {
				fmt.Fprintf(&b, "  keyword")
			}
			if token.Flags&lex.Unterminated != 0 {
				b.WriteString("  unterminated")
			}
			if token.Flags&lex.Junk != 0 {
				b.WriteString("  junk")
			}
			b.WriteByte('\n')
		}
		return b.String()
	})
}

var placeholders = map[string]lex.Placeholders{
	":name": lex.ColonName, "@name": lex.AtName, "?": lex.Question, "{{}}": lex.Braces,
}

// escapes are the bytes that a case file cannot show.
var (
	escapes   = strings.NewReplacer("<NUL>", "\x00", "<FF>", "\xff", "<CR>", "\r", "<NBSP>", "\u00a0")
	unescapes = strings.NewReplacer("\x00", "<NUL>", "\xff", "<FF>", "\r", "<CR>", "\u00a0", "<NBSP>", "\n", "<LF>")
)

func TestKeywordsAreFoundInAnyCaseWithoutAllocation(t *testing.T) {
	for _, k := range lex.Keywords() {
		for _, word := range []string{k.String(), strings.ToUpper(k.String()), strings.ToUpper(k.String()[:1]) + k.String()[1:]} {
			if got := lex.LookupKeyword(word); got != k {
				t.Errorf("LookupKeyword(%q) = %q", word, got)
			}
		}
	}
	for _, word := range []string{"", "selec", "selects", "ſelect", "current_timestamps", "müller"} {
		if got := lex.LookupKeyword(word); got != lex.NotKeyword {
			t.Errorf("LookupKeyword(%q) = %q", word, got)
		}
	}
	if n := testing.AllocsPerRun(100, func() { lex.LookupKeyword("Current_Timestamp") }); n != 0 {
		t.Errorf("a lookup allocates %v times", n)
	}
}

func ExampleLex() {
	const src = "SELECT 'a' || :name; -- done"
	for _, token := range lex.Lex(src, lex.Options{}) {
		if !token.Trivia() {
			fmt.Println(token.Kind, token.Text(src))
		}
	}
	// Output:
	// Ident SELECT
	// String 'a'
	// Operator ||
	// Variable :name
	// Semicolon ;
}

// FuzzLex checks what holds for any bytes: the tokens tile the text, none is
// empty, and only Invalid ones and what has quotes hold bytes that are no text.
func FuzzLex(f *testing.F) {
	for _, seed := range []string{
		"select 1", "'a'\n 'b'", "$a$ $b$ $a$", `E'\'' U&"x" N'y' b'0''1'`, "/* /* */", "1..2 0x1F 1_000e5 1e+ 0xg $1a",
		"a[1:n] :v :'v' :\"v\" :{?v} ::", "\\set x 'y' \\\\ select", "\x00\xff\xf0\x9f", "@-- +*/*", "{{ x }}", "?|@a",
	} {
		f.Add(seed, uint8(0))
		f.Add(seed, uint8(15))
	}
	f.Fuzz(func(t *testing.T, src string, options uint8) {
		end := 0
		for _, token := range lex.Lex(src, lex.Options{Placeholders: lex.Placeholders(options)}) {
			if token.Start != end || token.End <= token.Start || token.End > len(src) || token.Kind == lex.EOF {
				t.Fatalf("%q: a token %+v behind offset %d", src, token, end)
			}
			end = token.End
			if token.Name() && !token.Quoted() && !utf8.ValidString(token.Text(src)) {
				t.Fatalf("%q: the name %q is not UTF-8", src, token.Text(src))
			}
		}
		if end != len(src) {
			t.Fatalf("%q: the tokens end at %d", src, end)
		}
	})
}
