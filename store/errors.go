package store

import (
	"context"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// ErrNotFound is the cause of the error that a look-up by id, name or key
// gives when there is no such thing.
var ErrNotFound = errors.New("not found in the store")

// hints say what to do about SQLite's primary result codes
// (https://www.sqlite.org/rescode.html).
var hints = map[int]string{
	sqlite3.SQLITE_BUSY:     "Another tusk-lsp has been writing for longer than the store waits. Try again.",
	sqlite3.SQLITE_LOCKED:   "Another tusk-lsp has been writing for longer than the store waits. Try again.",
	sqlite3.SQLITE_FULL:     "The disk of the data directory is full. Free some space, or choose another directory with --data-dir.",
	sqlite3.SQLITE_IOERR:    "The disk of the data directory is full or answers with errors. Check it, or choose another directory with --data-dir.",
	sqlite3.SQLITE_READONLY: "The data directory cannot be written. Check its permissions, or choose another one with --data-dir.",
	sqlite3.SQLITE_PERM:     "The data directory cannot be written. Check its permissions, or choose another one with --data-dir.",
	sqlite3.SQLITE_CANTOPEN: "The data directory cannot be written. Check its permissions, or choose another one with --data-dir.",
	sqlite3.SQLITE_CORRUPT:  "The store is damaged. Restart the editor: the file is kept aside and a fresh one is made.",
	sqlite3.SQLITE_NOTADB:   "The store is damaged. Restart the editor: the file is kept aside and a fresh one is made.",
}

// fail makes the error that a caller of the store gets.
func (s *Store) fail(ctx context.Context, err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*tusk.Error](err); ok {
		return e // said in full where it was found
	}
	if ctx.Err() != nil {
		return tusk.NewError(tusk.Cancelled, context.Cause(ctx), format, args...)
	}
	return storageError(err, format, args...)
}

func storageError(err error, format string, args ...any) *tusk.Error {
	e := tusk.NewError(tusk.Storage, err, format, args...)
	switch {
	case errors.Is(err, ErrNotFound):
		return e.WithHint("It may have been removed by another editor. Refresh the list.")
	case extendedCode(err) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return e.WithHint("The connection that this belongs to is not in the store any more. Add it again.")
	}
	return e.WithHint(hints[primaryCode(err)])
}

// extendedCode is SQLite's result code of err, or 0 where it has none.
func extendedCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// primaryCode is the extended code's low byte.
func primaryCode(err error) int { return extendedCode(err) & 0xff }
