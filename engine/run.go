package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// Script is statements to run one after the other on one session.
type Script struct {
	ConnectionID uuid.UUID
	Session      string   // the session's key: a document's URI, or a name
	Statements   []string // each a single statement, without its semicolon
	MaxRows      int      // rows kept of each result; 0 keeps all

	// The events of statement i, called in order from the goroutine of Run. Any
	// may be nil.
	Started  func(i int, h *QueryHandle)
	Notice   func(i int, n tusk.Notice)
	Finished func(i int, h *QueryHandle, result *tusk.QueryResult, err error)
}

// Run runs a script and stops at the first statement that fails: its error went
// to Finished. Run's own error says that nothing more could run, such as a
// connection that cannot be made; both are *tusk.Error. When ctx ends, the
// running statement is cancelled, which keeps the session, and the rest does
// not run.
func (s *State) Run(ctx context.Context, script Script) error {
	c, err := s.connection(script.ConnectionID)
	if err != nil {
		return err
	}
	session, err := s.session(c, script.Session)
	if err != nil {
		return err
	}
	if err := session.take(ctx); err != nil {
		return err
	}
	defer session.give()
	for i, sql := range script.Statements {
		if ctx.Err() != nil {
			return classify(ctx.Err(), c.config)
		}
		if session.conn.IsClosed() {
			return errClosed()
		}
		if err := s.runStatement(ctx, session, script, i, sql); err != nil {
			return nil // told by Finished
		}
	}
	return nil
}

// runStatement runs statement i, which is listed while it runs.
func (s *State) runStatement(ctx context.Context, session *Session, script Script, i int, sql string) error {
	h := newQueryHandle(ctx, script.ConnectionID, sql)
	defer h.cancel()
	defer context.AfterFunc(session.life, h.cancel)()
	s.mu.Lock()
	s.queries[h.ID] = h
	s.mu.Unlock()
	if script.Started != nil {
		script.Started(i, h)
	}
	var notices []tusk.Notice
	report := func(n tusk.Notice) {
		if len(notices) < maxNotices {
			notices = append(notices, n)
		}
		if script.Notice != nil {
			script.Notice(i, n)
		}
	}
	session.notice.Store(&report)
	result, err := session.guarded(h, sql, script.MaxRows)
	session.notice.Store(nil)
	took := time.Since(h.StartedAt)
	if err == nil {
		result.QueryID, result.Notices, result.ExecutionTimeMS = h.ID, notices, took.Milliseconds()
	}
	h.state.Store(int32(outcome(err)))
	s.mu.Lock()
	delete(s.queries, h.ID)
	s.mu.Unlock()
	s.history.add(h, result, err, took)
	session.noteChange(sql, err)
	if script.Finished != nil {
		script.Finished(i, h, result, err)
	}
	return err
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

// guarded runs a statement under the connection's guards.
func (s *Session) guarded(h *QueryHandle, sql string, maxRows int) (*tusk.QueryResult, error) {
	words := leading(sql)
	if copiesInline(words) {
		return nil, &tusk.Error{
			Category: tusk.Query,
			Message:  "COPY with STDIN or STDOUT needs a client that sends or takes the data",
			Hint:     "Use psql for it, or COPY to or from a file on the server.",
		}
	}
	if maxRows == 0 {
		maxRows = -1 // no row count equals it
	}
	if !s.connection.config.Options.ReadOnly {
		return s.execute(h, sql, maxRows)
	}
	return s.executeReadOnly(h, words, sql, maxRows)
}

// executeReadOnly runs a statement so that the server refuses every write: in a
// read-only transaction that has taken its snapshot, which then cannot be made
// writable (https://www.postgresql.org/docs/current/sql-set-transaction.html).
func (s *Session) executeReadOnly(h *QueryHandle, words []lex.Keyword, sql string, maxRows int) (*tusk.QueryResult, error) {
	if len(words) > 0 && slices.Contains(transactionControl, words[0]) ||
		len(words) > 1 && words[0] == lex.KwPrepare && words[1] == lex.KwTransaction {
		return nil, &tusk.Error{
			Category: tusk.Query,
			Code:     "25006",
			Message:  "this connection is read-only, so transactions are not yours to begin or end",
			Hint:     "Each statement runs in a read-only transaction of its own. Use a connection that may write.",
		}
	}
	begin := newQueryHandle(context.Background(), h.ConnectionID, "")
	defer begin.cancel()
	for _, step := range []string{"BEGIN READ ONLY", "SELECT 1"} {
		if _, err := s.execute(begin, step, 0); err != nil {
			return nil, err
		}
	}
	result, err := s.execute(h, sql, maxRows)
	if s.conn.IsClosed() {
		return result, err
	}
	if _, endErr := s.execute(begin, "COMMIT", 0); endErr != nil && err == nil {
		return nil, endErr
	}
	return result, err
}

var transactionControl = []lex.Keyword{
	lex.KwBegin, lex.KwStart, lex.KwCommit, lex.KwEnd, lex.KwRollback, lex.KwAbort, lex.KwSavepoint, lex.KwRelease,
}

// leading gives the keywords of a statement outside parentheses, None for what
// is no keyword.
func leading(sql string) []lex.Keyword {
	var words []lex.Keyword
	depth := 0
	lexer := lex.NewLexer(sql, 0, lex.Options{})
	for token := lexer.NextSignificant(); token.Kind != lex.EOF; token = lexer.NextSignificant() {
		switch token.Text(sql) {
		case "(":
			depth++
		case ")":
			depth--
		default:
			if depth == 0 {
				words = append(words, token.Keyword)
			}
		}
	}
	return words
}

func copiesInline(words []lex.Keyword) bool {
	if len(words) == 0 || words[0] != lex.KwCopy {
		return false
	}
	return slices.Contains(words, lex.KwStdin) || slices.Contains(words, lex.KwStdout)
}

// noteChange refreshes the catalog when a statement that may have changed it is
// committed.
func (s *Session) noteChange(sql string, err error) {
	words := leading(sql)
	if err == nil && len(words) > 0 {
		s.dirty = s.dirty || slices.Contains(catalogChanges, words[0]) ||
			(words[0] == lex.KwSelect || words[0] == lex.KwWith) && slices.Contains(words, lex.KwInto)
	}
	if !s.dirty || s.conn.IsClosed() || s.conn.TxStatus() != 'I' {
		return
	}
	s.dirty = false
	s.connection.catalog.request()
}

// catalogChanges are the first words of statements that may change the catalog.
var catalogChanges = []lex.Keyword{
	lex.KwCreate, lex.KwAlter, lex.KwDrop, lex.KwComment, lex.KwGrant, lex.KwRevoke, lex.KwDo, lex.KwCall,
	lex.KwImport, lex.KwReassign, lex.KwSet,
}

func (q QueryState) String() string {
	names := [...]string{Running: "running", Completed: "completed", Cancelled: "cancelled", Failed: "failed"}
	if int(q) < len(names) {
		return names[q]
	}
	return fmt.Sprintf("QueryState(%d)", int32(q))
}
