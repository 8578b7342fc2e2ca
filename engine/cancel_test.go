package engine_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

func TestCancelKeepsTheSession(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		state, id := connected(t, s.Database(t))
		must(t, state, id, "doc", `create temp table kept as select 42 as n; set work_mem = '7MB'`)
		pid := cells(must(t, state, id, "doc", `select pg_backend_pid()`))

		started, done := start(t.Context(), state, script(id, "doc", `select pg_sleep(60); select 'not reached'`))
		h := await(t, "the start", started)
		awaitSleep(t, state, id)
		h.Cancel()
		o := await(t, "the end", done)

		e := wantCategory(t, o.failed, tusk.Cancelled)
		if e.Code != "57014" || o.err != nil || len(o.results) > 0 {
			t.Errorf("code %q, err %v, results %v", e.Code, o.err, o.results)
		}
		if !h.Cancelled() || h.State() != engine.Cancelled {
			t.Errorf("the handle says %v, cancelled %v", h.State(), h.Cancelled())
		}
		got := cells(must(t, state, id, "doc", `select pg_backend_pid(), n, current_setting('work_mem') from kept`))
		if want := pid + "|42|7MB"; got != want {
			t.Errorf("afterwards the session has %s, want %s", got, want)
		}
	})
}

func TestCancelThatOvertakesItsStatement(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	must(t, state, id, "doc", `select 1`)
	for range 20 {
		s := script(id, "doc", `select pg_sleep(60)`)
		s.Started = func(_ int, h *engine.QueryHandle) { h.Cancel() } // nothing was sent yet
		begin := time.Now()
		o := run(t.Context(), state, s)
		wantCategory(t, o.failed, tusk.Cancelled)
		if took := time.Since(begin); took > 4*time.Second {
			t.Fatalf("the cancel took %v", took)
		}
	}
}

func TestCancelAfterTheEndChangesNothing(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	s := script(id, "doc", `select 'done'; select 'next'`)
	var states []engine.QueryState
	s.Finished = func(_ int, h *engine.QueryHandle, _ *tusk.QueryResult, _ error) {
		h.Cancel()
		states = append(states, h.State())
	}
	o := run(t.Context(), state, s)
	if len(o.results) != 2 || o.failed != nil || o.err != nil {
		t.Errorf("results %v, errors %v %v", o.results, o.failed, o.err)
	}
	if !slices.Equal(states, []engine.QueryState{engine.Completed, engine.Completed}) {
		t.Errorf("states are %v", states)
	}
}

func TestContextCancelsTheRunningStatementAndTheRest(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	ctx, cancel := context.WithCancel(t.Context())
	started, done := start(ctx, state, script(id, "doc", `select pg_sleep(60); select 1`))
	await(t, "the start", started)
	awaitSleep(t, state, id)
	cancel()
	o := await(t, "the end", done)
	wantCategory(t, o.failed, tusk.Cancelled)
	if len(o.results) != 0 {
		t.Error("the rest ran")
	}

	o = run(ctx, state, script(id, "doc", `select 1`))
	wantCategory(t, o.err, tusk.Cancelled)
	if len(o.results) != 0 {
		t.Error("a script ran whose context had ended")
	}
}

func TestLateCancelHitsNoOtherStatement(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	var last *engine.QueryHandle
	for i := range 200 {
		s := script(id, "doc", `select 1`)
		started := make(chan *engine.QueryHandle, 1)
		s.Started = func(_ int, h *engine.QueryHandle) { started <- h }
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			h := <-started
			time.Sleep(time.Duration(i) * 2 * time.Microsecond) // anywhere in its life
			h.Cancel()
			last = h
		}()
		o := run(t.Context(), state, s)
		await(t, "the cancel", stopped)
		if (o.failed == nil) != (last.State() == engine.Completed) {
			t.Fatalf("state %v with error %v", last.State(), o.failed)
		}
		if o.failed != nil {
			wantCategory(t, o.failed, tusk.Cancelled)
		}
		must(t, state, id, "doc", `select 1`)
	}
}

func TestServerThatDoesNotHeedACancelLosesTheSession(t *testing.T) {
	db := pgtest.New(t).Database(t)
	p := proxyOf(t, db)
	state := newState(t, func(c *engine.Config) { c.CancelTimeout = 300 * time.Millisecond })
	id := open(t, state, source(t, db, behind(p)))
	must(t, state, id, "doc", `begin`)
	started, done := start(t.Context(), state, script(id, "doc", `select pg_sleep(60)`))
	h := await(t, "the start", started)
	awaitSleep(t, state, id)
	p.Blackhole()
	h.Cancel()
	o := await(t, "the end", done)
	e := wantCategory(t, o.failed, tusk.Cancelled)
	if !strings.Contains(e.Message, "did not react") || !strings.Contains(e.Hint, "open transaction") {
		t.Errorf("told: %s (%s)", e.Message, e.Hint)
	}
	p.Heal()
	if got := cells(must(t, state, id, "doc", `select 'alive'`)); got != "alive" {
		t.Error(got)
	}
}

// BenchmarkCancel measures from Cancel to the end of the run.
func BenchmarkCancel(b *testing.B) {
	state, id := connected(b, pgtest.New(b).Database(b))
	measureCancel(b, state, id)
}

func measureCancel(b *testing.B, state *engine.State, id uuid.UUID) {
	b.Helper()
	must(b, state, id, "doc", `select 1`)
	took := make([]time.Duration, 0, b.N)
	for range b.N {
		started, done := start(b.Context(), state, script(id, "doc", `select pg_sleep(60)`))
		h := <-started
		time.Sleep(2 * time.Millisecond) // for the statement to run
		begin := time.Now()
		h.Cancel()
		<-done
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
	must(b, state, id, "doc", `select 1`)
}
