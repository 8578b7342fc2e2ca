package lex_test

import (
	"slices"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// TestKeywordsAreTheServers compares the table with pg_get_keywords(): the
// newest server has the same words; an older one no other but RECHECK, which
// meant nothing any more and went in 18.
func TestKeywordsAreTheServers(t *testing.T) {
	categories := map[string]lex.Category{"U": lex.Unreserved, "C": lex.ColName, "T": lex.TypeFuncName, "R": lex.Reserved}
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		rows, err := s.Database(t).Conn(t).Query(t.Context(), `select word, catcode::text, barelabel from pg_get_keywords()`)
		if err != nil {
			t.Fatal(err)
		}
		var theirs []string
		for rows.Next() {
			var word, category string
			var bare bool
			if err := rows.Scan(&word, &category, &bare); err != nil {
				t.Fatal(err)
			}
			theirs = append(theirs, word)
			k := lex.LookupKeyword(word)
			switch {
			case k == lex.NotKeyword && word == "recheck":
			case k == lex.NotKeyword:
				t.Errorf("%s is no keyword to us", word)
			case s.Major < 18: // categories have changed since
			case k.Category() != categories[category] || k.BareLabel() != bare:
				t.Errorf("%s is %v, bare label %v; the server says %s, %v", word, k.Category(), k.BareLabel(), category, bare)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		for _, k := range lex.Keywords() {
			if s.Major >= 18 && !slices.Contains(theirs, k.String()) {
				t.Errorf("%s is no keyword to the server", k)
			}
		}
	})
}
