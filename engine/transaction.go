package engine

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// noteSavepoint follows the savepoints of the open transaction: the server does
// not list them.
func (s *Session) noteSavepoint(sql shape, err error) {
	if s.conn.IsClosed() || TransactionStatus(s.conn.TxStatus()) == Idle {
		s.savepoints = nil
		return
	}
	if err != nil || sql.several {
		return
	}
	if slices.Contains(sql.words, lex.KwChain) && sql.controlsTransaction() {
		s.savepoints = nil // of the transaction before this one
		return
	}
	name, what := savepointOf(sql)
	at := len(s.savepoints) - 1
	for at >= 0 && s.savepoints[at] != name {
		at--
	}
	switch {
	case what == lex.KwSavepoint:
		s.savepoints = append(s.savepoints, name)
	case at >= 0 && what == lex.KwRollback:
		s.savepoints = s.savepoints[:at+1]
	case at >= 0 && what == lex.KwRelease:
		s.savepoints = s.savepoints[:at]
	}
}

// savepointOf reads SAVEPOINT name, ROLLBACK TO name and RELEASE name
// (https://www.postgresql.org/docs/current/sql-savepoint.html). NotKeyword says
// that it is none of these.
func savepointOf(sql shape) (name string, what lex.Keyword) {
	what = sql.word(0)
	switch {
	case what == lex.KwSavepoint || what == lex.KwRelease:
	case (what == lex.KwRollback || what == lex.KwAbort) && slices.Contains(sql.words, lex.KwTo):
		what = lex.KwRollback
	default:
		return "", lex.NotKeyword
	}
	tokens := lex.Lex(sql.sql, lex.Options{})
	for _, token := range slices.Backward(tokens) {
		if token.Name() {
			return identifier(token.Text(sql.sql)), what
		}
	}
	return "", lex.NotKeyword
}

// identifier is a name as the server keeps it.
func identifier(written string) string {
	if strings.HasPrefix(written, `"`) {
		return strings.ReplaceAll(strings.Trim(written, `"`), `""`, `"`)
	}
	return strings.ToLower(written)
}
