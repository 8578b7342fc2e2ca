package offline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/schema/offline"
)

// Each tool's files come in the order in which the tool runs them, and what it
// would not run, or runs to go back, does not count. A file's text is a table of
// the file's name unless one is given behind a colon.
func TestPlan(t *testing.T) {
	for _, test := range []struct {
		name  string
		files []string
		want  string // paths with their versions
		skips string // paths with reasons
	}{
		{"plain files", []string{"b.sql", "a.sql", "sub/c.sql", "query.sql:SELECT 1", "node_modules/x/d.sql", ".git/e.sql", "notes.txt"},
			"plain files: a.sql b.sql sub/c.sql", ""},
		{"what takes back", []string{"a.sql", "drop_all.sql", "down/a.sql", "a.undo.sql", "seed.sql", "seeds/b.sql", "scratch.sql:DROP TABLE x"},
			"plain files: a.sql", "a.undo.sql: it takes changes back; down/a.sql: it takes changes back; drop_all.sql: it takes changes back; seed.sql: it fills tables"},
		{"numbered files", []string{"10_c.sql", "9_b.sql", "001_a.sql", "010-d.sql"},
			"numbered files: 001_a.sql=001 9_b.sql=9 010-d.sql=010 10_c.sql=10", ""},
		{"Flyway", []string{"V1_10__c.sql", "V1.2__b.sql", "V1__a.sql", "R__view.sql", "U1__a.sql"},
			"Flyway: V1__a.sql=1 V1.2__b.sql=1.2 V1_10__c.sql=1.10 R__view.sql", "U1__a.sql: it takes changes back"},
		{"a baseline of Flyway", []string{"V1__a.sql", "V2__b.sql", "B2__all.sql", "V3__c.sql"},
			"Flyway: B2__all.sql=2 V3__c.sql=3", "V1__a.sql: a baseline stands for it; V2__b.sql: a baseline stands for it"},
		{"golang-migrate", []string{"000002_b.up.sql", "000001_a.up.sql", "000001_a.down.sql"},
			"golang-migrate: 000001_a.up.sql=1 000002_b.up.sql=2", "000001_a.down.sql: it takes changes back"},
		{"goose", []string{"00002_b.sql:-- +goose Up\nCREATE TABLE b ();\n-- +goose Down\nDROP TABLE b;", "00001_a.sql:-- +goose up\n-- +goose StatementBegin\nCREATE TABLE a ();\n-- +goose StatementEnd"},
			"goose: 00001_a.sql=1 00002_b.sql=2", ""},
		{"dbmate with its dump", []string{"db/migrations/20260101_a.sql:-- migrate:up\nCREATE TABLE a ();\n-- migrate:down\nDROP TABLE a;", "db/schema.sql:-- PostgreSQL database dump\nCREATE TABLE a ();"},
			"dbmate: db/migrations/20260101_a.sql=20260101", "db/schema.sql: it is a dump of what the migrations make"},
		{"Rails", []string{"db/structure.sql:--\n-- PostgreSQL database dump\n--\nCREATE TABLE a ();"},
			"a dump: db/structure.sql", ""},
		{"Sqitch", []string{"sqitch.plan:%syntax-version=1.0.0\n\nb 2026-01-01T00:00:00Z Me <me@x.org> # b\na [b] 2026-01-02T00:00:00Z Me <me@x.org> # a\n@v1 2026", "deploy/a.sql", "deploy/b.sql", "deploy/c.sql", "revert/a.sql", "verify/a.sql"},
			"Sqitch: deploy/b.sql=b deploy/a.sql=a", "deploy/c.sql: sqitch.plan does not name it; revert/a.sql: it takes changes back; verify/a.sql: it takes changes back"},
		{"Prisma", []string{"prisma/migrations/20260102_b/migration.sql", "prisma/migrations/20260101_a/migration.sql"},
			"Prisma: prisma/migrations/20260101_a/migration.sql=20260101_a prisma/migrations/20260102_b/migration.sql=20260102_b", ""},
		{"Hasura", []string{"migrations/default/2_b/up.sql", "migrations/default/1_a/up.sql", "migrations/default/1_a/down.sql"},
			"Hasura: migrations/default/1_a/up.sql=1 migrations/default/2_b/up.sql=2", "migrations/default/1_a/down.sql: it takes changes back"},
		{"Drizzle", []string{`drizzle/meta/_journal.json:{"entries": [{"idx": 0, "tag": "0000_z"}, {"idx": 1, "tag": "0001_a"}]}`, "drizzle/0001_a.sql", "drizzle/0000_z.sql", "drizzle/0002_draft.sql"},
			"Drizzle: drizzle/0000_z.sql=0000_z drizzle/0001_a.sql=0001_a", "drizzle/0002_draft.sql: meta/_journal.json does not name it"},
		{"Supabase", []string{"supabase/migrations/20260102000000_b.sql", "supabase/migrations/20260101000000_a.sql", "supabase/schemas/a.sql", "supabase/seed.sql"},
			"Supabase: supabase/migrations/20260101000000_a.sql=20260101000000 supabase/migrations/20260102000000_b.sql=20260102000000", "supabase/schemas/a.sql: the migrations make what it declares; supabase/seed.sql: it fills tables"},
		{"Liquibase", []string{"1.sql:--liquibase formatted sql\n--changeset me:1\nCREATE TABLE a ();\n--rollback DROP TABLE a;"},
			"Liquibase: 1.sql", ""},
		{"includes", []string{"install.sql:\\i tables/b.sql\n\\ir tables/a.sql\nCREATE VIEW v AS SELECT 1;", "tables/a.sql", "tables/b.sql"},
			"plain files: install.sql tables/b.sql tables/a.sql", ""},
		{"two projects", []string{"app/migrations/1_a.sql", "billing/V1__b.sql", "functions/f.sql"},
			"numbered files: app/migrations/1_a.sql=1; Flyway: billing/V1__b.sql=1; plain files: functions/f.sql", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := load(t, folder(t, test.files...), nil)
			if got := planned(w.Plan()); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
			if got := skipped(w.Plan()); got != test.skips {
				t.Errorf("\n got %s\nwant %s", got, test.skips)
			}
		})
	}
}

func planned(p offline.Plan) string {
	var b strings.Builder
	tool := offline.Tool("")
	for _, f := range p.Files {
		if f.Tool != tool {
			if tool != "" {
				b.WriteString(";")
			}
			tool = f.Tool
			fmt.Fprintf(&b, " %s:", tool)
		}
		b.WriteString(" " + f.Path)
		if f.Version != "" {
			b.WriteString("=" + f.Version)
		}
	}
	return strings.TrimSpace(b.String())
}

func skipped(p offline.Plan) string {
	var all []string
	for _, s := range p.Skipped {
		all = append(all, s.Path+": "+s.Reason)
	}
	return strings.Join(all, "; ")
}

// folder makes a folder of files.
func folder(t testing.TB, files ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, f := range files {
		name, text, found := strings.Cut(f, ":")
		if !found {
			text = fmt.Sprintf("CREATE TABLE %q ();", name)
		}
		write(t, root, name, text)
	}
	return root
}

func write(t testing.TB, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
