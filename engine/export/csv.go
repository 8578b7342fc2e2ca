package export

import (
	"bytes"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// csv writes what the server does (CopyAttributeOutCSV in PostgreSQL's
// src/backend/commands/copyto.c): a value is quoted where it must be, and where
// it would read as NULL. encoding/csv does not know NULL.
func (e *exporter) csv(rows tusk.Rows) error {
	if e.Header {
		if err := e.csvRow(e.headings()); err != nil {
			return err
		}
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := e.csvRow(row); err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) csvRow(row [][]byte) error {
	for i, value := range row {
		if i > 0 {
			e.out.WriteByte(',')
		}
		switch {
		case value == nil:
			e.out.WriteString(e.Null)
		case string(value) == e.Null, bytes.ContainsAny(value, ",\"\r\n"), string(value) == `\.` && len(row) == 1:
			e.out.WriteByte('"')
			for before, rest, more := bytes.Cut(value, []byte(`"`)); ; before, rest, more = bytes.Cut(rest, []byte(`"`)) {
				e.out.Write(before)
				if !more {
					break
				}
				e.out.WriteString(`""`)
			}
			e.out.WriteByte('"')
		default:
			e.out.Write(value)
		}
	}
	return e.out.WriteByte('\n')
}
