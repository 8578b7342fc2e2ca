//go:build unix

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

func TestPasswordIsPrintedByACommand(t *testing.T) {
	db := pgtest.New(t).Database(t)
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(db.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := newCommand(t)
	c.must("", "connection add mine"+flagsFor(db))
	c.fails("", "connection test mine", "none is known")
	c.shows("", "connection password mine -- cat "+file, "cat "+file)
	c.must("", "connection test mine")
	c.must("", "connection password mine --delete")
	c.fails("", "connection test mine", "none is known")
}
