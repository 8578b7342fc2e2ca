package engine_test

import (
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

func TestCheckSyntax(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		state, id := connected(t, s.Database(t, `create table t (a int)`))
		for _, test := range []struct {
			sql      string
			position int // 0: no syntax error
		}{
			{`select 1`, 0},
			{`select * from no_such_table where $1`, 0},
			{`drop table t`, 0},
			{`selec 1`, 1},
			{`select 'ä' frm t where`, 16}, // frm is a column's name
			{`select 'open`, 8},
			{`select ""`, 8},
			{``, 0},
		} {
			syntax, err := state.CheckSyntax(t.Context(), id, test.sql)
			switch {
			case err != nil:
				t.Fatal(err)
			case syntax == nil && test.position != 0:
				t.Errorf("%s: no error", test.sql)
			case syntax != nil && syntax.Position != test.position:
				t.Errorf("%s: %v at %d, want %d", test.sql, syntax, syntax.Position, test.position)
			}
		}
		must(t, state, id, "doc", `select * from t`) // it is still there
	})
}
