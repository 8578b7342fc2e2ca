package lex

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// RightEscapes reports whether the Unicode escapes in a literal or name mean
// characters: the server refuses one with too few digits, above U+10FFFF, or half
// a surrogate pair
// (https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-UESCAPE).
// Tokens without such escapes are right.
func RightEscapes(t Token, src string) bool {
	switch t.Kind {
	case EscapeString:
		return charactersEscaped(t.Text(src)[1:], '\\', stringEscape)
	case UnicodeString, UnicodeIdent:
		return charactersEscaped(t.Text(src)[2:], '\\', unicodeEscape)
	}
	return true
}

// RightUescape is RightEscapes for a U&'…' or U&"…" with an UESCAPE '…' behind
// it, whose string is given as written.
func RightUescape(t Token, src, uescape string) bool {
	if len(uescape) != len("'!'") || strings.ContainsAny(uescape[1:2], "0123456789abcdefABCDEF+'\" \t\n\r\f\v") {
		return false
	}
	return charactersEscaped(t.Text(src)[2:], uescape[1], unicodeEscape)
}

// charactersEscaped checks the escapes of a text. Read gives the code point of
// one, and how long it is behind the escape character: 0 when it is of another
// kind, less when it is wrong.
func charactersEscaped(text string, escape byte, read func(string) (r rune, size int)) bool {
	half := false // the first of a surrogate pair was read
	for i := strings.IndexByte(text, escape); i >= 0 && i < len(text); i++ {
		r, size := rune(0), 0
		if text[i] == escape {
			if i++; i == len(text) {
				return !half // it is not closed, either
			}
			if text[i] != escape {
				r, size = read(text[i:])
			}
		}
		second := 0xDC00 <= r && r < 0xE000
		switch {
		case size < 0, half != second:
			return false
		case size > 0 && !second && (r == 0 || r > utf8.MaxRune):
			return false
		}
		half = 0xD800 <= r && r < 0xDC00
		i += max(size-1, 0)
	}
	return !half
}

// stringEscape reads u0061 and U00000061 of an E'…'.
func stringEscape(text string) (r rune, size int) {
	switch text[0] {
	case 'u':
		return hexadecimal(text, 1, 5)
	case 'U':
		return hexadecimal(text, 1, 9)
	}
	return 0, 0
}

// unicodeEscape reads 0061 and +000061 of a U&'…'.
func unicodeEscape(text string) (r rune, size int) {
	if strings.HasPrefix(text, "+") {
		return hexadecimal(text, 1, 7)
	}
	return hexadecimal(text, 0, 4)
}

func hexadecimal(text string, from, to int) (r rune, size int) {
	if len(text) < to {
		return 0, -1
	}
	n, err := strconv.ParseUint(text[from:to], 16, 32)
	if err != nil {
		return 0, -1
	}
	return rune(min(n, utf8.MaxRune+1)), to
}
