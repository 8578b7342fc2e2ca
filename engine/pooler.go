package engine

import (
	"context"
	"regexp"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// detectPooler finds out whether a pooler such as PgBouncer answers in the
// server's place. It may give each transaction another backend, and gives keys
// for cancel requests of its own: their process id is not the backend's.
func detectPooler(ctx context.Context, conn *pgconn.PgConn) error {
	result := conn.ExecParams(ctx, "SELECT pg_catalog.pg_backend_pid()", nil, nil, nil, nil).Read()
	if result.Err != nil {
		return result.Err
	}
	if len(result.Rows) == 1 && string(result.Rows[0][0]) != strconv.FormatUint(uint64(conn.PID()), 10) {
		conn.CustomData()[poolerKey] = true
	}
	return nil
}

const poolerKey = "tusk: a pooler"

// pooled reports whether detectPooler found one.
func pooled(conn *pgconn.PgConn) bool { return conn.CustomData()[poolerKey] != nil }

// limited is the life of a statement behind a pooler, where no statement_timeout
// is set: we keep the time.
func (s *Session) limited(h *QueryHandle) (context.Context, context.CancelFunc) {
	timeout := s.connection.config.Options.StatementTimeout()
	if timeout == 0 || !pooled(s.conn) {
		return h.unwanted, func() {}
	}
	return context.WithTimeout(h.unwanted, timeout)
}

// timedOut is the error of a statement that we ended for its time.
func timedOut(err error) error {
	return &tusk.Error{
		Category: tusk.Query,
		Message:  "canceling statement due to statement timeout",
		Hint:     tusk.StatementTimeoutHint,
		Code:     queryCanceled,
		Cause:    err,
	}
}

// tellPooler warns of a statement whose effect a pooler may lose.
func (s *Session) tellPooler(sql shape) {
	if !pooled(s.conn) || !sql.keepsState() {
		return
	}
	s.notice(tusk.Notice{
		Severity: "WARNING",
		Code:     "01000",
		Message:  "A pooler is between here and the server. If it pools transactions, what this statement set is gone with the next one, and others may meet it.",
		Hint:     "Connect to the server itself for SET, temporary tables, PREPARE, LISTEN and advisory locks, or use them within one transaction.",
	})
}

// lasting finds the functions whose effect outlives the transaction.
var lasting = regexp.MustCompile(`(?i)\bpg_(try_)?advisory_lock|\bset_config\s*\(`)

// keepsState reports whether a statement leaves something with its backend
// that outlives its transaction.
func (s shape) keepsState() bool {
	switch s.word(0) {
	case lex.KwSet:
		return s.word(1) != lex.KwLocal && s.word(1) != lex.KwTransaction
	case lex.KwCreate:
		return s.word(1) == lex.KwTemp || s.word(1) == lex.KwTemporary
	case lex.KwPrepare:
		return s.word(1) != lex.KwTransaction
	case lex.KwListen, lex.KwLoad:
		return true
	case lex.KwDeclare:
		return slices.Contains(s.words, lex.KwHold)
	case lex.KwSelect, lex.KwWith:
		return lasting.MatchString(s.sql) ||
			slices.Contains(s.words, lex.KwInto) && (slices.Contains(s.words, lex.KwTemp) || slices.Contains(s.words, lex.KwTemporary))
	}
	return false
}
