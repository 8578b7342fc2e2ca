package engine

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// CheckSyntax asks a connection's server whether it can read a single statement,
// which runs nothing and keeps nothing: an unnamed Parse
// (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY).
// It gives the syntax error, with its position in the statement, or nil; what
// else the server has against the statement, such as an unknown table, is none.
// err says that the server could not be asked.
func (s *State) CheckSyntax(ctx context.Context, connection uuid.UUID, sql string) (syntax *tusk.Error, err error) {
	c, err := s.connection(connection)
	if err != nil {
		return nil, err
	}
	conn, err := c.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	// Not ctx: it ends with the next key that is pressed, and would close the
	// connection to save a millisecond. The bound is for a statement whose
	// tables somebody has locked.
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.config.Options.ConnectTimeout())
	defer cancel()
	defer context.AfterFunc(c.life, cancel)()
	_, err = conn.Conn().PgConn().Prepare(bounded, "", sql, nil)
	if answer, ok := errors.AsType[*pgconn.PgError](err); ok {
		if syntaxErrors[answer.Code] {
			return fromServer(answer), nil
		}
		return nil, nil
	}
	return nil, classify(err, c.config)
}

// syntaxErrors are the SQLSTATEs of what PostgreSQL's lexer and grammar refuse,
// before they know any table.
var syntaxErrors = map[string]bool{
	"42601": true, // syntax_error
	"42602": true, // invalid_name, such as an empty quoted identifier
	"22025": true, // invalid_escape_sequence
	"22P06": true, // nonstandard_use_of_escape_character
}
