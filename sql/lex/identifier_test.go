package lex_test

import (
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// TestIdentifiersAreThoseOfTheServer has the server name a column as written.
func TestIdentifiersAreThoseOfTheServer(t *testing.T) {
	s := pgtest.New(t)
	conn := s.Database(t).Conn(t)
	for _, written := range []string{
		`orders`, `Orders`, `"Orders"`, `"a""b"`, `ÄPFEL`, `"Äpfel"`, `U&"d\0061t\+000061"`, `U&"\D83D\DE00 smile"`, `u&"a\\b"`,
		`"012345678901234567890123456789012345678901234567890123456789012345678"`,
		`"01234567890123456789012345678901234567890123456789012345678901ü8"`,
		`a1_$b`, `"with space"`, "\"new\nline\"", `"😀"`, `"select"`, `"interval"`, `_x`, `"1a"`,
	} {
		rows, err := conn.Query(t.Context(), "SELECT 1 AS "+written)
		if err != nil {
			t.Fatal(err)
		}
		want := rows.FieldDescriptions()[0].Name
		rows.Close()
		if got := lex.Identifier(written); got != want {
			t.Errorf("%s is %q to us and %q to the server", written, got, want)
		}
		var quoted string
		if err := conn.QueryRow(t.Context(), "SELECT quote_ident($1)", want).Scan(&quoted); err != nil {
			t.Fatal(err)
		}
		if got := lex.QuoteIdentifier(want); got != quoted {
			t.Errorf("%q is quoted %s by us and %s by the server", want, got, quoted)
		}
	}
}
