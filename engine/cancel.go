package engine

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// watch has the statement on conn cancelled as soon as unwanted ends. The caller calls
// stop when the statement has ended; it reports whether the server was asked to
// cancel, and no request is on its way any more when it returns.
func (s *Session) watch(unwanted context.Context, conn *pgconn.PgConn) (stop func() (asked bool)) {
	done := make(chan struct{})
	asked := make(chan struct{})
	unwatch := context.AfterFunc(unwanted, func() {
		defer close(asked)
		s.interrupt(conn, done)
	})
	return func() bool {
		close(done)
		if unwatch() {
			return false
		}
		<-asked
		return true
	}
}

// interrupt sends PostgreSQL's cancel request until done is closed. One may not
// be enough: the request has a connection of its own and can overtake the
// statement, and a backend that has no statement yet forgets it. When the time
// is up the socket is closed, which ends the session.
func (s *Session) interrupt(conn *pgconn.PgConn, done <-chan struct{}) {
	patience := s.config.CancelTimeout
	if s.life.Err() != nil {
		patience = min(patience, lastPatience)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for pause := 10 * time.Millisecond; ; pause *= 2 {
		if err := conn.CancelRequest(ctx); err != nil {
			s.config.Log.Debug("a cancel request was not taken", "connection", s.connection.config.Name, "err", err)
		}
		select {
		case <-done:
			return
		case <-time.After(pause):
		case <-ctx.Done():
			if err := conn.Conn().Close(); err != nil {
				s.config.Log.Debug("a socket was closed already", "connection", s.connection.config.Name, "err", err)
			}
			return
		}
	}
}

// lastPatience is how long a server may take to heed a cancel request of a
// session that ends: the user is leaving.
const lastPatience = time.Second

// settle takes a cancel that came too late. The server has signalled the backend
// before it answers the request, but a pooler in between may not have passed it
// on yet, and it must not hit the next statement.
func (s *Session) settle(conn *pgconn.PgConn) {
	ctx, cancel := context.WithTimeout(context.Background(), s.config.CancelTimeout)
	defer cancel()
	if err := conn.Exec(ctx, "").Close(); err != nil {
		s.config.Log.Debug("a late cancel was taken", "connection", s.connection.config.Name, "err", err)
	}
}
