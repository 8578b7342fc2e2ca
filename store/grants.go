package store

import (
	"context"
	"encoding/json"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Grant reads what the user allowed of a kind to a subject, or ErrNotFound.
// Grants are decisions of this user on this machine: an archive has none, and
// none can be imported.
func (s *Store) Grant(ctx context.Context, kind, subject string) (json.RawMessage, error) {
	value, err := one(ctx, s.read, scanJSON, `SELECT value_json FROM grants WHERE kind = ? AND subject = ?`, kind, subject)
	return value, s.fail(ctx, err, "cannot read the %s of %s", kind, subject)
}

// SetGrant keeps a JSON value for a kind and a subject, which are not empty.
func (s *Store) SetGrant(ctx context.Context, kind, subject string, value json.RawMessage) error {
	if kind == "" || subject == "" || !json.Valid(value) {
		return tusk.NewError(tusk.Storage, nil, "a grant needs a kind, a subject and a JSON value")
	}
	_, err := s.write.ExecContext(ctx, `INSERT INTO grants (kind, subject, value_json, granted_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (kind, subject) DO UPDATE SET value_json = excluded.value_json, granted_at = excluded.granted_at`,
		kind, subject, string(value), timeText(time.Now()))
	return s.fail(ctx, err, "cannot keep the %s of %s", kind, subject)
}

// DeleteGrant takes a grant back; one that is not there is no error.
func (s *Store) DeleteGrant(ctx context.Context, kind, subject string) error {
	_, err := s.write.ExecContext(ctx, `DELETE FROM grants WHERE kind = ? AND subject = ?`, kind, subject)
	return s.fail(ctx, err, "cannot delete the %s of %s", kind, subject)
}
