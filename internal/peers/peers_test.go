package peers

import (
	"os/exec"
	"strings"
	"testing"
)

// TestFetchedProgramsRun fetches what is installed, too.
func TestFetchedProgramsRun(t *testing.T) {
	for _, tool := range []string{"apt-get", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("there is nothing to fetch with: %v", err)
		}
	}
	c := cache{t.TempDir()}
	for _, test := range []struct{ name, says string }{
		{"sshd", "OpenSSH"},
		{"ssh-agent", "usage: ssh-agent"},
		{"ssh-keygen", "usage: ssh-keygen"},
		{"pgbouncer", "PgBouncer"},
		{"dbus-daemon", "D-Bus Message Bus Daemon"},
		{"dbus-run-session", "dbus-run-session"},
		{"gnome-keyring-daemon", "gnome-keyring-daemon"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := named(test.name)
			if err != nil {
				t.Fatal(err)
			}
			path, err := c.get(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			// Some end with an error after they have said what they take.
			out, err := exec.CommandContext(t.Context(), path, p.version).CombinedOutput()
			if !strings.Contains(string(out), test.says) {
				t.Errorf("%s %s: %v\n%s", path, p.version, err, out)
			}
		})
	}
}
