// Package render turns results into text for people whose client has no grid.
package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Null is how a NULL is written, so that it reads apart from an empty string.
const Null = "<null>"

// Result writes a result as its Display says.
func Result(w io.Writer, r *tusk.QueryResult, rows tusk.Rows) error {
	if r.Display == tusk.AsLines {
		return lines(w, rows)
	}
	return Table(w, r, rows)
}

// lines writes rows of one text each.
func lines(w io.Writer, rows tusk.Rows) error {
	out := bufio.NewWriter(w)
	for row, err := range rows {
		if err != nil {
			return err
		}
		out.Write(row[0])
		out.WriteByte('\n')
	}
	return out.Flush()
}

// Window gives the rows that r itself holds.
func Window(r *tusk.QueryResult) tusk.Rows {
	return func(yield func([][]byte, error) bool) {
		for _, row := range r.Rows {
			cells := make([][]byte, len(row))
			for i, v := range row {
				if v != nil {
					cells[i] = []byte(*v)
				}
			}
			if !yield(cells, nil) {
				return
			}
		}
	}
}

// Table writes rows as psql's aligned format does with its default border
// (print_aligned_text in PostgreSQL's src/fe_utils/print.c): numbers to the
// right, wide characters counted as two columns, a cell of several lines
// continued with "+". A result without columns is its command tag. The rows are
// read twice: for their widths, and to be written.
func Table(w io.Writer, r *tusk.QueryResult, rows tusk.Rows) error {
	out := bufio.NewWriter(w)
	if len(r.Columns) == 0 {
		fmt.Fprintln(out, r.CommandTag)
		return out.Flush()
	}
	header := make([]cell, len(r.Columns))
	widths := make([]int, len(r.Columns))
	for i, c := range r.Columns {
		header[i] = newCell(c.Name)
		widths[i] = header[i].width
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		for i, v := range row {
			widths[i] = max(widths[i], cellOf(v).width)
		}
	}
	if r.Title != "" {
		fmt.Fprintln(out, r.Title)
	}
	writeHeader(out, header, widths)
	for i, width := range widths {
		if i > 0 {
			out.WriteByte('+')
		}
		out.WriteString(strings.Repeat("-", width+2))
	}
	out.WriteByte('\n')
	cells := make([]cell, len(r.Columns))
	for row, err := range rows {
		if err != nil {
			return err
		}
		for i, v := range row {
			cells[i] = cellOf(v)
		}
		writeRow(out, r.Columns, cells, widths)
	}
	if r.Footers == nil {
		fmt.Fprintln(out, footer(r))
	}
	for _, line := range r.Footers {
		fmt.Fprintln(out, line)
	}
	return out.Flush()
}

func cellOf(v []byte) cell {
	if v == nil {
		return newCell(Null)
	}
	return newCell(string(v))
}

func footer(r *tusk.QueryResult) string {
	switch n := r.RowCount; {
	case r.Truncated:
		return fmt.Sprintf("(first %d rows; there are more)", n)
	case n == 1:
		return "(1 row)"
	default:
		return fmt.Sprintf("(%d rows)", n)
	}
}

func writeHeader(out *bufio.Writer, header []cell, widths []int) {
	for line, more := 0, true; more; line++ {
		more = false
		for i, c := range header {
			if i > 0 {
				out.WriteByte('|')
			}
			content, width, last := c.line(line)
			blanks := widths[i] - width
			out.WriteByte(' ')
			pad(out, blanks/2)
			out.WriteString(content)
			pad(out, (blanks+1)/2)
			out.WriteByte(continuation(last))
			more = more || !last
		}
		out.WriteByte('\n')
	}
}

func writeRow(out *bufio.Writer, columns []tusk.ColumnInfo, row []cell, widths []int) {
	for line, more := 0, true; more; line++ {
		more = false
		for i, c := range row {
			if i > 0 {
				out.WriteByte('|')
			}
			content, width, last := c.line(line)
			blanks := widths[i] - width
			final := i == len(row)-1
			out.WriteByte(' ')
			switch {
			case rightAligned(columns[i].TypeOID) && (!final || line < len(c.lines)):
				pad(out, blanks)
				out.WriteString(content)
			default:
				out.WriteString(content)
				if !final || !last {
					pad(out, blanks)
				}
			}
			if !final || !last {
				out.WriteByte(continuation(last))
			}
			more = more || !last
		}
		out.WriteByte('\n')
	}
}

func pad(out *bufio.Writer, n int) {
	for range n {
		out.WriteByte(' ')
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

// cell is the text of one value, cut into lines that hold no control character.
type cell struct {
	lines []string
	width int // of the widest line, in terminal columns
}

// line gives line n with its width, and whether none follows it.
func (c cell) line(n int) (content string, width int, last bool) {
	if n >= len(c.lines) {
		return "", 0, true
	}
	return c.lines[n], columns(c.lines[n]), n == len(c.lines)-1
}

func newCell(text string) cell {
	var c cell
	for _, line := range strings.Split(text, "\n") {
		line = printable(line)
		c.lines = append(c.lines, line)
		c.width = max(c.width, columns(line))
	}
	return c
}

// columns is the width of printable text on a terminal. PostgreSQL counts each
// code point for itself, so we do.
func columns(s string) int {
	condition := runewidth.Condition{}
	n := 0
	for _, r := range s {
		n += condition.RuneWidth(r)
	}
	return n
}

// printable writes control characters as pg_wcsformat in PostgreSQL's
// src/fe_utils/mbprint.c does.
func printable(line string) string {
	clean := strings.IndexFunc(line, func(r rune) bool { return isControl(r) || r == utf8.RuneError }) < 0
	if clean {
		return line
	}
	var out strings.Builder
	width := 0
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		var piece string
		switch {
		case r == '\r':
			piece = `\r`
		case r == '\t':
			piece = strings.Repeat(" ", 8-width%8)
		case r == utf8.RuneError && size == 1:
			piece = fmt.Sprintf(`\x%02X`, line[i])
		case isControl(r) && r < 0x80:
			piece = fmt.Sprintf(`\x%02X`, r)
		case isControl(r):
			piece = fmt.Sprintf(`\u%04X`, r)
		default:
			piece = line[i : i+size]
		}
		out.WriteString(piece)
		width += columns(piece)
		i += size
	}
	return out.String()
}

func isControl(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }
