package lsp

import (
	"context"

	protocol316 "github.com/tliron/glsp/protocol_3_16"

	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
	"github.com/tusk-lsp/tusk-lsp/sql/outline"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// symbolKinds are LSP's nearest kinds.
var symbolKinds = map[outline.Kind]protocol316.SymbolKind{
	outline.Statement:  protocol316.SymbolKindEvent,
	outline.Table:      protocol316.SymbolKindClass,
	outline.View:       protocol316.SymbolKindInterface,
	outline.Column:     protocol316.SymbolKindField,
	outline.Constraint: protocol316.SymbolKindKey,
	outline.Index:      protocol316.SymbolKindKey,
	outline.Function:   protocol316.SymbolKindFunction,
	outline.Variable:   protocol316.SymbolKindVariable,
	outline.Type:       protocol316.SymbolKindStruct,
	outline.Label:      protocol316.SymbolKindEnumMember,
	outline.Schema:     protocol316.SymbolKindNamespace,
	outline.Sequence:   protocol316.SymbolKindNumber,
	outline.Trigger:    protocol316.SymbolKindEvent,
	outline.Query:      protocol316.SymbolKindInterface,
	outline.Other:      protocol316.SymbolKindObject,
}

// documentSymbol gives the statements of a document and what they define: as a tree,
// or in a row for clients that know no trees.
func (s *session) documentSymbol(_ context.Context, p protocol316.DocumentSymbolParams, now *Snapshot) (any, error) {
	d := now.document(p.TextDocument.URI)
	if d == nil {
		return nil, nil
	}
	symbols := outline.Symbols(d.File)
	if now.client.symbolTree {
		return symbolTree(symbols, d, now.client.encoding), nil
	}
	var flat protocol.List[protocol316.SymbolInformation]
	var add func([]outline.Symbol, *string)
	add = func(list []outline.Symbol, container *string) {
		for _, symbol := range list {
			flat = append(flat, protocol316.SymbolInformation{
				Name: symbol.Name, Kind: symbolKinds[symbol.Kind], ContainerName: container,
				Location: protocol316.Location{URI: d.URI, Range: rangeOf(d.File.Lines(), symbol.Span, now.client.encoding)},
			})
			add(symbol.Children, &symbol.Name)
		}
	}
	add(symbols, nil)
	return flat, nil
}

func symbolTree(symbols []outline.Symbol, d *Document, e text.Encoding) protocol.List[protocol316.DocumentSymbol] {
	var list protocol.List[protocol316.DocumentSymbol]
	for _, symbol := range symbols {
		list = append(list, protocol316.DocumentSymbol{
			Name: symbol.Name, Detail: &symbol.Detail, Kind: symbolKinds[symbol.Kind],
			Range: rangeOf(d.File.Lines(), symbol.Span, e), SelectionRange: rangeOf(d.File.Lines(), symbol.NameSpan, e),
			Children: symbolTree(symbol.Children, d, e),
		})
	}
	return list
}

// foldingRange gives what can be folded. Of those that begin on one line, clients
// that fold lines get the longest.
func (s *session) foldingRange(_ context.Context, p protocol316.FoldingRangeParams, now *Snapshot) (protocol.List[protocol316.FoldingRange], error) {
	d := now.document(p.TextDocument.URI)
	if d == nil {
		return nil, nil
	}
	comment, region := string(protocol316.FoldingRangeKindComment), string(protocol316.FoldingRangeKindRegion)
	var folds protocol.List[protocol316.FoldingRange]
	byLine := map[protocol316.UInteger]int{} // where the fold of a line is
	for _, fold := range outline.Folds(d.File) {
		where := rangeOf(d.File.Lines(), fold.Span, now.client.encoding)
		out := protocol316.FoldingRange{StartLine: where.Start.Line, EndLine: where.End.Line}
		switch {
		case fold.Comment:
			out.Kind = &comment
		case fold.Region:
			out.Kind = &region
		}
		if at, taken := byLine[out.StartLine]; taken && now.client.foldsLines {
			if folds[at].EndLine < out.EndLine {
				folds[at] = out
			}
			continue
		}
		if !now.client.foldsLines {
			out.StartCharacter, out.EndCharacter = &where.Start.Character, &where.End.Character
		}
		byLine[out.StartLine] = len(folds)
		folds = append(folds, out)
	}
	if limit := now.client.foldLimit; limit > 0 && len(folds) > limit {
		folds = folds[:limit]
	}
	return folds, nil
}

// selectionRange gives what surrounds each of some positions, from the word to the
// file.
func (s *session) selectionRange(_ context.Context, p protocol316.SelectionRangeParams, now *Snapshot) (protocol.List[protocol316.SelectionRange], error) {
	d := now.document(p.TextDocument.URI)
	if d == nil {
		return nil, nil
	}
	var out protocol.List[protocol316.SelectionRange]
	for _, position := range p.Positions {
		spans := outline.Surroundings(d.File, offsetOf(d.File.Lines(), position, now.client.encoding))
		var innermost *protocol316.SelectionRange
		for i := len(spans) - 1; i >= 0; i-- {
			innermost = &protocol316.SelectionRange{Range: rangeOf(d.File.Lines(), spans[i], now.client.encoding), Parent: innermost}
		}
		out = append(out, *innermost)
	}
	return out, nil
}
