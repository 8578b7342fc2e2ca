package spool_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/spool"
)

// A file system of 400 KiB, in a mount namespace of a process's own: this test
// again, which finds it by the environment.
func TestFullDisk(t *testing.T) {
	const smallDisk = "TUSK_SPOOL_SMALL_DISK"
	if dir := os.Getenv(smallDisk); dir != "" {
		fillDisk(t, dir)
		return
	}
	dir := t.TempDir()
	unshare := []string{"--user", "--map-root-user", "--mount", "sh", "-c"}
	if output, err := exec.Command("unshare", append(unshare, `mount -t tmpfs tmpfs "$0"`, dir)...).CombinedOutput(); err != nil {
		t.Skipf("a file system of the test's own needs unshare and user namespaces: %v: %s", err, output)
	}
	script := `mount -t tmpfs -o size=400k tmpfs "$0" && head -c 100000 /dev/zero >"$0/ballast" && exec "$@"`
	again := exec.CommandContext(t.Context(), "unshare", append(unshare, script, dir, os.Args[0], "-test.run=^TestFullDisk$", "-test.v")...)
	again.Env = append(os.Environ(), smallDisk+"="+dir)
	if output, err := again.CombinedOutput(); err != nil || !strings.Contains(string(output), "the disk was full") {
		t.Errorf("%v: %s", err, output)
	}
}

func fillDisk(t *testing.T, dir string) {
	s := open(t, spool.Options{Dir: filepath.Join(dir, "spool"), Memory: 64 << 10})
	r := s.NewResult(1)
	row := cells(strings.Repeat("x", 100))
	var err error
	for err == nil && r.Bytes() < 1<<20 {
		err = r.Append(row)
	}
	info := tusk.InfoOf(err)
	if tusk.CategoryOf(err) != tusk.Storage || !strings.Contains(info.TechnicalDetail, "no space left on device") || !strings.Contains(info.Hint, "disk is not full") {
		t.Fatalf("after %d bytes: %+v", r.Bytes(), info)
	}
	t.Logf("the disk was full after %d bytes", r.Bytes())
	if u := s.Usage(); u.Memory > 64<<10 || u.Disk > 400<<10-100_000 {
		t.Errorf("in use: %+v", u)
	}
	if lines, err := read(r); err != nil || int64(len(lines)) != r.Len() || lines[0] != lines[len(lines)-1] {
		t.Errorf("%v, %d rows of %d can be read", err, len(lines), r.Len())
	}
	n := r.Len()
	if err := os.Remove(filepath.Join(dir, "ballast")); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if err := r.Append(row); err != nil {
			t.Fatalf("with room again: %v", err)
		}
	}
	if lines, err := read(r); err != nil || int64(len(lines)) != n+100 {
		t.Errorf("%v, %d rows of %d can be read", err, len(lines), n+100)
	}
}
