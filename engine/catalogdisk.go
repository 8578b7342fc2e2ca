package engine

import (
	"cmp"
	"fmt"
	"sync"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/diskcache"
	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
)

// maxKept bounds the files of all connections' catalogs together: a million
// columns have some 40 MB.
const maxKept = 512 << 20 // bytes

// catalogDisk keeps the catalogs of all connections in files, so that the next
// process has them before it reaches a server.
type catalogDisk struct {
	cache *diskcache.Cache
	write sync.Mutex // held while a file is written: an older catalog must not replace a newer one
}

// newCatalogDisk gives nil where there is no folder to keep catalogs in.
func newCatalogDisk(dir string) *catalogDisk {
	if dir == "" {
		return nil
	}
	return &catalogDisk{cache: diskcache.Open(dir, maxKept)}
}

// restore takes the catalog that an earlier process has kept, if it is of the same
// database for the same role.
func (c *catalogCache) restore() {
	disk := c.state.disk
	if disk == nil {
		return
	}
	entry, err := disk.cache.Load(c.connection.config.ID, identityOf(c.connection.config))
	if err != nil {
		c.state.config.Log.Warn("a catalog that was kept cannot be read", "connection", c.connection.config.Name, "err", err)
	}
	if entry == nil {
		return
	}
	c.mu.Lock()
	c.fingerprint = introspect.FingerprintOf(string(entry.Fingerprint))
	c.mu.Unlock()
	own := schema.New(entry.Contents)
	if c.current.CompareAndSwap(nil, overBuiltin(own)) {
		c.own = own
	}
}

// keep writes a catalog to its file, unless a newer one was read meanwhile.
func (c *catalogCache) keep(catalog *schema.Catalog, fingerprint introspect.Fingerprint) {
	disk := c.state.disk
	disk.write.Lock()
	defer disk.write.Unlock()
	if c.seen() != fingerprint {
		return
	}
	err := disk.cache.Save(c.connection.config.ID, &diskcache.Entry{
		Identity: identityOf(c.connection.config), Fingerprint: []byte(fingerprint.Rows()), Contents: catalog.Contents(),
	})
	if err != nil {
		c.state.config.Log.Warn("the catalog is not kept for the next start", "connection", c.connection.config.Name, "err", err)
	}
}

// identityOf says whose catalog it is: which database, by which way, for whom.
func identityOf(c tusk.ConnectionConfig) string {
	tunnel := ""
	if c.SSHTunnel != nil {
		tunnel = fmt.Sprintf("%s@%s:%d", c.SSHTunnel.Username, c.SSHTunnel.Host, c.SSHTunnel.Port)
	}
	return fmt.Sprintf("%q %d %q %q %q", c.Host, c.Port, cmp.Or(c.Database, c.Username), c.Username, tunnel)
}
