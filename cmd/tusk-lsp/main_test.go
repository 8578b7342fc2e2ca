package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

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

// command runs one command line on a data directory of the test's own.
type command struct {
	t   *testing.T
	dir string
}

func (c command) run(stdin string, args ...string) (stdout, stderr string, err error) {
	c.t.Helper()
	c.t.Setenv("TUSK_KEYRING_DISABLED", "a test")
	var out, errs bytes.Buffer
	err = run(c.t.Context(), append([]string{"--data-dir", c.dir}, args...), strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), err
}

func (c command) must(stdin string, args ...string) string {
	c.t.Helper()
	out, errs, err := c.run(stdin, args...)
	if err != nil {
		c.t.Fatalf("%q: %v\n%s", args, err, errs)
	}
	return out
}

func TestConnectionIsAddedListedTestedAndRemoved(t *testing.T) {
	db := pgtest.New(t).Database(t)
	t.Setenv("PGPASSFILE", passfile(t, db))
	c := command{t, t.TempDir()}
	if out := c.must("", "connection", "list"); !strings.Contains(out, "no connection is saved") {
		t.Errorf("an empty list says %q", out)
	}
	config := db.Config()
	c.must("", "connection", "add", "mine", "--host", config.Host, "--port", strconv.Itoa(config.Port), "--database", config.Database, "--user", config.Username)
	if out := c.must("", "connection", "list"); !strings.Contains(out, "mine") || !strings.Contains(out, config.Database) {
		t.Errorf("the list is %q", out)
	}
	if out := c.must("", "connection", "test", "mine"); !strings.Contains(out, "mine works") {
		t.Errorf("the test says %q", out)
	}
	if _, errs, err := c.run("", "connection", "add", "mine", "--user", "x"); err == nil || !strings.Contains(errs, "already") {
		t.Errorf("a second one of the name: %v, %s", err, errs)
	}
	c.must("", "connection", "remove", "mine")
	if _, errs, err := c.run("", "connection", "test", "mine"); err == nil || !strings.Contains(errs, "mine") {
		t.Errorf("a removed one: %v, %s", err, errs)
	}
}

func passfile(t *testing.T, db *pgtest.Database) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pgpass")
	if err := os.WriteFile(path, []byte("*:*:*:"+db.Username+":"+db.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPasswordIsInNoFile(t *testing.T) {
	c := command{t, t.TempDir()}
	_, errs, err := c.run("postgres://me:s3cret-word@127.0.0.1:1/x\n", "connection", "add", "mine", "--url", "-")
	if err != nil || strings.Contains(errs, "s3cret-word") {
		t.Fatalf("%v, %s", err, errs)
	}
	if _, errs, err = c.run("", "connection", "test", "mine"); err == nil || strings.Contains(errs, "s3cret-word") {
		t.Errorf("%v, %s", err, errs)
	}
	err = filepath.WalkDir(c.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte("s3cret-word")) {
			t.Errorf("the password is in %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
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
		{"connection add x --url mysql://x", []string{"names no connection", "hint:"}},
		{"--log-level loud connection list", []string{"loud", "hint: Use debug"}},
		{"--data-dir " + filepath.Join(file, "below") + " connection list", []string{"data directory", "hint: Choose another"}},
	} {
		_, errs, err := command{t, t.TempDir()}.run("", strings.Fields(test.args)...)
		if err == nil || exitCode(err) != 1 {
			t.Errorf("%s: %v, status %d", test.args, err, exitCode(err))
		}
		for _, word := range test.words {
			if !strings.Contains(errs, word) {
				t.Errorf("%s: %q is not in %q", test.args, word, errs)
			}
		}
	}
}

// process gives an editor on the program as a process of its own.
func process(t *testing.T, env ...string) *lsptest.Editor {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	env = append(os.Environ(), append(env, beTusk+"=1", "TUSK_KEYRING_DISABLED=a test", "TUSK_DATA_DIR="+t.TempDir())...)
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
