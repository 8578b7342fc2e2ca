package engine_test

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// verdict is what becomes of an attempt to write. Nothing is ever left of one.
type verdict int

const (
	refused   verdict = iota // it fails
	refused16                // it fails since PostgreSQL 16, and is undone before, with an error or not
	undone                   // it runs, for a superuser at least, and is undone
	harmless                 // it runs, and there is nothing to undo
)

// attempt is one to write.
type attempt struct {
	want verdict
	text string
}

// attempts to write. In them, $data is the folder of the server's files, and
// $loopback a connection string to the same database.
var attempts = []attempt{
	// Statements that write, plain and hidden.
	{refused, `insert into t values (3, 'written')`},
	{refused, `update t set b = 'written'`},
	{refused, `delete from t`},
	{refused, `merge into t using t u on false when not matched then insert values (3, 'written')`}, // since 15
	{refused, `truncate t`},
	{refused, `insert into log values ('diverted')`},
	{refused, `insert into writable values (3, 'written')`},
	{refused, `with w as (insert into t values (3, 'written') returning a) select * from w`},
	{refused, `with w as (delete from t returning a), u as (update t set a = 0) select * from w`},
	{refused, `table t union select * from (with w as (delete from t returning *) select * from w) w`},
	{refused, `select * from t for update`},
	{refused, `select * from t for no key update`},
	{refused, `select * from t for key share`},
	{refused, `select * into u from t`},
	{refused, `select * into temp u from t`},
	{refused, `explain analyze delete from t`},
	{refused, `explain (analyze, buffers) insert into t values (3, 'written')`},
	{undone, `explain analyze create table u as select 1`},
	{harmless, `explain delete from t`},
	{refused, `values (write())`},
	{refused, `execute nobody`},
	{refused, `prepare d as delete from t; execute d`},
	{refused, `execute d`}, // prepared by the script before
	{harmless, `deallocate d`},
	{harmless, `prepare d as delete from t; deallocate all`},
	{refused, `prepare p (int) as insert into t values ($1, 'written'); execute p (3)`},
	{refused, `prepare e as select write(); explain analyze execute e`},
	{undone, `lock table t in exclusive mode`},
	{undone, `lock table t in row exclusive mode`},
	{harmless, `lock table t in access share mode`},

	// Making the transaction writable.
	{refused, `set transaction_read_only = off`},
	{refused, `set local transaction_read_only to false`},
	{refused, `set transaction read write`},
	{refused, `set transaction isolation level serializable, read write`},
	{harmless, `reset default_transaction_read_only; set default_transaction_read_only = off`},
	{refused, `set default_transaction_read_only = off; insert into t values (3, 'written')`},
	{refused, `set session characteristics as transaction read write; insert into t values (3, 'written')`},
	{refused, `set session default_transaction_isolation = serializable; delete from t`},
	{harmless, `reset default_transaction_isolation`},
	{refused16, `reset transaction_read_only`},
	{refused, `reset transaction_read_only; insert into t values (3, 'written')`},
	{refused, `reset all; insert into t values (3, 'written')`},
	{refused16, `set transaction_read_only to default`},
	{refused, `select set_config('transaction_read_only', 'off', false)`},
	{refused, `select set_config('transaction_read_only', 'off', true), write()`},
	{refused, `select set_config('transaction_read_only', null, false), write()`},
	{refused, `select set_config('default_transaction_read_only', 'off', false), write()`},
	{refused, `update pg_settings set setting = 'off' where name = 'transaction_read_only'`},
	{refused, `select set_config(name, 'off', false) from pg_settings where name like '%transaction_read_only'`},
	{refused, `discard all`},
	{harmless, `discard plans`},
	{harmless, `discard sequences`},
	{refused, `set role none; delete from t`},
	{refused, `set session authorization default; delete from t`},

	// Leaving the transaction.
	{refused, `begin read write`},
	{refused, `begin; delete from t; commit`},
	{refused, `start transaction read write`},
	{refused, `commit`},
	{refused, `commit; delete from t`},
	{refused, `commit and chain`},
	{refused, `rollback and chain`},
	{refused, `rollback; delete from t; begin`},
	{refused, `commit\; delete from t\; begin`},
	{refused, `select 1\; commit\; delete from t`},
	{refused, `/* quietly */ commit`},
	{refused, "-- quietly\rcommit"},
	{refused, "/* /* deep */ */\f\tabort"},
	{refused, `end`},
	{refused, `end work and no chain`},
	{refused, `savepoint s`},
	{refused, `release savepoint s`},
	{refused, `rollback to savepoint s`},
	{refused, `prepare transaction 'prepared'`},
	{refused, `commit prepared 'prepared'`},
	{refused, `rollback prepared 'prepared'`},
	{refused, `declare c cursor with hold for select write()`},
	{refused, `declare c cursor for select write()`},
	{refused, `fetch c`},
	{harmless, `set constraints all deferred`},

	// DO, functions and procedures.
	{refused, `do $$ begin insert into t values (3, 'written'); end $$`},
	{refused, `do $$ begin execute 'delete from t'; end $$`},
	{refused, `do $$ begin execute 'commit'; end $$`},
	{refused, `do $$ begin commit; insert into t values (3, 'written'); end $$`},
	{refused, `do $$ begin rollback; set transaction read write; delete from t; commit; end $$`},
	{refused, `do $$ begin commit and chain; delete from t; end $$`},
	{refused, `do $$ begin set transaction_read_only = off; delete from t; end $$`},
	{refused, `do $$ begin set local transaction_read_only = off; delete from t; end $$`},
	{refused, `do $$ begin perform set_config('transaction_read_only', 'off', false); delete from t; end $$`},
	{refused, `do $$ begin set session characteristics as transaction read write; delete from t; end $$`},
	{refused, `do $$ begin reset all; delete from t; end $$`},
	{refused, `do $$ begin reset transaction_read_only; delete from t; end $$`},
	{refused, `do $$ begin begin set transaction_read_only = off; exception when others then null; end; delete from t; end $$`},
	{refused16, `do $$ begin execute 'reset transaction_' || 'read_only'; execute 'delete from t'; set transaction_read_only = on; end $$`},
	{refused, `do $$ begin create temp table u (a int); end $$`},
	{refused, `select write()`},
	{harmless, `select write_quietly()`},
	{refused, `select write_as_owner()`},
	{refused, `select write_in_sql()`},
	{refused, `select write_atomically()`},
	{refused, `select set_and_write()`},
	{refused, `select configure_and_write()`},
	{refused, `select clause_and_write()`},
	{refused, `select default_clause_and_write()`},
	{refused, `select catch_and_write()`},
	{refused, `select reset_and_write()`},
	{refused16, `select reset_write_and_hide()`},
	{refused16, `select reset_create_and_hide()`},
	{refused, `call commit_and_write()`},
	{refused, `call rollback_and_write()`},
	{refused, `call commit_and_chain()`},
	{refused, `call write_at_once()`},
	{refused, `do $$ begin call commit_and_write(); end $$`},

	// Writes within what looks like reading.
	{refused, `select * from configuring`},
	{refused, `select * from writing`},
	{refused, `select * from numbering`},
	{refused, `select ('x'::text)::evil`},
	{refused, `select 1 === 2`},
	{refused, `select evil_aggregate(a) from t`},
	{refused, `select 1::evil_domain`},
	{refused, `select evil_immutable(1)`},
	{refused, `explain select evil_immutable(1)`}, // the planner calls it
	{refused, `select * from t where a = evil_immutable(1)`},
	{refused, `select * from t order by write()`},
	{refused, `select * from t limit write()`},
	{harmless, `table guarded`},
	{refused, `select * from t, lateral (select write()) w`},
	{refused, `select query_to_xml('delete from t', true, true, '')`},
	{refused, `select * from json_populate_record(null::guarded, '{}') g where write() = 1`},
	{refused, `select ts_stat('select write()::text::tsvector')`},
	{refused, `select cursor_to_xml('c', 1, true, true, '')`},

	// Objects.
	{refused, `create table u (a int)`},
	{refused, `create temp table u (a int)`},
	{refused, `create table u as select * from t`},
	{refused, `create unlogged table u (a int)`},
	{refused, `create view u as select 1`},
	{refused, `create temp view u as select 1`},
	{refused, `create index on t (evil_immutable(a))`},
	{refused, `create index concurrently on t (a)`},
	{refused, `create function u() returns int language sql as 'select 1'`},
	{refused, `create function pg_temp.u() returns int language sql as 'select 1'`},
	{refused, `create schema u`},
	{refused, `create role u`},
	{refused, `create extension plpgsql`},
	{refused, `create database u`},
	{refused, `create tablespace u location '/tmp'`},
	{refused, `create publication u`},
	{refused, `create subscription u connection '$loopback' publication u with (connect = false)`},
	{refused, `create event trigger u on ddl_command_start execute function divert()`},
	{refused, `create statistics u on a, b from t`},
	{refused, `create collation u from "C"`},
	{refused, `create or replace trigger divert before insert on log execute function divert()`},
	{refused, `create or replace view writable as select 1 as a, 'x' as b`},
	{refused, `import foreign schema u from server u into public`},
	{refused, `alter table t add column c int`},
	{refused, `alter table t set unlogged`},
	{refused, `alter table log disable trigger all`},
	{refused, `alter sequence s restart with 7`},
	{refused, `alter role current_user set transaction_read_only = off`},
	{refused, `alter database postgres set default_transaction_read_only = off`},
	{refused, `alter system set default_transaction_read_only = off`},
	{refused, `do $$ begin execute 'alter system set work_mem = ''1MB'''; end $$`},
	{refused, `alter large object 4711 owner to current_user`},
	{refused, `comment on table t is 'written'`},
	{refused, `security label on table t is 'written'`},
	{refused, `grant select on t to public`},
	{refused, `revoke all on t from public`},
	{refused, `reassign owned by current_user to current_user`},
	{refused, `drop table t`},
	{refused, `drop owned by current_user`},
	{refused, `drop database postgres`},
	{refused, `refresh materialized view m`},

	// Sequences.
	{refused, `select nextval('s')`},
	{refused, `select setval('s', 42)`},
	{refused, `select setval('s', 42, false)`},
	{refused, `do $$ begin perform nextval('s'); end $$`},

	// Large objects, which read-only transactions may write up to PostgreSQL 15.
	{refused16, `select lo_create(0)`},
	{refused16, `select lo_creat(-1)`},
	{refused16, `select lo_from_bytea(0, '\xcafe')`},
	{refused16, `select lo_put(4711, 0, '\xcafe')`},
	{refused16, `select lo_unlink(4711)`},
	{refused16, `select lowrite(lo_open(4711, x'60000'::int), '\xcafe')`},
	{refused16, `select lo_truncate(lo_open(4711, x'60000'::int), 0)`},
	{refused16, `select lo_truncate64(lo_open(4711, x'60000'::int), 1)`},
	{refused16, `select lo_import('$data/PG_VERSION')`},
	{refused16, `select lo_import('$data/PG_VERSION', 4712)`},
	{refused16, `do $$ begin perform lo_unlink(oid) from pg_largeobject_metadata; end $$`},
	{harmless, `select lo_get(4711)`},

	// COPY.
	{refused, `copy t from '$data/PG_VERSION'`},
	{refused, `copy t from program 'echo 1'`},
	{refused, `copy t from stdin`},
	{refused, `copy t to '$data/copied'`},
	{refused, `copy t to program 'cat > $data/copied'`},
	{refused, `copy (select write()) to stdout`},
	{refused, `copy (delete from t returning *) to stdout`},
	{refused, `copy (delete from t returning *) to '$data/copied'`},
	{refused, `/* from stdin */ copy t (a, b) to '$data/copied'`},
	{refused, `do $$ begin copy t from program 'echo 1'; end $$`},
	{refused, `do $$ begin execute 'copy t to stdout'; end $$`},

	// What only COMMIT would make known.
	{refused, `notify channel, 'text'`},
	{undone, `select pg_notify('channel', 'text')`},
	{undone, `do $$ begin notify channel, 'text'; end $$`},
	{undone, `do $$ begin perform pg_notify('channel', 'text'); set work_mem = '1MB'; end $$`},
	{harmless, `listen channel`},
	{harmless, `unlisten *`},

	// What lasts for the session.
	{undone, `select pg_advisory_lock(1)`},
	{undone, `select pg_try_advisory_lock(1, 2), pg_advisory_lock_shared(3)`},
	{undone, `do $$ begin perform pg_advisory_lock(4); end $$`},
	{refused, `select pg_advisory_lock(5), write()`},
	{harmless, `select pg_advisory_xact_lock(6)`},
	{refused, `load 'plpgsql'`},
	{harmless, `do $$ begin load 'plpgsql'; end $$`},

	// Administration.
	{refused, `vacuum t`},
	{refused, `vacuum (analyze, full)`},
	{refused, `analyze t`},
	{refused, `analyse`},
	{refused, `cluster t using t_a_idx`},
	{refused, `reindex table t`},
	{refused, `reindex (concurrently) table t`},
	{refused, `checkpoint`},
	{undone, `do $$ begin reindex table t; end $$`},
	{undone, `do $$ begin cluster t using t_a_idx; end $$`},
	{undone, `select pg_import_system_collations('public')`},
	{undone, `select pg_export_snapshot()`},
	{undone, `select pg_current_xact_id()`},
	{undone, `select txid_current()`},
	{undone, `select pg_replication_origin_create('origin')`},
	{undone, `select pg_logical_emit_message(true, 'prefix', 'text')`},
	{refused, `select pg_extension_config_dump('t', '')`},
}

// farAttempts are at foreign tables of the same database: their far side runs in
// a session that is not read-only.
var farAttempts = []attempt{
	{undone, `select * from far_writing`}, // it has written when it hears of ROLLBACK
	{refused, `insert into far_t values (3, 'written')`},
	{refused, `delete from far_t`},
}

// readers are the roles that try to write, and where the guard comes from.
var readers = []reader{
	{"the owner of the database, on a read-only connection", false, false},
	{"the owner of the database, in a read-only script", false, true},
	{"a superuser, on a read-only connection", true, false},
	{"a superuser, in a read-only script", true, true},
}

type reader struct {
	name      string
	superuser bool
	script    bool // the script is read-only, and not the connection
}

// readOnlySession is the session of one reader.
type readOnlySession struct {
	reader
	state *engine.State
	id    uuid.UUID
}

func (r reader) session(t *testing.T, superuser, owner *pgtest.Database) readOnlySession {
	t.Helper()
	db := owner
	if r.superuser {
		db = superuser
	}
	state, id := connected(t, db, func(c *tusk.ConnectionConfig) {
		c.Options.ReadOnly = !r.script
		c.Options.StatementTimeoutSecs = int(soon.Seconds()) // a lock that were left would have the others wait
	})
	return readOnlySession{r, state, id}
}

func (s readOnlySession) run(t *testing.T, text string) outcome {
	t.Helper()
	script := script(s.id, "doc", text)
	script.ReadOnly = s.script
	return run(t.Context(), s.state, script)
}

//go:embed testdata/readonly/setup.sql
var readOnlySetup string

// readOnlyServer is a server whose files and slots are looked at, with a
// database on it, and its owner.
func readOnlyServer(t *testing.T, s *pgtest.Server) (superuser, owner *pgtest.Database) {
	t.Helper()
	server := s.Dedicated(t, map[string]string{"wal_level": "logical", "max_prepared_transactions": "5"})
	superuser = server.Create(t)
	name := pgx.Identifier{superuser.Name}.Sanitize()
	owner = superuser.Role(t, `alter database `+name+` owner to $role`, `grant all on schema public to $role`)
	t.Cleanup(func() { superuser.Exec(t, `alter database `+name+` owner to current_user`) })
	owner.Exec(t, readOnlySetup)
	superuser.Exec(t, witness)
	return superuser, owner
}

// witness tells what a database and its server hold, by the name of what holds
// it: of catalogs which versions of rows, else the content.
const witness = `
create schema witness;
create function witness.state() returns table (what text, holds text) language plpgsql as $$
declare r record;
begin
	for r in select oid::regclass as name, relnamespace = 'pg_catalog'::regnamespace as catalog
		from pg_class where relkind in ('r', 'm', 'S') and relpersistence <> 't'
		and relnamespace not in ('information_schema'::regnamespace, 'pg_toast'::regnamespace)
	loop
		what := r.name;
		if r.catalog and r.name not in ('pg_class'::regclass, 'pg_largeobject'::regclass, 'pg_database'::regclass) then
			execute format('select format(''%%s rows, versions %%s'', count(*), sum(xmin::text::bigint)) from %s', r.name) into holds;
		else
			execute format('select format(''%%s rows: %%s'', count(*), md5(string_agg(r::text, '','' order by r::text))) from (select * from %s) r', r.name) into holds;
		end if;
		return next;
	end loop;
	return query
		select 'advisory locks', string_agg(l::text, ',' order by l::text) from pg_locks l where locktype = 'advisory'
		union all select 'prepared transactions', string_agg(gid, ',') from pg_prepared_xacts
		union all select 'replication slots', string_agg(slot_name, ',') from pg_replication_slots
		union all select 'files', string_agg(f, ',' order by f) from unnest(array['.', 'pg_snapshots', 'pg_twophase']) d, pg_ls_dir(d) f
		union all select 'ALTER SYSTEM', pg_read_file('postgresql.auto.conf')
		union all select 'settings', string_agg(s::text, ',' order by s::text) from pg_settings s
			where name not in ('application_name', 'in_hot_standby');
end $$`

const farSide = `
create server far foreign data wrapper postgres_fdw options (host '$host', port '$port', dbname '$database');
create user mapping for public server far options (user '$user', password '$password');
create foreign table far_writing (written int) server far options (table_name 'writing');
create foreign table far_t (a int, b text) server far options (table_name 't');
grant all on far_writing, far_t to public`

// changes are what differs between two states of the witness.
func changes(before, after map[string]string) []string {
	var list []string
	for what := range maps.Keys(after) {
		if before[what] != after[what] {
			list = append(list, fmt.Sprintf("%s: %s, was %s", what, after[what], before[what]))
		}
	}
	for what := range before {
		if _, there := after[what]; !there {
			list = append(list, what+" is gone")
		}
	}
	slices.Sort(list)
	return list
}

func state(t *testing.T, witness *pgx.Conn) map[string]string {
	t.Helper()
	rows, err := witness.Query(t.Context(), `select what, coalesce(holds, '') from witness.state()`)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	var what, holds string
	if _, err := pgx.ForEachRow(rows, []any{&what, &holds}, func() error { seen[what] = holds; return nil }); err != nil {
		t.Fatal(err)
	}
	return seen
}

// placed writes a text of the corpus for a database.
func placed(text string, db *pgtest.Database, data string) string {
	text = strings.ReplaceAll(text, "$loopback", "host=$host port=$port dbname=$database user=$user password=$password")
	return strings.NewReplacer(
		"$host", db.Server.Host, "$port", strconv.Itoa(db.Server.Port), "$database", db.Name,
		"$user", db.Username, "$password", db.Password, "$data", data,
	).Replace(text)
}

func TestReadOnlyHolds(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		superuser, owner := readOnlyServer(t, s)
		listening := superuser.Conn(t)
		if _, err := listening.Exec(t.Context(), `listen channel`); err != nil {
			t.Fatal(err)
		}
		wantNothingWritten(t, superuser, owner, attempts)
		superuser.Exec(t, `notify channel, 'the end'`)
		if n, err := listening.WaitForNotification(t.Context()); err != nil || n.Payload != "the end" {
			t.Errorf("notified of %+v, %v", n, err)
		}
		t.Run("on the far side of a foreign table", func(t *testing.T) {
			extend(t, superuser, "postgres_fdw")
			superuser.Exec(t, placed(farSide, superuser, ""))
			wantNothingWritten(t, superuser, owner, farAttempts)
		})
	})
}

// wantNothingWritten has all readers attempt all. Each attempt leaves everything
// as it was, and a session that reads.
func wantNothingWritten(t *testing.T, superuser, owner *pgtest.Database, attempts []attempt) {
	t.Helper()
	watching := superuser.Conn(t)
	data := see(t, watching, `show data_directory`)
	sessions := make([]readOnlySession, len(readers))
	for i, reader := range readers {
		sessions[i] = reader.session(t, superuser, owner)
		sessions[i].run(t, `select 1`)
	}
	before := state(t, watching)
	for _, attempt := range attempts {
		text := placed(attempt.text, superuser, data)
		for _, session := range sessions {
			session.judge(t, attempt, superuser.Server.Major, session.run(t, text))
			o := session.run(t, `select count(*), current_setting('transaction_read_only') from t`)
			if o.err != nil || o.failed != nil || cells(o.results[0]) != "2|on" || len(lossTold(o)) > 0 {
				t.Errorf("%s: %s\nand then reading: %+v", session.name, attempt.text, o)
			}
		}
		after := state(t, watching)
		for _, change := range changes(before, after) {
			t.Errorf("%s\nwrote %s", attempt.text, change)
		}
		before = after
	}
}

// judge checks how an attempt ended. What the guard lets run may be refused to
// who is no superuser.
func (s readOnlySession) judge(t *testing.T, a attempt, major int, o outcome) {
	t.Helper()
	failed := errors.Join(o.failed, o.err)
	mustFail := a.want == refused || a.want == refused16 && major >= 16
	mustRun := s.superuser && (a.want == undone || a.want == harmless)
	switch {
	case failed == nil && mustFail:
		t.Errorf("%s: %s\nwas not refused", s.name, a.text)
	case failed != nil && (mustRun || tusk.CategoryOf(failed) != tusk.Query):
		t.Errorf("%s: %s\n%v", s.name, a.text, failed)
	}
}

// see gives what a query of one value sees.
func see(t *testing.T, conn *pgx.Conn, query string, args ...any) (seen string) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), query, args...).Scan(&seen); err != nil {
		t.Fatal(err)
	}
	return seen
}

// extend creates an extension.
func extend(t *testing.T, db *pgtest.Database, name string) {
	t.Helper()
	if see(t, db.Conn(t), `select count(*)::text from pg_available_extensions where name = $1`, name) == "0" {
		t.Skipf("this PostgreSQL comes without the extension %s", name)
	}
	db.Exec(t, `create extension `+pgx.Identifier{name}.Sanitize())
}

// beyond is what docs/read-only.md says that read-only does not stop: each
// changes what the query of its effect sees. These act outside of transactions.
var beyond = []struct {
	name     string
	anybody  bool   // also who is no superuser; else the server refuses them
	upTo     int    // the last major that lets it through; 0 is for all
	requires string // an extension
	text     string
	effect   string
}{
	{name: "exporting a large object to a file", text: `select lo_export(4711, '$data/exported')`, effect: serverFiles},
	{name: "COPY to a file within DO", text: `do $$ begin copy t to '$data/copied'; end $$`, effect: serverFiles},
	{name: "COPY to a program within DO", text: `do $$ begin copy t to program 'touch $data/touched'; end $$`, effect: serverFiles},
	{name: "files by adminpack", upTo: 16, requires: "adminpack", text: `select pg_file_write('adminpack', 'text', false)`, effect: serverFiles},
	{name: "another session by dblink", anybody: true, requires: "dblink", text: `select dblink_exec('$loopback', 'insert into log values (1)')`, effect: `select count(*)::text from log`},
	{name: "replication slots", text: `select pg_create_physical_replication_slot('physical')`, effect: `select count(*)::text from pg_replication_slots`},
	{name: "restore points", text: `select pg_create_restore_point('point')`, effect: `select pg_current_wal_insert_lsn()::text`},
	{name: "switching the WAL file", text: `select pg_switch_wal()`, effect: `select pg_current_wal_insert_lsn()::text`},
	{name: "messages in the WAL", anybody: true, text: `select pg_logical_emit_message(false, 'prefix', 'text')`, effect: `select pg_current_wal_insert_lsn()::text`},
	{name: "reading the configuration again", text: `select pg_reload_conf()`, effect: `select pg_conf_load_time()::text`},
	{name: "ending sessions", anybody: true, text: `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'victim'`,
		effect: `select count(*)::text from pg_stat_activity where application_name = 'victim'`},
	{name: "ANALYZE within DO", anybody: true, text: `do $$ begin analyze guarded; end $$`, effect: `select reltuples::text from pg_class where oid = 'guarded'::regclass`},
	{name: "sequences, by RESET in a function", anybody: true, upTo: 15,
		text: `do $$ begin reset transaction_read_only; perform nextval('s'); end $$`, effect: `select last_value || ' ' || is_called from s`},
}

const serverFiles = `select string_agg(f, ',' order by f) from pg_ls_dir('.') f`

func TestWhatReadOnlyDoesNotStop(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		superuser, owner := readOnlyServer(t, s)
		watching := superuser.Conn(t)
		data := see(t, watching, `show data_directory`)
		asSuperuser, asOwner := readers[2].session(t, superuser, owner), readers[0].session(t, superuser, owner)
		for _, b := range beyond {
			if b.upTo != 0 && s.Major > b.upTo {
				continue
			}
			t.Run(b.name, func(t *testing.T) {
				if b.requires != "" {
					extend(t, superuser, b.requires)
				}
				if _, err := owner.Conn(t).Exec(t.Context(), `set application_name = 'victim'`); err != nil {
					t.Fatal(err)
				}
				text, who := placed(b.text, superuser, data), asOwner
				if !b.anybody {
					if o := asOwner.run(t, text); o.failed == nil {
						t.Error("the server lets the owner do it, too")
					}
					who = asSuperuser
				}
				before := see(t, watching, b.effect)
				o := who.run(t, text)
				for deadline := time.Now().Add(soon); see(t, watching, b.effect) == before; {
					if time.Now().After(deadline) {
						t.Fatalf("it is stopped, or has no effect: %v", o.failed)
					}
				}
			})
		}
	})
}

func TestReadOnlySessionGoesOn(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		state, id := connected(t, s.Database(t), func(c *tusk.ConnectionConfig) { c.Options.ReadOnly = true })
		t.Run("with its settings", func(t *testing.T) {
			must(t, state, id, "doc", `set work_mem = '9MB'; set role pg_monitor; set search_path = pg_catalog, public`)
			got := cells(must(t, state, id, "doc", `select current_setting('work_mem'), current_user, current_setting('search_path')`))
			if got != "9MB|pg_monitor|pg_catalog, public" {
				t.Errorf("the session has %s", got)
			}
			must(t, state, id, "doc", `reset role; prepare kept as select 7`)
			if got := cells(must(t, state, id, "doc", `execute kept`)); got != "7" {
				t.Errorf("what was prepared gives %s", got)
			}
			must(t, state, id, "doc", `listen channel`)
			if got := cells(must(t, state, id, "doc", `select pg_listening_channels()`)); got != "channel" {
				t.Errorf("the session listens to %s", got)
			}
		})
		t.Run("told of what is undone", func(t *testing.T) {
			if r := must(t, state, id, "doc", `select pg_current_xact_id()`); len(r.Notices) != 1 || !strings.Contains(r.Notices[0].Message, "rolled back") {
				t.Errorf("told %v", r.Notices)
			}
			if r := must(t, state, id, "doc", `select 1`); len(r.Notices) != 0 {
				t.Errorf("told %v", r.Notices)
			}
		})
	})
}

// What cannot be judged is not committed, and costs the session.
func TestReadOnlyTransactionThatCannotEnd(t *testing.T) {
	db := pgtest.New(t).Database(t, `revoke execute on function pg_catalog.pg_current_xact_id_if_assigned() from public`)
	state, id := connected(t, db.Role(t), func(c *tusk.ConnectionConfig) { c.Options.ReadOnly = true })
	must(t, state, id, "doc", `set work_mem = '9MB'`)
	if err := fails(t, state, id, "doc", `select 1`, tusk.Connection); !strings.Contains(err.Hint, "is lost") {
		t.Errorf("the error is %v, %s", err, err.Hint)
	}
	must(t, state, id, "doc", `set work_mem = '9MB'`)
}

// What the guard adds to a statement, of a hundred in one script.
func BenchmarkReadOnly(b *testing.B) {
	const statements = 100
	db := pgtest.New(b).Database(b)
	for _, readOnly := range []bool{false, true} {
		b.Run(fmt.Sprintf("read-only=%t", readOnly), func(b *testing.B) {
			state, id := connected(b, db, func(c *tusk.ConnectionConfig) { c.Options.ReadOnly = readOnly })
			for b.Loop() {
				must(b, state, id, "doc", strings.Repeat("select 1;", statements))
			}
			b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N*statements), "ms/statement")
		})
	}
}
