package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	protocol316 "github.com/tliron/glsp/protocol_3_16"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/engine/render"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// run is one execution of a script.
type run struct {
	session    *session
	now        *Snapshot
	todo       script
	connection uuid.UUID
	maxRows    int

	cancel  context.CancelFunc
	started chan uuid.UUID // gets the first query's id; capacity 1
	done    chan struct{}  // closed at the end; then results and err are final
	results []StatementResult
	err     error // nothing more could run
}

// startRun runs a script in a goroutine of its own. It ends with the connection
// to the client, at the latest.
func (s *session) startRun(now *Snapshot, todo script, connection uuid.UUID, params ExecuteParams, token json.RawMessage) *run {
	ctx, cancel := context.WithCancel(s.life)
	r := &run{
		session: s, now: now, todo: todo, connection: connection, maxRows: params.MaxRows,
		cancel: cancel, started: make(chan uuid.UUID, 1), done: make(chan struct{}),
	}
	if r.maxRows == 0 {
		r.maxRows = now.settings.Results.MaxRows
	}
	s.background.Go(func() {
		defer close(r.done)
		defer cancel()
		r.run(ctx, token)
	})
	return r
}

func (r *run) answer() (any, error) {
	if r.err != nil && len(r.results) == 0 {
		return nil, r.err
	}
	result := ExecuteResult{Results: r.results}
	if len(r.results) > 0 {
		result.QueryID = r.results[0].QueryID
	}
	return result, nil
}

// run runs the statements up to the first psql command, which ends the script
// with an error of its own.
func (r *run) run(ctx context.Context, token json.RawMessage) {
	s, uri := r.session, r.todo.document.URI
	if string(token) == "null" {
		token = nil
	}
	progress := s.progresses.start(token, r.now.client.progress, "Running "+baseName(uri), r.cancel)
	var statements []string
	for _, st := range r.todo.statements {
		if st.Kind != sql.SQL {
			break
		}
		statements = append(statements, st.Text())
	}
	began := time.Now()
	r.err = s.engine.Run(ctx, engine.Script{
		ConnectionID: r.connection,
		Session:      uri,
		ReadOnly:     r.session.connections.readOnly(uri),
		Statements:   statements,
		MaxRows:      r.maxRows,
		Started: func(i int, h *engine.QueryHandle) {
			if i == 0 {
				r.started <- h.ID
			}
			if len(statements) > 1 {
				progress.report(fmt.Sprintf("statement %d of %d", i+1, len(statements)))
			}
		},
		Notice: func(_ int, n tusk.Notice) { progress.report(n.Severity + ": " + n.Message) },
		Finished: func(i int, h *engine.QueryHandle, result *tusk.QueryResult, err error) {
			r.finished(ctx, i, h.ID, result, err)
		},
	})
	if r.err == nil && len(statements) < len(r.todo.statements) && len(r.results) == len(statements) && r.succeeded() {
		r.finished(ctx, len(statements), uuid.Nil, nil, notSQL(r.todo.statements[len(statements)]))
	}
	progress.end(r.summary(time.Since(began)))
	r.show()
}

func notSQL(st sql.Statement) error {
	return &tusk.Error{
		Category: tusk.Query,
		Message:  fmt.Sprintf("%.40q is for psql; only SQL runs here", st.Text()),
		Hint:     "Run the statements around it, or the file in psql.",
	}
}

func (r *run) succeeded() bool {
	return len(r.results) == 0 || r.results[len(r.results)-1].Error == nil
}

// finished takes the outcome of statement i, and passes it on to a client that
// shows results itself.
func (r *run) finished(ctx context.Context, i int, id uuid.UUID, result *tusk.QueryResult, err error) {
	span := r.todo.span(i)
	lines, e := r.todo.document.File.Lines(), r.now.client.encoding
	outcome := StatementResult{
		URI: r.todo.document.URI, Version: r.todo.document.Version, Range: rangeOf(lines, span, e),
		QueryID: id, Result: result,
	}
	if err != nil {
		outcome.Error = statementError(err, r.todo.document, span, r.now.client)
	} else {
		r.session.reached(r.connection, r.todo.document.URI)
	}
	r.results = append(r.results, outcome)
	if r.now.client.results {
		r.session.notify(context.WithoutCancel(ctx), "tusk/results", outcome)
	}
}

// reached is told that a connection works: what failed in the background before
// is tried again, and news of it is news.
func (s *session) reached(connection uuid.UUID, uri string) {
	s.messages.settled()
	if s.engine.Catalog(connection) == nil {
		s.connections.retry(connection)
		s.connections.prepare(uri)
	}
}

// statementError maps the position that the server gave, which counts
// characters of the statement from 1, into the document.
func statementError(err error, d *Document, span text.Span, c *client) *StatementError {
	out := &StatementError{ErrorInfo: tusk.InfoOf(err), Cancelled: tusk.CategoryOf(err) == tusk.Cancelled}
	e := asTuskError(err)
	out.Code = e.Code
	if e.Position > 0 {
		at := span.Start + text.CharOffset(span.Of(d.File.Text()), e.Position)
		place := rangeOf(d.File.Lines(), text.Span{Start: at, End: wordEnd(d.File, at)}, c.encoding)
		out.Range = &place
	}
	return out
}

// wordEnd is where the token at offset ends.
func wordEnd(f *sql.File, offset int) int {
	for _, token := range f.Covering(offset).Tokens() {
		if token.Start <= offset && offset < token.End {
			return token.End
		}
	}
	return offset
}

// summary is the outcome in one line.
func (r *run) summary(took time.Duration) string {
	if r.err != nil {
		return sentence(r.err)
	}
	last := r.results[len(r.results)-1]
	switch {
	case last.Error != nil && last.Error.Hint != "":
		return last.Error.Message + ". " + last.Error.Hint
	case last.Error != nil:
		return last.Error.Message
	case len(r.results) > 1:
		return fmt.Sprintf("%d statements · %d ms", len(r.results), took.Milliseconds())
	default:
		return outcomeOf(last.Result)
	}
}

// outcomeOf is a result in a few words, such as "42 rows · 18 ms".
func outcomeOf(result *tusk.QueryResult) string {
	what := result.CommandTag
	switch n := len(result.Rows); {
	case result.Truncated:
		what = fmt.Sprintf("first %d rows", n)
	case len(result.Columns) > 0 && n == 1:
		what = "1 row"
	case len(result.Columns) > 0:
		what = fmt.Sprintf("%d rows", n)
	}
	return fmt.Sprintf("%s · %d ms", what, result.ExecutionTimeMS)
}

// show brings the outcome to a client that does not show results itself: rows
// as a file, and one line in any case, so that nobody runs a query and sees
// nothing.
func (r *run) show() {
	s := r.session
	if r.now.client.results {
		if r.err != nil {
			s.messages.showError(s.life, r.err)
		}
		return
	}
	kind := protocol316.MessageTypeInfo
	if r.err != nil || !r.succeeded() && !r.results[len(r.results)-1].Error.Cancelled {
		kind = protocol316.MessageTypeError
	}
	line := r.summary(0)
	if r.err == nil {
		line = r.summary(r.took())
	}
	if content := r.file(); len(content) > 0 {
		path, err := s.results.write(r.todo.document.URI, content)
		if err != nil {
			s.messages.showError(s.life, err)
		} else {
			line += " → " + path
			s.open(path, r.now.client)
		}
	}
	s.messages.show(s.life, kind, line)
}

func (r *run) took() time.Duration {
	var ms int64
	for _, outcome := range r.results {
		if outcome.Result != nil {
			ms += outcome.Result.ExecutionTimeMS
		}
	}
	return time.Duration(ms) * time.Millisecond
}

// file is the results as text; nothing where no statement gave a result.
func (r *run) file() []byte {
	var out bytes.Buffer
	for _, outcome := range r.results {
		if outcome.Result == nil {
			continue
		}
		fmt.Fprintf(&out, "-- %s\n", bytes.ReplaceAll([]byte(outcome.Result.SQL), []byte("\n"), []byte("\n-- ")))
		for _, notice := range outcome.Result.Notices {
			fmt.Fprintf(&out, "%s: %s\n", notice.Severity, notice.Message)
		}
		if err := render.Text(&out, outcome.Result, render.Window(outcome.Result)); err != nil {
			r.session.log.Error("a result cannot be written", "err", err) // a buffer takes all
		}
		fmt.Fprintf(&out, "%s\n\n", outcomeOf(outcome.Result))
	}
	return out.Bytes()
}

// open shows a file beside the document, where the client can.
func (s *session) open(path string, c *client) {
	if !c.showDocument {
		return
	}
	focus := false
	params := protocol316.ShowDocumentParams{URI: fileURI(path), TakeFocus: &focus}
	var answer protocol316.ShowDocumentResult
	if err := s.conn.Call(s.life, "window/showDocument", params, &answer); err != nil || !answer.Success {
		s.log.Debug("the client did not show a result file", "err", err)
	}
}

func asTuskError(err error) *tusk.Error {
	if e, ok := errors.AsType[*tusk.Error](err); ok {
		return e
	}
	return &tusk.Error{Message: err.Error(), Cause: err}
}
