package psql_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/engine/psql"
)

func TestExpand(t *testing.T) {
	tests := []struct{ text, want string }{
		{"select :n, :'s', :\"s\", :{?n}, :{?no}", `select 1, 'it''s', "it's", TRUE, FALSE`},
		{"select :nobody, :'nobody', :\"nobody\"", "select :nobody, :'nobody', :\"nobody\""},
		{"select ':n', \":n\", $$:n$$, E'\\':n' -- :n\n/* :n */", "select ':n', \":n\", $$:n$$, E'\\':n' -- :n\n/* :n */"},
		{"select 1::n, a[1:n], a[:n]", "select 1::n, a[11], a[1]"},
		{`select a[1\:n] \; select 2`, "select a[1:n] ; select 2"},
		{"select :'path'", `select  E'C:\\x'`},
		{"select :list", "select 1, 'it''s' -- :n"},
		{"select :open :n'", "select 'a :n'"},
		{"select :loop", "select 1 :loop"},
		{`select \if :{?n} \\ :n \else \\ bogus \endif \\ + 1`, "select  1  + 1"},
		{"select \\if false\nbogus \\elif :n\n1 \\endif", "select \n1 "},
		{`\if`, ""},
	}
	for _, test := range tests {
		v := variables(t, "n", "1", "s", "it's", "path", `C:\x`, "list", ":n, :'s' -- :n", "open", "'a", "loop", ":n :loop")
		var c psql.Conditions
		e, err := v.Expand(test.text, &c)
		if err != nil || e.Text != test.want {
			t.Errorf("%s\nexpands to %q, %v\nwant       %q", test.text, e.Text, err, test.want)
		}
	}
}

func TestExpandRefuses(t *testing.T) {
	tests := []struct{ text, want string }{
		{"select :command", `variable "command" holds the psql command \! ls`},
		{"select :condition", `variable "condition" holds the psql command \if true`},
		{`select \endif 1`, `\endif: no matching \if`},
		{`select \ 1`, `invalid command \`},
		{`select 1 \if false + 1`, "the statement ends in a branch that is not taken"},
		{"select :x9", "the variables expand to more than 16 MiB"},
	}
	for _, test := range tests {
		v := variables(t, "command", `\! ls`, "condition", `1 \if true`, "x0", strings.Repeat("1", 100))
		for i := range 9 {
			if err := v.Set("x"+string(rune('1'+i)), strings.Repeat(":x"+string(rune('0'+i))+" ", 10)); err != nil {
				t.Fatal(err)
			}
		}
		var c psql.Conditions
		if _, err := v.Expand(test.text, &c); err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.text, err, test.want)
		}
	}
}

// TestSkippedBranchesHoldNothing shows that a statement in a branch that is not
// taken is read as far as its commands go.
func TestSkippedBranchesHoldNothing(t *testing.T) {
	v := variables(t, "bomb", `\! ls`)
	var c psql.Conditions
	if _, err := c.Follow(`\if false`, v); err != nil {
		t.Fatal(err)
	}
	e, err := v.Expand("select :bomb \\if :bomb nothing \\else :bomb \\endif ':bomb \\endif' ", &c)
	if err != nil || e.Text != "" || c.Active() {
		t.Errorf("%q, %v, active: %v", e.Text, err, c.Active())
	}
	e, err = v.Expand("nothing \\endif \\\\ select 1", &c)
	if err != nil || e.Text != " select 1" || !c.Active() {
		t.Errorf("%q, %v, active: %v", e.Text, err, c.Active())
	}
}

// TestOrigin marks an offset of the expanded text, and where it came from.
func TestOrigin(t *testing.T) {
	tests := []struct{ text, want, origin string }{
		{"select :n, <|>x", "select 1, <|>x", "select :n, <|>x"},
		{"select :list, 2", "select 1, 'it''s' <|>-- :n, 2", "select <|>:list, 2"},
		{"select :list, 2", "select <|>1, 'it''s' -- :n, 2", "select <|>:list, 2"},
		{"select :'s'::x", "select 'it''s'::<|>x", "select :'s'::<|>x"},
		{`select \: x`, "select : <|>x", `select \: <|>x`},
		{`select \if false \\ bogus \else \\ x \endif \\ y`, "select  x  <|>y", `select \if false \\ bogus \else \\ x \endif \\ <|>y`},
		{"select :n", "select 1<|>", "select <|>:n"},
		{"select 1", "select 1<|>", "select 1<|>"},
		{"", "<|>", "<|>"},
	}
	for _, test := range tests {
		text := strings.ReplaceAll(test.text, "<|>", "")
		v := variables(t, "n", "1", "s", "it's", "list", ":n, :'s' -- :n")
		var c psql.Conditions
		e, err := v.Expand(text, &c)
		want, after, _ := strings.Cut(test.want, "<|>")
		if err != nil || e.Text != want+after {
			t.Errorf("%s\nexpands to %q, %v\nwant       %q", text, e.Text, err, want+after)
			continue
		}
		at := e.Origin(len(want))
		if got := text[:at] + "<|>" + text[at:]; got != test.origin {
			t.Errorf("%s comes from %s, want %s", test.want, got, test.origin)
		}
	}
}

func TestVariablesAreListedInOrder(t *testing.T) {
	v := variables(t, "b", "1", "a", "2")
	var names []string
	for name := range v.All() {
		names = append(names, name)
	}
	if !slices.IsSorted(names) || !slices.Contains(names, "a") || !slices.Contains(names, "ON_ERROR_STOP") {
		t.Errorf("listed: %q", names)
	}
	if v.On("ON_ERROR_STOP") || !v.On("AUTOCOMMIT") || v.On("nobody") {
		t.Error("ON_ERROR_STOP is off at the start, and AUTOCOMMIT on")
	}
}

func FuzzExpand(f *testing.F) {
	f.Add("select :a, :'a', :\"a\", :{?a} [1:a]", ":b", "it's")
	f.Add(`select \if :{?a} :a \else :b \endif \; \: 'x`, "'open", "$$ /*")
	f.Add("$t$ :a", "/* /* */", "E'\\")
	f.Fuzz(func(t *testing.T, text, a, b string) {
		v := variables(t, "a", a, "b", b)
		var c psql.Conditions
		e, err := v.Expand(text, &c)
		if err != nil {
			return
		}
		last := 0
		for offset := -1; offset <= len(e.Text)+1; offset++ {
			origin := e.Origin(offset)
			if origin < last || origin > len(text) {
				t.Fatalf("%q: byte %d of %q comes from %d, the one before from %d", text, offset, e.Text, origin, last)
			}
			last = origin
		}
	})
}
