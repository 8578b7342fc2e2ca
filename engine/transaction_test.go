package engine_test

import (
	"strings"
	"sync"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// states records what Config.OnSession tells.
type states struct {
	mu   sync.Mutex
	list []string // guarded by mu
}

func (s *states) add(status engine.SessionStatus) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := status.Transaction.String()
	if len(status.Savepoints) > 0 {
		text += " " + strings.Join(status.Savepoints, ",")
	}
	if status.Ended {
		text = "ended"
	}
	s.list = append(s.list, text)
}

// take gives what was told since the last call.
func (s *states) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.list = nil }()
	return strings.Join(s.list, " > ")
}

func TestTransactionStateIsTold(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, server *pgtest.Server) {
		seen := &states{}
		state := newState(t, func(c *engine.Config) { c.OnSession = seen.add })
		id := open(t, state, source(t, server.Database(t, `create table t (a int)`)))
		for _, step := range []struct{ text, told string }{
			{`select 1`, "idle"},
			{`select 2`, ""},
			{`begin`, "idle in transaction"},
			{`savepoint a; savepoint "B"; savepoint a`, `idle in transaction a > idle in transaction a,B > idle in transaction a,B,a`},
			{`rollback to "B"`, "idle in transaction a,B"},
			{`release a`, "idle in transaction"},
			{`savepoint x; insert into t values (1)`, "idle in transaction x"},
			{`select 1/0`, "idle in transaction (aborted) x"},
			{`rollback to savepoint x`, "idle in transaction x"},
			{`commit and chain`, "idle in transaction"},
			{`rollback`, "idle"},
			{`begin\; savepoint s\; select 1/0`, "idle in transaction (aborted)"},
			{`end`, "idle"},
		} {
			run(t.Context(), state, script(id, "doc", step.text))
			if got := seen.take(); got != step.told {
				t.Errorf("%s told %q, want %q", step.text, got, step.told)
			}
		}
		state.EndSessions("doc")
		if got := seen.take(); got != "ended" {
			t.Errorf("the end told %q", got)
		}
	})
}

func TestManualCommit(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, server *pgtest.Server) {
		db := server.Database(t, `create table t (a int)`)
		state, id := connected(t, db, func(c *tusk.ConnectionConfig) { c.Options.ManualCommit = true })
		observer := open(t, state, source(t, db))
		count := func() string { return cells(must(t, state, observer, "observer", `select count(*) from t`)) }
		must(t, state, id, "doc", `insert into t values (1); insert into t values (2)`)
		if count() != "0" {
			t.Error("others see what was not committed")
		}
		must(t, state, id, "doc", `commit`)
		if count() != "2" {
			t.Error("COMMIT did not commit")
		}
		must(t, state, id, "doc", `delete from t; rollback; vacuum t; create index concurrently i on t (a)`)
		if count() != "2" {
			t.Error("ROLLBACK did not roll back")
		}
		must(t, state, id, "doc", "\\set AUTOCOMMIT on\ninsert into t values (3)")
		if count() != "3" {
			t.Error("with AUTOCOMMIT on nothing waits for COMMIT")
		}
	})
}

func TestScriptKeepsGoingWhenAsked(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	s := script(id, "doc", `select 1; select wrong; select 3`)
	s.KeepGoing = true
	if got := told(t, state, s); got != "1\nERROR column \"wrong\" does not exist\n3" {
		t.Errorf("gave %s", got)
	}
}
