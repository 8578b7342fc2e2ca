package introspect_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/builtin"
	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
)

// After any DDL, what is read of the changes makes the catalog that a whole load
// gives. Two sessions change it; one keeps its transactions open for a while.
func TestChangedIsAWholeLoad(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Dedicated(t, nil).Create(t, setupOfChanges)
		options := introspect.Options{Builtin: builtin.Catalog(s.Major)}
		conn, one, late := db.Conn(t), db.Conn(t), db.Conn(t)
		load := func() *schema.Catalog {
			t.Helper()
			c, err := introspect.Load(t.Context(), conn, options)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		marks, err := introspect.TakeMarks(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		catalog := load()
		random := rand.New(rand.NewPCG(1, uint64(s.Major)))
		var ran []string
		try := func(c *pgx.Conn, statement string) {
			if _, err := c.Exec(t.Context(), statement); err == nil {
				ran = append(ran, statement)
			}
		}
		for step := range 25 {
			if step%10 == 3 {
				try(late, fmt.Sprintf("BEGIN; CREATE TABLE late%d (a int); ALTER TABLE late_%d ADD c%d int", step, random.IntN(3), step))
			}
			for range 1 + random.IntN(3) {
				try(one, change(random))
			}
			if step%10 == 7 {
				try(late, "COMMIT")
			}
			var err error
			if catalog, marks, err = introspect.Changed(t.Context(), conn, catalog, marks, options); err != nil {
				t.Fatal(err)
			}
			if different := differences(catalog, load()); different != "" {
				t.Fatalf("after\n%s\n%s", strings.Join(ran, ";\n"), different)
			}
			ran = nil
		}
	})
}

const setupOfChanges = `CREATE TABLE a (id int PRIMARY KEY, b text, c int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
	CREATE TABLE late_0 (); CREATE TABLE late_1 (); CREATE TABLE late_2 ();
	CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at); CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
	CREATE VIEW v AS SELECT id, b FROM a; CREATE TYPE mood AS ENUM ('sad'); CREATE SCHEMA other; CREATE SEQUENCE q;
	CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TABLE child () INHERITS (a)`

// change gives some DDL; not all of it is right at any time.
func change(r *rand.Rand) string {
	n := r.IntN(4)
	table := []string{"a", "b", "parts", "part_1", "child", fmt.Sprintf("t%d", n)}[r.IntN(6)]
	return []string{
		fmt.Sprintf("CREATE TABLE t%d (x int GENERATED ALWAYS AS IDENTITY, y text DEFAULT 'y', UNIQUE (x))", n),
		fmt.Sprintf("DROP TABLE t%d CASCADE", n),
		fmt.Sprintf("CREATE ROLE role%d", n),
		fmt.Sprintf("DROP ROLE role%d", n),
		fmt.Sprintf("ALTER TABLE %s ADD COLUMN n%d numeric(%d, 2) DEFAULT 1", table, n, n+3),
		fmt.Sprintf("ALTER TABLE %s DROP COLUMN n%d CASCADE", table, n),
		fmt.Sprintf("ALTER TABLE %s RENAME COLUMN n%d TO n%d", table, n, (n+1)%4),
		fmt.Sprintf("ALTER TABLE %s ALTER COLUMN n%d TYPE bigint", table, n),
		fmt.Sprintf("ALTER TABLE %s ALTER COLUMN n%d SET NOT NULL", table, n),
		fmt.Sprintf("ALTER TABLE %s ALTER COLUMN n%d SET STATISTICS %d", table, n, n*10),
		fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT k%d CHECK (n%d > 0)", table, n, n),
		fmt.Sprintf("ALTER TABLE %s DROP CONSTRAINT k%d", table, n),
		fmt.Sprintf("ALTER TABLE t%d ADD CONSTRAINT fk%d FOREIGN KEY (x) REFERENCES a", n, n),
		fmt.Sprintf("ALTER TABLE t%d DROP CONSTRAINT fk%d", n, n),
		fmt.Sprintf("CREATE INDEX i%d ON %s (n%d)", n, table, n),
		fmt.Sprintf("DROP INDEX i%d", n),
		fmt.Sprintf("ALTER INDEX i%d RENAME TO i%d", n, (n+1)%4),
		fmt.Sprintf("COMMENT ON INDEX i%d IS 'index %d'", n, r.IntN(100)),
		fmt.Sprintf("COMMENT ON TABLE %s IS 'table %d'", table, r.IntN(100)),
		fmt.Sprintf("COMMENT ON COLUMN %s.n%d IS NULL", table, n),
		fmt.Sprintf("COMMENT ON CONSTRAINT k%d ON %s IS 'constraint %d'", n, table, r.IntN(100)),
		fmt.Sprintf("CREATE TRIGGER g%d BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION f()", n, table),
		fmt.Sprintf("DROP TRIGGER g%d ON %s", n, table),
		fmt.Sprintf("ALTER TABLE %s DISABLE TRIGGER g%d", table, n),
		fmt.Sprintf("COMMENT ON TRIGGER g%d ON %s IS 'trigger %d'", n, table, r.IntN(100)),
		fmt.Sprintf("CREATE POLICY p%d ON %s USING (true)", n, table),
		fmt.Sprintf("DROP POLICY p%d ON %s", n, table),
		fmt.Sprintf("CREATE RULE r%d AS ON DELETE TO %s DO ALSO NOTHING", n, table),
		fmt.Sprintf("DROP RULE r%d ON %s", n, table),
		fmt.Sprintf("ALTER TABLE %s SET (fillfactor = %d)", table, 50+n),
		fmt.Sprintf("ALTER TABLE %s SET (toast.autovacuum_enabled = false)", table),
		fmt.Sprintf("ALTER TABLE %s RENAME TO t%d", table, n),
		fmt.Sprintf("ALTER TABLE t%d SET SCHEMA other", n),
		fmt.Sprintf("ALTER TABLE other.t%d SET SCHEMA public", n),
		fmt.Sprintf("GRANT SELECT ON %s TO PUBLIC", table),
		fmt.Sprintf("GRANT UPDATE (n%d) ON %s TO PUBLIC", n, table),
		fmt.Sprintf("CREATE OR REPLACE VIEW v AS SELECT id, b, %d AS more FROM a", n),
		fmt.Sprintf("CREATE VIEW v%d AS SELECT * FROM %s", n, table),
		fmt.Sprintf("DROP VIEW v%d", n),
		fmt.Sprintf("CREATE MATERIALIZED VIEW m%d AS SELECT %d AS x", n, n),
		fmt.Sprintf("REFRESH MATERIALIZED VIEW m%d", n),
		fmt.Sprintf("CREATE TABLE part_%d PARTITION OF parts FOR VALUES FROM ('%d-01-01') TO ('%d-01-01')", n, 2030+n, 2031+n),
		fmt.Sprintf("ALTER TABLE parts DETACH PARTITION part_%d", n),
		fmt.Sprintf("CREATE FUNCTION f%d(a int) RETURNS int LANGUAGE sql AS 'SELECT %d'", n, n),
		fmt.Sprintf("ALTER FUNCTION f%d RENAME TO f%d", n, (n+1)%4),
		fmt.Sprintf("ALTER TABLE %s ADD COLUMN d%d int DEFAULT f%d(1)", table, n, n),
		fmt.Sprintf("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'mood %d'", r.IntN(100)),
		fmt.Sprintf("ALTER TABLE %s ADD COLUMN mood%d mood", table, n),
		fmt.Sprintf("ALTER TYPE mood RENAME TO mood%d", n),
		fmt.Sprintf("ALTER TYPE mood%d RENAME TO mood", n),
		fmt.Sprintf("ALTER SEQUENCE q INCREMENT BY %d", n+1),
		"VACUUM FREEZE a",
		"ALTER SCHEMA other RENAME TO another",
		"ALTER SCHEMA another RENAME TO other",
		"VACUUM FULL pg_class",
	}[r.IntN(53)]
}

// differences tells the objects of which two catalogs know otherwise, but for the
// sizes, which VACUUM and ANALYZE write in place.
func differences(got, want *schema.Catalog) string {
	describe := func(c *schema.Catalog) map[string]string {
		all := map[string]string{}
		for o := range c.Objects() {
			if r, is := o.(*schema.Relation); is {
				sized := *r
				sized.EstimatedRows, sized.Bytes, sized.Indexes = 0, 0, slices.Clone(r.Indexes)
				for i := range sized.Indexes {
					sized.Indexes[i].Bytes = 0
				}
				o = &sized
			}
			content, err := json.Marshal(o)
			if err != nil {
				panic(err)
			}
			all[fmt.Sprintf("%T %v %d", o, o.QualifiedName(), schema.OIDOf(o))] = string(content)
		}
		return all
	}
	mine, theirs := describe(got), describe(want)
	var b strings.Builder
	for key, content := range theirs {
		if mine[key] != content {
			fmt.Fprintf(&b, "%s\n got %s\nwant %s\n", key, mine[key], content)
		}
	}
	for key := range mine {
		if theirs[key] == "" {
			fmt.Fprintf(&b, "%s is not there\n", key)
		}
	}
	return b.String()
}
