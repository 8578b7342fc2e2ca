package engine

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/builtin"
	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
)

// catalogCache holds the catalog of one connection. One load runs at a time; a
// request during a load causes one more, since that load may have missed what
// the request is about.
type catalogCache struct {
	connection *connection
	state      *State
	current    atomic.Pointer[schema.Catalog] // nil before the first load, unless an earlier process has kept one
	restored   sync.Once                      // whether one was kept was looked for
	read       atomic.Bool                    // current is what the server had when it was asked last
	used       atomic.Int64                   // when somebody last asked for it: Unix time in nanoseconds

	loops sync.WaitGroup

	own   *schema.Catalog  // current without what comes with PostgreSQL; of the loading goroutine
	marks introspect.Marks // from before own was read; of the loading goroutine

	mu       sync.Mutex
	running  *load         // guarded by mu
	next     *load         // waits for running; guarded by mu
	retrying bool          // a load will be asked for after pause; guarded by mu
	pause    time.Duration // before the last retry, 0 once a load succeeds; guarded by mu
	closed   bool          // no load starts any more; guarded by mu
	watched  bool          // watch runs; guarded by mu

	fingerprint introspect.Fingerprint // of the system catalogs before the newest load; guarded by mu
}

// load is one reading of the catalog.
type load struct {
	done    chan struct{} // closed at the end; then err is final
	err     error
	follows bool // a statement that changed the catalog; guarded by catalogCache.mu
	whole   bool // somebody asked for all of it, not only for what has changed; guarded by catalogCache.mu
}

// The pauses between loads while the server cannot be reached.
const (
	firstRetry = time.Second
	lastRetry  = time.Minute
)

func newCatalogCache(c *connection, s *State) *catalogCache {
	return &catalogCache{connection: c, state: s}
}

// follow has the catalog read after a statement that changed it: at once or, if
// the server cannot be reached, when it can. Nobody else would ask again.
func (c *catalogCache) follow() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.request().follows = true
}

// request asks for a load and returns at once. The caller has mu.
func (c *catalogCache) request() *load {
	if c.closed {
		l := &load{done: make(chan struct{}), err: errClosed()}
		close(l.done)
		return l
	}
	if c.running == nil {
		c.running = &load{done: make(chan struct{})}
		c.loops.Go(c.loop)
		return c.running
	}
	if c.next == nil {
		c.next = &load{done: make(chan struct{})}
	}
	return c.next
}

// refresh asks for a load and waits for it.
func (c *catalogCache) refresh(ctx context.Context) (*schema.Catalog, error) {
	c.mu.Lock()
	l := c.request()
	l.whole = true
	c.mu.Unlock()
	select {
	case <-l.done:
		return c.current.Load(), l.err
	case <-ctx.Done():
		return nil, classify(ctx.Err(), c.connection.config)
	}
}

func (c *catalogCache) loop() {
	for more := true; more; {
		err := c.load()
		if err != nil && tusk.CategoryOf(err) != tusk.Cancelled && c.connection.life.Err() == nil {
			// Nobody may be waiting for a load that a statement caused.
			c.state.config.Log.Warn("the catalog could not be read", "connection", c.connection.config.Name, "err", err)
		}
		c.mu.Lock()
		ended := c.running
		c.running, c.next = c.next, nil
		more = c.running != nil
		switch {
		case err == nil:
			c.pause = 0
		case ended.follows && unreachable(err), lockedOut(err):
			c.retry()
		}
		c.mu.Unlock()
		ended.err = err
		close(ended.done)
	}
}

// retry follows again after a pause, which grows. The caller has mu.
func (c *catalogCache) retry() {
	if c.closed || c.retrying {
		return
	}
	c.retrying = true
	c.pause = min(max(2*c.pause, firstRetry), lastRetry)
	pause := time.NewTimer(c.pause)
	c.loops.Go(func() {
		defer pause.Stop()
		select {
		case <-pause.C:
		case <-c.connection.life.Done():
			return
		}
		c.mu.Lock()
		c.retrying = false
		c.mu.Unlock()
		c.follow()
	})
}

// unreachable reports whether an error may pass by itself.
func unreachable(err error) bool {
	switch tusk.CategoryOf(err) {
	case tusk.Connection, tusk.SSH, tusk.PoolTimeout:
		return true
	default:
		return false
	}
}

// lockedOut reports whether a load gave up since somebody holds a lock, who will
// let go of it.
func lockedOut(err error) bool {
	const lockNotAvailable = "55P03"
	e, ok := errors.AsType[*tusk.Error](err)
	return ok && e.Code == lockNotAvailable
}

// Loading says how far the reading of a catalog is.
type Loading struct {
	Connection  uuid.UUID
	Name        string // of the connection
	Reading     string // what comes next
	Done, Total int    // parts of the catalog
	Ended       bool   // the last word about this load
	Cancel      context.CancelFunc
}

// load reads the catalog: at first the names alone, which a completion can use
// while the rest comes.
func (c *catalogCache) load() error {
	c.restored.Do(c.restore)
	ctx, cancel := context.WithCancel(c.connection.life)
	defer cancel()
	conn, err := c.connection.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if c.marks == nil { // before the fingerprint, so that they are never newer than the catalog
		if c.marks, err = introspect.TakeMarks(ctx, conn.Conn()); err != nil {
			return classify(err, c.connection.config)
		}
	}
	if c.current.Load() == nil {
		names, err := introspect.Names(ctx, conn.Conn())
		if err != nil {
			return classify(err, c.connection.config)
		}
		c.publish(overBuiltin(names))
	}
	// Before the load, so that DDL during the load is found by the next look.
	before := c.seen()
	fingerprint, err := introspect.TakeFingerprint(ctx, conn.Conn(), before)
	if err != nil {
		return classify(err, c.connection.config)
	}
	if !c.read.Load() && fingerprint.Same(before) { // nothing has changed since it was kept
		c.publish(c.current.Load())
		c.loaded(fingerprint)
		return nil
	}
	now := Loading{Connection: c.connection.config.ID, Name: c.connection.config.Name, Cancel: cancel}
	catalog, err := c.introspect(ctx, conn.Conn(), introspect.Options{Builtin: builtinOf(c.current.Load()), Progress: func(p introspect.Progress) {
		now.Reading, now.Done, now.Total = p.Reading, p.Done, p.Total
		c.state.config.OnLoading(now)
	}, Incomplete: func(err error) {
		c.state.config.Log.Warn("the catalog has no definitions of views, indexes and the like", "connection", c.connection.config.Name, "err", err)
	}})
	now.Ended = true
	c.state.config.OnLoading(now)
	if err != nil {
		return classify(err, c.connection.config)
	}
	c.own = catalog
	c.publish(overBuiltin(catalog))
	c.loaded(fingerprint)
	if c.state.disk != nil {
		c.loops.Go(func() { c.keep(catalog, fingerprint) })
	}
	return nil
}

// introspect reads what has changed since the last load, or all of it where
// somebody asked for that.
func (c *catalogCache) introspect(ctx context.Context, conn *pgx.Conn, options introspect.Options) (*schema.Catalog, error) {
	c.mu.Lock()
	whole := c.running.whole
	c.mu.Unlock()
	if whole || c.own == nil {
		return introspect.Load(ctx, conn, options) // with older marks the next time reads more than it must
	}
	catalog, marks, err := introspect.Changed(ctx, conn, c.own, c.marks, options)
	if err == nil {
		c.marks = marks
	}
	return catalog, err
}

// loaded is told that current is as of a fingerprint.
func (c *catalogCache) loaded(fingerprint introspect.Fingerprint) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read.Store(true)
	c.fingerprint = fingerprint
	if !c.watched && !c.closed {
		c.watched = true
		c.loops.Go(c.watch)
	}
}

// builtinOf gives what comes with the server of a catalog.
func builtinOf(c *schema.Catalog) *schema.Catalog { return builtin.Catalog(c.ServerVersion() / 10000) }

// overBuiltin gives a catalog that was read with what comes with its server and
// was left out.
func overBuiltin(read *schema.Catalog) *schema.Catalog {
	both := read.On(builtinOf(read))
	if public := both.Schema("public"); read.Schema("public") == nil && public != nil { // it can be dropped
		edit := both.Edit()
		edit.Drop(public)
		return edit.Catalog()
	}
	return both
}

func (c *catalogCache) publish(catalog *schema.Catalog) {
	c.current.Store(catalog)
	c.state.config.OnCatalog(c.connection.config.ID)
}

// seen gives the fingerprint before the newest load.
func (c *catalogCache) seen() introspect.Fingerprint {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fingerprint
}

// wait refuses further loads and waits for the one that runs, which ends with
// the connection's life.
func (c *catalogCache) wait() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.loops.Wait()
}
