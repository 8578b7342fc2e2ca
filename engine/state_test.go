package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/store"
)

func TestRemoveLeavesNothing(t *testing.T) {
	db := pgtest.New(t).Database(t)
	state, id := connected(t, db)
	if _, err := state.Refresh(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	must(t, state, id, "idle", `begin`)
	started, done := start(t.Context(), state, script(id, "doc", `select pg_sleep(60); select 1`))
	await(t, "the start", started)
	awaitSleep(t, state, id)
	state.Remove(id)
	wantCategory(t, await(t, "the end", done).failed, tusk.Cancelled)
	if state.Catalog(id) != nil || len(state.Queries())+len(state.Sessions())+len(state.Connections()) != 0 {
		t.Error("something of the connection is listed")
	}
	db.AwaitBackends(t, applicationName(t), 0, 2*time.Second)
	wantCategory(t, state.Run(t.Context(), script(id, "doc", `select 1`)), tusk.Connection)
}

func TestCloseInTheMiddleOfAQuery(t *testing.T) {
	db := pgtest.New(t).Database(t)
	state, id := connected(t, db)
	if _, err := state.Refresh(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	started, done := start(t.Context(), state, script(id, "doc", `select pg_sleep(60)`))
	await(t, "the start", started)
	awaitSleep(t, state, id)
	begin := time.Now()
	state.Close()
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("closing took %v", took)
	}
	wantCategory(t, await(t, "the end", done).failed, tusk.Cancelled)
	db.AwaitBackends(t, applicationName(t), 0, 2*time.Second)
	wantNoGoroutines(t)
	wantCategory(t, state.Open(t.Context(), source(t, db)), tusk.Connection)
}

// A server that answers nothing any more must not keep the program.
func TestCloseWithASilentServer(t *testing.T) {
	db := pgtest.New(t).Database(t)
	p := proxyOf(t, db)
	state := newState(t)
	id := open(t, state, source(t, db, behind(p)))
	started, done := start(t.Context(), state, script(id, "doc", `select pg_sleep(60)`))
	await(t, "the start", started)
	awaitSleep(t, state, id)
	state.EndSessions("observer")
	p.Blackhole()
	begin := time.Now()
	state.Close()
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("closing took %v", took)
	}
	wantCategory(t, await(t, "the end", done).failed, tusk.Cancelled)
}

func TestNewConfigurationReplacesTheOld(t *testing.T) {
	db := pgtest.New(t).Database(t)
	state := newState(t)
	first := source(t, db)
	id := open(t, state, first)
	pid := cells(must(t, state, id, "doc", `select pg_backend_pid()`))
	open(t, state, first)
	if got := cells(must(t, state, id, "doc", `select pg_backend_pid()`)); got != pid {
		t.Error("the same configuration ended the session")
	}
	second := first
	second.Config.Options.ApplicationName = "renamed"
	open(t, state, second)
	if got := cells(must(t, state, id, "doc", `show application_name`)); got != "renamed" {
		t.Errorf("the session is still of %s", got)
	}
	db.AwaitBackends(t, applicationName(t), 0, 2*time.Second)
}

// Fifty goroutines add, remove, run, cancel and look at once, and nothing is
// left of them.
func TestStateIsSafeForAll(t *testing.T) {
	db := pgtest.New(t).Database(t)
	state := newState(t)
	ids := make([]uuid.UUID, 5)
	for i := range ids {
		ids[i] = uuid.New()
	}
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			id := ids[i%len(ids)]
			for round := range 6 {
				source := source(t, db, func(c *tusk.ConnectionConfig) { c.ID = id })
				if err := state.Open(t.Context(), source); err != nil {
					t.Error(err)
					return
				}
				s := script(id, fmt.Sprint("doc", i%3), `select pg_sleep(0.01); create table if not exists t ()`)
				ctx, cancel := context.WithCancel(t.Context())
				s.Started = func(_ int, h *engine.QueryHandle) {
					switch (i + round) % 4 {
					case 0:
						h.Cancel()
					case 1:
						cancel()
					case 2:
						for _, q := range state.Queries() {
							q.Cancelled()
						}
						state.Sessions()
						state.Catalog(id)
					}
				}
				err := state.Run(ctx, s)
				cancel()
				if c := tusk.CategoryOf(err); err != nil && c != tusk.Connection && c != tusk.Cancelled {
					t.Error(err)
				}
				if (i+round)%7 == 0 {
					state.Remove(id)
				}
				if (i+round)%5 == 0 {
					state.EndSessions(s.Session)
				}
			}
		})
	}
	all.Wait()
	if n := len(state.Queries()); n != 0 {
		t.Errorf("%d queries are listed", n)
	}
	state.Close()
	db.AwaitBackends(t, applicationName(t), 0, 2*time.Second)
	wantNoGoroutines(t)
}

func TestStateIsReadyAtOnce(t *testing.T) {
	state := newState(t)
	begin := time.Now()
	for range 100 {
		config := tusk.ConnectionConfig{Name: "far", Host: "no-such-host.invalid", Username: "u"}.WithDefaults()
		if err := state.Add(config); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(begin); took > 100*time.Millisecond {
		t.Errorf("100 connections took %v", took)
	}
}

// BenchmarkStart is all that happens before the first connection: store, secrets
// and 100 saved connections made known.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	kept, _, err := store.Open(b.Context(), dir)
	if err != nil {
		b.Fatal(err)
	}
	for i := range 100 {
		c := tusk.ConnectionConfig{Name: fmt.Sprint("connection ", i), Host: "db.example.com", Username: "ada"}.WithDefaults()
		if err := kept.SaveConnection(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
	if err := kept.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		kept, _, err := store.Open(b.Context(), dir)
		if err != nil {
			b.Fatal(err)
		}
		vault := secrets.New(secrets.Options{Disabled: "a benchmark"})
		state := engine.New(engine.Config{Store: kept, Secrets: vault})
		saved, err := state.Saved(b.Context())
		if err != nil || len(saved) != 100 {
			b.Fatal(len(saved), err)
		}
		for _, source := range saved {
			if err := state.Open(b.Context(), source); err != nil {
				b.Fatal(err)
			}
		}
		b.StopTimer()
		state.Close()
		if err := errors.Join(vault.Close(), kept.Close()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
