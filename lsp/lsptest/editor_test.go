package lsptest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tusk-lsp/tusk-lsp/lsp/lspclient"
	"github.com/tusk-lsp/tusk-lsp/lsp/lsptest"
	"github.com/tusk-lsp/tusk-lsp/lsp/rpc"
)

// shouter is a small server: it publishes every text it sees in upper case, and
// asks the editor for a setting and for an edit.
func shouter(ctx context.Context, rwc io.ReadWriteCloser) error {
	type object = map[string]any
	type document struct {
		TextDocument struct {
			URI     string
			Version int
			Text    string
		}
		ContentChanges []struct{ Text string }
	}
	r := rpc.NewRouter()
	var conn *rpc.Conn
	publish := func(ctx context.Context, uri string, version int, text string) (any, error) {
		return nil, conn.Notify(ctx, "textDocument/publishDiagnostics", object{
			"uri": uri, "version": version, "diagnostics": []object{{"message": strings.ToUpper(text)}},
		})
	}
	rpc.Ordered(r, "initialize", func(context.Context, struct{}) (any, error) {
		return object{"capabilities": object{"positionEncoding": "utf-8"}}, nil
	})
	rpc.Ordered(r, "initialized", func(context.Context, struct{}) (any, error) { return nil, nil })
	rpc.Ordered(r, "shutdown", func(context.Context, struct{}) (any, error) { return nil, nil })
	rpc.Ordered(r, "textDocument/didOpen", func(ctx context.Context, d document) (any, error) {
		return publish(ctx, d.TextDocument.URI, d.TextDocument.Version, d.TextDocument.Text)
	})
	rpc.Ordered(r, "textDocument/didChange", func(ctx context.Context, d document) (any, error) {
		return publish(ctx, d.TextDocument.URI, d.TextDocument.Version, d.ContentChanges[0].Text)
	})
	now := func(json.RawMessage) (struct{}, error) { return struct{}{}, nil }
	rpc.Request(r, "workspace/executeCommand", now, func(ctx context.Context, _ json.RawMessage, _ struct{}) (any, error) {
		var settings []string
		if err := conn.Call(ctx, "workspace/configuration", object{"items": []object{{"section": "shout"}}}, &settings); err != nil {
			return nil, err
		}
		var applied struct{ Applied bool }
		start := object{"line": 0, "character": 0}
		edit := object{"edit": object{"changes": object{"a.sql": []object{{"range": object{"start": start, "end": start}, "newText": settings[0]}}}}}
		err := conn.Call(ctx, "workspace/applyEdit", edit, &applied)
		return applied.Applied, err
	})
	conn = rpc.NewConn(rwc, r, rpc.Options{})
	return conn.Serve(ctx)
}

func TestSession(t *testing.T) {
	t.Parallel()
	e := lsptest.Pipe(t, shouter, lspclient.Options{Settings: map[string]any{"shout": "hey "}})
	e.Initialize()
	if got := e.Encoding(); got != "utf-8" {
		t.Errorf("negotiated %s", got)
	}
	at := e.OpenAtCursor("a.sql", "é<|> you")
	if got := e.Diagnostics("a.sql", 1)[0].Message; got != "É YOU" {
		t.Errorf("published %q", got)
	}
	version := e.Replace("a.sql", at, at, "! all of")
	if got := e.Diagnostics("a.sql", version)[0].Message; got != "! ALL OF" {
		t.Errorf("published %q", got)
	}
	var applied bool
	e.Command("shout", &applied)
	if text, _ := e.Text("a.sql"); !applied || text != "hey é! all of you" {
		t.Errorf("applied %t, text %q", applied, text)
	}
	if err := e.RequestError("textDocument/hover", nil); err.Code != rpc.CodeMethodNotFound {
		t.Errorf("got %v", err)
	}
}

// TestMain makes the test's own binary a server, for TestBinary.
func TestMain(m *testing.M) {
	if os.Getenv("LSPTEST_SERVE") == "" {
		os.Exit(m.Run())
	}
	fmt.Fprintln(os.Stderr, "serving")
	if err := shouter(context.Background(), stdio{os.Stdin, os.Stdout}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}

type stdio struct{ in, out *os.File }

func (s stdio) Read(p []byte) (int, error)  { return s.in.Read(p) }
func (s stdio) Write(p []byte) (int, error) { return s.out.Write(p) }
func (s stdio) Close() error                { return errors.Join(s.in.Close(), s.out.Close()) }

func binary(t *testing.T) *lsptest.Editor {
	return lsptest.Binary(t, os.Args[0], nil, append(os.Environ(), "LSPTEST_SERVE=1"), lspclient.Options{})
}

func TestBinary(t *testing.T) {
	t.Parallel()
	e := binary(t)
	e.Initialize()
	e.Open("a.sql", strings.Repeat("select 1;\n", 100_000))
	if got := len(e.Diagnostics("a.sql", 1)[0].Message); got != 1_000_000 {
		t.Errorf("published %d bytes", got)
	}
	e.Shutdown()
	e.Exit()
	if status := wait(t, e); status != 0 || e.Stderr() != "serving\n" {
		t.Errorf("status %d, standard error %q", status, e.Stderr())
	}
}

func TestBinaryWhoseEditorCrashes(t *testing.T) {
	t.Parallel()
	e := binary(t)
	e.Initialize()
	if err := e.Kill(); err != nil {
		t.Error(err)
	}
	if status := wait(t, e); status != 3 || !strings.Contains(e.Stderr(), rpc.ErrGone.Error()) {
		t.Errorf("status %d, standard error %q", status, e.Stderr())
	}
}

func wait(t *testing.T, e *lsptest.Editor) (status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	status, err := e.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

func TestServedGivesTheServersError(t *testing.T) {
	t.Parallel()
	e := lsptest.Pipe(t, shouter, lspclient.Options{})
	e.Initialize()
	if err := e.Kill(); err != nil {
		t.Error(err)
	}
	if err := e.Served(); !errors.Is(err, rpc.ErrGone) {
		t.Errorf("got %v, want that the client is gone", err)
	}
}

// failing records what a test would report.
type failing struct {
	testing.TB
	mu       sync.Mutex
	messages []string // guarded by mu
	cleanups []func()
}

func (f *failing) Helper()             {}
func (f *failing) Cleanup(fn func())   { f.cleanups = append(f.cleanups, fn) }
func (f *failing) Logf(string, ...any) {}
func (f *failing) Errorf(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.messages = append(f.messages, format)
}

func TestLeftGoroutineFailsTheTest(t *testing.T) {
	t.Parallel()
	f := &failing{TB: t}
	release := make(chan struct{})
	defer close(release)
	lsptest.Pipe(f, func(ctx context.Context, rwc io.ReadWriteCloser) error {
		go func() { <-release }()
		return shouter(ctx, rwc)
	}, lspclient.Options{}).Initialize()
	for _, cleanup := range f.cleanups {
		cleanup()
	}
	if len(f.messages) != 1 || !strings.Contains(f.messages[0], "goroutines behind") {
		t.Errorf("reported %q", f.messages)
	}
}
