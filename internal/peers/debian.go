package peers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// unpack brings the package of a program, and the packages it needs that are
// not installed, into the cache. The caller holds the lock.
func (c cache) unpack(ctx context.Context, p program) (err error) {
	for _, tool := range []string{"apt-get", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp(c.dir, ".fetching-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	archives, err := download(ctx, filepath.Join(dir, "apt"), p.packages)
	if err != nil {
		return err
	}
	home := filepath.Join(dir, "home")
	root := filepath.Join(home, "root")
	if err := os.MkdirAll(root, 0o755); err != nil {
		return err
	}
	for _, archive := range archives {
		if err := run(ctx, "dpkg-deb", "--extract", archive, root); err != nil {
			return err
		}
	}
	if err := errors.Join(tame(root), writeWrappers(home, p.packages[0])); err != nil {
		return err
	}
	if err := runs(ctx, filepath.Join(home, "bin", p.name), p.version); err != nil {
		return err
	}
	if err := os.RemoveAll(c.home(p)); err != nil { // one that did not run
		return err
	}
	return errors.Join(os.Rename(home, c.home(p)), os.RemoveAll(c.note(p)))
}

// download gives the archives of the first of the packages that exists and of
// what it needs. apt-get reads the machine's sources and what is installed,
// and writes to dir alone.
func download(ctx context.Context, dir string, packages []string) ([]string, error) {
	for _, folder := range []string{"lists/partial", "archives/partial"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			return nil, err
		}
	}
	apt := func(arguments ...string) error {
		return run(ctx, "apt-get", append([]string{
			"-qq", "--yes",
			"-oDir::State::lists=" + filepath.Join(dir, "lists"),
			"-oDir::State::extended_states=" + filepath.Join(dir, "extended_states"),
			"-oDir::Cache=" + dir,
			"-oDir::Cache::archives=" + filepath.Join(dir, "archives"),
			"-oDir::Log=" + dir,
			"-oDebug::NoLocking=1",
			"-oAPT::Sandbox::User=root", // dir is closed to apt's own user
			"-oAPT::Install-Recommends=0",
			"-oAPT::Update::Post-Invoke::=", "-oAPT::Update::Post-Invoke-Success::=",
			"-oAcquire::Languages=none", "-oAcquire::Retries=1",
			"-oAcquire::http::Timeout=20", "-oAcquire::https::Timeout=20",
		}, arguments...)...)
	}
	// A source that does not answer need not be the one we want.
	failure := apt("update")
	for _, name := range packages {
		err := apt("install", "--download-only", "--reinstall", name)
		if err == nil {
			return filepath.Glob(filepath.Join(dir, "archives", "*.deb"))
		}
		failure = errors.Join(failure, err)
	}
	return nil, failure
}

// tame takes the set-user-ID bits, under which the dynamic linker does not
// hear of our folders, and lets everybody in.
func tame(root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm() | 0o444
		if info.IsDir() {
			mode |= 0o111
		}
		return os.Chmod(path, mode)
	})
}

// wrapper runs a program that lies elsewhere than it was made for, in the same
// process. Its places are the folders of libraries, the program, and the
// options that tell it of its files.
const wrapper = `#!/bin/sh
home=$(cd "$(dirname "$0")/.." && pwd) || exit
root=$home/root
PATH=$home/bin:$PATH
LD_LIBRARY_PATH=%s${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
XDG_DATA_DIRS=$root/usr/share:${XDG_DATA_DIRS:-/usr/local/share:/usr/share}
export PATH LD_LIBRARY_PATH XDG_DATA_DIRS
exec %s%s "$@"
`

// writeWrappers writes one for each of our programs that is in a package.
func writeWrappers(home, name string) error {
	bin, root := filepath.Join(home, "bin"), filepath.Join(home, "root")
	if err := os.Mkdir(bin, 0o755); err != nil {
		return err
	}
	libraries := []string{"$root/usr/lib"}
	for _, pattern := range []string{"lib/*-linux-*", "usr/lib/*-linux-*"} {
		found, err := fs.Glob(os.DirFS(root), pattern)
		if err != nil {
			return err
		}
		for _, folder := range found {
			libraries = append(libraries, "$root/"+folder)
		}
	}
	for _, p := range programs {
		if p.packages[0] != name {
			continue
		}
		path, err := p.within(root)
		if err != nil {
			return err
		}
		if path == "" {
			continue
		}
		var options strings.Builder
		for _, f := range p.files {
			if _, err := os.Stat(filepath.Join(root, f.path)); err == nil {
				fmt.Fprintf(&options, ` %s"$root/%s"`, f.option, f.path)
			}
		}
		text := fmt.Sprintf(wrapper, strings.Join(libraries, ":"), `"$root/`+path+`"`, &options)
		if err := os.WriteFile(filepath.Join(bin, p.name), []byte(text), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// within gives the path of a program below root, or "".
func (p program) within(root string) (string, error) {
	folders := []string{"usr/sbin", "usr/bin", "sbin", "bin"}
	if p.folder != "" {
		folders = []string{p.folder}
	}
	for _, folder := range folders {
		found, err := fs.Glob(os.DirFS(root), folder+"/"+p.name)
		if err != nil {
			return "", err
		}
		if len(found) > 0 {
			return found[0], nil
		}
	}
	return "", nil
}

func run(ctx context.Context, name string, arguments ...string) error {
	cmd := exec.CommandContext(ctx, name, arguments...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive")
	cmd.WaitDelay = time.Second // for apt's children
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, arguments[len(arguments)-1], err, bytes.TrimSpace(out))
	}
	return nil
}
