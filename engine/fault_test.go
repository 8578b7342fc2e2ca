package engine_test

import (
	"strings"
	"testing"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// lossTold gives the notices of a run that say what went with a backend.
func lossTold(o outcome) []string {
	var told []string
	for _, n := range o.notices {
		if strings.Contains(n.Message, "is lost") {
			told = append(told, n.Message)
		}
	}
	return told
}

func TestNetworkIsCut(t *testing.T) {
	for name, test := range map[string]struct {
		before string // what the session did
		lost   string // what the next run must say is lost
	}{
		"between statements": {`create temp table kept (n int)`, "temporary tables"},
		"in a transaction":   {`begin; insert into written values (1)`, "its open transaction"},
	} {
		t.Run(name, func(t *testing.T) {
			db := pgtest.New(t).Database(t, `create table written (n int)`)
			proxy := proxyOf(t, db)
			state, id := connected(t, db, behind(proxy))
			must(t, state, id, "doc", test.before)
			proxy.Cut()
			o := run(t.Context(), state, script(id, "doc", `select count(*) from written`))
			if o.err != nil || o.failed != nil {
				t.Fatalf("the next run: %v %v", o.err, o.failed)
			}
			if got := cells(o.results[0]); got != "0" {
				t.Errorf("%s rows outlived their transaction", got)
			}
			if told := lossTold(o); len(told) != 1 || !strings.Contains(told[0], test.lost) {
				t.Errorf("told %q, want %q", told, test.lost)
			}
			if told := lossTold(run(t.Context(), state, script(id, "doc", `select 1`))); len(told) != 0 {
				t.Errorf("told again: %q", told)
			}
		})
	}
}

// A statement that may have run is not sent a second time.
func TestNetworkIsCutWhileAStatementRuns(t *testing.T) {
	db := pgtest.New(t).Database(t, `create table written (n int)`)
	proxy := proxyOf(t, db)
	state, id := connected(t, db, behind(proxy))
	observer := open(t, state, source(t, db))
	must(t, state, id, "doc", `select 1`)
	started, done := start(t.Context(), state, script(id, "doc", `insert into written select 1 from pg_sleep(0.5)`))
	await(t, "the start", started)
	awaitSleep(t, state, observer)
	proxy.Cut()
	e := wantCategory(t, await(t, "the end", done).failed, tusk.Connection)
	if e.Hint == "" || !strings.Contains(e.Hint, "is lost") {
		t.Errorf("the hint is %q", e.Hint)
	}
	must(t, state, id, "doc", `select 1`)
	db.AwaitBackends(t, applicationName(t), 2, soon) // the one that was cut off has ended, with its statement
	if got := cells(must(t, state, observer, "observer", `select count(*) from written`)); got != "0" && got != "1" {
		t.Errorf("%s rows were written by one statement", got)
	}
}

// A network that drops every packet: what runs can be cancelled, what connects
// ends in time, and all works again when the packets come through.
func TestNetworkGoesSilent(t *testing.T) {
	db := pgtest.New(t).Database(t)
	proxy := proxyOf(t, db)
	state := newState(t, func(c *engine.Config) { c.CancelTimeout = 300 * time.Millisecond })
	id := open(t, state, source(t, db, behind(proxy), func(c *tusk.ConnectionConfig) { c.Options.ConnectTimeoutSecs = 1 }))
	must(t, state, id, "doc", `select 1`)
	if _, err := state.Refresh(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	proxy.Blackhole()

	started, done := start(t.Context(), state, script(id, "doc", `select pg_sleep(60)`))
	h := await(t, "the start", started)
	begin := time.Now()
	h.Cancel()
	wantCategory(t, await(t, "the end", done).failed, tusk.Cancelled)
	wantCategory(t, run(t.Context(), state, script(id, "other", `select 1`)).err, tusk.Connection)
	status, err := state.Status(t.Context(), id)
	if err != nil || status.Error == nil || status.Error.ErrorType != "Connection Error" {
		t.Errorf("the status of a silent server: %+v, %v", status, err)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("the silence cost %v", took)
	}

	proxy.Cut()
	proxy.Heal()
	must(t, state, id, "doc", `select 1`)
	if _, err := state.Refresh(t.Context(), id); err != nil {
		t.Errorf("the pool does not recover: %v", err)
	}
	state.Close()
	db.AwaitBackends(t, applicationName(t), 0, soon)
	wantNoGoroutines(t)
}

func TestServerCrashesAndRecovers(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		server := s.Dedicated(t, nil)
		db := server.Create(t, `create table written (n int)`)
		state, id := connected(t, db)
		if _, err := state.Refresh(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		must(t, state, id, "transaction", `begin; insert into written values (1)`)
		started, done := start(t.Context(), state, script(id, "running", `insert into written select 2 from pg_sleep(60)`))
		await(t, "the start", started)
		awaitSleep(t, state, id)
		server.Kill(t)
		wantCategory(t, await(t, "the end", done).failed, tusk.Connection)
		wantCategory(t, run(t.Context(), state, script(id, "new", `select 1`)).err, tusk.Connection)
		server.Restart(t)
		for session, untold := range map[string]int{"transaction": 1, "running": 0} { // the failure told that already
			o := eventually(t, state, script(id, session, `select count(*) from written`))
			if got := cells(o.results[0]); got != "0" {
				t.Errorf("%s: %s rows after the crash", session, got)
			}
			if told := lossTold(o); len(told) != untold {
				t.Errorf("%s: told %q", session, told)
			}
		}
		if _, err := state.Refresh(t.Context(), id); err != nil {
			t.Errorf("the pool does not recover: %v", err)
		}
	})
}
