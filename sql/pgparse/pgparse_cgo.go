//go:build cgo

package pgparse

import (
	"errors"
	"strings"

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
	return &SyntaxError{Message: e.Message, Code: code(e), Offset: offset}
}

// code gives the SQLSTATE, which libpg_query does not hand out: what scan.l and
// gram.y raise as something other than a syntax error says so in its words.
func code(e *parser.Error) string {
	switch {
	case strings.HasSuffix(e.Message, "not supported"), strings.HasSuffix(e.Message, "not yet implemented"), strings.HasSuffix(e.Message, "not implemented"):
		return "0A000" // feature_not_supported
	case e.Message == "invalid Unicode escape":
		return "22025" // invalid_escape_sequence
	}
	return "42601" // syntax_error
}
