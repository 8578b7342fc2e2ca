// Package psql is what psql does by itself, without a server: its variables,
// its commands with their arguments, and its conditional blocks. It connects to
// nothing, opens no file and starts no program; who runs a script does what the
// commands say.
//
// The rules are those of PostgreSQL 18 in src/bin/psql (command.c, copy.c,
// psqlscanslash.l, startup.c, variables.c) and src/fe_utils (conditional.c,
// psqlscan.l); the page is
// https://www.postgresql.org/docs/current/app-psql.html. Where this package is
// stricter than psql it refuses what psql would do by half: a quote that is not
// closed, a program to start.
package psql

import tusk "github.com/tusk-lsp/tusk-lsp"

// maxExpansion bounds, in bytes, what variables may add to one command or
// statement. Variables can hold references to variables, so that without it a
// text of a few lines fills the memory.
const maxExpansion = 16 << 20

// fail makes the error of a command in psql's words.
func fail(format string, args ...any) *tusk.Error {
	return tusk.NewError(tusk.Query, nil, format, args...).WithHint(`\? lists the commands that run here.`)
}

func errTooLong() *tusk.Error {
	return fail("the variables expand to more than %d MiB", maxExpansion>>20).
		WithHint(`Look for variables that hold each other, or that \set makes longer each time.`)
}
