package replay_test

import (
	_ "embed"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/ddl"
	"github.com/tusk-lsp/tusk-lsp/schema/replay"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

//go:embed testdata/shop.sql
var shop string

// A script, played here, has the catalog that a server has of it; and the DDL of
// the played catalog makes the same once more, to the last word of the server's
// definitions.
func TestShop(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		empty := s.Database(t).Conn(t)
		session := replay.New(load(t, empty, nil), replay.Options{})
		for _, problem := range run(session, shop) {
			t.Error(problem)
		}
		session.Disconnect()
		played := session.Catalog()

		ran := s.Database(t).Conn(t)
		execute(t, ran, shop)
		want := accounts(load(t, ran, nil))
		for key, account := range accounts(played) {
			if want[key] != account {
				t.Errorf("%s\n%s", key, difference(want[key], account))
			}
			delete(want, key)
		}
		for key := range want {
			t.Errorf("%s is missing", key)
		}

		text, err := ddl.Database(played, ddl.Options{NoOwner: true})
		if err != nil {
			t.Fatal(err)
		}
		again := s.Database(t).Conn(t)
		execute(t, again, text)
		if got, want := definitions(t, again), definitions(t, ran); got != want {
			t.Errorf("the DDL of what was played makes something else:\n%s\nof\n%s", difference(want, got), text)
		}
	})
}

// execute runs a script statement by statement.
func execute(t *testing.T, conn *pgx.Conn, script string) {
	t.Helper()
	for _, statement := range sql.New(script).Statements() {
		if _, err := conn.PgConn().Exec(t.Context(), statement.Text()).ReadAll(); err != nil {
			t.Errorf("%s: %v", statement.Text(), err)
		}
	}
}

// run plays a script, and gives the problems as text.
func run(session *replay.Session, script string) []string {
	var problems []string
	for _, statement := range sql.New(script).Statements() {
		node := tree.Of(statement, script).Statement()
		for _, problem := range session.Run(node, &schema.Origin{Path: "script.sql", Span: node.Span()}) {
			problems = append(problems, problem.Span.Of(script)+": "+problem.Message)
		}
	}
	return problems
}

// definitions gives what the server writes of the objects in the script's schemas.
func definitions(t *testing.T, conn *pgx.Conn) string {
	t.Helper()
	const query = `SELECT string_agg(line, E'\n' ORDER BY line COLLATE "C") FROM (
		SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace IN ('shop'::regnamespace, 'audit'::regnamespace)
		UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'shop'::regnamespace
		UNION ALL SELECT regexp_replace(pg_get_triggerdef(oid), '\s+', ' ', 'g') FROM pg_trigger WHERE NOT tgisinternal
		UNION ALL SELECT c.oid::regclass || ': ' || regexp_replace(pg_get_viewdef(c.oid), '\s+', ' ', 'g') FROM pg_class c WHERE c.relkind IN ('v', 'm') AND c.relnamespace = 'shop'::regnamespace
		UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'shop'::regnamespace AND prokind <> 'a'
		UNION ALL SELECT pg_get_statisticsobjdef(oid) FROM pg_statistic_ext
		UNION ALL SELECT polname || ' ' || polcmd::text || ' ' || pg_get_expr(polqual, polrelid) || ' ' || pg_get_expr(polwithcheck, polrelid) FROM pg_policy
		UNION ALL SELECT definition FROM pg_rules WHERE schemaname = 'shop'
		UNION ALL SELECT d.adrelid::regclass || ' ' || d.adnum || ' ' || pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid WHERE c.relnamespace = 'shop'::regnamespace
		UNION ALL SELECT a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
			WHERE c.relnamespace = 'shop'::regnamespace AND c.relkind <> 'i' AND a.attnum > 0 AND NOT a.attisdropped
		UNION ALL SELECT description FROM pg_description WHERE objoid >= 16384) AS d (line)`
	var text string
	if _, err := conn.Exec(t.Context(), "SET search_path = ''"); err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRow(t.Context(), query).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}
