package lsp

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"sync"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
)

// connections knows which database connection each document uses. It is safe
// for concurrent use.
type connections struct {
	engine     *engine.State
	messages   *messages
	log        *slog.Logger
	life       context.Context
	background *sync.WaitGroup

	mu       sync.Mutex
	resolved chan struct{}        // closed when the newest resolve has ended; guarded by mu
	sources  map[uuid.UUID]string // where each connection was found; guarded by mu
	standard uuid.UUID            // of documents that have none of their own; Nil: none; guarded by mu
	assigned map[string]uuid.UUID // by document; guarded by mu
	tried    map[uuid.UUID]bool   // connected, or failed to, in the background; guarded by mu
	given    []engine.Source      // of the settings; guarded by mu
}

// resolve finds the connection that the settings mean, beside the caller.
func (c *connections) resolve(settings *Settings) {
	done := make(chan struct{})
	c.mu.Lock()
	before := c.resolved
	c.resolved = done
	c.mu.Unlock()
	c.background.Go(func() {
		defer close(done)
		<-before
		if err := c.find(settings); err != nil && c.life.Err() == nil {
			c.messages.once(c.life, err)
		}
	})
}

func (c *connections) find(settings *Settings) error {
	given, err := sourcesOf(settings)
	if err != nil {
		return err
	}
	source, ok, err := c.engine.Resolve(c.life, settings.Connection, given, os.Getenv)
	if ok {
		err = c.engine.Open(c.life, source)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.given = given
	if err != nil {
		return err // the connection before stays in use
	}
	if !ok {
		c.standard = uuid.Nil
		return nil
	}
	c.standard = source.Config.ID
	c.sources[source.Config.ID] = source.Origin
	c.log.Info("connection", "name", source.Config.Name, "origin", source.Origin)
	return nil
}

// sourcesOf reads the connections of the settings.
func sourcesOf(settings *Settings) ([]engine.Source, error) {
	var given []engine.Source
	for _, connection := range settings.Connections {
		if connection.URL != "" {
			source, err := engine.FromURL(connection.Name, connection.URL, "settings")
			if err != nil {
				return nil, err
			}
			given = append(given, source)
			continue
		}
		source, err := engine.FromConfig(connection.ConnectionConfig, "settings")
		if err != nil {
			return nil, err
		}
		given = append(given, source)
	}
	return given, nil
}

// of gives the connection of a document, uuid.Nil while there is none. It never
// waits.
func (c *connections) of(uri string) uuid.UUID {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id, ok := c.assigned[uri]; ok {
		return id
	}
	return c.standard
}

// await is of once the settings' connection has been looked for.
func (c *connections) await(ctx context.Context, uri string) (uuid.UUID, error) {
	c.mu.Lock()
	resolved := c.resolved
	c.mu.Unlock()
	select {
	case <-resolved:
	case <-ctx.Done():
		return uuid.Nil, ctx.Err()
	}
	id := c.of(uri)
	if id == uuid.Nil {
		return uuid.Nil, &tusk.Error{
			Category: tusk.Connection,
			Message:  "this document has no database connection",
			Hint:     "Set tusk.connection in the editor's settings, set DATABASE_URL, or add a connection with `tusk-lsp connection add`.",
		}
	}
	return id, nil
}

// prepare connects a document's connection and loads its catalog in the
// background, unless that was done or is under way; what fails is told once.
func (c *connections) prepare(uri string) {
	c.background.Go(func() {
		id, err := c.await(c.life, uri)
		if err != nil {
			return // a document without a database is fine
		}
		c.mu.Lock()
		tried := c.tried[id]
		c.tried[id] = true
		c.mu.Unlock()
		if tried {
			return
		}
		if err := c.connect(id); err != nil && c.life.Err() == nil {
			c.mu.Lock()
			delete(c.tried, id) // the server may come back
			c.mu.Unlock()
			c.messages.once(c.life, err)
		}
	})
}

// connect makes sure that the server answers and that its catalog is read.
func (c *connections) connect(id uuid.UUID) error {
	if err := c.engine.Connect(c.life, id); err != nil {
		return err
	}
	if c.engine.Catalog(id) != nil {
		return nil
	}
	_, err := c.engine.Refresh(c.life, id)
	return err
}

// use makes a connection that of one document, or of all that have none of
// their own where uri is "".
func (c *connections) use(id uuid.UUID, origin, uri string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sources[id] = origin
	if uri == "" {
		c.standard = id
	} else {
		c.assigned[uri] = id
	}
}

func (c *connections) forget(uri string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.assigned, uri)
}

// ConnectionInfo is an entry of tusk.connection.list.
type ConnectionInfo struct {
	ID       uuid.UUID `json:"id"`
	Name     string    `json:"name"`
	Host     string    `json:"host"`
	Port     int       `json:"port"`
	Database string    `json:"database"`
	Username string    `json:"username"`
	Origin   string    `json:"origin"`
	InUse    bool      `json:"in_use"` // by the document where the user was last seen
}

func (s *session) listConnections(ctx context.Context, now *Snapshot, _ protocol.ExecuteCommandParams) (any, error) {
	saved, err := s.engine.Saved(ctx)
	if err != nil {
		return nil, err
	}
	c := s.connections
	inUse := c.of(now.focus.uri)
	c.mu.Lock()
	sources := append(append([]engine.Source(nil), c.given...), saved...)
	origins := make(map[uuid.UUID]string, len(c.sources))
	for id, origin := range c.sources {
		origins[id] = origin
	}
	c.mu.Unlock()
	for _, config := range s.engine.Connections() {
		sources = append(sources, engine.Source{Config: config, Origin: origins[config.ID]})
	}
	list, seen := []ConnectionInfo{}, map[uuid.UUID]bool{}
	for _, source := range sources {
		config := source.Config
		if seen[config.ID] {
			continue
		}
		seen[config.ID] = true
		list = append(list, ConnectionInfo{
			ID: config.ID, Name: config.Name, Host: config.Host, Port: config.Port, Database: config.Database,
			Username: config.Username, Origin: source.Origin, InUse: config.ID == inUse,
		})
	}
	return list, nil
}

// UseConnectionParams is the argument of tusk.connection.use.
type UseConnectionParams struct {
	Name string `json:"name"`
	URI  string `json:"uri,omitempty"` // "": all documents
}

// useConnection connects first: a connection that does not work is not used.
// Without a name it tells which one is in use.
func (s *session) useConnection(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) UseConnectionParams { return UseConnectionParams{Name: word} })
	if err != nil {
		return nil, err
	}
	if params.Name == "" {
		id, err := s.connections.await(ctx, now.focus.uri)
		if err != nil {
			return nil, err
		}
		for _, config := range s.engine.Connections() {
			if config.ID == id {
				return map[string]any{"id": id, "name": config.Name}, nil
			}
		}
	}
	s.connections.mu.Lock()
	given := s.connections.given
	s.connections.mu.Unlock()
	source, _, err := s.engine.Resolve(ctx, params.Name, given, os.Getenv)
	if err != nil {
		return nil, err
	}
	if err := s.engine.Open(ctx, source); err != nil {
		return nil, err
	}
	if err := s.engine.Connect(ctx, source.Config.ID); err != nil {
		return nil, err
	}
	s.connections.use(source.Config.ID, source.Origin, params.URI)
	s.reached(source.Config.ID, cmp.Or(params.URI, now.focus.uri))
	return map[string]any{"id": source.Config.ID, "name": source.Config.Name}, nil
}
