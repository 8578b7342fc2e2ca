package engine_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// shop is what the examples lock.
const shop = `
	create schema shop;
	create table shop.orders (id int primary key, state text default 'new');
	insert into shop.orders values (1), (2);
	create materialized view shop.totals as select count(*) from shop.orders`

// other is a session that is not ours, whose application is psql.
func other(t testing.TB, db *pgtest.Database, texts ...string) *pgx.Conn {
	t.Helper()
	conn := db.Conn(t)
	for _, text := range append([]string{`set application_name = 'psql'`}, texts...) {
		if _, err := conn.PgConn().Exec(t.Context(), text).ReadAll(); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return conn
}

// inBackground runs a statement of another session that waits; its error comes
// when it has ended.
func inBackground(t testing.TB, conn *pgx.Conn, text string) <-chan error {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		_, err := conn.PgConn().Exec(context.Background(), text).ReadAll()
		done <- err
	}()
	return done
}

func pidOf(conn *pgx.Conn) uint32 { return conn.PgConn().PID() }

// pidOfSession gives the backend of one of our sessions, which has run something.
func pidOfSession(t testing.TB, state *engine.State, session string) uint32 {
	t.Helper()
	for _, s := range state.Sessions() {
		if s.Key == session {
			return s.PID
		}
	}
	t.Fatalf("%s has no backend", session)
	panic("unreachable")
}

// awaitWait asks what a backend waits for until the answer is as it should be.
func awaitWait(t testing.TB, state *engine.State, id uuid.UUID, pid uint32, ready func(engine.Wait) bool) engine.Wait {
	t.Helper()
	var wait engine.Wait
	for deadline := time.Now().Add(soon); time.Now().Before(deadline); {
		var err error
		if wait, err = state.Waits(t.Context(), id, pid); err != nil {
			t.Fatal(err)
		}
		if ready(wait) {
			return wait
		}
	}
	t.Fatalf("pid %d does not wait as it should: %s (%+v)", pid, wait, wait)
	panic("unreachable")
}

func forLock(w engine.Wait) bool { return w.Lock != "" && len(w.Blockers) > 0 }

// masked is a text with what differs from run to run named: process ids and
// roles by the given names, and ages and transactions by N.
func masked(text string, names map[string]string) string {
	for value, name := range names {
		text = regexp.MustCompile(`\b`+regexp.QuoteMeta(value)+`\b`).ReplaceAllString(text, name)
	}
	text = regexp.MustCompile(`\b\d+ (s|min|h|days)\b`).ReplaceAllString(text, "N $1")
	text = regexp.MustCompile(`transaction \d+(/\d+)?`).ReplaceAllString(text, "transaction N")
	return text
}

func TestWaitForLock(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t)
		state, id := connected(t, db)
		for _, test := range []struct{ name, holder, waiter, lock, want string }{
			{"table", `lock table shop.orders`, `select * from shop.orders`, `AccessShareLock on table shop.orders`,
				`waits N s for the lock on table shop.orders held by pid HOLDER (USER, psql, idle in transaction for N s): begin; lock table shop.orders`},
			{"row", `update shop.orders set state = 'sent' where id = 1`, `delete from shop.orders`, `ShareLock on transaction N`,
				`waits N s for the lock on row (0,1) of table shop.orders held by pid HOLDER (USER, psql, idle in transaction for N s): begin; update shop.orders set state = 'sent' where id = 1`},
			{"unique key", `insert into shop.orders values (7)`, `insert into shop.orders values (7)`, `ShareLock on transaction N`,
				`waits N s for the lock on transaction N held by pid HOLDER (USER, psql, idle in transaction for N s): begin; insert into shop.orders values (7)`},
			{"schema", `create table shop.returns ()`, `drop schema shop cascade`, `AccessExclusiveLock on schema shop`,
				`waits N s for the lock on schema shop held by pid HOLDER (USER, psql, idle in transaction for N s): begin; create table shop.returns ()`},
			{"materialized view", `refresh materialized view shop.totals`, `table shop.totals`, `AccessShareLock on materialized view shop.totals`,
				`waits N s for the lock on materialized view shop.totals held by pid HOLDER (USER, psql, idle in transaction for N s): begin; refresh materialized view shop.totals`},
			{"index", `reindex index shop.orders_pkey`, `alter index shop.orders_pkey set (fillfactor = 50)`, `ShareUpdateExclusiveLock on index shop.orders_pkey`,
				`waits N s for the lock on index shop.orders_pkey held by pid HOLDER (USER, psql, idle in transaction for N s): begin; reindex index shop.orders_pkey`},
			{"advisory lock", `select pg_advisory_xact_lock(-42)`, `select pg_advisory_xact_lock(-42)`, `ExclusiveLock on advisory lock -42`,
				`waits N s for the lock on advisory lock -42 held by pid HOLDER (USER, psql, idle in transaction for N s): begin; select pg_advisory_xact_lock(-42)`},
			{"advisory lock of two keys", `select pg_advisory_xact_lock(1, -2)`, `select pg_advisory_xact_lock_shared(1, -2)`, `ShareLock on advisory lock (1, -2)`,
				`waits N s for the lock on advisory lock (1, -2) held by pid HOLDER (USER, psql, idle in transaction for N s): begin; select pg_advisory_xact_lock(1, -2)`},
			{"snapshot", `update shop.orders set state = 'sent' where id = 1`, `create index concurrently on shop.orders (state)`, `ShareLock on virtual transaction N`,
				`waits N s for the lock on virtual transaction N held by pid HOLDER (USER, psql, idle in transaction for N s): begin; update shop.orders set state = 'sent' where id = 1`},
			{"secret", `lock table shop.orders; set my.password to 'hunter2'`, `table shop.orders`, `AccessShareLock on table shop.orders`,
				`waits N s for the lock on table shop.orders held by pid HOLDER (USER, psql, idle in transaction for N s): begin; lock table shop.orders; set my.password to '***'`},
		} {
			t.Run(test.name, func(t *testing.T) {
				db.Exec(t, `drop schema if exists shop cascade; `+shop) // not by us, who would read the catalog then
				must(t, state, id, "doc", `select 1`)
				holder := other(t, db, `begin; `+test.holder)
				_, done := start(t.Context(), state, script(id, "doc", test.waiter))
				wait := awaitWait(t, state, id, pidOfSession(t, state, "doc"), forLock)
				names := map[string]string{fmt.Sprint(pidOf(holder)): "HOLDER", db.Username: "USER"}
				if got := masked(wait.String(), names); got != test.want {
					t.Errorf("\n got %s\nwant %s", got, test.want)
				}
				if got := masked(wait.Lock, names); got != test.lock {
					t.Errorf("the lock is %s, want %s", got, test.lock)
				}
				if wait.Blockers[0].TransactionAge <= 0 || wait.Blockers[0].Client == "" || wait.Blockers[0].HiddenFrom != "" {
					t.Errorf("the holder: %+v", wait.Blockers[0])
				}
				blocked, err := state.Blocked(t.Context(), id, pidOf(holder))
				if err != nil || len(blocked) != 1 || blocked[0].PID != wait.PID || blocked[0].Lock != wait.Lock || blocked[0].Own != "doc" {
					t.Errorf("blocked: %+v, %v", blocked, err)
				}
				if _, err := holder.Exec(t.Context(), `rollback`); err != nil {
					t.Fatal(err)
				}
				if o := await(t, "the end", done); o.failed != nil || o.err != nil {
					t.Errorf("the waiter: %v %v", o.failed, o.err)
				}
			})
		}
	})
}

func TestWaitString(t *testing.T) {
	who := func(pid uint32, by ...uint32) engine.Backend { return engine.Backend{PID: pid, BlockedBy: by} }
	locked := func(by ...uint32) engine.Backend {
		return engine.Backend{PID: 1, Lock: "ShareLock on table a", Object: "table a", LockAge: 3 * time.Minute, BlockedBy: by}
	}
	for _, test := range []struct {
		wait engine.Wait
		want string
	}{
		{engine.Wait{}, `works`},
		{engine.Wait{Backend: engine.Backend{Event: "IO:WalSync"}}, `waits for the disk to keep the write-ahead log (IO:WalSync)`},
		{engine.Wait{Backend: engine.Backend{Event: "LWLock:SubtransSLRU"}}, `waits for a lock inside the server (LWLock:SubtransSLRU)`},
		{engine.Wait{Backend: engine.Backend{Event: "Novelty:Thing"}}, `waits (Novelty:Thing)`},
		{engine.Wait{Backend: locked()}, `waits 3 min for the lock on table a`},
		{engine.Wait{Backend: locked(2, 3), Blockers: []engine.Backend{who(2, 4), who(3), who(4)}}, `waits 3 min for the lock on table a held by pid 3; 1 more in the way`},
		{engine.Wait{Backend: locked(3), Blockers: []engine.Backend{who(3, 4, 5), who(2), who(4, 3), who(5, 6), who(6)}},
			`waits 3 min for the lock on table a behind pid 3; that waits for pid 6`},
	} {
		if got := test.wait.String(); got != test.want {
			t.Errorf("\n got %s\nwant %s", got, test.want)
		}
	}
}

// Who is ahead in the queue is not who has the lock.
func TestWaitInAQueue(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t, shop)
		state, id := connected(t, db)
		must(t, state, id, "alice", `begin; select from shop.orders`)
		must(t, state, id, "doc", `select 1`)
		altering := other(t, db)
		altered := inBackground(t, altering, `alter table shop.orders add note text`)
		awaitWait(t, state, id, pidOf(altering), forLock)
		_, done := start(t.Context(), state, script(id, "doc", `table shop.orders`))
		wait := awaitWait(t, state, id, pidOfSession(t, state, "doc"), forLock)
		alice := pidOfSession(t, state, "alice")
		got := masked(wait.String(), map[string]string{
			fmt.Sprint(alice): "ALICE", fmt.Sprint(pidOf(altering)): "ALTERING", db.Username: "USER",
		})
		const want = `waits N s for the lock on table shop.orders behind pid ALTERING (USER, psql, active for N s): alter table shop.orders add note text; ` +
			`that waits for pid ALICE (your session alice, idle in transaction for N s): select from shop.orders`
		if got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
		blocked, err := state.Blocked(t.Context(), id, alice)
		if err != nil || len(blocked) != 2 || blocked[0].PID != pidOf(altering) || blocked[1].PID != wait.PID {
			t.Errorf("behind alice: %+v, %v", blocked, err)
		}
		must(t, state, id, "alice", `rollback`)
		if err := await(t, "the alteration", altered); err != nil {
			t.Error(err)
		}
		await(t, "the end", done)
	})
}

func TestWaitForSeveral(t *testing.T) {
	db := pgtest.New(t).Database(t, shop)
	state, id := connected(t, db)
	for _, reader := range []string{"alice", "bob", "carol"} {
		must(t, state, id, reader, `begin; select from shop.orders`)
	}
	must(t, state, id, "doc", `set lock_timeout = '20s'`)
	_, done := start(t.Context(), state, script(id, "doc", `drop table shop.orders cascade`))
	wait := awaitWait(t, state, id, pidOfSession(t, state, "doc"), forLock)
	if got := wait.String(); len(wait.BlockedBy) != 3 || !strings.HasSuffix(got, "; 2 more in the way") {
		t.Errorf("%v: %s", wait.BlockedBy, got)
	}
	for _, reader := range []string{"alice", "bob", "carol"} {
		must(t, state, id, reader, `rollback`)
	}
	await(t, "the end", done)
}

func TestWaitForEachOther(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t, shop)
		state, id := connected(t, db)
		must(t, state, id, "doc", `set deadlock_timeout = '1h'; begin; update shop.orders set state = 'sent' where id = 1`)
		peer := other(t, db, `set deadlock_timeout = '1h'; begin; update shop.orders set state = 'lost' where id = 2`)
		_, done := start(t.Context(), state, script(id, "doc", `update shop.orders set state = 'sent' where id = 2`))
		ended := inBackground(t, peer, `update shop.orders set state = 'lost' where id = 1`)
		wait := awaitWait(t, state, id, pidOfSession(t, state, "doc"), engine.Wait.Deadlock)
		got := masked(wait.String(), map[string]string{fmt.Sprint(pidOf(peer)): "PEER", db.Username: "USER"})
		const want = `waits N s for the lock on row (0,2) of table shop.orders behind pid PEER (USER, psql, active for N s): update shop.orders set state = 'lost' where id = 1; ` +
			`they wait for each other, which the server ends after deadlock_timeout`
		if got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
		if err := state.Terminate(t.Context(), id, pidOf(peer)); err != nil {
			t.Error(err)
		}
		if err := await(t, "the end of the peer", ended); err == nil {
			t.Error("the peer was not ended")
		}
		if o := await(t, "the end", done); o.failed != nil {
			t.Error(o.failed)
		}
	})
}

// A prepared transaction has no backend, and its locks outlive who took them.
func TestWaitForPreparedTransaction(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		server := s.Dedicated(t, map[string]string{"max_prepared_transactions": "10"})
		db := server.Create(t, shop)
		state, id := connected(t, db)
		for _, test := range []struct {
			name, holder, waiter, want string
			restart                    bool
		}{
			{"row", `update shop.orders set state = 'sent' where id = 1`, `update shop.orders set state = 'lost'`,
				`waits N s for the lock on row (0,1) of table shop.orders held by the prepared transaction order-17 (USER, prepared for N s)`, false},
			{"table", `lock table shop.orders in share mode`, `insert into shop.orders values (3)`,
				`waits N s for the lock on table shop.orders held by the prepared transaction order-17 (USER, prepared for N s)`, false},
			{"row, after a restart", `savepoint s; delete from shop.orders where id = 1`, `update shop.orders set state = 'lost'`,
				`waits N s for the lock on row (0,4) of table shop.orders held by the prepared transaction order-17 (USER, prepared for N s)`, true},
		} {
			t.Run(test.name, func(t *testing.T) {
				must(t, state, id, "alice", `begin; select from shop.orders; prepare transaction 'innocent'`)
				must(t, state, id, "alice", `begin; `+test.holder+`; prepare transaction 'order-17'`)
				if test.restart {
					server.Restart(t)
				}
				must(t, state, id, "doc", `select 1`)
				_, done := start(t.Context(), state, script(id, "doc", test.waiter))
				wait := awaitWait(t, state, id, pidOfSession(t, state, "doc"), forLock)
				if got := masked(wait.String(), map[string]string{db.Username: "USER"}); got != test.want {
					t.Errorf("\n got %s\nwant %s", got, test.want)
				}
				wantCategory(t, state.Terminate(t.Context(), id, wait.Blockers[0].PID), tusk.Query)
				must(t, state, id, "alice", `rollback prepared 'order-17'; rollback prepared 'innocent'`)
				if o := await(t, "the end", done); o.failed != nil {
					t.Error(o.failed)
				}
			})
		}
	})
}

// A role sees who is in its way, and not what others do.
func TestWaitAsUnprivilegedRole(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t, shop)
		clerk := db.Role(t, `grant usage on schema shop to $role`, `grant select, update on shop.orders to $role`)
		state, id := connected(t, clerk)
		must(t, state, id, "doc", `select 1`)
		holder := other(t, db, `begin; update shop.orders set state = 'sent' where id = 1`)
		_, done := start(t.Context(), state, script(id, "doc", `update shop.orders set state = 'lost'`))
		wait := awaitWait(t, state, id, pidOfSession(t, state, "doc"), forLock)
		names := map[string]string{fmt.Sprint(pidOf(holder)): "HOLDER", db.Username: "USER", clerk.Username: "CLERK"}
		const want = `waits N s for the lock on row (0,1) of table shop.orders held by pid HOLDER (USER, psql, what it does is not visible to role CLERK)`
		if got := masked(wait.String(), names); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
		if _, err := holder.Exec(t.Context(), `rollback`); err != nil {
			t.Error(err)
		}
		if o := await(t, "the end", done); o.failed != nil {
			t.Error(o.failed)
		}
	})
}

func TestWaitForOtherThanLocks(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t, shop)
		state, id := connected(t, db)
		expect := func(t *testing.T, session, text, want string) {
			t.Helper()
			must(t, state, id, session, `select 1`)
			started, done := start(t.Context(), state, script(id, session, text))
			h := await(t, "the start", started)
			pid := pidOfSession(t, state, session)
			wait := awaitWait(t, state, id, pid, func(w engine.Wait) bool { return masked(w.String(), map[string]string{db.Username: "USER"}) == want })
			if wait.PID != pid {
				t.Errorf("pid %d, want %d", wait.PID, pid)
			}
			h.Cancel()
			await(t, "the end", done)
		}
		t.Run("sleep", func(t *testing.T) { expect(t, "doc", `select pg_sleep(60)`, `sleeps (Timeout:PgSleep)`) })
		t.Run("work", func(t *testing.T) {
			expect(t, "doc", `select count(*) from generate_series(1, 1000000000)`, `works`)
		})
		t.Run("snapshot", func(t *testing.T) {
			holder := other(t, db, `begin isolation level serializable; update shop.orders set state = 'sent'`)
			must(t, state, id, "doc", `set default_transaction_isolation = serializable; set default_transaction_read_only = on; set default_transaction_deferrable = on`)
			started, done := start(t.Context(), state, script(id, "doc", `select 1`))
			h := await(t, "the start", started)
			wait := awaitWait(t, state, id, pidOfSession(t, state, "doc"), func(w engine.Wait) bool { return len(w.Blockers) > 0 })
			got := masked(wait.String(), map[string]string{fmt.Sprint(pidOf(holder)): "HOLDER", db.Username: "USER"})
			const want = `waits for a moment without serializable writers (IPC:SafeSnapshot), because of pid HOLDER (USER, psql, idle in transaction for N s): ` +
				`begin isolation level serializable; update shop.orders set state = 'sent'`
			if got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
			h.Cancel()
			await(t, "the end", done)
			if _, err := holder.Exec(t.Context(), `rollback`); err != nil {
				t.Error(err)
			}
		})
	})
}

// A commit waits for a standby that never comes, and the next one that notifies
// for it.
func TestWaitForStandby(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Dedicated(t, map[string]string{"synchronous_standby_names": "nobody", "synchronous_commit": "local"}).Create(t, shop)
		state, id := connected(t, db)
		must(t, state, id, "next", `select 1`)
		committer := other(t, db, `set synchronous_commit = on`)
		committing := inBackground(t, committer, `begin; notify sold; delete from shop.orders; commit`)
		awaitWait(t, state, id, pidOf(committer), func(w engine.Wait) bool {
			return w.String() == `waits for a synchronous standby to confirm the commit (IPC:SyncRep)`
		})
		_, done := start(t.Context(), state, script(id, "next", `begin; notify sold; commit`))
		wait := awaitWait(t, state, id, pidOfSession(t, state, "next"), forLock)
		got := masked(wait.String(), map[string]string{fmt.Sprint(pidOf(committer)): "COMMITTER", db.Username: "USER"})
		const want = `waits N s for the lock on the queue of notifications held by pid COMMITTER (USER, psql, active for N s): begin; notify sold; delete from shop.orders; commit`
		if got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
		if err := state.Terminate(t.Context(), id, pidOf(committer)); err != nil {
			t.Error(err)
		}
		if err := await(t, "the end of the commit", committing); err == nil {
			t.Error("the commit was not ended")
		}
		if o := await(t, "the end", done); o.failed != nil {
			t.Error(o.failed)
		}
	})
}

// What a parallel worker waits for, its leader waits for.
func TestWaitOfParallelWorkers(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t, shop, `
			create table shop.returns (id int);
			create function shop.returned(id int) returns boolean parallel safe language plpgsql
				as 'begin return exists (select from shop.returns r where r.id = returned.id); end'`)
		state, id := connected(t, db)
		must(t, state, id, "doc", `set parallel_leader_participation = off; set min_parallel_table_scan_size = 0; set parallel_setup_cost = 0; set parallel_tuple_cost = 0`)
		holder := other(t, db, `begin; lock table shop.returns`)
		_, done := start(t.Context(), state, script(id, "doc", `select count(*) from shop.orders where shop.returned(id)`))
		wait := awaitWait(t, state, id, pidOfSession(t, state, "doc"), forLock)
		got := masked(wait.String(), map[string]string{fmt.Sprint(pidOf(holder)): "HOLDER", db.Username: "USER"})
		const want = `waits N s for the lock on table shop.returns held by pid HOLDER (USER, psql, idle in transaction for N s): begin; lock table shop.returns`
		if got != want || !strings.HasPrefix(wait.Event, "IPC:") {
			t.Errorf("%s\n got %s\nwant %s", wait.Event, got, want)
		}
		blocked, err := state.Blocked(t.Context(), id, pidOf(holder))
		if err != nil || len(blocked) != 1 || blocked[0].PID != wait.PID {
			t.Errorf("blocked: %+v, %v", blocked, err)
		}
		if _, err := holder.Exec(t.Context(), `rollback`); err != nil {
			t.Error(err)
		}
		if o := await(t, "the end", done); o.failed != nil {
			t.Error(o.failed)
		}
	})
}

func TestWaitForAutovacuum(t *testing.T) {
	db := pgtest.New(t).Dedicated(t, map[string]string{"autovacuum": "on", "autovacuum_naptime": "1s"}).Create(t, shop, `
		create table shop.log with (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)
			as select n from generate_series(1, 100000) n;
		delete from shop.log`)
	state, id := connected(t, db)
	must(t, state, id, "doc", `set deadlock_timeout = '1h'`) // the server would end the worker then
	awaitRow(t, state, id, `select 1 from pg_stat_activity where query like 'autovacuum: VACUUM%shop.log'`)
	started, done := start(t.Context(), state, script(id, "doc", `alter table shop.log add note text`))
	h := await(t, "the start", started)
	wait := awaitWait(t, state, id, pidOfSession(t, state, "doc"), forLock)
	got := masked(wait.String(), map[string]string{fmt.Sprint(wait.BlockedBy[0]): "WORKER"})
	got = strings.Replace(got, "VACUUM ANALYZE", "VACUUM", 1)
	const want = `waits N s for the lock on table shop.log held by pid WORKER (autovacuum worker, active for N s): autovacuum: VACUUM shop.log`
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	h.Cancel()
	await(t, "the end", done)
}

// awaitRow waits until a query gives a row.
func awaitRow(t testing.TB, state *engine.State, id uuid.UUID, query string) {
	t.Helper()
	for deadline := time.Now().Add(soon); time.Now().Before(deadline); {
		if len(must(t, state, id, "observer", query).Rows) > 0 {
			return
		}
	}
	t.Fatalf("no row of %s", query)
}

// The table of events names what servers have.
func TestWaitEventsExist(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		if s.Major < 17 {
			t.Skip("pg_wait_events came with PostgreSQL 17")
		}
		state, id := connected(t, s.Database(t))
		known := map[string]bool{}
		for _, row := range must(t, state, id, "doc", `select lower(type), lower(type || ':' || name) from pg_wait_events`).Rows {
			known[*row[0]], known[*row[1]] = true, true
		}
		for event := range engine.WaitEvents {
			if !known[event] && !(s.Major < 18 && event == "io:aioiocompletion") {
				t.Errorf("there is no event %s", event)
			}
		}
	})
}

func TestWaitOfNobody(t *testing.T) {
	db := pgtest.New(t).Database(t)
	state, id := connected(t, db)
	_, err := state.Waits(t.Context(), id, 1<<31-1)
	if e := wantCategory(t, err, tusk.Query); e.Message != "the server has no backend with pid 2147483647 any more" {
		t.Error(e.Message)
	}
	_, err = state.Waits(t.Context(), uuid.New(), 1)
	wantCategory(t, err, tusk.Connection)
}

// watch watches what a statement waits for, and gives what is told.
func watch(t testing.TB, state *engine.State, h *engine.QueryHandle, pid uint32) (told <-chan string, stop func()) {
	t.Helper()
	texts := make(chan string, 1000)
	return texts, engine.WatchWait(state, h, pid, 50*time.Millisecond, func(text string) { texts <- text })
}

func TestWatchWait(t *testing.T) {
	db := pgtest.New(t).Database(t, shop)
	state, id := connected(t, db)
	must(t, state, id, "doc", `select 1`)
	pid := pidOfSession(t, state, "doc")
	holder := other(t, db, `begin; lock table shop.orders`)
	started, done := start(t.Context(), state, script(id, "doc", `select pg_sleep(1) from shop.orders`))
	told, stop := watch(t, state, await(t, "the start", started), pid)
	awaitTold(t, told, "waits 0 s for the lock on table shop.orders held by pid")
	if _, err := holder.Exec(t.Context(), `rollback`); err != nil {
		t.Fatal(err)
	}
	awaitTold(t, told, "sleeps (Timeout:PgSleep)")
	await(t, "the end", done)
	stop()
	for len(told) > 0 {
		<-told
	}
	stop()
	if len(told) > 0 {
		t.Errorf("told after the end: %s", <-told)
	}
	wantNothingLeft(t, state, db)
}

func awaitTold(t testing.TB, told <-chan string, prefix string) {
	t.Helper()
	for !strings.HasPrefix(await(t, prefix, told), prefix) {
		continue
	}
}

// Explaining takes no connection from who needs one, and goes on when there is one.
func TestWatchWaitWithoutAFreeConnection(t *testing.T) {
	db := pgtest.New(t).Database(t)
	state := newState(t, func(c *engine.Config) { c.MaxConns = 1 })
	id := open(t, state, source(t, db))
	must(t, state, id, "doc", `select 1`)
	pool, err := state.Pool(id)
	if err != nil {
		t.Fatal(err)
	}
	held, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	started, done := start(t.Context(), state, script(id, "doc", `select pg_sleep(60)`))
	h := await(t, "the start", started)
	pid := pidOfSession(t, state, "doc")
	_, err = state.Waits(t.Context(), id, pid)
	if e := wantCategory(t, err, tusk.PoolTimeout); !strings.HasSuffix(e.Message, "became free within 1s") {
		t.Error(e.Message)
	}
	told, stop := watch(t, state, h, pid)
	for deadline := time.Now().Add(soon); pool.Status().Waiting == 0; {
		if time.Now().After(deadline) {
			t.Fatal("nobody asks")
		}
	}
	begin := time.Now()
	stop()
	if took := time.Since(begin); took > 500*time.Millisecond || len(told) > 0 {
		t.Errorf("stopped after %v, %d times told", took, len(told))
	}
	told, stop = watch(t, state, h, pid)
	held.Release()
	awaitTold(t, told, "sleeps")
	stop()
	h.Cancel()
	await(t, "the end", done)
	wantNothingLeft(t, state, db)
}

// Nothing waits for who watches: not for a server that is gone, not for one that
// is silent, not for a catalog that is locked.
func TestWatchWaitOfLostServer(t *testing.T) {
	server := pgtest.New(t).Dedicated(t, nil)
	db := server.Create(t)
	state, id := connected(t, db)
	must(t, state, id, "doc", `select 1`)
	pid := pidOfSession(t, state, "doc")
	started, done := start(t.Context(), state, script(id, "doc", `select pg_sleep(60)`))
	told, stop := watch(t, state, await(t, "the start", started), pid)
	awaitTold(t, told, "sleeps")
	server.Kill(t)
	wantCategory(t, await(t, "the end", done).failed, tusk.Connection)
	awaitRefusal(t, db)
	// A backend at work outlives its postmaster until it next waits, and tells
	// the truth meanwhile: that the other one is gone.
	_, err := state.Waits(t.Context(), id, pid)
	for deadline := time.Now().Add(soon); tusk.CategoryOf(err) == tusk.Query && time.Now().Before(deadline); {
		_, err = state.Waits(t.Context(), id, pid)
	}
	wantCategory(t, err, tusk.Connection)
	begin := time.Now()
	stop()
	if took := time.Since(begin); took > time.Second {
		t.Errorf("stopped after %v", took)
	}
	state.Close()
	wantNoGoroutines(t)
}

func TestWaitsOfSilentServer(t *testing.T) {
	db := pgtest.New(t).Database(t)
	proxy := proxyOf(t, db)
	state, id := connected(t, db, behind(proxy))
	must(t, state, id, "doc", `select 1`)
	pid := pidOfSession(t, state, "doc")
	if wait, err := state.Waits(t.Context(), id, pid); err != nil || wait.State != "idle" {
		t.Fatalf("%+v, %v", wait, err)
	}
	proxy.Blackhole()
	begin := time.Now()
	_, err := state.Waits(t.Context(), id, pid)
	wantCategory(t, err, tusk.Connection)
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("the silence cost %v", took)
	}
	proxy.Cut()
	proxy.Heal()
	if _, err := state.Waits(t.Context(), id, pid); err != nil && tusk.CategoryOf(err) != tusk.Query {
		t.Errorf("the pool does not recover: %v", err)
	}
	wantNothingLeft(t, state, db)
}

func TestWaitsWhileTheCatalogIsLocked(t *testing.T) {
	db := pgtest.New(t).Database(t, shop)
	state, id := connected(t, db)
	must(t, state, id, "doc", `select 1`)
	pid := pidOfSession(t, state, "doc")
	if _, err := state.Waits(t.Context(), id, pid); err != nil {
		t.Fatal(err)
	}
	holder := other(t, db, `begin; lock table pg_catalog.pg_class`)
	begin := time.Now()
	_, err := state.Waits(t.Context(), id, pid)
	if e := wantCategory(t, err, tusk.Connection); !strings.HasSuffix(e.Message, "did not answer within 1s") {
		t.Error(e.Message)
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
	if _, err := holder.Exec(t.Context(), `rollback`); err != nil {
		t.Fatal(err)
	}
	if _, err := state.Waits(t.Context(), id, pid); err != nil {
		t.Error(err)
	}
	wantNothingLeft(t, state, db)
}
