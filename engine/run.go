package engine

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// Script is statements to run one after the other on one session.
type Script struct {
	ConnectionID uuid.UUID
	Session      string             // the session's key: a document's URI, or a name
	Path         string             // of the file that the statements are from, for \ir; "": there is none
	Statements   []sql.Statement    // SQL, psql commands and the data of COPY
	ReadOnly     bool               // the server refuses every write, also where the connection allows it
	Policy       tusk.ConfirmPolicy // holds beside the connection's own; "": none
	KeepGoing    bool               // a statement that fails does not stop the script
	MaxRows      int                // rows kept of each result; 0 keeps all

	Placeholders lex.Placeholders      // that are parameters, besides $1
	Values       map[string]tusk.Value // of parameters, by Parameter.Name; Ask is for the others

	// The events of statement i, called in order from the goroutine of Run, but
	// for Rows and Waiting. Any may be nil. A psql command such as \i or \gexec
	// runs several statements as statement i.
	Started func(i int, h *QueryHandle)
	Notice  func(i int, n tusk.Notice)
	Rows    func(i int, h *QueryHandle, soFar *tusk.QueryResult) // the first rows of a statement that still runs, then their number
	Waiting func(i int, h *QueryHandle, text string)             // what a long statement waits for

	// Finished tells a result, or an error, with the rows that came before it.
	Finished func(i int, h *QueryHandle, result *tusk.QueryResult, err error)

	// Abandoned tells of a backend that did not heed a cancel: its connection was
	// closed, and it may go on (see State.Terminate).
	Abandoned func(i int, pid uint32)

	// Ask asks the user for the values of parameters, which have those of the
	// last time. No answer (nil, nil) cancels the statement. nil: a statement
	// with parameters fails.
	Ask func(ctx context.Context, i int, parameters []tusk.Parameter) ([]tusk.Value, error)

	// Confirm asks the user whether a statement that destroys data may run. nil
	// is no.
	Confirm func(ctx context.Context, i int, d Danger) (bool, error)
}

// Run runs a script and stops at the first statement that fails: its error went
// to Finished. Run's own error says that nothing more could run, such as a
// connection that cannot be made; both are *tusk.Error. When ctx ends or a
// statement is cancelled, which keeps the session, the rest does not run.
func (s *State) Run(ctx context.Context, script Script) error {
	c, err := s.connection(script.ConnectionID)
	if err != nil {
		return err
	}
	session, err := s.session(c, script.Session, script.ReadOnly)
	if err != nil {
		return err
	}
	if err := session.take(ctx); err != nil {
		return err
	}
	r := &runner{state: s, session: session, script: script, ctx: ctx}
	defer func() { r.session.give() }()
	return r.all()
}

// errStopped ends a script after an error that Finished was told of.
var errStopped = errors.New("the script stopped")

// job is one statement on its way.
type job struct {
	index   int // in the script
	handle  *QueryHandle
	shape   shape // of what the server gets
	query   wireQuery
	origin  func(offset int) int // from query.sql into handle.SQL, in bytes
	before  int                  // bytes of handle.SQL before the script's statement
	place   string               // the file and line that \i read it from; "": the script itself
	params  []tusk.Parameter
	bound   []string // values that \bind gave; nil: none
	display tusk.Display
	title   string
	hidden  bool // its results are not told: something else is made of them
	results []*tusk.QueryResult
	partial *tusk.QueryResult // of a statement that failed while its rows came; nil: none did
}

// statement runs a statement of the script, which is listed while it runs, and
// tells its results. data is what follows a COPY … FROM STDIN.
func (r *runner) statement(j job, data io.Reader) ([]*tusk.QueryResult, error) {
	s, session, script := r.state, r.session, r.script
	h := j.handle
	defer context.AfterFunc(r.ctx, h.Cancel)()
	defer context.AfterFunc(session.life, h.Cancel)()
	s.mu.Lock()
	s.queries[h.ID] = h
	s.mu.Unlock()
	if script.Started != nil {
		script.Started(j.index, h)
	}
	var notices []tusk.Notice
	session.notice = func(n tusk.Notice) {
		if len(notices) < maxNotices {
			notices = append(notices, n)
		}
		if script.Notice != nil {
			script.Notice(j.index, n)
		}
	}
	session.tellLoss()
	session.tellVersion()
	j.query.data = data
	err := r.guarded(&j)
	session.notice = nil
	took := time.Since(h.StartedAt)
	for _, result := range j.results {
		result.ExecutionTimeMS, result.Title = took.Milliseconds(), j.title
	}
	if n := len(j.results); n > 0 {
		j.results[n-1].Notices = notices
	}
	session.noteSavepoint(j.shape, err)
	session.observe()
	h.state.Store(int32(outcome(err)))
	s.mu.Lock()
	delete(s.queries, h.ID)
	s.mu.Unlock()
	s.history.add(ended{handle: h, rows: rowCount(j.results), err: err, took: took})
	session.noteChange(j.shape, err)
	session.noteOutcome(j.results, err)
	r.cancelled = h.Cancelled()
	if script.Abandoned != nil && h.Cancelled() && session.conn.IsClosed() {
		script.Abandoned(j.index, session.conn.PID())
	}
	if script.Finished == nil {
		return j.results, err
	}
	for _, result := range j.results {
		if !j.hidden {
			script.Finished(j.index, h, result, nil)
		}
	}
	if err != nil {
		script.Finished(j.index, h, j.partial, err)
	}
	return j.results, err
}

// noteOutcome sets the variables that tell how the last statement went.
func (s *Session) noteOutcome(results []*tusk.QueryResult, err error) {
	set := func(name, value string) {
		if err := s.variables.Set(name, value); err != nil {
			s.config.Log.Error("a variable was not set", "name", name, "err", err)
		}
	}
	if e, ok := errors.AsType[*tusk.Error](err); ok {
		s.failed = err
		set("ERROR", "true")
		set("SQLSTATE", e.Code)
		set("ROW_COUNT", "0")
		set("LAST_ERROR_MESSAGE", e.Message)
		set("LAST_ERROR_SQLSTATE", e.Code)
		return
	}
	set("ERROR", "false")
	set("SQLSTATE", "00000")
	rows := int64(0)
	if n := rowCount(results); n != nil {
		rows = *n
	}
	set("ROW_COUNT", strconv.FormatInt(rows, 10))
}

// prepare makes a job of a statement's text: variables and placeholders are
// replaced by what the server takes.
func (r *runner) prepare(index int, source string) (job, error) {
	expanded, err := r.session.variables.Expand(source, &r.conditions)
	if err != nil {
		return job{}, err
	}
	b := bind(expanded.Text, r.script.Placeholders)
	j := r.literally(index, b.sql)
	j.handle.SQL = source
	j.shape.several = shapeOf(source).several // Expand made semicolons of \;
	j.query.several = j.shape.several
	j.before = strings.LastIndex(source, `\;`) + len(`\;`)
	if !j.shape.several {
		j.before = 0
	}
	if r.place == "" {
		j.origin = func(offset int) int { return expanded.Origin(b.origin(offset)) }
	}
	for _, name := range b.names {
		j.params = append(j.params, tusk.Parameter{Name: name})
	}
	return j, nil
}

// literally makes a job of a text that the server takes as it is.
func (r *runner) literally(index int, source string) job {
	j := job{
		index:   index,
		handle:  newQueryHandle(r.session.connection.config.ID, source),
		shape:   shapeOf(source),
		origin:  func(int) int { return nowhere },
		place:   r.place,
		display: r.session.display,
	}
	j.query = wireQuery{sql: source, copies: j.shape.copiesHere()}
	return j
}

// nowhere is the origin of text that the script's statement does not hold.
const nowhere = -1

// positioned puts the position of an error, which counts characters of what the
// server got from 1, into the statement's own text. It has none where that text
// came from elsewhere, such as a file or a variable.
func (j *job) positioned(err error) error {
	e, ok := errors.AsType[*tusk.Error](err)
	if !ok || e.Position == 0 && j.place == "" {
		return err
	}
	out := *e
	if j.place != "" {
		out.Detail = strings.TrimPrefix(out.Detail+"\nin "+j.place, "\n")
	}
	if out.Position > 0 {
		offset := j.origin(text.CharOffset(j.query.sql, e.Position)) - j.before
		out.Position = 0
		if offset >= 0 {
			out.Position = text.CharNumber(j.handle.SQL[j.before:], offset)
		}
	}
	return &out
}

// maxNotices bounds what is kept of a statement that raises without end; the
// event Notice still tells all.
const maxNotices = 1000

func outcome(err error) QueryState {
	switch {
	case err == nil:
		return Completed
	case tusk.CategoryOf(err) == tusk.Cancelled:
		return Cancelled
	default:
		return Failed
	}
}

// noteChange refreshes the catalog when a statement that may have changed it is
// committed.
func (s *Session) noteChange(sql shape, err error) {
	if err == nil && (sql.changesCatalog() || sql.sets()) {
		clear(s.types) // how a type is spelled depends on search_path, too
	}
	s.dirty = s.dirty || err == nil && sql.changesCatalog()
	if s.dirty && !s.conn.IsClosed() && TransactionStatus(s.conn.TxStatus()) == Idle {
		s.dirty = false
		s.connection.catalog.follow()
	}
}
