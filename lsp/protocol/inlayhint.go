package protocol

import (
	"encoding/json"

	protocol "github.com/tliron/glsp/protocol_3_16"
)

// InlayHintOptions announce inlay hints (LSP 3.17, Inlay Hint Request).
type InlayHintOptions struct {
	ResolveProvider bool `json:"resolveProvider,omitempty"`
}

// InlayHintParams are those of textDocument/inlayHint (LSP 3.17, Inlay Hint
// Request).
type InlayHintParams struct {
	WorkDoneProgressParams
	TextDocument protocol.TextDocumentIdentifier `json:"textDocument"`
	Range        protocol.Range                  `json:"range"` // what the user sees
}

// InlayHintKind tells how a hint is drawn.
type InlayHintKind int

// The kinds of the specification.
const (
	InlayHintType      InlayHintKind = 1
	InlayHintParameter InlayHintKind = 2
)

// InlayHint is a text shown between the characters of a document;
// textDocument/inlayHint answers with a list (LSP 3.17, Inlay Hint Request).
type InlayHint struct {
	Position     protocol.Position       `json:"position"`
	Label        string                  `json:"label"`
	Kind         InlayHintKind           `json:"kind,omitempty"`
	TextEdits    []protocol.TextEdit     `json:"textEdits,omitempty"` // what accepting it does
	Tooltip      *protocol.MarkupContent `json:"tooltip,omitempty"`
	PaddingLeft  bool                    `json:"paddingLeft,omitempty"`
	PaddingRight bool                    `json:"paddingRight,omitempty"`
	Data         json.RawMessage         `json:"data,omitempty"` // comes back in inlayHint/resolve
}
