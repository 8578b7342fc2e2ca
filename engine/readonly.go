package engine

import tusk "github.com/tusk-lsp/tusk-lsp"

// executeReadOnly runs a statement in a read-only transaction that has taken its
// snapshot: SET cannot make that writable
// (https://www.postgresql.org/docs/current/sql-set-transaction.html). COPY is
// refused for the files and programs that it may write to, which are outside of
// any transaction.
func (s *Session) executeReadOnly(sql shape, execute func() error) error {
	switch {
	case sql.controlsTransaction():
		return readOnlyError("this connection is read-only, so transactions are not yours to begin or end",
			"Each statement runs in a read-only transaction of its own.")
	case sql.copies():
		return readOnlyError("this connection is read-only, and COPY can write to files and programs of the server",
			"Read with SELECT.")
	}
	if _, err := s.transact("BEGIN READ ONLY; SELECT 1"); err != nil {
		return err
	}
	err := execute()
	if s.conn.IsClosed() {
		return err
	}
	if endErr := s.endReadOnly(err == nil); endErr != nil && err == nil {
		return endErr
	}
	return err
}

func readOnlyError(message, hint string) error {
	return &tusk.Error{Category: tusk.Query, Code: "25006", Message: message, Hint: hint + " Use a connection that may write."}
}

// endReadOnly ends the transaction: with COMMIT, so that SET lasts as it does
// elsewhere, but never one that may have written. Up to PostgreSQL 15 that can
// be: RESET transaction_read_only in a function passes by every check.
func (s *Session) endReadOnly(succeeded bool) error {
	if !succeeded {
		_, err := s.transact("ROLLBACK")
		return err
	}
	state, err := s.transact(`SELECT pg_catalog.current_setting('transaction_read_only'), pg_catalog.pg_current_xact_id_if_assigned() IS NULL`)
	if err != nil {
		return err
	}
	readOnly, wroteNothing := string(state[0]) == "on", string(state[1]) == "t"
	if readOnly && wroteNothing {
		_, err := s.transact("COMMIT")
		return err
	}
	if _, err := s.transact("ROLLBACK"); err != nil {
		return err
	}
	if !readOnly {
		return readOnlyError("this connection is read-only, and the statement made its transaction writable",
			"It was rolled back.")
	}
	s.notice(tusk.Notice{
		Severity: "WARNING",
		Code:     "25006",
		Message:  "The statement took a transaction id, so it was rolled back: this connection is read-only.",
	})
	return nil
}
