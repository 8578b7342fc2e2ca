package workspace_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/engine/workspace"
)

func TestModeline(t *testing.T) {
	lines := func(n int) string { return strings.Repeat("select 1;\n", n) }
	for _, test := range []struct{ text, want string }{
		{"-- tusk: connection=shop-dev", "shop-dev at connection=shop-dev"},
		{"-- tusk: connection=shop-dev read_only=true\nselect 1;", "shop-dev read-only at connection=shop-dev read_only=true"},
		{"--tusk:read_only=true", "read-only at read_only=true"},
		{"  /* tusk: connection=a */ select 1;", "a at connection=a"},
		{"-- tusk: connection=\"shop dev\"", `shop dev at connection="shop dev"`},
		{"-- tusk: connection='a' read_only='true'\r\n", "a read-only at connection='a' read_only='true'"},
		{"-- tusk: connection=a\n-- tusk: connection=a read_only=true", "a read-only at connection=a"},
		{"-- tusk:", "nothing at "},
		{lines(9) + "-- tusk: connection=a\n" + lines(99), "a at connection=a"},
		{lines(99) + "-- tusk: connection=a\n" + lines(9), "a at connection=a"},
		{lines(10) + "-- tusk: connection=a", "a at connection=a"},
		{"\n\n-- tusk: connection=a\n\n", "a at connection=a"},

		{"", "no modeline"},
		{"\n", "no modeline"},
		{"-- connection=a", "no modeline"},
		{"select 1; -- tusk: connection=a", "no modeline"},
		{"-- see tusk: connection=a", "no modeline"},
		{lines(10) + "-- tusk: connection=a\n" + lines(10), "no modeline"},

		{"-- tusk: read_only=false", "can make a document read-only, not writable: read_only=false"},
		{"-- tusk: connection=a\n-- tusk: connection=b", "names another connection: connection=b"},
		{"-- tusk: connection=", "names no connection: connection="},
		{"-- tusk: connection", "names no connection: connection"},
		{"-- tusk: conection=a read_only=true", "nothing else: conection=a, but read-only"},
		{"-- tusk: remember the milk", "nothing else: remember"},
		{"-- tusk: don't", "nothing else: don"},
		{"-- tusk: connection=postgres://joe@db/shop", "cannot describe one: connection=postgres://joe@db/shop"},
		{"-- tusk: url='postgres://joe:hunter2@db/shop?a=b'", "cannot describe one: url='postgres://joe:hunter2@db/shop?a=b'"},
		{"-- tusk: postgres://joe:hunter2@db/shop", "cannot describe one: postgres://joe:hunter2@db/shop"},
		{"-- tusk: password=hunter2", "nothing else: password=hunter2"},
	} {
		choice, span, found, err := workspace.Modeline(test.text)
		marked := test.text[span.Start:span.End]
		var got string
		switch {
		case err != nil:
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the password is in %v", err)
			}
			if choice.Connection != "" {
				t.Errorf("%q leads to %s for all its mistake", test.text, choice.Connection)
			}
			got = err.Error() + ": " + marked
			if choice.ReadOnly {
				got += ", but read-only"
			}
			if !strings.HasSuffix(got, test.want) {
				t.Errorf("%q\ngives %s\nwant  %s", test.text, got, test.want)
			}
			continue
		case !found:
			got = "no modeline"
		case choice == (workspace.Choice{}):
			got = "nothing at " + marked
		default:
			got = choice.Connection
			if choice.ReadOnly {
				got = strings.TrimSpace(got + " read-only")
			}
			got = fmt.Sprintf("%s at %s", got, marked)
		}
		if got != test.want {
			t.Errorf("%q\ngives %s\nwant  %s", test.text, got, test.want)
		}
	}
}

// FuzzModeline: no panic, spans lie in the text, and errors do not repeat it.
func FuzzModeline(f *testing.F) {
	f.Add("-- tusk: connection=a read_only=true\n")
	f.Add("/* tusk: connection=\"a b' */\n-- tusk: '\"")
	f.Fuzz(func(t *testing.T, src string) {
		choice, span, found, err := workspace.Modeline(src)
		if span.Start < 0 || span.End < span.Start || span.End > len(src) {
			t.Fatalf("the span is %v in %d bytes", span, len(src))
		}
		if !found && (err != nil || choice != workspace.Choice{}) {
			t.Errorf("no modeline, yet %+v, %v", choice, err)
		}
		planted := "-- tusk: connection=x://hunter2@h\n" + src
		if _, _, _, err := workspace.Modeline(planted); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("a planted password gives %v", err)
		}
	})
}
