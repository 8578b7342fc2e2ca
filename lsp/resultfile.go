package lsp

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// resultFiles keeps results as files for clients that can only show files. They
// lie in a folder of this process's own, for the user alone (0700, files
// 0600), and are gone when the process ends. It is safe for concurrent use.
type resultFiles struct {
	parent string // the folder of all processes' folders

	mu   sync.Mutex
	dir  string            // this process's folder, "" before the first result; guarded by mu
	lock *flock.Flock      // held while this process lives, so that others leave dir alone; guarded by mu
	path map[string]string // by document: a document's results share a file; guarded by mu
}

// write keeps content as the result of the document with this URI and returns
// the file's path, the same one each time.
func (r *resultFiles) write(uri string, content []byte) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dir == "" {
		if err := r.open(); err != nil {
			return "", resultFileError(err)
		}
	}
	path, ok := r.path[uri]
	if !ok {
		path = filepath.Join(r.dir, fmt.Sprintf("result-%04d.txt", len(r.path)+1))
		r.path[uri] = path
	}
	// Renamed into place: an editor that reads at this moment sees a whole file.
	next := path + ".new"
	err := os.WriteFile(next, content, 0o600)
	if err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		return "", resultFileError(err)
	}
	return path, nil
}

// open makes this process's folder and removes those of processes that died.
func (r *resultFiles) open() error {
	if err := os.MkdirAll(r.parent, 0o700); err != nil {
		return err
	}
	// The lock comes first: a folder without one would look abandoned.
	dir := filepath.Join(r.parent, "session-"+uuid.NewString())
	lock := flock.New(dir + ".lock")
	if err := lock.Lock(); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return errors.Join(err, lock.Unlock(), os.Remove(lock.Path()))
	}
	r.dir, r.lock = dir, lock
	return r.sweep()
}

// sweep removes the folders whose lock nobody holds.
func (r *resultFiles) sweep() error {
	locks, err := filepath.Glob(filepath.Join(r.parent, "session-*.lock"))
	if err != nil {
		return err
	}
	for _, path := range locks {
		lock := flock.New(path)
		free, err := lock.TryLock()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if free {
			err = errors.Join(os.RemoveAll(path[:len(path)-len(".lock")]), lock.Unlock(), os.Remove(path))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// close removes what was written.
func (r *resultFiles) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dir == "" {
		return nil
	}
	err := errors.Join(os.RemoveAll(r.dir), r.lock.Unlock(), os.Remove(r.lock.Path()))
	r.dir, r.path = "", map[string]string{}
	return err
}

func resultFileError(err error) error {
	return &tusk.Error{
		Category: tusk.Storage,
		Message:  "the result cannot be written to a file",
		Hint:     "Check that the data directory is writable and that its disk is not full, or choose another with --data-dir.",
		Cause:    err,
	}
}
