package engine

import (
	"context"
	"encoding/json"
	"errors"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// workspaceTrust is the kind of a store's grant: whether a file of a workspace,
// known by the hash of its content, may name hosts to connect to.
const workspaceTrust = "workspace"

// trust is the value of such a grant.
type trust struct {
	Allowed bool   `json:"allowed"`
	Path    string `json:"path"` // for people
}

// Trusted tells what the user decided about a workspace file of this content.
func (s *State) Trusted(ctx context.Context, hash string) (allowed, decided bool, err error) {
	value, err := s.config.Store.Grant(ctx, workspaceTrust, hash)
	if errors.Is(err, store.ErrNotFound) {
		return false, false, nil
	}
	var kept trust
	if err == nil {
		err = json.Unmarshal(value, &kept)
	}
	return kept.Allowed, err == nil, err
}

// Trust keeps the user's decision about a workspace file of this content.
func (s *State) Trust(ctx context.Context, hash, path string, allowed bool) error {
	value, err := json.Marshal(trust{allowed, path})
	if err != nil {
		return tusk.NewError(tusk.Internal, err, "the decision cannot be written down")
	}
	return s.config.Store.SetGrant(ctx, workspaceTrust, hash, value)
}
