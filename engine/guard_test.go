package engine_test

import (
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

func TestReadOnlyConnectionWritesNothing(t *testing.T) {
	attempts := []string{
		`insert into t values (1)`,
		`with w as (insert into t values (1) returning a) select * from w`,
		`do $$ begin insert into t values (1); end $$`,
		`do $$ begin commit; insert into t values (1); end $$`,
		`select sneak()`,
		`select set_config('transaction_read_only', 'off', false)`,
		`set transaction_read_only = off`,
		`set transaction read write`,
		`do $$ begin reset transaction_read_only; insert into t values (1); end $$`,
		`do $$ begin perform set_config('transaction_read_only', null, false); insert into t values (1); end $$`,
		`do $$ begin reset all; insert into t values (1); end $$`,
		`begin read write`,
		`start transaction read write`,
		`/* quietly */ commit`,
		`end`,
		`rollback`,
		`savepoint s`,
		`prepare transaction 'x'`,
		`create table u ()`,
		`truncate t`,
		`explain analyze delete from t`,
		`select * from t for update`,
		`select nextval('s')`,
		`call writes()`,
		`copy t to program 'true'`,
		`copy t to '/tmp/tusk-read-only'`,
		`vacuum t`,
	}
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		state, id := connected(t, s.Database(t, `
			create table t (a int);
			create sequence s;
			create function sneak() returns void language plpgsql as $$ begin
				perform set_config('transaction_read_only', 'off', false);
				insert into t values (1);
			end $$;
			create function sneak_back() returns void language plpgsql as $$ begin
				reset transaction_read_only;
				insert into t values (1);
				set transaction_read_only = on;
			end $$;
			create procedure writes() language plpgsql as $$ begin commit; insert into t values (1); end $$`),
			func(c *tusk.ConnectionConfig) { c.Options.ReadOnly = true })
		for _, change := range []string{
			`select 1`,
			`set default_transaction_read_only = off`,
			`set session characteristics as transaction read write`,
			`select set_config('default_transaction_read_only', 'off', false)`,
		} {
			must(t, state, id, "doc", change)
			run(t.Context(), state, script(id, "doc", `select sneak_back()`)) // fails since PostgreSQL 16, and is rolled back before
			for _, attempt := range attempts {
				o := run(t.Context(), state, script(id, "doc", attempt))
				if tusk.CategoryOf(o.failed) != tusk.Query || o.err != nil {
					t.Errorf("after %s, %s: %v %v", change, attempt, o.failed, o.err)
				}
			}
		}
		if got := cells(must(t, state, id, "doc", `select count(*), (select last_value || '' || is_called from s) from t`)); got != "0|1false" {
			t.Errorf("something was written: %s", got)
		}
		if r := must(t, state, id, "doc", `select pg_current_xact_id()`); len(r.Notices) != 1 {
			t.Errorf("a rolled back statement tells %v", r.Notices)
		}
		must(t, state, id, "doc", `set work_mem = '9MB'`)
		if got := cells(must(t, state, id, "doc", `show work_mem`)); got != "9MB" {
			t.Errorf("a setting did not last: %s", got)
		}
	})
}
