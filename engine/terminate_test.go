package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

func TestTerminate(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t)
		state, id := connected(t, db)
		must(t, state, id, "doc", `select 1`)
		pid := pidOfSession(t, state, "doc")
		_, done := start(t.Context(), state, script(id, "doc", `select pg_sleep(60)`))
		awaitSleep(t, state, id)
		if err := state.Terminate(t.Context(), id, pid); err != nil {
			t.Fatal(err)
		}
		if e := wantCategory(t, await(t, "the end", done).failed, tusk.Connection); e.Code != "57P01" {
			t.Errorf("the statement failed with %s: %v", e.Code, e)
		}
		must(t, state, id, "doc", `select 1`)
		e := wantCategory(t, state.Terminate(t.Context(), id, pid), tusk.Query)
		if want := fmt.Sprintf("the server has no backend with pid %d any more", pid); e.Message != want {
			t.Errorf("a backend that is gone: %s", e.Message)
		}
		wantNothingLeft(t, state, db)
	})
}

func TestTerminateWithoutPrivilege(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t)
		clerk := db.Role(t)
		state, id := connected(t, clerk)
		boss := db.Conn(t)
		e := wantCategory(t, state.Terminate(t.Context(), id, pidOf(boss)), tusk.Query)
		names := map[string]string{fmt.Sprint(pidOf(boss)): "BOSS", clerk.Username: "CLERK"}
		if got := masked(e.Message, names); e.Code != "42501" || !strings.HasPrefix(got, "the role CLERK may not end pid BOSS: ") {
			t.Errorf("told %s: %s", e.Code, got)
		}
		if got := masked(e.Hint, names); !strings.HasSuffix(got, "can: SELECT pg_terminate_backend(BOSS)") {
			t.Errorf("the hint is %s", got)
		}
		if err := boss.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if err := state.Terminate(t.Context(), id, pidOf(clerk.Conn(t))); err != nil {
			t.Errorf("a backend of the same role: %v", err)
		}
	})
}

// A backend that heeds no signal is as one that waits for a broken disk.
func TestTerminateOfBackendThatHangs(t *testing.T) {
	db := pgtest.New(t).Database(t)
	state := newState(t, func(c *engine.Config) { c.CancelTimeout = 300 * time.Millisecond })
	id := open(t, state, source(t, db))
	hanging := db.Conn(t)
	ended := inBackground(t, hanging, `select pg_sleep(60)`)
	awaitSleep(t, state, id)
	db.Exec(t, fmt.Sprintf(`copy (select 1) to program 'cat > /dev/null; kill -STOP %d'`, pidOf(hanging)))
	e := wantCategory(t, state.Terminate(t.Context(), id, pidOf(hanging)), tusk.Query)
	if want := fmt.Sprintf("pid %d was told to end and goes on after 300ms", pidOf(hanging)); e.Message != want {
		t.Errorf("told %s", e.Message)
	}
	db.Exec(t, fmt.Sprintf(`copy (select 1) to program 'cat > /dev/null; kill -CONT %d'`, pidOf(hanging)))
	if err := await(t, "the end", ended); err == nil {
		t.Error("it was not ended")
	}
	wantNothingLeft(t, state, db)
}
