// Package spool keeps the rows of query results in bounded memory: what does
// not fit lies in files.
//
// A result is a sequence of pages, which hold rows one behind the other. The
// page that is being filled and the newest full ones are in memory; when the
// memory that all results share is used up, the oldest pages move to their
// result's file, each to the place that its position in the result gives it. A
// page that is in the file stays there: what was read from it is cached by the
// operating system and by nothing else.
package spool

import (
	"errors"
	"io/fs"
	"slices"
	"sync"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/tempdir"
)

const (
	defaultMemory = 32 << 20
	firstPage     = 4 << 10 // bytes of a result's first page; the next ones are as large as all before, up to
	largestPage   = 32 << 10
	smallestPage  = 256 // bytes of all pages where memory is tiny
)

// Options say where a spool keeps rows, and how many.
type Options struct {
	Dir    string // the folder below which this process's own folder is made when a result overflows
	Memory int64  // bytes of rows in memory, of all results together; 0 means 32 MiB
	Disk   int64  // bytes in files, of all results together; 0 means no limit
}

// Spool keeps the results of one process. It holds at most Options.Memory
// bytes, whatever the size of the results. What readers hold comes besides: a
// page each, or a row where one is larger, and a quarter of Options.Memory for
// who reads all rows of a view. It is safe for concurrent use.
type Spool struct {
	memory, disk int64 // limits in bytes; immutable
	page         int64 // bytes of a page; immutable
	dir          *tempdir.Dir

	mu      sync.Mutex
	closed  bool             // guarded by mu
	used    Usage            // guarded by mu
	full    []*frame         // pages in memory that can move to a file, the oldest first; guarded by mu
	results map[*Result]bool // the open ones; guarded by mu
}

// Usage is what a spool takes at one moment.
type Usage struct {
	Memory  int64 // bytes
	Disk    int64 // bytes in files
	Results int   // results that are open
}

// New makes a spool. Nothing is written before a result overflows.
func New(o Options) *Spool {
	if o.Memory <= 0 {
		o.Memory = defaultMemory
	}
	return &Spool{
		memory:  o.Memory,
		disk:    o.Disk,
		page:    max(smallestPage, min(largestPage, o.Memory/16)),
		dir:     tempdir.New(o.Dir, "spool-"),
		results: map[*Result]bool{},
	}
}

// Close closes all results and removes their files.
func (s *Spool) Close() error {
	s.mu.Lock()
	s.closed = true
	var open []*Result
	for r := range s.results {
		open = append(open, r)
	}
	s.mu.Unlock()
	var errs []error
	for _, r := range open {
		errs = append(errs, r.Close())
	}
	return errors.Join(append(errs, s.dir.Close())...)
}

// Usage tells what is in use.
func (s *Spool) Usage() Usage {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.used
	u.Results = len(s.results)
	return u
}

// buffer gives n bytes for a page, the ones of a page that moved to its file
// where memory is used up.
func (s *Spool) buffer(n int64) ([]byte, error) {
	free, err := s.reserve(n)
	if err != nil || int64(len(free)) == n {
		return free, err
	}
	return make([]byte, n), nil
}

// reserve counts n bytes as used and moves pages to files, the oldest first,
// until the limit holds or nothing is left that can move. It may give the bytes
// of the last page that moved.
func (s *Spool) reserve(n int64) (free []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used.Memory += n
	for s.used.Memory > s.memory && len(s.full) > 0 {
		oldest := s.full[0]
		s.full = s.full[1:]
		rows, at := oldest.data, oldest.result.pages[oldest.index].offset
		s.mu.Unlock()
		_, err := oldest.result.file.WriteAt(rows, at)
		s.mu.Lock()
		switch {
		case oldest.data == nil: // its result was closed meanwhile, and its memory given back
			continue
		case err != nil:
			s.full = slices.Insert(s.full, 0, oldest)
			s.used.Memory -= n
			return nil, err
		}
		s.used.Memory -= int64(cap(rows))
		if oldest.readers == 0 {
			free = rows[:cap(rows)]
		}
		oldest.data = nil
		oldest.result.pages[oldest.index].frame = nil
	}
	return free, nil
}

// release counts n bytes as free again.
func (s *Spool) release(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used.Memory -= n
}

// closedError tells that a result or a view is no longer there.
func closedError() error {
	return &tusk.Error{
		Category: tusk.Storage,
		Message:  "the rows of this result are no longer kept",
		Hint:     "Run the statement again to see them.",
		Cause:    fs.ErrClosed,
	}
}

// Sweep removes the files of processes that died.
func (s *Spool) Sweep() error { return s.dir.Sweep() }
