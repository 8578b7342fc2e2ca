package introspect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
)

// Whatever a database holds, its catalog can be read.
func TestOddDatabases(t *testing.T) {
	long := strings.Repeat("ä", 31) + "x" // 63 bytes
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t,
			`DO $$ BEGIN FOR i IN 1..200 LOOP EXECUTE format('CREATE SCHEMA s%s; CREATE TABLE s%s.t (a int, b%s int)', i, i, i); END LOOP; END $$`,
			`CREATE TABLE "we""ird" ("a b" int, "new
line" int, "😀" text, "`+long+`" int)`,
			`CREATE TABLE "`+long+`" ("select" int)`,
			`CREATE TABLE parent (id int); CREATE TABLE tree (parents parent[]); CREATE DOMAIN trees AS tree[]; CREATE TYPE nested AS (many trees)`,
			`CREATE TABLE empty ()`)
		c, err := introspect.Load(t.Context(), db.Conn(t), introspect.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 200 {
			if r := c.Relation(fmt.Sprintf("s%d", i+1), "t"); r == nil || len(r.Columns) != 2 || r.Columns[1].Name != fmt.Sprintf("b%d", i+1) {
				t.Fatalf("s%d.t: %+v", i+1, r)
			}
		}
		var names []string
		for _, column := range c.Relation("public", `we"ird`).Columns {
			names = append(names, column.Name)
		}
		equal(t, "names", strings.Join(names, "|"), "a b|new\nline|😀|"+long)
		equal(t, "a long name", c.Relation("public", long).Columns[0].Name, "select")
		equal(t, "an array of rows", c.Relation("public", "tree").Columns[0].Type, "public.parent[]")
		equal(t, "no columns", len(c.Relation("public", "empty").Columns), 0)
		equal(t, "a type of a domain of rows", c.Type("public", "nested").Attributes[0].Type, "public.trees")
	})
}

// A view that PostgreSQL itself cannot write any more leaves the rest readable,
// and is told of.
func TestDamagedCatalog(t *testing.T) {
	db := pgtest.New(t).Dedicated(t, nil).Create(t, `CREATE TABLE t (a int, b int); CREATE VIEW broken AS SELECT b FROM t; CREATE VIEW whole AS SELECT a FROM t`)
	db.Exec(t, `SET allow_system_table_mods = on; DELETE FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'b'; UPDATE pg_class SET relnatts = 1 WHERE relname = 't'`)
	var told []error
	c, err := introspect.Load(t.Context(), db.Conn(t), introspect.Options{Incomplete: func(err error) { told = append(told, err) }})
	if err != nil {
		t.Fatal(err)
	}
	if c.Relation("public", "broken") == nil || c.Relation("public", "t").Column("a") == nil {
		t.Error("relations are missing")
	}
	if len(told) != 1 {
		t.Errorf("told %d times: %v", len(told), told)
	}
}
