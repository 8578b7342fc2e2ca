package spool

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"sync/atomic"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// View is an order of some rows of a result, made once. It is safe for
// concurrent use. Closing its result closes it.
type View struct {
	result *Result     // immutable
	order  *rowNumbers // immutable once Result.View has given the view
	sort   *file       // while the order is made
	closed atomic.Bool
}

// View puts the rows that are there now and that fit all filters in the order of
// sorts, the first of which weighs most; rows that are the same in all of them
// keep their order. The error is a *tusk.Error: Cancelled when ctx ends.
func (r *Result) View(ctx context.Context, sorts []Sort, filters []Filter) (*View, error) {
	for _, by := range sorts {
		if by.Column < 0 || by.Column >= r.columns {
			return nil, noColumn(by.Column, r.columns)
		}
	}
	matchers := make([]*matcher, len(filters))
	for i, f := range filters {
		m, err := newMatcher(f, r.columns)
		if err != nil {
			return nil, err
		}
		matchers[i] = m
	}
	v, err := r.newView()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(v.fill(ctx, sorts, matchers), v.sort.close()); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return v, nil
}

func (r *Result) newView() (*View, error) {
	s := r.spool
	v := &View{result: r, order: &rowNumbers{file: &file{spool: s}}, sort: &file{spool: s}}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.closed.Load() {
		return nil, closedError()
	}
	r.views[v] = true
	return v, nil
}

func (v *View) fill(ctx context.Context, sorts []Sort, matchers []*matcher) error {
	r, s := v.result, v.result.spool
	add := func(row int64, _ [][]byte) error { return v.order.add(row) }
	var order *sorter
	if len(sorts) > 0 {
		memory := min(max(s.memory/4, s.page), 1<<30)
		if _, err := s.reserve(memory); err != nil {
			return err
		}
		defer s.release(memory)
		order = &sorter{ctx: ctx, by: sorts, file: v.sort, memory: memory, buffer: s.page}
		add = order.add
	}
	c := r.cursor()
	defer c.close()
	for i, n := int64(0), r.Len(); i < n; i++ {
		if err := interrupted(ctx); err != nil {
			return err
		}
		cells, err := c.row(i)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(matchers, func(m *matcher) bool { return !m.fits(cells) }) {
			if err := add(i, cells); err != nil {
				return err
			}
		}
	}
	if order != nil {
		if err := order.each(v.order.add); err != nil {
			return err
		}
	}
	return v.order.finish()
}

// Len gives the number of rows.
func (v *View) Len() int64 { return v.order.n }

// Row gives the number that row i of the view has in the result, and -1 where
// there is no such row, or where it can no longer be read.
func (v *View) Row(i int64) int64 {
	numbers, err := v.numbers(i, 1)
	if err != nil || len(numbers) == 0 {
		return -1
	}
	return numbers[0]
}

// numbers gives up to limit numbers of rows from offset.
func (v *View) numbers(offset, limit int64) ([]int64, error) {
	if v.closed.Load() || v.result.closed.Load() {
		return nil, closedError()
	}
	if offset < 0 {
		return nil, nil
	}
	first, end := window(offset, limit, v.order.n)
	return v.order.read(first, end)
}

// Window gives up to limit rows from row offset, as Result.Window does.
func (v *View) Window(ctx context.Context, offset, limit int64) ([][]tusk.Value, error) {
	numbers, err := v.numbers(max(offset, 0), limit)
	if err != nil {
		return nil, err
	}
	rows := make([][]tusk.Value, len(numbers))
	c := v.result.cursor()
	defer c.close()
	for _, i := range ascending(numbers) {
		if err := interrupted(ctx); err != nil {
			return nil, err
		}
		if rows[i], err = c.values(numbers[i]); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// ascending gives the indexes of numbers in ascending order of these, so that
// each page is read once.
func ascending(numbers []int64) []int {
	order := make([]int, len(numbers))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(numbers[a], numbers[b]) })
	return order
}

// Cell gives one cell in full, as Result.Cell does, of row row of the view.
func (v *View) Cell(ctx context.Context, row int64, column int) (tusk.Value, error) {
	numbers, err := v.numbers(row, 1)
	if err != nil {
		return nil, err
	}
	if len(numbers) == 0 {
		return nil, tusk.NewError(tusk.Internal, nil, "row %d of a view of %d rows was asked for", row, v.order.n)
	}
	return v.result.Cell(ctx, numbers[0], column)
}

// Rows gives all rows.
func (v *View) Rows() tusk.Rows {
	return func(yield func([][]byte, error) bool) {
		if _, err := v.numbers(0, 0); err != nil {
			yield(nil, err)
			return
		}
		b := v.batch()
		defer b.cursor.close()
		for at := int64(0); at < v.Len(); at += int64(len(b.numbers)) {
			if err := b.read(at); err != nil {
				yield(nil, err)
				return
			}
			for i := range b.numbers {
				cells, err := b.row(i)
				if !yield(cells, err) || err != nil {
					return
				}
			}
		}
	}
}

// From gives the rows from row offset on, which is 0-based, one by one: it is
// for the few that a person looks at, as Rows is for all.
func (v *View) From(offset int64) tusk.Rows {
	const atOnce = 128
	return func(yield func([][]byte, error) bool) {
		c := v.result.cursor()
		defer c.close()
		for at := max(offset, 0); at < v.Len(); at += atOnce {
			numbers, err := v.numbers(at, atOnce)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, number := range numbers {
				cells, err := c.row(number)
				if !yield(cells, err) || err != nil {
					return
				}
			}
		}
	}
}

// Close forgets the order. The result stays.
func (v *View) Close() error {
	s := v.result.spool
	s.mu.Lock()
	delete(v.result.views, v)
	s.mu.Unlock()
	return v.free()
}

// free removes what is on the disk.
func (v *View) free() error {
	v.closed.Store(true)
	return errors.Join(v.sort.close(), v.order.file.close())
}

// rowNumbers is a list of row numbers: in memory where it is small, else in a
// file.
type rowNumbers struct {
	file  *file
	n     int64
	tail  []byte // the numbers that are not in the file, 8 bytes each
	saved int64  // bytes in the file
}

const numberSize = 8

func (l *rowNumbers) add(row int64) error {
	l.tail = binary.BigEndian.AppendUint64(l.tail, uint64(row))
	l.n++
	if int64(len(l.tail)) < l.file.spool.page {
		return nil
	}
	return l.save()
}

func (l *rowNumbers) save() error {
	n, err := l.file.WriteAt(l.tail, l.saved)
	l.saved += int64(n)
	l.tail = l.tail[:0]
	return err
}

// finish tells that no more are added.
func (l *rowNumbers) finish() error {
	if l.saved == 0 {
		return nil
	}
	err := l.save()
	l.tail = nil
	return err
}

// read gives the numbers from first to before end.
func (l *rowNumbers) read(first, end int64) ([]int64, error) {
	var b []byte
	if l.saved == 0 {
		b = l.tail[first*numberSize : end*numberSize]
	} else {
		b = make([]byte, (end-first)*numberSize)
		if _, err := l.file.ReadAt(b, first*numberSize); err != nil {
			return nil, err
		}
	}
	rows := make([]int64, end-first)
	for i := range rows {
		rows[i] = int64(binary.BigEndian.Uint64(b[i*numberSize:]))
	}
	return rows, nil
}
