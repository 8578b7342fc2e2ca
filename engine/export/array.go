package export

import "bytes"

// appendArray adds an array in PostgreSQL's text form as a JSON array
// (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO). It answers
// not ok for one that says where its subscripts start, and for what is no array;
// out is of no use then.
func appendArray(out []byte, element kind, delimiter byte, text []byte) (array []byte, ok bool) {
	var depth int
	var unquoted []byte
	expected := true // an element or an array within
	for len(text) > 0 {
		switch b := text[0]; {
		case b == '{' && expected:
			depth++
			out = append(out, '[')
			text = text[1:]
			if expected = len(text) > 0 && text[0] != '}'; expected {
				continue
			}
		case b == '}' && !expected && depth > 0:
			depth--
			out = append(out, ']')
			text = text[1:]
			if depth == 0 {
				return out, len(text) == 0
			}
		case b == delimiter && !expected && depth > 0:
			out = append(out, ',')
			text = text[1:]
			expected = true
		case !expected || depth == 0:
			return nil, false
		case b == '"':
			if unquoted, text, ok = cutQuoted(unquoted[:0], text[1:]); !ok {
				return nil, false
			}
			out = appendScalar(out, element, unquoted)
			expected = false
		default:
			end := bytes.IndexAny(text, string([]byte{delimiter, '}', '{', '"', '\\'}))
			if end <= 0 {
				return nil, false
			}
			if string(text[:end]) == "NULL" {
				out = append(out, "null"...)
			} else {
				out = appendScalar(out, element, text[:end])
			}
			text = text[end:]
			expected = false
		}
	}
	return nil, false
}

// cutQuoted adds what stands until the closing double quote, without the
// backslashes, and gives the rest after it.
func cutQuoted(out, text []byte) (value, rest []byte, ok bool) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			return out, text[i+1:], true
		case '\\':
			if i++; i == len(text) {
				return nil, nil, false
			}
		}
		out = append(out, text[i])
	}
	return nil, nil, false
}
