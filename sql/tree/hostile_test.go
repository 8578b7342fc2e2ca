package tree_test

import (
	"strings"
	"testing"
)

// TestHostileTexts parses texts that are long or deep without end: each is a
// tree, and the work stays in proportion to the tokens.
func TestHostileTexts(t *testing.T) {
	const n = 10_000
	for name, src := range map[string]string{
		"a chain of operators":          "SELECT 1" + strings.Repeat("+1", n),
		"a chain of AND":                "SELECT a" + strings.Repeat(" AND a", n),
		"a chain of comparisons":        "SELECT a" + strings.Repeat(" < a", n),
		"a chain of casts":              "SELECT a" + strings.Repeat("::int", n),
		"a chain of NOT":                "SELECT " + strings.Repeat("NOT ", n) + "a",
		"a chain of minus":              "SELECT " + strings.Repeat("- ", n) + "a",
		"a chain of UNION":              "SELECT 1" + strings.Repeat(" UNION SELECT 1", n),
		"a chain of joins":              "SELECT 1 FROM a" + strings.Repeat(" JOIN a ON b", n),
		"a chain of joins without ON":   "SELECT 1 FROM a" + strings.Repeat(" JOIN a", n),
		"nested parentheses":            "SELECT " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n),
		"open parentheses":              "SELECT " + strings.Repeat("(", n),
		"closing parentheses":           "SELECT 1" + strings.Repeat(")", n),
		"nested queries":                strings.Repeat("(SELECT ", n) + "1" + strings.Repeat(")", n),
		"nested queries in FROM":        strings.Repeat("SELECT * FROM (", n),
		"nested joins":                  "SELECT 1 FROM " + strings.Repeat("(", n) + "a JOIN b ON c" + strings.Repeat(")", n),
		"parentheses around UNION":      strings.Repeat("(SELECT 1) UNION (", n),
		"nested calls":                  "SELECT " + strings.Repeat("f(", n) + strings.Repeat(")", n),
		"nested CASE":                   "SELECT " + strings.Repeat("CASE WHEN a THEN ", n) + "1" + strings.Repeat(" END", n),
		"nested arrays":                 "SELECT ARRAY" + strings.Repeat("[", n),
		"nested JSON":                   "SELECT " + strings.Repeat("JSON_OBJECT(a: ", n),
		"nested WITH":                   strings.Repeat("WITH a AS (", n),
		"many rows":                     "INSERT INTO t VALUES (1, 2)" + strings.Repeat(", (1, 2)", n),
		"many rows with an error":       "INSERT INTO t VALUES (1, 2)" + strings.Repeat(", (1, 2)", n) + ", (1 2" + strings.Repeat("), (1, 2)", n),
		"an error in every row":         "INSERT INTO t VALUES (1 2)" + strings.Repeat(", (1 2)", n),
		"commas":                        "SELECT " + strings.Repeat(",", n),
		"dots":                          "SELECT a" + strings.Repeat(".", n),
		"words":                         strings.Repeat("word ", n),
		"keywords":                      strings.Repeat("SELECT FROM WHERE ", n/3),
		"quotes":                        "SELECT " + strings.Repeat("'a' ", n),
		"a name of many parts":          "SELECT a" + strings.Repeat(".a", n),
		"subscripts":                    "SELECT a" + strings.Repeat("[1]", n),
		"semicolons":                    strings.Repeat(";", n),
		"parentheses that do not match": "SELECT " + strings.Repeat("([", n),
	} {
		t.Run(name, func(t *testing.T) {
			parsed := parse(src)
			if steps, tokens := parsed.Steps(), len(parsed.Tokens()); steps > 3_000*(tokens+100) {
				t.Errorf("%d tokens took %d steps", tokens, steps)
			}
			nodes := 0
			for range parsed.Root().Within() {
				nodes++
			}
			if nodes == 0 {
				t.Error("there is no tree")
			}
			t.Logf("%d tokens, %d nodes, %d errors, %d steps", len(parsed.Tokens()), nodes, len(parsed.Errors()), parsed.Steps())
		})
	}
}
