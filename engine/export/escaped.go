package export

import (
	"bytes"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// tsv escapes what would break a line or a field, and what escapes.
func (e *exporter) tsv(rows tusk.Rows) error {
	if e.Header {
		if err := e.tabbed(e.headings(), e.Null, "\t\n\r\\", `tnr\`); err != nil {
			return err
		}
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := e.tabbed(row, e.Null, "\t\n\r\\", `tnr\`); err != nil {
			return err
		}
	}
	return nil
}

// copy writes COPY's text format
// (https://www.postgresql.org/docs/current/sql-copy.html, File Formats).
func (e *exporter) copy(rows tusk.Rows) error {
	target, err := e.target()
	if err != nil {
		return err
	}
	e.out.WriteString("COPY " + target + " FROM stdin;\n")
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := e.tabbed(row, `\N`, "\b\f\n\r\t\v\\", `bfnrtv\`); err != nil {
			return err
		}
	}
	e.out.WriteString("\\.\n")
	return nil
}

// tabbed writes values with tabs between them, and each byte of special as a
// backslash and the letter that has its place in letters.
func (e *exporter) tabbed(row [][]byte, null, special, letters string) error {
	for i, value := range row {
		if i > 0 {
			e.out.WriteByte('\t')
		}
		if value == nil {
			e.out.WriteString(null)
		}
		for at := 0; ; value = value[at+1:] {
			if at = bytes.IndexAny(value, special); at < 0 {
				e.out.Write(value)
				break
			}
			e.out.Write(value[:at])
			e.out.WriteByte('\\')
			e.out.WriteByte(letters[strings.IndexByte(special, value[at])])
		}
	}
	return e.out.WriteByte('\n')
}
