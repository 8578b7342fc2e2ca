package main

import (
	"encoding/json"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema/browse"
)

func TestSchemaOfAConnection(t *testing.T) {
	db := pgtest.New(t).Database(t, `create table orders (id int primary key, "on" date)`)
	c := newCommand(t)
	passfile(t, db)
	c.must("", "connection add mine"+flagsFor(db))
	c.shows("", "schema tree -c mine", "public", "schema")
	c.shows("", "schema tree -c mine public", "tables", "group of 1")
	c.shows("", "schema tree -c mine public tables orders columns", "id", "key column", "integer")
	c.shows("", "schema find -c mine ord", "public.tables.orders", "table")
	c.shows("", "schema find -c mine nothing_at_all", "")
	c.shows("", "schema dump -c mine orders", "CREATE TABLE public.orders (", `"on" date`)
	c.shows("", "schema dump -c mine", "CREATE TABLE public.orders (")
	var page browse.Page
	if err := json.Unmarshal([]byte(c.must("", "schema tree -c mine --json --limit 1 public tables orders columns")), &page); err != nil {
		t.Fatal(err)
	}
	if page.Total != 2 || len(page.Nodes) != 1 || page.Nodes[0].Label != "id" {
		t.Errorf("a page of one: %+v", page)
	}
	c.fails("", "schema tree -c mine nothing", "nothing at nothing", "Refresh")
	c.fails("", "schema dump -c mine nothing", "nothing at the name nothing")
	c.fails("", "schema tree -c other", "no connection named other")
	c.fails("", "schema tree", "connection")
}
