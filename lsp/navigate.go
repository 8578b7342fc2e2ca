package lsp

import (
	"context"
	"path/filepath"

	protocol316 "github.com/tliron/glsp/protocol_3_16"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/bind"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// definition gives where the text defines a name: an alias, a common table
// expression, a variable; or the file that defines an object of the database.
func (s *session) definition(_ context.Context, p protocol316.DefinitionParams, now *Snapshot) (protocol.List[protocol316.Location], error) {
	place, d, offset, ok := s.placeOf(now, p.TextDocumentPositionParams)
	if !ok {
		return nil, nil
	}
	symbol, ok := place.Symbol(place.Inside(offset))
	if !ok {
		return nil, nil
	}
	if span, ok := place.Defined(symbol); ok {
		return protocol.List[protocol316.Location]{{URI: d.URI, Range: rangeOf(d.File.Lines(), place.Outside(span), now.client.encoding)}}, nil
	}
	origin := originOf(symbol)
	switch {
	case origin == nil:
		return nil, nil
	case origin.Script || origin.Path == "":
		return protocol.List[protocol316.Location]{{URI: d.URI, Range: rangeOf(d.File.Lines(), origin.Span, now.client.encoding)}}, nil
	}
	_, root := s.offline.place(d.URI)
	line := protocol316.Position{Line: protocol316.UInteger(origin.Line)}
	return protocol.List[protocol316.Location]{{
		URI:   fileURI(filepath.Join(root, filepath.FromSlash(origin.Path))),
		Range: protocol316.Range{Start: line, End: line},
	}}, nil
}

// originOf gives the text that an object of the database comes from, nil where no
// text is known.
func originOf(symbol bind.Symbol) *schema.Origin {
	switch {
	case symbol.Relation != nil:
		return symbol.Relation.Origin
	case symbol.Function != nil:
		return symbol.Function.Origin
	case symbol.Operator != nil:
		return symbol.Operator.Origin
	}
	return nil
}

// documentHighlight marks all names of the statement that mean the same.
func (s *session) documentHighlight(_ context.Context, p protocol316.DocumentHighlightParams, now *Snapshot) (protocol.List[protocol316.DocumentHighlight], error) {
	place, d, offset, ok := s.placeOf(now, p.TextDocumentPositionParams)
	if !ok {
		return nil, nil
	}
	symbol, ok := place.Symbol(place.Inside(offset))
	if !ok {
		return nil, nil
	}
	var marks protocol.List[protocol316.DocumentHighlight]
	for _, o := range place.Occurrences(symbol) {
		marks = append(marks, protocol316.DocumentHighlight{Range: rangeOf(d.File.Lines(), place.Outside(o.Span), now.client.encoding)})
	}
	return marks, nil
}

// references gives all names of the document that mean the same.
func (s *session) references(_ context.Context, p protocol316.ReferenceParams, now *Snapshot) (protocol.List[protocol316.Location], error) {
	place, d, offset, ok := s.placeOf(now, p.TextDocumentPositionParams)
	if !ok {
		return nil, nil
	}
	symbol, ok := place.Symbol(place.Inside(offset))
	if !ok {
		return nil, nil
	}
	var locations protocol.List[protocol316.Location]
	for _, span := range place.References(d.File, symbol) {
		locations = append(locations, protocol316.Location{URI: d.URI, Range: rangeOf(d.File.Lines(), span, now.client.encoding)})
	}
	return locations, nil
}

// prepareRename tells whether the name at a position is one that the statement
// itself defines, and where it stands.
func (s *session) prepareRename(_ context.Context, p protocol316.PrepareRenameParams, now *Snapshot) (*protocol316.Range, error) {
	place, d, offset, ok := s.placeOf(now, p.TextDocumentPositionParams)
	if !ok {
		return nil, nil
	}
	symbol, ok := place.Symbol(place.Inside(offset))
	if !ok || !place.Renamable(symbol) {
		return nil, nil
	}
	where := rangeOf(d.File.Lines(), place.Outside(symbol.Span), now.client.encoding)
	return &where, nil
}

// rename gives an alias, a common table expression, an output column or a variable
// another name, wherever the statement has it.
func (s *session) rename(_ context.Context, p protocol316.RenameParams, now *Snapshot) (*protocol316.WorkspaceEdit, error) {
	place, d, offset, ok := s.placeOf(now, p.TextDocumentPositionParams)
	if !ok {
		return nil, nil
	}
	symbol, ok := place.Symbol(place.Inside(offset))
	if !ok || !place.Renamable(symbol) {
		return nil, tusk.NewError(tusk.Query, nil, "this name cannot be changed here").
			WithHint("Aliases, common table expressions, output columns and variables can be: names that the statement itself gives.")
	}
	name := p.NewName
	if !plainName(name) {
		name = lex.QuoteIdentifier(name)
	}
	if p.NewName == "" {
		return nil, tusk.NewError(tusk.Query, nil, "a name has at least one character")
	}
	var edits []protocol316.TextEdit
	for _, o := range place.Occurrences(symbol) {
		edits = append(edits, protocol316.TextEdit{Range: rangeOf(d.File.Lines(), place.Outside(o.Span), now.client.encoding), NewText: name})
	}
	return &protocol316.WorkspaceEdit{Changes: map[protocol316.DocumentUri][]protocol316.TextEdit{d.URI: edits}}, nil
}

// plainName reports whether a text is a name as it stands: quoted, or one that
// needs no quotes.
func plainName(name string) bool {
	tokens := lex.Lex(name, lex.Options{})
	return len(tokens) == 1 && tokens[0].Name() && (tokens[0].Quoted() || tokens[0].Keyword == lex.NotKeyword || tokens[0].Keyword.Category() == lex.Unreserved)
}
