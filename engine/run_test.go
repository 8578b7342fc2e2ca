package engine_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/store"
)

func TestResults(t *testing.T) {
	tests := []struct {
		sql     string
		columns string // name type, …
		rows    string
		tag     string
		kind    tusk.QueryType
	}{
		{`select 1 as one, null as nothing, '' as blank`, "one integer, nothing text, blank text", "1|NULL|", "SELECT 1", tusk.SelectQuery},
		{`select * from pet order by name`, "name text, mood mood, weight numeric(5,2), tags character varying(3)[]",
			"Ada|NULL|NULL|NULL\nRex|wild|12.50|{a,\"b c\"}", "SELECT 2", tusk.SelectQuery},
		{`select 1.5::float8, true as bool, '2026-01-02'::date, '\xff'::bytea`, "float8 double precision, bool boolean, date date, bytea bytea", `1.5|t|2026-01-02|\xff`, "SELECT 1", tusk.SelectQuery},
		{`select 'ß'::char(2) as c, interval '1 day 02:00' as i`, "c character(2), i interval", "ß |1 day 02:00:00", "SELECT 1", tusk.SelectQuery},
		{`select`, "", "", "SELECT 1", tusk.OtherQuery},
		{`values (1), (2)`, "column1 integer", "1\n2", "SELECT 2", tusk.SelectQuery},
		{`show standard_conforming_strings`, "standard_conforming_strings text", "on", "SHOW", tusk.SelectQuery},
		{`insert into pet values ('Bo'), ('Cy') returning name`, "name text", "Bo\nCy", "INSERT 0 2", tusk.InsertQuery},
		{`update pet set weight = 1 where name = 'Rex'`, "", "", "UPDATE 1", tusk.UpdateQuery},
		{`delete from pet`, "", "", "DELETE 4", tusk.DeleteQuery},
		{`create type other.size as enum ('s'); select 's'::other.size as size`, "size other.size", "s", "SELECT 1", tusk.SelectQuery},
		{`prepare one as select $1::int; execute one(7)`, "int4 integer", "7", "SELECT 1", tusk.SelectQuery},
		{`declare c cursor with hold for select 5 as n; fetch all from c`, "n integer", "5", "FETCH 1", tusk.SelectQuery},
		{`vacuum pet`, "", "", "VACUUM", tusk.OtherQuery},
		{`create function f(int) returns int language sql as 'select $1'; select f(3)`, "f integer", "3", "SELECT 1", tusk.SelectQuery},
	}
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		state, id := connected(t, s.Database(t, `
			create type mood as enum ('calm', 'wild');
			create schema other;
			create table pet (name text, mood mood, weight numeric(5,2), tags varchar(3)[]);
			insert into pet values ('Rex', 'wild', 12.5, '{a,"b c"}'), ('Ada', null, null, null)`))
		for _, test := range tests {
			r := must(t, state, id, "doc", test.sql)
			var columns []string
			for _, c := range r.Columns {
				columns = append(columns, c.Name+" "+c.TypeName)
			}
			if got := strings.Join(columns, ", "); got != test.columns {
				t.Errorf("%s: columns %s, want %s", test.sql, got, test.columns)
			}
			if got := cells(r); got != test.rows {
				t.Errorf("%s: rows\n%s\nwant\n%s", test.sql, got, test.rows)
			}
			if r.CommandTag != test.tag || r.QueryType != test.kind {
				t.Errorf("%s: %s, %s, want %s, %s", test.sql, r.CommandTag, r.QueryType, test.tag, test.kind)
			}
		}
	})
}

func TestResultTellsTheColumnsOfItsTable(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t, `create table t (gone int, a int, b text); alter table t drop gone`))
	r := must(t, state, id, "doc", `select b, a, a + 1 from t`)
	oid := cells(must(t, state, id, "doc", `select 't'::regclass::oid`))
	var got []string
	for _, c := range r.Columns {
		got = append(got, fmt.Sprint(c.TableOID, ".", c.Attnum))
	}
	if want := []string{oid + ".3", oid + ".2", "0.0"}; !slices.Equal(got, want) {
		t.Errorf("columns come from %v, want %v", got, want)
	}
}

func TestRowsAffected(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t, `create table t (a int); insert into t values (1), (2), (3)`))
	for text, want := range map[string]int64{
		`update t set a = a`: 3,
		`merge into t using (values (1)) v(a) on t.a = v.a when matched then update set a = 1`: 1,
		`insert into t select a from t where false`:                                            0,
	} {
		r := must(t, state, id, "doc", text)
		if r.RowsAffected == nil || *r.RowsAffected != want {
			t.Errorf("%s: %v, want %d", text, r.RowsAffected, want)
		}
	}
	if r := must(t, state, id, "doc", `select 1`); r.RowsAffected != nil {
		t.Errorf("a SELECT affected %d rows", *r.RowsAffected)
	}
}

func TestFailedStatementStopsTheScript(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	o := run(t.Context(), state, script(id, "doc", `select 1; select 'äöü', nothing; select 3`))
	e := wantCategory(t, o.failed, tusk.Query)
	if e.Code != "42703" || e.Position != len([]rune(`select 'äöü', n`)) {
		t.Errorf("code %s at %d", e.Code, e.Position)
	}
	if len(o.results) != 1 || o.err != nil {
		t.Errorf("%d results, %v", len(o.results), o.err)
	}
}

func TestNoticesComeWhileTheStatementRuns(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	heard, told := make(chan tusk.Notice, 1), make(chan struct{})
	s := script(id, "doc", `do $$ begin raise warning 'early' using hint = 'wait'; perform pg_sleep(60); end $$`)
	var h *engine.QueryHandle
	s.Started = func(_ int, started *engine.QueryHandle) { h = started }
	s.Notice = func(_ int, n tusk.Notice) { heard <- n }
	s.Finished = func(int, *engine.QueryHandle, *tusk.QueryResult, error) { close(told) }
	go func() {
		if err := state.Run(t.Context(), s); err != nil {
			t.Error(err)
		}
	}()
	n := await(t, "the notice", heard)
	if want := (tusk.Notice{Severity: "WARNING", Code: "01000", Message: "early", Hint: "wait"}); n != want {
		t.Errorf("notice %+v, want %+v", n, want)
	}
	h.Cancel()
	await(t, "the end", told)

	r := must(t, state, id, "doc", `do $$ begin raise notice 'kept'; end $$`)
	if len(r.Notices) != 1 || r.Notices[0].Message != "kept" {
		t.Errorf("the result has %+v", r.Notices)
	}
}

func TestQueriesAreListedWhileTheyRun(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	s := script(id, "doc", `select 1; select oops`)
	s.Started = func(i int, h *engine.QueryHandle) {
		if state.Query(h.ID) != h || len(state.Queries()) != 1 || h.SQL != s.Statements[i].Text() || h.State() != engine.Running {
			t.Errorf("statement %d is not listed: %v", i, state.Queries())
		}
	}
	s.Finished = func(_ int, h *engine.QueryHandle, _ *tusk.QueryResult, _ error) {
		if state.Query(h.ID) != nil || len(state.Queries()) != 0 {
			t.Error("a query is listed after its end")
		}
	}
	run(t.Context(), state, s)
}

// What would wait for data or values that nobody gives ends at once.
func TestRefusedStatements(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t, `create table t (a int); create table stdin (a int)`))
	for _, text := range []string{
		`copy t from stdin`, `COPY t FROM STDOUT`, `copy t (a) from stdin with (format csv)`,
		`select $1`, `insert into t values ($1)`, `copy t to stdout (format binary)`,
	} {
		if e := fails(t, state, id, "doc", text, tusk.Query); e.Hint == "" {
			t.Errorf("%s: no hint", text)
		}
	}
	if e := fails(t, state, id, "doc", `copy stdin from '/no/such/file'`, tusk.Query); e.Code == "" {
		t.Errorf("not refused by the server: %v", e)
	}
	must(t, state, id, "doc", `select 1`)
}

func TestStatementTimeoutIsNoCancel(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t), func(c *tusk.ConnectionConfig) { c.Options.StatementTimeoutSecs = 1 })
	e := fails(t, state, id, "doc", `select pg_sleep(60)`, tusk.Query)
	if e.Code != "57014" || e.Hint != tusk.StatementTimeoutHint {
		t.Errorf("%+v", e)
	}
	other := fails(t, state, id, "doc", `set statement_timeout = 0; do $$ begin perform pg_cancel_backend(pg_backend_pid()); perform pg_sleep(60); end $$`, tusk.Cancelled)
	if !strings.Contains(other.Hint, "Another session") {
		t.Errorf("%+v", other)
	}
}

func TestMaxRowsBoundsMemory(t *testing.T) {
	var kept *store.Store
	state := newState(t, func(c *engine.Config) { kept = c.Store })
	id := open(t, state, source(t, pgtest.New(t).Database(t)))
	s := script(id, "doc", `select n, lpad('x', 100), pg_backend_pid() from generate_series(1, 1000000) n`)
	s.MaxRows = 100
	must(t, state, id, "doc", `select 1`)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	o := run(t.Context(), state, s)
	runtime.ReadMemStats(&after)
	if o.failed != nil || o.err != nil {
		t.Fatal(o.failed, o.err)
	}
	r := o.results[0]
	if len(r.Rows) != 100 || !r.Truncated || r.CommandTag != "SELECT 1000000" || *r.Rows[99][0] != "100" {
		t.Errorf("%d rows, truncated %v, %s", len(r.Rows), r.Truncated, r.CommandTag)
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 16<<20 {
		t.Errorf("%d MB were allocated for 100 rows of a million", allocated>>20)
	}

	state.Close()
	if entries, err := kept.History(context.Background(), store.HistoryFilter{Text: "generate_series"}); err != nil || *entries[0].RowCount != 1000000 {
		t.Errorf("the history has %+v, %v", entries, err)
	}
}

// A statement that only reads ends at the limit; another runs to its end, since
// half of what a function does is no result.
func TestMaxRowsStopsWhatOnlyReads(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t, `
		create sequence s;
		create function counted() returns int language sql volatile as 'select nextval(''s'')::int'`))
	for text, tag := range map[string]string{
		`select n from generate_series(1, 1000) n`: "SELECT 10",
		`table pg_class`: "SELECT 10",
		`with n as (select generate_series(1, 1000) as a) select a, now() from n`:    "SELECT 10",
		`select counted() from generate_series(1, 1000)`:                             "SELECT 1000",
		`select "counted"() from generate_series(1, 1000)`:                           "SELECT 1000",
		`with n as (select counted() from generate_series(1, 1000)) select * from n`: "SELECT 1000",
	} {
		s := script(id, "doc", text)
		s.MaxRows = 10
		o := run(t.Context(), state, s)
		if o.failed != nil {
			t.Fatal(text, o.failed)
		}
		if r := o.results[0]; r.CommandTag != tag || !r.Truncated || r.RowCount != 10 {
			t.Errorf("%s: %s, truncated %v, %d rows", text, r.CommandTag, r.Truncated, r.RowCount)
		}
	}
	if got := cells(must(t, state, id, "doc", `select last_value from s`)); got != "3000" {
		t.Errorf("the function ran %s times", got)
	}
}

func TestResultOfJustMaxRowsIsWhole(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	s := script(id, "doc", `select 1`)
	s.MaxRows = 1
	if o := run(t.Context(), state, s); o.results[0].Truncated {
		t.Error("a result of just MaxRows rows counts as truncated")
	}
}
