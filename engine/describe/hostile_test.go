package describe_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/describe"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// TestStatementsHoldNoValuesAndNoOpenNames looks at the SQL of every command:
// what the user wrote is not in it, and no function or table is found by the
// search_path.
func TestStatementsHoldNoValuesAndNoOpenNames(t *testing.T) {
	const pattern = `*"'); zap'"*`
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t, `create table "'); zap'" (a int)`)
		query := queryOn(connect(t, db))
		checked := func(ctx context.Context, text string, args ...string) ([]tusk.ColumnInfo, [][]tusk.Value, error) {
			if strings.Contains(text, "zap") {
				t.Errorf("the pattern is in the statement\n%s", text)
			}
			for _, name := range openNames(text) {
				t.Errorf("%s has no schema in\n%s", name, text)
			}
			return query(ctx, text, args...)
		}
		for _, r := range requests(t) {
			for _, r.Pattern = range []string{"", "*", pattern} {
				r.Args = []string{pattern}
				_, err := describe.Run(t.Context(), checked, s.Major, r)
				_, refused := errors.AsType[*pgconn.PgError](err)
				if refused && r.Name != "sf" && r.Name != "sv" { // whose pattern is a name
					t.Errorf("%+v: %v", r, err)
				}
			}
		}
	})
}

// What names a function, a table or a type, and what only looks so.
var (
	literal = regexp.MustCompile(`'[^']*'`)
	alias   = regexp.MustCompile(`AS \w+\(|DISTINCT FROM`)
	named   = []*regexp.Regexp{
		regexp.MustCompile(`([\w.]+)\(`),
		regexp.MustCompile(`(?:FROM|JOIN)\s+(?:LATERAL\s+)?([\w.]+)`),
		regexp.MustCompile(`::([\w."]+)`),
	}
)

// openNames gives the functions, tables and types that have no schema.
func openNames(statement string) (names []string) {
	statement = alias.ReplaceAllString(literal.ReplaceAllString(statement, "''"), "")
	for _, pattern := range named {
		for _, m := range pattern.FindAllStringSubmatch(statement, -1) {
			name := m[1]
			keyword := name == strings.ToUpper(name) // COALESCE, ARRAY, NULLIF, OPERATOR
			if !strings.HasPrefix(name, "pg_catalog.") && !keyword {
				names = append(names, name)
			}
		}
	}
	return names
}
