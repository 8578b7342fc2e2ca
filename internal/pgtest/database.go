package pgtest

import (
	"context"
	"crypto/rand"
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Database is a database of one test, seen as one role. It is immutable.
type Database struct {
	Server   *Server
	Name     string
	Username string
	Password string
}

// Config gives the connection to the database, over TCP.
func (db *Database) Config() tusk.ConnectionConfig {
	config := db.Server.Config(db.Name)
	config.Username = db.Username
	return config
}

// URL gives the connection as a URI with the password in it.
func (db *Database) URL() string {
	u := url.URL{
		Scheme: "postgres",
		User:   url.UserPassword(db.Username, db.Password),
		Host:   net.JoinHostPort(db.Server.Host, strconv.Itoa(db.Server.Port)),
		Path:   "/" + db.Name,
	}
	return u.String()
}

// Conn gives a connection that is closed when the test ends.
func (db *Database) Conn(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), db.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		_ = conn.Close(ctx) // the test may have broken it
	})
	return conn
}

// Exec runs texts of SQL on a connection of their own, each as one simple query
// of any number of statements.
func (db *Database) Exec(t testing.TB, texts ...string) {
	t.Helper()
	run(t, db.URL(), texts...)
}

// Role makes a role without privileges of its own, runs the grants in the
// database, in which "$role" stands for the role's quoted name, and gives the
// database as that role sees it. The role is dropped when the test ends, with
// what it owns.
func (db *Database) Role(t testing.TB, grants ...string) *Database {
	t.Helper()
	as := *db
	as.Username = uniqueName(t)
	as.Password = rand.Text()
	role := quote(as.Username)
	db.Server.admin(t, "create role "+role+" login password '"+as.Password+"'") // letters and digits only
	t.Cleanup(func() {
		db.Exec(t, "drop owned by "+role+" cascade")
		db.Server.admin(t, "drop role "+role)
	})
	for _, grant := range grants {
		db.Exec(t, strings.ReplaceAll(grant, "$role", role))
	}
	return &as
}

// Backends counts the backends that serve an application in the database
// (application_name of pg_stat_activity), to find leaks. It does not count
// itself.
func (db *Database) Backends(t testing.TB, applicationName string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), timeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, db.Server.URL(maintenance))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	var n int
	err = conn.QueryRow(ctx,
		`select count(*) from pg_stat_activity where datname = $1 and application_name = $2`,
		db.Name, applicationName).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// AwaitBackends returns when an application has want backends in the database,
// and fails the test when that is not so within the given time.
func (db *Database) AwaitBackends(t testing.TB, applicationName string, want int, within time.Duration) {
	t.Helper()
	for deadline := time.Now().Add(within); ; time.Sleep(10 * time.Millisecond) {
		got := db.Backends(t, applicationName)
		if got == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%q has %d backends in %s after %s, want %d", applicationName, got, db.Name, within, want)
		}
	}
}
