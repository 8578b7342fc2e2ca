package engine_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/faultproxy"
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

// wantNothingLeft closes the state and fails if backends or goroutines go on.
func wantNothingLeft(t *testing.T, state *engine.State, db *pgtest.Database) {
	t.Helper()
	state.Close()
	db.AwaitBackends(t, applicationName(t), 0, soon)
	wantNoGoroutines(t)
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
	started, done := start(t.Context(), state, script(id, "doc", `select pg_sleep(60)`))
	h := await(t, "the start", started)
	awaitSleep(t, state, id)
	proxy.Blackhole()

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
	wantNothingLeft(t, state, db)
	proxy.AwaitConnections(t, 0, soon)
}

// ends are the ways of a server to end. After a restart it is there again.
var ends = map[string]func(t *testing.T, server *pgtest.Dedicated, db *pgtest.Database){
	"crash": func(t *testing.T, server *pgtest.Dedicated, _ *pgtest.Database) { server.Kill(t) },
	"immediate shutdown": func(t *testing.T, _ *pgtest.Dedicated, db *pgtest.Database) {
		// The working folder of a backend is that of the cluster.
		_, err := db.Conn(t).Exec(t.Context(), `copy (select 1) to program 'kill -QUIT $(head -n 1 postmaster.pid)'`)
		t.Logf("the backend that ended its server says %v", err) // or nothing, if it was faster
	},
	"restart": func(t *testing.T, server *pgtest.Dedicated, _ *pgtest.Database) { server.Restart(t) },
}

// A server that ends takes with it what was not committed. Each session is told
// once, and nothing is run a second time.
func TestServerEndsAndComesBack(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		for name, end := range ends {
			t.Run(name, func(t *testing.T) {
				server := s.Dedicated(t, nil)
				db := server.Create(t, `create table written (n int)`)
				state, id := connected(t, db)
				if _, err := state.Refresh(t.Context(), id); err != nil {
					t.Fatal(err)
				}
				must(t, state, id, "idle", `create temp table kept (n int)`)
				must(t, state, id, "transaction", `begin; insert into written values (1)`)
				started, done := start(t.Context(), state, script(id, "running", `insert into written select 2 from pg_sleep(60)`))
				await(t, "the start", started)
				awaitSleep(t, state, id)
				end(t, server, db)
				e := wantCategory(t, await(t, "the end", done).failed, tusk.Connection)
				if !strings.Contains(e.Hint, "is lost") {
					t.Errorf("the hint is %q", e.Hint)
				}
				if name != "restart" {
					awaitRefusal(t, db)
					e := wantCategory(t, run(t.Context(), state, script(id, "new", `select 1`)).err, tusk.Connection)
					if !strings.Contains(e.Message, "nothing listens") || tusk.InfoOf(e).Hint == "" {
						t.Errorf("a server that is down is told as %s (%s)", e.Message, e.Hint)
					}
					server.Restart(t)
				}
				for session, losses := range map[string]int{"idle": 1, "transaction": 1, "running": 0} { // the failure told that
					o := run(t.Context(), state, script(id, session, `select count(*) from written; select 1`))
					if o.err != nil || o.failed != nil {
						t.Fatalf("%s: %v %v", session, o.err, o.failed)
					}
					if got := cells(o.results[0]); got != "0" {
						t.Errorf("%s: %s rows outlived the server", session, got)
					}
					if told := lossTold(o); len(told) != losses {
						t.Errorf("%s: told %q", session, told)
					}
				}
				if _, err := state.Refresh(t.Context(), id); err != nil {
					t.Errorf("the pool does not recover: %v", err)
				}
				wantNothingLeft(t, state, db)
			})
		}
	})
}

// awaitRefusal waits until nothing listens where a database was.
func awaitRefusal(t *testing.T, db *pgtest.Database) {
	t.Helper()
	for deadline := time.Now().Add(soon); time.Now().Before(deadline); {
		conn, err := net.Dial("tcp", addressOf(db))
		if errors.Is(err, syscall.ECONNREFUSED) {
			return
		}
		if err == nil {
			conn.Close()
		}
	}
	t.Fatal("the server goes on")
}

// A network that goes silent while nothing runs, as it does in sleep: no
// statement is sent into it.
func TestNetworkGoesSilentBetweenStatements(t *testing.T) {
	db := pgtest.New(t).Database(t, `create table written (n int)`)
	proxy := proxyOf(t, db)
	state, id := connected(t, db, behind(proxy), func(c *tusk.ConnectionConfig) { c.Options.ConnectTimeoutSecs = 1 })
	must(t, state, id, "doc", `begin; insert into written values (1)`)
	awaitIdle(t, db)
	proxy.Blackhole()
	s := script(id, "doc", `insert into written values (2)`)
	s.Started = func(int, *engine.QueryHandle) { t.Error("the statement was sent") }
	begin := time.Now()
	e := wantCategory(t, run(t.Context(), state, s).err, tusk.Connection)
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	if !strings.Contains(e.Message, "did not answer in time") || e.Hint == "" {
		t.Errorf("told: %s (%s)", e.Message, e.Hint)
	}
	proxy.Heal()
	o := run(t.Context(), state, script(id, "doc", `insert into written values (3); select string_agg(n::text, ' ') from written`))
	if o.err != nil || o.failed != nil {
		t.Fatal(o.err, o.failed)
	}
	if got := cells(o.results[1]); got != "3" {
		t.Errorf("the rows %s are written", got)
	}
	if told := lossTold(o); len(told) != 1 || !strings.Contains(told[0], "its open transaction") {
		t.Errorf("told %q", told)
	}
	wantNothingLeft(t, state, db)
	proxy.AwaitConnections(t, 0, soon)
}

// awaitIdle waits until the test's one backend is idle for longer than a session
// trusts it.
func awaitIdle(t *testing.T, db *pgtest.Database) {
	t.Helper()
	conn := db.Conn(t)
	for idle, deadline := false, time.Now().Add(soon); !idle; {
		const query = `select now() - state_change > '1.1 s' from pg_stat_activity where datname = current_database() and application_name = $1`
		if err := conn.QueryRow(t.Context(), query, applicationName(t)).Scan(&idle); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(deadline) {
			t.Fatal("the session does not rest")
		}
	}
}

// A user who leaves while an idle session is asked whether it is there does not
// wait for the answer longer than for that to a cancel request.
func TestCancelWhileASilentSessionIsAsked(t *testing.T) {
	db := pgtest.New(t).Database(t)
	proxy := proxyOf(t, db)
	state := newState(t, func(c *engine.Config) { c.CancelTimeout = 300 * time.Millisecond })
	id := open(t, state, source(t, db, behind(proxy)))
	must(t, state, id, "doc", `select 1`)
	awaitIdle(t, db)
	proxy.Blackhole()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if o := run(ctx, state, script(id, "doc", `select 1`)); o.err == nil {
		t.Error("it ran")
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
	proxy.Heal()
	must(t, state, id, "doc", `select 1`)
	wantNothingLeft(t, state, db)
}

// A network that breaks while a connection is made, at each part of the
// handshake.
func TestNetworkBreaksInTheHandshake(t *testing.T) {
	for name, test := range map[string]struct {
		bytes   int // that the server may send
		cut     bool
		message string
	}{
		"silent at once":        {0, false, "did not answer in time"},
		"silent in SCRAM":       {20, false, "did not answer in time"},
		"silent after it":       {300, false, "did not answer in time"},
		"cut in SCRAM":          {20, true, "failed"},
		"cut after the startup": {300, true, "failed"},
	} {
		t.Run(name, func(t *testing.T) {
			db := pgtest.New(t).Database(t)
			proxy := proxyOf(t, db)
			state, id := connected(t, db, behind(proxy), func(c *tusk.ConnectionConfig) { c.Options.ConnectTimeoutSecs = 1 })
			stalled := proxy.StallAfter(test.bytes)
			_, done := start(t.Context(), state, script(id, "doc", `select 1`))
			await(t, "the stall", stalled)
			if test.cut {
				proxy.Cut()
			}
			begin := time.Now()
			e := wantCategory(t, await(t, "the end", done).err, tusk.Connection)
			if !strings.Contains(e.Message, test.message) || tusk.InfoOf(e).Hint == "" {
				t.Errorf("told: %s (%s)", e.Message, e.Hint)
			}
			if took := time.Since(begin); took > 4*time.Second {
				t.Errorf("it took %v", took)
			}
			proxy.Heal()
			must(t, state, id, "doc", `select 1`)
			wantNothingLeft(t, state, db)
			proxy.AwaitConnections(t, 0, soon)
		})
	}
}

// A result that stops in the middle can be given up, and so can a statement
// whose cancel request finds nobody.
func TestCancelOverABrokenNetwork(t *testing.T) {
	for name, test := range map[string]struct {
		text   string
		breaks func(*faultproxy.Proxy)
	}{
		"rows stop":            {`select repeat('x', 1000) from generate_series(1, 100000)`, nil},
		"new connects refused": {`select pg_sleep(60)`, (*faultproxy.Proxy).Refuse},
		"new connects vanish":  {`select pg_sleep(60)`, (*faultproxy.Proxy).Blackhole},
	} {
		t.Run(name, func(t *testing.T) {
			db := pgtest.New(t).Database(t)
			proxy := proxyOf(t, db)
			state := newState(t, func(c *engine.Config) { c.CancelTimeout = 300 * time.Millisecond })
			id := open(t, state, source(t, db, behind(proxy)))
			observer := open(t, state, source(t, db))
			must(t, state, id, "doc", `begin`)
			stalled := proxy.StallAfter(1 << 20)
			started, done := start(t.Context(), state, script(id, "doc", test.text))
			h := await(t, "the start", started)
			if test.breaks != nil {
				awaitSleep(t, state, observer)
				test.breaks(proxy)
			} else {
				await(t, "the stall", stalled)
			}
			begin := time.Now()
			h.Cancel()
			e := wantCategory(t, await(t, "the end", done).failed, tusk.Cancelled)
			if took := time.Since(begin); took > 3*time.Second {
				t.Errorf("the cancel took %v", took)
			}
			if !strings.Contains(e.Message, "did not react") || !strings.Contains(e.Hint, "its open transaction") {
				t.Errorf("told: %s (%s)", e.Message, e.Hint)
			}
			proxy.Heal()
			must(t, state, id, "doc", `select 1`)
		})
	}
}
