package lsp

import (
	"cmp"
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/browse"
)

// SchemaParams say whose catalog a command is about: a connection's, else that of
// a document, else that of the document in front.
type SchemaParams struct {
	URI          string    `json:"uri,omitempty"`
	ConnectionID uuid.UUID `json:"connection_id,omitzero"`
}

// RefreshResult is what tusk.schema.refresh answers.
type RefreshResult struct {
	Relations int   `json:"relations"`
	Functions int   `json:"functions"`
	ElapsedMS int64 `json:"elapsed_ms"`
}

// refreshSchema reads the catalog of a connection anew.
func (s *session) refreshSchema(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) SchemaParams { return SchemaParams{URI: word} })
	if err != nil {
		return nil, err
	}
	id, err := s.connectionOf(ctx, now, params)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	catalog, err := s.engine.Refresh(ctx, id)
	if err != nil {
		return nil, err
	}
	return RefreshResult{
		Relations: catalog.Size().Relations,
		Functions: catalog.Size().Functions,
		ElapsedMS: time.Since(began).Milliseconds(),
	}, nil
}

// SchemaTreeParams is the argument of tusk.schema.tree. A plain text is a filter.
type SchemaTreeParams struct {
	SchemaParams
	Path   []string `json:"path,omitempty"` // of the node whose children are wanted; the root's is empty
	Filter string   `json:"filter,omitempty"`
	Offset int      `json:"offset,omitempty"`
	Limit  int      `json:"limit,omitempty"` // 0 for all
	System bool     `json:"system,omitempty"`
}

// schemaTree gives the children of a node of the tree view.
func (s *session) schemaTree(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) SchemaTreeParams { return SchemaTreeParams{Filter: word} })
	if err != nil {
		return nil, err
	}
	catalog, err := s.catalogOf(ctx, now, params.SchemaParams)
	if err != nil {
		return nil, err
	}
	page, err := browse.Children(catalog, params.Path, browse.Options{
		Filter: params.Filter, Offset: params.Offset, Limit: params.Limit, System: params.System,
	})
	if err != nil {
		return nil, err
	}
	if page.Nodes == nil {
		page.Nodes = []browse.Node{}
	}
	return page, nil
}

// SchemaFindParams is the argument of tusk.schema.find. A plain text is the query.
type SchemaFindParams struct {
	SchemaParams
	Query string `json:"query"`
	Limit int    `json:"limit,omitempty"` // 50 by default
}

// findInSchema gives the nodes whose names have the letters of the query.
func (s *session) findInSchema(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) SchemaFindParams { return SchemaFindParams{Query: word} })
	if err != nil {
		return nil, err
	}
	catalog, err := s.catalogOf(ctx, now, params.SchemaParams)
	if err != nil {
		return nil, err
	}
	if params.Limit <= 0 {
		params.Limit = 50
	}
	return browse.Find(catalog, params.Query, params.Limit), nil
}

// SchemaDDLParams is the argument of tusk.schema.ddl. A plain text is a name.
type SchemaDDLParams struct {
	SchemaParams
	Path []string `json:"path,omitempty"` // of a node of tusk.schema.tree
	Name string   `json:"name,omitempty"` // as SQL writes it; without path and name the whole database is meant
}

// SchemaDDLResult is what tusk.schema.ddl answers.
type SchemaDDLResult struct {
	DDL string `json:"ddl"`
}

// schemaDDL writes the DDL that makes an object again.
func (s *session) schemaDDL(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) SchemaDDLParams { return SchemaDDLParams{Name: word} })
	if err != nil {
		return nil, err
	}
	catalog, err := s.catalogOf(ctx, now, params.SchemaParams)
	if err != nil {
		return nil, err
	}
	text, err := browse.DDL(catalog, params.Path, params.Name)
	return SchemaDDLResult{DDL: text}, err
}

// connectionOf gives the connection that a command is about.
func (s *session) connectionOf(ctx context.Context, now *Snapshot, p SchemaParams) (uuid.UUID, error) {
	if p.ConnectionID != uuid.Nil {
		return p.ConnectionID, nil
	}
	if p.URI == "" {
		p.URI = now.focus.uri
	}
	return s.connections.await(ctx, p.URI)
}

// catalogOf gives the catalog that a command is about, read now if nobody has
// done so before; without a connection it is what the files of the workspace
// define.
func (s *session) catalogOf(ctx context.Context, now *Snapshot, p SchemaParams) (*schema.Catalog, error) {
	id, err := s.connectionOf(ctx, now, p)
	if offline := s.offline.catalog(cmp.Or(p.URI, now.focus.uri)); err != nil && p.ConnectionID == uuid.Nil && offline != nil {
		return offline, nil
	}
	if err != nil {
		return nil, err
	}
	if catalog := s.engine.Catalog(id); catalog != nil {
		return catalog, nil
	}
	return s.engine.Refresh(ctx, id)
}
