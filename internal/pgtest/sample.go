package pgtest

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/engine/scratch/sample"
)

// sampleTemplate is the database that Sample clones. It gets its name when it is
// whole.
const sampleTemplate = "sample"

// sampleLock is the advisory lock of who makes it, in the maintenance database.
const sampleLock = 0x5a3317e

// Sample gives a clone of the sample database (package sample), which is loaded
// once per server, whatever the number of test processes.
func (s *Server) Sample(t testing.TB) *Database {
	t.Helper()
	// The template outlives the test.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), timeout)
	defer cancel()
	if err := s.loadSample(ctx); err != nil {
		t.Fatal(err)
	}
	return s.clone(t, sampleTemplate)
}

func (s *Server) loadSample(ctx context.Context) error {
	admin, err := pgx.Connect(ctx, s.URL(maintenance))
	if err != nil {
		return err
	}
	defer admin.Close(ctx) // and so the lock is released
	if _, err := admin.Exec(ctx, `select pg_advisory_lock($1)`, sampleLock); err != nil {
		return err
	}
	var done bool
	err = admin.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, sampleTemplate).Scan(&done)
	if err != nil || done {
		return err
	}
	const building = sampleTemplate + "_building"
	for _, statement := range []string{
		"drop database if exists " + building + " with (force)", // of a process that died over it
		"create database " + building,
	} {
		if _, err := admin.Exec(ctx, statement); err != nil {
			return err
		}
	}
	conn, err := pgx.Connect(ctx, s.URL(building))
	if err != nil {
		return err
	}
	err = sample.Load(ctx, conn)
	// A database with a connection cannot be renamed.
	if closeErr := conn.Close(ctx); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("make the template of Sample: %w", err)
	}
	_, err = admin.Exec(ctx, "alter database "+building+" rename to "+sampleTemplate)
	return err
}
