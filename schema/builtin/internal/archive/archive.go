// Package archive is the form in which the built-in catalogs are embedded.
package archive

import (
	"bytes"
	"compress/flate"
	"encoding/gob"
	"fmt"
	"io"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

// Catalog is what initdb makes, and the keywords of the same server.
type Catalog struct {
	Contents schema.Contents
	Keywords []Keyword
}

// Keyword is a row of pg_get_keywords
// (https://www.postgresql.org/docs/current/functions-info.html).
type Keyword struct {
	Word      string
	Category  byte // U, C, T or R
	BareLabel bool
}

// Extension is an extension that comes with the server.
type Extension struct {
	schema.Extension
	Requires []string
	Contents schema.Contents // the objects that CREATE EXTENSION makes
}

// Encode gives a *Catalog or a []Extension as it is embedded.
func Encode(v any) ([]byte, error) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("encode a catalog: %w", err)
	}
	if err := gob.NewEncoder(w).Encode(v); err != nil {
		return nil, fmt.Errorf("encode a catalog: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encode a catalog: %w", err)
	}
	return packed.Bytes(), nil
}

// Decode reads what Encode gave into v, a pointer to it.
func Decode(packed []byte, v any) error {
	content, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return fmt.Errorf("decode a catalog: %w", err)
	}
	if err := gob.NewDecoder(bytes.NewReader(content)).Decode(v); err != nil {
		return fmt.Errorf("decode a catalog: %w", err)
	}
	return nil
}
