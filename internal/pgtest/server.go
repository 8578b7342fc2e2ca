// Package pgtest gives tests real PostgreSQL servers, one per major, and fresh
// databases on them. A run shares its servers when it was started by
//
//	go run ./internal/pgtest/with-postgres -- go test ./...
//
// and starts what it needs by itself otherwise; nothing is left behind either
// way.
//
//	func TestSomething(t *testing.T) {
//		pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
//			db := s.Database(t, `create table customer (id int primary key)`)
//			conn := db.Conn(t)
//			...
//		})
//	}
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/engine/scratch"
)

// timeout bounds each step of the infrastructure on a loaded machine.
const timeout = 2 * time.Minute

// maintenance is the database for statements about databases and roles.
const maintenance = "postgres"

// Server is a PostgreSQL server under test, shared by tests and processes: a
// test works in databases of its own and changes nothing else on it. It is
// immutable.
type Server struct {
	scratch.Address
}

// Each runs test as a subtest per major under test, named such as "pg18".
func Each(t *testing.T, test func(t *testing.T, s *Server)) {
	t.Helper()
	for _, major := range majors(t) {
		t.Run(fmt.Sprintf("pg%d", major), func(t *testing.T) { test(t, on(t, major)) })
	}
}

// New gives the server of the newest major under test.
func New(t testing.TB) *Server {
	t.Helper()
	all := majors(t)
	return on(t, all[len(all)-1])
}

func majors(t testing.TB) []int {
	t.Helper()
	all, err := Majors(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// on gives the server of one major.
func on(t testing.TB, major int) *Server {
	t.Helper()
	// The server outlives the test: so must the context that starts it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), timeout)
	defer cancel()
	address, err := process.server(ctx, major)
	if errors.Is(err, scratch.ErrNotFound) {
		t.Skipf("no PostgreSQL %d: set %s, or install it or npm", major, scratch.BinEnv)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &Server{address}
}

// Database gives a fresh database in which the setup was run, each text as one
// simple query of any number of statements. It is dropped when the test ends,
// whoever is still connected.
func (s *Server) Database(t testing.TB, setup ...string) *Database {
	t.Helper()
	db := s.clone(t, "template1")
	if len(setup) > 0 {
		db.Exec(t, setup...)
	}
	return db
}

// clone makes a database from a template, for the time of the test.
func (s *Server) clone(t testing.TB, template string) *Database {
	t.Helper()
	name := uniqueName(t)
	s.admin(t, "create database "+quote(name)+" template "+quote(template))
	t.Cleanup(func() { s.admin(t, "drop database if exists "+quote(name)+" with (force)") })
	return &Database{
		Server:   s,
		Name:     name,
		Username: s.Username,
		Password: s.Password,
	}
}

// admin runs statements in the maintenance database, each by itself. It works
// in cleanups, too, when the test's own context has ended.
func (s *Server) admin(t testing.TB, statements ...string) {
	t.Helper()
	run(t, s.URL(maintenance), statements...)
}

// run runs texts of SQL on a connection of their own.
func run(t testing.TB, url string, texts ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), timeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, text := range texts {
		if _, err := conn.PgConn().Exec(ctx, text).ReadAll(); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
}

// uniqueName makes a name from the test's, so that one sees in
// pg_stat_activity who is there. PostgreSQL's names have up to 63 bytes.
func uniqueName(t testing.TB) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(t.Name()))
	return name[:min(len(name), 45)] + "_" + strings.ToLower(rand.Text()[:16])
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
