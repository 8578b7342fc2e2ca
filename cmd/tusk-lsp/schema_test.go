package main

import (
	"encoding/json"
	"os"
	"path/filepath"
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

// Without a server the same is shown of a folder of migrations.
func TestSchemaOfAFolder(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"1_orders.up.sql":   "CREATE EXTENSION citext;\nCREATE TABLE orders (id serial PRIMARY KEY, mail citext);",
		"1_orders.down.sql": "DROP TABLE orders;",
		"2_note.up.sql":     "ALTER TABLE orders ADD note text;\nALTER TABLE nowhere ADD x int;",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := newCommand(t)
	c.shows("", "schema tree --dir "+dir+" public tables orders columns", "id", "key column", "integer", "note", "text", "citext")
	c.shows("", "schema find --dir "+dir+" orde", "public.tables.orders", "table")
	c.shows("", "schema dump --dir "+dir, "CREATE EXTENSION", "CREATE TABLE public.orders (", "note text")
	c.fails("", "schema tree -c mine --dir "+dir, "connection")
	c.fails("", "schema tree --dir "+dir+"/none", "cannot be read", "folder")
}
