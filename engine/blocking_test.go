package engine_test

import (
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// Who is idle in a transaction hears whom it keeps waiting, and of nobody else.
func TestBlocked(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t, shop)
		state, id := connected(t, db)
		must(t, state, id, "idle", `begin; update shop.orders set state = 'sent' where id = 1`)
		must(t, state, id, "innocent", `begin; select from shop.orders`)
		idle, innocent := pidOfSession(t, state, "idle"), pidOfSession(t, state, "innocent")
		if blocked, err := state.Blocked(t.Context(), id, idle); err != nil || len(blocked) != 0 {
			t.Errorf("before anybody waits: %+v, %v", blocked, err)
		}
		waiter := other(t, db)
		done := inBackground(t, waiter, `update shop.orders set state = 'lost' where id = 1`)
		awaitWait(t, state, id, pidOf(waiter), forLock)

		blocked, err := state.Blocked(t.Context(), id, idle)
		if err != nil || len(blocked) != 1 {
			t.Fatalf("blocked: %+v, %v", blocked, err)
		}
		b := blocked[0]
		if b.PID != pidOf(waiter) || b.User != db.Username || b.Application != "psql" || b.Event != "Lock:transactionid" ||
			b.Object != "row (0,1) of table shop.orders" || b.Query != `update shop.orders set state = 'lost' where id = 1` || b.LockAge <= 0 {
			t.Errorf("blocked: %+v", b)
		}
		if blocked, err := state.Blocked(t.Context(), id, innocent); err != nil || len(blocked) != 0 {
			t.Errorf("blocked by a reader: %+v, %v", blocked, err)
		}
		must(t, state, id, "idle", `commit`)
		if err := await(t, "the end", done); err != nil {
			t.Error(err)
		}
		must(t, state, id, "innocent", `commit`)
		wantNothingLeft(t, state, db)
	})
}
