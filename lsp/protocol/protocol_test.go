package protocol_test

import (
	"encoding/json"
	"strings"
	"testing"

	protocol316 "github.com/tliron/glsp/protocol_3_16"

	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
)

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("decode %s: %v", text, err)
	}
	return value
}

func encode(t *testing.T, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestSent(t *testing.T) {
	word := protocol316.Range{End: protocol316.Position{Character: 3}}
	none := protocol.CompletionList{}
	full, incremental := protocol.ServerCapabilities{PositionEncoding: protocol.PositionEncodingUTF8}, protocol316.TextDocumentSyncKindIncremental
	full.TextDocumentSync = incremental
	full.CompletionProvider = &protocol.CompletionOptions{CompletionOptions: protocol316.CompletionOptions{TriggerCharacters: []string{"."}}}
	full.DiagnosticProvider = &protocol.DiagnosticOptions{Identifier: "tusk"}
	for name, test := range map[string]struct {
		value any
		want  string
	}{
		"an empty list is no null":          {none, `{"isIncomplete":false,"items":[]}`},
		"no diagnostics are no null":        {protocol.PublishDiagnosticsParams{URI: "a.sql"}, `{"uri":"a.sql","diagnostics":[]}`},
		"an empty full report":              {protocol.FullReport("1", nil), `{"kind":"full","resultId":"1","items":[]}`},
		"an unchanged report has no items":  {protocol.UnchangedReport("1"), `{"kind":"unchanged","resultId":"1"}`},
		"a capability replaces its elder's": {full, `{"textDocumentSync":2,"positionEncoding":"utf-8","completionProvider":{"triggerCharacters":["."]},"diagnosticProvider":{"identifier":"tusk","interFileDependencies":false,"workspaceDiagnostics":false}}`},
		"a plain edit":                      {protocol.CompletionEdit{NewText: "t", Range: &word}, `{"newText":"t","range":{"start":{"line":0,"character":0},"end":{"line":0,"character":3}}}`},
		"defaults of a list": {
			protocol.CompletionItemDefaults{EditRange: &protocol.CompletionEditRange{Start: &word.Start, End: &word.End}},
			`{"editRange":{"start":{"line":0,"character":0},"end":{"line":0,"character":3}}}`,
		},
		"an item says only what it has": {
			protocol.CompletionItem{Label: "id", LabelDetails: &protocol.CompletionItemLabelDetails{Detail: " bigint"}, Kind: protocol316.CompletionItemKindField},
			`{"label":"id","labelDetails":{"detail":" bigint"},"kind":5}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := encode(t, test.value); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// What glsp's own types lose when they are decoded.
func TestReceivedWithoutLoss(t *testing.T) {
	t.Run("progress tokens", func(t *testing.T) {
		for _, token := range []string{`7`, `-1`, `"a/1"`} {
			got := decode[protocol.WorkDoneProgressCancelParams](t, `{"token":`+token+`}`)
			if string(got.Token) != token {
				t.Errorf("got %s, want %s", got.Token, token)
			}
		}
		if got := decode[protocol.ExecuteCommandParams](t, `{"command":"c"}`); got.WorkDoneToken != nil {
			t.Errorf("got %s, want none", got.WorkDoneToken)
		}
	})
	t.Run("command arguments", func(t *testing.T) {
		got := decode[protocol.ExecuteCommandParams](t, `{"command":"c","arguments":[{"n":12345678901234567890},"x"]}`)
		if string(got.Arguments[0]) != `{"n":12345678901234567890}` {
			t.Errorf("got %s", got.Arguments[0])
		}
	})
	t.Run("diagnostic codes and data", func(t *testing.T) {
		got := decode[protocol.CodeActionParams](t, `{"textDocument":{"uri":"a.sql"},"context":{"triggerKind":2,"diagnostics":[
			{"code":"42P01","codeDescription":{"href":"https://example.org"},"data":{"table":"t"}},{"code":"42601"},{"code":7},{}]}}`)
		var codes []string
		for _, d := range got.Context.Diagnostics {
			codes = append(codes, string(d.Code))
		}
		if strings.Join(codes, " ") != "42P01 42601 7 " {
			t.Errorf("got codes %q", codes)
		}
		first := got.Context.Diagnostics[0]
		if string(first.Data) != `{"table":"t"}` || first.CodeDescription.HRef != "https://example.org" || got.Context.TriggerKind != protocol.CodeActionAutomatic {
			t.Errorf("got %+v", got.Context)
		}
	})
	t.Run("completion items on their way back", func(t *testing.T) {
		text := `{"label":"id","textEdit":{"newText":"id","insert":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}},"replace":{"start":{"line":0,"character":0},"end":{"line":0,"character":2}}},"data":{"oid":1}}`
		if got := encode(t, decode[protocol.CompletionItem](t, text)); got != text {
			t.Errorf("\n got %s\nwant %s", got, text)
		}
	})
}

func TestInitializeParams(t *testing.T) {
	p := decode[protocol.InitializeParams](t, `{
		"processId": null, "rootUri": null, "rootPath": null, "workspaceFolders": null,
		"clientInfo": {"name": "Neovim", "version": "0.11"},
		"initializationOptions": {"connection": "shop"},
		"capabilities": {
			"general": {"positionEncodings": ["utf-8", "utf-16"], "markdown": {"parser": "marked"}},
			"workspace": {"configuration": true, "didChangeConfiguration": {"dynamicRegistration": true}, "diagnostics": {"refreshSupport": true}},
			"window": {"workDoneProgress": true, "showDocument": {"support": true}},
			"textDocument": {
				"completion": {"completionItem": {"labelDetailsSupport": true, "insertReplaceSupport": true}, "completionList": {"itemDefaults": ["editRange"]}},
				"diagnostic": {}
			},
			"experimental": {"tusk": {"results": true}}
		}}`)
	c := p.Capabilities
	switch {
	case p.ProcessID != nil || p.RootURI != "" || p.ClientInfo.Name != "Neovim" || string(p.InitializationOptions) != `{"connection": "shop"}`:
		t.Errorf("got %+v", p)
	case len(c.General.PositionEncodings) != 2 || c.General.PositionEncodings[0] != protocol.PositionEncodingUTF8:
		t.Errorf("got encodings %v", c.General.PositionEncodings)
	case !c.Workspace.Configuration || !c.Workspace.DidChangeConfiguration.DynamicRegistration || !c.Workspace.Diagnostics.RefreshSupport || c.Workspace.CodeLens.RefreshSupport:
		t.Errorf("got workspace %+v", c.Workspace)
	case !c.Window.WorkDoneProgress || !c.Window.ShowDocument.Support:
		t.Errorf("got window %+v", c.Window)
	case !c.TextDocument.Completion.CompletionItem.LabelDetailsSupport || c.TextDocument.Completion.CompletionList.ItemDefaults[0] != "editRange" || c.TextDocument.Diagnostic == nil:
		t.Errorf("got text document %+v", c.TextDocument)
	case string(c.Experimental) != `{"tusk": {"results": true}}`:
		t.Errorf("got experimental %s", c.Experimental)
	}
}

// Lua clients send {} as [].
func TestCapabilityOfAnotherTypeCountsAsAbsent(t *testing.T) {
	c := decode[protocol.ClientCapabilities](t, `{"general": [], "textDocument": {"completion": true, "diagnostic": {"dynamicRegistration": 1}}, "window": {"workDoneProgress": true}}`)
	if !c.Window.WorkDoneProgress || c.TextDocument.Diagnostic == nil || c.General.PositionEncodings != nil {
		t.Errorf("got %+v", c)
	}
}
