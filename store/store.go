// Package store keeps what tusk-lsp remembers between runs in one SQLite file
// of the data directory: connections, tunnels, query history, saved queries
// and the state of user interfaces. It never holds a password; those live in
// package secrets.
//
// Several processes (several editors) share the file. A file that is damaged
// is kept aside and replaced, and where the directory cannot be used at all a
// store in memory keeps the editor working: Open says so in its warning.
package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// FileName is the database's name in the data directory. SQLite keeps its
// write-ahead log and index beside it, with "-wal" and "-shm" added.
const FileName = "tusk.db"

// Store is an open store. All methods are safe from any goroutine, wait no
// longer than their context, and answer a *tusk.Error: Storage with a hint
// that fits the cause, or Cancelled when the context ended.
type Store struct {
	path string // "" when in memory; immutable

	// One connection writes and several read: writers of one process queue
	// here, where a context can end the wait, and only processes compete
	// for SQLite's lock.
	write *sql.DB
	read  *sql.DB

	added atomic.Int64 // history entries since Open

	release   func() error // gives up the claim on the file; nil when in memory
	closeOnce sync.Once
	closeErr  error
}

// Path is the database file, or "" when the store lives in memory.
func (s *Store) Path() string { return s.path }

// InMemory reports whether everything is forgotten at Close.
func (s *Store) InMemory() bool { return s.path == "" }

// Close waits for running calls and closes the file. Calling it again does
// nothing.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		errs := []error{s.read.Close(), s.write.Close()}
		if s.release != nil {
			errs = append(errs, s.release())
		}
		if err := errors.Join(errs...); err != nil {
			s.closeErr = s.fail(context.Background(), err, "cannot close the store")
		}
	})
	return s.closeErr
}

// update runs change in one transaction that takes SQLite's write lock at its
// begin: a transaction that reads first and upgrades later would fail with
// SQLITE_BUSY whenever another process wrote in between.
func (s *Store) update(ctx context.Context, change func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := change(tx); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	return tx.Commit()
}

// ignoreDone drops the complaint that a transaction is over, which is what
// the caller wanted.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// queryer is what sql.DB and sql.Tx share.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// scanner is a row: sql.Rows or sql.Row.
type scanner interface{ Scan(dest ...any) error }

// list gathers the rows of a query; the slice is never nil.
func list[T any](ctx context.Context, db queryer, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, v)
	}
	return found, rows.Err()
}

// one is list for a query by key: no row is ErrNotFound.
func one[T any](ctx context.Context, db queryer, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	var none T
	found, err := list(ctx, db, scan, query, args...)
	switch {
	case err != nil:
		return none, err
	case len(found) == 0:
		return none, ErrNotFound
	}
	return found[0], nil
}

// touched turns "no row changed" into ErrNotFound.
func touched(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// timeLayout is SQLite's own form of a time in UTC (what CURRENT_TIMESTAMP
// gives) with microseconds, so that text order is time order.
const timeLayout = "2006-01-02 15:04:05.000000"

func timeText(t time.Time) string { return t.UTC().Format(timeLayout) }

// parseTime reads both our times and CURRENT_TIMESTAMP's: parsing accepts a
// fraction that the layout does not name.
func parseTime(s string) (time.Time, error) {
	return time.ParseInLocation(time.DateTime, s, time.UTC)
}

// timeColumn scans a nullable time.
type timeColumn struct{ to *time.Time }

func (c timeColumn) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*c.to = time.Time{}
		return nil
	case string:
		t, err := parseTime(v)
		*c.to = t
		return err
	}
	return errors.New("a time is stored as text")
}

// text is NULL for the empty string.
func text(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }
