package psql_test

import (
	"errors"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/psql"
)

// TestConditions follows commands, one a line; in other lines a + runs and a -
// does not. Behind -- stands what is said.
func TestConditions(t *testing.T) {
	const script = `
+
\if true
+
\elif :{?n} ` + "`never asked`" + `
-
\else
-
\endif
+
\if off
-
\if :nobody
-
\else
-
\endif
-
\elif no
-
\elif :n
+
\else more
-
\endif extra -- \endif: extra argument "extra" ignored
+
\if perhaps -- unrecognized value "perhaps" for "\if expression": Boolean expected
-
\else
+
\else -- \else: cannot occur after \else
+
\elif yes -- \elif: cannot occur after \else
+
\endif
\endif -- \endif: no matching \if
\else -- \else: no matching \if
\elif 1 -- \elif: no matching \if
\if 'open -- unterminated quoted string
-
\else
+
`
	v := variables(t, "n", "1")
	var c psql.Conditions
	for line := range strings.Lines(strings.TrimSpace(script)) {
		command, want, _ := strings.Cut(strings.TrimRight(line, "\n"), " -- ")
		switch command {
		case "+", "-":
			if c.Active() != (command == "+") {
				t.Fatalf("%s: active is %v", line, c.Active())
			}
			continue
		}
		warnings, err := c.Follow(command, v)
		if err != nil {
			warnings = append(warnings, err.Error())
		}
		if said := strings.Join(warnings, "; "); said != want {
			t.Errorf("%s: said %q, want %q", command, said, want)
		}
	}
	if err := c.End(); err == nil || err.Error() != `reached EOF without finding closing \endif(s)` {
		t.Error(err)
	}
}

func TestSetChecksSpecialVariables(t *testing.T) {
	tests := []struct{ name, value, want, err string }{
		{"x", "anything", "anything", ""},
		{"é_1", "", "", ""},
		{"a b", "1", "", `invalid variable name: "a b"`},
		{"", "1", "", `invalid variable name: ""`},
		{"ON_ERROR_STOP", "", "on", ""},
		{"ON_ERROR_STOP", "tr", "tr", ""},
		{"ON_ERROR_STOP", "o", "off", `unrecognized value "o" for "ON_ERROR_STOP": Boolean expected`},
		{"ECHO", "Errors", "Errors", ""},
		{"ECHO", "", "none", `unrecognized value "" for "ECHO"`},
		{"ON_ERROR_ROLLBACK", "interactive", "interactive", ""},
		{"FETCH_COUNT", "0x1F", "0x1F", ""},
		{"FETCH_COUNT", "1_000", "0", `invalid value "1_000" for "FETCH_COUNT": integer expected`},
		{"IGNOREEOF", "x", "10", ""},
		{"WATCH_INTERVAL", "0.25", "0.25", ""},
		{"WATCH_INTERVAL", "soon", "2", `invalid value "soon" for variable "WATCH_INTERVAL": number of seconds expected`},
	}
	for _, test := range tests {
		v := psql.NewVariables()
		said := ""
		if err := v.Set(test.name, test.value); err != nil {
			said = err.Error()
		}
		if got, _ := v.Get(test.name); got != test.want || said != test.err {
			t.Errorf(`\set %s %q gives %q and says %q, want %q and %q`, test.name, test.value, got, said, test.want, test.err)
		}
	}
	var refused *tusk.Error
	if err := psql.NewVariables().Set("ECHO", "x"); !errors.As(err, &refused) || refused.Hint != "Available values are: none, errors, queries, all." {
		t.Errorf("hint: %v", err)
	}
}

func TestSendIntoStoresARow(t *testing.T) {
	v := variables(t, "p_b", "old")
	warnings, err := psql.SendInto{Prefix: "p_"}.Store(v, []string{"a", "b"}, []tusk.Value{ptr("1"), nil})
	if a, _ := v.Get("p_a"); err != nil || len(warnings) > 0 || a != "1" {
		t.Errorf("a is %q; %q, %v", a, warnings, err)
	}
	if b, ok := v.Get("p_b"); ok {
		t.Errorf("NULL left b at %q", b)
	}
	warnings, err = psql.SendInto{}.Store(v, []string{"ECHO", "?column?"}, []tusk.Value{ptr("x"), ptr("1")})
	if len(warnings) != 1 || warnings[0] != `attempt to \gset into specially treated variable "ECHO" ignored` ||
		err == nil || err.Error() != `invalid variable name: "?column?"` {
		t.Errorf("%q, %v", warnings, err)
	}
}
