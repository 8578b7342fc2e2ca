package text

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Encoding is the unit in which a client counts the characters of a line
// (LSP 3.17, PositionEncodingKind).
type Encoding uint8

// The encodings of LSP. UTF16 is the one that every client has.
const (
	UTF16 Encoding = iota
	UTF8
	UTF32
)

// String gives LSP's name of the encoding, such as "utf-16".
func (e Encoding) String() string { return [...]string{"utf-16", "utf-8", "utf-32"}[e] }

// Position is a place in a text as LSP counts: both fields start at 0, and
// Character counts the units of an Encoding.
type Position struct{ Line, Character int }

// Lines is a text with an index of its lines. A line ends at \n, \r\n or \r, as
// LSP defines. Lines is immutable and safe for concurrent use.
type Lines struct {
	src    string
	starts []int // offset of the first byte of each line; starts[0] is 0
}

// NewLines indexes src.
func NewLines(src string) *Lines {
	starts := make([]int, 1, 1+strings.Count(src, "\n"))
	return &Lines{src, appendStarts(starts, src, 0, len(src))}
}

// Text is the whole text.
func (l *Lines) Text() string { return l.src }

// Count is the number of lines: one more than the number of line ends.
func (l *Lines) Count() int { return len(l.starts) }

// Line gives the bytes of a 0-based line without its line end. A line before or
// past the text gives the empty span at that end of the text.
func (l *Lines) Line(n int) Span {
	switch {
	case n < 0:
		return Span{}
	case n >= len(l.starts):
		return Span{len(l.src), len(l.src)}
	case n == len(l.starts)-1:
		return Span{l.starts[n], len(l.src)}
	}
	span := Span{l.starts[n], l.starts[n+1] - 1}
	if l.src[span.End] == '\n' && span.Len() > 0 && l.src[span.End-1] == '\r' {
		span.End--
	}
	return span
}

// Edit gives the lines of the edited text. It looks for line ends only where
// the edit was made; the rest of the index is copied and shifted.
func (l *Lines) Edit(e Edit) *Lines {
	e = e.clamp(len(l.src))
	src := e.Apply(l.src)
	// A line start depends on the two bytes around it (\r\n is one end), so
	// the one at the edit's first byte is looked for again, and the ones
	// beyond the edit's last byte stand.
	before, _ := slices.BinarySearch(l.starts, max(e.Span.Start, 1))
	after, _ := slices.BinarySearch(l.starts, e.Span.End+1)
	starts := make([]int, before, len(l.starts)+strings.Count(e.Text, "\n")+1)
	copy(starts, l.starts)
	starts = appendStarts(starts, src, max(e.Span.Start-1, 0), e.Span.Start+len(e.Text))
	delta := e.Delta()
	for _, start := range l.starts[after:] {
		starts = append(starts, start+delta)
	}
	return &Lines{src, starts}
}

// appendStarts appends the line starts that the line ends in src[from:to) make.
func appendStarts(starts []int, src string, from, to int) []int {
	for from < to {
		end := to
		newline := strings.IndexByte(src[from:to], '\n')
		if newline >= 0 {
			end = from + newline
		}
		for i := from; ; i++ {
			cr := strings.IndexByte(src[i:end], '\r')
			if cr < 0 {
				break
			}
			i += cr
			if i+1 == len(src) || src[i+1] != '\n' {
				starts = append(starts, i+1)
			}
		}
		if newline < 0 {
			break
		}
		from = end + 1
		starts = append(starts, from)
	}
	return starts
}

// Position gives the position of a byte offset. An offset outside the text is
// cut to it; one inside a code point counts as that code point's start, and one
// between \r and \n as the end of the line.
func (l *Lines) Position(offset int, enc Encoding) Position {
	offset = min(max(offset, 0), len(l.src))
	n, found := slices.BinarySearch(l.starts, offset)
	if !found {
		n--
	}
	span := l.Line(n)
	offset = runeStart(l.src, min(offset, span.End))
	return Position{n, units(l.src[span.Start:offset], enc)}
}

// Offset gives the byte offset of a position, corrected as LSP 3.17 demands: a
// character past the end of its line means the line's end, a line past the last
// the end of the text, and a position inside a code point or a surrogate pair
// the start of that code point.
func (l *Lines) Offset(p Position, enc Encoding) int {
	span := l.Line(p.Line)
	if p.Line < 0 {
		return 0
	}
	left := p.Character
	for offset := span.Start; ; {
		if left <= 0 || offset >= span.End {
			return min(offset, span.End)
		}
		size := runeLen(l.src[offset:])
		width := runeUnits(l.src[offset:offset+size], enc)
		if left < width {
			return offset
		}
		left -= width
		offset += size
	}
}

// Span gives the bytes between two positions, which may come in any order.
func (l *Lines) Span(start, end Position, enc Encoding) Span {
	a, b := l.Offset(start, enc), l.Offset(end, enc)
	return Span{min(a, b), max(a, b)}
}

// units counts s in the units of enc.
func units(s string, enc Encoding) int {
	switch enc {
	case UTF8:
		return len(s)
	case UTF32:
		return utf8.RuneCountInString(s)
	}
	n := 0
	for len(s) > 0 {
		size := runeLen(s)
		n += runeUnits(s[:size], enc)
		s = s[size:]
	}
	return n
}

// runeUnits counts one code point. In UTF-16 those of four bytes are surrogate
// pairs.
func runeUnits(r string, enc Encoding) int {
	switch {
	case enc == UTF8:
		return len(r)
	case enc == UTF16 && len(r) == 4:
		return 2
	}
	return 1
}
