package secrets

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// script is a password command that a shell runs.
func script(t *testing.T, text string) []string {
	t.Helper()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell: ", err)
	}
	return []string{shell, "-c", text}
}

func TestCommand(t *testing.T) {
	for name, test := range map[string]struct{ script, want string }{
		"a line":                 {`echo hunter2`, "hunter2"},
		"no end of line":         {`printf hunter2`, "hunter2"},
		"more lines":             {`printf 'hunter2\nuser: me\n'`, "hunter2"},
		"spaces around":          {`printf ' hunter2 \r\n'`, "hunter2"},
		"spaces within":          {`echo 'hunter 2'`, "hunter 2"},
		"complaints":             {`echo 'a warning' >&2; echo hunter2`, "hunter2"},
		"no end of output":       {`echo hunter2; head -c 1000000 /dev/zero`, "hunter2"},
		"an agent stays behind":  {`sleep 3 & echo hunter2`, "hunter2"},
		"input is empty":         {`cat; echo hunter2`, "hunter2"},
		"the user's environment": {`echo "$TUSK_TEST_VARIABLE"`, "hunter2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TUSK_TEST_VARIABLE", "hunter2")
			secret, err := Command(t.Context(), script(t, test.script))
			if err != nil || secret.Reveal() != test.want {
				t.Errorf("got %q, %v; want %q", secret.Reveal(), err, test.want)
			}
		})
	}
}

func TestCommandIsNoShellText(t *testing.T) {
	argv := append(script(t, `echo "$1"`), "-", "$(id) ; 'x'")
	secret, err := Command(t.Context(), argv)
	if err != nil || secret.Reveal() != "$(id) ; 'x'" {
		t.Errorf("got %q, %v", secret.Reveal(), err)
	}
}

func TestCommandThatGivesNoPassword(t *testing.T) {
	for name, test := range map[string]struct {
		argv   []string
		says   string
		detail string
	}{
		"none":                {nil, "is empty", ""},
		"an empty one":        {[]string{"", "hunter2"}, "is empty", ""},
		"no such program":     {[]string{"no-such-program", "hunter2"}, "executable file not found", ""},
		"nothing printed":     {script(t, `: hunter2`), "printed nothing", ""},
		"an empty first line": {script(t, `printf '\nhunter2\n'`), "printed nothing", ""},
		"failure": {script(t, `echo hunter2; echo 'locked, password=hunter2' >&2; exit 3`),
			"exit status 3", "locked, password=[redacted]"},
		"failure with many words": {script(t, `echo locked >&2; head -c 1000000 /dev/zero >&2; exit 3`), "exit status 3", "locked"},
	} {
		t.Run(name, func(t *testing.T) {
			secret, err := Command(t.Context(), test.argv)
			e, ok := errors.AsType[*tusk.Error](err)
			if !ok || e.Category != tusk.Authentication || e.Hint == "" || !strings.Contains(err.Error(), test.says) {
				t.Fatalf("got %v", err)
			}
			if !strings.HasPrefix(e.Detail, test.detail) || len(e.Detail) > 4<<10 {
				t.Errorf("%d bytes of detail: %.80s", len(e.Detail), e.Detail)
			}
			if !secret.IsZero() || strings.Contains(fmt.Sprintf("%+v %+v", err, e.Info()), "hunter2") {
				t.Errorf("a secret came with %+v", e.Info())
			}
		})
	}
}

func TestCommandEndsWithItsContext(t *testing.T) {
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	ended, end := context.WithCancel(t.Context())
	end()
	for name, test := range map[string]struct {
		ctx  context.Context
		want tusk.Category
	}{
		"out of time": {short, tusk.Authentication},
		"cancelled":   {ended, tusk.Cancelled},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, err := Command(test.ctx, script(t, `exec sleep 60`))
			if tusk.CategoryOf(err) != test.want {
				t.Errorf("got %v", err)
			}
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}
