package export

import (
	"encoding/json"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

func (e *exporter) json(rows tusk.Rows) error {
	e.out.WriteByte('[')
	before := "\n"
	err := e.objects(rows, func(object []byte) error {
		e.out.WriteString(before)
		before = ",\n"
		_, err := e.out.Write(object)
		return err
	})
	if err != nil {
		return err
	}
	_, err = e.out.WriteString("\n]\n")
	return err
}

func (e *exporter) jsonLines(rows tusk.Rows) error {
	return e.objects(rows, func(object []byte) error {
		e.out.Write(object)
		return e.out.WriteByte('\n')
	})
}

// objects makes an object on one line of each row, good until the next one.
func (e *exporter) objects(rows tusk.Rows, write func([]byte) error) error {
	keys := make([][]byte, len(e.columns))
	for i, name := range e.distinctNames() {
		keys[i] = append(appendString(nil, []byte(name)), ':')
	}
	var object []byte
	for row, err := range rows {
		if err != nil {
			return err
		}
		object = append(object[:0], '{')
		for i, value := range row {
			if i > 0 {
				object = append(object, ',')
			}
			object = append(object, keys[i]...)
			if object, err = e.appendJSON(object, i, value); err != nil {
				return err
			}
		}
		if err := write(append(object, '}')); err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) appendJSON(out []byte, column int, value []byte) ([]byte, error) {
	if value == nil {
		return append(out, "null"...), nil
	}
	if err := e.utf8(column, value); err != nil {
		return nil, err
	}
	oid := e.columns[column].TypeOID
	if element, delimiter, ok := arrayOf(oid); ok {
		if array, ok := appendArray(out, element, delimiter, value); ok {
			return array, nil
		}
	}
	return appendScalar(out, kindOf(oid), value), nil
}

// appendScalar adds a value as JSON; what is not of its kind is text.
func appendScalar(out []byte, k kind, value []byte) []byte {
	switch {
	case k == number && isNumber(value):
		return append(out, value...)
	case k == boolean:
		return append(out, truth(value)...)
	case k == document && json.Valid(value):
		start := len(out)
		out = append(out, value...)
		for i, b := range out[start:] {
			if b == '\n' || b == '\r' { // in no string: there they are escaped
				out[start+i] = ' '
			}
		}
		return out
	}
	return appendString(out, value)
}

// appendString adds a JSON string. Unlike encoding/json it leaves alone what
// matters to HTML only.
func appendString(out, value []byte) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	for _, b := range value {
		switch {
		case b == '"' || b == '\\':
			out = append(out, '\\', b)
		case b >= 0x20:
			out = append(out, b)
		case b == '\n':
			out = append(out, `\n`...)
		case b == '\r':
			out = append(out, `\r`...)
		case b == '\t':
			out = append(out, `\t`...)
		default:
			out = append(out, `\u00`...)
			out = append(out, hex[b>>4], hex[b&15])
		}
	}
	return append(out, '"')
}

// isNumber reports whether text is a number of JSON (RFC 8259, section 6). SQL
// reads it alike.
func isNumber(text []byte) bool {
	digits := func() bool {
		n := 0
		for n < len(text) && text[n] >= '0' && text[n] <= '9' {
			n++
		}
		text = text[n:]
		return n > 0
	}
	has := func(set string) bool {
		for i := range set {
			if len(text) > 0 && text[0] == set[i] {
				text = text[1:]
				return true
			}
		}
		return false
	}
	has("-")
	if !has("0") && !digits() {
		return false
	}
	if has(".") && !digits() {
		return false
	}
	if has("eE") {
		has("+-")
		if !digits() {
			return false
		}
	}
	return len(text) == 0
}
