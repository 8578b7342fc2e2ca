package engine_test

import (
	"strings"
	"testing"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// A server that vanishes without a word is noticed by TCP, whether it has
// acknowledged the statement (keepalive) or not (TCP_USER_TIMEOUT).
func TestVanishedServerIsNoticed(t *testing.T) {
	if testing.Short() {
		t.Skip("TCP takes half a minute")
	}
	for name, acknowledged := range map[string]bool{"running": true, "sent into the silence": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t).Database(t)
			proxy := proxyOf(t, db)
			state, id := connected(t, db, behind(proxy))
			observer := open(t, state, source(t, db))
			must(t, state, id, "doc", `select 1`)
			s := script(id, "doc", `select pg_sleep(600)`)
			if !acknowledged {
				s.Started = func(int, *engine.QueryHandle) { proxy.Blackhole() }
			}
			done := make(chan outcome, 1)
			begin := time.Now()
			go func() { done <- run(t.Context(), state, s) }()
			if acknowledged {
				awaitSleep(t, state, observer)
				proxy.Blackhole()
			}
			select {
			case o := <-done:
				e := wantCategory(t, o.failed, tusk.Connection)
				if !strings.Contains(e.Hint, "is lost") {
					t.Errorf("told: %s (%s)", e.Message, e.Hint)
				}
				t.Logf("noticed after %v: %s", time.Since(begin).Round(time.Second), e.Message)
			case <-time.After(time.Minute):
				t.Error("nobody noticed within a minute")
			}
			proxy.Heal()
			must(t, state, id, "doc", `select 1`)
		})
	}
}
