package engine_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// silentServer takes connections and never answers.
func silentServer(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener.Addr().(*net.TCPAddr).Port
}

func TestErrorsOfConnecting(t *testing.T) {
	db := pgtest.New(t).Database(t)
	silent := silentServer(t)
	tests := []struct {
		name    string
		change  func(*tusk.ConnectionConfig)
		want    tusk.Category
		message string
	}{
		{"unknown database", func(c *tusk.ConnectionConfig) { c.Database = "nowhere" }, tusk.Connection, `database "nowhere" does not exist`},
		{"unknown user", func(c *tusk.ConnectionConfig) { c.Username = "nobody_known" }, tusk.Authentication, `password authentication failed for user "nobody_known"`},
		{"refused port", func(c *tusk.ConnectionConfig) { c.Host, c.Port = "127.0.0.1", 1 }, tusk.Connection, "nothing listens at 127.0.0.1:1"},
		{"server that does not answer", func(c *tusk.ConnectionConfig) { c.Host, c.Port = "127.0.0.1", silent }, tusk.Connection, fmt.Sprintf("127.0.0.1:%d did not answer in time", silent)},
		{"unknown host", func(c *tusk.ConnectionConfig) { c.Host = "no-such-host.invalid" }, tusk.Connection, "the host no-such-host.invalid is not known"},
		{"no socket", func(c *tusk.ConnectionConfig) { c.Host, c.Port = "/no/such/folder", 5432 }, tusk.Connection, "there is no server socket /no/such/folder/.s.PGSQL.5432"},
		{"server without TLS", func(c *tusk.ConnectionConfig) { c.SSLMode = tusk.SSLRequire }, tusk.SSL, "does not offer TLS"},
		{"verify-full without TLS", func(c *tusk.ConnectionConfig) { c.SSLMode = tusk.SSLVerifyFull }, tusk.SSL, "does not offer TLS"},
		{"verify-ca without a root", func(c *tusk.ConnectionConfig) { c.SSLMode = tusk.SSLVerifyCA }, tusk.SSL, "needs a root certificate"},
		{"root certificate missing", func(c *tusk.ConnectionConfig) { c.SSLMode, c.SSLRootCert = tusk.SSLVerifyCA, "/no/such/root.crt" }, tusk.SSL, "certificates"},
		{"tunnel", func(c *tusk.ConnectionConfig) {
			tunnel := tusk.SSHTunnelConfig{Host: "gate", Username: "me", AuthMethod: tusk.SSHAgent}.WithDefaults()
			c.SSHTunnel = &tunnel
		}, tusk.SSH, "the SSH host gate:22 cannot be reached"},
	}
	t.Setenv("HOME", t.TempDir()) // no certificates of whoever runs the tests
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			state := newState(t)
			source := source(t, db, func(c *tusk.ConnectionConfig) { c.Options.ConnectTimeoutSecs = 1 }, test.change)
			err := state.Open(t.Context(), source)
			if err == nil {
				err = state.Connect(t.Context(), source.Config.ID)
				// A session makes its connection by itself.
				o := run(t.Context(), state, script(source.Config.ID, "doc", `select 1`))
				if want, got := tusk.InfoOf(err).Message, tusk.InfoOf(o.err).Message; want != got {
					t.Errorf("the pool says %s, the session %s", want, got)
				}
			}
			e := wantCategory(t, err, test.want)
			if !strings.Contains(e.Message, test.message) {
				t.Errorf("message %q, want %q", e.Message, test.message)
			}
			if info := e.Info(); info.Hint == "" || strings.Contains(fmt.Sprintf("%+v %+v %#v", info, err, e.Cause), db.Password) {
				t.Errorf("no hint, or the password is in %+v", info)
			}
		})
	}
}

func TestConnectEndsWithinItsTimeout(t *testing.T) {
	state := newState(t)
	config := tusk.ConnectionConfig{Name: "silent", Host: "127.0.0.1", Port: silentServer(t), Username: "u", Database: "d"}.WithDefaults()
	config.Options.ConnectTimeoutSecs = 1
	open(t, state, engine.Source{Config: config, Origin: "test"})
	begin := time.Now()
	wantCategory(t, state.Connect(t.Context(), config.ID), tusk.Connection)
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestSocket(t *testing.T) {
	db := pgtest.New(t).Database(t)
	if db.Server.SocketDir == "" {
		t.Skip("this system has no unix sockets for PostgreSQL")
	}
	state, id := connected(t, db, func(c *tusk.ConnectionConfig) { c.Host = db.Server.SocketDir })
	if got := cells(must(t, state, id, "doc", `select inet_server_addr() is null`)); got != "t" {
		t.Error("the connection does not use the socket")
	}
	started, done := start(t.Context(), state, script(id, "doc", `select pg_sleep(60)`))
	h := await(t, "the start", started)
	awaitSleep(t, state, id)
	h.Cancel() // finds the socket, too
	wantCategory(t, await(t, "the end", done).failed, tusk.Cancelled)
}

// What libpq's variables say means nothing to a connection that has settings.
func TestEnvironmentDoesNotLeakIntoAConnection(t *testing.T) {
	db := pgtest.New(t).Database(t)
	for name, value := range map[string]string{
		"PGHOST": "elsewhere", "PGPORT": "1", "PGDATABASE": "other", "PGUSER": "other", "PGPASSWORD": "wrong",
		"PGAPPNAME": "other", "PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/no/such/file", "PGSSLCERT": "/no/such/file",
		"PGSSLKEY": "/no/such/file", "PGSERVICE": "missing", "PGSERVICEFILE": "/no/such/file", "PGOPTIONS": "-c work_mem=1234kB",
		"PGTARGETSESSIONATTRS": "standby", "PGREQUIREAUTH": "md5", "PGCHANNELBINDING": "require", "PGTZ": "Asia/Tokyo",
		"PGCONNECT_TIMEOUT": "x", "PGSSLNEGOTIATION": "direct", "PGMINPROTOCOLVERSION": "9", "PGSSLCERTMODE": "require",
	} {
		t.Setenv(name, value)
	}
	state, id := connected(t, db)
	r := must(t, state, id, "doc", `select current_database(), current_user, current_setting('application_name'),
		current_setting('work_mem') <> '1234kB', current_setting('TimeZone') <> 'Asia/Tokyo', current_setting('client_encoding')`)
	if got, want := cells(r), fmt.Sprintf("%s|%s|%s|t|t|UTF8", db.Name, db.Username, applicationName(t)); got != want {
		t.Errorf("connected as %s, want %s", got, want)
	}
	pool, err := state.Pool(id)
	if err != nil {
		t.Fatal(err)
	}
	if err := pool.Validate(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestPasswordComesFromItsPlaces(t *testing.T) {
	db := pgtest.New(t).Database(t)
	file := filepath.Join(t.TempDir(), "pgpass")
	t.Setenv("PGPASSFILE", file)
	line := fmt.Sprintf("%s:%d:%s:%s:%s\n", db.Config().Host, db.Config().Port, db.Name, db.Username, db.Password)
	write := func(mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(file, []byte(line), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
	}
	without := source(t, db)
	without.Password = secrets.Secret{}

	write(0o600)
	state := newState(t)
	id := open(t, state, without)
	must(t, state, id, "doc", `select 1`)

	write(0o644) // libpq does not read such a file, and neither do we; the user learns why
	e := wantCategory(t, run(t.Context(), state, script(id, "other", `select 1`)).err, tusk.Authentication)
	if !strings.Contains(e.Detail+e.Hint, file) {
		t.Errorf("the file is not named: %+v", e.Info())
	}

	wrong := source(t, db)
	wrong.Password = secrets.NewSecret("wrong-password")
	write(0o600)
	id = open(t, state, wrong) // what came with the URL goes before the file
	e = wantCategory(t, run(t.Context(), state, script(id, "doc", `select 1`)).err, tusk.Authentication)
	if strings.Contains(fmt.Sprintf("%+v %#v", e.Info(), e.Cause), "wrong-password") {
		t.Error("the password is in the error")
	}
}

func TestOptionsOfEveryBackend(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t), func(c *tusk.ConnectionConfig) {
		c.Options.StatementTimeoutSecs = 77
		c.Options.ReadOnly = true
	})
	const ask = `select current_setting('statement_timeout') || current_setting('default_transaction_read_only')`
	const want = "77son"
	if got := cells(must(t, state, id, "doc", ask)); got != want {
		t.Errorf("a session has %s", got)
	}
	pool, err := state.Pool(id)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	var got string
	if err := conn.QueryRow(t.Context(), ask).Scan(&got); err != nil || got != want {
		t.Errorf("the pool has %s, %v", got, err)
	}
}

func TestUnknownConnection(t *testing.T) {
	state := newState(t)
	id := uuid.New()
	wantCategory(t, state.Run(t.Context(), script(id, "doc", `select 1`)), tusk.Connection)
	_, err := state.Refresh(t.Context(), id)
	wantCategory(t, err, tusk.Connection)
	_, err = state.CheckSyntax(t.Context(), id, `select 1`)
	wantCategory(t, err, tusk.Connection)
}
