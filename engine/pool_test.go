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

func poolOf(t *testing.T, change func(*engine.Config)) *engine.Pool {
	t.Helper()
	state := newState(t, change)
	pool, err := state.Pool(open(t, state, source(t, pgtest.New(t).Database(t))))
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

func TestPoolTimeoutTellsWhoWaits(t *testing.T) {
	pool := poolOf(t, func(c *engine.Config) { c.MaxConns, c.AcquireTimeout = 2, 300*time.Millisecond })
	first, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const waiters = 3
	errs := make(chan error, waiters)
	for range waiters {
		go func() {
			_, err := pool.Acquire(t.Context())
			errs <- err
		}()
	}
	want := tusk.PoolStatus{MaxSize: 2, Size: 2, Available: -waiters, Waiting: waiters}
	for got := pool.Status(); got != want; got = pool.Status() {
		if len(errs) > 0 {
			t.Fatalf("status %+v while three waited, want %+v", got, want)
		}
	}
	told := 0
	for range waiters {
		e := wantCategory(t, await(t, "the time-out", errs), tusk.PoolTimeout)
		if strings.Contains(e.Message, "3 callers wait") {
			told++
		}
	}
	if told == 0 {
		t.Error("nobody was told that three wait")
	}
	first.Release()
	second.Release()
	if got, want := pool.Status(), (tusk.PoolStatus{MaxSize: 2, Size: 2, Available: 2}); got != want {
		t.Errorf("status %+v, want %+v", got, want)
	}
}

func TestPoolStates(t *testing.T) {
	pool := poolOf(t, func(*engine.Config) {})
	if got, want := pool.Status(), (tusk.PoolStatus{MaxSize: 4}); got != want || pool.State() != engine.PoolCreated {
		t.Errorf("a fresh pool: %+v, state %d", got, pool.State())
	}
	if err := pool.Validate(t.Context()); err != nil || pool.State() != engine.PoolActive {
		t.Errorf("after validation: state %d, %v", pool.State(), err)
	}
	pool.Close()
	_, err := pool.Acquire(t.Context())
	wantCategory(t, err, tusk.Connection)
	if pool.State() != engine.PoolClosed {
		t.Errorf("state %d", pool.State())
	}
}

func TestAcquireEndsWithItsContext(t *testing.T) {
	pool := poolOf(t, func(c *engine.Config) { c.MaxConns = 1 })
	held, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer held.Release()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = pool.Acquire(ctx)
	wantCategory(t, err, tusk.Cancelled)
}

func TestTwentyQueriesOnFourConnections(t *testing.T) {
	pool := poolOf(t, func(c *engine.Config) { c.MaxConns = 4 })
	ended := make(chan error, 20)
	for range 20 {
		go func() {
			conn, err := pool.Acquire(t.Context())
			if err == nil {
				_, err = conn.Exec(t.Context(), `select pg_sleep(0.05)`)
				conn.Release()
			}
			ended <- err
		}()
	}
	for range 20 {
		if err := await(t, "an end", ended); err != nil {
			t.Error(err)
		}
	}
	if s := pool.Status(); s.Size > 4 || s.Waiting != 0 {
		t.Errorf("afterwards the pool is %+v", s)
	}
}
