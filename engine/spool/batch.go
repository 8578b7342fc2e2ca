package spool

// batch is the rows of a view from one on, copied out of its result in the
// order that they have there: to look up each in its turn would read a page for
// each. It is for one goroutine.
type batch struct {
	view    *View
	cursor  *cursor
	limit   int     // bytes of a batch
	numbers []int64 // of its rows in the result
	kept    []span  // where they are in copied
	copied  []byte
	cells   [][]byte
}

// span is a part of batch.copied; a row that is too large to be copied has end 0.
type span struct{ start, end int }

// rowCost is what a row of a batch takes besides its bytes: its number, its
// place in the order and its span.
const rowCost = 32

func (v *View) batch() *batch {
	s := v.result.spool
	return &batch{
		view:   v,
		cursor: v.result.cursor(),
		limit:  int(max(s.memory/4, s.page)),
		cells:  make([][]byte, v.result.columns),
	}
}

// read takes up as many rows from row at of the view as there is room for.
func (b *batch) read(at int64) (err error) {
	r := b.view.result
	n := int64(b.limit) / (rowCost + r.Bytes()/max(1, r.Len())) // if all are as large as the average
	for fits := false; !fits; n /= 2 {
		if b.numbers, err = b.view.numbers(at, max(1, n)); err != nil {
			return err
		}
		if fits, err = b.copy(); err != nil {
			return err
		}
	}
	return nil
}

// copy copies the rows and tells whether there was room. For a single one there
// is.
func (b *batch) copy() (fits bool, err error) {
	b.copied = b.copied[:0]
	b.kept = append(b.kept[:0], make([]span, len(b.numbers))...)
	for _, i := range ascending(b.numbers) {
		row, err := b.cursor.encoded(b.numbers[i])
		if err != nil {
			return false, err
		}
		if len(row) > int(b.view.result.spool.page) {
			continue
		}
		if len(b.copied)+len(row) > b.limit {
			return false, nil
		}
		start := len(b.copied)
		b.copied = append(b.copied, row...)
		b.kept[i] = span{start, len(b.copied)}
	}
	return true, nil
}

// row gives the cells of the batch's row i, good until the next call.
func (b *batch) row(i int) ([][]byte, error) {
	at := b.kept[i]
	if at.end == 0 {
		return b.cursor.row(b.numbers[i])
	}
	if _, err := nextRow(b.cells, b.copied[at.start:at.end]); err != nil {
		return nil, storageError(err)
	}
	return b.cells, nil
}
