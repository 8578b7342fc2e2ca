package lspclient

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
)

// CompletionList is what a completion gave. A plain list of items counts as
// complete.
type CompletionList struct {
	IsIncomplete bool            `json:"isIncomplete"`
	ItemDefaults json.RawMessage `json:"itemDefaults"`
	Items        []CompletionItem
}

// CompletionItem is one entry, as far as an editor shows and inserts it.
type CompletionItem struct {
	Label        string `json:"label"`
	LabelDetails struct {
		Detail      string `json:"detail"`
		Description string `json:"description"`
	} `json:"labelDetails"`
	Kind             int             `json:"kind"`
	Detail           string          `json:"detail"`
	Documentation    json.RawMessage `json:"documentation"` // a string, or markup
	Preselect        bool            `json:"preselect"`
	SortText         string          `json:"sortText"`
	FilterText       string          `json:"filterText"`
	InsertText       string          `json:"insertText"`
	InsertTextFormat int             `json:"insertTextFormat"` // 2: a snippet
	TextEdit         *struct {
		NewText string `json:"newText"`
		Range   *Range `json:"range"`
		Insert  *Range `json:"insert"`
		Replace *Range `json:"replace"`
	} `json:"textEdit"`
	TextEditText        string          `json:"textEditText"`
	AdditionalTextEdits []TextEdit      `json:"additionalTextEdits"`
	Data                json.RawMessage `json:"data"`
}

// Completion asks for completions at a byte offset of an open document. The
// items come as the server sent them; Sorted gives the editor's order.
func (c *Client) Completion(ctx context.Context, uri string, offset int) (CompletionList, error) {
	var raw json.RawMessage
	if err := c.Request(ctx, "textDocument/completion", c.place(uri, offset), &raw); err != nil {
		return CompletionList{}, err
	}
	var list CompletionList
	if json.Unmarshal(raw, &list.Items) == nil { // a list, or null
		return list, nil
	}
	return list, json.Unmarshal(raw, &list)
}

// Sorted gives the items in the order in which an editor shows them: by
// SortText, or else by Label.
func (l CompletionList) Sorted() []CompletionItem {
	return slices.SortedStableFunc(slices.Values(l.Items), func(a, b CompletionItem) int {
		return cmp.Compare(cmp.Or(a.SortText, a.Label), cmp.Or(b.SortText, b.Label))
	})
}

// Hover asks what stands at a byte offset of an open document; "" is nothing.
func (c *Client) Hover(ctx context.Context, uri string, offset int) (string, error) {
	var hover struct {
		Contents struct {
			Value string `json:"value"`
		} `json:"contents"`
	}
	err := c.Request(ctx, "textDocument/hover", c.place(uri, offset), &hover)
	return hover.Contents.Value, err
}

// ExecuteCommand runs a command of the server and decodes what it gave into
// result, unless that is nil.
func (c *Client) ExecuteCommand(ctx context.Context, command string, result any, arguments ...any) error {
	if arguments == nil {
		arguments = []any{}
	}
	return c.Request(ctx, "workspace/executeCommand", map[string]any{"command": command, "arguments": arguments}, result)
}

func (c *Client) place(uri string, offset int) any {
	return map[string]any{"textDocument": documentID{URI: uri}, "position": c.Position(uri, offset)}
}

// Diagnostic is a message about a range of a document.
type Diagnostic struct {
	Range    Range           `json:"range"`
	Severity int             `json:"severity"` // 1 error, 2 warning, 3 information, 4 hint
	Code     json.RawMessage `json:"code"`     // a string or an integer
	Source   string          `json:"source"`
	Message  string          `json:"message"`
	Data     json.RawMessage `json:"data"`
}

// AwaitDiagnostics waits for the diagnostics of this version of a document, or
// of a later one, and gives the first that came.
func (c *Client) AwaitDiagnostics(ctx context.Context, uri string, version int) ([]Diagnostic, error) {
	var p struct {
		URI         string       `json:"uri"`
		Version     int          `json:"version"`
		Diagnostics []Diagnostic `json:"diagnostics"`
	}
	_, err := c.Await(ctx, "textDocument/publishDiagnostics", func(params json.RawMessage) bool {
		p.Version, p.Diagnostics = 0, nil
		return json.Unmarshal(params, &p) == nil && p.URI == uri && p.Version >= version
	})
	return p.Diagnostics, err
}

// lastFirst orders edits of one text so that none moves another; of inserts at
// one place the first stays first.
func lastFirst(edits []TextEdit) []Edit {
	ordered := make([]Edit, len(edits))
	for i, e := range slices.Backward(edits) {
		ordered[len(edits)-1-i] = Edit{Range: &e.Range, Text: e.NewText}
	}
	slices.SortStableFunc(ordered, func(a, b Edit) int {
		return cmp.Or(
			cmp.Compare(b.Range.Start.Line, a.Range.Start.Line),
			cmp.Compare(b.Range.Start.Character, a.Range.Start.Character))
	})
	return ordered
}
