package lsp_test

import (
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/lsp"
	"github.com/tusk-lsp/tusk-lsp/schema/browse"
)

func TestSchemaCommands(t *testing.T) {
	db := pgtest.New(t).Database(t, `create table orders (id int primary key); create view recent as select * from orders`)
	e := edit(t, on(db), nil)
	e.Open("file:///project/a.sql", "")
	var page browse.Page
	e.Command("tusk.schema.tree", &page)
	if len(page.Nodes) != 1 || page.Nodes[0].Label != "public" {
		t.Fatalf("the root: %+v", page)
	}
	e.Command("tusk.schema.tree", &page, lsp.SchemaTreeParams{Path: []string{"public", "tables"}, Limit: 1})
	if page.Total != 1 || page.Nodes[0].Label != "orders" {
		t.Errorf("the tables: %+v", page)
	}
	e.Command("tusk.schema.tree", &page, "no such schema")
	if page.Nodes == nil || page.Total != 0 {
		t.Errorf("a filter that nothing passes: %+v", page)
	}
	var found []browse.Node
	e.Command("tusk.schema.find", &found, "ord")
	if len(found) == 0 || found[0].Label != "orders" || len(found[0].Matched) != 3 {
		t.Errorf("a search: %+v", found)
	}
	var made lsp.SchemaDDLResult
	e.Command("tusk.schema.ddl", &made, "recent")
	if !strings.Contains(made.DDL, "CREATE VIEW public.recent AS") {
		t.Errorf("the view: %s", made.DDL)
	}
	e.Command("tusk.schema.ddl", &made)
	if !strings.Contains(made.DDL, "CREATE TABLE public.orders") {
		t.Errorf("the database: %s", made.DDL)
	}
	if err := e.CommandError("tusk.schema.ddl", "nothing"); !strings.Contains(err.Message, "nothing at the name nothing") {
		t.Errorf("what is not there: %+v", err)
	}
}
