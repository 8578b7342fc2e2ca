package render

import (
	"bufio"
	"fmt"
	"io"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Expanded writes a result as psql does after \x (print_aligned_vertical in
// PostgreSQL's src/fe_utils/print.c), apart from the empty line at its end: a
// block of lines for each row. As there, the number of rows is told only where
// they are none, or are not all. What has neither columns nor rows is its
// command tag.
func Expanded(w io.Writer, r *tusk.QueryResult, rows tusk.Rows) error {
	out := bufio.NewWriter(w)
	e, err := newExpanded(out, r, rows)
	switch {
	case err != nil:
		return err
	case len(r.Columns) == 0 && e.count == 0:
		fmt.Fprintln(out, r.CommandTag)
		return out.Flush()
	case len(r.Columns) == 0 || e.count == 0:
		writeFooters(out, r, e.count)
		return out.Flush()
	}
	if r.Title != "" {
		fmt.Fprintln(out, r.Title)
	}
	record := int64(0)
	for row, err := range rows {
		if err != nil {
			return err
		}
		record++
		if err := e.writeRecord(record, row); err != nil {
			return err
		}
	}
	if len(r.Footers) > 0 || r.Truncated {
		out.WriteByte('\n')
		below := *r
		if below.Footers == nil {
			below.Footers = []string{}
		}
		writeFooters(out, &below, e.count)
	}
	return out.Flush()
}

// expanded is what is known before the first line is written. Widths are in
// terminal columns.
type expanded struct {
	out    *bufio.Writer
	header []cell
	names  int   // width of the column names
	values int   // width of the values
	count  int64 // of rows
	value  cell
}

func newExpanded(out *bufio.Writer, r *tusk.QueryResult, rows tusk.Rows) (*expanded, error) {
	e := &expanded{out: out, header: make([]cell, len(r.Columns))}
	for i, c := range r.Columns {
		e.header[i].set([]byte(c.Name))
		e.names = max(e.names, e.header[i].width())
	}
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		e.count++
		for _, value := range row {
			e.value.set(value)
			e.values = max(e.values, e.value.width())
		}
	}
	return e, nil
}

// writeRecord answers the first error of all that was written.
func (e *expanded) writeRecord(record int64, row [][]byte) error {
	e.writeRule(record)
	for i, value := range row {
		e.value.set(value)
		if err := e.writeField(&e.header[i]); err != nil {
			return err
		}
	}
	return nil
}

// writeRule writes the line above a row: "-[ RECORD 1 ]-+---", of which the
// number takes what it needs.
func (e *expanded) writeRule(record int64) {
	name := fmt.Sprintf("-[ RECORD %d ]", record)
	e.out.WriteString(name)
	at := len(name)
	for end := e.names + len(" | ") + e.values; at < end; at++ {
		if at == e.names+1 {
			e.out.WriteByte('+')
		} else {
			e.out.WriteByte('-')
		}
	}
	e.out.WriteByte('\n')
}

// writeField writes the lines of a name and of the value beside each other.
func (e *expanded) writeField(name *cell) error {
	for n := range max(len(name.lines), len(e.value.lines)) {
		l, last := name.line(n)
		e.out.Write(l.text)
		pad(e.out, e.names-l.width)
		e.out.WriteByte(continuation(last))
		e.out.WriteByte('|')
		if n < len(e.value.lines) {
			l, last := e.value.line(n)
			e.out.WriteByte(' ')
			e.out.Write(l.text)
			if !last {
				pad(e.out, e.values-l.width)
				e.out.WriteByte('+')
			}
		}
		if err := e.out.WriteByte('\n'); err != nil {
			return err
		}
	}
	return nil
}
