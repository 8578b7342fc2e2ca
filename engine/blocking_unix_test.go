//go:build unix

package engine_test

import (
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/internal/pgbouncertest"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// Behind a pooler a session's process id is the pooler's invention, and may be
// that of a stranger's backend.
func TestNoBackendIsMeantBehindAPooler(t *testing.T) {
	db := pgtest.New(t).Database(t)
	state, id := connected(t, db, pooledBy(pgbouncertest.Start(t, db)))
	stranger := db.Conn(t)
	_, err := state.Waits(t.Context(), id, pidOf(stranger))
	wantCategory(t, err, tusk.Query)
	_, err = state.Blocked(t.Context(), id, pidOf(stranger))
	wantCategory(t, err, tusk.Query)
	wantCategory(t, state.Terminate(t.Context(), id, pidOf(stranger)), tusk.Query)
	if err := stranger.Ping(t.Context()); err != nil {
		t.Errorf("the stranger: %v", err)
	}
}
