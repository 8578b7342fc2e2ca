package store

import (
	"context"
	"encoding/json"
	"errors"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// parameterKey is where ui_state keeps the values of a statement's parameters.
const parameterKey = "parameters/"

// maxParameterSets is how many statements' values are kept: the newest.
const maxParameterSets = 1000

// LastParameters gives the values that the parameters of a statement, by their
// names, had the last time; none is no error. The key tells statements apart.
func (s *Store) LastParameters(ctx context.Context, key string) (map[string]tusk.Value, error) {
	kept, err := s.UIState(ctx, parameterKey+key)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var values map[string]tusk.Value
	return values, s.fail(ctx, json.Unmarshal(kept, &values), "cannot read the values of parameters")
}

// KeepParameters keeps them for the next time. ClearHistory forgets them.
func (s *Store) KeepParameters(ctx context.Context, key string, values map[string]tusk.Value) error {
	text, err := json.Marshal(values)
	if err != nil {
		return s.fail(ctx, err, "cannot keep the values of parameters")
	}
	if err := s.SetUIState(ctx, parameterKey+key, text); err != nil {
		return err
	}
	_, err = s.write.ExecContext(ctx, `DELETE FROM ui_state WHERE key IN (
		SELECT key FROM ui_state WHERE key LIKE ? || '%' ORDER BY updated_at DESC, key LIMIT -1 OFFSET ?)`, parameterKey, maxParameterSets)
	return s.fail(ctx, err, "cannot forget the values of old parameters")
}

// forgetParameters removes the values of all statements.
func (s *Store) forgetParameters(ctx context.Context) error {
	_, err := s.write.ExecContext(ctx, `DELETE FROM ui_state WHERE key LIKE ? || '%'`, parameterKey)
	return err
}
