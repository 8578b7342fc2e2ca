package tree_test

import (
	"os"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

func parsePL(src string) *tree.Tree { return tree.ParsePL(src, lex.Lex(src, lex.Options{})) }

// TestBody finds the body of each statement, and in it the column that is named
// thing, at its place in the file.
func TestBody(t *testing.T) {
	for src, want := range map[string]string{
		`CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$BEGIN RETURN thing; END$$`:            "plpgsql",
		`CREATE FUNCTION f() RETURNS int AS $x$ BEGIN RETURN 'é' || thing; END $x$ LANGUAGE PLpgSQL`: "plpgsql",
		`CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT ''it''''s'', thing; SELECT 2'`:                 "sql",
		`DO $$ BEGIN PERFORM thing; END $$`:                                                          "plpgsql",
		`DO LANGUAGE plpgsql 'BEGIN RAISE ''%'', thing; END'`:                                        "plpgsql",
		`CREATE FUNCTION f() RETURNS int LANGUAGE 'sql' AS E'SELECT thing'`:                          "sql",
		`CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS $$ return thing $$`:                  "plpython3u",
		`CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN thing`:                                  "none",
		`CREATE FUNCTION f() RETURNS int LANGUAGE sql AS E'SELECT \'a\', thing'`:                     "none",
		`SELECT thing`: "none",
	} {
		src = "/* ü */ " + src
		body, ok := parse(src).Statement().Body()
		if !ok {
			body.Language = "none"
		}
		if body.Language != want {
			t.Errorf("%s is in %s, not %s", src, body.Language, want)
		}
		found := 0
		for _, made := range body.Statements {
			if len(made.Errors()) > 0 {
				t.Errorf("%s: errors at %v", src, made.Errors())
			}
			for column := range made.Root().All(tree.ColumnRef) {
				found++
				span := column.Span()
				if at := body.Offset(span.Start); column.Text() != "thing" || src[at:at+span.Len()] != "thing" {
					t.Errorf("%s: %s is at %.20q", src, column.Text(), src[at:])
				}
			}
		}
		if found == 0 && len(body.Statements) > 0 {
			t.Errorf("%s: nothing was found", src)
		}
	}
}

// TestDeletionsInBodies takes tokens away from PL/pgSQL bodies, as TestDeletions
// does from statements.
func TestDeletionsInBodies(t *testing.T) {
	every := 29
	if os.Getenv("TUSK_CORPUS_FULL") == "1" {
		every = 1
	}
	bodies, texts := 0, 0
	for _, file := range corpus.Files(t) {
		for _, st := range sql.New(file.Text).Statements() {
			body, ok := tree.Of(st, file.Text).Statement().Body()
			if !ok || body.Language != "plpgsql" {
				continue
			}
			if bodies++; bodies%every != 0 {
				continue
			}
			src := body.Statements[0].Source()
			for _, token := range body.Statements[0].Tokens() {
				if !token.Trivia() {
					texts += 3
					sound(t, parsePL(src[:token.Start]+src[token.End:]))
					sound(t, parsePL(src[:token.Start]))
					sound(t, parsePL(src[token.Start:]))
				}
			}
		}
	}
	t.Logf("%d bodies, %d texts", bodies, texts)
}

// TestABrokenStatementOfABodyLeavesItsNeighboursAlone breaks each statement of a
// body in turn: the names in all others are still found.
func TestABrokenStatementOfABodyLeavesItsNeighboursAlone(t *testing.T) {
	statements := []string{
		"a := b + 1;", "IF c THEN d := 1; END IF;", "PERFORM e;", "SELECT g INTO h FROM i WHERE j;",
		"FOR k IN 1..l LOOP m := n; END LOOP;", "RETURN o;",
	}
	for i, broken := range statements {
		for _, with := range []string{" +", " (", " ,", " WHERE"} {
			at := strings.Index(broken, ";")
			copied := append([]string(nil), statements...)
			copied[i] = broken[:at] + with + broken[at:]
			made := parsePL("BEGIN\n" + strings.Join(copied, "\n") + "\nEND")
			names := map[string]bool{}
			for n := range made.Root().Within() {
				names[n.Name()] = true
			}
			for j, other := range statements {
				for _, word := range strings.FieldsFunc(other, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }) {
					if j != i && len(word) == 1 && !names[word] {
						t.Errorf("%s hides %s of %s: %s", copied[i], word, other, outline(made.Root()))
					}
				}
			}
		}
	}
}

// FuzzParsePL looks for bodies without a sound tree.
func FuzzParsePL(f *testing.F) {
	f.Add("<<a>> DECLARE b t.c%TYPE := 1; BEGIN FOR d IN SELECT 1 LOOP EXIT a WHEN b; END LOOP; EXCEPTION WHEN OTHERS THEN RAISE; END a")
	f.Add("BEGIN GET STACKED DIAGNOSTICS a = message_text; EXECUTE 'x' INTO STRICT b, c.d USING 1, 2; END")
	f.Fuzz(func(t *testing.T, src string) { sound(t, parsePL(src)) })
}
