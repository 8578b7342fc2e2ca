package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// closed makes a data directory with a store of some pages, in which there is
// the connection "before", and that nobody has open.
func closed(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	s := open(t, dir)
	c := connection("before")
	save(t, s, c)
	for i := range 5 {
		add(t, s, entry(c, fmt.Sprintf("select %d -- %s", i, strings.Repeat("x", 10_000))))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func put(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func execute(t testing.TB, db *sql.DB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// alter changes a file that nobody has open.
func alter(t testing.TB, dir string, statements ...string) {
	t.Helper()
	db := sqlite(t, dir)
	execute(t, db, statements...)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// checkWorks shows that a store, whatever happened to it, can be used.
func checkWorks(t testing.TB, s *store.Store) {
	t.Helper()
	c := connection("after " + uuid.NewString())
	save(t, s, c)
	sql := "select '" + c.Name + "'"
	add(t, s, entry(c, sql))
	if got := sqls(t, s, store.HistoryFilter{Text: sql}); got != sql {
		t.Errorf("history %q, want %q", got, sql)
	}
	if got, err := s.ConnectionByName(t.Context(), c.Name); err != nil || got.ID != c.ID {
		t.Errorf("connection %v, %v", got, err)
	}
}

func TestDamagedFileIsKeptAndReplaced(t *testing.T) {
	const (
		db        = store.FileName
		wal       = db + "-wal"
		fresh     = "was damaged; a fresh one was made"
		freshHint = "Add your connections again, or import an export."
		log       = "was damaged; the last changes may be missing"
		logHint   = "Check that your latest connections and saved queries are there."
	)
	for name, test := range map[string]struct {
		damage        func(t *testing.T, dir string)
		kept          []string // files of the directory that are set aside, as they were
		message, hint string   // of the warning; "": none
		survives      bool     // what was there is still there
	}{
		"truncated": {damage: func(t *testing.T, dir string) {
			data := read(t, filepath.Join(dir, db))
			put(t, filepath.Join(dir, db), data[:len(data)/2])
		}, kept: []string{db}, message: fresh, hint: freshHint},
		"truncated in its header": {damage: func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, db), read(t, filepath.Join(dir, db))[:50])
		}, kept: []string{db}, message: fresh, hint: freshHint},
		"a page of zeros": {damage: func(t *testing.T, dir string) {
			data := read(t, filepath.Join(dir, db))
			clear(data[2*4096 : 3*4096])
			put(t, filepath.Join(dir, db), data)
		}, kept: []string{db}, message: fresh, hint: freshHint},
		"not a database": {damage: func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, db), bytes.Repeat([]byte("not a database "), 1000))
		}, kept: []string{db}, message: fresh, hint: freshHint},
		"a directory": {damage: func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, db)); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(filepath.Join(dir, db), 0o700); err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, db, "file"), []byte("content"))
		}, kept: []string{db + "/file"}, message: fresh, hint: freshHint},
		"another program's database": {damage: func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, db)); err != nil {
				t.Fatal(err)
			}
			alter(t, dir, `CREATE TABLE photos (name TEXT)`)
		}, kept: []string{db}, message: fresh, hint: freshHint},
		"a step with another text": {damage: func(t *testing.T, dir string) {
			alter(t, dir, `UPDATE migrations SET migration = migration || ' ' WHERE step = 2`)
		}, kept: []string{db}, message: fresh, hint: freshHint},
		"another database's log": {damage: func(t *testing.T, dir string) {
			other := t.TempDir()
			photos := sqlite(t, other)
			execute(t, photos, `PRAGMA journal_mode = WAL`, `CREATE TABLE photos (name TEXT)`, `INSERT INTO photos VALUES (zeroblob(10000))`)
			put(t, filepath.Join(dir, wal), read(t, filepath.Join(other, wal)))
		}, kept: []string{wal}, message: log, hint: logHint, survives: true},
		"a log alone": {damage: func(t *testing.T, dir string) {
			if err := os.Rename(filepath.Join(dir, db), filepath.Join(dir, wal)); err != nil {
				t.Fatal(err)
			}
		}, kept: []string{wal}, message: log, hint: logHint},
		"damaged, with another's log": {damage: func(t *testing.T, dir string) {
			data := read(t, filepath.Join(dir, db))
			clear(data[2*4096 : 3*4096])
			put(t, filepath.Join(dir, db), data)
			put(t, filepath.Join(dir, wal), []byte("log"))
		}, kept: []string{db, wal}, message: fresh, hint: freshHint},
		"a log of nonsense, which SQLite ignores": {damage: func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, wal), bytes.Repeat([]byte("nonsense"), 1000))
		}, survives: true},
		"a journal to roll back": {damage: interrupt, survives: true},
		"nothing":                {damage: func(*testing.T, string) {}, survives: true},
		"an empty file":          {damage: func(t *testing.T, dir string) { put(t, filepath.Join(dir, db), nil) }},
		"no file": {damage: func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, db)); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := closed(t)
			test.damage(t, dir)
			before := contents(t, dir)
			s, warning, err := store.Open(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			if s.InMemory() {
				t.Error("the store is in memory")
			}
			var info tusk.ErrorInfo
			if warning != nil {
				info = warning.Info()
				if warning.Category != tusk.Storage || info.TechnicalDetail == "" {
					t.Errorf("warning %+v", info)
				}
			}
			if !strings.HasSuffix(info.Message, test.message) || !strings.HasSuffix(info.Hint, test.hint) || (warning == nil) != (test.message == "") {
				t.Errorf("got  %q, %q\nwant %q, %q", info.Message, info.Hint, test.message, test.hint)
			}
			var kept []string
			for path, content := range contents(t, dir) {
				if original := aside.ReplaceAllString(path, ""); original != path {
					kept = append(kept, original)
					if content != before[original] {
						t.Errorf("%s is not as it was", path)
					}
					if !strings.Contains(info.Hint, filepath.Join(dir, strings.TrimSuffix(path, "/file"))) {
						t.Errorf("the hint does not name %s: %s", path, info.Hint)
					}
				}
			}
			slices.Sort(kept)
			if !slices.Equal(kept, test.kept) {
				t.Errorf("kept %q, want %q", kept, test.kept)
			}
			_, err = s.ConnectionByName(t.Context(), "before")
			if (err == nil) != test.survives {
				t.Errorf("what was there: %v, should survive: %t", err, test.survives)
			}
			checkWorks(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			checkWorks(t, open(t, dir)) // without another warning
		})
	}
}

// aside is what the name of a file gets that is kept.
var aside = regexp.MustCompile(`\.damaged-\d{8}T\d{6}\.\d{3}Z`)

// interrupt leaves a transaction half written: the journal that undoes it is
// there, as after a crash while SQLite changed a file without a log.
func interrupt(t *testing.T, dir string) {
	db := sqlite(t, dir)
	execute(t, db, `PRAGMA journal_mode = DELETE`, `PRAGMA cache_size = 2`, `BEGIN`, `DELETE FROM connections`)
	crashed := map[string][]byte{}
	for _, name := range []string{store.FileName, store.FileName + "-journal"} {
		crashed[name] = read(t, filepath.Join(dir, name))
	}
	execute(t, db, `ROLLBACK`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, data := range crashed {
		put(t, filepath.Join(dir, name), data)
	}
}

// contents gives the files below a directory by their path in it.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		found[filepath.ToSlash(name)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestFileOfANewerTuskIsLeftAlone(t *testing.T) {
	dir := closed(t)
	alter(t, dir, `PRAGMA user_version = 99`)
	before := contents(t, dir)[store.FileName]
	s := openInMemory(t, dir, "connections and history of this session will be forgotten", "Update this tusk-lsp")
	checkWorks(t, s)
	if contents(t, dir)[store.FileName] != before {
		t.Error("the file was changed")
	}
}

func TestLaterStepThatOlderOnesMayIgnore(t *testing.T) {
	dir := closed(t)
	alter(t, dir, `CREATE TABLE later (x INTEGER) STRICT`,
		`INSERT INTO migrations SELECT domain, max(step) + 1, 'CREATE TABLE later (x INTEGER) STRICT' FROM migrations`)
	s := open(t, dir)
	if _, err := s.ConnectionByName(t.Context(), "before"); err != nil {
		t.Error(err)
	}
	checkWorks(t, s)
}

func TestDamagedFileThatOthersUseIsLeftToThem(t *testing.T) {
	dir := closed(t)
	open(t, dir) // the other one
	data := read(t, filepath.Join(dir, store.FileName))
	clear(data[:4096])
	put(t, filepath.Join(dir, store.FileName), data)
	for _, name := range []string{"-wal", "-shm"} {
		put(t, filepath.Join(dir, store.FileName+name), nil)
	}
	checkWorks(t, openInMemory(t, dir, "connections and history of this session will be forgotten", "Close the other editors"))
	if aside, err := filepath.Glob(filepath.Join(dir, "*.damaged-*")); err != nil || len(aside) != 0 {
		t.Errorf("set aside: %s, %v", aside, err)
	}
}

func TestDataDirectoryThatIsAFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tusk")
	put(t, dir, []byte("a file"))
	checkWorks(t, openInMemory(t, dir, "connections and history of this session will be forgotten", "choose another one with --data-dir"))
	checkWorks(t, openInMemory(t, filepath.Join(dir, "below"), "will be forgotten", "choose another one with --data-dir"))
}

func TestOpenEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, warning, err := store.Open(ctx, t.TempDir())
	if s != nil || warning != nil || tusk.CategoryOf(err) != tusk.Cancelled {
		t.Errorf("got %v, %v, %v", s, warning, err)
	}
}

// Another process opens or repairs, and does not come to an end.
func TestOpenWaitsForTheOneBeforeAsLongAsItsContext(t *testing.T) {
	dir := t.TempDir()
	gate := flock.New(filepath.Join(dir, "tusk.gate.lock"))
	if err := gate.Lock(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := store.Open(ctx, dir); tusk.CategoryOf(err) != tusk.Cancelled || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if err := gate.Unlock(); err != nil {
		t.Fatal(err)
	}
	checkWorks(t, open(t, dir))
}

// openInMemory opens a store that must be in memory, with a warning that ends
// with message and has hint in its hint.
func openInMemory(t *testing.T, dir, message, hint string) *store.Store {
	t.Helper()
	s, warning, err := store.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	if !s.InMemory() || s.Path() != "" {
		t.Errorf("the store is in %s", s.Path())
	}
	if warning == nil {
		t.Fatal("no warning")
	}
	if info := warning.Info(); warning.Category != tusk.Storage || !strings.HasSuffix(info.Message, message) || !strings.Contains(info.Hint, hint) {
		t.Errorf("got %+v\nwant %s; %s", info, message, hint)
	}
	return s
}
