package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Markdown writes a result as a table of GitHub Flavored Markdown
// (https://github.github.com/gfm/#tables-extension-). Whatever the values hold is
// shown as text and not as markup, but white space is folded as Markdown does; a
// NULL is set in italics. The rows are read once. What has neither columns nor
// rows is its command tag.
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
				out.WriteString(`*\` + Null + `*`)
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
	start := 0 // of what is not written yet
	for i, b := range text {
		switch {
		case b == '_' && i > 0 && i+1 < len(text) && alphanumeric(text[i-1]) && alphanumeric(text[i+1]):
			continue // within a word it is no markup
		case b == '\r' && i+1 < len(text) && text[i+1] == '\n':
			out.Write(text[start:i]) // both are one break
		case b == '\r' || b == '\n':
			out.Write(text[start:i])
			out.WriteString("<br>")
		case b == '\t':
			out.Write(text[start:i])
			out.WriteByte(' ')
		case b < 0x20 || b == 0x7f:
			out.Write(text[start:i])
			fmt.Fprintf(out, `\\x%02X`, b) // as in a table
		case strings.IndexByte("\\|*_`~[<&$", b) >= 0:
			out.Write(text[start:i])
			out.WriteByte('\\')
			out.WriteByte(b)
		default:
			continue
		}
		start = i + 1
	}
	out.Write(text[start:])
}

func alphanumeric(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}
