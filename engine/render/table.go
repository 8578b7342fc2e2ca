package render

import (
	"bufio"
	"fmt"
	"io"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Table writes a result as psql's aligned format does with its default border
// (print_aligned_text in PostgreSQL's src/fe_utils/print.c), apart from the empty
// line at its end: numbers to the right, wide characters counted as two columns,
// a cell of several lines continued with "+". What has neither columns nor rows
// is its command tag.
func Table(w io.Writer, r *tusk.QueryResult, rows tusk.Rows) error {
	out := bufio.NewWriter(w)
	t, err := newTable(out, r, rows)
	if err != nil {
		return err
	}
	if len(r.Columns) == 0 && t.count == 0 {
		fmt.Fprintln(out, r.CommandTag)
		return out.Flush()
	}
	t.writeTitle(r.Title)
	t.writeHeader(r.Columns)
	if len(r.Columns) > 0 {
		for row, err := range rows {
			if err != nil {
				return err
			}
			if err := t.writeRow(row); err != nil {
				return err
			}
		}
	}
	writeFooters(out, r, t.count)
	return out.Flush()
}

// table is what is known before the first line is written.
type table struct {
	out    *bufio.Writer
	cells  []cell // of a row
	widths []int  // of the columns, in terminal columns
	right  []bool // whether a column's cells stand to the right
	count  int64  // of rows
}

func newTable(out *bufio.Writer, r *tusk.QueryResult, rows tusk.Rows) (*table, error) {
	n := len(r.Columns)
	t := &table{out: out, cells: make([]cell, n), widths: make([]int, n), right: make([]bool, n)}
	for i, c := range r.Columns {
		t.measure(i, []byte(c.Name))
		t.right[i] = rightAligned(c.TypeOID)
	}
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		t.count++
		for i, value := range row {
			t.measure(i, value)
		}
	}
	return t, nil
}

func (t *table) measure(column int, value []byte) {
	c := &t.cells[column]
	c.set(value)
	t.widths[column] = max(t.widths[column], c.width())
}

// writeTitle writes the title above the middle of the table.
func (t *table) writeTitle(title string) {
	if title == "" {
		return
	}
	total := 3*len(t.widths) - 1
	for _, width := range t.widths {
		total += width
	}
	var c cell
	c.set([]byte(title))
	pad(t.out, (total-c.width())/2)
	fmt.Fprintln(t.out, title)
}

func (t *table) writeHeader(columns []tusk.ColumnInfo) {
	for i, c := range columns {
		t.cells[i].set([]byte(c.Name))
	}
	for n, more := 0, len(columns) > 0; more; n++ {
		more = false
		for i := range t.cells {
			l, last := t.cells[i].line(n)
			blanks := t.widths[i] - l.width
			if i > 0 {
				t.out.WriteByte('|')
			}
			t.out.WriteByte(' ')
			pad(t.out, blanks/2)
			t.out.Write(l.text)
			pad(t.out, (blanks+1)/2)
			t.out.WriteByte(continuation(last))
			more = more || !last
		}
		t.out.WriteByte('\n')
	}
	for i, width := range t.widths {
		if i > 0 {
			t.out.WriteByte('+')
		}
		repeat(t.out, '-', width+2)
	}
	if len(t.widths) == 0 {
		t.out.WriteString("--")
	}
	t.out.WriteByte('\n')
}

// writeRow answers the first error of all that was written.
func (t *table) writeRow(row [][]byte) error {
	for i, value := range row {
		t.cells[i].set(value)
	}
	for n, more := 0, true; more; n++ {
		more = false
		for i := range t.cells {
			l, last := t.cells[i].line(n)
			blanks := t.widths[i] - l.width
			final := i == len(t.cells)-1
			if i > 0 {
				t.out.WriteByte('|')
			}
			t.out.WriteByte(' ')
			switch {
			case !t.right[i]:
				t.out.Write(l.text)
				if !final || !last {
					pad(t.out, blanks)
				}
			case !final || n < len(t.cells[i].lines):
				pad(t.out, blanks)
				t.out.Write(l.text)
			}
			if !final || !last {
				t.out.WriteByte(continuation(last))
			}
			more = more || !last
		}
		if err := t.out.WriteByte('\n'); err != nil {
			return err
		}
	}
	return nil
}

func pad(out *bufio.Writer, n int) { repeat(out, ' ', n) }

func repeat(out *bufio.Writer, b byte, n int) {
	for range n {
		out.WriteByte(b)
	}
}

func continuation(last bool) byte {
	if last {
		return ' '
	}
	return '+'
}

// rightAligned follows column_type_alignment in PostgreSQL's
// src/fe_utils/print.c: the numbers.
func rightAligned(typeOID uint32) bool {
	switch typeOID {
	case 20, 21, 23, // int8, int2, int4
		26, 28, 29, 5069, // oid, xid, cid, xid8
		700, 701, 1700, 790: // float4, float8, numeric, money
		return true
	}
	return false
}
