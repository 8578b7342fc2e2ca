package engine

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/spool"
	"github.com/tusk-lsp/tusk-lsp/engine/tunnel"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// Config is what a State works with. Store and Secrets are required and stay
// the caller's to close, after the State.
type Config struct {
	Store   *store.Store
	Secrets *secrets.Service
	Log     *slog.Logger // nil drops everything

	// AcceptHost asks the user whether to trust an SSH host that known_hosts
	// does not list. nil refuses.
	AcceptHost func(ctx context.Context, host *tunnel.UnknownHost) (bool, error)

	// AskSecret asks the user for a password or a passphrase that is missing or
	// was refused. nil: nobody is asked, and the error says how to store it.
	AskSecret func(ctx context.Context, q SecretQuestion) (SecretAnswer, error)

	// OnCatalog is called when a connection has a new catalog, from a goroutine
	// of the State's. nil: nobody is told.
	OnCatalog func(connection uuid.UUID)

	// OnLoading is called while a catalog is read, from the goroutine that does.
	// It must not block. nil: nobody is told.
	OnLoading func(Loading)

	// CatalogPoll is the time between two looks whether others changed a database
	// whose catalog is in use: 3 s by default, none when it is negative.
	CatalogPoll time.Duration

	// OnConnections is called when a connection was added, removed or saved,
	// from the goroutine that did so. nil: nobody is told.
	OnConnections func()

	// OnBlocking is called when a transaction waits for its user while others wait
	// for it, from a goroutine of the State's. nil: nobody is told.
	OnBlocking func(Blocking)

	// IdleCheck is the time between two looks; 30 s by default.
	IdleCheck time.Duration

	// OnSession is called when a session's status changed, from the goroutine
	// that runs its statement or ends it. nil: nobody is told.
	OnSession func(SessionStatus)

	CatalogDir  string // where catalogs are kept for the next start; "": nowhere
	SpoolDir    string // where results that are large lie while they are kept; "": below the OS's folder for temporary files
	SpoolMemory int64  // bytes of results that stay in memory; 32 MiB by default
	SpoolDisk   int64  // bytes of results in files; 0: as many as there is room for

	PoolLimits
	// CancelTimeout is how long a server may take to heed a cancel request
	// before its socket is closed; 5 s by default.
	CancelTimeout time.Duration
}

// PoolLimits bound a connection's pool.
type PoolLimits struct {
	MaxConns       int           // 4 by default
	AcquireTimeout time.Duration // how long Pool.Acquire waits; 30 s by default
}

// withDefaults fills what is 0.
func (l PoolLimits) withDefaults() PoolLimits {
	return PoolLimits{cmp.Or(l.MaxConns, 4), cmp.Or(l.AcquireTimeout, 30*time.Second)}
}

// State is everything that lives while the program runs. Nothing dials until a
// connection is needed. It is safe for concurrent use.
type State struct {
	config  Config
	life    context.Context // ends with Close
	end     context.CancelFunc
	history *recorder
	spool   *spool.Spool
	disk    *catalogDisk // nil where catalogs are not kept

	mu          sync.Mutex
	limits      PoolLimits                 // of pools that are made from now on; guarded by mu
	closed      bool                       // guarded by mu
	connections map[uuid.UUID]*connection  // guarded by mu
	queries     map[uuid.UUID]*QueryHandle // running ones alone; guarded by mu
	results     []*Result                  // the oldest first; guarded by mu
}

// connection is a configuration with all that lives because of it.
type connection struct {
	config  tusk.ConnectionConfig // immutable
	life    context.Context       // ends when the connection is removed
	end     context.CancelFunc
	route   *route
	pool    *Pool
	catalog *catalogCache

	mu       sync.Mutex
	sessions map[sessionKey]*Session // nil once removed; guarded by mu
}

// sessionKey tells sessions of a connection apart: what may write and what may
// not share nothing, not even a transaction.
type sessionKey struct {
	name     string // Script.Session
	readOnly bool
}

// New makes a State. It does no I/O.
func New(config Config) *State {
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.OnCatalog == nil {
		config.OnCatalog = func(uuid.UUID) {}
	}
	if config.OnLoading == nil {
		config.OnLoading = func(Loading) {}
	}
	if config.CatalogPoll == 0 {
		config.CatalogPoll = 3 * time.Second
	}
	if config.OnConnections == nil {
		config.OnConnections = func() {}
	}
	if config.IdleCheck == 0 {
		config.IdleCheck = 30 * time.Second
	}
	if config.OnBlocking == nil {
		config.OnBlocking = func(Blocking) {}
	}
	if config.OnSession == nil {
		config.OnSession = func(SessionStatus) {}
	}
	if config.CancelTimeout == 0 {
		config.CancelTimeout = 5 * time.Second
	}
	s := &State{
		config:      config,
		limits:      config.PoolLimits.withDefaults(),
		connections: map[uuid.UUID]*connection{},
		queries:     map[uuid.UUID]*QueryHandle{},
	}
	s.life, s.end = context.WithCancel(context.Background())
	s.history = newRecorder(config.Store, config.Log)
	s.spool = newSpool(config)
	s.disk = newCatalogDisk(config.CatalogDir)
	return s
}

// Add makes a connection known, in place of one with the same id whose
// configuration differs. It does not dial.
func (s *State) Add(config tusk.ConnectionConfig) error {
	if err := config.Validate(); err != nil {
		return err
	}
	c := &connection{config: config, sessions: map[sessionKey]*Session{}}
	var err error
	if c.route, err = newRoute(config, s.config); err != nil {
		return err
	}
	if c.pool, err = newPool(c.route, s.poolLimits()); err != nil {
		return err
	}
	c.life, c.end = context.WithCancel(s.life)
	c.catalog = newCatalogCache(c, s)
	s.mu.Lock()
	old := s.connections[config.ID]
	refused := s.closed
	unchanged := old != nil && sameConfig(old.config, config)
	if !refused && !unchanged {
		s.connections[config.ID] = c
	}
	s.mu.Unlock()
	switch {
	case refused || unchanged:
		c.end()
		c.pool.Close()
		c.route.close()
		if refused {
			return errClosed()
		}
	case old != nil:
		s.retire(old)
	}
	if !unchanged {
		s.changed()
	}
	return nil
}

// LimitPools changes the limits of pools that are made from now on; 0 is the
// default.
func (s *State) LimitPools(limits PoolLimits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = limits.withDefaults()
}

func (s *State) poolLimits() PoolLimits {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.limits
}

// changed tells that the list of connections is another one.
func (s *State) changed() { s.config.OnConnections() }

func sameConfig(a, b tusk.ConnectionConfig) bool {
	same := a.SSHTunnel == nil && b.SSHTunnel == nil || a.SSHTunnel != nil && b.SSHTunnel != nil && *a.SSHTunnel == *b.SSHTunnel
	a.SSHTunnel, b.SSHTunnel = nil, nil
	return same && a == b
}

// Remove forgets a connection: its queries are cancelled, its sessions end, its
// pool closes and its catalog goes. One that is not known is no error.
func (s *State) Remove(id uuid.UUID) {
	s.mu.Lock()
	c := s.connections[id]
	delete(s.connections, id)
	s.mu.Unlock()
	if c != nil {
		s.retire(c)
		s.changed()
	}
}

// Disconnect ends what lives because of a connection, which stays known: what
// needs it next connects anew.
func (s *State) Disconnect(id uuid.UUID) error {
	c, err := s.connection(id)
	if err != nil {
		return err
	}
	s.Remove(id)
	return s.Add(c.config)
}

// retire ends what lives because of c and waits for it.
func (s *State) retire(c *connection) {
	c.end() // cancels its queries and its refresh
	c.mu.Lock()
	sessions := slices.Collect(maps.Values(c.sessions))
	c.sessions = nil
	c.mu.Unlock()
	for _, session := range sessions {
		session.close()
	}
	s.closeResults(func(r *Result) bool { return r.connection == c.config.ID })
	c.catalog.wait()
	c.pool.Close()
	c.route.close()
}

// Close cancels what runs, ends every session and pool, and waits until the
// history is written. A second call does nothing.
func (s *State) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	connections := slices.Collect(maps.Values(s.connections))
	clear(s.connections)
	s.mu.Unlock()
	s.end()
	var retiring sync.WaitGroup
	for _, c := range connections {
		retiring.Go(func() { s.retire(c) })
	}
	retiring.Wait()
	s.history.close()
	if err := s.spool.Close(); err != nil {
		s.config.Log.Warn("results were not removed", "err", err)
	}
}

// Connections lists the known connections by name.
func (s *State) Connections() []tusk.ConnectionConfig {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]tusk.ConnectionConfig, 0, len(s.connections))
	for _, c := range s.connections {
		list = append(list, c.config)
	}
	slices.SortFunc(list, func(a, b tusk.ConnectionConfig) int {
		if n := strings.Compare(a.Name, b.Name); n != 0 {
			return n
		}
		return strings.Compare(a.ID.String(), b.ID.String())
	})
	return list
}

// Pool gives the pool of a connection.
func (s *State) Pool(id uuid.UUID) (*Pool, error) {
	c, err := s.connection(id)
	if err != nil {
		return nil, err
	}
	return c.pool, nil
}

func (s *State) connection(id uuid.UUID) (*connection, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed()
	}
	c := s.connections[id]
	if c == nil {
		return nil, &tusk.Error{
			Category: tusk.Connection,
			Message:  fmt.Sprintf("the connection %s is not known", id),
			Hint:     "It may have been removed. Choose another connection.",
		}
	}
	return c, nil
}

// Catalog gives the newest catalog of a connection, nil while there is none. It
// never waits for a server: before the first answer it is the one that an earlier
// process has kept, if there is one.
func (s *State) Catalog(id uuid.UUID) *schema.Catalog {
	s.mu.Lock()
	c := s.connections[id]
	s.mu.Unlock()
	if c == nil {
		return nil
	}
	c.catalog.used.Store(time.Now().UnixNano())
	c.catalog.restored.Do(c.catalog.restore)
	return c.catalog.current.Load()
}

// Introspected reports whether the server itself told the catalog of a connection,
// or that the kept one is still right.
func (s *State) Introspected(id uuid.UUID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.connections[id]
	return c != nil && c.catalog.read.Load()
}

// Refresh reads the catalog anew and waits for it.
func (s *State) Refresh(ctx context.Context, id uuid.UUID) (*schema.Catalog, error) {
	c, err := s.connection(id)
	if err != nil {
		return nil, err
	}
	return c.catalog.refresh(ctx)
}

// Queries lists the running queries, the oldest first.
func (s *State) Queries() []*QueryHandle {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.queries), func(a, b *QueryHandle) int {
		return a.StartedAt.Compare(b.StartedAt)
	})
}

// Query gives a running query, or nil.
func (s *State) Query(id uuid.UUID) *QueryHandle {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queries[id]
}

// Sessions lists the execution sessions that have a backend, by key.
func (s *State) Sessions() []SessionStatus {
	s.mu.Lock()
	connections := slices.Collect(maps.Values(s.connections))
	s.mu.Unlock()
	list := []SessionStatus{}
	for _, c := range connections {
		c.mu.Lock()
		for _, session := range c.sessions {
			if status := session.status.Load(); status != nil {
				list = append(list, *status)
			}
		}
		c.mu.Unlock()
	}
	slices.SortFunc(list, func(a, b SessionStatus) int {
		return cmp.Or(strings.Compare(a.Key, b.Key), cmp.Compare(a.PID, b.PID))
	})
	return list
}

// EndSessions ends the execution sessions of a key, such as a closed document,
// on every connection, and cancels what they run. It waits for the end.
func (s *State) EndSessions(key string) {
	s.mu.Lock()
	connections := slices.Collect(maps.Values(s.connections))
	s.mu.Unlock()
	var ending []*Session
	for _, c := range connections {
		c.mu.Lock()
		for _, readOnly := range []bool{false, true} {
			if session := c.sessions[sessionKey{key, readOnly}]; session != nil {
				ending = append(ending, session)
				delete(c.sessions, sessionKey{key, readOnly})
			}
		}
		c.mu.Unlock()
	}
	for _, session := range ending {
		session.close()
	}
	s.closeResults(func(r *Result) bool { return r.session == key })
}

// session gives an execution session. It does not dial.
func (s *State) session(c *connection, name string, readOnly bool) (*Session, error) {
	key := sessionKey{name, readOnly || c.config.Options.ReadOnly}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sessions == nil {
		return nil, errClosed()
	}
	session := c.sessions[key]
	if session == nil {
		session = newSession(c, key, s.config)
		session.heldUp = func(ctx context.Context, pid uint32) ([]Backend, error) { return s.Blocked(ctx, c.config.ID, pid) }
		c.sessions[key] = session
	}
	return session, nil
}

func errClosed() error {
	return &tusk.Error{
		Category: tusk.Connection,
		Message:  "the connection is closed",
		Hint:     "Connect again.",
	}
}
