package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Tunnel is a tunnel's configuration with what the store knows of it. Several
// connections may go through one.
type Tunnel struct {
	tusk.SSHTunnelConfig
	CreatedAt time.Time `json:"created_at"`
}

const selectTunnels = `SELECT tunnel_id, name, host, port, username, auth_method, key_path, created_at FROM ssh_tunnels `

func scanTunnel(row scanner) (Tunnel, error) {
	var t Tunnel
	var keyPath sql.NullString
	err := row.Scan(&t.ID, &t.Name, &t.Host, &t.Port, &t.Username, &t.AuthMethod, &keyPath, timeColumn{&t.CreatedAt})
	t.KeyPath = keyPath.String
	return t, err
}

// Tunnels lists the tunnels by name.
func (s *Store) Tunnels(ctx context.Context) ([]Tunnel, error) {
	found, err := list(ctx, s.read, scanTunnel, selectTunnels+`ORDER BY name COLLATE NOCASE, tunnel_id`)
	return found, s.fail(ctx, err, "cannot list the tunnels")
}

// Tunnel finds a tunnel, or ErrNotFound.
func (s *Store) Tunnel(ctx context.Context, id uuid.UUID) (Tunnel, error) {
	t, err := one(ctx, s.read, scanTunnel, selectTunnels+`WHERE tunnel_id = ?`, id)
	return t, s.fail(ctx, err, "cannot read the tunnel %s", id)
}

// SaveTunnel validates a tunnel and adds it, or replaces the one of its id,
// for all connections that use it.
func (s *Store) SaveTunnel(ctx context.Context, config tusk.SSHTunnelConfig) error {
	if err := config.Validate(); err != nil {
		return err
	}
	t := Tunnel{SSHTunnelConfig: config, CreatedAt: time.Now()}
	err := s.update(ctx, func(tx *sql.Tx) error { return putTunnel(ctx, tx, t) })
	return s.fail(ctx, err, "cannot save the tunnel %q", config.Name)
}

func putTunnel(ctx context.Context, tx *sql.Tx, t Tunnel) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO ssh_tunnels (tunnel_id, name, host, port, username, auth_method, key_path, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tunnel_id) DO UPDATE SET name = excluded.name, host = excluded.host, port = excluded.port,
			username = excluded.username, auth_method = excluded.auth_method, key_path = excluded.key_path`,
		t.ID, t.Name, t.Host, t.Port, t.Username, t.AuthMethod, text(t.KeyPath), timeText(t.CreatedAt))
	return err
}

// RemoveTunnel removes a tunnel; connections that went through it become
// direct ones. ErrNotFound where it is not there.
func (s *Store) RemoveTunnel(ctx context.Context, id uuid.UUID) error {
	err := touched(s.write.ExecContext(ctx, `DELETE FROM ssh_tunnels WHERE tunnel_id = ?`, id))
	return s.fail(ctx, err, "cannot remove the tunnel %s", id)
}
