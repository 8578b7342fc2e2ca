//go:build unix

package engine_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/engine/tunnel"
	"github.com/tusk-lsp/tusk-lsp/internal/faultproxy"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/internal/sshtest"
)

// through leads a connection through an SSH server that the user knows.
func through(t testing.TB, server *sshtest.Server) func(*tusk.ConnectionConfig) {
	t.Helper()
	home(t, server)
	gate := server.Config()
	return func(c *tusk.ConnectionConfig) { c.SSHTunnel = &gate }
}

// home gives the test a home directory whose known_hosts lists servers.
func home(t testing.TB, known ...*sshtest.Server) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".ssh"), 0o700); err != nil {
		t.Fatal(err)
	}
	var lines []byte
	for _, server := range known {
		text, err := os.ReadFile(server.KnownHosts(t, server.HostKey))
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, text...)
	}
	if err := os.WriteFile(filepath.Join(dir, ".ssh", "known_hosts"), lines, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", dir)
}

func TestTunnel(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		server := sshtest.Start(t)
		state, id := connected(t, s.Database(t), through(t, server))
		if err := state.Connect(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if _, err := state.Refresh(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		must(t, state, id, "doc", `create temp table kept as select 42 as n`)
		started, done := start(t.Context(), state, script(id, "doc", `select pg_sleep(60)`))
		h := await(t, "the start", started)
		awaitSleep(t, state, id)
		h.Cancel()
		wantCategory(t, await(t, "the end", done).failed, tusk.Cancelled)
		if got := cells(must(t, state, id, "doc", `select n from kept`)); got != "42" {
			t.Errorf("after the cancel the session has %q", got)
		}
		if n := server.Connections(); n != 1 {
			t.Errorf("%d SSH connections serve one database connection, want 1", n)
		}
		state.Remove(id)
		for deadline := time.Now().Add(soon); server.Connections() > 0; {
			if time.Now().After(deadline) {
				t.Fatal("the SSH connection outlives its database connection")
			}
		}
	})
}

func TestTunnelToAUnixSocket(t *testing.T) {
	server := sshtest.Start(t)
	db := pgtest.New(t).Database(t)
	// The server's own socket is in a folder that sshd's user may not enter.
	folder, err := os.MkdirTemp("", "socket")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, ".s.PGSQL.5432")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o777); err != nil {
		t.Fatal(err)
	}
	faultproxy.Serve(t, listener, addressOf(db))
	gate := through(t, server)
	state, id := connected(t, db, gate, func(c *tusk.ConnectionConfig) { c.Host, c.Port = folder, 5432 })
	must(t, state, id, "doc", `select 1`)
}

func TestUnknownSSHHost(t *testing.T) {
	server := sshtest.Start(t)
	gate := through(t, server)
	home(t) // that knows nobody
	db := pgtest.New(t).Database(t)

	state, id := connected(t, db, gate)
	e := wantCategory(t, state.Connect(t.Context(), id), tusk.SSH)
	if !strings.Contains(e.Message, "is not known") || !strings.Contains(e.Message, "SHA256:") {
		t.Errorf("the message is %q", e.Message)
	}

	asked := 0
	state = newState(t, func(c *engine.Config) {
		c.AcceptHost = func(context.Context, *tunnel.UnknownHost) (bool, error) { asked++; return true, nil }
	})
	id = open(t, state, source(t, db, gate))
	must(t, state, id, "doc", `select 1`)
	if err := state.Connect(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if asked != 1 {
		t.Errorf("the user was asked %d times", asked)
	}
}

func TestSSHServerRestarts(t *testing.T) {
	server := sshtest.Start(t)
	state, id := connected(t, pgtest.New(t).Database(t, `create table written (n int)`), through(t, server))
	must(t, state, id, "doc", `begin; insert into written values (1)`)

	// Between statements: the next run says what was lost and works.
	server.Stop()
	server.Run(t)
	o := eventually(t, state, script(id, "doc", `select count(*) from written`))
	if got := cells(o.results[0]); got != "0" {
		t.Errorf("%s rows outlived their transaction", got)
	}

	// During one: it fails within its time, and is not repeated.
	started, done := start(t.Context(), state, script(id, "doc", `insert into written select 2 from pg_sleep(60)`))
	await(t, "the start", started)
	awaitSleep(t, state, id)
	server.Stop()
	wantCategory(t, await(t, "the end", done).failed, tusk.Connection)
	server.Run(t)
	o = eventually(t, state, script(id, "doc", `select count(*) from written`))
	if got := cells(o.results[0]); got != "0" {
		t.Errorf("%s rows were written by a statement that was cut off", got)
	}
}

// BenchmarkTunnel compares the same million rows through a tunnel with the
// direct way, in one run.
func BenchmarkTunnel(b *testing.B) {
	const rows = `select i, i * 2.5, 'row ' || i, md5(i::text), now(), i % 2 = 0, i % 100, repeat('x', 20) from generate_series(1, 1000000) i`
	server := sshtest.Start(b)
	db := pgtest.New(b).Database(b)
	gate := through(b, server)
	state := newState(b)
	direct, tunnelled := open(b, state, source(b, db)), open(b, state, source(b, db, gate))
	var took [2]time.Duration
	for b.Loop() {
		for i, s := range []engine.Script{script(direct, "doc", rows), script(tunnelled, "doc", rows)} {
			begin := time.Now()
			if o := run(b.Context(), state, s); o.err != nil || o.failed != nil {
				b.Fatal(fmt.Errorf("%v %v", o.err, o.failed))
			}
			took[i] += time.Since(begin)
			state.EndSessions("doc") // and with it the result
		}
	}
	b.ReportMetric(float64(took[0].Milliseconds())/float64(b.N), "direct-ms")
	b.ReportMetric(float64(took[1].Milliseconds())/float64(b.N), "tunnel-ms")
	b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "tunnel/direct-throughput")
}

// BenchmarkCancelThroughTunnel is BenchmarkCancel with a bastion between.
func BenchmarkCancelThroughTunnel(b *testing.B) {
	server := sshtest.Start(b)
	state, id := connected(b, pgtest.New(b).Database(b), through(b, server))
	measureCancel(b, state, id)
}
