package engine_test

import (
	"slices"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

func TestTexts(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t, `create table kept (a text)`, `insert into kept values ('x'), ('y')`))
	got, err := state.Texts(t.Context(), id, `select a from kept order by a`)
	if err != nil || !slices.Equal(got, []string{"x", "y"}) {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := state.Texts(t.Context(), id, `delete from kept returning a`); tusk.CategoryOf(err) != tusk.Query {
		t.Errorf("a query that writes: %v", err)
	}
	if got, err := state.Texts(t.Context(), id, `select a from kept`); len(got) != 2 {
		t.Errorf("%q are left, %v", got, err)
	}
}
