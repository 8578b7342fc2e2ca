package lsp

import (
	"context"

	protocol316 "github.com/tliron/glsp/protocol_3_16"

	"github.com/tusk-lsp/tusk-lsp/sql/bind"
	"github.com/tusk-lsp/tusk-lsp/sql/hover"
)

// hover tells about the name or the keyword under the cursor. It never waits for a
// database.
func (s *session) hover(_ context.Context, p protocol316.HoverParams, now *Snapshot) (*protocol316.Hover, error) {
	place, d, offset, ok := s.placeOf(now, p.TextDocumentPositionParams)
	if !ok {
		return nil, nil
	}
	told, ok := hover.At(place.Statement, place.Inside(offset))
	if !ok {
		return nil, nil
	}
	where := rangeOf(d.File.Lines(), place.Outside(told.Span), now.client.encoding)
	content := protocol316.MarkupContent{Kind: protocol316.MarkupKindPlainText, Value: told.Plain}
	if now.client.markdown {
		content = protocol316.MarkupContent{Kind: protocol316.MarkupKindMarkdown, Value: told.Markdown}
	}
	return &protocol316.Hover{Contents: content, Range: &where}, nil
}

// placeOf gives the statement at a position with its meaning, and the position as a
// byte offset of the document.
func (s *session) placeOf(now *Snapshot, p protocol316.TextDocumentPositionParams) (place bind.Place, d *Document, offset int, ok bool) {
	if d = now.document(p.TextDocument.URI); d == nil {
		return bind.Place{}, nil, 0, false
	}
	offset = offsetOf(d.File.Lines(), p.Position, now.client.encoding)
	place, ok = bind.At(d.File, offset, s.catalogAt(d, offset))
	return place, d, offset, ok
}
