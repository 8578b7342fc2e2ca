package lsp

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/tempdir"
)

// resultFiles keeps results as files (0600) for clients that can only show
// files. They are gone when the process ends. It is safe for concurrent use.
type resultFiles struct {
	dir *tempdir.Dir

	mu   sync.Mutex
	path map[string]string // by name; guarded by mu
}

// newResultFiles will make its folder below parent when there is a result.
func newResultFiles(parent string) *resultFiles {
	return &resultFiles{dir: tempdir.New(parent, "session-"), path: map[string]string{}}
}

// named gives the path of the file with this name: the same one each time.
func (r *resultFiles) named(name, extension string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	dir, err := r.dir.Path()
	if err != nil {
		return "", resultFileError(err)
	}
	path, ok := r.path[name]
	if !ok {
		path = filepath.Join(dir, fmt.Sprintf("result-%04d.%s", len(r.path)+1, extension))
		r.path[name] = path
	}
	return path, nil
}

// read gives what the file with this name holds: nothing where there is none.
func (r *resultFiles) read(name string) ([]byte, error) {
	r.mu.Lock()
	path, ok := r.path[name]
	r.mu.Unlock()
	if !ok {
		return nil, nil
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return content, err
}

// write keeps content under a name, such as the URI of the document whose
// result it is, and returns the file's path, the same one each time.
func (r *resultFiles) write(name string, content []byte) (string, error) {
	path, err := r.named(name, "txt")
	if err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	// Renamed into place: an editor that reads at this moment sees a whole file.
	next := path + ".new"
	err = os.WriteFile(next, content, 0o600)
	if err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		return "", resultFileError(err)
	}
	return path, nil
}

// close removes what was written.
func (r *resultFiles) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.path)
	return r.dir.Close()
}

func resultFileError(err error) error {
	return &tusk.Error{
		Category: tusk.Storage,
		Message:  "the result cannot be written to a file",
		Hint:     "Check that the data directory is writable and that its disk is not full, or choose another with --data-dir.",
		Cause:    err,
	}
}
