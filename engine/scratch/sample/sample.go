// Package sample is the project's sample database: Fjord & Fell, a shop for
// outdoor gear with three warehouses. It loads on PostgreSQL 14 to 18 without
// extensions and has the same rows everywhere.
package sample

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

//go:embed *.sql
var files embed.FS

// Script is one file of the sample database.
type Script struct{ Name, SQL string }

// Scripts gives the files in the order in which they are run. Each is a text of
// many statements for the simple query protocol, and free of psql's commands.
func Scripts() []Script {
	names, err := fs.Glob(files, "*.sql") // sorted
	if err != nil {
		panic(err) // a malformed pattern
	}
	scripts := make([]Script, len(names))
	for i, name := range names {
		content, err := files.ReadFile(name)
		if err != nil {
			panic(err) // embedded files can be read
		}
		scripts[i] = Script{name, string(content)}
	}
	return scripts
}

// Load makes the sample database in the database that conn is connected to, in
// one transaction. It takes a second or two; errors are *tusk.Errors.
func Load(ctx context.Context, conn *pgx.Conn) error {
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, s := range Scripts() {
			if _, err := tx.Conn().PgConn().Exec(ctx, s.SQL).ReadAll(); err != nil {
				return fmt.Errorf("run %s: %w", s.Name, err)
			}
		}
		return nil
	})
	if err != nil {
		return tusk.NewError(tusk.Query, err, "load the sample database")
	}
	return nil
}
