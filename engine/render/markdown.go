package render

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Markdown writes a result as a table of GitHub Flavored Markdown
// (https://github.github.com/gfm/#tables-extension-). Whatever the values hold,
// they are shown as text and not as markup; a NULL is set in italics. The rows
// are read once. What has neither columns nor rows is its command tag.
func Markdown(w io.Writer, r *tusk.QueryResult, rows tusk.Rows) error {
	out := bufio.NewWriter(w)
	if r.Title != "" {
		out.WriteString("**")
		writeInline(out, []byte(r.Title))
		out.WriteString("**\n\n")
	}
	if len(r.Columns) > 0 {
		writeColumns(out, r.Columns)
	}
	n := int64(0)
	for row, err := range rows {
		if err != nil {
			return err
		}
		n++
		if len(row) == 0 {
			continue
		}
		for _, value := range row {
			out.WriteString("| ")
			if value == nil {
				out.WriteByte('*')
				writeInline(out, []byte(Null))
				out.WriteByte('*')
			} else {
				writeInline(out, value)
			}
			out.WriteByte(' ')
		}
		if _, err := out.WriteString("|\n"); err != nil {
			return err
		}
	}
	if len(r.Columns) == 0 && n == 0 {
		fmt.Fprintln(out, r.CommandTag)
		return out.Flush()
	}
	writeNotes(out, r, n)
	return out.Flush()
}

func writeColumns(out *bufio.Writer, columns []tusk.ColumnInfo) {
	for _, c := range columns {
		out.WriteString("| ")
		writeInline(out, []byte(c.Name))
		out.WriteByte(' ')
	}
	out.WriteString("|\n")
	for _, c := range columns {
		if rightAligned(c.TypeOID) {
			out.WriteString("| ---: ")
		} else {
			out.WriteString("| --- ")
		}
	}
	out.WriteString("|\n")
}

// writeNotes writes the footers as code, since their indentation tells
// something, or the number of rows.
func writeNotes(out *bufio.Writer, r *tusk.QueryResult, n int64) {
	if len(r.Footers) > 0 {
		fence := "```"
		for strings.Contains(strings.Join(r.Footers, "\n"), fence) {
			fence += "`"
		}
		fmt.Fprintf(out, "\n%s\n%s\n%s\n", fence, strings.Join(r.Footers, "\n"), fence)
	}
	if r.Footers == nil || r.Truncated {
		fmt.Fprintf(out, "\n%s\n", count(r, n))
	}
}

// writeInline writes text that Markdown shows as it is, within a line.
func writeInline(out *bufio.Writer, text []byte) {
	for len(text) > 0 {
		at := bytes.IndexAny(text, "\\|*_`~[]<>&!#$\r\n\t\x00")
		if at < 0 {
			out.Write(text)
			return
		}
		out.Write(text[:at])
		switch b := text[at]; {
		case b == '\r' && bytes.HasPrefix(text[at+1:], []byte("\n")): // both are one break
		case b == '\r' || b == '\n':
			out.WriteString("<br>")
		case b == '\t':
			out.WriteByte(' ')
		default:
			out.WriteByte('\\')
			out.WriteByte(b)
		}
		text = text[at+1:]
	}
}
