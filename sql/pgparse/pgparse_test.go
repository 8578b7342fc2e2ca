package pgparse

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/fixture"
)

// TestSyntaxErrors says for each text where the error is, in bytes, and what it
// is. The mark stands where the error is found; a text without one is right.
func TestSyntaxErrors(t *testing.T) {
	tests := []struct {
		marked  string
		message string
		code    string
		grammar bool // needs PostgreSQL's grammar
	}{
		{"select 1", "", "", false},
		{"select 'é€😀' a <|>frm x", `syntax error at or near "frm"`, "42601", true},
		{"select (<|>", "syntax error at end of input", "42601", true},
		{"select <|>'é", `unterminated quoted string at or near "'é"`, "42601", false},
		{"<|>/* a", `unterminated /* comment at or near "/* a"`, "42601", false},
		{`select <|>"a`, `unterminated quoted identifier at or near ""a"`, "42601", false},
		{"select <|>$$a", `unterminated dollar-quoted string at or near "$$a"`, "42601", false},
		{"select <|>12ab", `trailing junk after numeric literal at or near "12ab"`, "42601", false},
		{"select <|>0x", `invalid hexadecimal integer at or near "0x"`, "42601", false},
		{"select <|>$1a", `trailing junk after parameter at or near "$1a"`, "42601", false},
		{"select 'a<|>\x00b'", `invalid byte sequence for encoding "UTF8": 0x00`, "22021", false},
		{"select é, 'a<|>\xe7b'", `invalid byte sequence for encoding "UTF8": 0xe7 0x62 0x27`, "22021", false},
		{"select 1 -- <|>\xff", `invalid byte sequence for encoding "UTF8": 0xff`, "22021", false},
		{"select a<|>\xff", `invalid byte sequence for encoding "UTF8": 0xff`, "22021", false},
		{"select E'é<|>\\u00'", "invalid Unicode escape", "22025", true},
		{"select <|>unique (select 1)", "UNIQUE predicate is not yet implemented", "0A000", true},
		{"<|>\ufeffselect 1", "syntax error at or near \"\ufeffselect\"", "42601", true},
	}
	p := New(10)
	for _, tt := range tests {
		src, offsets := fixture.Marks(tt.marked)
		err := p.Check(src)
		e, ok := errors.AsType[*SyntaxError](err)
		switch {
		case tt.grammar && !Available:
			if err != nil {
				t.Errorf("%q: %v without a grammar", src, err)
			}
		case len(offsets) == 0:
			if err != nil {
				t.Errorf("%q: %v", src, err)
			}
		case !ok:
			t.Errorf("%q: %v, want a syntax error", src, err)
		case e.Message != tt.message || e.Code != tt.code || e.Offset != offsets[0]:
			t.Errorf("%q: %s %q at %d, want %s %q at %d", src, e.Code, e.Message, e.Offset, tt.code, tt.message, offsets[0])
		}
	}
}

// TestWhatWouldCrashAParser gives it statements that have killed processes.
func TestWhatWouldCrashAParser(t *testing.T) {
	repeat := strings.Repeat
	tests := []struct {
		name string
		sql  func(n int) string
		n    int // the most that is parsed
	}{
		{"additions", func(n int) string { return "select 1" + repeat("+1", n) }, maxChain},
		{"unions", func(n int) string { return "select 1" + repeat(" union all select 1", n) }, maxChain},
		{"joins", func(n int) string { return "select from a" + repeat(" cross join b", n) }, maxChain},
		{"conjunctions", func(n int) string { return "select true" + repeat(" and true", n) }, maxChain},
		{"casts", func(n int) string { return "select 1" + repeat("::int", n) }, maxChain},
		{"parentheses", func(n int) string { return "select " + repeat("(", n) + "1" + repeat(")", n) }, maxDepth},
		{"subqueries", func(n int) string { return "select " + repeat("(select ", n) + "1" + repeat(")", n) }, maxDepth},
		{"cases", func(n int) string { return "select " + repeat("case when true then ", n) + "1" + repeat(" end", n) }, maxDepth},
	}
	p := New(1)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// At the limit the parser has its say, whatever it is: PostgreSQL
			// calls its memory exhausted by some 3,000 levels.
			if _, refused := errors.AsType[*Unchecked](p.Check(tt.sql(tt.n))); refused {
				t.Errorf("%d are not given to the parser", tt.n)
			}
			for _, n := range []int{tt.n + 1, 400_000} {
				if _, refused := errors.AsType[*Unchecked](p.Check(tt.sql(n))); !refused {
					t.Errorf("%d are given to the parser", n)
				}
			}
		})
	}
}

// TestLongListsAreNoChains: what stands side by side does not nest.
func TestLongListsAreNoChains(t *testing.T) {
	sql := "insert into t values (-1, 2 + 3)" + strings.Repeat(", (-1, 2 + 3)", 100_000)
	if err := New(1).Check(sql); err != nil {
		t.Errorf("%d bytes of VALUES: %v", len(sql), err)
	}
}

func TestVerdictsAreRemembered(t *testing.T) {
	p := New(10)
	const sql = "select 0 from"
	if first, again := p.Check(sql), p.Check(sql); first == nil || again != first {
		t.Errorf("%s: %v, then %v", sql, first, again)
	}
}

func TestParserIsSafeForConcurrentUse(t *testing.T) {
	p := New(4)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 200 {
				good, bad := fmt.Sprintf("select %d", (g+i)%7), fmt.Sprintf("select '%d", (g*i)%5)
				if err := p.Check(good); err != nil {
					t.Errorf("%s: %v", good, err)
				}
				if p.Check(bad) == nil {
					t.Errorf("%s is right", bad)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkCheckRemembered(b *testing.B) {
	p := New(10)
	const sql = "select a, b, c from t join u using (id) where t.x = 1 and u.y like 'abc%' order by 1"
	for b.Loop() {
		if err := p.Check(sql); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheckNew(b *testing.B) {
	const sql = "select a, b, c from t join u using (id) where t.x = 1 and u.y like 'abc%' order by 1"
	b.SetBytes(int64(len(sql)))
	for b.Loop() {
		if err := judge(sql); err != nil {
			b.Fatal(err)
		}
	}
}
