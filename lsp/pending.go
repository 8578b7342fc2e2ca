package lsp

import (
	"github.com/google/uuid"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/offline"
)

// pendingKey is a folder of the workspace over a connection.
type pendingKey struct {
	connection uuid.UUID
	root       string
}

// pendingCatalog is a live catalog with the migrations that the database does not
// have yet.
type pendingCatalog struct {
	live      *schema.Catalog
	workspace *offline.Workspace
	catalog   *schema.Catalog // nil while it is being made
}

// over gives a live catalog with the pending migrations of a document's folder; the
// live one alone until they are known.
func (o *offlineCatalogs) over(live *schema.Catalog, connection uuid.UUID, uri string) *schema.Catalog {
	_, root := o.place(uri)
	o.mu.Lock()
	defer o.mu.Unlock()
	f := o.folders[root]
	if f == nil || f.workspace == nil {
		return live
	}
	key := pendingKey{connection, root}
	p := o.pending[key]
	if p == nil || p.live != live || p.workspace != f.workspace {
		p = &pendingCatalog{live: live, workspace: f.workspace}
		o.pending[key] = p
		o.background.Go(func() { o.findPending(connection, p) })
	}
	if p.catalog == nil {
		return live
	}
	return p.catalog
}

// findPending asks the database which migrations it has.
func (o *offlineCatalogs) findPending(connection uuid.UUID, p *pendingCatalog) {
	applied := map[offline.Tool][]string{}
	for _, h := range p.workspace.Histories(p.live) {
		versions, err := o.engine.Texts(o.life, connection, h.Query)
		if err != nil {
			o.log.Info("which migrations the database has is not known", "tool", h.Tool, "err", err)
			continue
		}
		applied[h.Tool] = versions
	}
	catalog := p.workspace.Pending(p.live, applied)
	o.mu.Lock()
	defer o.mu.Unlock()
	p.catalog = catalog
}
