package offline_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
	"github.com/tusk-lsp/tusk-lsp/schema/offline"
)

// Over a live database lie the migrations that it does not have yet. The tools'
// tables are as the tools make them.
func TestPending(t *testing.T) {
	s := pgtest.New(t)
	for _, test := range []struct {
		name    string
		files   []string
		history string
		want    string // columns of t
	}{
		{"golang-migrate", []string{"1_a.up.sql:CREATE TABLE t (a int)", "2_b.up.sql:ALTER TABLE t ADD b int", "3_c.up.sql:ALTER TABLE t ADD c int"},
			`CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (2, false)`, "a, c"},
		{"goose", []string{"1_a.sql:-- +goose Up\nCREATE TABLE t (a int)", "2_b.sql:-- +goose Up\nALTER TABLE t ADD b int"},
			`CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint, is_applied boolean, tstamp timestamp DEFAULT now());
			INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (2, true), (2, false)`, "a, b"},
		{"Flyway", []string{"V1__a.sql:CREATE TABLE t (a int)", "V1_1__b.sql:ALTER TABLE t ADD b int", "V2__c.sql:ALTER TABLE t ADD c int"},
			`CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), success boolean NOT NULL);
			INSERT INTO flyway_schema_history VALUES (1, '1', true), (2, '1.1', true)`, "a, c"},
		{"dbmate", []string{"20260101_a.sql:-- migrate:up\nCREATE TABLE t (a int)", "20260102_b.sql:-- migrate:up\nALTER TABLE t ADD b int"},
			`CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES ('20260101')`, "a, b"},
		{"Prisma", []string{"migrations/1_a/migration.sql:CREATE TABLE t (a int)", "migrations/2_b/migration.sql:ALTER TABLE t ADD b int"},
			`CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, migration_name varchar(255), finished_at timestamptz, rolled_back_at timestamptz);
			INSERT INTO _prisma_migrations VALUES ('x', '1_a', now(), NULL), ('y', '2_b', now(), now())`, "a, b"},
		{"Sqitch", []string{"sqitch.plan:a\nb\n", "deploy/a.sql:CREATE TABLE t (a int)", "deploy/b.sql:ALTER TABLE t ADD b int"},
			`CREATE SCHEMA sqitch; CREATE TABLE sqitch.changes (change_id text PRIMARY KEY, change text); INSERT INTO sqitch.changes VALUES ('x', 'a')`, "a, b"},
		{"Supabase", []string{"supabase/migrations/1_a.sql:CREATE TABLE t (a int)", "supabase/migrations/2_b.sql:ALTER TABLE t ADD b int"},
			`CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY); INSERT INTO supabase_migrations.schema_migrations VALUES ('1')`, "a, b"},
		{"nobody wrote what it has", []string{"1_a.up.sql:CREATE TABLE t (a int)", "2_b.up.sql:ALTER TABLE t ADD b int"}, ``, "a"},
		{"older than the last one", []string{"20260101_a.sql:-- migrate:up\nALTER TABLE t ADD late int", "20260102_b.sql:-- migrate:up\nCREATE TABLE t (a int)"},
			`CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES ('20260102')`, "a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := s.Database(t, `CREATE TABLE t (a int)`, test.history).Conn(t)
			live, err := introspect.Load(t.Context(), conn, introspect.Options{})
			if err != nil {
				t.Fatal(err)
			}
			w := load(t, folder(t, test.files...), nil)
			applied := map[offline.Tool][]string{}
			for _, h := range w.Histories(live) {
				rows, err := conn.Query(t.Context(), h.Query)
				if err != nil {
					t.Fatal(err)
				}
				if applied[h.Tool], err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
					t.Fatal(h.Query, err)
				}
			}
			var columns []string
			for _, c := range w.Pending(live, applied).Relation("public", "t").Columns {
				columns = append(columns, c.Name)
			}
			if got := strings.Join(columns, ", "); got != test.want {
				t.Errorf("with %v applied t has %s, want %s", applied, got, test.want)
			}
		})
	}
}
