package spool

import (
	"encoding/binary"
	"io"
	"slices"
	"sort"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// cursor reads rows of a result by their numbers, fastest in ascending order:
// it keeps the page of the last one. It is for one goroutine, which closes it.
type cursor struct {
	result *Result
	own    []byte   // a page's bytes where they came from the file
	cells  [][]byte // the last row

	frame      *frame // the page that is read, where it was in memory
	data       []byte // its bytes
	first, end int64  // its rows
	next       int64  // the number of the row at the start of rest
	rest       []byte
}

func (r *Result) cursor() *cursor {
	return &cursor{result: r, cells: make([][]byte, r.columns)}
}

// row gives the cells of a row that is there; they are good until the next
// call.
func (c *cursor) row(i int64) ([][]byte, error) {
	if _, err := c.encoded(i); err != nil {
		return nil, err
	}
	return c.cells, nil
}

// encoded is row, and gives the row as it is kept.
func (c *cursor) encoded(i int64) ([]byte, error) {
	if i < c.first || i >= c.end {
		if err := c.load(i); err != nil {
			return nil, err
		}
	}
	if i < c.next {
		c.next, c.rest = c.first, c.data
	}
	for {
		start := c.rest
		rest, err := nextRow(c.cells, start)
		if err != nil {
			return nil, storageError(err)
		}
		c.rest = rest
		c.next++
		if c.next > i {
			return start[:len(start)-len(rest)], nil
		}
	}
}

// load takes up the page of a row.
func (c *cursor) load(i int64) error {
	c.close()
	at, err := c.find(i, true)
	if err != nil {
		return err
	}
	if at.frame == nil {
		if at.size > c.result.spool.page {
			c.data = make([]byte, at.size) // not kept
		} else {
			c.own = slices.Grow(c.own[:0], int(at.size))
			c.data = c.own[:at.size]
		}
		if _, err := c.result.file.ReadAt(c.data, at.offset); err != nil {
			return err
		}
	} else {
		c.frame, c.data = at.frame, at.data
	}
	c.first, c.end, c.next, c.rest = at.row, at.end, at.row, c.data
	return nil
}

// place is where a page was when it was looked for.
type place struct {
	page
	end  int64  // the row behind its last one
	size int64  // of a page in the file, in bytes
	data []byte // of a page in memory
}

// find looks up the page of a row, and keeps it where it is for a cursor that
// holds it.
func (c *cursor) find(i int64, hold bool) (place, error) {
	r, s := c.result, c.result.spool
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.closed.Load() {
		return place{}, closedError()
	}
	if i < 0 || i >= r.rows.Load() { // a view's file that someone else wrote to
		return place{}, storageError(errDamaged)
	}
	k := sort.Search(len(r.pages), func(k int) bool { return r.pages[k].row > i }) - 1
	at := place{page: r.pages[k], end: r.rows.Load()}
	end := r.bytes.Load()
	if k+1 < len(r.pages) {
		at.end, end = r.pages[k+1].row, r.pages[k+1].offset
	}
	at.size = end - at.offset
	if at.frame != nil {
		at.data = at.frame.data
		if hold {
			at.frame.readers++
		}
	}
	return at, nil
}

// close lets go of the page.
func (c *cursor) close() {
	if c.frame != nil {
		s := c.result.spool
		s.mu.Lock()
		c.frame.readers--
		s.mu.Unlock()
	}
	c.frame, c.first, c.end = nil, 0, 0
}

// values copies a row.
func (c *cursor) values(i int64) ([]tusk.Value, error) {
	large, err := c.large(i)
	if err != nil {
		return nil, err
	}
	if large == nil {
		cells, err := c.row(i)
		if err != nil {
			return nil, err
		}
		return values(cells), nil
	}
	row := make([]tusk.Value, c.result.columns)
	for column := range row {
		if row[column], err = large.next(true); err != nil {
			return nil, err
		}
	}
	return row, nil
}

// value copies one cell.
func (c *cursor) value(i int64, column int) (tusk.Value, error) {
	large, err := c.large(i)
	if err != nil {
		return nil, err
	}
	if large == nil {
		cells, err := c.row(i)
		if err != nil {
			return nil, err
		}
		return values(cells[column : column+1])[0], nil
	}
	for range column {
		if _, err := large.next(false); err != nil {
			return nil, err
		}
	}
	return large.next(true)
}

// largeRow reads a row that has a page of its own in the file cell by cell, so
// that a cell is in memory once.
type largeRow struct {
	file    *file
	at, end int64
}

// large gives the row if it is a large one in the file, else nil.
func (c *cursor) large(i int64) (*largeRow, error) {
	if i >= c.first && i < c.end {
		return nil, nil
	}
	at, err := c.find(i, false)
	if err != nil || at.frame != nil || at.size <= c.result.spool.page {
		return nil, err
	}
	return &largeRow{file: c.result.file, at: at.offset, end: at.offset + at.size}, nil
}

// next gives the next cell if it is wanted, and passes over it.
func (l *largeRow) next(wanted bool) (tusk.Value, error) {
	header := make([]byte, min(binary.MaxVarintLen64, l.end-l.at))
	if _, err := l.file.ReadAt(header, l.at); err != nil {
		return nil, err
	}
	length, width := binary.Uvarint(header)
	if width <= 0 || length > uint64(l.end-l.at-int64(width))+1 {
		return nil, storageError(errDamaged)
	}
	l.at += int64(width)
	if length == 0 {
		return nil, nil
	}
	start := l.at
	l.at += int64(length - 1)
	if !wanted {
		return nil, nil
	}
	var text strings.Builder
	text.Grow(int(length - 1))
	if _, err := io.Copy(&text, io.NewSectionReader(l.file, start, int64(length-1))); err != nil {
		return nil, err
	}
	value := text.String()
	return &value, nil
}
