package lsp

import (
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// offsetOf turns a client's position into a byte offset of the text.
func offsetOf(lines *text.Lines, p protocol.Position, e text.Encoding) int {
	return lines.Offset(text.Position{Line: int(p.Line), Character: int(p.Character)}, e)
}

// spanOf turns a client's range into bytes; a range that ends before it starts
// is taken as its start.
func spanOf(lines *text.Lines, r protocol.Range, e text.Encoding) text.Span {
	start, end := offsetOf(lines, r.Start, e), offsetOf(lines, r.End, e)
	return text.Span{Start: start, End: max(start, end)}
}

// positionOf turns a byte offset into a client's position.
func positionOf(lines *text.Lines, offset int, e text.Encoding) protocol.Position {
	p := lines.Position(offset, e)
	return protocol.Position{Line: protocol.UInteger(p.Line), Character: protocol.UInteger(p.Character)}
}

// rangeOf turns bytes into a client's range.
func rangeOf(lines *text.Lines, s text.Span, e text.Encoding) protocol.Range {
	return protocol.Range{Start: positionOf(lines, s.Start, e), End: positionOf(lines, s.End, e)}
}
