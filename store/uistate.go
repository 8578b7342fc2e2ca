package store

import (
	"context"
	"encoding/json"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// UIState reads what a user interface keeps under a key, or ErrNotFound.
func (s *Store) UIState(ctx context.Context, key string) (json.RawMessage, error) {
	value, err := one(ctx, s.read, scanJSON, `SELECT value_json FROM ui_state WHERE key = ?`, key)
	return value, s.fail(ctx, err, "cannot read the state %q", key)
}

func scanJSON(row scanner) (json.RawMessage, error) {
	var text string
	err := row.Scan(&text)
	return json.RawMessage(text), err
}

// SetUIState keeps a JSON value under a key that is not empty. Whoever sets
// it last wins.
func (s *Store) SetUIState(ctx context.Context, key string, value json.RawMessage) error {
	if key == "" || !json.Valid(value) {
		return tusk.NewError(tusk.Storage, nil, "state needs a key and a JSON value").WithHint("Send both key and value.")
	}
	_, err := s.write.ExecContext(ctx, putUIState, key, string(value), timeText(time.Now()))
	return s.fail(ctx, err, "cannot keep the state %q", key)
}

const putUIState = `INSERT INTO ui_state (key, value_json, updated_at) VALUES (?, ?, ?)
	ON CONFLICT (key) DO UPDATE SET value_json = excluded.value_json, updated_at = excluded.updated_at`

// DeleteUIState forgets a key; one that is not there is no error.
func (s *Store) DeleteUIState(ctx context.Context, key string) error {
	_, err := s.write.ExecContext(ctx, `DELETE FROM ui_state WHERE key = ?`, key)
	return s.fail(ctx, err, "cannot delete the state %q", key)
}
