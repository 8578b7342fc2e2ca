package lsp_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/lsp"
	"github.com/tusk-lsp/tusk-lsp/lsp/lspclient"
	"github.com/tusk-lsp/tusk-lsp/lsp/lsptest"
	"github.com/tusk-lsp/tusk-lsp/schema/browse"
)

// Without a connection, what the workspace's migrations define is offered; files
// that change on disk and those that are being edited count as they are now.
func TestCompletionKnowsTheWorkspace(t *testing.T) {
	noEnvironment(t)
	root := t.TempDir()
	migration := func(name, text string) {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	migration("1_orders.sql", "CREATE TABLE orders (id int, placed date);")
	migration("2_note.sql", "ALTER TABLE orders ADD note text;")
	uri := func(name string) string { return "file://" + filepath.ToSlash(filepath.Join(root, name)) }
	e := lsptest.Pipe(t, serve(t.TempDir()), lspclient.Options{WorkspaceFolders: []string{uri("")}})
	e.Initialize()
	offers := func(what, uri string, offset int, label string, want bool) {
		t.Helper()
		eventually(t, what, func() bool {
			return slices.ContainsFunc(e.Completion(uri, offset).Items, func(item lspclient.CompletionItem) bool { return item.Label == label }) == want
		})
	}
	at := e.OpenAtCursor(uri("query.sql"), "SELECT <|> FROM orders")
	offers("a column of the last migration", uri("query.sql"), at, "note", true)

	migration("3_paid.sql", "ALTER TABLE orders ADD paid boolean; ALTER TABLE orders DROP note;")
	e.Notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": uri("3_paid.sql"), "type": 1}}})
	offers("a column of a new file", uri("query.sql"), at, "paid", true)
	offers("a column that it drops", uri("query.sql"), at, "note", false)

	migration("4_draft.sql", "ALTER TABLE orders ADD saved int;")
	e.Open(uri("4_draft.sql"), "ALTER TABLE orders ADD unsaved int;")
	offers("a column that is not saved yet", uri("query.sql"), at, "unsaved", true)
	e.Close(uri("4_draft.sql"))
	offers("a column that was never saved", uri("query.sql"), at, "unsaved", false)

	at = e.OpenAtCursor(uri("2_note.sql"), "ALTER TABLE orders ADD note text; SELECT <|> FROM orders")
	offers("a column of the migration itself", uri("2_note.sql"), at, "note", true)
	offers("a column of a later one", uri("2_note.sql"), at, "paid", false)

	var tables browse.Page
	e.Command("tusk.schema.tree", &tables, lsp.SchemaTreeParams{SchemaParams: lsp.SchemaParams{URI: uri("query.sql")}, Path: []string{"public", "tables"}})
	if len(tables.Nodes) != 1 || tables.Nodes[0].Label != "orders" {
		t.Errorf("the tree of the workspace's tables has %+v", tables.Nodes)
	}
}

// Over a live catalog, the migrations that the database does not have yet count.
func TestCompletionKnowsPendingMigrations(t *testing.T) {
	noEnvironment(t)
	root := t.TempDir()
	for name, text := range map[string]string{
		"1_orders.up.sql": "CREATE TABLE orders (id int);",
		"2_note.up.sql":   "ALTER TABLE orders ADD note text;",
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	db := pgtest.New(t).Database(t, `CREATE TABLE orders (id int, live boolean); CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
		INSERT INTO schema_migrations VALUES (1, false)`)
	folder := "file://" + filepath.ToSlash(root)
	e := lsptest.Pipe(t, serve(t.TempDir()), lspclient.Options{WorkspaceFolders: []string{folder}, Settings: map[string]any{"tusk": on(db)}})
	e.Initialize()
	at := e.OpenAtCursor(folder+"/query.sql", "SELECT <|> FROM orders")
	for _, label := range []string{"live", "note"} {
		eventually(t, "the column "+label, func() bool {
			return slices.ContainsFunc(e.Completion(folder+"/query.sql", at).Items, func(item lspclient.CompletionItem) bool { return item.Label == label })
		})
	}
}
