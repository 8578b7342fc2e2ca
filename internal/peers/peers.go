// Package peers finds the programs that tests talk to and that no Go module
// brings: an SSH server, a connection pooler, a D-Bus with a Secret Service, psql.
// What is not installed is fetched where there is apt-get and unpacked into a
// cache of ours: nothing is installed on the machine, and no daemon started.
//
//	sshd := exec.Command(peers.Command(t, "sshd"), "-D", "-f", config)
package peers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// Env is the environment variable that, when it is "required", fails the
// tests that are skipped otherwise for want of a program.
const Env = "TUSK_TEST_PEERS"

// program is one that tests ask for.
type program struct {
	name     string
	packages []string // of Debian and its children: the first that exists has it
	version  string   // argument that makes it print something, and end
	folder   string   // pattern of where its package has it, if usr/bin has but a script that chooses among several
	files    []file   // what it looks for where it was made to be
}

// file is one that a program finds by an option.
type file struct{ option, path string }

var programs = []program{
	{name: "sshd", packages: []string{"openssh-server"}, version: "-V", files: []file{
		{"-oSshdSessionPath=", "usr/lib/openssh/sshd-session"}, // since OpenSSH 9.8
		{"-oSshdAuthPath=", "usr/lib/openssh/sshd-auth"},       // since OpenSSH 10
	}},
	{name: "ssh-agent", packages: []string{"openssh-client"}, version: "--help"},
	{name: "ssh-add", packages: []string{"openssh-client"}, version: "--help"},
	{name: "ssh-keygen", packages: []string{"openssh-client"}, version: "--help"},
	{name: "pgbouncer", packages: []string{"pgbouncer"}, version: "--version"},
	{name: "dbus-daemon", packages: []string{"dbus-daemon", "dbus"}, version: "--version"},
	{name: "dbus-run-session", packages: []string{"dbus-daemon", "dbus"}, version: "--version", files: []file{
		{"--config-file=", "usr/share/dbus-1/session.conf"},
	}},
	{name: "gnome-keyring-daemon", packages: []string{"gnome-keyring"}, version: "--version"},
	{name: "psql", packages: []string{
		"postgresql-client-18", "postgresql-client-17", "postgresql-client-16", "postgresql-client-15", "postgresql-client-14",
	}, version: "--version", folder: "usr/lib/postgresql/*/bin"},
}

// Command gives the absolute path of a program that runs by itself: the
// installed one, else a fetched one, which may take a minute. It skips the
// test, with the reason, where neither is to be had; see [Env]. Programs that
// refuse to run as root can be reached by other users.
func Command(t testing.TB, name string) string {
	t.Helper()
	path, err := find(t.Context(), name)
	if err != nil {
		unavailableTo(t, err)
	}
	return path
}

// unavailableTo ends a test that needs what cannot be had.
func unavailableTo(t testing.TB, err error) {
	t.Helper()
	if os.Getenv(Env) == "required" {
		t.Fatal(err)
	}
	t.Skip(err)
}

// Fetch brings every program that is not installed, so that tests need not
// wait for it, and answers those that cannot be had. What failed a moment ago
// is tried again.
func Fetch(ctx context.Context, progress func(string)) error {
	c, err := newCache()
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range programs {
		if _, err := installed(p.name); err == nil {
			continue
		}
		if _, err := c.lookUp(ctx, p); err == nil {
			continue
		}
		progress(fmt.Sprintf("fetching %s (package %s)", p.name, p.packages[0]))
		if _, err := c.fetch(ctx, p); err != nil {
			errs = append(errs, unavailable(p.name, err))
		}
	}
	return errors.Join(errs...)
}

func find(ctx context.Context, name string) (string, error) {
	p, err := named(name)
	if err != nil {
		return "", err
	}
	if path, err := installed(name); err == nil {
		return path, nil
	}
	c, err := newCache()
	if err != nil {
		return "", unavailable(name, err)
	}
	path, err := c.get(ctx, p)
	if err != nil {
		return "", unavailable(name, err)
	}
	return path, nil
}

func named(name string) (program, error) {
	i := slices.IndexFunc(programs, func(p program) bool { return p.name == name })
	if i < 0 {
		return program{}, fmt.Errorf("package peers knows no program %s", name)
	}
	return programs[i], nil
}

func unavailable(name string, err error) error {
	return fmt.Errorf("%s is neither installed nor can it be fetched: %w", name, err)
}

// installed finds a program in the PATH, and where servers lie that ordinary
// users' PATHs leave out.
func installed(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil {
		return filepath.Abs(path)
	}
	for _, dir := range []string{"/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/libexec", "/opt/homebrew/bin", "/opt/homebrew/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", err
}
