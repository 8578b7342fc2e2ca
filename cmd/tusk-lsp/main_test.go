package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/lsp/lspclient"
	"github.com/tusk-lsp/tusk-lsp/lsp/lsptest"
)

// beTusk makes the test binary the program itself, for tests of the process.
const beTusk = "TUSK_TEST_BE_THE_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(beTusk) != "" {
		main()
	}
	os.Exit(m.Run())
}

// command runs command lines on a data directory of the test's own, in a home of
// its own and without a keychain.
type command struct {
	t   *testing.T
	dir string
}

func newCommand(t *testing.T) command {
	t.Helper()
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "APPDATA"} {
		t.Setenv(name, home)
	}
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "PG") || name == "DATABASE_URL" || name == "SSH_AUTH_SOCK" {
			t.Setenv(name, "")
		}
	}
	t.Setenv(keyringDisabled, "a test")
	return command{t, t.TempDir()}
}

// withKeychain gives the test a keychain in memory: the library's own mock.
func withKeychain(t *testing.T) {
	t.Helper()
	keyring.MockInit()
	t.Setenv(keyringDisabled, "")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent") // that there is a session is looked at first
}

// run runs a line: words between spaces.
func (c command) run(stdin, line string) (stdout, stderr string, err error) {
	c.t.Helper()
	var out, errs bytes.Buffer
	err = run(c.t.Context(), append([]string{"--data-dir", c.dir}, strings.Fields(line)...), strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), err
}

// must runs a line that works.
func (c command) must(stdin, line string) string {
	c.t.Helper()
	out, errs, err := c.run(stdin, line)
	if err != nil {
		c.t.Fatalf("%s: %v\n%s", line, err, errs)
	}
	return out
}

// shows runs a line that works and prints all of the words.
func (c command) shows(stdin, line string, words ...string) string {
	c.t.Helper()
	out := c.must(stdin, line)
	wantWords(c.t, line, out, words...)
	return out
}

// fails runs a line that does not work and says all of the words on stderr.
func (c command) fails(stdin, line string, words ...string) {
	c.t.Helper()
	_, errs, err := c.run(stdin, line)
	if exitCode(err) != 1 {
		c.t.Errorf("%s: %v, status %d; want 1", line, err, exitCode(err))
	}
	wantWords(c.t, line, errs, words...)
}

func wantWords(t *testing.T, line, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%s: %q is not in\n%s", line, word, text)
		}
	}
}

func TestBadCommandLinesSayWhatToDo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args  string
		words []string
	}{
		{"--nonsense", []string{"--nonsense", "hint: `tusk-lsp --help`"}},
		{"nonsense", []string{"nonsense", "hint:"}},
		{"connection test", []string{"wants the name", "hint:"}},
		{"connection test nobody", []string{"nobody", "hint:"}},
		{"connection add x --port 99999 --user me", []string{"port", "1 to 65535", "hint:"}},
		{"connection add x --url postgres://me:word@db/x", []string{"a password on a command line", "hint: Leave it out"}},
		{"connection add x --user me --ssh-host gate", []string{"ssh_tunnel.username", "hint:"}},
		{"connection add x --user me --ssl-root-cert /nonexistent", []string{"ssl_root_cert", "hint:"}},
		{"connection update nobody --port 1", []string{"no connection named nobody", "hint: `tusk-lsp connection list`"}},
		{"connection duplicate x", []string{"and one for its copy", "hint:"}},
		{"connection import nonsense", []string{"neither a tool nor a file", "hint: Name one of"}},
		{"connection explain", []string{"there is no connection", "hint:"}},
		{"history show 1", []string{"no entry 1", "hint: `tusk-lsp history list`"}},
		{"history list --since yesterday", []string{"2026-01-31", "hint:"}},
		{"history list --failed --succeeded", []string{"nothing together", "hint:"}},
		{"connection add x --url mysql://x", []string{"names no connection", "hint:"}},
		{"--log-level loud connection list", []string{"loud", "hint: Use debug"}},
		{"--data-dir " + filepath.Join(file, "below") + " connection list", []string{"data directory", "hint: Choose another"}},
	} {
		newCommand(t).fails("", test.args, test.words...)
	}
}

// process gives an editor on the program as a process of its own.
func process(t *testing.T, env ...string) *lsptest.Editor {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	env = append(append(os.Environ(), beTusk+"=1", "TUSK_KEYRING_DISABLED=a test", "TUSK_DATA_DIR="+t.TempDir()), env...)
	e := lsptest.Binary(t, path, nil, env, lspclient.Options{})
	e.Initialize()
	return e
}

func TestExitStatus(t *testing.T) {
	for _, test := range []struct {
		orderly bool
		want    int
	}{{true, 0}, {false, 1}} {
		e := process(t)
		if test.orderly {
			e.Shutdown()
		}
		e.Exit()
		if status, err := e.Wait(t.Context()); err != nil || status != test.want {
			t.Errorf("orderly %v: status %d, %v; want %d", test.orderly, status, err, test.want)
		}
	}
}

// A client that vanishes in the middle of a query takes the server and its
// backends with it.
func TestVanishedClientLeavesNothing(t *testing.T) {
	db := pgtest.New(t).Database(t)
	e := process(t, "DATABASE_URL="+db.URL()+"?application_name=vanishing")
	const uri = "file:///x.sql"
	e.Open(uri, "select pg_sleep(600)")
	e.Command("tusk.execute", nil, map[string]any{"uri": uri})
	db.AwaitBackends(t, "vanishing", 2, 5*time.Second) // the session's and the pool's
	if err := e.Kill(); err != nil {
		t.Log(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, err := e.Wait(ctx); err != nil {
		t.Errorf("the server goes on: %v", err)
	}
	db.AwaitBackends(t, "vanishing", 0, 2*time.Second)
}

// A client that goes while a large result comes leaves no file of it behind.
func TestClientVanishesAmidAResult(t *testing.T) {
	db := pgtest.New(t).Database(t)
	data := t.TempDir()
	e := process(t, "DATABASE_URL="+db.URL()+"?application_name=vanishing", "TUSK_DATA_DIR="+data)
	const uri = "file:///x.sql"
	e.Open(uri, "select n, repeat('x', 1000) from generate_series(1, 10000000) n")
	e.Command("tusk.execute", nil, map[string]any{"uri": uri, "maxRows": -1})
	spooled := func() int {
		files, err := filepath.Glob(filepath.Join(data, "spool-*", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(files)
	}
	for deadline := time.Now().Add(20 * time.Second); spooled() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nothing is on the disk")
		}
	}
	if err := e.Kill(); err != nil {
		t.Log(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := e.Wait(ctx); err != nil {
		t.Errorf("the server goes on: %v", err)
	}
	if n := spooled(); n > 0 {
		t.Errorf("%d files are left", n)
	}
	db.AwaitBackends(t, "vanishing", 0, 5*time.Second)
}

func TestDataDirectoryOfEachSystem(t *testing.T) {
	home := func() (string, error) { return "/home/me", nil }
	for _, test := range []struct {
		goos, variable, value, want string
	}{
		{"linux", "", "", "/home/me/.local/share/tusk"},
		{"linux", "XDG_DATA_HOME", "/data", "/data/tusk"},
		{"darwin", "", "", "/home/me/Library/Application Support/dev.tusk.Tusk"},
		{"windows", "APPDATA", "/roaming", "/roaming/tusk/Tusk"},
	} {
		getenv := func(name string) string {
			if name == test.variable {
				return test.value
			}
			return ""
		}
		if got, err := systemDataDir(test.goos, getenv, home); err != nil || got != test.want {
			t.Errorf("%s: got %q, %v; want %q", test.goos, got, err, test.want)
		}
	}
}

func TestLogFilesArePruned(t *testing.T) {
	dir := t.TempDir()
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	file := &dailyFile{dir: dir, today: func() time.Time { return day }}
	for range keptLogs + 3 {
		if _, err := file.Write([]byte("line\n")); err != nil {
			t.Fatal(err)
		}
		day = day.AddDate(0, 0, 1)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if len(names) != keptLogs || !slices.Contains(names, "tusk.2026-01-10.log") || slices.Contains(names, "tusk.2026-01-03.log") {
		t.Errorf("kept %q", names)
	}
}
