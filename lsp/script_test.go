package lsp_test

import (
	"slices"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/lsp/lsptest"
)

// A script is completed with what its statements before the cursor define,
// without a connection and over one.
func TestCompletionKnowsTheScript(t *testing.T) {
	offers := func(e *lsptest.Editor, uri, marked string, wanted ...string) {
		t.Helper()
		offset := e.OpenAtCursor(uri, marked)
		var got []string
		for _, item := range e.Completion(uri, offset).Sorted() {
			got = append(got, item.Label)
		}
		for _, label := range wanted {
			if !slices.Contains(got, label) {
				t.Errorf("%s\n%s is not among %q", marked, label, got[:min(len(got), 20)])
			}
		}
	}
	without := edit(t, nil, nil)
	offers(without, "file:///draft.sql", "CREATE TEMP TABLE draft (number int, note text); SELECT <|> FROM draft", "number", "note")
	offers(without, "file:///extension.sql", "CREATE EXTENSION hstore; SELECT sk<|>", "skeys")
	offers(without, "file:///path.sql", "CREATE SCHEMA s; SET search_path = s; CREATE TABLE draft (); SELECT * FROM dr<|>", "draft")

	over := edit(t, on(pgtest.New(t).Sample(t)), nil)
	over.Open(uri, "")
	over.Command("tusk.schema.refresh", nil)
	offers(over, "file:///change.sql", "ALTER TABLE shop.customer ADD COLUMN shoe_size int; SELECT <|> FROM shop.customer", "shoe_size", "address")
}

// Without any connection, completion knows what comes with PostgreSQL.
func TestCompletionKnowsPostgreSQLWithoutAServer(t *testing.T) {
	e := edit(t, nil, nil)
	for _, test := range []struct{ marked, label, detail string }{
		{"SELECT string_a<|>", "string_agg", "(value bytea, delimiter bytea) → bytea"},
		{"SELECT 1::timestamptz<|>", "timestamptz", "type"},
		{"SELECT * FROM pg_stat_act<|>", "pg_stat_activity", "view"},
		{"SELECT backend_ty<|> FROM pg_stat_activity", "backend_type", "text"},
	} {
		var details []string
		for _, item := range e.Completion(uri, e.OpenAtCursor(uri, test.marked)).Items {
			if item.Label == test.label {
				details = append(details, item.Detail)
			}
		}
		if !slices.Contains(details, test.detail) {
			t.Errorf("%s: %s is offered with %q, want %q", test.marked, test.label, details, test.detail)
		}
	}
}
