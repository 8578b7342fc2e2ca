package lsp

import (
	"context"

	protocol316 "github.com/tliron/glsp/protocol_3_16"

	"github.com/tusk-lsp/tusk-lsp/sql/signature"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// signatureHelp tells what the argument or the value under the cursor is.
func (s *session) signatureHelp(_ context.Context, p protocol316.SignatureHelpParams, now *Snapshot) (*protocol316.SignatureHelp, error) {
	place, _, offset, ok := s.placeOf(now, p.TextDocumentPositionParams)
	if !ok {
		return nil, nil
	}
	help, ok := signature.At(place.Statement, place.Inside(offset))
	if !ok {
		return nil, nil
	}
	active := protocol316.UInteger(help.Active)
	out := &protocol316.SignatureHelp{ActiveSignature: &active}
	if help.Parameter >= 0 {
		parameter := protocol316.UInteger(help.Parameter)
		out.ActiveParameter = &parameter
	}
	for _, sig := range help.Signatures {
		told := protocol316.SignatureInformation{Label: sig.Label}
		if sig.Documentation != "" {
			told.Documentation = &protocol316.MarkupContent{Kind: protocol316.MarkupKindPlainText, Value: sig.Documentation}
		}
		lines := text.NewLines(sig.Label)
		for _, span := range sig.Parameters {
			where := rangeOf(lines, span, text.UTF16) // labels count in UTF-16 units, whatever positions count in
			told.Parameters = append(told.Parameters, protocol316.ParameterInformation{Label: [2]protocol316.UInteger{where.Start.Character, where.End.Character}})
		}
		out.Signatures = append(out.Signatures, told)
	}
	return out, nil
}
