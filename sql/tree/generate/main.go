// Command generate turns the grammar in sql/tree/grammar into the tables that
// the parser of sql/tree runs: its operations, the sets of tokens that they begin
// with, and the kinds of node. It runs in the folder of sql/tree.
package main

import (
	"fmt"
	"go/format"
	"os"
	"path/filepath"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes the tables of the grammar below folder.
func run(folder string) error {
	files, err := generate(filepath.Join(folder, "grammar"))
	if err != nil {
		return err
	}
	for name, src := range files {
		if err := os.WriteFile(filepath.Join(folder, name), src, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate gives the Go files that a grammar makes.
func generate(grammar string) (map[string][]byte, error) {
	g, err := read(grammar)
	if err != nil {
		return nil, err
	}
	a, err := analyse(g)
	if err != nil {
		return nil, err
	}
	e := newEmitter(a)
	files := map[string][]byte{"tables.go": e.tables(), "kinds.go": e.kinds()}
	for name, src := range files {
		if files[name], err = format.Source(src); err != nil {
			return nil, fmt.Errorf("format %s: %w", name, err)
		}
	}
	return files, nil
}
