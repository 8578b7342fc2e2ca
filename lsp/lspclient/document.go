package lspclient

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Position is a place in a text: a 0-based line, and a 0-based number of units
// of the negotiated encoding (LSP 3.17, Position).
type Position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

// Range is a part of a text, without its End.
type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// Edit replaces a range of a text, or all of it where Range is nil.
type Edit struct {
	Range *Range `json:"range,omitempty"`
	Text  string `json:"text"`
}

// TextEdit replaces a range of a text, as the server asks for it.
type TextEdit struct {
	Range   Range  `json:"range"`
	NewText string `json:"newText"`
}

// document is an open document, guarded by Client.mu. Client.editing is held
// from a change to its notification, so that versions leave in their order.
type document struct {
	version int
	text    string
}

type documentID struct {
	URI     string `json:"uri"`
	Version *int   `json:"version,omitempty"`
}

// Open opens a document at version 1.
func (c *Client) Open(uri, languageID, text string) error {
	c.editing.Lock()
	defer c.editing.Unlock()
	c.mu.Lock()
	c.docs[uri] = &document{version: 1, text: text}
	c.mu.Unlock()
	return c.Notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
		"uri": uri, "languageId": languageID, "version": 1, "text": text,
	}})
}

// Change applies edits in their order, each to the text that the one before it
// left, and sends them as one change. It gives the new version.
func (c *Client) Change(uri string, edits ...Edit) (version int, err error) {
	return c.change(uri, func(d *document, encoding string) []Edit { return edits })
}

// Replace replaces the bytes from start to end, which is one change. It gives
// the new version.
func (c *Client) Replace(uri string, start, end int, text string) (version int, err error) {
	return c.change(uri, func(d *document, encoding string) []Edit {
		r := Range{positionAt(d.text, start, encoding), positionAt(d.text, end, encoding)}
		return []Edit{{Range: &r, Text: text}}
	})
}

func (c *Client) change(uri string, edits func(d *document, encoding string) []Edit) (version int, err error) {
	c.editing.Lock()
	defer c.editing.Unlock()
	c.mu.Lock()
	d := c.docs[uri]
	if d == nil {
		c.mu.Unlock()
		return 0, notOpen(uri)
	}
	changes := edits(d, c.encoding)
	for _, e := range changes {
		d.text = applyEdit(d.text, e, c.encoding)
	}
	d.version++
	version = d.version
	c.mu.Unlock()
	return version, c.Notify("textDocument/didChange", map[string]any{
		"textDocument":   documentID{uri, &version},
		"contentChanges": changes,
	})
}

// Save tells that a document was saved.
func (c *Client) Save(uri string) error {
	return c.Notify("textDocument/didSave", map[string]any{"textDocument": documentID{URI: uri}})
}

// Close closes a document.
func (c *Client) Close(uri string) error {
	c.editing.Lock()
	defer c.editing.Unlock()
	c.mu.Lock()
	_, open := c.docs[uri]
	delete(c.docs, uri)
	c.mu.Unlock()
	if !open {
		return notOpen(uri)
	}
	return c.Notify("textDocument/didClose", map[string]any{"textDocument": documentID{URI: uri}})
}

// Text gives the text and the version of an open document, version 0 for
// another.
func (c *Client) Text(uri string) (text string, version int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.docs[uri]; d != nil {
		return d.text, d.version
	}
	return "", 0
}

// Position gives the place of a byte offset in an open document, in the
// negotiated encoding.
func (c *Client) Position(uri string, offset int) Position {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.docs[uri]; d != nil {
		return positionAt(d.text, offset, c.encoding)
	}
	return Position{}
}

// Offset gives the byte offset of a place in an open document, as the
// negotiated encoding counts it.
func (c *Client) Offset(uri string, p Position) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.docs[uri]; d != nil {
		return offsetAt(d.text, p, c.encoding)
	}
	return 0
}

func notOpen(uri string) error { return fmt.Errorf("the document %s is not open", uri) }

func applyEdit(text string, e Edit, encoding string) string {
	if e.Range == nil {
		return e.Text
	}
	start, end := offsetAt(text, e.Range.Start, encoding), offsetAt(text, e.Range.End, encoding)
	return text[:start] + e.Text + text[max(start, end):]
}

// nextLine gives where the line after from starts, or -1 on the last line, and
// where the text of from's line ends.
func nextLine(text string, from int) (next, end int) {
	i := strings.IndexAny(text[from:], "\r\n")
	if i < 0 {
		return -1, len(text)
	}
	end = from + i
	if strings.HasPrefix(text[end:], "\r\n") {
		return end + 2, end
	}
	return end + 1, end
}

func positionAt(text string, offset int, encoding string) Position {
	line, start := 0, 0
	for {
		next, _ := nextLine(text, start)
		if next < 0 || next > offset {
			break
		}
		line, start = line+1, next
	}
	character := 0
	for _, r := range text[start:offset] {
		character += width(r, encoding)
	}
	return Position{line, character}
}

func offsetAt(text string, p Position, encoding string) int {
	start := 0
	for range p.Line {
		next, _ := nextLine(text, start)
		if next < 0 {
			return len(text)
		}
		start = next
	}
	_, end := nextLine(text, start)
	left := p.Character
	for i, r := range text[start:end] {
		if left -= width(r, encoding); left < 0 {
			return start + i
		}
	}
	return end
}

// width is how many units of encoding a character counts.
func width(r rune, encoding string) int {
	switch {
	case encoding == "utf-8":
		return utf8.RuneLen(r)
	case encoding == "utf-16" && r > 0xFFFF:
		return 2
	default:
		return 1
	}
}
