package introspect_test

import (
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
)

func TestFingerprintTellsDDL(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		// On a shared server other tests make databases and roles meanwhile.
		db := s.Dedicated(t, nil).Create(t, `CREATE TABLE t (a int, b text); CREATE VIEW v AS SELECT 1 AS x`)
		conn, other := db.Conn(t), db.Conn(t)
		last := introspect.Fingerprint{}
		changed := func() bool {
			t.Helper()
			now, err := introspect.TakeFingerprint(t.Context(), conn, last)
			if err != nil {
				t.Fatal(err)
			}
			same := now.Same(last)
			last = now
			return !same
		}
		equal(t, "the first one is new", changed(), true)
		for _, step := range []struct {
			statement string
			changes   bool
		}{
			{`SELECT 1`, false},
			{`INSERT INTO t SELECT i, 'x' FROM generate_series(1, 100) AS i`, false},
			{`ANALYZE t`, false},
			{`VACUUM t`, false},
			{`CREATE TABLE u (a int)`, true},
			{`ALTER TABLE t RENAME COLUMN a TO c`, true},
			{`ALTER TABLE t ALTER COLUMN b SET DEFAULT 'y'`, true},
			{`BEGIN; DROP TABLE u; ROLLBACK`, false},
			{`COMMENT ON COLUMN t.b IS 'told'`, true},
			{`CREATE OR REPLACE VIEW v AS SELECT 2 AS x`, true},
			{`GRANT SELECT ON t TO PUBLIC`, true},
			{`CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'`, true},
			{`CREATE POLICY p ON t`, true},
			{`CREATE ROLE reader`, true},
			{`DROP TABLE u`, true},
			{`BEGIN; CREATE TABLE late (a int)`, false}, // and others write meanwhile
		} {
			if _, err := other.Exec(t.Context(), step.statement); err != nil {
				t.Fatal(err)
			}
			equal(t, step.statement, changed(), step.changes)
		}
		db.Exec(t, `INSERT INTO t VALUES (0)`)
		equal(t, "what a transaction does that is not over", changed(), false)
		if _, err := other.Exec(t.Context(), `COMMIT`); err != nil {
			t.Fatal(err)
		}
		equal(t, "the end of an overtaken transaction", changed(), true)
	})
}
