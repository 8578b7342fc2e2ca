package engine

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// QueryState is how far a query has come.
type QueryState int32

// The states; a query ends in one of the last three.
const (
	Running QueryState = iota
	Completed
	Cancelled
	Failed
)

func (q QueryState) String() string {
	names := [...]string{Running: "running", Completed: "completed", Cancelled: "cancelled", Failed: "failed"}
	if q >= 0 && int(q) < len(names) {
		return names[q]
	}
	return fmt.Sprintf("QueryState(%d)", int32(q))
}

// QueryHandle is a query that runs, or ran. It is safe for concurrent use.
type QueryHandle struct {
	ID           uuid.UUID
	ConnectionID uuid.UUID
	SQL          string
	StartedAt    time.Time

	state    atomic.Int32
	unwanted context.Context // ends when Cancel is called; not the driver's, which would close the connection
	cancel   context.CancelFunc
}

func newQueryHandle(connection uuid.UUID, sql string) *QueryHandle {
	h := &QueryHandle{ID: uuid.New(), ConnectionID: connection, SQL: sql, StartedAt: time.Now()}
	h.unwanted, h.cancel = context.WithCancel(context.Background())
	return h
}

// Cancel asks the server to stop the query and returns at once. It is best
// effort: a query that has finished by then gives its result.
func (h *QueryHandle) Cancel() {
	if h.State() == Running {
		h.cancel()
	}
}

// Cancelled reports whether Cancel was called while the query ran. Its State
// tells whether that was in time.
func (h *QueryHandle) Cancelled() bool { return h.unwanted.Err() != nil }

// State tells how far the query has come.
func (h *QueryHandle) State() QueryState { return QueryState(h.state.Load()) }
