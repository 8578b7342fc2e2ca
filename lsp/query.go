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
