package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTablesAreTheGrammars fails when somebody changed the grammar, or the
// generator, and did not run go generate.
func TestTablesAreTheGrammars(t *testing.T) {
	files, err := generate("../grammar")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the grammar makes: run go generate ./sql/tree", name)
		}
	}
}

func TestGrammarsThatAreWrong(t *testing.T) {
	for text, want := range map[string]string{
		`Root = SELCT .`:                   "unknown names:\ng.ebnf:1: SELCT in Root",
		`Root = nothing .`:                 "unknown names:\ng.ebnf:1: nothing in Root",
		`Root = a . a = [SELECT] a .`:      "a begins with itself: Root → a → a",
		`Root = ( SELECT .`:                `g.ebnf:1: "." where ")" should be`,
		"Root = SELECT .\nRoot = SELECT .": "g.ebnf:2: Root is already defined at g.ebnf:1",
		`Root = "select" .`:                `"select" is a keyword or not in lower case`,
		`Root = 'x .`:                      "g.ebnf:1: unclosed quote",
	} {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "g.ebnf"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := generate(folder)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, not %s", text, err, want)
		}
	}
}
