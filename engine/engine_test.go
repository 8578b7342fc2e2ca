package engine_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/faultproxy"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// soon bounds what should take no time, on a machine that is busy.
const soon = 20 * time.Second

// newState gives a State with a store and secrets of its own, which end with
// the test.
func newState(t testing.TB, change ...func(*engine.Config)) *engine.State {
	t.Helper()
	kept, warning, err := store.Open(context.Background(), t.TempDir())
	if err != nil || warning != nil {
		t.Fatal(err, warning)
	}
	vault := secrets.New(secrets.Options{Disabled: "this is a test"})
	config := engine.Config{Store: kept, Secrets: vault, SpoolDir: t.TempDir(), CatalogPoll: -1}
	for _, f := range change {
		f(&config)
	}
	state := engine.New(config)
	t.Cleanup(func() {
		state.Close()
		if err := errors.Join(vault.Close(), kept.Close()); err != nil {
			t.Error(err)
		}
	})
	return state
}

// source is a test database as a connection whose backends can be told by their
// application_name.
func source(t testing.TB, db *pgtest.Database, change ...func(*tusk.ConnectionConfig)) engine.Source {
	t.Helper()
	config := db.Config()
	config.ID = uuid.New()
	config.Options.ApplicationName = applicationName(t)
	for _, f := range change {
		f(&config)
	}
	return engine.Source{Config: config, Password: secrets.NewSecret(db.Password), Origin: "test"}
}

func applicationName(t testing.TB) string {
	name := t.Name()
	return name[:min(len(name), 63)]
}

func open(t testing.TB, state *engine.State, source engine.Source) uuid.UUID {
	t.Helper()
	if err := state.Open(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	return source.Config.ID
}

// connected gives a State that knows one connection, with its id.
func connected(t testing.TB, db *pgtest.Database, change ...func(*tusk.ConnectionConfig)) (*engine.State, uuid.UUID) {
	t.Helper()
	state := newState(t)
	return state, open(t, state, source(t, db, change...))
}

// script cuts a text into statements for a session.
func script(id uuid.UUID, session, text string) engine.Script {
	return engine.Script{ConnectionID: id, Session: session, Statements: sql.New(text).Statements()}
}

// outcome is what a script gave.
type outcome struct {
	results []*tusk.QueryResult
	notices []tusk.Notice
	failed  error // of the statement that failed
	err     error // of Run
}

func run(ctx context.Context, state *engine.State, s engine.Script) outcome {
	var o outcome
	s.Notice = func(_ int, n tusk.Notice) { o.notices = append(o.notices, n) }
	finished := s.Finished
	s.Finished = func(i int, h *engine.QueryHandle, result *tusk.QueryResult, err error) {
		if err != nil {
			o.failed = err
		} else {
			o.results = append(o.results, result)
		}
		if finished != nil {
			finished(i, h, result, err)
		}
	}
	o.err = state.Run(ctx, s)
	return o
}

// start runs a script beside the test: started gets each handle, and done the
// outcome at the end.
func start(ctx context.Context, state *engine.State, s engine.Script) (started <-chan *engine.QueryHandle, done <-chan outcome) {
	handles, outcomes := make(chan *engine.QueryHandle, len(s.Statements)), make(chan outcome, 1)
	s.Started = func(_ int, h *engine.QueryHandle) { handles <- h }
	go func() { outcomes <- run(ctx, state, s) }()
	return handles, outcomes
}

// must runs a text on a session and gives the last result.
func must(t testing.TB, state *engine.State, id uuid.UUID, session, text string) *tusk.QueryResult {
	t.Helper()
	o := run(t.Context(), state, script(id, session, text))
	if o.err != nil || o.failed != nil {
		t.Fatalf("%s: %v %v", text, o.err, o.failed)
	}
	return o.results[len(o.results)-1]
}

// eventually runs a script until it goes through: the first try may be the one
// that finds the connection dead.
func eventually(t *testing.T, state *engine.State, s engine.Script) outcome {
	t.Helper()
	var o outcome
	for deadline := time.Now().Add(soon); time.Now().Before(deadline); {
		if o = run(t.Context(), state, s); o.err == nil && o.failed == nil {
			return o
		}
	}
	t.Fatalf("it did not recover: %v %v", o.err, o.failed)
	panic("unreachable")
}

// fails runs a text of which a statement must fail with this category, and gives
// the error.
func fails(t testing.TB, state *engine.State, id uuid.UUID, session, text string, want tusk.Category) *tusk.Error {
	t.Helper()
	o := run(t.Context(), state, script(id, session, text))
	if o.err != nil {
		t.Fatalf("%s: %v", text, o.err)
	}
	return wantCategory(t, o.failed, want)
}

// cells writes a result's rows as `psql -At` does, with NULL spelled out.
func cells(r *tusk.QueryResult) string {
	var rows []string
	for _, row := range r.Rows {
		var values []string
		for _, v := range row {
			if v == nil {
				values = append(values, "NULL")
			} else {
				values = append(values, *v)
			}
		}
		rows = append(rows, strings.Join(values, "|"))
	}
	return strings.Join(rows, "\n")
}

func wantCategory(t testing.TB, err error, want tusk.Category) *tusk.Error {
	t.Helper()
	e, ok := errors.AsType[*tusk.Error](err)
	if !ok || e.Category != want {
		t.Fatalf("error is %v: %v, want category %v", tusk.CategoryOf(err), err, want)
	}
	return e
}

// await waits for what another goroutine tells.
func await[T any](t testing.TB, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(soon):
		t.Fatalf("%s did not happen within %v", what, soon)
		panic("unreachable")
	}
}

// awaitSleep waits until the server runs pg_sleep for a session.
func awaitSleep(t testing.TB, state *engine.State, id uuid.UUID) {
	t.Helper()
	const sleeping = `select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`
	for deadline := time.Now().Add(soon); time.Now().Before(deadline); {
		if cells(must(t, state, id, "observer", sleeping)) == "1" {
			return
		}
	}
	t.Fatal("nothing sleeps")
}

// proxyOf is a way to a database that can break.
func proxyOf(t testing.TB, db *pgtest.Database) *faultproxy.Proxy {
	t.Helper()
	return faultproxy.New(t, addressOf(db))
}

func addressOf(db *pgtest.Database) string {
	return net.JoinHostPort(db.Server.Host, strconv.Itoa(db.Server.Port))
}

// behind leads a connection through a proxy.
func behind(p *faultproxy.Proxy) func(*tusk.ConnectionConfig) {
	return func(c *tusk.ConnectionConfig) { c.Host, c.Port = "127.0.0.1", p.Port() }
}

// wantNoGoroutines fails when goroutines of the engine or its driver go on.
func wantNoGoroutines(t *testing.T) {
	t.Helper()
	var left []string
	for deadline := time.Now().Add(soon); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		left = nil
		stacks := make([]byte, 1<<22)
		for stack := range bytes.SplitSeq(stacks[:runtime.Stack(stacks, true)], []byte("\n\n")) {
			s := string(stack)
			ours := strings.Contains(s, "tusk-lsp/engine.") || strings.Contains(s, "jackc/")
			if ours && !strings.Contains(s, "testing.tRunner") {
				left = append(left, s)
			}
		}
		if len(left) == 0 {
			return
		}
	}
	t.Errorf("goroutines are left:\n%s", strings.Join(left, "\n\n"))
}
