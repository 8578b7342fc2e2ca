// Package lsptest puts an editor of lspclient into a test: what goes wrong fails
// the test with the whole conversation, and at the test's end the server must
// have ended without leaving a goroutine behind.
package lsptest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/tusk-lsp/tusk-lsp/lsp/lspclient"
)

// patience is how long an Editor awaits anything. It bounds a test that hangs;
// no test that passes waits for it.
const patience = 20 * time.Second

// Editor is a client whose methods fail the test instead of returning errors.
// It belongs to the test's goroutine; Client may be used from any.
type Editor struct {
	*lspclient.Client
	t      testing.TB
	served *served // nil with Binary
}

// Pipe connects an editor to serve by pipes in memory. When the test ends the
// editor leaves in order, unless the test did, and serve must return and leave
// no goroutine: what a server needs and starts, such as an engine, is opened and
// closed inside serve.
func Pipe(t testing.TB, serve func(ctx context.Context, rwc io.ReadWriteCloser) error, o lspclient.Options) *Editor {
	t.Helper()
	ours, theirs := net.Pipe()
	served := start(t, serve, theirs)
	// The session ends in the clean-up, after t.Context() has.
	e := &Editor{lspclient.Start(context.WithoutCancel(t.Context()), ours, o), t, served}
	t.Cleanup(func() {
		e.leave()
		e.Served()
		if left := served.leaked(); left != "" {
			e.fail("the server left goroutines behind:\n%s", left)
		}
	})
	return e
}

// Binary connects an editor to the server at path over its standard input and
// output. env is its whole environment; nil takes the test's. When the test
// ends the editor leaves in order, unless the test did, and the process must
// end.
func Binary(t testing.TB, path string, args, env []string, o lspclient.Options) *Editor {
	t.Helper()
	ctx, kill := context.WithCancel(context.WithoutCancel(t.Context()))
	client, err := lspclient.StartProcess(ctx, path, args, env, o)
	if err != nil {
		kill()
		t.Fatal(err)
	}
	e := &Editor{client, t, nil}
	t.Cleanup(func() {
		defer kill()
		e.leave()
		wait, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if _, err := client.Wait(wait); err != nil {
			e.fail("the server does not end: %v", err)
		}
	})
	return e
}

// leave ends the session as an editor does that is closed, where it still goes
// on, and stops the client.
func (e *Editor) leave() {
	if !e.ended() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(e.t.Context()), patience)
		defer cancel()
		err := e.Client.Shutdown(ctx)
		if _, refused := errors.AsType[*lspclient.Error](err); err == nil || refused {
			err = e.Client.Exit() // a session that never began, or was shut down, can end too
		}
		if err == nil {
			// The server closes the connection when it has handled exit.
			select {
			case <-e.Done():
			case <-ctx.Done():
				err = context.Cause(ctx)
			}
		}
		if err != nil && !errors.Is(err, lspclient.ErrClosed) {
			e.fail("leave the server: %v", err)
		}
	}
	if err := e.Kill(); err != nil {
		e.t.Logf("close the connection: %v", err)
	}
}

// Served waits until serve has returned and gives its error. It is for Pipe.
func (e *Editor) Served() error {
	e.t.Helper()
	select {
	case <-e.served.done:
	case <-time.After(patience):
		e.fail("the server does not end:\n%s", e.served.stacks())
		e.t.FailNow()
	}
	return e.served.err
}

func (e *Editor) ended() bool {
	select {
	case <-e.Done():
		return true
	default:
		return false
	}
}

// fail marks the test as failed and shows the conversation.
func (e *Editor) fail(format string, args ...any) {
	e.t.Helper()
	var log strings.Builder
	if err := e.WriteLog(&log, 1000); err != nil {
		fmt.Fprintln(&log, err)
	}
	if text := e.Stderr(); text != "" {
		fmt.Fprintf(&log, "standard error:\n%s", text)
	}
	e.t.Errorf(format+"\nthe conversation:\n%s", append(args, log.String())...)
}

// check ends the test unless err is nil.
func (e *Editor) check(err error) {
	e.t.Helper()
	if err != nil {
		e.fail("%v", err)
		e.t.FailNow()
	}
}

// wait is a context for one thing to await.
func (e *Editor) wait() (context.Context, context.CancelFunc) {
	return context.WithTimeout(e.t.Context(), patience)
}

// Initialize opens the session.
func (e *Editor) Initialize() lspclient.InitializeResult {
	e.t.Helper()
	ctx, cancel := e.wait()
	defer cancel()
	result, err := e.Client.Initialize(ctx)
	e.check(err)
	return result
}

// Open opens an SQL document.
func (e *Editor) Open(uri, text string) {
	e.t.Helper()
	e.check(e.Client.Open(uri, "sql", text))
}

// OpenAtCursor opens an SQL document and gives the byte offset of the cursor
// mark <|> in it, which is taken out.
func (e *Editor) OpenAtCursor(uri, text string) (offset int) {
	e.t.Helper()
	before, after, found := strings.Cut(text, "<|>")
	if !found {
		e.t.Fatalf("no cursor mark <|> in %q", text)
	}
	e.Open(uri, before+after)
	return len(before)
}

// Change applies edits to a document and gives its new version.
func (e *Editor) Change(uri string, edits ...lspclient.Edit) (version int) {
	e.t.Helper()
	version, err := e.Client.Change(uri, edits...)
	e.check(err)
	return version
}

// Replace replaces the bytes from start to end and gives the new version.
func (e *Editor) Replace(uri string, start, end int, text string) (version int) {
	e.t.Helper()
	version, err := e.Client.Replace(uri, start, end, text)
	e.check(err)
	return version
}

// Close closes a document.
func (e *Editor) Close(uri string) {
	e.t.Helper()
	e.check(e.Client.Close(uri))
}

// Configure changes the settings of a section.
func (e *Editor) Configure(section string, settings any) {
	e.t.Helper()
	e.check(e.Client.Configure(section, settings))
}

// Request sends a request and decodes its result into result, unless that is
// nil.
func (e *Editor) Request(method string, params, result any) {
	e.t.Helper()
	ctx, cancel := e.wait()
	defer cancel()
	e.check(e.Client.Request(ctx, method, params, result))
}

// RequestError sends a request that must fail and gives the server's error.
func (e *Editor) RequestError(method string, params any) *lspclient.Error {
	e.t.Helper()
	ctx, cancel := e.wait()
	defer cancel()
	return e.mustFail(e.Client.Request(ctx, method, params, nil), method)
}

func (e *Editor) mustFail(err error, what string) *lspclient.Error {
	e.t.Helper()
	failure, ok := errors.AsType[*lspclient.Error](err)
	if !ok {
		e.fail("%s: got error %v, want an error of the server", what, err)
		e.t.FailNow()
	}
	return failure
}

// Send sends a request and does not wait for its answer.
func (e *Editor) Send(method string, params any) *lspclient.Pending {
	e.t.Helper()
	p, err := e.Client.Send(method, params)
	e.check(err)
	return p
}

// Answer awaits the answer to p and decodes it into result, unless that is nil.
func (e *Editor) Answer(p *lspclient.Pending, result any) {
	e.t.Helper()
	ctx, cancel := e.wait()
	defer cancel()
	e.check(p.Await(ctx, result))
}

// AnswerError awaits the answer to p, which must be an error.
func (e *Editor) AnswerError(p *lspclient.Pending) *lspclient.Error {
	e.t.Helper()
	ctx, cancel := e.wait()
	defer cancel()
	return e.mustFail(p.Await(ctx, nil), "the request")
}

// Cancel sends $/cancelRequest for p.
func (e *Editor) Cancel(p *lspclient.Pending) {
	e.t.Helper()
	e.check(p.Cancel())
}

// Notify sends a notification.
func (e *Editor) Notify(method string, params any) {
	e.t.Helper()
	e.check(e.Client.Notify(method, params))
}

// Completion asks for completions at a byte offset.
func (e *Editor) Completion(uri string, offset int) lspclient.CompletionList {
	e.t.Helper()
	ctx, cancel := e.wait()
	defer cancel()
	list, err := e.Client.Completion(ctx, uri, offset)
	e.check(err)
	return list
}

// Hover asks what stands at a byte offset.
func (e *Editor) Hover(uri string, offset int) string {
	e.t.Helper()
	ctx, cancel := e.wait()
	defer cancel()
	text, err := e.Client.Hover(ctx, uri, offset)
	e.check(err)
	return text
}

// Command runs a command of the server and decodes what it gave into result,
// unless that is nil.
func (e *Editor) Command(command string, result any, arguments ...any) {
	e.t.Helper()
	ctx, cancel := e.wait()
	defer cancel()
	e.check(e.Client.ExecuteCommand(ctx, command, result, arguments...))
}

// CommandError runs a command that must fail and gives the server's error.
func (e *Editor) CommandError(command string, arguments ...any) *lspclient.Error {
	e.t.Helper()
	ctx, cancel := e.wait()
	defer cancel()
	return e.mustFail(e.Client.ExecuteCommand(ctx, command, nil, arguments...), command)
}

// Diagnostics awaits the diagnostics of this version of a document.
func (e *Editor) Diagnostics(uri string, version int) []lspclient.Diagnostic {
	e.t.Helper()
	ctx, cancel := e.wait()
	defer cancel()
	found, err := e.AwaitDiagnostics(ctx, uri, version)
	e.check(err)
	return found
}

// Await awaits a notification or a request of the server (see
// lspclient.Client.Await).
func (e *Editor) Await(method string, match func(params json.RawMessage) bool) lspclient.Message {
	e.t.Helper()
	return e.AwaitSince(0, method, match)
}

// AwaitSince is Await without the messages before since.
func (e *Editor) AwaitSince(since lspclient.Mark, method string, match func(params json.RawMessage) bool) lspclient.Message {
	e.t.Helper()
	ctx, cancel := e.wait()
	defer cancel()
	m, err := e.Client.AwaitSince(ctx, since, method, match)
	e.check(err)
	return m
}

// Shutdown asks the server to prepare its end.
func (e *Editor) Shutdown() {
	e.t.Helper()
	ctx, cancel := e.wait()
	defer cancel()
	e.check(e.Client.Shutdown(ctx))
}

// Exit tells the server to end.
func (e *Editor) Exit() {
	e.t.Helper()
	e.check(e.Client.Exit())
}
