package engine

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Session is the backend on which one document's statements run, so that SET,
// temporary tables and transactions live from one run to the next. Statements
// take turns.
type Session struct {
	connection *connection
	config     Config
	life       context.Context // ends with close
	end        context.CancelFunc
	notice     atomic.Pointer[func(tusk.Notice)] // of the running statement; nil between

	turn  chan struct{}  // capacity 1: holding it guards what follows
	conn  *pgconn.PgConn // nil before the first statement and after a loss
	types map[typeID]string
	dirty bool // a statement that may have changed the catalog is not committed yet
}

// typeID is a type with its modifier, as in numeric(10,2).
type typeID struct {
	oid uint32
	mod int32
}

func newSession(c *connection, config Config) *Session {
	s := &Session{connection: c, config: config, turn: make(chan struct{}, 1), types: map[typeID]string{}}
	s.life, s.end = context.WithCancel(c.life)
	return s
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
	if s.life.Err() != nil {
		s.give()
		return errClosed()
	}
	if s.conn != nil && !s.conn.IsClosed() {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	conn, err := connect(ctx, s.connection.config, s.config.Secrets, s.heard)
	if err != nil {
		s.give()
		return err
	}
	s.conn, s.dirty = conn, false
	clear(s.types) // the database may have been restored meanwhile
	return nil
}

func (s *Session) give() { <-s.turn }

// heard passes a server's notice on to the running statement.
func (s *Session) heard(_ *pgconn.PgConn, n *pgconn.Notice) {
	if report := s.notice.Load(); report != nil {
		(*report)(tusk.Notice{Severity: n.Severity, Code: n.Code, Message: n.Message, Detail: n.Detail, Hint: n.Hint})
	}
}

// close cancels what runs and ends the backend. It waits for both.
func (s *Session) close() {
	s.end() // cancels the running statement; no other gets a turn
	s.turn <- struct{}{}
	defer s.give()
	if s.conn == nil || s.conn.IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.config.CancelTimeout)
	defer cancel()
	if err := s.conn.Close(ctx); err != nil {
		s.config.Log.Debug("a session ended badly", "connection", s.connection.config.Name, "err", err)
	}
}

// execute runs one statement. The caller has the turn. The statement's context
// is not the driver's: a driver's context that ends closes the connection, and
// a cancelled query should not cost the session.
func (s *Session) execute(h *QueryHandle, sql string, maxRows int) (*tusk.QueryResult, error) {
	conn := s.conn
	watch := s.watch(h, conn)
	result, err := s.read(conn, sql, maxRows)
	asked := watch.stop()
	if err == nil {
		if asked {
			s.settle(conn)
		}
		return result, nil
	}
	err = s.explain(err, conn, asked)
	if asked && tusk.CategoryOf(err) != tusk.Cancelled && !conn.IsClosed() {
		s.settle(conn)
	}
	return nil, err
}

// read sends the statement and reads its rows. Rows beyond maxRows are read and
// dropped, so that the statement runs to its end: cutting it short would undo
// what it did.
func (s *Session) read(conn *pgconn.PgConn, sql string, maxRows int) (*tusk.QueryResult, error) {
	reader := conn.ExecParams(context.Background(), sql, nil, nil, nil, nil)
	result := &tusk.QueryResult{SQL: sql, Rows: [][]tusk.Value{}}
	fields := append([]pgconn.FieldDescription(nil), reader.FieldDescriptions()...)
	for reader.NextRow() {
		if len(result.Rows) == maxRows {
			result.Truncated = true
			continue
		}
		values := reader.Values()
		row := make([]tusk.Value, len(values))
		for i, value := range values {
			if value != nil {
				text := string(value)
				row[i] = &text
			}
		}
		result.Rows = append(result.Rows, row)
	}
	tag, err := reader.Close()
	if err != nil {
		return nil, err
	}
	result.CommandTag = tag.String()
	result.QueryType = queryType(tag, len(fields) > 0)
	if tag.Insert() || tag.Update() || tag.Delete() || strings.HasPrefix(tag.String(), "MERGE") {
		affected := tag.RowsAffected()
		result.RowsAffected = &affected
	}
	result.Columns, err = s.columns(conn, fields)
	return result, err
}

// watch sends PostgreSQL's cancel request when the handle is cancelled, and
// closes the socket of a server that does not heed it.
type watch struct {
	done    chan struct{} // closed by stop
	stopped chan bool     // gets whether a cancel request was sent
}

func (s *Session) watch(h *QueryHandle, conn *pgconn.PgConn) watch {
	w := watch{done: make(chan struct{}), stopped: make(chan bool, 1)}
	go func() {
		select {
		case <-w.done:
			w.stopped <- false
			return
		case <-h.cancelled.Done():
		}
		ctx, cancel := context.WithTimeout(context.Background(), s.config.CancelTimeout)
		defer cancel()
		if err := conn.CancelRequest(ctx); err != nil {
			s.config.Log.Debug("a cancel request was not taken", "connection", s.connection.config.Name, "err", err)
		}
		select {
		case <-w.done:
		case <-ctx.Done():
			if err := conn.Conn().Close(); err != nil {
				s.config.Log.Debug("a socket was closed already", "err", err)
			}
		}
		w.stopped <- true
	}()
	return w
}

// stop ends the watch after the statement, and reports whether the server was
// asked to cancel.
func (w watch) stop() bool {
	close(w.done)
	return <-w.stopped
}

// settle takes a cancel that came too late: the signal may still be on its way
// to the backend, and must not hit the next statement.
func (s *Session) settle(conn *pgconn.PgConn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := conn.Exec(ctx, "").Close(); err != nil {
		s.config.Log.Debug("a late cancel was taken", "err", err)
	}
}

// explain says what an error means for the session.
func (s *Session) explain(err error, conn *pgconn.PgConn, asked bool) error {
	e, ok := errors.AsType[*tusk.Error](classify(err, s.connection.config))
	if !ok {
		return err
	}
	out := *e
	if asked && (e.Code == "57014" || conn.IsClosed()) {
		out.Category = tusk.Cancelled
	}
	if conn.IsClosed() {
		lost := "This document's session is lost with its open transaction, temporary tables and settings; the next run starts a new one."
		if asked {
			out.Message = "cancelled: the server did not react, so its connection was closed"
		} else if out.Category == tusk.Query {
			out.Category = tusk.Connection
		}
		out.Hint = strings.TrimSpace(out.Hint + " " + lost)
	}
	return &out
}

// columns describes the columns, with the names of types that format_type
// gives. It asks on the session itself: a type may be as new as the transaction.
func (s *Session) columns(conn *pgconn.PgConn, fields []pgconn.FieldDescription) ([]tusk.ColumnInfo, error) {
	var oids, mods []string
	var asked []typeID
	for _, f := range fields {
		id := typeID{f.DataTypeOID, f.TypeModifier}
		if _, known := s.types[id]; !known {
			s.types[id] = ""
			asked = append(asked, id)
			oids, mods = append(oids, strconv.FormatInt(int64(id.oid), 10)), append(mods, strconv.FormatInt(int64(id.mod), 10))
		}
	}
	if len(oids) > 0 && conn.TxStatus() != 'E' {
		// The query must come from pg_catalog whatever search_path is.
		const names = `SELECT pg_catalog.format_type(o, m) FROM pg_catalog.unnest($1::pg_catalog.oid[], $2::pg_catalog.int4[]) WITH ORDINALITY AS t(o, m, n) ORDER BY n`
		rows := conn.ExecParams(context.Background(), names, [][]byte{array(oids), array(mods)}, nil, nil, nil).Read()
		if rows.Err != nil {
			return nil, rows.Err
		}
		for i, row := range rows.Rows {
			s.types[asked[i]] = string(row[0])
		}
	}
	columns := make([]tusk.ColumnInfo, len(fields))
	for i, f := range fields {
		columns[i] = tusk.ColumnInfo{
			Name:     f.Name,
			TypeOID:  f.DataTypeOID,
			TypeName: s.types[typeID{f.DataTypeOID, f.TypeModifier}],
			TableOID: f.TableOID,
			Attnum:   int16(f.TableAttributeNumber),
		}
	}
	return columns, nil
}

// array writes a one-dimensional array of numbers as PostgreSQL reads it.
func array(numbers []string) []byte { return []byte("{" + strings.Join(numbers, ",") + "}") }

func queryType(tag pgconn.CommandTag, rows bool) tusk.QueryType {
	switch {
	case tag.Insert():
		return tusk.InsertQuery
	case tag.Update():
		return tusk.UpdateQuery
	case tag.Delete():
		return tusk.DeleteQuery
	case rows:
		return tusk.SelectQuery
	default:
		return tusk.OtherQuery
	}
}
