package spool

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"sync/atomic"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Result is the rows of one result. One goroutine appends them; any number read
// them, also while rows still come.
type Result struct {
	spool   *Spool // immutable
	columns int    // immutable
	file    *file  // the pages that are not in memory

	rows   atomic.Int64 // how many are there; added to after a row's bytes are written
	bytes  atomic.Int64
	closed atomic.Bool // set with Spool.mu held

	tail *frame // the page that is being filled, or nil; the writer's
	free []byte // the rest of its bytes; the writer's

	pages []page         // in the order of their rows; guarded by Spool.mu
	views map[*View]bool // the open ones; guarded by Spool.mu
}

// page is a place in the directory of a result. Where a page ends, the next one
// begins. A row that has no room in a page of the usual size has one of its own.
type page struct {
	row    int64  // the number of its first row
	offset int64  // where it begins among the result's bytes, and in its file
	frame  *frame // nil when it is in the file
}

const pageSize = 24 // bytes of memory that a page takes when it is in the file

// frame is a page in memory.
type frame struct {
	result *Result // immutable
	index  int     // in result.pages; immutable

	// data is nil when the page is no longer in memory. The slice is guarded by
	// Spool.mu; its bytes are written once, by the result's writer, and may be
	// read as far as the result's number of rows tells that they are there.
	data    []byte
	readers int // that look into data, so that it must not be used again; guarded by Spool.mu
}

// NewResult makes a result whose rows have this many columns, which may be
// none. In a spool that is closed it is closed too.
func (s *Spool) NewResult(columns int) *Result {
	r := &Result{spool: s, columns: columns, file: &file{spool: s}, views: map[*View]bool{}}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		r.closed.Store(true)
	} else {
		s.results[r] = true
	}
	return r
}

// Append copies a row; a nil cell is NULL. A *tusk.Error of the category Storage
// tells that a disk is full, or that the result was closed; the rows before
// stay.
func (r *Result) Append(row [][]byte) error {
	if r.closed.Load() {
		return closedError()
	}
	if len(row) != r.columns {
		return tusk.NewError(tusk.Internal, nil, "a row of %d cells came for a result of %d columns", len(row), r.columns)
	}
	size := rowSize(row)
	if size > int64(len(r.free)) || r.tail == nil {
		if size > r.spool.memory/4 {
			return r.appendToFile(row, size)
		}
		if err := r.newPage(size); err != nil {
			return err
		}
	}
	r.free = r.free[putRow(r.free, row):]
	r.bytes.Add(size)
	r.rows.Add(1)
	return nil
}

// newPage begins a page that has room for size bytes.
func (r *Result) newPage(size int64) error {
	r.seal()
	s := r.spool
	usual := min(max(firstPage, r.bytes.Load()), s.page) // small results take little
	data, err := s.buffer(max(size, usual))
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.closed.Load() {
		s.used.Memory -= int64(len(data))
		return closedError()
	}
	r.tail, r.free = &frame{result: r, index: len(r.pages), data: data}, data
	r.addPage(r.tail)
	return nil
}

// addPage puts a page behind the others. Spool.mu is held.
func (r *Result) addPage(f *frame) {
	r.pages = append(r.pages, page{row: r.rows.Load(), offset: r.bytes.Load(), frame: f})
	r.spool.used.Memory += pageSize
}

// seal lets the page that is being filled move to the file.
func (r *Result) seal() {
	if r.tail == nil {
		return
	}
	s := r.spool
	s.mu.Lock()
	defer s.mu.Unlock()
	if !r.closed.Load() {
		r.tail.data = r.tail.data[:len(r.tail.data)-len(r.free)]
		s.full = append(s.full, r.tail)
	}
	r.tail, r.free = nil, nil
}

// appendToFile gives a row that is too large for memory a page in the file.
func (r *Result) appendToFile(row [][]byte, size int64) error {
	r.seal()
	start := r.bytes.Load()
	if written, err := r.writeRow(row, start); err != nil {
		r.file.shrink(written)
		return err
	}
	s := r.spool
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.closed.Load() {
		return closedError()
	}
	r.addPage(nil)
	r.bytes.Add(size)
	r.rows.Add(1)
	return nil
}

// writeRow writes a row to the file, without a copy of its large cells, and
// gives the bytes that it wrote.
func (r *Result) writeRow(row [][]byte, offset int64) (written int64, err error) {
	out := io.NewOffsetWriter(r.file, offset)
	var small []byte
	for _, cell := range row {
		if cell == nil {
			small = append(small, 0)
			continue
		}
		small = binary.AppendUvarint(small, uint64(len(cell))+1)
		if len(small)+len(cell) < largestPage {
			small = append(small, cell...)
			continue
		}
		for _, part := range [][]byte{small, cell} {
			n, err := out.Write(part)
			if written += int64(n); err != nil {
				return written, err
			}
		}
		small = small[:0]
	}
	n, err := out.Write(small)
	return written + int64(n), err
}

// Finish tells that no more rows come.
func (r *Result) Finish() { r.seal() }

// Len gives the number of rows so far.
func (r *Result) Len() int64 { return r.rows.Load() }

// Bytes gives what the rows so far take, in memory and on the disk together.
func (r *Result) Bytes() int64 { return r.bytes.Load() }

// Rows gives the rows that are there when the reading begins.
func (r *Result) Rows() tusk.Rows { return r.From(0) }

// From gives them from row offset on, which is 0-based.
func (r *Result) From(offset int64) tusk.Rows {
	return func(yield func([][]byte, error) bool) {
		c := r.cursor()
		defer c.close()
		if r.closed.Load() {
			yield(nil, closedError())
			return
		}
		for i, n := max(offset, 0), r.Len(); i < n; i++ {
			cells, err := c.row(i)
			if !yield(cells, err) || err != nil {
				return
			}
		}
	}
}

// Window gives up to limit rows from row offset, which is 0-based: fewer or none
// at the end. The error is a *tusk.Error: Cancelled when ctx ends, Storage when
// the rows cannot be read or the result was closed.
func (r *Result) Window(ctx context.Context, offset, limit int64) ([][]tusk.Value, error) {
	if r.closed.Load() {
		return nil, closedError()
	}
	first, end := window(offset, limit, r.Len())
	c := r.cursor()
	defer c.close()
	rows := make([][]tusk.Value, 0, end-first)
	for i := first; i < end; i++ {
		if err := interrupted(ctx); err != nil {
			return nil, err
		}
		row, err := c.values(i)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// window cuts a window of limit rows from offset to the n rows that there are.
func window(offset, limit, n int64) (first, end int64) {
	first = min(max(offset, 0), n)
	return first, first + min(max(limit, 0), n-first)
}

// Cell gives one cell in full. Row and column are 0-based; a cell that is not
// there is an error.
func (r *Result) Cell(ctx context.Context, row int64, column int) (tusk.Value, error) {
	if r.closed.Load() {
		return nil, closedError()
	}
	if err := interrupted(ctx); err != nil {
		return nil, err
	}
	if n := r.Len(); row < 0 || row >= n || column < 0 || column >= r.columns {
		return nil, tusk.NewError(tusk.Internal, nil, "row %d, column %d of a result of %d rows and %d columns was asked for", row, column, n, r.columns)
	}
	c := r.cursor()
	defer c.close()
	return c.value(row, column)
}

// Close forgets the rows: memory and file are given back, and who reads them
// gets an error at the next page. The views of the result are closed too.
func (r *Result) Close() error {
	s := r.spool
	s.mu.Lock()
	if r.closed.Load() {
		s.mu.Unlock()
		return nil
	}
	r.closed.Store(true)
	delete(s.results, r)
	s.forget(r)
	views := r.views
	r.views = nil
	s.mu.Unlock()
	errs := []error{r.file.close()}
	for v := range views {
		errs = append(errs, v.free())
	}
	return errors.Join(errs...)
}

// forget gives back the memory of a result. Spool.mu is held.
func (s *Spool) forget(r *Result) {
	s.full = slices.DeleteFunc(s.full, func(f *frame) bool { return f.result == r })
	for _, p := range r.pages {
		s.used.Memory -= pageSize
		if p.frame != nil {
			s.used.Memory -= int64(cap(p.frame.data))
			p.frame.data = nil
		}
	}
	r.pages = nil
}

// interrupted tells that whoever waits for rows no longer wants them.
func interrupted(ctx context.Context) error {
	if ctx.Err() != nil {
		return tusk.NewError(tusk.Cancelled, context.Cause(ctx), "reading the result was cancelled")
	}
	return nil
}
