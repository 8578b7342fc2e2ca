package engine_test

import (
	"context"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// guardedBy gives a connection a policy.
func guardedBy(environment tusk.Environment, policy tusk.ConfirmPolicy) func(*tusk.ConnectionConfig) {
	return func(c *tusk.ConnectionConfig) {
		c.Name, c.Options.Environment, c.Options.Confirm = "orders", environment, policy
	}
}

func TestDestructiveStatementsAreAskedAbout(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, server *pgtest.Server) {
		state, id := connected(t, server.Database(t, `
			create schema shop;
			create table shop.line (id int, note text);
			insert into shop.line select n, 'x' from generate_series(1, 48213) n;
			create table kept (id int); insert into kept values (1)`), guardedBy("production", ""))
		for _, test := range []struct{ text, question string }{
			{`delete from shop.line`, "This statement deletes every row of shop.line: 48,213 rows. Run it on orders (production)?"},
			{`DELETE FROM ONLY shop.line l WHERE 1 = 1 OR l.id = 3`, "This statement deletes every row of shop.line: 48,213 rows. Run it on orders (production)?"},
			{`update kept set id = 2`, "This statement changes every row of kept: 1 row. Run it on orders (production)?"},
			{`truncate shop.line, kept`, "This statement empties shop.line, kept, which has 48,214 rows. Run it on orders (production)?"},
			{`drop table kept`, "This statement drops table kept, which has 1 row. Run it on orders (production)?"},
			{`alter table shop.line drop column note`, "This statement drops a column of shop.line. Run it on orders (production)?"},
			{`with gone as (delete from kept returning id) select * from gone`, "This statement deletes every row of kept: 1 row. Run it on orders (production)?"},
			{`explain analyze delete from kept`, "This statement deletes every row of kept: 1 row. Run it on orders (production)?"},
			{"select 1\\; delete from kept\\; drop table shop.line;", "This statement deletes every row of kept: 1 row, and it drops table shop.line, which has 48,213 rows. Run it on orders (production)?"},
			{"\\set gone 'delete from kept'\n:gone;", "This statement deletes every row of kept: 1 row. Run it on orders (production)?"},
			{"select 'drop table kept' \\gexec", "This statement drops table kept, which has 1 row. Run it on orders (production)?"},
			{`delete from shop.line where id < 10 and false`, ""},
			{`select count(*) from shop.line; insert into kept values (2)`, ""},
		} {
			var asked []string
			s := script(id, "doc", test.text)
			s.Confirm = func(_ context.Context, _ int, d engine.Danger) (bool, error) {
				asked = append(asked, d.Question())
				return false, nil
			}
			o := run(t.Context(), state, s)
			if got := strings.Join(asked, "\n"); got != test.question {
				t.Errorf("%s asked\n%s\nwant\n%s", test.text, got, test.question)
			}
			if test.question != "" {
				if e := wantCategory(t, o.failed, tusk.Cancelled); !strings.Contains(e.Message, "not confirmed") {
					t.Errorf("%s: %v", test.text, e)
				}
			}
		}
		if got := cells(must(t, state, id, "observer", `select count(*) from shop.line`)); got != "48213" {
			t.Errorf("%s rows are left", got)
		}
	})
}

func TestConfirmedStatementsRun(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t, `create table t (a int); insert into t values (1), (2)`), guardedBy("production", ""))
	count := func() string { return cells(must(t, state, id, "doc", `select count(*) from t`)) }
	// In a transaction the rows that it made count, and the count leaves no trace.
	must(t, state, id, "doc", `begin; insert into t values (3)`)
	var asked string
	s := script(id, "doc", `delete from t`)
	s.Confirm = func(_ context.Context, _ int, d engine.Danger) (bool, error) {
		asked = d.Question()
		return true, nil
	}
	if o := run(t.Context(), state, s); o.failed != nil || !strings.Contains(asked, "3 rows") {
		t.Errorf("%v, asked %q", o.failed, asked)
	}
	if count() != "0" {
		t.Error("it did not run")
	}
	must(t, state, id, "doc", `insert into t values (4); commit`)
	if count() != "1" {
		t.Error("the transaction became read-only")
	}
	// A count that takes too long is the planner's.
	s.Statements = script(id, "doc", `delete from t using generate_series(1, 2000000000) g`).Statements
	s.Confirm = func(_ context.Context, _ int, d engine.Danger) (bool, error) {
		asked = d.Question()
		return false, nil
	}
	run(t.Context(), state, s)
	if !strings.Contains(asked, "about ") {
		t.Errorf("asked %q", asked)
	}
}

func TestPoliciesOfDestructiveStatements(t *testing.T) {
	db := pgtest.New(t).Database(t, `create table t (a int); insert into t values (1)`)
	ask := func(change func(*tusk.ConnectionConfig), text string) (asked bool, failed error) {
		state, id := connected(t, db, change)
		s := script(id, "doc", "begin; "+text+"; rollback")
		s.Confirm = func(context.Context, int, engine.Danger) (bool, error) {
			asked = true
			return true, nil
		}
		failed = run(t.Context(), state, s).failed
		return asked, failed
	}
	for _, test := range []struct {
		environment   tusk.Environment
		policy        tusk.ConfirmPolicy
		text          string
		asks, refuses bool
	}{
		{"", "", `delete from t`, false, false},
		{"staging", "", `delete from t`, false, false},
		{"production", "", `delete from t`, true, false},
		{"production", "off", `delete from t`, false, false},
		{"", "ask", `drop table t`, true, false},
		{"", "ask", `insert into t values (2)`, false, false},
		{"", "writes", `insert into t values (2)`, true, false},
		{"", "writes", `select * from t`, false, false},
		{"", "refuse", `delete from t`, false, true},
		{"", "refuse", `delete from t where a = 1`, false, false},
	} {
		asked, failed := ask(guardedBy(test.environment, test.policy), test.text)
		if asked != test.asks || (failed != nil) != test.refuses {
			t.Errorf("%+v: asked %v, failed %v", test, asked, failed)
		}
	}
	// A script's own policy adds to the connection's, and takes nothing away.
	for _, test := range []struct {
		connection, script tusk.ConfirmPolicy
		text               string
		asks, refuses      bool
	}{
		{"off", "", `delete from t`, false, false},
		{"off", "ask", `delete from t`, true, false},
		{"ask", "off", `delete from t`, true, false},
		{"refuse", "ask", `delete from t`, false, true},
		{"ask", "refuse", `delete from t`, false, true},
		{"refuse", "writes", `delete from t`, false, true},
		{"refuse", "writes", `insert into t values (2)`, true, false},
		{"writes", "refuse", `insert into t values (2)`, true, false},
		{"off", "refuse", `insert into t values (2)`, false, false},
	} {
		state, id := connected(t, db, guardedBy("", test.connection))
		asked := false
		s := script(id, "doc", "begin; "+test.text+"; rollback")
		s.Policy = test.script
		s.Confirm = func(context.Context, int, engine.Danger) (bool, error) {
			asked = true
			return true, nil
		}
		if failed := run(t.Context(), state, s).failed; asked != test.asks || (failed != nil) != test.refuses {
			t.Errorf("%+v: asked %v, failed %v", test, asked, failed)
		}
	}
	state, id := connected(t, db, guardedBy("production", ""))
	if e := fails(t, state, id, "doc", `delete from t`, tusk.Query); !strings.Contains(e.Message, "nobody can be asked") {
		t.Errorf("%v", e)
	}
}
