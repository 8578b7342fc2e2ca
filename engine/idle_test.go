package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

func TestIdleTransactionThatHoldsOthersUp(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, server *pgtest.Server) {
		told := make(chan engine.Blocking, 10)
		state := newState(t, func(c *engine.Config) {
			c.IdleCheck, c.OnBlocking = 50*time.Millisecond, func(b engine.Blocking) { told <- b }
		})
		id := open(t, state, source(t, server.Database(t, `create table t (a int); insert into t values (1)`)))
		must(t, state, id, "holder", `begin; update t set a = 2`)
		time.Sleep(200 * time.Millisecond) // some looks that find nobody
		_, done := start(t.Context(), state, script(id, "waiter", `update t set a = 3`))
		b := await(t, "the warning", told)
		if b.Session.Key != "holder" || len(b.Waiters) != 1 || b.Waiters[0].Own != "waiter" || !strings.Contains(b.String(), "update t set a = 3") {
			t.Errorf("told: %s", b)
		}
		must(t, state, id, "holder", `rollback`)
		if o := await(t, "the end of the waiter", done); o.failed != nil {
			t.Error(o.failed)
		}
		if len(told) > 0 {
			t.Errorf("told again: %s", <-told)
		}
		state.Close()
		wantNoGoroutines(t)
	})
}

func TestLongStatementSaysWhatItWaitsFor(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t, `create table t (a int)`))
	must(t, state, id, "holder", `begin; lock table t`)
	texts := make(chan string, 10)
	s := script(id, "waiter", `select * from t`)
	s.Waiting = func(_ int, _ *engine.QueryHandle, text string) { texts <- text }
	ctx, cancel := context.WithCancel(t.Context())
	_, done := start(ctx, state, s)
	if text := await(t, "what it waits for", texts); !strings.Contains(text, "lock table t") || !strings.Contains(text, "holder") && !strings.Contains(text, "t") {
		t.Errorf("it waits for %q", text)
	}
	cancel()
	wantCategory(t, await(t, "the end", done).failed, tusk.Cancelled)
}
