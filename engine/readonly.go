package engine

import (
	"context"
	"slices"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// executeReadOnly runs a statement in a read-only transaction of its own and
// undoes that afterwards. The transaction has taken its snapshot, so that SET
// cannot make it writable
// (https://www.postgresql.org/docs/current/sql-set-transaction.html). The
// statement goes by the extended protocol, which takes one only: of several, the
// first could end the transaction. What still passes is in docs/read-only.md.
func (s *Session) executeReadOnly(sql shape, execute func() (tag string, err error)) error {
	if err := sql.leavesTransaction(); err != nil {
		return err
	}
	err := s.executeAndUndo(execute)
	if err == nil || s.conn.IsClosed() || TransactionStatus(s.conn.TxStatus()) == Idle {
		return err
	}
	// The next statement must not meet a transaction that could not be ended.
	ctx, cancel := context.WithTimeout(context.Background(), s.config.CancelTimeout)
	defer cancel()
	if closeErr := s.conn.Close(ctx); closeErr != nil {
		s.config.Log.Debug("a session ended badly", "connection", s.connection.config.Name, "err", closeErr)
	}
	return s.explain(err, false)
}

func (s *Session) executeAndUndo(execute func() (tag string, err error)) error {
	if _, err := s.transact("BEGIN READ ONLY; SELECT 1"); err != nil {
		return err
	}
	tag, err := execute()
	if s.conn.IsClosed() {
		return err
	}
	if endErr := s.endReadOnly(tag, err == nil); endErr != nil && err == nil {
		return endErr
	}
	return err
}

// leavesTransaction refuses what a read-only transaction allows although its
// effect is outside of the transaction, or comes with COMMIT. It saves people
// from surprises and is not what read-only rests on: DO and functions can do the
// same unseen.
func (s shape) leavesTransaction() error {
	switch {
	case s.controlsTransaction():
		return readOnlyError("this connection is read-only, so transactions are not yours to begin or end",
			"Each statement runs in a read-only transaction of its own.")
	case s.copies() && !s.copiesHere():
		return readOnlyError("this connection is read-only, and COPY can write to files and programs of the server",
			"Read with SELECT.")
	}
	switch s.word(0) {
	case lex.KwNotify, lex.KwDeclare:
		return readOnlyError("this connection is read-only, and nothing would be left of a notification or a cursor",
			"Each statement is rolled back.")
	case lex.KwAnalyze, lex.KwAnalyse, lex.KwCluster, lex.KwReindex, lex.KwCheckpoint, lex.KwLoad:
		return readOnlyError("this connection is read-only, and this statement works on the server and its files",
			"Only reading is meant to happen here.")
	}
	return nil
}

func readOnlyError(message, hint string) error {
	return &tusk.Error{Category: tusk.Query, Code: "25006", Message: message, Hint: hint + " Use a connection that may write."}
}

// endReadOnly ends the transaction of a statement. Only what sets the session is committed; it calls no function that could
// have written. All else is rolled back: a read-only transaction may notify and,
// up to PostgreSQL 15, write large objects, or become writable by a function that
// says RESET transaction_read_only.
func (s *Session) endReadOnly(tag string, succeeded bool) error {
	switch {
	case !succeeded:
		_, err := s.transact("ROLLBACK" + s.unlock())
		return err
	case slices.Contains([]string{"SET", "RESET", "LISTEN", "UNLISTEN"}, tag):
		_, err := s.transact("COMMIT")
		return err
	}
	readOnly, wroteNothing, err := s.undo()
	if err != nil {
		return err
	}
	if !readOnly {
		return readOnlyError("this connection is read-only, and the statement made its transaction writable",
			"It was rolled back.")
	}
	if !wroteNothing {
		s.notice(tusk.Notice{
			Severity: "WARNING",
			Code:     "25006",
			Message:  "The statement took a transaction id, so it was rolled back: this connection is read-only.",
		})
	}
	return nil
}

// undo rolls the transaction back and tells what it was.
func (s *Session) undo() (readOnly, wroteNothing bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.config.CancelTimeout)
	defer cancel()
	results, err := s.conn.Exec(ctx, `SELECT pg_catalog.current_setting('transaction_read_only'), pg_catalog.pg_current_xact_id_if_assigned() IS NULL; ROLLBACK`+s.unlock()).ReadAll()
	if err != nil {
		return false, false, s.explain(err, false)
	}
	state := results[0].Rows[0]
	return string(state[0]) == "on", string(state[1]) == "t", nil
}

// unlock gives back the advisory locks that a statement took for longer than its
// transaction. Behind a pooler they may be another client's.
func (s *Session) unlock() string {
	if pooled(s.conn) {
		return ""
	}
	return "; SELECT pg_catalog.pg_advisory_unlock_all()"
}
