package engine

import (
	"context"
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

// QueryHandle is a query that runs, or ran. It is safe for concurrent use.
type QueryHandle struct {
	ID           uuid.UUID
	ConnectionID uuid.UUID
	SQL          string
	StartedAt    time.Time

	state     atomic.Int32
	cancelled context.Context // ends when Cancel is called
	cancel    context.CancelFunc
}

func newQueryHandle(ctx context.Context, connection uuid.UUID, sql string) *QueryHandle {
	h := &QueryHandle{ID: uuid.New(), ConnectionID: connection, SQL: sql, StartedAt: time.Now()}
	h.cancelled, h.cancel = context.WithCancel(ctx)
	return h
}

// Cancel asks the server to stop the query and returns at once. It is best
// effort: a query that has finished by then gives its result.
func (h *QueryHandle) Cancel() { h.cancel() }

// Cancelled reports whether Cancel was called.
func (h *QueryHandle) Cancelled() bool { return h.cancelled.Err() != nil && h.State() != Completed }

// State tells how far the query has come.
func (h *QueryHandle) State() QueryState { return QueryState(h.state.Load()) }
