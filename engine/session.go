package engine

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/psql"
)

// Session is the backend on which one document's statements run, so that SET,
// temporary tables and transactions live from one run to the next. Statements
// take turns.
type Session struct {
	connection *connection
	key        sessionKey
	config     Config
	life       context.Context // ends with close
	end        context.CancelFunc
	status     atomic.Pointer[SessionStatus] // nil while there is no backend; stored by who has the turn

	heldUp func(ctx context.Context, pid uint32) ([]Backend, error) // asks the server who waits for a backend; immutable
	idle   idleWatch                                                // of the open transaction, between statements

	turn        chan struct{}     // capacity 1: holding it guards what follows
	conn        *pgconn.PgConn    // nil before the first statement
	notice      func(tusk.Notice) // of the running statement; nil between
	lost        string            // what went with an idle backend and nobody was told of yet
	versionTold string            // the server's version that tellVersion looked at
	types       typeNames
	dirty       bool // a statement that may have changed the catalog is not committed yet

	variables  *psql.Variables // of psql; they outlive the backend
	display    tusk.Display    // psql's \x
	savepoints []string        // of the open transaction, the outermost first
	failed     error           // of the last statement that failed; nil: none did
}

// TransactionStatus is where a backend stands in regard to transactions, as
// ReadyForQuery tells
// (https://www.postgresql.org/docs/current/protocol-message-formats.html).
type TransactionStatus byte

// The statuses.
const (
	Idle                TransactionStatus = 'I' // each statement is a transaction of its own
	InTransaction       TransactionStatus = 'T'
	InFailedTransaction TransactionStatus = 'E' // nothing but ROLLBACK is taken
)

// String gives the status as pg_stat_activity.state spells it.
func (t TransactionStatus) String() string {
	switch t {
	case InTransaction:
		return "idle in transaction"
	case InFailedTransaction:
		return "idle in transaction (aborted)"
	default:
		return "idle"
	}
}

// SessionStatus is a session with a backend, as of its last statement's end.
type SessionStatus struct {
	ConnectionID uuid.UUID
	Key          string // a document's URI, or a name
	PID          uint32 // of the backend
	Transaction  TransactionStatus
	Since        time.Time // when Transaction became so
	Savepoints   []string  // of the open transaction, the outermost first
	Manual       bool      // transactions end by COMMIT and ROLLBACK alone
	ReadOnly     bool
	Ended        bool // the backend is gone; only Config.OnSession sees that
}

func newSession(c *connection, key sessionKey, config Config) *Session {
	s := &Session{connection: c, key: key, config: config, turn: make(chan struct{}, 1), types: typeNames{}, variables: psql.NewVariables()}
	s.life, s.end = context.WithCancel(c.life)
	s.idle.look = s.blocks
	s.configure()
	return s
}

// configure sets the variables that differ from psql's: scripts stop at an
// error, and whether transactions end by hand is the connection's setting.
func (s *Session) configure() {
	values := [][2]string{{"ON_ERROR_STOP", "on"}, {"DBNAME", s.connection.config.Database}, {"USER", s.connection.config.Username},
		{"HOST", s.connection.config.Host}, {"PORT", strconv.Itoa(s.connection.config.Port)}, {"ENCODING", "UTF8"}}
	if s.connection.config.Options.ManualCommit {
		values = append(values, [2]string{"AUTOCOMMIT", "off"})
	}
	for _, v := range values {
		if err := s.variables.Set(v[0], v[1]); err != nil {
			s.config.Log.Error("a variable was not set", "name", v[0], "err", err)
		}
	}
}

// take waits for the session's turn and connects it if need be. The caller
// gives the turn back.
func (s *Session) take(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return classify(ctx.Err(), s.connection.config)
	case <-s.life.Done():
		return errClosed()
	}
	s.idle.stop()
	err := s.connect(ctx)
	if err != nil {
		s.give()
	}
	return err
}

// give gives the turn back.
func (s *Session) give() {
	s.watchIdle()
	<-s.turn
}

// connect makes a backend where there is none. A statement that may have run is
// never sent again: only a backend that was lost between statements is replaced.
func (s *Session) connect(ctx context.Context) error {
	if s.life.Err() != nil {
		return errClosed()
	}
	if s.conn != nil && !s.conn.IsClosed() {
		s.probe(ctx)
		if !s.conn.IsClosed() {
			return nil
		}
		s.lost = lossOf(s.conn)
		s.ended()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	conn, err := s.connection.route.connect(ctx, s.heard)
	if err != nil {
		return err
	}
	s.conn, s.dirty, s.savepoints = conn, false, nil
	clear(s.types) // the database may have been restored meanwhile
	s.observe()
	return nil
}

// probe asks a backend that was idle whether it is there, at the cost of a round
// trip for each run. Nothing less tells: an administrator's FATAL may lie unread
// or still be on its way, after sleep or a change of networks nobody says
// anything, and a statement sent into the void may have run. Who takes longer
// than a connection may take to be made is lost; a caller that leaves still
// gives it the time of a cancel request, so that it does not cost the session.
func (s *Session) probe(ctx context.Context) {
	answering, giveUp := context.WithTimeout(s.life, s.connection.config.Options.ConnectTimeout())
	defer giveUp()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(s.config.CancelTimeout, giveUp) })()
	if err := s.conn.Exec(answering, "").Close(); err != nil {
		s.config.Log.Debug("an idle session is lost", "connection", s.connection.config.Name, "err", err)
	}
}

// lossOf tells what goes with a backend.
func lossOf(conn *pgconn.PgConn) string {
	lost := "temporary tables, prepared statements and settings"
	if TransactionStatus(conn.TxStatus()) != Idle {
		lost = "its open transaction, " + lost
	}
	return "The session of this document is lost, with " + lost + "."
}

// heard passes a server's notice on to the running statement.
func (s *Session) heard(_ *pgconn.PgConn, n *pgconn.Notice) {
	if s.notice != nil {
		s.notice(tusk.Notice{Severity: n.Severity, Code: n.Code, Message: n.Message, Detail: n.Detail, Hint: n.Hint})
	}
}

// tellLoss has the first statement on a new backend say what went with the
// last one.
func (s *Session) tellLoss() {
	if s.lost != "" {
		s.notice(tusk.Notice{Severity: "WARNING", Code: "08006", Message: s.lost, Hint: "This statement runs on a new session."})
		s.lost = ""
	}
}

// The majors of PostgreSQL whose catalogs and grammar we know.
const (
	oldestMajor = 14
	newestMajor = 18
)

// tellVersion has the first statement on a backend say what is not as it should
// be: a server that we do not know well, time-outs that nobody keeps.
func (s *Session) tellVersion() {
	version := s.conn.ParameterStatus("server_version")
	if s.versionTold == version {
		return
	}
	s.versionTold = version
	if o := s.connection.config.Options; pooled(s.conn) && o.LockTimeoutSecs+o.IdleInTransactionTimeoutSecs > 0 {
		s.notice(tusk.Notice{
			Severity: "WARNING", Code: "01000",
			Message: "lock_timeout and idle_in_transaction_session_timeout are not in force behind a pooler.",
			Hint:    "Have them set for the role (ALTER ROLE … SET), or connect to the server itself.",
		})
	}
	major, err := strconv.Atoi(majorOf(version))
	switch {
	case err != nil || major >= oldestMajor && major <= newestMajor:
	case major < oldestMajor:
		s.notice(tusk.Notice{
			Severity: "WARNING", Code: "01000",
			Message: "This server is PostgreSQL " + version + ". The oldest one that is supported is " + strconv.Itoa(oldestMajor) + ".",
			Hint:    "Statements run, but completion, checks and \\d may be wrong.",
		})
	default:
		s.notice(tusk.Notice{
			Severity: "WARNING", Code: "01000",
			Message: "This server is PostgreSQL " + version + ", which is newer than this version of tusk-lsp knows.",
			Hint:    "Look for a newer tusk-lsp; what is new in that server may be shown as wrong.",
		})
	}
}

// observe publishes the session's status after the backend answered, or was
// lost.
func (s *Session) observe() {
	if s.conn.IsClosed() {
		s.ended()
		return
	}
	next := &SessionStatus{
		ConnectionID: s.connection.config.ID,
		Key:          s.key.name,
		PID:          s.conn.PID(),
		Transaction:  TransactionStatus(s.conn.TxStatus()),
		Since:        time.Now(),
		Savepoints:   slices.Clone(s.savepoints),
		Manual:       s.manual(),
		ReadOnly:     s.key.readOnly,
	}
	last := s.status.Load()
	if last != nil && last.PID == next.PID && last.Transaction == next.Transaction {
		next.Since = last.Since
	}
	s.status.Store(next)
	if last == nil || last.PID != next.PID || last.Transaction != next.Transaction || last.Manual != next.Manual || !slices.Equal(last.Savepoints, next.Savepoints) {
		s.config.OnSession(*next)
	}
}

// ended publishes that the backend is gone.
func (s *Session) ended() {
	if last := s.status.Swap(nil); last != nil {
		gone := *last
		gone.Transaction, gone.Savepoints, gone.Ended = Idle, nil, true
		s.config.OnSession(gone)
	}
	s.savepoints = nil
}

// close cancels what runs and ends the backend. It waits for both.
func (s *Session) close() {
	s.end() // cancels the running statement; no other gets a turn
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	s.idle.stop()
	s.ended()
	if s.conn == nil || s.conn.IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), lastPatience)
	defer cancel()
	if err := s.conn.Close(ctx); err != nil {
		s.config.Log.Debug("a session ended badly", "connection", s.connection.config.Name, "err", err)
	}
}

// execute runs one statement. The caller has the turn. The driver gets no
// context: one that ends closes the connection, and a cancelled query should not
// cost the session.
func (s *Session) execute(h *QueryHandle, q wireQuery, out *output) error {
	limited, cancel := s.limited(h)
	defer cancel()
	unwanted, drop := context.WithCancel(limited)
	defer drop()
	out.stop = drop
	stop := s.watch(unwanted, s.conn)
	err := exchange(s.conn, unwanted, q, out.receiver())
	asked := stop()
	if asked && !s.conn.IsClosed() {
		s.settle(s.conn)
	}
	if err != nil {
		err = s.explain(err, asked)
		if asked && !h.Cancelled() && !s.conn.IsClosed() && tusk.CategoryOf(err) == tusk.Cancelled {
			err = timedOut(err)
		}
		return err
	}
	// Only now, when no cancel can hit this query and with it the transaction.
	for _, in := range out.results {
		s.learn(in.fields)
	}
	s.tellEncoding()
	return nil
}

// learn asks for the names of types that are not known yet.
func (s *Session) learn(fields []pgconn.FieldDescription) {
	ctx, cancel := context.WithTimeout(context.Background(), s.config.CancelTimeout)
	defer cancel()
	if err := s.types.learn(ctx, s.conn, fields); err != nil {
		s.config.Log.Warn("the names of a result's types are missing", "connection", s.connection.config.Name, "err", err)
	}
}

// tellEncoding warns of a client_encoding that we do not read: text is UTF-8
// everywhere here.
func (s *Session) tellEncoding() {
	encoding := s.conn.ParameterStatus("client_encoding")
	if encoding == "UTF8" || encoding == "SQL_ASCII" || s.notice == nil {
		return
	}
	s.notice(tusk.Notice{
		Severity: "WARNING",
		Code:     "22021",
		Message:  "client_encoding is " + encoding + ", so all text but ASCII is shown wrong.",
		Hint:     "SET client_encoding TO UTF8.",
	})
}

// explain says what an error means for the session. asked says that we had the
// statement cancelled.
func (s *Session) explain(err error, asked bool) error {
	err = classify(err, s.connection.config)
	e, ok := errors.AsType[*tusk.Error](err)
	if !ok {
		return err
	}
	closed := s.conn.IsClosed()
	out := *e
	switch {
	case asked && closed:
		out = tusk.Error{Category: tusk.Cancelled, Message: "the query was cancelled; the server did not react, so its connection was closed", Cause: e.Cause}
	case asked && e.Code == queryCanceled:
		out = tusk.Error{Category: tusk.Cancelled, Message: "the query was cancelled", Code: e.Code, Cause: e.Cause}
	case closed && (e.Category == tusk.Query || e.Category == tusk.Internal):
		out.Category = tusk.Connection
	}
	if closed {
		hint := out.Hint
		if hint == "" {
			hint = out.Category.Hint()
		}
		out.Hint = strings.TrimSpace(hint + " " + lossOf(s.conn) + " The next run starts a new one.")
	}
	return &out
}
