//go:build linux || darwin

package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

var systemChildren = map[string]func(ctx context.Context, args []string) error{
	"fileLimit":    fileLimit,
	"fillDisk":     fillDisk,
	"unprivileged": unprivileged,
}

// outcome is what a child found, as JSON on its output.
type outcome struct {
	InMemory    bool
	Warning     *tusk.ErrorInfo
	Connections string           // when it was opened
	Errors      []tusk.ErrorInfo // of adding to the history
	History     []string         // what is there in the end, the newest first
	Committed   string           // the last statement that was added before an error
}

func (o *outcome) open(ctx context.Context, dir string) (*store.Store, error) {
	s, warning, err := store.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	o.InMemory = s.InMemory()
	if warning != nil {
		info := warning.Info()
		o.Warning = &info
	}
	o.Connections, err = names(s.Connections(ctx))
	return s, err
}

func (o *outcome) add(ctx context.Context, s *store.Store, sql string) error {
	_, err := s.AddHistory(ctx, tusk.QueryHistoryEntry{ConnectionID: shared.ID, SQL: sql})
	if err != nil {
		o.Errors = append(o.Errors, tusk.InfoOf(err))
	}
	return err
}

// run runs a child that prints its outcome.
func run(t *testing.T, child *exec.Cmd) outcome {
	t.Helper()
	output, err := child.Output()
	if err != nil {
		t.Fatal(err)
	}
	var o outcome
	if err := json.Unmarshal(output, &o); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return o
}

// unprivileged DIR uses the store of DIR as a user for whom modes hold.
func unprivileged(ctx context.Context, args []string) error {
	const nobody = 65534
	if os.Geteuid() == 0 {
		if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody)); err != nil {
			return err
		}
	}
	var o outcome
	s, err := o.open(ctx, args[0])
	if err != nil {
		return err
	}
	if err := s.SaveConnection(ctx, shared); err != nil {
		return err
	}
	if err := o.add(ctx, s, "select 1"); err != nil {
		return err
	}
	return errors.Join(s.Close(), json.NewEncoder(os.Stdout).Encode(o))
}

func TestDirectoryThatCannotBeWritten(t *testing.T) {
	const (
		copied = "cannot be used; changes to connections and history will be forgotten"
		empty  = "cannot be used; connections and history of this session will be forgotten"
	)
	for name, test := range map[string]struct {
		prepare     func(t *testing.T, dir string)
		dir         string // below that of prepare
		message     string
		connections string
	}{
		"with a store": {func(t *testing.T, dir string) {
			s := open(t, dir)
			save(t, s, connection("before"))
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}, "", copied, "before"},
		"with a store and its log": {func(t *testing.T, dir string) {
			save(t, open(t, dir), connection("before")) // closed when the test ends
		}, "", copied, "before"},
		"empty":           {func(*testing.T, string) {}, "", empty, ""},
		"to be made":      {func(*testing.T, string) {}, "tusk", empty, ""},
		"with a bad file": {func(t *testing.T, dir string) { put(t, filepath.Join(dir, store.FileName), []byte("not a database")) }, "", empty, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			test.prepare(t, dir)
			allow(t, dir)
			o := run(t, child(t, "unprivileged", filepath.Join(dir, test.dir)))
			if !o.InMemory || o.Warning == nil || !strings.HasSuffix(o.Warning.Message, test.message) ||
				!strings.Contains(o.Warning.Hint, "The data directory cannot be written") || o.Connections != test.connections {
				t.Errorf("got %+v, warning %+v", o, o.Warning)
			}
		})
	}
}

// allow lets every user read a directory of t.TempDir, and nobody but root
// write it.
func allow(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if err := os.Chmod(file, 0o444); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o555)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Chmod(dir, 0o700); err != nil {
			t.Error(err)
		}
	})
}

// fileLimit DIR LIMIT fills a store where no file can grow beyond LIMIT bytes.
func fileLimit(ctx context.Context, args []string) error {
	limit, err := strconv.ParseUint(args[1], 10, 64)
	if err != nil {
		return err
	}
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ) // a write is to fail instead
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: before.Max}); err != nil {
		return err
	}
	return fill(ctx, args[0], func() error { return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before) })
}

// fill opens a store, adds to its history until that fails, makes room and
// adds again. It prints the outcome.
func fill(ctx context.Context, dir string, makeRoom func() error) error {
	var o outcome
	s, err := o.open(ctx, dir)
	if err != nil {
		return err
	}
	for i := 0; !o.InMemory && len(o.Errors) < 3; i++ {
		sql := fmt.Sprintf("select %d -- %s", i, strings.Repeat("x", 1000))
		if err := o.add(ctx, s, sql); err == nil {
			o.Committed = sql
		}
	}
	if err := makeRoom(); err != nil {
		return err
	}
	if !o.InMemory {
		if err := o.add(ctx, s, "select 'room again'"); err != nil {
			return err
		}
	}
	if err := s.Close(); err != nil {
		return err
	}
	if s, err = openWell(ctx, dir); err != nil {
		return err
	}
	found, err := s.History(ctx, store.HistoryFilter{Limit: 100_000})
	for _, e := range found {
		o.History = append(o.History, e.SQL)
	}
	return errors.Join(err, s.Close(), json.NewEncoder(os.Stdout).Encode(o))
}

// fillDisk DIR BALLAST makes and fills a store, and makes room by removing the
// file BALLAST.
func fillDisk(ctx context.Context, args []string) error {
	s, err := openWell(ctx, args[0])
	if err != nil {
		return err
	}
	if err := errors.Join(s.SaveConnection(ctx, shared), s.Close()); err != nil {
		return err
	}
	return fill(ctx, args[0], func() error { return os.Remove(args[1]) })
}

// withShared makes a store that has the connection whose history is filled.
func withShared(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s := open(t, dir)
	save(t, s, shared)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// checkFilled shows that each error said what to do, and that what was
// committed before and after is in the file.
func checkFilled(t *testing.T, o outcome, cause string) {
	t.Helper()
	if o.InMemory || o.Warning != nil || o.Connections != shared.Name || len(o.Errors) != 3 {
		t.Fatalf("got %+v, warning %+v", o, o.Warning)
	}
	for _, info := range o.Errors {
		if info.Message != "cannot add to the history" || !strings.Contains(info.TechnicalDetail, cause) ||
			!strings.Contains(info.Hint, "The disk of the data directory is full") {
			t.Errorf("got %+v", info)
		}
	}
	if o.Committed == "" || !slices.Equal(o.History[:2], []string{"select 'room again'", o.Committed}) {
		t.Errorf("%.20q was the last to be committed; there are %d entries, the newest %.20q", o.Committed, len(o.History), o.History[:2])
	}
}

func TestFileThatCannotGrow(t *testing.T) {
	t.Parallel()
	dir := withShared(t)
	checkFilled(t, run(t, child(t, "fileLimit", dir, "300000")), "disk I/O error")
	everySQL(t, dir)
}

// A file system of 400 kB, in a mount namespace of the child's own.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fill := child(t, "fillDisk", filepath.Join(dir, "tusk"), filepath.Join(dir, "ballast"))
	unshare := []string{"unshare", "--user", "--map-root-user", "--mount"}
	if output, err := exec.Command(unshare[0], append(unshare[1:], "mount", "-t", "tmpfs", "tmpfs", dir)...).CombinedOutput(); err != nil {
		t.Skipf("a file system of the test's own needs unshare and user namespaces: %v: %s", err, output)
	}
	script := `mount -t tmpfs -o size=400k tmpfs "$0" && head -c 100000 /dev/zero >"$0/ballast" && exec "$@"`
	path, err := exec.LookPath(unshare[0])
	if err != nil {
		t.Fatal(err)
	}
	fill.Path, fill.Args = path, slices.Concat(unshare, []string{"sh", "-c", script, dir}, []string{fill.Path}, fill.Args[1:])
	checkFilled(t, run(t, fill), "database or disk is full")
}

func TestNoRoomForTheFirstPage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := run(t, child(t, "fileLimit", dir, "0"))
	if !o.InMemory || o.Warning == nil || !strings.HasSuffix(o.Warning.Message, "changes to connections and history will be forgotten") ||
		!strings.Contains(o.Warning.Hint, "The disk of the data directory is full") {
		t.Errorf("got %+v, warning %+v", o, o.Warning)
	}
	checkWorks(t, open(t, dir)) // when there is room again
}
