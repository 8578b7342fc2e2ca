// Package tempdir gives a process a folder of its own for files that end with
// it.
package tempdir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

const lockSuffix = ".lock"

// Dir is a folder of this process alone (0700). It is made when it is first
// asked for; the folders of processes that died are removed then. It is safe
// for concurrent use.
type Dir struct {
	parent, prefix string // immutable

	mu   sync.Mutex
	path string       // "" while there is no folder; guarded by mu
	lock *flock.Flock // held while the folder is there, so that other processes leave it alone; guarded by mu
}

// New names a folder below parent, without touching the disk. All processes
// that give the same parent and prefix clean up after each other.
func New(parent, prefix string) *Dir { return &Dir{parent: parent, prefix: prefix} }

// Path gives the folder, which it makes where there is none, with its parents.
func (d *Dir) Path() (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.path == "" {
		if err := d.open(); err != nil {
			return "", err
		}
	}
	return d.path, nil
}

// Close removes the folder with all that is in it. Path makes another.
func (d *Dir) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.path == "" {
		return nil
	}
	err := remove(d.lock)
	d.path, d.lock = "", nil
	return err
}

func (d *Dir) open() error {
	if err := os.MkdirAll(d.parent, 0o700); err != nil {
		return err
	}
	if err := d.Sweep(); err != nil {
		return err
	}
	lock, err := d.acquire()
	if err != nil {
		return err
	}
	path := strings.TrimSuffix(lock.Path(), lockSuffix)
	if err := os.Mkdir(path, 0o700); err != nil {
		return errors.Join(err, remove(lock))
	}
	d.path, d.lock = path, lock
	return nil
}

// acquire holds the lock of a new folder, which it names. The lock comes before
// the folder: a folder without one is never swept. Between the making of the
// lock file and the lock another process may take it for a dead process's and
// remove it, so this looks again.
func (d *Dir) acquire() (*flock.Flock, error) {
	for {
		lock := flock.New(filepath.Join(d.parent, d.prefix+uuid.NewString()+lockSuffix))
		if err := lock.Lock(); err != nil {
			return nil, err
		}
		_, err := os.Stat(lock.Path())
		if err == nil {
			return lock, nil
		}
		if err = errors.Join(ignore(err, fs.ErrNotExist), lock.Unlock()); err != nil {
			return nil, err
		}
	}
}

// Sweep removes the folders of processes that died: those whose lock nobody
// holds. Path does so, too; it is for a process that may need no folder.
func (d *Dir) Sweep() error {
	entries, err := os.ReadDir(d.parent)
	if err != nil {
		return ignore(err, fs.ErrNotExist)
	}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasPrefix(name, d.prefix) || !strings.HasSuffix(name, lockSuffix) {
			continue
		}
		lock := flock.New(filepath.Join(d.parent, name), flock.SetFlag(os.O_RDWR))
		free, err := lock.TryLock()
		switch {
		case errors.Is(err, fs.ErrNotExist): // its process, or another that sweeps, was faster
		case errors.Is(err, fs.ErrPermission): // another user's, who will sweep it
		case err != nil:
			return err
		case free:
			if err := remove(lock); err != nil {
				return err
			}
		}
	}
	return nil
}

// remove removes the folder of a lock that is held, and the lock.
func remove(lock *flock.Flock) error {
	folder := os.RemoveAll(strings.TrimSuffix(lock.Path(), lockSuffix))
	// Removed while it is held: see acquire. Windows removes no open file, so
	// there nobody can lose one that they have just opened.
	file := os.Remove(lock.Path())
	unlock := lock.Unlock()
	if file != nil {
		file = ignore(os.Remove(lock.Path()), fs.ErrNotExist)
	}
	return errors.Join(folder, file, unlock)
}

// ignore gives err where it is not the kind that is expected.
func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
