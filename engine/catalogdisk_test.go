package engine_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// The next process has the catalog while the server is away, and reads it anew
// only where it has changed meanwhile.
func TestCatalogIsKeptForTheNextStart(t *testing.T) {
	server := pgtest.New(t).Dedicated(t, nil)
	from := source(t, server.Create(t, `create table old (a int)`))
	dir := filepath.Join(t.TempDir(), "catalogs")
	start := func(loading *int) (*engine.State, uuid.UUID) {
		state := newState(t, func(c *engine.Config) {
			c.CatalogDir = dir
			c.OnLoading = func(engine.Loading) { *loading++ }
		})
		return state, open(t, state, from)
	}
	var loads int
	state, id := start(&loads)
	if state.Catalog(id) != nil || state.Introspected(id) {
		t.Error("there is a catalog before the first load")
	}
	if _, err := state.Refresh(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	state.Close()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files are kept: %v", len(files), err)
	}
	if info, err := files[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v: %v", info.Mode(), err)
	}

	server.Kill(t)
	loads = 0
	state, id = start(&loads)
	if !has(state, id, "old") || state.Introspected(id) {
		t.Error("the catalog is not there while the server is away")
	}
	if state.Catalog(id).Function("pg_catalog", "now") == nil {
		t.Error("what comes with PostgreSQL is missing in it")
	}
	if _, err := state.Refresh(t.Context(), id); tusk.CategoryOf(err) != tusk.Connection {
		t.Errorf("a refresh while the server is away: %v", err)
	}
	server.Restart(t)
	if _, err := state.Refresh(t.Context(), id); err != nil || !state.Introspected(id) {
		t.Error(err)
	}
	if loads != 0 {
		t.Errorf("%d parts were read although nothing had changed", loads)
	}
	must(t, state, id, "doc", `create table made ()`)
	if _, err := state.Refresh(t.Context(), id); err != nil || !has(state, id, "made") {
		t.Error("what was made since is missing", err)
	}
	state.Close()

	state, id = start(&loads)
	if !has(state, id, "made") {
		t.Error("the newer catalog was not kept")
	}
	from.Config.Database = "postgres"
	state, id = start(&loads)
	if state.Catalog(id) != nil {
		t.Error("the catalog of another database is taken")
	}
}

// A file that was damaged counts for nothing.
func TestDamagedCatalogIsReadAnew(t *testing.T) {
	dir := t.TempDir()
	from := source(t, pgtest.New(t).Database(t, `create table old ()`))
	for range 2 {
		state := newState(t, func(c *engine.Config) { c.CatalogDir = dir })
		id := open(t, state, from)
		if state.Catalog(id) != nil {
			t.Error("a damaged catalog is taken")
		}
		if _, err := state.Refresh(t.Context(), id); err != nil || !has(state, id, "old") {
			t.Fatal(err)
		}
		state.Close()
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		if err := os.Truncate(files[0], 1_000); err != nil {
			t.Fatal(err)
		}
	}
}
