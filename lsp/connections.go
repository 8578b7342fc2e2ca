package lsp

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
)

// connections knows which database connection each document uses: the one that
// the user chose for it or for a folder above it, else the one that its
// workspace or its modeline names, else the standard. It is safe for concurrent
// use.
type connections struct {
	engine     *engine.State
	workspace  *workspaces
	messages   *messages
	log        *slog.Logger
	life       context.Context
	background *sync.WaitGroup

	mu       sync.Mutex
	resolved chan struct{}            // closed when the newest resolve has ended; guarded by mu
	standard uuid.UUID                // of documents that have none of their own; Nil: none; guarded by mu
	chosen   map[string]choice        // by open document; guarded by mu
	choosing map[string]chan struct{} // by open document: closed when its newest choice is made; guarded by mu
	given    []engine.Source          // of the settings; guarded by mu
	offered  []engine.Source          // of workspaces; guarded by mu
	found    engine.Source            // what the standard was found as; guarded by mu

	preparing map[uuid.UUID]bool // connecting in the background; guarded by mu
	refused   map[uuid.UUID]bool // not tried again by itself, such as for a wrong password; guarded by mu
}

// choice is what a document uses.
type choice struct {
	id uuid.UUID // Nil: the standard
	guards
}

// guards are what a document's workspace forbids, whatever its connection allows.
type guards struct {
	readOnly bool
	confirm  tusk.ConfirmPolicy // beside the connection's own; "": none
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
	c.standard, c.found = source.Config.ID, source // Nil and nothing where there is none
	if ok {
		c.log.Info("connection", "name", source.Config.Name, "origin", source.Origin)
	}
	return nil
}

// all lists the connections that can be used, the user's own first: a workspace
// that takes the name of one does not take its place.
func (c *connections) all(ctx context.Context) ([]engine.Source, error) {
	c.mu.Lock()
	resolved := c.resolved
	c.mu.Unlock()
	select {
	case <-resolved: // the settings' own are known
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	saved, err := c.engine.Saved(ctx)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	list := slices.Concat(c.given, saved)
	if c.found.Config.ID != uuid.Nil && c.found.Origin != engine.OriginSaved {
		list = append(list, c.found)
	}
	list = append(list, c.offered...)
	seen := map[uuid.UUID]bool{}
	return slices.DeleteFunc(list, func(source engine.Source) bool {
		again := seen[source.Config.ID]
		seen[source.Config.ID] = true
		return again
	}), nil
}

// byID finds a connection that can be used, and makes it known to the engine.
func (c *connections) byID(ctx context.Context, id uuid.UUID) (bool, error) {
	all, err := c.all(ctx)
	if err != nil {
		return false, err
	}
	for _, source := range all {
		if source.Config.ID == id {
			return true, c.engine.Open(ctx, source)
		}
	}
	return false, nil
}

// choose finds the connection of an open document, beside the caller.
func (c *connections) choose(d *Document) {
	done := make(chan struct{})
	c.mu.Lock()
	before, resolved := c.choosing[d.URI], c.resolved
	c.choosing[d.URI] = done
	c.mu.Unlock()
	c.background.Go(func() {
		defer close(done)
		<-resolved
		if before != nil {
			<-before
		}
		found, err := c.look(d)
		if err != nil && c.life.Err() == nil {
			c.messages.once(c.life, err)
		}
		c.mu.Lock()
		if _, open := c.choosing[d.URI]; open {
			c.chosen[d.URI] = found
		}
		c.mu.Unlock()
	})
	c.prepare(d.URI)
}

// look finds what a document uses. What the user chose for it counts before what
// its workspace says, which then leads nowhere and is not asked about; but that
// can forbid to write.
func (c *connections) look(d *Document) (choice, error) {
	said, err := c.workspace.read(d)
	found := choice{guards: guards{said.ReadOnly, said.Confirm}}
	if err != nil {
		return found, err
	}
	id, err := c.engine.Assigned(c.life, d.URI)
	if err != nil {
		return found, err
	}
	if id != uuid.Nil {
		known, err := c.byID(c.life, id)
		if known || err != nil { // else it was removed meanwhile
			found.id = id
			return found, err
		}
	}
	source, ok, err := c.workspace.source(c, said)
	if err != nil || !ok {
		return found, err
	}
	if err := c.engine.Open(c.life, source); err != nil {
		return found, err
	}
	if source.Origin != engine.OriginSaved {
		c.offer(source)
	}
	found.id = source.Config.ID
	return found, nil
}

// sourcesOf reads the connections of the settings.
func sourcesOf(settings *Settings) ([]engine.Source, error) {
	var given []engine.Source
	for _, connection := range settings.Connections {
		source, err := connection.source()
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
	if chosen := c.chosen[uri]; chosen.id != uuid.Nil {
		return chosen.id
	}
	return c.standard
}

// guards are those of a document.
func (c *connections) guards(uri string) guards {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.chosen[uri].guards
}

// await is of once the document's connection has been looked for.
func (c *connections) await(ctx context.Context, uri string) (uuid.UUID, error) {
	c.mu.Lock()
	waits := []chan struct{}{c.resolved, c.choosing[uri]}
	c.mu.Unlock()
	for _, done := range waits {
		if done == nil {
			continue // no open document
		}
		select {
		case <-done:
		case <-ctx.Done():
			return uuid.Nil, ctx.Err()
		}
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
// background, unless that is done or under way; what fails is told once. While
// the network or the server is away it tries again, ever less often: after sleep
// or a change of networks the catalog comes by itself.
func (c *connections) prepare(uri string) {
	c.background.Go(func() {
		id, err := c.await(c.life, uri)
		if err != nil || c.engine.Introspected(id) {
			return // a document without a database is fine
		}
		c.mu.Lock()
		busy := c.preparing[id] || c.refused[id]
		if !busy {
			c.preparing[id] = true
		}
		c.mu.Unlock()
		if busy {
			return
		}
		err = c.persist(id)
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.preparing, id)
		c.refused[id] = err != nil
	})
}

// persist connects until that works or cannot work by waiting.
func (c *connections) persist(id uuid.UUID) error {
	for pause := firstRetry; ; pause = min(2*pause, lastRetry) {
		err := c.connect(c.life, id)
		if err == nil || c.life.Err() != nil {
			return err
		}
		c.messages.once(c.life, err)
		category := tusk.CategoryOf(err)
		if _, gone := c.engine.Pool(id); gone != nil || category != tusk.Connection && category != tusk.SSH {
			return err
		}
		c.log.Info("the connection is tried again", "after", pause, "err", err)
		select {
		case <-time.After(pause):
		case <-c.life.Done():
			return err
		}
	}
}

// The pauses between attempts to connect in the background.
const (
	firstRetry = time.Second
	lastRetry  = time.Minute
)

// retry has prepare try again what it was refused.
func (c *connections) retry(id uuid.UUID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.refused, id)
}

// connect makes sure that the server answers and that its catalog is read.
func (c *connections) connect(ctx context.Context, id uuid.UUID) error {
	if err := c.engine.Connect(ctx, id); err != nil {
		return err
	}
	if c.engine.Introspected(id) {
		return nil
	}
	_, err := c.engine.Refresh(ctx, id)
	return err
}

// use makes a connection that of a file or a folder, or of all documents that
// have none of their own where uri is "".
func (c *connections) use(ctx context.Context, source engine.Source, uri string) error {
	if uri != "" {
		return c.engine.Assign(ctx, uri, source.Config.ID)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.standard, c.found = source.Config.ID, source
	return nil
}

// offer adds a connection that a workspace describes to those that can be used.
func (c *connections) offer(source engine.Source) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.ContainsFunc(c.offered, func(s engine.Source) bool { return s.Config.ID == source.Config.ID }) {
		c.offered = append(c.offered, source)
	}
}

// forget drops what is known of a document that was closed.
func (c *connections) forget(uri string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.chosen, uri)
	delete(c.choosing, uri)
}
