package store_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// childEnv names the child that this test binary is to be, with its arguments
// on the command line; without it, it runs the tests.
const childEnv = "TUSK_STORE_CHILD"

// children are the other editors' processes.
var children = map[string]func(ctx context.Context, args []string) error{
	"write":   write,
	"inspect": inspect,
}

func TestMain(m *testing.M) {
	name := os.Getenv(childEnv)
	run := children[name]
	if run == nil {
		run = systemChildren[name]
	}
	if run == nil {
		os.Exit(runTests(m))
	}
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "store-test")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = sync.OnceValues(func() (string, error) { return buildProgram(dir) })
	return m.Run()
}

// program is the path of what children run; TestMain sets it.
var program func() (string, error)

// buildProgram gives this test binary without the race detector, which looks
// into one process only and makes SQLite twenty times slower.
func buildProgram(dir string) (string, error) {
	info, _ := debug.ReadBuildInfo()
	if !slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		return os.Args[0], nil
	}
	path := filepath.Join(dir, "store.test")
	build := exec.Command("go", "test", "-c", "-o", path, ".")
	build.Stderr = os.Stderr
	return path, build.Run()
}

// child is a process that was not started yet; it ends with the test.
func child(t testing.TB, name string, args ...string) *exec.Cmd {
	t.Helper()
	return childContext(t.Context(), t, name, args...)
}

// childContext is a child that is killed when the context ends.
func childContext(ctx context.Context, t testing.TB, name string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatalf("build the child: %v", err)
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), childEnv+"="+name)
	cmd.Stderr = t.Output()
	return cmd
}

// shared is the connection that all writers use.
var shared = func() tusk.ConnectionConfig {
	c := connection("shared")
	c.ID = uuid.MustParse("00000000-0000-4000-8000-000000000001")
	c.SSHTunnel.ID = uuid.MustParse("00000000-0000-4000-8000-000000000002")
	return c
}()

// openWell opens a store for a child; a warning is an error.
func openWell(ctx context.Context, dir string) (*store.Store, error) {
	s, warning, err := store.Open(ctx, dir)
	if warning != nil {
		return nil, warning
	}
	return s, err
}

// write DIR NAME N PAUSE adds N statements that say NAME and their number to
// the history, with a pause after each, and prints those that were reported as
// committed.
func write(ctx context.Context, args []string) error {
	dir, name := args[0], args[1]
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	pause, err := time.ParseDuration(args[3])
	if err != nil {
		return err
	}
	s, err := openWell(ctx, dir)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.SaveConnection(ctx, shared); err != nil {
		return err
	}
	for i := range n {
		sql := fmt.Sprintf("select '%s', %d", name, i)
		if _, err := s.AddHistory(ctx, tusk.QueryHistoryEntry{ConnectionID: shared.ID, SQL: sql}); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
		fmt.Println(sql)
		time.Sleep(pause)
	}
	return nil
}
