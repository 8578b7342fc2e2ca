// Command generate turns the grammar in sql/tree/grammar into the tables that
// the parser of sql/tree runs: its operations, the sets of tokens that they begin
// with, and the kinds of node. It runs in the folder of sql/tree.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	g, err := read("grammar")
	if err != nil {
		return err
	}
	a, err := analyse(g)
	if err != nil {
		return err
	}
	e := newEmitter(a)
	if err := e.write("tables.go", e.tables()); err != nil {
		return err
	}
	return e.write("kinds.go", e.kinds())
}
