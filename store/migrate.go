package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

var (
	// errForeign: the file is no store, or one whose steps say something
	// else than ours. It is treated as damaged: kept aside, never changed.
	errForeign = errors.New("not a store of tusk-lsp")

	// errNewer: the file needs a newer tusk-lsp. It is left where it is.
	errNewer = errors.New("written by a newer tusk-lsp")
)

// applied reads which steps of domain the file has, checked against ours:
// the recorded texts must be ours, in order and without a gap. Steps that
// follow ours are a newer tusk-lsp's, and fine unless the file says that
// older ones must not touch it. A file without any table has no steps.
func applied(ctx context.Context, db queryer, domain string, steps []string) (int, error) {
	tables, err := list(ctx, db, func(row scanner) (name string, err error) { return name, row.Scan(&name) },
		`SELECT name FROM sqlite_schema WHERE type = 'table'`)
	if err != nil || len(tables) == 0 {
		return 0, err
	}
	if !slices.Contains(tables, "migrations") {
		return 0, fmt.Errorf("%w: it has tables but no migrations", errForeign)
	}
	number := func(row scanner) (n int, err error) { return n, row.Scan(&n) }
	minimum, err := one(ctx, db, number, `PRAGMA user_version`)
	if err != nil {
		return 0, err
	}
	if minimum > len(steps) {
		return 0, fmt.Errorf("%w: it needs step %d, this one knows %d", errNewer, minimum, len(steps))
	}
	type record struct {
		step int
		text string
	}
	records, err := list(ctx, db, func(row scanner) (r record, err error) { return r, row.Scan(&r.step, &r.text) },
		`SELECT step, migration FROM migrations WHERE domain = ? ORDER BY step`, domain)
	if err != nil {
		return 0, err
	}
	for i, r := range records {
		switch {
		case r.step != i+1:
			return 0, fmt.Errorf("%w: step %d is missing", errForeign, i+1)
		case i < len(steps) && r.text != steps[i]:
			return 0, fmt.Errorf("%w: step %d has another text than ours", errForeign, i+1)
		}
	}
	return len(records), nil
}

// migrate applies the steps that the file lacks. Each runs in its own
// savepoint with the record of its text: a step that fails leaves nothing
// behind, and the steps before it stay.
func migrate(ctx context.Context, db *sql.DB, domain string, steps []string, minimum int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := migrateIn(ctx, tx, domain, steps, minimum); err != nil {
		if _, step := errors.AsType[*stepError](err); step {
			return errors.Join(err, tx.Commit())
		}
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	return tx.Commit()
}

func migrateIn(ctx context.Context, tx *sql.Tx, domain string, steps []string, minimum int) error {
	done, err := applied(ctx, tx, domain, steps)
	if err != nil || done >= len(steps) {
		return err
	}
	if _, err := tx.ExecContext(ctx, createMigrations); err != nil {
		return err
	}
	for i := done; i < len(steps); i++ {
		if err := applyStep(ctx, tx, domain, i+1, steps[i]); err != nil {
			return err
		}
	}
	return raiseMinimum(ctx, tx, minimum)
}

// stepError is a step that failed and was rolled back whole.
type stepError struct {
	step  int
	cause error
}

func (e *stepError) Error() string { return fmt.Sprintf("migration step %d: %v", e.step, e.cause) }
func (e *stepError) Unwrap() error { return e.cause }

func applyStep(ctx context.Context, tx *sql.Tx, domain string, step int, migration string) error {
	if _, err := tx.ExecContext(ctx, `SAVEPOINT step`); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, migration)
	if err == nil {
		_, err = tx.ExecContext(ctx, `INSERT INTO migrations (domain, step, migration) VALUES (?, ?, ?)`, domain, step, migration)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `RELEASE step`)
		return err
	}
	if _, undo := tx.ExecContext(ctx, `ROLLBACK TO step; RELEASE step`); undo != nil {
		return errors.Join(err, undo) // the whole transaction goes
	}
	return &stepError{step, err}
}

// raiseMinimum writes user_version, which takes no parameter.
func raiseMinimum(ctx context.Context, tx *sql.Tx, minimum int) error {
	_, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, minimum))
	return err
}
