// Package render turns results into text for people whose client has no grid.
//
// Every function takes what is known of a result and its rows, which it reads
// once or twice and never keeps: memory does not grow with their number. What
// it returns is an error of the rows or of the writer, as it came.
package render

import (
	"bufio"
	"fmt"
	"io"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Null is how a NULL is written, so that it reads apart from an empty string.
const Null = "<null>"

// Text writes a result as its Display says.
func Text(w io.Writer, r *tusk.QueryResult, rows tusk.Rows) error {
	switch r.Display {
	case tusk.AsExpanded:
		return Expanded(w, r, rows)
	case tusk.AsLines:
		return lines(w, r, rows)
	default:
		return Table(w, r, rows)
	}
}

// lines writes the cells of each row as a line.
func lines(w io.Writer, r *tusk.QueryResult, rows tusk.Rows) error {
	out := bufio.NewWriter(w)
	n := int64(0)
	for row, err := range rows {
		if err != nil {
			return err
		}
		n++
		for _, cell := range row {
			out.Write(cell)
		}
		if err := out.WriteByte('\n'); err != nil {
			return err
		}
	}
	if r.Truncated {
		fmt.Fprintln(out, count(r, n))
	}
	return out.Flush()
}

// Window gives the rows that r itself has: the first ones, with "…" after values
// that are cut.
func Window(r *tusk.QueryResult) tusk.Rows {
	return func(yield func([][]byte, error) bool) {
		cut := r.Cut
		var row [][]byte
		for i, values := range r.Rows {
			row = row[:0]
			for _, v := range values {
				var cell []byte
				if v != nil {
					cell = []byte(*v)
				}
				row = append(row, cell)
			}
			for ; len(cut) > 0 && cut[0].Row <= i; cut = cut[1:] {
				if c := cut[0].Column; cut[0].Row == i {
					row[c] = append(row[c], "…"...)
				}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// writeFooters writes what stands below n rows: the footers of the result, or
// the number of rows where it has none of its own.
func writeFooters(out *bufio.Writer, r *tusk.QueryResult, n int64) {
	if r.Footers == nil {
		fmt.Fprintln(out, count(r, n))
		return
	}
	for _, line := range r.Footers {
		fmt.Fprintln(out, line)
	}
	if r.Truncated {
		fmt.Fprintln(out, count(r, n))
	}
}

// count tells the number of rows in psql's words, and whether there are more.
func count(r *tusk.QueryResult, n int64) string {
	noun := "rows"
	if n == 1 {
		noun = "row"
	}
	if r.Truncated {
		return fmt.Sprintf("(first %d %s; there are more)", n, noun)
	}
	return fmt.Sprintf("(%d %s)", n, noun)
}
