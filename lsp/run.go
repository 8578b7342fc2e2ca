package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
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
	params     ExecuteParams
	connection uuid.UUID

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
		session: s, now: now, todo: todo, params: params, connection: connection,
		cancel: cancel, started: make(chan uuid.UUID, 1), done: make(chan struct{}),
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

// maxRows is how many rows are kept of each result; 0 keeps all.
func (r *run) maxRows() int {
	switch {
	case r.params.MaxRows < 0:
		return 0
	case r.params.MaxRows > 0:
		return r.params.MaxRows
	default:
		return r.now.settings.Results.MaxRows
	}
}

// run runs the statements.
func (r *run) run(ctx context.Context, token json.RawMessage) {
	s, uri := r.session, r.todo.document.URI
	if string(token) == "null" {
		token = nil
	}
	progress := s.progresses.start(token, r.now.client.progress, "Running "+baseName(uri), r.cancel)
	began := time.Now()
	guards := s.connections.guards(uri)
	script := engine.Script{
		ConnectionID: r.connection,
		Session:      uri,
		Path:         filePath(uri),
		ReadOnly:     guards.readOnly,
		Policy:       guards.confirm,
		Statements:   r.todo.statements,
		KeepGoing:    r.params.KeepGoing,
		MaxRows:      r.maxRows(),
		Placeholders: r.now.settings.Parameters.placeholders(),
		Values:       r.params.Values,
		Ask:          r.ask,
		Confirm:      r.confirm,
		Started: func(i int, h *engine.QueryHandle) {
			if len(r.started) == 0 && len(r.results) == 0 {
				r.started <- h.ID
			}
			if len(r.todo.statements) > 1 {
				progress.report(fmt.Sprintf("statement %d of %d", i+1, len(r.todo.statements)))
			}
		},
		Notice:    func(_ int, n tusk.Notice) { progress.report(n.Severity + ": " + n.Message) },
		Waiting:   func(_ int, _ *engine.QueryHandle, text string) { progress.report(text) },
		Abandoned: func(_ int, pid uint32) { s.offerTermination(r.connection, pid) },
		Finished: func(i int, h *engine.QueryHandle, result *tusk.QueryResult, err error) {
			r.finished(ctx, i, h.ID, result, err)
		},
	}
	if r.now.client.results {
		script.Rows = func(i int, h *engine.QueryHandle, soFar *tusk.QueryResult) {
			s.notify(ctx, "tusk/rows", r.outcome(i, h.ID, soFar))
		}
	} else {
		script.Rows = func(_ int, _ *engine.QueryHandle, soFar *tusk.QueryResult) {
			progress.report(fmt.Sprintf("%d rows so far", soFar.RowCount))
		}
	}
	r.err = s.engine.Run(ctx, script)
	if r.err != nil {
		r.err = withoutPosition(r.err)
	}
	progress.end(r.summary(time.Since(began)))
	r.show()
}

// withoutPosition is an error that belongs to no statement.
func withoutPosition(err error) error {
	e := *asTuskError(err)
	e.Position = 0
	return &e
}

func (r *run) succeeded() bool {
	return len(r.results) == 0 || r.results[len(r.results)-1].Error == nil
}

// outcome is what statement i gave so far.
func (r *run) outcome(i int, id uuid.UUID, result *tusk.QueryResult) StatementResult {
	return StatementResult{
		URI: r.todo.document.URI, Version: r.todo.document.Version,
		Range:   rangeOf(r.todo.document.File.Lines(), r.todo.span(i), r.now.client.encoding),
		QueryID: id, Result: result,
	}
}

// finished takes the outcome of statement i, and passes it on to a client that
// shows results itself.
func (r *run) finished(ctx context.Context, i int, id uuid.UUID, result *tusk.QueryResult, err error) {
	outcome := r.outcome(i, id, result)
	if err != nil {
		outcome.Error = statementError(err, r.todo.document, r.todo.span(i), r.now.client)
		r.session.tellRunError(r.todo.document, r.todo.span(i), outcome)
	} else {
		r.session.reached(r.connection, r.todo.document.URI)
		if r.session.runErrors.forget(r.todo.document, r.todo.span(i)) {
			r.session.diagnoseAgain(r.todo.document)
		}
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
	if !s.engine.Introspected(connection) {
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
	if len(r.results) == 0 {
		return "nothing to run"
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
	switch n := result.RowCount; {
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
	line := r.summary(r.took()) + r.session.transactionNote(r.connection, r.todo.document.URI)
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

// file is the results as text; nothing where a line tells all.
func (r *run) file() []byte {
	var out bytes.Buffer
	worth := len(r.results) > 1
	for _, outcome := range r.results {
		if outcome.Result == nil {
			continue
		}
		worth = worth || len(outcome.Result.Columns) > 0 || len(outcome.Result.Notices) > 0 || strings.Contains(outcome.Result.CommandTag, "\n")
		fmt.Fprintf(&out, "-- %s\n", bytes.ReplaceAll([]byte(outcome.Result.SQL), []byte("\n"), []byte("\n-- ")))
		for _, p := range outcome.Result.Parameters {
			fmt.Fprintf(&out, "-- %s = %s\n", p.Name, literal(p.Value))
		}
		for _, notice := range outcome.Result.Notices {
			fmt.Fprintf(&out, "%s: %s\n", notice.Severity, notice.Message)
		}
		if err := r.write(&out, outcome.Result); err != nil {
			fmt.Fprintln(&out, sentence(err))
		}
		fmt.Fprintf(&out, "%s\n\n", outcomeOf(outcome.Result))
	}
	if !worth {
		return nil
	}
	return out.Bytes()
}

// write writes the first rows of a result, as many as a file is made for.
func (r *run) write(out *bytes.Buffer, result *tusk.QueryResult) error {
	if len(result.Columns) == 0 {
		return render.Text(out, result, render.Window(result))
	}
	kept, err := r.session.engine.Result(result.ID)
	if err != nil {
		return err
	}
	limit := int64(r.now.settings.Results.FileRows)
	if result.RowCount <= limit {
		return render.Text(out, result, kept.Rows())
	}
	shown := *result
	shown.Footers = []string{fmt.Sprintf("(the first %d of %d rows; tusk.result.export writes all of them)", limit, result.RowCount)}
	return render.Text(out, &shown, firstRows(kept.Rows(), limit))
}

// firstRows are the first n of rows.
func firstRows(rows tusk.Rows, n int64) tusk.Rows {
	return func(yield func([][]byte, error) bool) {
		left := n
		for row, err := range rows {
			if left == 0 || !yield(row, err) {
				return
			}
			left--
		}
	}
}

// literal shows a value so that NULL is no text.
func literal(v tusk.Value) string {
	if v == nil {
		return "NULL"
	}
	return "'" + strings.ReplaceAll(*v, "'", "''") + "'"
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
