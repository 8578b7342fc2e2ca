package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Blocking is a transaction that waits for its user while others wait for it.
type Blocking struct {
	Session SessionStatus
	Waiters []Backend // never none
}

// String says it to the user.
func (b Blocking) String() string {
	var waiters []string
	for _, w := range b.Waiters[:min(len(b.Waiters), maxWaitersTold)] {
		waiters = append(waiters, w.String())
	}
	if more := len(b.Waiters) - maxWaitersTold; more > 0 {
		waiters = append(waiters, fmt.Sprintf("%d more", more))
	}
	return fmt.Sprintf("The transaction of %s, idle since %s, holds up %s.", b.Session.Key, b.Session.Since.Format(time.TimeOnly), strings.Join(waiters, "; "))
}

const maxWaitersTold = 3

// idleWatch looks now and then whether an open transaction that waits for its
// user holds others up, and tells once. It is safe for concurrent use.
type idleWatch struct {
	look func(context.Context) bool // reports whether there is nothing more to look for

	mu      sync.Mutex
	stopped context.CancelFunc // of the watch that runs; nil: none does; guarded by mu
	done    chan struct{}      // closed when it has ended; guarded by mu
}

// start watches until stop, with a look after each interval.
func (w *idleWatch) start(life context.Context, interval time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped != nil {
		return
	}
	ctx, cancel := context.WithCancel(life)
	done := make(chan struct{})
	w.stopped, w.done = cancel, done
	go func() {
		defer close(done)
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				if w.look(ctx) {
					return
				}
			}
		}
	}()
}

// stop ends the watch and waits for that.
func (w *idleWatch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped != nil {
		w.stopped()
		<-w.done
		w.stopped = nil
	}
}

// watchIdle begins to watch where a statement left a transaction open.
func (s *Session) watchIdle() {
	if s.conn != nil && !s.conn.IsClosed() && TransactionStatus(s.conn.TxStatus()) != Idle && !pooled(s.conn) {
		s.idle.start(s.life, s.config.IdleCheck)
	}
}

// blocks looks for whom the session's transaction holds up.
func (s *Session) blocks(ctx context.Context) (told bool) {
	status := s.status.Load()
	if status == nil {
		return true
	}
	waiters, err := s.heldUp(ctx, status.PID)
	if err != nil {
		if ctx.Err() == nil {
			s.config.Log.Debug("whom a transaction holds up is not known", "connection", s.connection.config.Name, "err", err)
		}
		return false
	}
	// What we do in the background for this very transaction, such as reading
	// the catalog that it changed, is nobody to be considerate of.
	waiters = slices.DeleteFunc(waiters, func(b Backend) bool { return s.connection.pool.has(b.PID) })
	if len(waiters) == 0 {
		return false
	}
	s.config.OnBlocking(Blocking{Session: *status, Waiters: waiters})
	return true
}
