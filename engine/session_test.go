package engine_test

import (
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

func TestSessionLivesAcrossRuns(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	must(t, state, id, "a.sql", `set search_path = pg_catalog; create temp table mine (n int); begin; insert into mine values (1)`)
	if got := cells(must(t, state, id, "a.sql", `show search_path; select count(*) from mine`)); got != "1" {
		t.Errorf("the open transaction has %s rows", got)
	}
	fails(t, state, id, "b.sql", `select * from mine`, tusk.Query)
}

func TestSessionsTellTheirTransaction(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	check := func(text string, want engine.TransactionStatus) {
		t.Helper()
		run(t.Context(), state, script(id, "doc", text))
		sessions := state.Sessions()
		if len(sessions) != 1 || sessions[0].Key != "doc" || sessions[0].ConnectionID != id || sessions[0].Transaction != want {
			t.Errorf("after %s: %+v, want %v", text, sessions, want)
		}
	}
	check(`select 1`, engine.Idle)
	check(`begin`, engine.InTransaction)
	since := state.Sessions()[0].Since
	check(`select 1`, engine.InTransaction)
	if state.Sessions()[0].Since != since {
		t.Error("the transaction began anew")
	}
	check(`select oops`, engine.InFailedTransaction)
	if e := fails(t, state, id, "doc", `select 1`, tusk.Query); e.Code != "25P02" || e.Hint == "" {
		t.Errorf("%+v", e)
	}
	check(`rollback`, engine.Idle)

	state.EndSessions("doc")
	if got := state.Sessions(); len(got) != 0 {
		t.Errorf("an ended session is listed: %+v", got)
	}
}

func TestScriptsOfOneSessionTakeTurns(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	must(t, state, id, "doc", `create temp table log (id serial, who text)`)
	const times = 5
	done := make(chan outcome, times)
	for range times {
		go func() {
			done <- run(t.Context(), state, script(id, "doc", `insert into log(who) values ('a'); insert into log(who) values ('b')`))
		}()
	}
	for range times {
		if o := await(t, "a script", done); o.failed != nil || o.err != nil {
			t.Error(o.failed, o.err)
		}
	}
	got := cells(must(t, state, id, "doc", `select string_agg(who, '' order by id) from log`))
	if want := strings.Repeat("ab", times); got != want {
		t.Errorf("the statements ran as %s, want %s", got, want)
	}
}

func TestBackendThatEndedWhileIdleIsReplacedAndTold(t *testing.T) {
	db := pgtest.New(t).Database(t)
	state, id := connected(t, db)
	pid := cells(must(t, state, id, "doc", `begin; select pg_backend_pid()`))
	db.Exec(t, `select pg_terminate_backend(`+pid+`)`)
	db.AwaitBackends(t, applicationName(t), 0, soon)

	o := run(t.Context(), state, script(id, "doc", `select pg_backend_pid()`))
	if o.failed != nil || o.err != nil {
		t.Fatal(o.failed, o.err)
	}
	if got := cells(o.results[0]); got == pid {
		t.Error("the dead backend answered")
	}
	if len(o.notices) != 1 || !strings.Contains(o.notices[0].Message, "open transaction") {
		t.Errorf("told: %+v", o.notices)
	}
	if o := run(t.Context(), state, script(id, "doc", `select 1`)); len(o.notices) != 0 {
		t.Errorf("told again: %+v", o.notices)
	}
}

func TestServerKilledInTheMiddleOfAQuery(t *testing.T) {
	server := pgtest.New(t).Dedicated(t, nil)
	state, id := connected(t, server.Create(t))
	must(t, state, id, "doc", `begin`)
	started, done := start(t.Context(), state, script(id, "doc", `select pg_sleep(60); select 'not reached'`))
	await(t, "the start", started)
	awaitSleep(t, state, id)
	server.Kill(t)
	o := await(t, "the end", done)
	e := wantCategory(t, o.failed, tusk.Connection)
	if !strings.Contains(e.Hint, "open transaction") || !strings.Contains(e.Hint, "temporary tables") {
		t.Errorf("the hint does not tell what is lost: %s", e.Hint)
	}
	if len(o.results) != 0 {
		t.Error("the script went on")
	}
	wantCategory(t, run(t.Context(), state, script(id, "doc", `select 1`)).err, tusk.Connection)

	server.Restart(t)
	if got := cells(must(t, state, id, "doc", `select 'alive'`)); got != "alive" {
		t.Error(got)
	}
}
