// Package text is the only place that converts between byte offsets, the
// positions of the Language Server Protocol and the character numbers of
// PostgreSQL. Everything else in the product counts bytes.
package text

import "unicode/utf8"

// Span is the half-open range of bytes [Start, End) of a text.
type Span struct{ Start, End int }

// Len is the number of bytes in s.
func (s Span) Len() int { return s.End - s.Start }

// Contains reports whether the byte at offset lies in s.
func (s Span) Contains(offset int) bool { return s.Start <= offset && offset < s.End }

// Touches reports whether a cursor at offset is in s or at one of its ends.
func (s Span) Touches(offset int) bool { return s.Start <= offset && offset <= s.End }

// Shift moves s by n bytes.
func (s Span) Shift(n int) Span { return Span{s.Start + n, s.End + n} }

// Of gives the part of src that s covers.
func (s Span) Of(src string) string { return src[s.Start:s.End] }

// Edit replaces the bytes of Span by Text.
type Edit struct {
	Span Span
	Text string
}

// Apply gives src after the edit. A span that leaves src is cut to it.
func (e Edit) Apply(src string) string {
	e = e.clamp(len(src))
	return src[:e.Span.Start] + e.Text + src[e.Span.End:]
}

// Delta is the number of bytes by which the edit moves what follows it.
func (e Edit) Delta() int { return len(e.Text) - e.Span.Len() }

func (e Edit) clamp(size int) Edit {
	e.Span.Start = min(max(e.Span.Start, 0), size)
	e.Span.End = min(max(e.Span.End, e.Span.Start), size)
	return e
}

// CharOffset gives the byte offset of the character that PostgreSQL numbers n.
// PostgreSQL counts code points and starts at 1 (ErrorResponse field P,
// https://www.postgresql.org/docs/current/protocol-error-fields.html). A number
// before the text gives 0, one past it gives len(src). A byte that is not UTF-8
// counts as one character.
func CharOffset(src string, n int) int {
	offset := 0
	for ; n > 1 && offset < len(src); n-- {
		offset += runeLen(src[offset:])
	}
	return offset
}

// CharNumber gives the 1-based number of the character at a byte offset: the
// inverse of CharOffset. Inside a character it gives that character's number.
func CharNumber(src string, offset int) int {
	return utf8.RuneCountInString(src[:runeStart(src, offset)]) + 1
}

// runeLen is the length in bytes of the first code point of s, which is not
// empty.
func runeLen(s string) int {
	if s[0] < utf8.RuneSelf {
		return 1
	}
	_, size := utf8.DecodeRuneInString(s)
	return size
}

// runeStart cuts offset to src and, where it is inside a code point, moves it
// back to that code point's first byte.
func runeStart(src string, offset int) int {
	offset = min(max(offset, 0), len(src))
	for start := offset; start < len(src) && start >= 0 && offset-start < utf8.UTFMax; start-- {
		if utf8.RuneStart(src[start]) {
			if start+runeLen(src[start:]) > offset {
				return start
			}
			break // what follows the code point is not UTF-8: a character of its own
		}
	}
	return offset
}
