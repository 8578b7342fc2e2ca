package main

import (
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"golang.org/x/term"
)

// newTable aligns cells that end with a tab.
func newTable(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 0, 2, ' ', 0) }

// width is that of the terminal, or the 80 columns that fit everywhere.
func width(w io.Writer) int {
	if file, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return 80
}

// clip cuts a line to a number of characters.
func clip(line string, columns int) string {
	text := strings.TrimRight(line, " \n")
	if utf8.RuneCountInString(text) <= columns {
		return text + "\n"
	}
	return string([]rune(text)[:columns-1]) + "…\n"
}

// paragraph breaks a text between words, with every line after the first as far
// in as the prefix is long.
func paragraph(prefix, text string, columns int) string {
	var out strings.Builder
	indent := utf8.RuneCountInString(prefix)
	out.WriteString(prefix)
	at := indent
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+n > columns:
			out.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		default:
			out.WriteByte(' ')
			at++
		}
		out.WriteString(word)
		at += n
	}
	return out.String() + "\n"
}
