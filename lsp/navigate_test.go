package lsp_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	protocol316 "github.com/tliron/glsp/protocol_3_16"

	"github.com/tusk-lsp/tusk-lsp/lsp/lspclient"
	"github.com/tusk-lsp/tusk-lsp/lsp/lsptest"
)

// offline gives an editor over a workspace with a migration.
func offline(t *testing.T) (e *lsptest.Editor, uri func(name string) string) {
	t.Helper()
	noEnvironment(t)
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "1_orders.sql"), []byte("-- the first\nCREATE TABLE orders (id int PRIMARY KEY, placed date);"), 0o644); err != nil {
		t.Fatal(err)
	}
	uri = func(name string) string { return "file://" + filepath.ToSlash(filepath.Join(root, name)) }
	e = lsptest.Pipe(t, serve(t.TempDir()), lspclient.Options{WorkspaceFolders: []string{uri("")}})
	e.Initialize()
	at := e.OpenAtCursor(uri("ready.sql"), "SELECT <|> FROM orders")
	eventually(t, "the workspace's tables", func() bool {
		return slices.ContainsFunc(e.Completion(uri("ready.sql"), at).Items, func(item lspclient.CompletionItem) bool { return item.Label == "placed" })
	})
	return e, uri
}

func TestHoverOverTheWire(t *testing.T) {
	e, uri := offline(t)
	at := e.OpenAtCursor(uri("q.sql"), "SELECT o.pla<|>ced FROM orders o")
	if got := e.Hover(uri("q.sql"), at); !strings.Contains(got, "orders.placed date") {
		t.Errorf("hover tells %q", got)
	}
	at = e.OpenAtCursor(uri("k.sql"), "SELECT 1 GROUP B<|>Y 1")
	if got := e.Hover(uri("k.sql"), at); !strings.Contains(got, "GROUP BY") {
		t.Errorf("hover tells %q", got)
	}
}

func TestNavigation(t *testing.T) {
	e, uri := offline(t)
	at := e.OpenAtCursor(uri("q.sql"), "SELECT o<|>.id, o.placed FROM orders o")
	place := map[string]any{"textDocument": map[string]any{"uri": uri("q.sql")}, "position": e.Client.Position(uri("q.sql"), at)}
	var locations []protocol316.Location
	e.Request("textDocument/definition", place, &locations)
	if len(locations) != 1 || locations[0].URI != uri("q.sql") || locations[0].Range.Start.Character != 34 {
		t.Errorf("o is defined at %+v", locations)
	}
	var marks []protocol316.DocumentHighlight
	e.Request("textDocument/documentHighlight", place, &marks)
	if len(marks) != 3 {
		t.Errorf("%d marks", len(marks))
	}
	var edit protocol316.WorkspaceEdit
	place["newName"] = "Bestellung 1"
	e.Request("textDocument/rename", place, &edit)
	if edits := edit.Changes[uri("q.sql")]; len(edits) != 3 || edits[0].NewText != `"Bestellung 1"` {
		t.Errorf("edits %+v", edits)
	}

	at = e.OpenAtCursor(uri("r.sql"), "SELECT * FROM ord<|>ers")
	place = map[string]any{"textDocument": map[string]any{"uri": uri("r.sql")}, "position": e.Client.Position(uri("r.sql"), at)}
	e.Request("textDocument/definition", place, &locations)
	if len(locations) != 1 || locations[0].URI != uri("1_orders.sql") || locations[0].Range.Start.Line != 1 {
		t.Errorf("orders is defined at %+v", locations)
	}
}

// A table of the database is found in all statements of the file, in bodies too.
func TestReferencesInTheFile(t *testing.T) {
	e, uri := offline(t)
	at := e.OpenAtCursor(uri("f.sql"), "SELECT * FROM ord<|>ers; SELECT placed FROM orders o;\nDO $$ BEGIN DELETE FROM orders; END $$; SELECT 'orders'")
	var locations []protocol316.Location
	e.Request("textDocument/references", map[string]any{"textDocument": map[string]any{"uri": uri("f.sql")}, "position": e.Client.Position(uri("f.sql"), at), "context": map[string]any{"includeDeclaration": true}}, &locations)
	if len(locations) != 3 || locations[2].Range.Start.Line != 1 {
		t.Errorf("references %+v", locations)
	}
}

func TestOutlineOverTheWire(t *testing.T) {
	e, uri := offline(t)
	text := "CREATE TABLE a (\n\tid int,\n\tb text\n);\nSELECT 1;\n"
	e.Open(uri("o.sql"), text)
	document := map[string]any{"textDocument": map[string]any{"uri": uri("o.sql")}}
	var flat []protocol316.SymbolInformation
	e.Request("textDocument/documentSymbol", document, &flat)
	if len(flat) != 4 || flat[0].Name != "a" || flat[1].Name != "id" || *flat[1].ContainerName != "a" {
		t.Errorf("symbols %+v", flat)
	}
	var folds []protocol316.FoldingRange
	e.Request("textDocument/foldingRange", document, &folds)
	if len(folds) == 0 || folds[0].StartLine != 0 || folds[0].EndLine != 3 {
		t.Errorf("folds %+v", folds)
	}
	document["positions"] = []any{e.Client.Position(uri("o.sql"), strings.Index(text, "text"))}
	var selections []protocol316.SelectionRange
	e.Request("textDocument/selectionRange", document, &selections)
	if len(selections) != 1 || selections[0].Parent == nil || selections[0].Range.Start.Line != 2 {
		t.Errorf("selections %+v", selections)
	}
}

func TestSignatureHelpOverTheWire(t *testing.T) {
	e, uri := offline(t)
	at := e.OpenAtCursor(uri("s.sql"), "INSERT INTO orders VALUES (1, <|>")
	var help protocol316.SignatureHelp
	e.Request("textDocument/signatureHelp", map[string]any{"textDocument": map[string]any{"uri": uri("s.sql")}, "position": e.Client.Position(uri("s.sql"), at)}, &help)
	if len(help.Signatures) != 1 || help.Signatures[0].Label != "orders (id integer, placed date)" || *help.ActiveParameter != 1 {
		t.Errorf("help %+v", help)
	}
}
