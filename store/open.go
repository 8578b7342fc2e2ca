package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Open opens the store of a data directory, which is made (0700) if need be,
// and brings it up to date. Only one process at a time opens or repairs.
//
// Open serves where it can: what it could not do as asked is in warning,
// which the caller shows to the user, and the Store works nevertheless.
//
//   - A damaged file, or one that is no store of ours, is renamed with the
//     time added, never deleted, and a fresh one is made. Where only the
//     write-ahead log is at fault (say, another database's), only that is
//     set aside.
//   - Where the file cannot be used but can be read (read-only directory, full
//     disk), the store is a copy in memory; otherwise, as with a file that
//     only a newer tusk-lsp understands or a damaged one that other processes
//     have open, it is an empty one in memory. The file is left as it is.
//
// err is only for a context that ended and for a memory store that cannot be
// made. Opening costs some milliseconds and grows with the size of the file,
// which is checked by whoever opens it first: keep it off the start path.
func Open(ctx context.Context, dir string) (s *Store, warning *tusk.Error, err error) {
	s, warning, cause := openFile(ctx, dir)
	if cause == nil {
		return s, warning, nil
	}
	if ctx.Err() != nil {
		return nil, nil, tusk.NewError(tusk.Cancelled, context.Cause(ctx), "opening the store was stopped")
	}
	path := filepath.Join(dir, FileName)
	s, copied, err := openMemory(ctx, path, cause)
	if err != nil {
		return nil, nil, tusk.NewError(tusk.Storage, errors.Join(cause, err), "cannot open the store in %s, nor one in memory", dir)
	}
	return s, memoryWarning(path, copied, cause), nil
}

// memoryWarning says what the user loses, and why.
func memoryWarning(path string, copied bool, cause error) *tusk.Error {
	what := "connections and history of this session will be forgotten"
	if copied {
		what = "changes to connections and history will be forgotten"
	}
	warning := storageError(cause, "the store %s cannot be used; %s", path, what)
	switch {
	case errors.Is(cause, errNewer):
		warning.Hint = "Update this tusk-lsp: a newer one has changed the store. The file is untouched."
	case errors.Is(cause, errBusy):
		warning.Hint = "Close the other editors, then restart this one."
	case errors.Is(cause, fs.ErrPermission):
		warning.Hint = hints[sqlite3.SQLITE_READONLY]
	case warning.Hint == "":
		warning.Hint = "Check the data directory, or choose another one with --data-dir."
	}
	return warning
}

// openFile opens the file, or says why it cannot be used.
func openFile(ctx context.Context, dir string) (*Store, *tusk.Error, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, err
	}
	path, err := filepath.Abs(filepath.Join(dir, FileName))
	if err != nil {
		return nil, nil, err
	}
	claim, err := claimFile(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	var warning *tusk.Error
	if claim.alone {
		warning, err = repair(ctx, path)
	}
	var s *Store
	if err == nil {
		s, err = openSound(ctx, path)
		if isDamage(err) && !claim.alone {
			err = fmt.Errorf("%w: %w", errBusy, err)
		}
	}
	if err != nil {
		return nil, nil, errors.Join(err, claim.abandon())
	}
	if err := claim.share(); err != nil {
		return nil, nil, errors.Join(err, s.Close(), claim.abandon())
	}
	s.release = claim.abandon
	return s, warning, nil
}

// openSound opens a file that was checked, or that is in use, and applies
// the migrations that it lacks.
func openSound(ctx context.Context, path string) (*Store, error) {
	// SQLite makes its other files with the mode of this one.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(makePrivate(file), file.Close()); err != nil {
		return nil, err
	}
	s, err := connect(fileURI(path, nil))
	if err != nil {
		return nil, err
	}
	s.path = path
	if err := migrate(ctx, s.write, domain, steps, minimumStep); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// connect makes the two pools of a store; connections open as they are used.
func connect(uri string) (*Store, error) {
	write, err := sql.Open("sqlite", uri+writeSettings)
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", uri+readSettings)
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(4)
	return &Store{write: write, read: read}, nil
}

// settings of a connection. The time-out comes first, since changing to WAL
// may already have to wait. See https://www.sqlite.org/pragma.html and the
// driver's documentation for the names that begin with an underscore.
const (
	settings = "&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)" +
		"&_pragma=foreign_keys(1)&_defensive=1&_dqs=0&_error_rc=1"
	writeSettings = settings + "&_pragma=wal_autocheckpoint(4000)&_txlock=immediate" // for what Store.checkpoint leaves
	readSettings  = settings + "&_pragma=query_only(1)"
)

// fileURI is the SQLite URI (https://www.sqlite.org/uri.html) of a path, so
// that no character of it means something else.
func fileURI(path string, query url.Values) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… on Windows
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}
	u.ForceQuery = true
	return u.String()
}

// openMemory makes a store in memory, a copy of the file where that can be
// read and makes sense.
func openMemory(ctx context.Context, path string, cause error) (s *Store, copied bool, err error) {
	if !isDamage(cause) && !errors.Is(cause, errNewer) {
		for _, how := range []url.Values{{"mode": {"ro"}}, {"mode": {"ro"}, "immutable": {"1"}}} {
			if s, err := memoryStore(ctx, fileURI(path, how)); err == nil {
				return s, true, nil
			}
		}
	}
	s, err = memoryStore(ctx, "")
	return s, false, err
}

// memoryStore makes a store in memory with the content of the database source,
// or empty. SQLite's memdb gives several connections one database that lives
// until the last is closed; one more connection holds it.
func memoryStore(ctx context.Context, source string) (*Store, error) {
	uri := "file:/tusk-" + uuid.NewString() + "?vfs=memdb"
	s, err := connect(uri)
	if err != nil {
		return nil, err
	}
	holder, err := sql.Open("sqlite", uri)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.release = holder.Close
	holder.SetMaxOpenConns(1)
	fill := func() error {
		if err := holder.PingContext(ctx); err != nil {
			return err
		}
		if source != "" {
			if err := copyInto(ctx, source, uri); err != nil {
				return err
			}
		}
		return migrate(ctx, s.write, domain, steps, minimumStep)
	}
	if err := fill(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// copyInto copies one database into another one that is empty. VACUUM INTO,
// not the backup API: a copied WAL header would make the copy unusable.
func copyInto(ctx context.Context, source, target string) error {
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, target)
	return errors.Join(err, db.Close())
}

// repair makes sure that the file, which nobody else has open, can be used:
// it is sound, or absent. What it had to set aside is the warning.
func repair(ctx context.Context, path string) (*tusk.Error, error) {
	damage := inspect(ctx, path)
	if damage == nil || !isDamage(damage) {
		return nil, damage
	}
	now := time.Now()
	log, err := setAside(now, path+"-wal")
	if err != nil {
		return nil, errors.Join(damage, err)
	}
	// The log's index holds nothing of its own.
	if err := os.Remove(path + "-shm"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(damage, err)
	}
	if len(log) > 0 && inspect(ctx, path) == nil {
		return storageError(damage, "the write-ahead log of the store %s was damaged; the last changes may be missing", path).
			WithHint("The log was kept as " + log[0] + ". Check that your latest connections and saved queries are there."), nil
	}
	kept, err := setAside(now, path, path+"-journal")
	if err != nil {
		return nil, errors.Join(damage, err)
	}
	return storageError(damage, "the store %s was damaged; a fresh one was made", path).
		WithHint("The damaged file was kept as " + strings.Join(append(kept, log...), ", ") + ". Add your connections again, or import an export."), nil
}

// inspect reads the whole file and answers nil where it is absent, empty or a
// sound store. It writes to neither the file nor its log: the one that is at
// fault is to be kept as it was.
func inspect(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		// A log without its database would be taken for a new one's.
		if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
			return fmt.Errorf("%w: a write-ahead log without its database", errForeign)
		}
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%w: it is a directory", errForeign)
	}
	mode := "ro"
	if _, err := os.Stat(path + "-journal"); err == nil {
		mode = "rw" // creation was interrupted, and SQLite has to undo it
	}
	db, err := sql.Open("sqlite", fileURI(path, url.Values{"mode": {mode}}))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	check := func() error {
		faults, err := list(ctx, db, func(row scanner) (fault string, err error) { return fault, row.Scan(&fault) }, quickCheck)
		if err != nil {
			return err
		}
		if len(faults) > 0 {
			return fmt.Errorf("%w: %s", errDamaged, faults[0])
		}
		_, err = applied(ctx, db, domain, steps)
		return err
	}
	return errors.Join(check(), db.Close())
}

// quickCheck gives a fault of the file, if there is one. It goes table by
// table to leave out what the whole check does with the search index beyond
// its tables: with 100,000 history entries 1.3 s of 1.5 s.
const quickCheck = `SELECT c.quick_check FROM pragma_table_list t, pragma_quick_check(t.name) c
	WHERE t.schema = 'main' AND t.type IN ('table', 'shadow') AND c.quick_check <> 'ok' LIMIT 1`

// errDamaged is what quick_check found.
var errDamaged = errors.New("the file is damaged")

// isDamage reports whether err lies in the file's content, which a fresh file
// cures, and not in its surroundings.
func isDamage(err error) bool {
	if errors.Is(err, errDamaged) || errors.Is(err, errForeign) {
		return true
	}
	if _, ok := errors.AsType[*sqlite.Error](err); !ok {
		return false
	}
	switch primaryCode(err) {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT:
		return true
	}
	return false
}

// setAside renames the files that exist, with the time added, and answers
// their new names. An empty one, such as the log that SQLite makes to read,
// is removed.
func setAside(now time.Time, paths ...string) ([]string, error) {
	var kept []string
	for _, path := range paths {
		info, err := os.Stat(path)
		aside := path + ".damaged-" + now.UTC().Format("20060102T150405.000Z")
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
		case info.Mode().IsRegular() && info.Size() == 0:
			err = os.Remove(path)
		default:
			err = os.Rename(path, aside)
			kept = append(kept, aside)
		}
		if err != nil {
			return nil, err
		}
	}
	return kept, nil
}
