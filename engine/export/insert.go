package export

import (
	"bufio"
	"bytes"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// A statement takes this many rows, and none after it has this many bytes: the
// server reads a statement whole.
const (
	rowsOfInsert  = 100
	bytesOfInsert = 1 << 20
)

func (e *exporter) insert(rows tusk.Rows) error {
	target, err := e.target()
	if err != nil {
		return err
	}
	n, size := 0, 0 // of the statement
	for row, err := range rows {
		if err != nil {
			return err
		}
		if n == rowsOfInsert || size >= bytesOfInsert {
			e.out.WriteString(";\n")
			n, size = 0, 0
		}
		if n > 0 {
			e.out.WriteByte(',')
		} else {
			e.out.WriteString("INSERT INTO " + target + " VALUES")
		}
		n++
		e.out.WriteString("\n  (")
		for i, value := range row {
			if i > 0 {
				e.out.WriteString(", ")
			}
			writeLiteral(e.out, kindOf(e.columns[i].TypeOID), value)
			size += len(value)
		}
		if err := e.out.WriteByte(')'); err != nil {
			return err
		}
	}
	if n > 0 {
		e.out.WriteString(";\n")
	}
	return nil
}

// target gives the table and its columns.
func (e *exporter) target() (string, error) {
	if e.Table == "" {
		return "", tusk.NewError(tusk.Query, nil, "it is not known for which table to export as %s", e.Format).
			WithHint("Name the table that the rows are meant for.")
	}
	names := e.distinctNames()
	for i, name := range names {
		names[i] = lex.QuoteIdentifier(name)
	}
	return e.Table + " (" + strings.Join(names, ", ") + ")", nil
}

// writeLiteral writes a value that assignment to a column of its type takes. A
// backslash is doubled in an E'…' string, as quote_literal does, so that it does
// not depend on standard_conforming_strings.
func writeLiteral(out *bufio.Writer, k kind, value []byte) {
	switch {
	case value == nil:
		out.WriteString("NULL")
	case k == boolean:
		out.WriteString(truth(value))
	case k == number && isNumber(value) && string(value) != "-0": // as an integer it loses its sign
		out.Write(value)
	default:
		if bytes.IndexByte(value, '\\') >= 0 {
			out.WriteByte('E')
		}
		out.WriteByte('\'')
		for at := 0; ; value = value[at+1:] {
			if at = bytes.IndexAny(value, `'\`); at < 0 {
				out.Write(value)
				break
			}
			out.Write(value[:at+1])
			out.WriteByte(value[at])
		}
		out.WriteByte('\'')
	}
}

// truth gives the SQL and JSON of a boolean in text form.
func truth(value []byte) string {
	if string(value) == "t" {
		return "true"
	}
	return "false"
}
