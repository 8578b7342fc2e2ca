package lex

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxIdentifier is the length of a name in bytes (NAMEDATALEN - 1).
const maxIdentifier = 63

// Identifier gives the name that an identifier means: without quotes, in lower
// case unless it was quoted, and cut to 63 bytes as the server does
// (https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS).
// Only ASCII letters change their case, as in a UTF-8 database.
func Identifier(text string) string {
	switch {
	case strings.HasPrefix(text, `"`):
		return truncated(unquoted(text))
	case len(text) > 2 && (text[0] == 'U' || text[0] == 'u') && text[1] == '&' && text[2] == '"':
		return truncated(unescaped(unquoted(text[2:]), '\\'))
	case strings.HasPrefix(text, ":"): // psql's :"name"
		return truncated(strings.Trim(text[1:], `"`))
	}
	return truncated(lower(text))
}

// unquoted takes off the quotes; the last one may be missing.
func unquoted(text string) string {
	inner := strings.TrimSuffix(text[1:], `"`)
	return strings.ReplaceAll(inner, `""`, `"`)
}

// lower folds ASCII letters. It does not allocate for a name without capitals.
func lower(text string) string {
	for i := range len(text) {
		if c := text[i]; 'A' <= c && c <= 'Z' {
			b := []byte(text)
			for j := i; j < len(b); j++ {
				if 'A' <= b[j] && b[j] <= 'Z' {
					b[j] |= 0x20
				}
			}
			return string(b)
		}
	}
	return text
}

func truncated(name string) string {
	if len(name) <= maxIdentifier {
		return name
	}
	end := maxIdentifier
	for end > 0 && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end]
}

// unescaped replaces \0061 and \+000061, and pairs of surrogates. What is no
// escape stays: the server refuses it.
func unescaped(text string, escape byte) string {
	if strings.IndexByte(text, escape) < 0 {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != escape {
			b.WriteByte(text[i])
			continue
		}
		if i+1 < len(text) && text[i+1] == escape {
			b.WriteByte(escape)
			i++
			continue
		}
		r, size := unicodeEscape(text[i+1:])
		if size <= 0 {
			b.WriteByte(text[i])
			continue
		}
		if i += size; utf16.IsSurrogate(r) && i+1 < len(text) && text[i+1] == escape {
			if second, size := unicodeEscape(text[i+2:]); size > 0 {
				r = utf16.DecodeRune(r, second)
				i += 1 + size
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// QuoteIdentifier writes a name such that SQL reads it back: with quotes where it
// needs them, as the server's quote_ident does.
func QuoteIdentifier(name string) string {
	if plain(name) {
		if k := LookupKeyword(name); k == NotKeyword || k.Category() == Unreserved {
			return name
		}
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// plain reports whether a name consists of small letters, digits and underscores
// and begins with no digit.
func plain(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', c == '_', i > 0 && '0' <= c && c <= '9':
		default:
			return false
		}
	}
	return name != ""
}
