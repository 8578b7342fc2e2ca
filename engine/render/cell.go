package render

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// cell is the text of one value, cut into lines that hold no control character.
// It is used for one value after the other.
type cell struct {
	lines     []line
	formatted []byte // holds the lines that differ from the value
}

type line struct {
	text  []byte
	width int // in terminal columns
}

// set takes a value in; nil is NULL. The cell holds on to it.
func (c *cell) set(value []byte) {
	if value == nil {
		value = []byte(Null)
	}
	c.lines, c.formatted = c.lines[:0], c.formatted[:0]
	for more := true; more; {
		var text []byte
		text, value, more = bytes.Cut(value, []byte("\n"))
		c.lines = append(c.lines, c.format(text))
	}
}

// width is that of the widest line.
func (c *cell) width() (width int) {
	for _, l := range c.lines {
		width = max(width, l.width)
	}
	return width
}

// line gives line n, empty after the last one, and whether none follows it.
func (c *cell) line(n int) (l line, last bool) {
	if n < len(c.lines) {
		l = c.lines[n]
	}
	return l, n >= len(c.lines)-1
}

// format writes control characters as pg_wcsformat in PostgreSQL's
// src/fe_utils/mbprint.c does, and counts the columns as it does: each code
// point for itself. The tables of Unicode differ by version; psql 15 gives a
// column to what no terminal does, such as the zero-width joiner.
func (c *cell) format(text []byte) line {
	if plain(text) {
		return line{text, len(text)}
	}
	start, width := len(c.formatted), 0
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		before := len(c.formatted)
		switch {
		case r == '\r':
			c.formatted = append(c.formatted, `\r`...)
		case r == '\t':
			c.formatted = append(c.formatted, "        "[width%8:]...)
		case r == utf8.RuneError && size == 1, r < 0x20, r == 0x7f:
			c.formatted = fmt.Appendf(c.formatted, `\x%02X`, text[0])
		case 0x80 <= r && r < 0xa0:
			c.formatted = fmt.Appendf(c.formatted, `\u%04X`, r)
		default:
			c.formatted = append(c.formatted, text[:size]...)
			width += runeWidth(r) - size
		}
		width += len(c.formatted) - before
		text = text[size:]
	}
	return line{c.formatted[start:len(c.formatted):len(c.formatted)], width}
}

// plain reports whether text is printable ASCII.
func plain(text []byte) bool {
	for _, b := range text {
		if b < 0x20 || b >= 0x7f {
			return false
		}
	}
	return true
}

func runeWidth(r rune) int {
	condition := runewidth.Condition{} // not the one of the environment
	return condition.RuneWidth(r)
}
