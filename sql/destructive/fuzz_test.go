package destructive_test

import (
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/tusk-lsp/tusk-lsp/sql/destructive"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// seeds are statements that reach into every corner.
var seeds = []string{
	"WITH RECURSIVE a (x) AS NOT MATERIALIZED (SELECT 1 FOR UPDATE OF t SKIP LOCKED) SEARCH DEPTH FIRST BY x SET y CYCLE x SET z TO 1 DEFAULT 2 USING w, b AS (DELETE FROM ONLY (t) u USING a WHERE a.x = u.x OR NOT (1 = 1) IS TRUE RETURNING *) SELECT * FROM b",
	"MERGE INTO t AS x USING (SELECT 1) s ON x.id = s.id AND true WHEN MATCHED AND s.y THEN DELETE WHEN NOT MATCHED BY SOURCE AND x.z BETWEEN 1 AND 2 THEN UPDATE SET a = 1 WHEN NOT MATCHED BY TARGET THEN DO NOTHING RETURNING *",
	"UPDATE a.b SET c = CASE WHEN d IS DISTINCT FROM e THEN 1 END FROM f WHERE x = x AND 't'::bool AND CAST('t' AS bool) AND y LIKE '%' AND extract(day FROM now()) = -1.5",
	"TRUNCATE TABLE ONLY a, b * CASCADE", "DROP FUNCTION IF EXISTS f(int), g CASCADE", "ALTER TABLE a.b DROP c, DROP CONSTRAINT IF EXISTS d, ALTER e DROP DEFAULT",
	"EXPLAIN (ANALYZE 'on', \"x\" 1) DELETE FROM t", "COPY (DELETE FROM t) TO STDOUT", "PREPARE p (int) AS DELETE FROM t",
	"DO LANGUAGE plpgsql $$BEGIN FOR r IN EXECUTE 'DROP TABLE t' LOOP DELETE FROM t; END LOOP; EXECUTE E'TRUNCATE \\'a' || b; END$$",
	"CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC DELETE FROM t; SELECT 1; END \\; DELETE FROM t",
	"CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b); DROP TABLE t",
	"SELECT DISTINCT ON (a) f(b) OVER (w) FROM t AS u(x), g(1) AS (z int) FETCH FIRST (1) ROWS ONLY FOR SHARE",
}

func FuzzFind(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, statement string) { sound(t, statement) })
}

// sound finds and checks what holds for any text.
func sound(t *testing.T, statement string) {
	t.Helper()
	previous := 0
	actions := destructive.Find(statement)
	for _, a := range actions {
		if a.Kind == "" || a.Span.Start < 0 || a.Span.End > len(statement) || a.Span.Len() <= 0 {
			t.Errorf("%+v in %q", a, statement)
		}
		if a.Span.Start < previous {
			t.Errorf("%+v is out of order in %q", a, statement)
		}
		previous = a.Span.Start
	}
	if writes := destructive.Writes(statement); !writes && len(actions) > 0 {
		t.Errorf("%q destroys and does not write", statement)
	}
}

// TestAnyTextIsSound leaves out, repeats and cuts off each token.
func TestAnyTextIsSound(t *testing.T) {
	for _, seed := range seeds {
		for _, token := range lex.Lex(seed, lex.Options{}) {
			before, word, after := seed[:token.Start], token.Text(seed), seed[token.End:]
			for _, text := range []string{before, after, before + after, before + word + " " + word + after, word + after} {
				sound(t, text)
			}
		}
	}
}

// hostile gives long texts of what a reader could read over and over.
func hostile(size int) iter.Seq2[string, string] {
	return func(yield func(name, text string) bool) {
		for _, pattern := range []string{
			"(", ")", "((a)=", "NOT (", "(1=1) AND (", "a=a OR (", "x IS NULL = (", "CASE ", "CASE WHEN (", "a = ", "a.", "a::text", "'t'::bool::", "-", "1 IN (", "[", "f(",
			"NOT ", "a BETWEEN 1 AND ", "IS TRUE ", "(x IS TRUE) IS (", "(VALUES (", "AND ", "OR ", ",",
			"WITH ", "WITH a AS (", "WITH a AS () ", "a AS (DELETE FROM t),", "a AS (DELETE FROM t USING a),", "WITH a AS () SEARCH ", "WITH a AS () CYCLE ", "WITH with AS (), ", "WITH a AS (SELECT 1) DELETE FROM t WHERE a IN (",
			"DELETE ", "DELETE FROM t ", "DELETE FROM t;", "DELETE FROM t WHERE (", "UPDATE t SET a = ", "FOR UPDATE ", "FOR UPDATE OF a,",
			"MERGE INTO t USING a ON ", "WHEN MATCHED ", "WHEN MATCHED AND (", "WHEN MATCHED THEN DELETE ",
			"TRUNCATE a,", "DROP TABLE ", "DROP a;", "ALTER TABLE a DROP b,", "EXPLAIN ", "EXPLAIN (", "ANALYZE,", "PREPARE a AS ", "COPY (",
			"CREATE RULE (;", "CREATE FUNCTION BEGIN ATOMIC ;", "BEGIN ATOMIC END;", `\;`, ";", "DO $a$ ", "DO '", "EXECUTE '", "LOOP DELETE FROM t ", "THEN ALTER TABLE a DROP ", "LOOP EXECUTE $a$",
			"SELECT DISTINCT ON (", "f(a), ", "AS a(b), ",
		} {
			for _, frame := range []string{
				"%s", "DELETE FROM t WHERE %s", "WITH a AS (SELECT 1), %s b AS (SELECT 1) DELETE FROM t", "MERGE INTO t USING s ON true %s",
				"DO $$BEGIN %s END$$", "SELECT %s", "EXPLAIN (%s) DELETE FROM t",
			} {
				text := strings.Replace(frame, "%s", strings.Repeat(pattern, size/len(pattern)), 1)
				if !yield(frame+" with "+pattern, text) {
					return
				}
			}
		}
	}
}

// TestHostileTextsEnd would not where one were read again and again.
func TestHostileTextsEnd(t *testing.T) {
	for _, text := range hostile(8 << 10) {
		destructive.Find(text)
		destructive.Writes(text)
	}
}

// BenchmarkHostile compares the slowest text with a quarter of it: four where
// time is linear.
func BenchmarkHostile(b *testing.B) {
	read := func(text string) time.Duration {
		began := time.Now()
		destructive.Find(text)
		return time.Since(began)
	}
	for b.Loop() {
		quarter := map[string]time.Duration{}
		for name, text := range hostile(32 << 10) {
			quarter[name] = read(text)
		}
		worst, ratio := time.Duration(0), 0.0
		for name, text := range hostile(128 << 10) {
			if took := read(text); took > worst {
				worst, ratio = took, float64(took)/float64(quarter[name])
			}
		}
		b.ReportMetric(float64(worst.Milliseconds()), "ms-slowest")
		b.ReportMetric(ratio, "×quarter")
	}
}

// BenchmarkFind reads a statement as people write them, and one of a megabyte.
func BenchmarkFind(b *testing.B) {
	for _, c := range []struct{ name, statement string }{
		{"short", seeds[0]},
		{"megabyte", "DELETE FROM t WHERE id IN (" + strings.Repeat("1, ", 1<<20/3) + "1)"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.statement)))
			for b.Loop() {
				destructive.Find(c.statement)
			}
		})
	}
}
