package engine

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// PoolState is how far a pool has come.
type PoolState int32

// The states: a pool is Active after its first connection.
const (
	PoolCreated PoolState = iota
	PoolActive
	PoolClosed
)

// Pool is the connections for background work on one database: introspection
// and checks. What the user runs has a Session of its own. It is safe for
// concurrent use.
type Pool struct {
	ID        uuid.UUID // of its connection
	Config    tusk.ConnectionConfig
	CreatedAt time.Time

	route          *route
	pool           *pgxpool.Pool
	acquireTimeout time.Duration
	acquiring      atomic.Int64 // callers in Acquire
	pids           sync.Map     // of its backends: uint32 → nil
	state          atomic.Int32
}

// newPool makes a pool that dials when a connection is first acquired.
func newPool(r *route, limits PoolLimits) (*Pool, error) {
	settings, err := r.backgroundSettings()
	if err != nil {
		return nil, err
	}
	config := r.config
	p := &Pool{ID: config.ID, Config: config, route: r, CreatedAt: time.Now(), acquireTimeout: limits.AcquireTimeout}
	settings.MaxConns = int32(limits.MaxConns)
	// A connection that died while it was idle is found out before it is used:
	// background work would fail for a server that is back long since.
	settings.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return true }
	settings.PingTimeout = config.Options.ConnectTimeout()
	settings.BeforeConnect = func(ctx context.Context, dial *pgx.ConnConfig) error {
		dial.Password = r.present(ctx).Reveal()
		return nil
	}
	settings.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		p.pids.Store(conn.PgConn().PID(), nil)
		return nil
	}
	settings.BeforeClose = func(conn *pgx.Conn) { p.pids.Delete(conn.PgConn().PID()) }
	p.pool, err = pgxpool.NewWithConfig(context.Background(), settings)
	if err != nil {
		return nil, tusk.NewError(tusk.Internal, err, "the pool cannot be made")
	}
	return p, nil
}

// Acquire gives a connection; the caller releases it. It waits while all are
// in use, up to the pool's time-out: then it fails with PoolTimeout. A context
// that ends while the connection works closes that connection.
func (p *Pool) Acquire(ctx context.Context) (*pgxpool.Conn, error) {
	p.acquiring.Add(1)
	defer p.acquiring.Add(-1)
	bounded, cancel := context.WithTimeout(ctx, p.acquireTimeout)
	defer cancel()
	conn, err := p.pool.Acquire(bounded)
	if err == nil {
		p.state.CompareAndSwap(int32(PoolCreated), int32(PoolActive))
		return conn, nil
	}
	status := p.Status()
	switch {
	case p.State() == PoolClosed:
		return nil, errClosed()
	case ctx.Err() == nil && errors.Is(bounded.Err(), context.DeadlineExceeded) && status.Size == status.MaxSize:
		return nil, tusk.NewError(tusk.PoolTimeout, err,
			"no connection to %s became free within %v: %d of %d are in use, %d callers wait",
			p.Config.Name, p.acquireTimeout, status.Size, status.MaxSize, status.Waiting)
	}
	return nil, p.route.explain(classify(err, p.Config))
}

// has reports whether a backend is one of the pool's.
func (p *Pool) has(pid uint32) bool {
	_, ok := p.pids.Load(pid)
	return ok
}

// Validate connects, and so tells whether the configuration works. It takes
// the connect time-out at most.
func (p *Pool) Validate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.Config.Options.ConnectTimeout())
	defer cancel()
	conn, err := p.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return classify(conn.Ping(ctx), p.Config)
}

// Status is the gauge of this moment. The number of waiting callers is our own
// count: the driver has none.
func (p *Pool) Status() tusk.PoolStatus {
	stat := p.pool.Stat()
	waiting := 0
	if stat.IdleConns() == 0 {
		// A caller is in Acquire for an instant even where a connection is
		// free, and does not wait while one is made for it.
		waiting = max(0, int(p.acquiring.Load())-int(stat.ConstructingConns()))
	}
	return tusk.PoolStatus{
		MaxSize:   int(stat.MaxConns()),
		Size:      int(stat.TotalConns()),
		Available: int(stat.IdleConns()) - waiting,
		Waiting:   waiting,
	}
}

// State tells how far the pool has come.
func (p *Pool) State() PoolState { return PoolState(p.state.Load()) }

// Close ends attempts to connect, waits until every connection is released and
// closes them.
func (p *Pool) Close() {
	p.state.Store(int32(PoolClosed))
	p.pool.Close()
}
