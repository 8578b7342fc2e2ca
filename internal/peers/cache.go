package peers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

const (
	// timeout bounds the fetching of a package with all that it needs.
	timeout = 5 * time.Minute

	// lockPoll is the time between two attempts to take the lock of another
	// process that is fetching.
	lockPoll = 100 * time.Millisecond

	// grudge is how long a failure is remembered, so that a machine without
	// network does not wait for it once per test.
	grudge = 10 * time.Minute
)

// cache is a folder with a subfolder per package: programs to run in bin, and
// what was unpacked in root. A subfolder appears whole or not at all.
// Processes share it.
type cache struct{ dir string }

// newCache gives the cache for this machine's release, whose libraries the
// packages need. Root's own cache is closed to the users that servers run as.
func newCache() (cache, error) {
	dir := "/var/cache"
	if os.Geteuid() != 0 {
		var err error
		if dir, err = os.UserCacheDir(); err != nil {
			return cache{}, err
		}
	}
	return cache{filepath.Join(dir, "tusk", "peers", release()+"-"+runtime.GOARCH)}, nil
}

// release is the name of the system's release, such as "bookworm"
// (https://www.freedesktop.org/software/systemd/man/latest/os-release.html).
func release() string {
	file, err := os.Open("/etc/os-release")
	if err != nil {
		return runtime.GOOS
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if name, ok := strings.CutPrefix(lines.Text(), "VERSION_CODENAME="); ok && name != "" {
			return strings.Trim(name, `"`)
		}
	}
	return runtime.GOOS
}

// get gives a program of the cache, fetched if need be.
func (c cache) get(ctx context.Context, p program) (string, error) {
	if path, err := c.lookUp(ctx, p); err == nil {
		return path, nil
	}
	if info, err := os.Stat(c.note(p)); err == nil && time.Since(info.ModTime()) < grudge {
		reason, err := os.ReadFile(c.note(p))
		return "", errors.Join(errors.New(string(reason)), err)
	}
	return c.fetch(ctx, p)
}

// fetch brings the package of a program and notes why it cannot.
func (c cache) fetch(ctx context.Context, p program) (path string, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return "", err
	}
	lock := flock.New(c.home(p) + ".lock")
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
		return "", fmt.Errorf("wait for another process that fetches it: %w", err)
	}
	defer lock.Close()
	if path, err := c.lookUp(ctx, p); err == nil {
		return path, nil // another process was first
	}
	if err := c.unpack(ctx, p); errors.Is(err, context.Canceled) {
		return "", err
	} else if err != nil {
		return "", errors.Join(err, os.WriteFile(c.note(p), []byte(err.Error()), 0o644))
	}
	return c.lookUp(ctx, p)
}

// lookUp gives a program of the cache that is there and runs.
func (c cache) lookUp(ctx context.Context, p program) (string, error) {
	path := filepath.Join(c.home(p), "bin", p.name)
	return path, runs(ctx, path, p.version)
}

func (c cache) home(p program) string { return filepath.Join(c.dir, p.packages[0]) }
func (c cache) note(p program) string { return c.home(p) + ".failed" }

// runs reports why a program does not start.
func runs(ctx context.Context, path, version string) error {
	out, err := exec.CommandContext(ctx, path, version).CombinedOutput()
	// Many a program complains of the argument and has started all the
	// same. 127 is what the dynamic linker and the shell end with.
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() != 127 && exit.Exited() {
		return nil
	}
	if err != nil {
		return fmt.Errorf("run %s: %w: %s", path, err, strings.TrimSpace(string(out)))
	}
	return nil
}
