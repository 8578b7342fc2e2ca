package engine

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// assignment is what the store keeps under assignmentKey of a file or a folder.
type assignment struct {
	ConnectionID uuid.UUID `json:"connection_id"`
}

func assignmentKey(uri string) string { return "connection of " + strings.TrimSuffix(uri, "/") }

// Assign remembers that a file, or what lies below a folder, uses a connection;
// uuid.Nil forgets what was assigned to just that file or folder.
func (s *State) Assign(ctx context.Context, uri string, id uuid.UUID) error {
	if id == uuid.Nil {
		err := s.config.Store.DeleteUIState(ctx, assignmentKey(uri))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	}
	value, err := json.Marshal(assignment{id})
	if err != nil {
		return tusk.NewError(tusk.Internal, err, "the assignment cannot be written down")
	}
	return s.config.Store.SetUIState(ctx, assignmentKey(uri), value)
}

// Assigned gives the connection that a file was assigned, or else the nearest
// folder above it; uuid.Nil where there is none.
func (s *State) Assigned(ctx context.Context, uri string) (uuid.UUID, error) {
	for {
		value, err := s.config.Store.UIState(ctx, assignmentKey(uri))
		var found assignment
		switch {
		case err == nil && json.Unmarshal(value, &found) == nil:
			return found.ConnectionID, nil
		case err != nil && !errors.Is(err, store.ErrNotFound):
			return uuid.Nil, err
		}
		parent := strings.LastIndexByte(uri, '/')
		if parent < 0 || strings.HasSuffix(uri[:parent+1], "://") {
			return uuid.Nil, nil
		}
		uri = uri[:parent]
	}
}
