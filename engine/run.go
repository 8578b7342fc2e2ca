package engine

import (
	"context"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Script is statements to run one after the other on one session.
type Script struct {
	ConnectionID uuid.UUID
	Session      string   // the session's key: a document's URI, or a name
	Statements   []string // each a single statement, without its semicolon
	ReadOnly     bool     // the server refuses every write, also where the connection allows it
	MaxRows      int      // rows kept of each result; 0 keeps all

	// The events of statement i, called in order from the goroutine of Run. Any
	// may be nil.
	Started  func(i int, h *QueryHandle)
	Notice   func(i int, n tusk.Notice)
	Finished func(i int, h *QueryHandle, result *tusk.QueryResult, err error)
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
	session, err := s.session(c, script)
	if err != nil {
		return err
	}
	if err := session.take(ctx); err != nil {
		return err
	}
	defer session.give()
	for i, sql := range script.Statements {
		if ctx.Err() != nil {
			return classify(context.Canceled, c.config)
		}
		if session.life.Err() != nil {
			return errClosed()
		}
		h, err := s.runStatement(ctx, session, script, i, sql)
		if err != nil {
			return nil // told by Finished
		}
		if h.Cancelled() && i+1 < len(script.Statements) {
			return classify(context.Canceled, c.config)
		}
	}
	return nil
}

// runStatement runs statement i, which is listed while it runs.
func (s *State) runStatement(ctx context.Context, session *Session, script Script, i int, sql string) (*QueryHandle, error) {
	h := newQueryHandle(script.ConnectionID, sql)
	defer context.AfterFunc(ctx, h.Cancel)()
	defer context.AfterFunc(session.life, h.Cancel)()
	s.mu.Lock()
	s.queries[h.ID] = h
	s.mu.Unlock()
	if script.Started != nil {
		script.Started(i, h)
	}
	var notices []tusk.Notice
	session.notice = func(n tusk.Notice) {
		if len(notices) < maxNotices {
			notices = append(notices, n)
		}
		if script.Notice != nil {
			script.Notice(i, n)
		}
	}
	session.tellLoss()
	shape := shapeOf(sql)
	result, err := session.guarded(h, shape, script.MaxRows)
	session.notice = nil
	took := time.Since(h.StartedAt)
	if err == nil {
		result.QueryID, result.Notices, result.ExecutionTimeMS = h.ID, notices, took.Milliseconds()
	}
	session.observe()
	h.state.Store(int32(outcome(err)))
	s.mu.Lock()
	delete(s.queries, h.ID)
	s.mu.Unlock()
	s.history.add(ended{handle: h, rows: rowCount(result), err: err, took: took})
	session.noteChange(shape, err)
	if script.Finished != nil {
		script.Finished(i, h, result, err)
	}
	return h, err
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
