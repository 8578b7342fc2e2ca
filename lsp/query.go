package lsp

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
)

// QueryInfo is an entry of tusk.query.list.
type QueryInfo struct {
	ID           uuid.UUID `json:"id"`
	ConnectionID uuid.UUID `json:"connection_id"`
	SQL          string    `json:"sql"`
	StartedAt    time.Time `json:"started_at"`
	ElapsedMS    int64     `json:"elapsed_ms"`
}

func (s *session) listQueries(context.Context, *Snapshot, protocol.ExecuteCommandParams) (any, error) {
	list := []QueryInfo{}
	for _, h := range s.engine.Queries() {
		list = append(list, QueryInfo{
			ID: h.ID, ConnectionID: h.ConnectionID, SQL: h.SQL,
			StartedAt: h.StartedAt, ElapsedMS: time.Since(h.StartedAt).Milliseconds(),
		})
	}
	return list, nil
}

// CancelQueryParams is the argument of tusk.query.cancel.
type CancelQueryParams struct {
	ID string `json:"id"` // "": every running query
}

// cancelQuery asks for the cancel and answers with how many queries that is.
func (s *session) cancelQuery(_ context.Context, _ *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) CancelQueryParams { return CancelQueryParams{ID: word} })
	if err != nil {
		return nil, err
	}
	cancelled := 0
	for _, h := range s.engine.Queries() {
		if params.ID == "" || params.ID == h.ID.String() {
			h.Cancel()
			cancelled++
		}
	}
	if _, err := uuid.Parse(params.ID); params.ID != "" && err != nil {
		return nil, &tusk.Error{
			Category: tusk.Query,
			Message:  fmt.Sprintf("%q is no query id", params.ID),
			Hint:     "tusk.query.list gives the ids of the running queries.",
		}
	}
	return map[string]int{"cancelled": cancelled}, nil
}

// RefreshParams is the argument of tusk.schema.refresh.
type RefreshParams struct {
	URI string `json:"uri,omitempty"`
}

// refreshSchema reads the catalog of a document's connection anew.
func (s *session) refreshSchema(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) RefreshParams { return RefreshParams{URI: word} })
	if err != nil {
		return nil, err
	}
	if params.URI == "" {
		params.URI = now.focus.uri
	}
	id, err := s.connections.await(ctx, params.URI)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	catalog, err := s.engine.Refresh(ctx, id)
	if err != nil {
		return nil, err
	}
	return map[string]int64{
		"relations":  int64(catalog.Size().Relations),
		"functions":  int64(catalog.Size().Functions),
		"elapsed_ms": time.Since(began).Milliseconds(),
	}, nil
}
