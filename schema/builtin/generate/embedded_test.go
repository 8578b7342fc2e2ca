package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/engine/scratch"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/builtin"
)

// What is embedded is what the server has. Settings and extensions that only
// one of them has are logged: they depend on how PostgreSQL was built.
func TestEmbeddedIsTheServers(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		read := reader{connect: func(ctx context.Context, database string) (*pgx.Conn, error) {
			return pgx.Connect(ctx, s.URL(database))
		}}
		server, err := read.catalog(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		compare(t, builtin.Catalog(s.Major), schema.New(server.Contents))
		if !slices.Equal(builtin.Keywords(s.Major), server.Keywords) {
			t.Errorf("keywords: embedded %v, server %v", builtin.Keywords(s.Major), server.Keywords)
		}

		extensions, incomplete, err := read.extensions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range incomplete {
			t.Log(e)
		}
		for _, e := range extensions {
			embedded, found := builtin.Extension(s.Major, e.Name)
			if !found || alone(embedded) != alone(e.Contents) {
				t.Logf("extension %s is not of the same build", e.Name)
				continue
			}
			compare(t, schema.New(embedded), schema.New(e.Contents))
		}
	})
}

// alone reports whether nothing is known of an extension but itself.
func alone(c schema.Contents) bool {
	return schema.New(c).Size() == schema.Size{} && len(c.Operators) == 0
}

// compare fails with the objects that only one of two catalogs has so.
func compare(t *testing.T, embedded, server *schema.Catalog) {
	t.Helper()
	ours, theirs := objects(t, embedded), objects(t, server)
	for _, text := range slices.Sorted(maps.Keys(theirs)) {
		if !ours[text] {
			t.Errorf("the server alone has %s", text)
		}
	}
	for _, text := range slices.Sorted(maps.Keys(ours)) {
		if !theirs[text] {
			t.Errorf("embedded alone is %s", text)
		}
	}
	for setting := range server.Settings() {
		e := embedded.Setting(setting.Name)
		switch {
		case e == nil:
			t.Logf("the server alone has the setting %s", setting.Name)
		case jsonOf(t, e) != jsonOf(t, setting):
			t.Errorf("setting: embedded %s, server %s", jsonOf(t, e), jsonOf(t, setting))
		}
	}
}

// objects gives the objects of a catalog as texts, which begin with kind and
// name. How many libraries an installation offers is its own affair: of the
// extensions, those that are there count.
func objects(t *testing.T, c *schema.Catalog) map[string]bool {
	t.Helper()
	texts := map[string]bool{}
	for o := range c.Objects() {
		name := o.QualifiedName()
		texts[fmt.Sprintf("%T %s.%s %s", o, name.Schema, name.Name, jsonOf(t, o))] = true
	}
	return texts
}

// jsonOf writes an object. Empty lists count as none.
func jsonOf(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(text, []byte(":[]"), []byte(":null"))
	return string(text)
}

func TestMajorsAreThoseOfTheServers(t *testing.T) {
	if builtin.Oldest != scratch.OldestMajor || builtin.Newest != scratch.NewestMajor {
		t.Errorf("the built-in catalogs are of %d to %d, the servers of %d to %d", builtin.Oldest, builtin.Newest, scratch.OldestMajor, scratch.NewestMajor)
	}
}
