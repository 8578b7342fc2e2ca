package engine

import (
	"context"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// guarded runs a statement if it can run here, and under the connection's
// guards. maxRows 0 keeps all rows.
func (s *Session) guarded(h *QueryHandle, sql shape, maxRows int) (*tusk.QueryResult, error) {
	if err := unsupported(sql); err != nil {
		return nil, err
	}
	if maxRows == 0 {
		maxRows = -1 // no row count equals it
	}
	if !s.connection.config.Options.ReadOnly {
		return s.execute(h, sql.sql, maxRows)
	}
	return s.executeReadOnly(h, sql, maxRows)
}

// unsupported refuses what would wait for something that nobody sends.
func unsupported(sql shape) error {
	refuse := func(message, hint string) error {
		return &tusk.Error{Category: tusk.Query, Message: message, Hint: hint}
	}
	switch {
	case sql.several:
		return refuse(`statements joined by \; cannot run here`, "End each with a plain semicolon.")
	case sql.copiesHere():
		return refuse("COPY with STDIN or STDOUT needs a client that sends or takes the data",
			"Use psql for it, or COPY to or from a file on the server.")
	case sql.wantsValues():
		return refuse("the parameters $1, $2, … have no values here", "Write the values in their place.")
	}
	return nil
}

// executeReadOnly runs a statement so that the server refuses every write: in a
// read-only transaction that has taken its snapshot, which then cannot be made
// writable (https://www.postgresql.org/docs/current/sql-set-transaction.html).
// COPY is refused for the files and programs that it may write to: those are
// outside of any transaction.
func (s *Session) executeReadOnly(h *QueryHandle, sql shape, maxRows int) (*tusk.QueryResult, error) {
	refuse := func(message, hint string) error {
		return &tusk.Error{Category: tusk.Query, Code: "25006", Message: message, Hint: hint + " Use a connection that may write."}
	}
	switch {
	case sql.controlsTransaction():
		return nil, refuse("this connection is read-only, so transactions are not yours to begin or end",
			"Each statement runs in a read-only transaction of its own.")
	case sql.copies():
		return nil, refuse("this connection is read-only, and COPY can write to files and programs of the server",
			"Read with SELECT.")
	}
	if err := s.transact("BEGIN READ ONLY; SELECT 1"); err != nil {
		return nil, err
	}
	result, err := s.execute(h, sql.sql, maxRows)
	if s.conn.IsClosed() {
		return result, err
	}
	// COMMIT, so that SET lasts as it does elsewhere; after an error it rolls back.
	if endErr := s.transact("COMMIT"); endErr != nil && err == nil {
		return nil, endErr
	}
	return result, err
}

// transact sends statements of ours that take no time. A server that does not
// answer them costs the session.
func (s *Session) transact(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.config.CancelTimeout)
	defer cancel()
	if err := s.conn.Exec(ctx, sql).Close(); err != nil {
		return s.explain(err, false)
	}
	return nil
}
