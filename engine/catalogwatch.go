package engine

import (
	"context"
	"time"

	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
)

const (
	unusedAfter = 10 * time.Minute // a catalog that nobody asked for so long is watched no more
	lookTimeout = 10 * time.Second // one look takes milliseconds where the server is well
	lookShare   = 20               // looks take one twentieth of the time at most: the larger a catalog is that somebody writes to, the more one costs
)

// watch looks every Config.CatalogPoll whether others changed the database, and
// has the catalog follow. It looks while somebody uses the catalog, and ends
// with the connection's life.
func (c *catalogCache) watch() {
	every := c.state.config.CatalogPoll
	if every < 0 {
		return
	}
	pause := time.NewTimer(every)
	defer pause.Stop()
	for {
		select {
		case <-pause.C:
		case <-c.connection.life.Done():
			return
		}
		pause.Reset(every)
		if time.Since(time.Unix(0, c.used.Load())) > unusedAfter {
			continue
		}
		began := time.Now()
		changed, err := c.changed()
		pause.Reset(max(every, lookShare*time.Since(began)))
		if err != nil {
			// The user's next statement tells what is wrong; this is nobody's errand.
			c.state.config.Log.Debug("nobody could look whether the catalog changed", "connection", c.connection.config.Name, "err", err)
		}
		if changed {
			c.follow()
		}
	}
}

// changed compares the system catalogs with what they were before the newest
// load.
func (c *catalogCache) changed() (bool, error) {
	ctx, cancel := context.WithTimeout(c.connection.life, lookTimeout)
	defer cancel()
	conn, err := c.connection.pool.Acquire(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Release()
	before := c.seen()
	now, err := introspect.TakeFingerprint(ctx, conn.Conn(), before)
	if err != nil {
		return false, classify(err, c.connection.config)
	}
	if !now.Same(before) {
		return true, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fingerprint == before {
		c.fingerprint = now // of a newer snapshot: the next look is cheaper
	}
	return false, nil
}
