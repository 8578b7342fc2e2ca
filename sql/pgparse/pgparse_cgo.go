//go:build cgo

package pgparse

import (
	"errors"

	"github.com/pganalyze/pg_query_go/v6/parser"

	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// Available reports whether PostgreSQL's grammar is built in. Without it Check
// finds only what the lexer can tell.
const Available = true

// parse runs the raw parser. Of libpg_query's calls this is the one that builds
// the tree and does not walk it afterwards: the fastest, and the one that a long
// chain of operators does not crash.
func parse(sql string) error {
	_, err := parser.IsUtilityStmt(sql)
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*parser.Error](err)
	if !ok {
		return unchecked("the parser gave up: %v", err)
	}
	offset := -1
	if e.Cursorpos > 0 {
		offset = text.CharOffset(sql, e.Cursorpos)
	}
	return &SyntaxError{Message: e.Message, Code: sqlstate(e.Message, e.Funcname), Offset: offset}
}
