package engine

import (
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

func TestBuiltinTypesAreNamedAsTheServerDoes(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		conn := s.Database(t).Conn(t)
		for oid, name := range builtinTypes {
			var want string
			if err := conn.QueryRow(t.Context(), `select format_type($1, -1)`, oid).Scan(&want); err != nil {
				t.Fatal(err)
			}
			if name != want {
				t.Errorf("type %d is %q, want %q", oid, name, want)
			}
		}
	})
}
