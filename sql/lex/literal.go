package lex

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Literal gives the text that the token of a string means: '…', E'…', U&'…' and
// $tag$…$tag$; of other tokens their own text. A quote at the end may be missing.
// A string in several parts is the sum of its parts
// (https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS).
func Literal(t Token, src string) string {
	text := t.Text(src)
	switch t.Kind {
	case DollarString:
		tag := text[:strings.IndexByte(text[1:], '$')+2]
		return strings.TrimSuffix(text[len(tag):], tag)
	case String:
		return unquotedString(text)
	case NationalStr, BitString, HexString:
		return unquotedString(text[1:])
	case EscapeString:
		return escaped(text[2:])
	case UnicodeString:
		return unescaped(unquotedString(text[2:]), '\\')
	}
	return text
}

func unquotedString(text string) string {
	return strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(text, "'"), "'"), "''", "'")
}

// escaped reads what stands behind E', to the closing quote.
func escaped(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\'':
			if i+1 == len(text) || text[i+1] != '\'' {
				return b.String()
			}
			i++
			b.WriteByte(c)
		case c == '\\' && i+1 < len(text):
			size := escape(&b, text[i+1:])
			i += size
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// escape writes what stands behind a backslash, and gives its length.
func escape(b *strings.Builder, text string) (size int) {
	if at := strings.IndexByte("bfnrt", text[0]); at >= 0 {
		b.WriteByte("\b\f\n\r\t"[at])
		return 1
	}
	if r, size := stringEscape(text); size > 0 {
		if utf16.IsSurrogate(r) && len(text) > size && text[size] == '\\' {
			if second, more := stringEscape(text[size+1:] + " "); more > 0 {
				r, size = utf16.DecodeRune(r, second), size+1+more
			}
		}
		b.WriteRune(r)
		return size
	}
	digits, base := 0, 8
	switch {
	case text[0] == 'x':
		for digits < 2 && 1+digits < len(text) && strings.IndexByte("0123456789abcdefABCDEF", text[1+digits]) >= 0 {
			digits++
		}
		if digits > 0 {
			text, base, size = text[1:], 16, 1
		}
	default:
		for digits < 3 && digits < len(text) && '0' <= text[digits] && text[digits] < '8' {
			digits++
		}
	}
	if n, err := strconv.ParseUint(text[:digits], base, 16); err == nil {
		b.WriteByte(byte(n))
		return size + digits
	}
	_, size = utf8.DecodeRuneInString(text)
	b.WriteString(text[:size])
	return size
}
