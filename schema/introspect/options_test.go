package introspect_test

import (
	"slices"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/builtin"
	"github.com/tusk-lsp/tusk-lsp/schema/ddl"
	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
)

func TestNamesGivesNamesAndKinds(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		c, err := introspect.Names(t.Context(), s.Database(t, setup).Conn(t))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "level", c.Level(), schema.NamesOnly)
		equal(t, "kind", c.Relation("shop", "recent").Kind, schema.View)
		equal(t, "partitioned", c.Relation("shop", "orders").Kind, schema.PartitionedTable)
		var functions []string
		for f := range c.FunctionsWithPrefix("shop", "") {
			functions = append(functions, f.Name)
		}
		slices.Sort(functions)
		if want := []string{"area", "area", "list", "tidy"}; !slices.Equal(functions, want) {
			t.Errorf("functions: got %q, want %q", functions, want)
		}
	})
}

// A catalog of the user's objects over the built-in one is the same as a whole
// one.
func TestBuiltinObjectsNeedNotBeRead(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t, setup)
		whole := load(t, db)
		own, err := introspect.Load(t.Context(), db.Conn(t), introspect.Options{Builtin: builtin.Catalog(s.Major)})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "built-in relations that were read", own.Relation("pg_catalog", "pg_class") == nil, true)
		over := own.On(builtin.Catalog(s.Major))
		equal(t, "sizes", over.Size(), whole.Size())
		equal(t, "DDL", write(t, db), text(t, over))
	})
}

func TestBuiltinOfAnotherMakeIsNotUsed(t *testing.T) {
	s := pgtest.New(t)
	other := schema.New(schema.Contents{ServerVersion: s.Major * 10000})
	c, err := introspect.Load(t.Context(), s.Database(t).Conn(t), introspect.Options{Builtin: other})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "pg_class", c.Relation("pg_catalog", "pg_class") != nil, true)
}

func TestProgressCountsToTheEnd(t *testing.T) {
	var steps []introspect.Progress
	options := introspect.Options{Progress: func(p introspect.Progress) { steps = append(steps, p) }}
	if _, err := introspect.Load(t.Context(), pgtest.New(t).Database(t).Conn(t), options); err != nil {
		t.Fatal(err)
	}
	for i, p := range steps {
		equal(t, p.Reading, p.Done, i)
		equal(t, p.Reading, p.Total, len(steps)-1)
	}
	equal(t, "first", steps[0].Reading, "schemas")
	equal(t, "last", steps[len(steps)-1].Reading, "")
}

// What Load says of the privileges is what the server says.
func TestPrivilegesAreThoseOfTheServer(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t, `
			CREATE SCHEMA open; CREATE SCHEMA shut;
			GRANT USAGE ON SCHEMA open TO PUBLIC;
			CREATE TABLE open.none (a int);
			CREATE TABLE open.read (a int); GRANT SELECT ON open.read TO PUBLIC;
			CREATE TABLE open.write (a int); GRANT INSERT, UPDATE, DELETE ON open.write TO PUBLIC;
			CREATE TABLE open.part (a int, b int); GRANT SELECT (a) ON open.part TO PUBLIC;
			CREATE VIEW shut.v AS SELECT 1 AS x; GRANT ALL ON shut.v TO PUBLIC`)
		role := db.Role(t)
		c, conn := load(t, role), role.Conn(t)
		for r := range c.Relations() {
			if r.Kind == schema.Sequence {
				continue
			}
			var read, insert, update, del bool
			err := conn.QueryRow(t.Context(), `SELECT has_any_column_privilege($1::oid, 'SELECT'), has_any_column_privilege($1::oid, 'INSERT'),
				has_any_column_privilege($1::oid, 'UPDATE'), has_table_privilege($1::oid, 'DELETE')`, r.OID).Scan(&read, &insert, &update, &del)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, r.Name+" SELECT", r.Privileges&schema.MaySelect != 0, read)
			equal(t, r.Name+" INSERT", r.Privileges&schema.MayInsert != 0, insert)
			equal(t, r.Name+" UPDATE", r.Privileges&schema.MayUpdate != 0, update)
			equal(t, r.Name+" DELETE", r.Privileges&schema.MayDelete != 0, del)
		}
		for n := range c.Schemas() {
			var use bool
			if err := conn.QueryRow(t.Context(), `SELECT has_schema_privilege($1, 'USAGE')`, n.Name).Scan(&use); err != nil {
				t.Fatal(err)
			}
			equal(t, n.Name+" USAGE", n.Privileges&schema.MayUse != 0, use)
		}
	})
}

func text(t *testing.T, c *schema.Catalog) string {
	t.Helper()
	text, err := ddl.Database(c, ddl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
