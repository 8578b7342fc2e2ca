package offline

import (
	"fmt"
	"slices"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/replay"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// history is the table in which a tool writes which versions a database has.
type history struct {
	tool          Tool
	schema, table string // "" for the search_path
	column        string // that tells the tables of tools with one name apart
	versions      string // the query's target and WHERE, a column of text
}

// The tables, as the tools make them unless they are told otherwise. One of
// golang-migrate has the last version alone.
var histories = []history{
	{Flyway, "", "flyway_schema_history", "installed_rank", `version FROM %s WHERE success AND version IS NOT NULL`},
	{GolangMigrate, "", "schema_migrations", "dirty", `version::text FROM %s WHERE NOT dirty`},
	{Goose, "", "goose_db_version", "is_applied", `version_id::text FROM %s GROUP BY version_id HAVING (array_agg(is_applied ORDER BY id DESC))[1]`},
	{Dbmate, "", "schema_migrations", "version", `version::text FROM %s`},
	{Sqitch, "sqitch", "changes", "change_id", `change FROM %s`},
	{Prisma, "", "_prisma_migrations", "finished_at", `migration_name FROM %s WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`},
	{Supabase, "supabase_migrations", "schema_migrations", "version", `version FROM %s`},
}

// History is what to ask a database about the files of one tool.
type History struct {
	Tool  Tool
	Query string // gives a row with a text for each version that the database has
}

// Histories gives the questions for the tools whose files the workspace has and
// whose tables a database has.
func (w *Workspace) Histories(live *schema.Catalog) []History {
	var all []History
	for _, h := range histories {
		if !slices.ContainsFunc(w.plan.Files, func(f File) bool { return f.Tool == h.tool }) {
			continue
		}
		r := live.Resolve(h.table)
		if h.schema != "" {
			r = live.Relation(h.schema, h.table)
		}
		if r == nil || r.Column(h.column) == nil {
			continue
		}
		name := lex.QuoteIdentifier(r.Schema) + "." + lex.QuoteIdentifier(r.Name)
		all = append(all, History{h.tool, "SELECT " + fmt.Sprintf(h.versions, name)})
	}
	return all
}

// Pending gives a live catalog with what the files would make of it that the
// database does not have yet. Applied are the versions that it has, by tool; the
// files of a tool that is not in it do not count, and neither do those that are
// older than the last version applied: nobody will run them.
func (w *Workspace) Pending(live *schema.Catalog, applied map[Tool][]string) *schema.Catalog {
	session := replay.New(live, replay.Options{Extension: w.known().Extension})
	for i, f := range w.plan.Files {
		versions, known := applied[f.Tool]
		if !known || f.Version == "" || slices.Contains(versions, f.Version) || w.appliedLater(i, versions) {
			continue
		}
		for _, d := range w.files[f.Path].statements {
			session.Run(d.node, d.origin)
		}
		session.Disconnect()
	}
	return session.Catalog()
}

// appliedLater reports whether the database has a version behind one of the same
// tool.
func (w *Workspace) appliedLater(at int, versions []string) bool {
	tool := w.plan.Files[at].Tool
	return slices.ContainsFunc(w.plan.Files[at+1:], func(f File) bool { return f.Tool == tool && slices.Contains(versions, f.Version) })
}
