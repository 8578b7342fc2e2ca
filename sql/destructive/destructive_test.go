package destructive_test

import (
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/sql/destructive"
)

// describe writes actions in one line: kind, type, "all" where every row is hit,
// the object, and in brackets what of the text does it where that is not all.
func describe(statement string, actions []destructive.Action) string {
	var all []string
	for _, a := range actions {
		line := string(a.Kind)
		if a.Type != "" {
			line += " " + a.Type
		}
		if a.Whole {
			line += " all"
		}
		if a.Object != "" {
			line += " " + a.Object
		}
		if part := a.Span.Of(statement); part != statement {
			line += " <" + part + ">"
		}
		all = append(all, line)
	}
	return strings.Join(all, "; ")
}

func finds(t *testing.T, cases [][2]string) {
	t.Helper()
	for _, c := range cases {
		if got := describe(c[0], destructive.Find(c[0])); got != c[1] {
			t.Errorf("%s\n\tgot  %s\n\twant %s", c[0], got, c[1])
		}
	}
}

func TestFind(t *testing.T) {
	finds(t, [][2]string{
		{"", ""},
		{"SELECT delete FROM t", ""},
		{"SELECT 1 AS drop, t.delete FROM t FOR UPDATE OF t", ""},
		{"SELECT count(update), (delete) FROM f() AS (delete int, update int)", ""},
		{"INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 1", ""},
		{"GRANT DELETE, UPDATE, TRUNCATE ON t TO u", ""},
		{"CREATE TRIGGER a BEFORE DELETE OR UPDATE OR TRUNCATE ON t EXECUTE FUNCTION f()", ""},
		{"ALTER TABLE t DETACH PARTITION p", ""},
		{"SELECT 'DELETE FROM t' -- DELETE FROM t", ""},

		{"delete from t", "delete all t"},
		{`DELETE FROM ONLY "Shop" . "Order" AS o USING a JOIN b USING (id) WHERE o.id = a.id`, `delete "Shop" . "Order"`},
		{"DELETE FROM ONLY (shop.orders) RETURNING *", "delete all shop.orders"},
		{"DELETE FROM orders * WHERE CURRENT OF c", "delete orders"},
		{"DELETE FROM delete delete WHERE delete.where", "delete delete"},
		{"DELETE FROM t FOR PORTION OF valid FROM '2020-01-01' TO '2021-01-01'", "delete all t"},
		{"UPDATE t SET a = b IS DISTINCT FROM c", "update all t"},
		{"UPDATE t SET a = 1 FROM u WHERE t.id = u.id", "update t"},
		{"UPDATE t SET (a, b) = (SELECT 1, 2 WHERE false)", "update all t"},
		{"UPDATE set SET x = t.where", "update all set"},
		{"UPDATE t SET a = CASE WHEN x THEN 1 END", "update all t"},

		{"TRUNCATE t", "truncate all t"},
		{"TRUNCATE TABLE ONLY a, shop.b * RESTART IDENTITY CASCADE", "truncate all ONLY a, shop.b *"},
		{"DROP TABLE IF EXISTS a, shop.b CASCADE", "drop table a, shop.b"},
		{"DROP MATERIALIZED VIEW v RESTRICT", "drop materialized view v"},
		{"DROP INDEX CONCURRENTLY IF EXISTS i", "drop index i"},
		{"DROP FUNCTION f(int, text), g", "drop function f(int, text), g"},
		{"DROP TRIGGER a ON t", "drop trigger a ON t"},
		{"DROP DATABASE d WITH (FORCE)", "drop database d"},
		{"DROP TEXT SEARCH PARSER p", "drop text search parser p"},
		{"DROP OWNED BY a, b CASCADE", "drop owned by a, b"},
		{"DROP USER MAPPING FOR u SERVER s", "drop user mapping FOR u SERVER s"},
		{"DROP TABLE cascade", "drop table cascade"},

		{"ALTER TABLE a.t DROP b, ADD c int, DROP COLUMN IF EXISTS d CASCADE", "alter-drop column a.t <DROP b>; alter-drop column a.t <DROP COLUMN IF EXISTS d CASCADE>"},
		{"ALTER TABLE IF EXISTS ONLY t DROP CONSTRAINT c", "alter-drop constraint t <DROP CONSTRAINT c>"},
		{"ALTER TABLE t ALTER a DROP NOT NULL, ALTER COLUMN drop DROP DEFAULT", ""},
		{"ALTER TABLE drop ADD COLUMN drop int", ""},
		{"ALTER TABLE drop RENAME drop TO gone", ""},
		{"ALTER TABLE drop DROP drop", "alter-drop column drop <DROP drop>"},
		{"ALTER TYPE t DROP ATTRIBUTE a, DROP ATTRIBUTE b", "alter-drop attribute t <DROP ATTRIBUTE a>; alter-drop attribute t <DROP ATTRIBUTE b>"},
		{"ALTER DOMAIN d DROP CONSTRAINT c", "alter-drop constraint d <DROP CONSTRAINT c>"},
		{"ALTER DOMAIN d DROP NOT NULL", ""},
		{"ALTER SERVER s OPTIONS (DROP host)", ""},
		{"ALTER PUBLICATION p DROP TABLE t", "alter-drop table p <DROP TABLE t>"},
		{"ALTER OPERATOR FAMILY f USING btree DROP OPERATOR 1 (int, int)", "alter-drop operator f <DROP OPERATOR 1 (int, int)>"},
		{"ALTER EXTENSION e DROP MATERIALIZED VIEW v", "alter-drop materialized view e <DROP MATERIALIZED VIEW v>"},

		{"EXPLAIN DELETE FROM t", ""},
		{"EXPLAIN ANALYZE DELETE FROM t", "delete all t <DELETE FROM t>"},
		{"EXPLAIN ANALYSE VERBOSE DELETE FROM t", "delete all t <DELETE FROM t>"},
		{"EXPLAIN (ANALYZE) DELETE FROM t", "delete all t <DELETE FROM t>"},
		{"EXPLAIN (COSTS, ANALYZE 'on', BUFFERS) DELETE FROM t", "delete all t <DELETE FROM t>"},
		{`EXPLAIN ("analyze" 1) DELETE FROM t`, "delete all t <DELETE FROM t>"},
		{`EXPLAIN (U&"an\0061lyze") DELETE FROM t`, "delete all t <DELETE FROM t>"},
		{"EXPLAIN (ANALYZE false, ANALYZE) DELETE FROM t", "delete all t <DELETE FROM t>"},
		{"EXPLAIN (ANALYZE false) DELETE FROM t", ""},
		{"EXPLAIN (ANALYZE 0, FORMAT json) DELETE FROM t", ""},
		{"EXPLAIN (VERBOSE) DELETE FROM t", ""},
		{"PREPARE p (int) AS DELETE FROM t WHERE id = $1", "delete t <DELETE FROM t WHERE id = $1>"},
		{"COPY (DELETE FROM t RETURNING *) TO STDOUT", "delete all t <DELETE FROM t RETURNING *>"},
		{"CREATE TABLE made AS WITH d AS (DELETE FROM t RETURNING *) TABLE d", "delete all t <DELETE FROM t RETURNING *>"},
		{"CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)", ""},
		{"CREATE FUNCTION f() RETURNS void BEGIN ATOMIC DELETE FROM a; DELETE FROM b; END", ""},
		{`CREATE FUNCTION f() RETURNS void BEGIN ATOMIC DELETE FROM a; END \; DELETE FROM b`, "delete all b <DELETE FROM b>"},
		{`DELETE FROM a \; DROP VIEW b`, "delete all a <DELETE FROM a>; drop view b <DROP VIEW b>"},
		{
			"WITH a AS (UPDATE x SET y = 1 RETURNING *), recursive(b) AS MATERIALIZED (SELECT 1) DELETE FROM t USING a WHERE t.id = a.id",
			"update all x <UPDATE x SET y = 1 RETURNING *>; delete t <DELETE FROM t USING a WHERE t.id = a.id>",
		},
		{"WITH RECURSIVE a AS (SELECT 1) SEARCH BREADTH FIRST BY x, y SET z DELETE FROM t", "delete all t <DELETE FROM t>"},
		{"WITH a AS (SELECT 1 case, 2 AS case) DELETE FROM t WHERE CASE WHEN x THEN true ELSE y END", "delete t <DELETE FROM t WHERE CASE WHEN x THEN true ELSE y END>"},
		{`CREATE FUNCTION f() RETURNS int RETURN (SELECT begin atomic FROM t) \; DELETE FROM t`, "delete all t <DELETE FROM t>"},
		{"WITH recursive AS (DELETE FROM t RETURNING 1) SELECT 1", "delete all t <DELETE FROM t RETURNING 1>"},
	})
}

func TestFindReadsMerge(t *testing.T) {
	finds(t, [][2]string{
		{"MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED THEN INSERT DEFAULT VALUES", ""},
		{"MERGE INTO t USING s ON t.id = s.id WHEN MATCHED AND s.x THEN DELETE WHEN MATCHED THEN UPDATE SET a = 1", "delete t; update t"},
		{"MERGE INTO t AS x USING a JOIN b ON a.i = b.i ON true WHEN MATCHED THEN UPDATE SET a = 1", "update all t"},
		{"MERGE INTO t USING s ON true WHEN MATCHED AND false THEN DO NOTHING WHEN MATCHED THEN DELETE", "delete all t"},
		{"MERGE INTO t USING s ON true WHEN MATCHED AND s.x THEN DO NOTHING WHEN MATCHED THEN DELETE", "delete t"},
		{"MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED BY SOURCE THEN DELETE", "delete t"},
		{"MERGE INTO t USING s ON false WHEN NOT MATCHED BY SOURCE THEN DELETE", "delete all t"},
		{"MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED BY SOURCE THEN DELETE", "delete all t"},
	})
}

func TestFindReadsBlocks(t *testing.T) {
	finds(t, [][2]string{
		{"DO $$BEGIN PERFORM 1; END$$", ""},
		{"DO $$BEGIN DELETE FROM t; END$$", "delete all t <DELETE FROM t>"},
		{"DO LANGUAGE plpgsql $$BEGIN IF a THEN DELETE FROM t WHERE id = a; ELSE TRUNCATE t; END IF; END$$", "delete t <DELETE FROM t WHERE id = a>; truncate all t <TRUNCATE t>"},
		{"DO $$BEGIN FOR r IN DELETE FROM t RETURNING id LOOP UPDATE u SET a = r.id; END LOOP; END$$", "delete all t <DELETE FROM t RETURNING id LOOP>; update all u <UPDATE u SET a = r.id>"},
		{"DO $$BEGIN <<here>>DROP TABLE t; ALTER TABLE u DROP c; END$$", "drop table t <DROP TABLE t>; alter-drop column u <DROP c>"},
		{"DO $$BEGIN WITH d AS (DELETE FROM t RETURNING 1) INSERT INTO u TABLE d; END$$", "delete all t <DELETE FROM t RETURNING 1>"},
		{"DO $$BEGIN PERFORM 1 FROM t FOR UPDATE; FOR r IN SELECT 1 FROM t FOR UPDATE OF t LOOP NULL; END LOOP; END$$", ""},
		{"DO $$BEGIN FOR r IN SELECT 1 FROM t FOR UPDATE LOOP DELETE FROM t WHERE CURRENT OF r; END LOOP; END$$", "delete t <DELETE FROM t WHERE CURRENT OF r>"},
		{"DO $$BEGIN FOR r IN SELECT 1 AS id LOOP DELETE FROM t WHERE id = r.id; DELETE FROM t WHERE t.id = t.id; END LOOP; END$$", "delete t <DELETE FROM t WHERE id = r.id>; delete all t <DELETE FROM t WHERE t.id = t.id>"},
		{"DO $$BEGIN MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = 1; END$$", "update t <MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = 1>"},
		{"DO $$BEGIN INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 1; END$$", ""},
		{"DO $$BEGIN EXECUTE 'DELETE FROM t'; EXECUTE $q$DROP VIEW v$q$; EXECUTE 'SELECT 1' INTO x; END$$", "delete all t <DELETE FROM t>; drop view v <DROP VIEW v>"},
		{"DO $$BEGIN EXECUTE 'DROP VIEW ' || v; END$$", "execute <EXECUTE 'DROP VIEW ' || v>"},
		{"DO $$BEGIN FOR r IN EXECUTE format('DROP VIEW %I', v) LOOP NULL; END LOOP; END$$", "execute <EXECUTE format('DROP VIEW %I', v) LOOP NULL>"},
		{"DO $$BEGIN EXECUTE 'DO $q$BEGIN TRUNCATE t; END$q$'; END$$", "truncate all t <TRUNCATE t>"},
		{"DO 'BEGIN DELETE FROM t WHERE a = ''x''; END'", "delete t <'BEGIN DELETE FROM t WHERE a = ''x''; END'>"},
		{`DO E'BEGIN\nDELETE FROM t; END'`, `delete all t <E'BEGIN\nDELETE FROM t; END'>`},
		{`DO E'BEGIN \x44ELETE FROM t; END'`, `execute <E'BEGIN \x44ELETE FROM t; END'>`},
		{"DO LANGUAGE plperl 'print 1'", "execute"},
		{"DO $$BEGIN CREATE TRIGGER a BEFORE DELETE ON t EXECUTE FUNCTION f(); GRANT EXECUTE ON FUNCTION f TO u; END$$", ""},
	})
}

// TestWhole gives conditions and whether they leave any row out.
func TestWhole(t *testing.T) {
	for _, c := range []struct {
		whole      bool
		conditions []string
	}{
		{true, []string{
			"true", "TRUE", "(true)", "((true))", "not false", "NOT NOT true", "true AND true", "(true) AND (NOT false)",
			"1=1", "1 = 1", "1 = 1.0", "'a'='a'", "1 <> 2", "2 > 1", "-1 < 0", "'a' <> 'b'", "true = true", "'t'", "'t'::bool", "'yes'::boolean", "1::bool", "CAST('on' AS bool)", "bool 't'",
			"1 = 1 OR x = 2", "x = 2 OR 1 = 1", "x OR true", "(x = 2) OR (y = 1 AND z) OR (1 = 1)", "x AND false OR true", "(NOT false) AND (x OR (true))", "NOT (x AND (1 = 2))",
			"id = id", "t.id = id", "id = (t.id)", `id = "id"`, "ID = id", "id >= id", "id IS NOT DISTINCT FROM id", "$1 = $1", "NOT id <> id", "(id = id) IS NOT FALSE",
			"name LIKE '%'", "name ILIKE '%%'", "NOT name <> name",
			"NULL IS NULL", "1 IS NOT NULL", "'x' NOTNULL", "NULL ISNULL", "(1 = 1) IS TRUE", "(1 = 2) IS NOT TRUE", "NULL IS UNKNOWN",
			// All rows or none: no row has a say.
			"1 + 1 = 2", "'a' || 'b' = 'ab'", "now() > '2020-01-01'", "current_date > date '2020-01-01'", "length('a') = 1", "5 BETWEEN 1 AND 10", "1 IN (1, 2)",
			"CURRENT_USER = SESSION_USER", "coalesce(NULL, true)", "CASE WHEN true THEN true END", "EXISTS (SELECT 1)", "(SELECT true)", "x OR now() > '2020-01-01'",
			"now() AT TIME ZONE 'utc' > '2020-01-01'::timestamp without time zone", "interval '1' day > interval '1 hour'", "extract(year from now()) > 2000",
			"1 OPERATOR(pg_catalog.=) 1", "(1, 2) = (1, 2)", "'a' < 'b'", "NOT (x AND 1 + 1 = 3)", "/* x */ 1 /* y */ = -- z\n 1", "'x' = ANY ('{x,y}'::text[])",
		}},
		{false, []string{
			"false", "NOT true", "1 = 2", "1 <> 1", "'a' = 'b'", "NULL", "NULL = NULL", "1 = NULL", "'f'::bool", "0::bool", "'off'", "true AND false", "1 = 1 AND 1 = 2", "x AND false",
			"1 IS NULL", "NULL IS NOT NULL", "(1 = 2) IS TRUE", "NULL::bool", "x <> x", "id < id", "NOT id = id",
			"x", "x = 1", "x = 1 AND true", "true AND x = 1", "x = 1 OR y = 2", "NOT x", "id = 1 OR false", "a.id = b.id", "x IS NULL", "x IS NOT NULL", "x IS TRUE", "id = -id",
			"name LIKE '%a'", "name NOT LIKE '%'", "name LIKE '%' || x", "x BETWEEN 1 AND 2", "x BETWEEN 1 AND 2 AND true", "id IN (1, 2)", "id IN (SELECT id FROM t)", "EXISTS (SELECT 1 FROM u)",
			"$1", "id = $1", "random() < 0.1", "type = 'x'", "value > 1", "day = 1", "zone", "date > '2020-01-01'", "lower(name) = 'a'", "x::text = '1'", "CASE WHEN x THEN true END",
			"id = ANY ($1)", "(id, x) = (1, 2)", "x IS DISTINCT FROM y", "NULL OR x", "NULL AND x", "NOT (x OR (1 = 1))", "(x) AND (true)", "(NOT (true))", "(((1 = 2))) IS TRUE", "(SELECT x)", "NOT (NULL AND x)", "t.where", "created < now() - interval '1 day'",
		}},
	} {
		for _, condition := range c.conditions {
			actions := destructive.Find("DELETE FROM t WHERE " + condition)
			if len(actions) != 1 || actions[0].Whole != c.whole {
				t.Errorf("WHERE %s: %+v, want whole=%t", condition, actions, c.whole)
			}
		}
	}
}

func TestWrites(t *testing.T) {
	for _, c := range []struct {
		writes     bool
		statements []string
	}{
		{false, []string{
			"", "SELECT 1", "TABLE t", "VALUES (1)", "(SELECT 1)", "WITH a (x, y) AS (SELECT 1, 2) SELECT * FROM a", "SELECT 1 AS into, x AS nextval FROM t",
			"SELECT count(*) FILTER (WHERE x) OVER (PARTITION BY (a) ORDER BY (b)), lower(pg_catalog.now()::varchar(10)) FROM (VALUES (1, 2)) v(a, b) GROUP BY ROLLUP (a)",
			"EXPLAIN DELETE FROM t", "EXPLAIN (ANALYZE) SELECT 1", "SHOW all", "SET a = 1", "BEGIN", "COMMIT", "ROLLBACK TO a", "DECLARE c CURSOR FOR SELECT 1", "FETCH c",
			"COPY t TO STDOUT", "COPY (SELECT 1) TO STDOUT", "PREPARE p AS SELECT 1", "SELECT DISTINCT ON (a) lower(b) FROM t", `SELECT 1 \; SHOW a`,
			"SELECT x IN (1), CAST(x AS numeric(3, 2)), ARRAY(SELECT 1), EXTRACT(day FROM x) FROM t WHERE EXISTS (SELECT) AND x = ANY (SELECT 1)",
		}},
		{true, []string{
			"INSERT INTO t VALUES (1)", "DELETE FROM t WHERE false", "SELECT 1 INTO t", "SELECT 1 FROM t FOR UPDATE", "SELECT 1 FROM t FOR NO KEY UPDATE", "SELECT nextval('s')", "SELECT mine()",
			"SELECT public.lower('a')", `SELECT "lower"(x), "Lower"(x) FROM t`, "SELECT DISTINCT ON (a) lo_unlink(b) FROM t", "SELECT next('s')", "TABLE t FOR SHARE", "CALL p()", "DO $$BEGIN END$$", "EXECUTE p",
			"WITH a AS (INSERT INTO t VALUES (1)) SELECT 1", "EXPLAIN ANALYZE INSERT INTO t VALUES (1)", "EXPLAIN (ANALYZE) EXECUTE p", "PREPARE p AS DELETE FROM t", "PREPARE TRANSACTION 'x'", "COMMIT PREPARED 'x'",
			"COPY t FROM STDIN", "COPY t TO '/tmp/x'", "COPY t TO PROGRAM 'x'", "CREATE TABLE t ()", "NOTIFY a", "LOCK t", "ANALYZE", "VACUUM", "SET CONSTRAINTS ALL IMMEDIATE", "who knows", `SELECT 1 \; DROP TABLE t`,
			"SELECT 1 FROM t, mine(1) AS (a int)", "SELECT * FROM mine(1) WITH ORDINALITY",
		}},
	} {
		for _, statement := range c.statements {
			if got := destructive.Writes(statement); got != c.writes {
				t.Errorf("%s: writes=%t", statement, got)
			}
		}
	}
}
