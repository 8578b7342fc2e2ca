package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh/agent"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// doctor runs the doctor, and gives its checks by name.
func (c command) doctor() (map[string]check, error) {
	c.t.Helper()
	out, errs, err := c.run("", "doctor --json")
	var list []check
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		c.t.Fatalf("%v\n%s%s", err, out, errs)
	}
	checks := map[string]check{}
	for _, found := range list {
		checks[found.Name] = found
	}
	return checks, err
}

// wantCheck fails unless a check has a verdict and says all words, and unless
// all but the good ones say what to do.
func wantCheck(t *testing.T, checks map[string]check, name string, want verdict, words ...string) {
	t.Helper()
	got, ok := checks[name]
	if !ok {
		t.Errorf("there is no check %q", name)
		return
	}
	if got.Verdict != want || (got.Advice == "") != (want == fine) {
		t.Errorf("%s: got %+v, want %s", name, got, want)
	}
	wantWords(t, name, got.Found+"\n"+got.Advice, words...)
}

func TestDoctorFindsAllWell(t *testing.T) {
	db := pgtest.New(t).Database(t)
	c := newCommand(t)
	withKeychain(t)
	passfile(t, db)
	t.Setenv("SSH_AUTH_SOCK", serveAgent(t))
	t.Setenv("PGSERVICEFILE", writeFile(t, "services", "[shop]\nhost=db\n"))
	t.Setenv("DATABASE_URL", "postgres://ada:s3cret-word@db/shop")
	t.Setenv("PGHOST", "elsewhere")
	t.Setenv("PGUSER", "ada")
	c.must("", "connection add mine"+flagsFor(db))
	if err := os.Chmod(c.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	checks, err := c.doctor()
	if err != nil {
		t.Errorf("it ends with %v", err)
	}
	wantCheck(t, checks, "program", fine, "tusk-lsp devel", "grammar", runtime.GOARCH)
	wantCheck(t, checks, "data directory", fine, c.dir)
	wantCheck(t, checks, "store", fine, "sound", "connections saved: 1")
	wantCheck(t, checks, "keychain", fine)
	wantCheck(t, checks, "SSH agent", fine, "keys: 0")
	wantCheck(t, checks, "SSH configuration", fine)
	wantCheck(t, checks, "password file", fine, os.Getenv("PGPASSFILE"))
	wantCheck(t, checks, "service file", fine, "services: 1")
	wantCheck(t, checks, "DATABASE_URL", fine, "ada@db:5432/shop, with a password")
	wantCheck(t, checks, "libpq's variables", fine, "ada@elsewhere:5432/ada", "PGHOST", "PGUSER")
	wantCheck(t, checks, "connection mine", fine, "PostgreSQL ", "plain text", " ms")
}

func TestDoctorSaysWhatToDo(t *testing.T) {
	const secret = "s3cret-word"
	c := newCommand(t)
	c.must("", "connection add broken --host 127.0.0.1 --port 1 --user me")
	c.must("", "connection add tunnelled --host db --user me --ssh-host 127.0.0.1 --ssh-port 1 --ssh-user me")
	gone := filepath.Join(t.TempDir(), "socket")
	t.Setenv("SSH_AUTH_SOCK", gone)
	t.Setenv("PGSERVICEFILE", writeFile(t, "services", "password="+secret+"\n"))
	t.Setenv("DATABASE_URL", "postgres://ada:"+secret+"%zz@db/shop")
	t.Setenv("PGHOST", "db")
	t.Setenv("PGPORT", "none")
	t.Setenv("PGPASSWORD", secret)
	passwords := writeFile(t, "pgpass", "*:*:*:*:"+secret)
	t.Setenv("PGPASSFILE", passwords)
	for path, mode := range map[string]os.FileMode{passwords: 0o644, c.dir: 0o755} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	out, errs, err := c.run("", "doctor")
	if exitCode(err) != 1 {
		t.Errorf("it ends with %v, status %d; want 1", err, exitCode(err))
	}
	if strings.Contains(out+errs, secret) {
		t.Errorf("a secret is in\n%s%s", out, errs)
	}
	for line := range strings.Lines(out) {
		if len([]rune(line)) > 81 && strings.Contains(strings.TrimSpace(line), " ") && !strings.Contains(line, "/") {
			t.Errorf("%q is wider than 80 columns", line)
		}
	}
	checks, _ := c.doctor()
	wantCheck(t, checks, "keychain", warning, "a test", "Unset TUSK_KEYRING_DISABLED")
	wantCheck(t, checks, "SSH agent", warning, gone, "does not answer")
	wantCheck(t, checks, "service file", failed, os.Getenv("PGSERVICEFILE"))
	wantCheck(t, checks, "DATABASE_URL", failed, "names no connection", "Write it as postgres://")
	wantCheck(t, checks, "libpq's variables", failed, "port")
	wantCheck(t, checks, "connection broken", failed, "nothing listens", "running")
	wantCheck(t, checks, "connection tunnelled", failed)
	if runtime.GOOS != "windows" {
		wantCheck(t, checks, "password file", failed, "mode 0644", "chmod 0600 "+passwords)
		wantCheck(t, checks, "data directory", warning, "mode 0755", "chmod 0700 "+c.dir)
	}
	t.Setenv("SSH_AUTH_SOCK", "")
	checks, _ = c.doctor()
	wantCheck(t, checks, "SSH agent", warning, "wanted by tunnelled", "ssh-add")
}

// What the data directory holds is looked at by opening it, and where that is
// not possible, the rest is looked at all the same.
func TestDoctorLooksAtTheStore(t *testing.T) {
	c := newCommand(t)
	file := filepath.Join(c.dir, store.FileName)
	if err := os.WriteFile(file, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	checks, err := c.doctor()
	if err != nil {
		t.Error(err)
	}
	wantCheck(t, checks, "store", warning, "was damaged", "kept as")
	checks, _ = c.doctor()
	wantCheck(t, checks, "store", fine)

	c.dir = filepath.Join(writeFile(t, "file", ""), "below")
	checks, err = c.doctor()
	if exitCode(err) != 1 {
		t.Errorf("it ends with %v", err)
	}
	wantCheck(t, checks, "data directory", failed, "cannot be made", "--data-dir")
	wantCheck(t, checks, "DATABASE_URL", fine, "not set")
}

// serveAgent serves an SSH agent without keys, and gives its socket.
func serveAgent(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tusk-") // short, as a socket's path must be
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	listener, err := net.Listen("unix", filepath.Join(dir, "agent"))
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed
			}
			agent.ServeAgent(agent.NewKeyring(), conn) //nolint:errcheck // the client hung up
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-served
	})
	return listener.Addr().String()
}
