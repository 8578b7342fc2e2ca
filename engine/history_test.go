package engine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/store"
)

func TestHistory(t *testing.T) {
	var kept *store.Store
	state := newState(t, func(c *engine.Config) { kept = c.Store })
	id := open(t, state, source(t, pgtest.New(t).Database(t, `create table t (a int)`)))
	for _, text := range []string{
		`insert into t values (1), (2), (3)`,
		`select * from t`,
		`select oops`,
		`alter role nobody_here password 'hunter2'`,
		`select 'begin''' password 'hunter2'`,
	} {
		run(t.Context(), state, script(id, "doc", text))
	}
	state.Close()
	entries, err := kept.History(context.Background(), store.HistoryFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 5 {
		t.Fatalf("%d entries, want 5: %+v", len(entries), entries)
	}
	for _, e := range entries {
		if strings.Contains(e.SQL+e.ErrorMessage, "hunter2") {
			t.Errorf("a password is kept: %+v", e)
		}
		if e.ConnectionID != id || e.ExecutionTimeMS == nil || e.ExecutedAt.IsZero() {
			t.Errorf("incomplete: %+v", e)
		}
	}
	insert, rows, failed, role := entries[4], entries[3], entries[2], entries[1]
	if *insert.RowCount != 3 || *rows.RowCount != 3 || insert.ErrorMessage != "" {
		t.Errorf("counts: %+v, %+v", insert, rows)
	}
	if failed.RowCount != nil || !strings.Contains(failed.ErrorMessage, "oops") {
		t.Errorf("failed: %+v", failed)
	}
	if role.SQL != `alter role nobody_here password '***'` || !strings.Contains(role.ErrorMessage, "not kept") {
		t.Errorf("role: %+v", role)
	}
}
