package engine_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// has reports whether the catalog has a relation of public.
func has(state *engine.State, id uuid.UUID, relation string) bool {
	c := state.Catalog(id)
	return c != nil && c.Relation("public", relation) != nil
}

func TestCatalogFollowsWhatWeRun(t *testing.T) {
	changed := make(chan uuid.UUID, 100)
	state := newState(t, func(c *engine.Config) { c.OnCatalog = func(id uuid.UUID) { changed <- id } })
	id := open(t, state, source(t, pgtest.New(t).Database(t, `create table old ()`)))
	if state.Catalog(id) != nil {
		t.Error("there is a catalog before anybody connected")
	}
	if err := state.Connect(t.Context(), source(t, pgtest.New(t).Database(t)).Config.ID); tusk.CategoryOf(err) != tusk.Connection {
		t.Errorf("connecting what is not known: %v", err)
	}
	if _, err := state.Refresh(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	await(t, "the first catalog", changed)
	if !has(state, id, "old") {
		t.Fatal("the table is not in the catalog")
	}
	for _, step := range []struct {
		text string
		want bool
	}{
		{`create table made ()`, true},
		{`alter table made rename to gone`, false},
		{`select 1 as a into made`, true},
		{`do $$ begin drop table made; end $$`, false},
		{`begin; create table made (); commit`, true},
		{`begin; drop table made; select 1; end`, false},
	} {
		must(t, state, id, "doc", step.text)
		for has(state, id, "made") != step.want {
			await(t, "the catalog after "+step.text, changed)
		}
	}
}

// What others do is seen, too; what changes no catalog causes no load.
func TestCatalogFollowsOthers(t *testing.T) {
	changed := make(chan uuid.UUID, 100)
	state := newState(t, func(c *engine.Config) {
		c.OnCatalog = func(id uuid.UUID) { changed <- id }
		c.CatalogPoll = 20 * time.Millisecond
	})
	db := pgtest.New(t).Database(t, `create table old (a int)`)
	id := open(t, state, source(t, db))
	if _, err := state.Refresh(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	await(t, "the names", changed)
	await(t, "the catalog", changed)
	for _, step := range []struct {
		text string
		want bool
	}{
		{`insert into old values (1); create table made ()`, true},
		{`alter table made rename to gone`, false},
	} {
		db.Exec(t, step.text)
		for has(state, id, "made") != step.want {
			await(t, "the catalog after "+step.text, changed)
		}
	}
	db.Exec(t, `insert into old select generate_series(1, 1000)`, `analyze old`)
	for range 3 {
		select {
		case <-changed: // what came before may still have been under way
		case <-time.After(100 * time.Millisecond):
		}
	}
	db.Exec(t, `insert into old values (2)`)
	select {
	case <-changed:
		t.Error("rows that were written caused a load")
	case <-time.After(300 * time.Millisecond):
	}
}

// While somebody holds a lock on what a view reads, its definition cannot be
// read: the catalog comes once the lock is gone.
func TestCatalogComesAfterALock(t *testing.T) {
	changed := make(chan uuid.UUID, 100)
	state := newState(t, func(c *engine.Config) { c.OnCatalog = func(id uuid.UUID) { changed <- id } })
	db := pgtest.New(t).Database(t, `create table old (a int); create view of_old as select * from old`)
	holder := db.Conn(t)
	if _, err := holder.Exec(t.Context(), `begin; lock table old`); err != nil {
		t.Fatal(err)
	}
	id := open(t, state, source(t, db))
	if _, err := state.Refresh(t.Context(), id); tusk.CategoryOf(err) != tusk.Query {
		t.Errorf("a load that waits for a lock: %v", err)
	}
	await(t, "the names", changed)
	if !has(state, id, "old") {
		t.Error("the names are not known")
	}
	if _, err := holder.Exec(t.Context(), `rollback`); err != nil {
		t.Fatal(err)
	}
	await(t, "the catalog", changed)
	if len(state.Catalog(id).Relation("public", "of_old").Columns) != 1 {
		t.Error("the view's column is not known")
	}
}

// The reading of a catalog is told, from its names on, and can be cancelled.
func TestCatalogLoadingIsTold(t *testing.T) {
	var told []engine.Loading
	cancel := false
	state := newState(t, func(c *engine.Config) {
		c.OnLoading = func(l engine.Loading) {
			told = append(told, l)
			if cancel {
				l.Cancel()
			}
		}
	})
	id := open(t, state, source(t, pgtest.New(t).Database(t)))
	if _, err := state.Refresh(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	first, last := told[0], told[len(told)-1]
	if first.Connection != id || first.Reading == "" || first.Done != 0 || first.Total == 0 || first.Ended || !last.Ended {
		t.Errorf("told from %+v to %+v", first, last)
	}
	cancel = true
	if _, err := state.Refresh(t.Context(), id); tusk.CategoryOf(err) != tusk.Cancelled {
		t.Errorf("a cancelled load: %v", err)
	}
	if state.Catalog(id) == nil {
		t.Error("the catalog of before is gone")
	}
}

func TestCatalogIsNotReadForWhatCannotChangeIt(t *testing.T) {
	changed := make(chan uuid.UUID, 100)
	state := newState(t, func(c *engine.Config) { c.OnCatalog = func(id uuid.UUID) { changed <- id } })
	id := open(t, state, source(t, pgtest.New(t).Database(t, `create table t (a int)`)))
	must(t, state, id, "doc", `set work_mem = '8MB'; insert into t values (1); select * from t; begin; create table u ()`)
	fails(t, state, id, "doc", `create table broken (oops)`, tusk.Query)
	state.EndSessions("doc") // a load would have begun by now
	state.Remove(id)         // and ended
	if len(changed) != 0 {
		t.Error("the catalog was read")
	}
}

func TestRefreshesCoalesce(t *testing.T) {
	changed := make(chan uuid.UUID, 1000)
	state := newState(t, func(c *engine.Config) { c.OnCatalog = func(id uuid.UUID) { changed <- id } })
	id := open(t, state, source(t, pgtest.New(t).Database(t)))
	const callers = 50
	errs := make(chan error, callers)
	for range callers {
		go func() {
			_, err := state.Refresh(t.Context(), id)
			errs <- err
		}()
	}
	for range callers {
		if err := await(t, "a refresh", errs); err != nil {
			t.Error(err)
		}
	}
	if n := len(changed); n >= callers {
		t.Errorf("%d callers caused %d loads", callers, n)
	}
}

// A change is read once the server can be reached, without hammering it.
func TestCatalogIsReadWhenTheServerIsBack(t *testing.T) {
	db := pgtest.New(t).Database(t)
	proxy := proxyOf(t, db)
	changed, failed := make(chan uuid.UUID, 100), make(chan time.Time, 100)
	state := newState(t, func(c *engine.Config) {
		c.OnCatalog = func(id uuid.UUID) { changed <- id }
		c.Log = slog.New(warnings(failed))
	})
	id := open(t, state, source(t, db, behind(proxy)))
	must(t, state, id, "doc", `select 1`)
	proxy.Refuse() // the session stays
	must(t, state, id, "doc", `create table made ()`)
	first := await(t, "a load that fails", failed)
	if pause := await(t, "another", failed).Sub(first); pause < 900*time.Millisecond {
		t.Errorf("it is tried again after %v", pause)
	}
	proxy.Heal()
	await(t, "the catalog", changed)
	if !has(state, id, "made") {
		t.Error("the table is not in the catalog")
	}
}

// warnings is a log that tells when it is warned.
type warnings chan<- time.Time

func (w warnings) Enabled(_ context.Context, level slog.Level) bool { return level == slog.LevelWarn }
func (w warnings) WithAttrs([]slog.Attr) slog.Handler               { return w }
func (w warnings) WithGroup(string) slog.Handler                    { return w }
func (w warnings) Handle(_ context.Context, r slog.Record) error {
	w <- r.Time
	return nil
}

func TestRefreshTellsWhyNot(t *testing.T) {
	state := newState(t)
	config := tusk.ConnectionConfig{Name: "nobody", Host: "127.0.0.1", Port: 1, Username: "u"}.WithDefaults()
	id := open(t, state, engine.Source{Config: config, Origin: "test"})
	_, err := state.Refresh(t.Context(), id)
	wantCategory(t, err, tusk.Connection)
}
