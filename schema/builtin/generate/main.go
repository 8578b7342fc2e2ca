// Command generate reads the built-in catalogs of schema/builtin from real
// servers of every major, which it starts, and writes them to the files that
// are embedded:
//
//	go generate ./schema/builtin
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/engine/scratch"
	"github.com/tusk-lsp/tusk-lsp/schema/builtin/internal/archive"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := generate(ctx, "data")
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func generate(ctx context.Context, dir string) error {
	for major := scratch.OldestMajor; major <= scratch.NewestMajor; major++ {
		if err := generateMajor(ctx, dir, major); err != nil {
			return fmt.Errorf("PostgreSQL %d: %w", major, err)
		}
	}
	return nil
}

func generateMajor(ctx context.Context, dir string, major int) (err error) {
	server, err := scratch.Start(ctx, scratch.Options{FindOptions: scratch.FindOptions{Major: major}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop(context.WithoutCancel(ctx))) }()
	read := reader{connect: func(ctx context.Context, database string) (*pgx.Conn, error) {
		return pgx.Connect(ctx, server.URL(database))
	}}
	catalog, err := read.catalog(ctx)
	if err != nil {
		return err
	}
	extensions, incomplete, err := read.extensions(ctx)
	if err != nil {
		return err
	}
	for _, e := range incomplete {
		fmt.Fprintf(os.Stderr, "PostgreSQL %d: without its objects: %v\n", major, e)
	}
	name := filepath.Join(dir, strconv.Itoa(major))
	return errors.Join(write(name+".catalog", catalog), write(name+".extensions", extensions))
}

func write(name string, v any) error {
	content, err := archive.Encode(v)
	if err != nil {
		return err
	}
	return os.WriteFile(name, content, 0o600)
}
