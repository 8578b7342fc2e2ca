package lsp_test

import (
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// What was run before comes first among what fits as well.
func TestCompletionLearnsFromHistory(t *testing.T) {
	db := pgtest.New(t).Database(t, `create table aardvarks (id int)`, `create table zebras (id int)`)
	e := edit(t, on(db), with(rich))
	e.Open(uri, `select * from zebras`)
	execute(t, e, map[string]any{"uri": uri})
	at := e.OpenAtCursor("file:///other.sql", "select * from <|>")
	eventually(t, "the table of the history to come first", func() bool {
		items := e.Completion("file:///other.sql", at).Sorted()
		return len(items) > 1 && items[0].Label == "zebras" && items[1].Label == "aardvarks"
	})
}
