package lsp

import (
	"context"

	protocol316 "github.com/tliron/glsp/protocol_3_16"

	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/builtin"
	"github.com/tusk-lsp/tusk-lsp/schema/replay"
	"github.com/tusk-lsp/tusk-lsp/sql/complete"
)

// completion answers from the text and the catalog at hand: it never waits for
// a database.
func (s *session) completion(_ context.Context, p protocol316.CompletionParams, now *Snapshot) (protocol.CompletionList, error) {
	d := now.document(p.TextDocument.URI)
	if d == nil {
		return protocol.CompletionList{Items: []protocol.CompletionItem{}}, nil
	}
	offset := offsetOf(d.File.Lines(), p.Position, now.client.encoding)
	catalog := s.catalogAt(d, offset)
	list := complete.At(complete.Request{
		File:        d.File,
		Offset:      offset,
		Catalog:     catalog,
		Extensions:  func() []string { return extensionNames(catalog) },
		KeywordCase: keywordCases[now.settings.Completion.KeywordCase],
		Snippets:    now.client.snippets,
		Limit:       now.settings.Completion.Limit,
		Uses:        s.usageOf(s.connections.of(d.URI)),
	})
	items := make([]protocol.CompletionItem, len(list.Items))
	for i, item := range list.Items {
		items[i] = completionItem(item, d, now.client)
	}
	return protocol.CompletionList{IsIncomplete: list.Incomplete, Items: items}, nil
}

// extensionNames gives the extensions that come with the server's major.
func extensionNames(catalog *schema.Catalog) []string {
	var names []string
	for _, extension := range builtin.Extensions(catalog.ServerVersion() / 10000) {
		names = append(names, extension.Name)
	}
	return names
}

// catalogAt gives the catalog at a place of a document: that of its connection
// with the pending migrations, or what the files of its workspace define, or what
// comes with the newest PostgreSQL, with what the statements before the place
// define. It never waits.
func (s *session) catalogAt(d *Document, offset int) *schema.Catalog {
	connection := s.connections.of(d.URI)
	below := s.engine.Catalog(connection)
	if below != nil {
		below = s.offline.over(below, connection, d.URI)
	} else {
		below = s.offline.catalog(d.URI)
	}
	if below == nil {
		below = builtin.Catalog(builtin.Newest)
	}
	return d.script.At(d.File, offset, below, replay.Options{Extension: func(name string) (schema.Contents, bool) {
		return builtin.Extension(below.ServerVersion()/10000, name)
	}})
}

// keywordCases are the values of tusk.completion.keywordCase.
var keywordCases = map[string]complete.Case{"upper": complete.Upper, "lower": complete.Lower, "typed": complete.Typed}

// completionKinds are LSP's nearest icons.
var completionKinds = map[complete.Kind]protocol316.CompletionItemKind{
	complete.Keyword:  protocol316.CompletionItemKindKeyword,
	complete.Schema:   protocol316.CompletionItemKindModule,
	complete.Relation: protocol316.CompletionItemKindClass,
	complete.Column:   protocol316.CompletionItemKindField,
	complete.Function: protocol316.CompletionItemKindFunction,
	complete.Type:     protocol316.CompletionItemKindStruct,
	complete.Alias:    protocol316.CompletionItemKindVariable,
	complete.Variable: protocol316.CompletionItemKindVariable,
	complete.Value:    protocol316.CompletionItemKindEnumMember,
	complete.Piece:    protocol316.CompletionItemKindSnippet,
	complete.Object:   protocol316.CompletionItemKindReference,
}

func completionItem(item complete.Item, d *Document, c *client) protocol.CompletionItem {
	replace := rangeOf(d.File.Lines(), item.Replace, c.encoding)
	out := protocol.CompletionItem{
		Label:            item.Label,
		Kind:             completionKinds[item.Kind],
		Detail:           item.Detail,
		SortText:         item.SortText,
		FilterText:       item.FilterText,
		InsertTextFormat: protocol316.InsertTextFormatPlainText,
		TextEdit:         &protocol.CompletionEdit{NewText: item.InsertText, Range: &replace},
	}
	if item.Snippet {
		out.InsertTextFormat = protocol316.InsertTextFormatSnippet
	}
	if item.Documentation != "" {
		out.Documentation = &protocol316.MarkupContent{Kind: protocol316.MarkupKindPlainText, Value: item.Documentation}
	}
	if c.labelDetails && item.Description != "" {
		out.LabelDetails = &protocol.CompletionItemLabelDetails{Description: item.Description}
	}
	return out
}
