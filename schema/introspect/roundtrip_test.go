package introspect_test

import (
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/sql"
)

// A database with every kind of object, made again from what Load says of it,
// is the same to Load.
func TestLoadSaysAllThatMakesADatabase(t *testing.T) {
	setup, err := os.ReadFile("../ddl/testdata/setup.sql")
	if err != nil {
		t.Fatal(err)
	}
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		original := s.Database(t)
		runAll(t, original.Conn(t), string(setup))
		first := write(t, original)
		rebuilt := s.Database(t)
		runAll(t, rebuilt.Conn(t), first)
		again := write(t, rebuilt)
		for line := range strings.Lines(first) {
			if !strings.Contains(again, line) {
				t.Errorf("lost: %s", line)
			}
		}
		for line := range strings.Lines(again) {
			if !strings.Contains(first, line) {
				t.Errorf("new: %s", line)
			}
		}
	})
}

// write gives the DDL of a database.
func write(t *testing.T, db *pgtest.Database) string {
	t.Helper()
	return text(t, load(t, db))
}

// runAll runs the statements one by one.
func runAll(t *testing.T, conn *pgx.Conn, text string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), "SET search_path = ''"); err != nil {
		t.Fatal(err)
	}
	for _, statement := range sql.New(text).Statements() {
		if _, err := conn.PgConn().Exec(t.Context(), statement.Text()).ReadAll(); err != nil {
			t.Errorf("%v\n%s", err, statement.Text())
		}
	}
}
