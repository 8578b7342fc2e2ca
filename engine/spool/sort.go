package spool

import (
	"bufio"
	"bytes"
	"container/heap"
	"context"
	"encoding/binary"
	"io"
	"slices"
)

// Sort is a column that rows are put in order by. As in PostgreSQL, NULLs are
// last, and first where the order is descending. Of a text the first 8 KiB
// decide.
type Sort struct {
	Column     int // 0-based
	Descending bool
	Compare    Compare
}

// appendKey appends the key of a cell, which may be NULL.
func (s Sort) appendKey(key, cell []byte) []byte {
	start := len(key)
	if cell == nil {
		key = append(key, 2)
	} else {
		key = s.Compare.appendKey(append(key, 1), cell)
	}
	if s.Descending {
		invert(key[start:])
	}
	return key
}

// sorter puts rows in order with bounded memory: an external merge sort. A
// record is the keys of a row and its number, so that rows with the same keys
// keep their order and no two records are the same.
type sorter struct {
	ctx     context.Context // of the one call that the sorter lives in
	by      []Sort
	file    *file
	memory  int64 // bytes for records
	buffer  int64 // bytes for the reading of a run
	records []byte
	order   []record
	runs    []run // what did not fit, in the file
	end     int64 // of the file
}

// record is a place in sorter.records, with the first bytes of what is there.
type record struct {
	head       uint64
	start, end uint32
}

const recordSize = 16

// run is a part of the file with records in order, each behind its length.
type run struct{ start, end int64 }

func (s *sorter) add(row int64, cells [][]byte) error {
	start := len(s.records)
	for _, by := range s.by {
		s.records = by.appendKey(s.records, cells[by.Column])
	}
	s.records = binary.BigEndian.AppendUint64(s.records, uint64(row))
	r := record{start: uint32(start), end: uint32(len(s.records))}
	r.head = binary.BigEndian.Uint64(s.records[start:]) // there are 8 bytes: the row's number is that long
	s.order = append(s.order, r)
	if int64(len(s.records)+recordSize*len(s.order)) < s.memory {
		return nil
	}
	return s.flush()
}

func (s *sorter) sort() {
	slices.SortFunc(s.order, func(a, b record) int {
		switch {
		case a.head < b.head:
			return -1
		case a.head > b.head:
			return 1
		}
		return bytes.Compare(s.records[a.start:a.end], s.records[b.start:b.end])
	})
}

// flush writes what is in memory as a run.
func (s *sorter) flush() error {
	s.sort()
	err := s.write(func(add func([]byte) error) error {
		for _, r := range s.order {
			if err := add(s.records[r.start:r.end]); err != nil {
				return err
			}
		}
		return nil
	})
	s.records, s.order = s.records[:0], s.order[:0]
	return err
}

// write writes the records that fill adds as a run.
func (s *sorter) write(fill func(add func([]byte) error) error) error {
	if err := interrupted(s.ctx); err != nil {
		return err
	}
	out := io.NewOffsetWriter(s.file, s.end)
	buffered := bufio.NewWriterSize(out, int(s.buffer))
	var length [binary.MaxVarintLen64]byte
	err := fill(func(r []byte) error {
		if _, err := buffered.Write(length[:binary.PutUvarint(length[:], uint64(len(r)))]); err != nil {
			return err
		}
		_, err := buffered.Write(r)
		return err
	})
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return err
	}
	size, err := out.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	s.runs = append(s.runs, run{s.end, s.end + size})
	s.end += size
	return nil
}

// each gives the numbers of all rows in order.
func (s *sorter) each(use func(row int64) error) error {
	number := func(r []byte) int64 { return int64(binary.BigEndian.Uint64(r[len(r)-8:])) }
	if len(s.runs) == 0 {
		s.sort()
		for _, r := range s.order {
			if err := use(number(s.records[:r.end])); err != nil {
				return err
			}
		}
		return nil
	}
	if err := s.flush(); err != nil {
		return err
	}
	s.records, s.order = nil, nil // the memory is for the runs now
	most := int(max(2, s.memory/s.buffer))
	for len(s.runs) > most {
		some := slices.Clone(s.runs[:most])
		s.runs = s.runs[most:]
		if err := s.write(func(add func([]byte) error) error { return s.merge(some, add) }); err != nil {
			return err
		}
	}
	return s.merge(s.runs, func(r []byte) error { return use(number(r)) })
}

// merge gives the records of several runs in order.
func (s *sorter) merge(runs []run, use func(record []byte) error) error {
	var heads runHeads
	for _, r := range runs {
		h := &runHead{longest: uint64(r.end - r.start), rest: bufio.NewReaderSize(io.NewSectionReader(s.file, r.start, r.end-r.start), int(s.buffer))}
		switch err := h.next(); err {
		case nil:
			heads = append(heads, h)
		case io.EOF:
		default:
			return err
		}
	}
	heap.Init(&heads)
	for i := 0; len(heads) > 0; i++ {
		if i%1024 == 0 {
			if err := interrupted(s.ctx); err != nil {
				return err
			}
		}
		first := heads[0]
		if err := use(first.record); err != nil {
			return err
		}
		switch err := first.next(); err {
		case nil:
			heap.Fix(&heads, 0)
		case io.EOF:
			heap.Pop(&heads)
		default:
			return err
		}
	}
	return nil
}

// runHead is the next record of a run.
type runHead struct {
	record  []byte
	longest uint64 // bytes that a record can have
	rest    *bufio.Reader
}

// next reads the next record; the error at the end is io.EOF.
func (h *runHead) next() error {
	length, err := binary.ReadUvarint(h.rest)
	if err != nil {
		return err
	}
	if length < numberSize || length > h.longest {
		return storageError(errDamaged)
	}
	h.record = slices.Grow(h.record[:0], int(length))[:length]
	if _, err = io.ReadFull(h.rest, h.record); err == io.EOF || err == io.ErrUnexpectedEOF {
		return storageError(errDamaged)
	}
	return err
}

// runHeads is a heap for container/heap, the first record on top.
type runHeads []*runHead

func (h runHeads) Len() int           { return len(h) }
func (h runHeads) Less(i, j int) bool { return bytes.Compare(h[i].record, h[j].record) < 0 }
func (h runHeads) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *runHeads) Push(x any)        { *h = append(*h, x.(*runHead)) }
func (h *runHeads) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
