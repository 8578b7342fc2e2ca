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
	s.tellPooler(sql)
	if !s.key.readOnly {
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

// transact sends statements of ours that take no time and gives the last row. A
// server that does not answer them costs the session.
func (s *Session) transact(sql string) ([][]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.config.CancelTimeout)
	defer cancel()
	results, err := s.conn.Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, s.explain(err, false)
	}
	if rows := results[len(results)-1].Rows; len(rows) > 0 {
		return rows[len(rows)-1], nil
	}
	return nil, nil
}
