package peers

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestFetchedProgramsRun fetches what is installed, too, all at once.
func TestFetchedProgramsRun(t *testing.T) {
	needApt(t)
	c := cache{t.TempDir()}
	for _, test := range []struct{ name, says string }{
		{"sshd", "OpenSSH"},
		{"ssh-agent", "usage: ssh-agent"},
		{"ssh-keygen", "usage: ssh-keygen"},
		{"pgbouncer", "PgBouncer"},
		{"dbus-daemon", "D-Bus Message Bus Daemon"},
		{"dbus-run-session", "dbus-run-session"},
		{"gnome-keyring-daemon", "gnome-keyring-daemon"},
		{"psql", "psql (PostgreSQL)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, err := named(test.name)
			if err != nil {
				t.Fatal(err)
			}
			path, err := c.get(t.Context(), p)
			if err != nil {
				unavailableTo(t, err)
			}
			// Some end with an error after they have said what they take.
			out, err := exec.CommandContext(t.Context(), path, p.version).CombinedOutput()
			if !strings.Contains(string(out), test.says) {
				t.Errorf("%s %s: %v\n%s", path, p.version, err, out)
			}
		})
	}
}

func TestInstalledProgramComesFirst(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the test's program is a shell script")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "pgbouncer")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	if got := Command(t, "pgbouncer"); got != path {
		t.Errorf("got %s, want %s", got, path)
	}
}

func TestWithoutAptTheReasonIsGiven(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	p := program{name: "no-such-program", packages: []string{"no-such-package"}}
	_, err := cache{t.TempDir()}.get(t.Context(), p)
	if err == nil || !strings.Contains(err.Error(), `"apt-get": executable file not found`) {
		t.Errorf("got %v", err)
	}
}

// TestFailureIsRemembered: the second answer comes from the note, also when
// there is no time to fetch anything.
func TestFailureIsRemembered(t *testing.T) {
	needApt(t)
	c, p := cache{t.TempDir()}, program{name: "no-such-program", packages: []string{"no-such-package"}}
	_, first := c.get(t.Context(), p)
	if first == nil || !strings.Contains(first.Error(), "no-such-package") {
		t.Fatalf("got %v", first)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, second := c.get(ended, p); second == nil || second.Error() != first.Error() {
		t.Errorf("got %v, want %v", second, first)
	}
}

func needApt(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"apt-get", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("there is nothing to fetch with: %v", err)
		}
	}
}
