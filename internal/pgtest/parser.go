package pgtest

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// Parser asks a server whether statements are right without running them: it
// keeps a transaction block failed, in which the server parses a statement and
// then refuses to run it.
type Parser struct{ conn *pgconn.PgConn }

// Parser gives a parser on a connection of its own.
func (d *Database) Parser(t testing.TB) *Parser {
	t.Helper()
	return &Parser{d.Conn(t).PgConn()}
}

// Refuses gives the server's syntax error in a statement, or nil. asked is false
// for a statement that ended the block, such as ROLLBACK, of which the parser
// says nothing more.
func (p *Parser) Refuses(t testing.TB, statement string) (refusal *pgconn.PgError, asked bool) {
	t.Helper()
	if p.conn.TxStatus() != 'E' {
		if _, err := p.conn.Exec(t.Context(), "begin; select 1/0").ReadAll(); p.conn.TxStatus() != 'E' {
			t.Fatalf("no failed block: %v", err)
		}
	}
	_, err := p.conn.Exec(t.Context(), statement).ReadAll()
	refusal, isRefusal := errors.AsType[*pgconn.PgError](err)
	switch {
	case !isRefusal && err != nil:
		t.Fatalf("%.200s: %v", statement, err)
	case !isRefusal || p.conn.TxStatus() != 'E':
		return nil, false
	case refusal.Code == "25P02", refusal.Code == "3B001": // a savepoint that there is not was parsed
		return nil, true
	}
	return refusal, true
}
