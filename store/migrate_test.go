package store

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// column reads the one column of all rows as text.
func column(t *testing.T, db queryer, query string) []string {
	t.Helper()
	found, err := list(t.Context(), db, func(row scanner) (s string, err error) { return s, row.Scan(&s) }, query)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func memory(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file::memory:?"+writeSettings)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

func TestConnectionsHaveTheirSettings(t *testing.T) {
	s, warning, err := Open(t.Context(), t.TempDir())
	if err != nil || warning != nil {
		t.Fatal(err, warning)
	}
	t.Cleanup(func() { s.Close() })
	for name, db := range map[string]*sql.DB{"write": s.write, "read": s.read} {
		for pragma, want := range map[string]string{
			"journal_mode": "wal", "synchronous": "1", "busy_timeout": "5000", "foreign_keys": "1",
			"query_only": map[string]string{"write": "0", "read": "1"}[name],
		} {
			if got := column(t, db, `PRAGMA `+pragma); !slices.Equal(got, []string{want}) {
				t.Errorf("%s: %s is %s, want %s", name, pragma, got, want)
			}
		}
	}
}

const (
	makeA   = `CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1), (2)`
	widenA  = `ALTER TABLE a ADD COLUMN y TEXT NOT NULL DEFAULT 'new'`
	brokenA = `CREATE TABLE b (x) STRICT; UPDATE a SET x = 3; INSERT INTO b VALUES (1)` // STRICT wants a type
	lateA   = `CREATE TABLE c (x INTEGER) STRICT; UPDATE a SET x = 3; INSERT INTO missing VALUES (1)`
)

func TestMigrationThatFailsRollsBackWhole(t *testing.T) {
	for name, broken := range map[string]string{"at its begin": brokenA, "at its end": lateA} {
		t.Run(name, func(t *testing.T) {
			db := memory(t)
			err := migrate(t.Context(), db, "test", []string{makeA, broken, widenA}, 3)
			if step, ok := errors.AsType[*stepError](err); !ok || step.step != 2 || isDamage(err) {
				t.Fatalf("got %v", err)
			}
			if got := column(t, db, `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`); !slices.Equal(got, []string{"a", "migrations"}) {
				t.Errorf("tables %s", got)
			}
			if got := column(t, db, `SELECT x FROM a ORDER BY x`); !slices.Equal(got, []string{"1", "2"}) {
				t.Errorf("rows %s", got)
			}
			if got := column(t, db, `SELECT step || ' ' || migration FROM migrations`); !slices.Equal(got, []string{"1 " + makeA}) {
				t.Errorf("recorded %s", got)
			}
			if got := column(t, db, `PRAGMA user_version`); got[0] != "0" {
				t.Errorf("user_version %s", got)
			}
			// The tusk-lsp that has the step right goes on from there.
			if err := migrate(t.Context(), db, "test", []string{makeA, widenA}, 2); err != nil {
				t.Fatal(err)
			}
			if got := column(t, db, `SELECT x || y FROM a ORDER BY x`); !slices.Equal(got, []string{"1new", "2new"}) {
				t.Errorf("rows %s", got)
			}
		})
	}
}

func TestMigrationThatIsCancelledLeavesNothing(t *testing.T) {
	db := memory(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := migrate(ctx, db, "test", []string{makeA}, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := column(t, db, `SELECT name FROM sqlite_schema`); len(got) != 0 {
		t.Errorf("tables %s", got)
	}
}

// A file of the tusk-lsp before step 5 gets its columns, with what nobody chose
// in the rows that are there; and that tusk-lsp can go on with the file.
func TestConnectionsOfStepFourGetTheirOptions(t *testing.T) {
	dir := t.TempDir()
	old, err := sql.Open("sqlite", filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	old.SetMaxOpenConns(1)
	t.Cleanup(func() { old.Close() })
	if err := migrate(t.Context(), old, domain, steps[:4], 1); err != nil {
		t.Fatal(err)
	}
	id := uuid.NewString()
	put := func(name string) {
		t.Helper()
		if _, err := old.Exec(`INSERT INTO connections (connection_id, name, host, database, username, color, statement_timeout_secs, read_only)
			VALUES (?, ?, 'db', 'shop', 'ana', '#ff0000', 60, 1)
			ON CONFLICT (connection_id) DO UPDATE SET name = excluded.name`, id, name); err != nil {
			t.Fatal(err)
		}
	}
	put("before")
	if _, err := old.Exec(`INSERT INTO query_history (connection_id, sql_text) VALUES (?, 'select 1')`, id); err != nil {
		t.Fatal(err)
	}

	s, warning, err := Open(t.Context(), dir)
	if err != nil || warning != nil {
		t.Fatal(err, warning)
	}
	t.Cleanup(func() { s.Close() })
	got, err := s.ConnectionByName(t.Context(), "before")
	want := tusk.ConnectionOptions{ConnectTimeoutSecs: 10, StatementTimeoutSecs: 60, ReadOnly: true, ApplicationName: "Tusk"}
	if err != nil || got.Options != want || got.ConfirmPolicy() != tusk.ConfirmAsk {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if history := column(t, s.read, `SELECT sql_text FROM query_history`); !slices.Equal(history, []string{"select 1"}) {
		t.Errorf("the history is %q", history)
	}

	got.Options.LockTimeoutSecs, got.Options.Environment = 5, tusk.Production
	if err := s.SaveConnection(t.Context(), got.ConnectionConfig); err != nil {
		t.Fatal(err)
	}
	put("after")
	again, err := s.ConnectionByName(t.Context(), "after")
	if err != nil || again.Options != got.Options {
		t.Errorf("the older tusk-lsp left %+v, %v, want %+v", again.Options, err, got.Options)
	}
}

func TestColumnsOfTheOptionsTakeNothingElse(t *testing.T) {
	db := memory(t)
	if err := migrate(t.Context(), db, domain, steps, minimumStep); err != nil {
		t.Fatal(err)
	}
	for assignment, taken := range map[string]bool{
		`lock_timeout_secs = 1`:                 true,
		`lock_timeout_secs = NULL`:              true,
		`lock_timeout_secs = 0`:                 false, // none is NULL
		`lock_timeout_secs = 'x'`:               false,
		`idle_in_transaction_timeout_secs = -1`: false,
		`manual_commit = 1`:                     true,
		`manual_commit = 2`:                     false,
		`manual_commit = NULL`:                  false,
		`environment = 'staging'`:               true,
		`environment = 'Production'`:            false,
		`confirm = 'refuse'`:                    true,
		`confirm = 'never'`:                     false,
	} {
		_, err := db.Exec(`INSERT INTO connections (connection_id, name, host, database, username) VALUES ('c', 'n', 'h', 'd', 'u')
			ON CONFLICT DO UPDATE SET name = 'again'; UPDATE connections SET ` + assignment)
		if (err == nil) != taken {
			t.Errorf("%s: %v", assignment, err)
		}
	}
}

func TestRecordedStepsAreChecked(t *testing.T) {
	ours := []string{makeA, widenA}
	for name, test := range map[string]struct {
		change string // done to a file with our steps
		want   error
		text   string
	}{
		"nothing":               {`SELECT 1`, nil, ""},
		"another text":          {`UPDATE migrations SET migration = migration || ' ' WHERE step = 2`, errForeign, "step 2 has another text than ours"},
		"a step is missing":     {`DELETE FROM migrations WHERE step = 1`, errForeign, "step 1 is missing"},
		"no record at all":      {`DROP TABLE migrations`, errForeign, "it has tables but no migrations"},
		"a later step":          {`INSERT INTO migrations VALUES ('test', 3, 'CREATE TABLE later (x)')`, nil, ""},
		"a later step, not 3":   {`INSERT INTO migrations VALUES ('test', 4, 'CREATE TABLE later (x)')`, errForeign, "step 3 is missing"},
		"another domain":        {`INSERT INTO migrations VALUES ('other', 7, 'whatever')`, nil, ""},
		"a later one is needed": {`PRAGMA user_version = 3`, errNewer, "it needs step 3, this one knows 2"},
	} {
		t.Run(name, func(t *testing.T) {
			db := memory(t)
			if err := migrate(t.Context(), db, "test", ours, 1); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(test.change); err != nil {
				t.Fatal(err)
			}
			before := column(t, db, `SELECT coalesce(sql, '') FROM sqlite_schema ORDER BY name`)
			err := migrate(t.Context(), db, "test", ours, 1)
			if !errors.Is(err, test.want) || err != nil && !strings.Contains(err.Error(), test.text) {
				t.Errorf("got %v, want %v: %s", err, test.want, test.text)
			}
			if after := column(t, db, `SELECT coalesce(sql, '') FROM sqlite_schema ORDER BY name`); !slices.Equal(before, after) {
				t.Errorf("tables before %q, after %q", before, after)
			}
		})
	}
}
