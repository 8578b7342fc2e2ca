//go:build unix

package engine_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgbouncertest"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// pooledBy leads a connection through a pooler.
func pooledBy(b *pgbouncertest.PgBouncer) func(*tusk.ConnectionConfig) {
	return func(c *tusk.ConnectionConfig) { c.Host, c.Port = "127.0.0.1", b.Port }
}

// Forty documents share two backends, and each statement is its own.
func TestPgBouncer(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t, `create table t (n int)`)
		bouncer := pgbouncertest.Start(t, db)
		state, id := connected(t, db, pooledBy(bouncer))
		if err := state.Connect(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if catalog, err := state.Refresh(t.Context(), id); err != nil || catalog.Size().Relations == 0 {
			t.Fatalf("the catalog: %v", err)
		}
		var documents sync.WaitGroup
		for range 4 { // and the pool asks beside them
			documents.Go(func() {
				for range 40 {
					if status, err := state.Status(t.Context(), id); err != nil || status.Error != nil {
						t.Errorf("the status: %v %+v", err, status.Error)
						return
					}
				}
				if _, err := state.Refresh(t.Context(), id); err != nil {
					t.Errorf("the catalog: %v", err)
				}
				if syntax, err := state.CheckSyntax(t.Context(), id, `select from where`); err != nil || syntax == nil {
					t.Errorf("the syntax error is %v, %v", syntax, err)
				}
			})
		}
		for i := range 40 {
			documents.Go(func() {
				doc := fmt.Sprint("doc", i)
				for n := range 20 {
					text := fmt.Sprintf(`select %d as n, 'text', now(), array[%d]`, n, i)
					if n%5 == 0 {
						text = fmt.Sprintf(`begin; insert into t values (%d); select %d as n; commit`, n, n)
					}
					o := run(t.Context(), state, script(id, doc, text))
					if o.err != nil || o.failed != nil {
						t.Errorf("%s: %v %v", doc, o.err, o.failed)
						return
					}
				}
			})
		}
		documents.Wait()
		if got := cells(must(t, state, id, "doc", `select count(*) from t`)); got != "160" {
			t.Errorf("%s rows, want 160", got)
		}

		started, done := start(t.Context(), state, script(id, "slow", `select pg_sleep(60)`))
		h := await(t, "the start", started)
		awaitSleep(t, state, id)
		h.Cancel()
		wantCategory(t, await(t, "the end", done).failed, tusk.Cancelled)
	})
}

// What the connection's options ask of a backend would meet the next client.
func TestOptionsDoNotLeakThroughAPooler(t *testing.T) {
	db := pgtest.New(t).Database(t, `create table t (n int)`)
	bouncer := pgbouncertest.Start(t, db)
	strict, strictID := connected(t, db, pooledBy(bouncer), func(c *tusk.ConnectionConfig) {
		c.Options.ReadOnly, c.Options.StatementTimeoutSecs = true, 1
	})
	fails(t, strict, strictID, "doc", `insert into t values (1)`, tusk.Query)
	begin := time.Now()
	e := fails(t, strict, strictID, "doc", `select pg_sleep(60)`, tusk.Query)
	if e.Code != "57014" || e.Hint != tusk.StatementTimeoutHint || time.Since(begin) > 30*time.Second {
		t.Errorf("the statement time-out: %+v after %v", e, time.Since(begin))
	}

	free, id := connected(t, db, pooledBy(bouncer))
	for i := range 4 {
		doc := fmt.Sprint("doc", i)
		got := cells(must(t, free, id, doc, `select current_setting('statement_timeout'), current_setting('default_transaction_read_only')`))
		if got != "0|off" {
			t.Errorf("another client has %s", got)
		}
		must(t, free, id, doc, `insert into t values (2)`)
	}
}

// Time-outs that cannot be set behind a pooler are missed by nobody unawares.
func TestTimeoutsThatAPoolerTakesAreTold(t *testing.T) {
	db := pgtest.New(t).Database(t)
	bouncer := pgbouncertest.Start(t, db)
	limits := func(c *tusk.ConnectionConfig) {
		c.Options.LockTimeoutSecs, c.Options.IdleInTransactionTimeoutSecs = 1, 2
	}
	pooled, pooledID := connected(t, db, pooledBy(bouncer), limits)
	direct, directID := connected(t, db, limits)
	free, freeID := connected(t, db, pooledBy(bouncer))
	told := func(o *tusk.QueryResult) int {
		n := 0
		for _, notice := range o.Notices {
			if strings.Contains(notice.Message, "not in force behind a pooler") && notice.Severity == "WARNING" && notice.Hint != "" {
				n++
			}
		}
		return n
	}
	const show = `select current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')`
	for _, test := range []struct {
		name  string
		state *engine.State
		id    uuid.UUID
		want  string
		told  int
	}{
		{"pooled", pooled, pooledID, "0|0", 1},
		{"pooled, once more", pooled, pooledID, "0|0", 0},
		{"pooled, without time-outs", free, freeID, "0|0", 0},
		{"direct", direct, directID, "1s|2s", 0},
	} {
		o := must(t, test.state, test.id, "doc", show)
		if got := cells(o); got != test.want || told(o) != test.told {
			t.Errorf("%s: the time-outs are %s, told %d times, want %s, %d", test.name, got, told(o), test.want, test.told)
		}
	}
}

func TestPoolerThatLosesStateIsTold(t *testing.T) {
	db := pgtest.New(t).Database(t)
	bouncer := pgbouncertest.Start(t, db)
	state, id := connected(t, db, pooledBy(bouncer))
	direct, directID := connected(t, db)
	for text, want := range map[string]bool{
		`set work_mem = '7MB'`:              true,
		`create temp table t ()`:            true,
		`prepare p as select 1`:             true,
		`listen events`:                     true,
		`select pg_advisory_lock_shared(1)`: true,
		`select pg_try_advisory_lock(2)`:    true,
		`with l as (select 3 as n) select pg_advisory_lock_shared(n) from l`: true,
		`select set_config('work_mem', '7MB', false)`:                        true,
		`select pg_advisory_xact_lock(4)`:                                    false,
		`select 1 as n into temp u`:                                          true,
		`begin; set local work_mem = '7MB'; rollback`:                        false,
		`select 1`: false,
	} {
		told := func(state *engine.State, s engine.Script) bool {
			o := run(t.Context(), state, s)
			if o.err != nil || o.failed != nil {
				t.Fatalf("%s: %v %v", text, o.err, o.failed)
			}
			for _, n := range o.notices {
				if strings.Contains(n.Message, "pooler") {
					return true
				}
			}
			return false
		}
		if got := told(state, script(id, "doc", text)); got != want {
			t.Errorf("%s: told %v, want %v", text, got, want)
		}
		if told(direct, script(directID, "doc", text)) {
			t.Errorf("%s: told of a pooler that there is not", text)
		}
	}
}

func TestPoolerRestarts(t *testing.T) {
	db := pgtest.New(t).Database(t)
	bouncer := pgbouncertest.Start(t, db)
	state, id := connected(t, db, pooledBy(bouncer))
	must(t, state, id, "doc", `select 1`)
	started, done := start(t.Context(), state, script(id, "slow", `select pg_sleep(60)`))
	await(t, "the start", started)
	awaitSleep(t, state, id)
	bouncer.Stop()
	wantCategory(t, await(t, "the end", done).failed, tusk.Connection)
	wantCategory(t, run(t.Context(), state, script(id, "other", `select 1`)).err, tusk.Connection)
	bouncer.Run(t)
	o := eventually(t, state, script(id, "doc", `select 2`))
	told := false
	for _, n := range o.notices {
		told = told || strings.Contains(n.Message, "is lost")
	}
	if !told {
		t.Errorf("nobody was told what went with the connection: %+v", o.notices)
	}
	if _, err := state.Refresh(t.Context(), id); err != nil {
		t.Errorf("the pool does not recover: %v", err)
	}
}
