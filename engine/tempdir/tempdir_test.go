package tempdir_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/engine/tempdir"
)

// childEnv gives the parent folder to a child process, which makes its folder
// there, prints its path and stays; without it, the tests run.
const childEnv = "TUSK_TEMPDIR_CHILD"

func TestMain(m *testing.M) {
	parent := os.Getenv(childEnv)
	if parent == "" {
		os.Exit(m.Run())
	}
	path, err := tempdir.New(parent, "test-").Path()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(path)
	select {} // until it is killed
}

// startChild gives a process that has a folder with a file in it.
func startChild(t *testing.T, parent string) (*exec.Cmd, string) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+parent)
	child.Stderr = t.Output()
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	path, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	path = strings.TrimSuffix(path, "\n")
	put(t, filepath.Join(path, "file"))
	return child, path
}

func kill(t *testing.T, child *exec.Cmd) {
	t.Helper()
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
}

func put(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("rows"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func path(t *testing.T, d *tempdir.Dir) string {
	t.Helper()
	path, err := d.Path()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// names lists what is in a folder.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestFolderIsMadeAtFirstUseAndRemovedByClose(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "not [yet] there")
	d := tempdir.New(parent, "test-")
	if _, err := os.Stat(parent); !os.IsNotExist(err) {
		t.Fatalf("there is a folder before it is asked for: %v", err)
	}
	made := path(t, d)
	put(t, filepath.Join(made, "file"))
	if again := path(t, d); again != made || filepath.Dir(made) != parent {
		t.Errorf("got %s, then %s", made, again)
	}
	for _, path := range []string{parent, made} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o700 && runtime.GOOS != "windows" {
			t.Errorf("%s has mode %o", path, mode)
		}
	}
	for range 2 {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if left := names(t, parent); len(left) > 0 {
			t.Errorf("after Close there are %q", left)
		}
	}
	if next := path(t, d); next == made {
		t.Errorf("after Close the folder is %s again", next)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestFoldersOfKilledProcessesAreSwept(t *testing.T) {
	parent := t.TempDir()
	dead, deadPath := startChild(t, parent)
	living, livingPath := startChild(t, parent)
	kill(t, dead)
	put(t, filepath.Join(parent, "test-of-something-else"))

	d := tempdir.New(parent, "test-")
	made := path(t, d)
	left := strings.Join(names(t, parent), " ")
	for _, path := range []string{made, livingPath} {
		if !strings.Contains(left, filepath.Base(path)+" ") || !strings.Contains(left, filepath.Base(path)+".lock") {
			t.Errorf("%s is gone; there are %s", path, left)
		}
	}
	if strings.Contains(left, filepath.Base(deadPath)) || !strings.Contains(left, "test-of-something-else") {
		t.Errorf("there are %s", left)
	}
	if got := names(t, livingPath); len(got) != 1 {
		t.Errorf("the living process has %q", got)
	}
	kill(t, living)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = tempdir.New(parent, "test-")
	path(t, d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if left := names(t, parent); len(left) != 1 || left[0] != "test-of-something-else" {
		t.Errorf("there are %q", left)
	}
}

// Folders that are made while others sweep are left alone.
func TestManyAtOnce(t *testing.T) {
	parent := t.TempDir()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				d := tempdir.New(parent, "test-")
				made, err := d.Path()
				if err == nil {
					err = os.WriteFile(filepath.Join(made, "file"), nil, 0o600)
				}
				if err != nil {
					t.Error(err)
				}
				if _, err := os.Stat(made + ".lock"); err != nil {
					t.Error(err)
				}
				if err := d.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if left := names(t, parent); len(left) > 0 {
		t.Errorf("there are %q", left)
	}
}

func TestFolderThatCannotBeMade(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "file")
	put(t, parent)
	d := tempdir.New(parent, "test-")
	if made, err := d.Path(); err == nil {
		t.Errorf("got %s", made)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
