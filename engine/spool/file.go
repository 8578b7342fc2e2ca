package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// file is a file of the spool's folder (0600). It is made by the first write and
// is safe for concurrent use.
type file struct {
	spool *Spool

	mu     sync.Mutex // held while the file is made and removed, which happens once
	file   *os.File   // nil before the first write; guarded by mu
	size   int64      // bytes that count as used on the disk; guarded by mu
	closed bool       // guarded by mu
}

// WriteAt writes within the limit of the spool's disk, all or, as far as the
// caller is concerned, nothing.
func (f *file) WriteAt(b []byte, offset int64) (int, error) {
	handle, err := f.grow(int64(len(b)))
	if err != nil {
		return 0, err
	}
	if _, err := handle.WriteAt(b, offset); err != nil {
		f.shrink(int64(len(b)))
		return 0, storageError(err)
	}
	return len(b), nil
}

// ReadAt reads what was written.
func (f *file) ReadAt(b []byte, offset int64) (int, error) {
	f.mu.Lock()
	handle := f.file
	f.mu.Unlock()
	if handle == nil {
		return 0, closedError()
	}
	n, err := handle.ReadAt(b, offset)
	if err != nil {
		return n, storageError(err)
	}
	return n, nil
}

// grow gives the file, with n more bytes counted.
func (f *file) grow(n int64) (*os.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, closedError()
	}
	if err := f.spool.takeDisk(n); err != nil {
		return nil, err
	}
	if f.file == nil {
		made, err := f.spool.newFile()
		if err != nil {
			f.spool.giveDisk(n)
			return nil, storageError(err)
		}
		f.file = made
	}
	f.size += n
	return f.file, nil
}

// shrink counts n bytes less: they were not written, or count for nothing.
func (f *file) shrink(n int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.size -= n
		f.spool.giveDisk(n)
	}
}

// close removes the file.
func (f *file) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	f.closed = true
	f.spool.giveDisk(f.size)
	if f.file == nil {
		return nil
	}
	err := errors.Join(f.file.Close(), os.Remove(f.file.Name()))
	f.file = nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return storageError(err)
	}
	return nil
}

func (s *Spool) newFile() (*os.File, error) {
	dir, err := s.dir.Path()
	if err != nil {
		return nil, err
	}
	return os.CreateTemp(dir, "rows-*")
}

// takeDisk counts n bytes as used on the disk, if the limit allows them.
func (s *Spool) takeDisk(n int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.disk > 0 && s.used.Disk+n > s.disk {
		return &tusk.Error{
			Category: tusk.Storage,
			Message:  fmt.Sprintf("the rows of all results take more than the %d MiB of disk that they may take", s.disk>>20),
			Hint:     "Close results that you no longer need, or fetch fewer rows.",
		}
	}
	s.used.Disk += n
	return nil
}

func (s *Spool) giveDisk(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used.Disk -= n
}

// storageError classifies an error of the file system.
func storageError(err error) error {
	if errors.Is(err, fs.ErrClosed) {
		return closedError()
	}
	return &tusk.Error{
		Category: tusk.Storage,
		Message:  "the rows of the result cannot be kept on the disk",
		Hint:     "Check that the folder for temporary files is writable and that its disk is not full, or fetch fewer rows.",
		Cause:    err,
	}
}
