package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Origin says why a connection is in the store.
type Origin string

// The origins.
const (
	Saved     Origin = "saved"     // the user keeps it; lists show it
	Ephemeral Origin = "ephemeral" // from a URL or the environment; there so that its history has an owner
)

// Connection is a configuration with what the store knows of it.
type Connection struct {
	tusk.ConnectionConfig
	Origin          Origin    `json:"origin"`
	CreatedAt       time.Time `json:"created_at"`
	UpdatedAt       time.Time `json:"updated_at"`
	LastConnectedAt time.Time `json:"last_connected_at,omitzero"` // zero: never
}

const selectConnections = `SELECT c.connection_id, c.name, c.host, c.port, c.database, c.username,
	c.ssl_mode, c.ssl_root_cert, c.ssl_cert, c.ssl_key, c.color,
	c.connect_timeout_secs, c.statement_timeout_secs, c.read_only, c.application_name,
	c.lock_timeout_secs, c.idle_in_transaction_timeout_secs, c.manual_commit, c.environment, c.confirm,
	c.origin, c.created_at, c.updated_at, c.last_connected_at,
	t.tunnel_id, t.name, t.host, t.port, t.username, t.auth_method, t.key_path
	FROM connections c LEFT JOIN ssh_tunnels t ON t.tunnel_id = c.ssh_tunnel_id `

func scanConnection(row scanner) (Connection, error) {
	var c Connection
	var rootCert, cert, key, color sql.NullString
	var statementTimeout, lockTimeout, idleTimeout sql.NullInt64
	var tunnelID uuid.NullUUID
	var tunnelName, tunnelHost, tunnelUser, tunnelAuth, tunnelKey sql.NullString
	var tunnelPort sql.NullInt64
	err := row.Scan(&c.ID, &c.Name, &c.Host, &c.Port, &c.Database, &c.Username,
		&c.SSLMode, &rootCert, &cert, &key, &color,
		&c.Options.ConnectTimeoutSecs, &statementTimeout, &c.Options.ReadOnly, &c.Options.ApplicationName,
		&lockTimeout, &idleTimeout, &c.Options.ManualCommit, &c.Options.Environment, &c.Options.Confirm,
		&c.Origin, timeColumn{&c.CreatedAt}, timeColumn{&c.UpdatedAt}, timeColumn{&c.LastConnectedAt},
		&tunnelID, &tunnelName, &tunnelHost, &tunnelPort, &tunnelUser, &tunnelAuth, &tunnelKey)
	if err != nil {
		return Connection{}, err
	}
	c.SSLRootCert, c.SSLCert, c.SSLKey, c.Color = rootCert.String, cert.String, key.String, color.String
	c.Options.StatementTimeoutSecs = int(statementTimeout.Int64)
	c.Options.LockTimeoutSecs, c.Options.IdleInTransactionTimeoutSecs = int(lockTimeout.Int64), int(idleTimeout.Int64)
	if tunnelID.Valid {
		c.SSHTunnel = &tusk.SSHTunnelConfig{
			ID:         tunnelID.UUID,
			Name:       tunnelName.String,
			Host:       tunnelHost.String,
			Port:       int(tunnelPort.Int64),
			Username:   tunnelUser.String,
			AuthMethod: tusk.SSHAuthMethod(tunnelAuth.String),
			KeyPath:    tunnelKey.String,
		}
	}
	return c, nil
}

// Connections lists the saved connections by name.
func (s *Store) Connections(ctx context.Context) ([]Connection, error) {
	found, err := list(ctx, s.read, scanConnection,
		selectConnections+`WHERE c.origin = 'saved' ORDER BY c.name COLLATE NOCASE, c.connection_id`)
	return found, s.fail(ctx, err, "cannot list the connections")
}

// AllConnections lists the ephemeral connections too.
func (s *Store) AllConnections(ctx context.Context) ([]Connection, error) {
	found, err := list(ctx, s.read, scanConnection,
		selectConnections+`ORDER BY c.name COLLATE NOCASE, c.connection_id`)
	return found, s.fail(ctx, err, "cannot list the connections")
}

// Connection finds a connection of either origin, or ErrNotFound.
func (s *Store) Connection(ctx context.Context, id uuid.UUID) (Connection, error) {
	c, err := one(ctx, s.read, scanConnection, selectConnections+`WHERE c.connection_id = ?`, id)
	return c, s.fail(ctx, err, "cannot read the connection %s", id)
}

// ConnectionByName finds a saved connection by its exact name, or
// ErrNotFound. Names need not be unique: a name that several have is an error
// that says so.
func (s *Store) ConnectionByName(ctx context.Context, name string) (Connection, error) {
	found, err := list(ctx, s.read, scanConnection,
		selectConnections+`WHERE c.name = ? AND c.origin = 'saved' ORDER BY c.connection_id`, name)
	switch {
	case err != nil:
	case len(found) == 0:
		err = ErrNotFound
	case len(found) > 1:
		return Connection{}, tusk.NewError(tusk.Storage, nil, "%d connections are named %q", len(found), name).
			WithHint("Rename one of them, or name the connection by its id.")
	default:
		return found[0], nil
	}
	return Connection{}, s.fail(ctx, err, "cannot read the connection %q", name)
}

// SaveConnection validates a connection and adds it, or replaces the one of
// its id; its tunnel likewise. An ephemeral connection becomes a saved one.
func (s *Store) SaveConnection(ctx context.Context, config tusk.ConnectionConfig) error {
	return s.saveConnection(ctx, config, Saved)
}

// SaveEphemeral is SaveConnection for a connection that the user did not ask
// to keep. A saved connection of that id stays saved.
func (s *Store) SaveEphemeral(ctx context.Context, config tusk.ConnectionConfig) error {
	return s.saveConnection(ctx, config, Ephemeral)
}

func (s *Store) saveConnection(ctx context.Context, config tusk.ConnectionConfig, origin Origin) error {
	if err := config.Validate(); err != nil {
		return err
	}
	now := time.Now()
	c := Connection{ConnectionConfig: config, Origin: origin, CreatedAt: now, UpdatedAt: now}
	err := s.update(ctx, func(tx *sql.Tx) error { return putConnection(ctx, tx, c) })
	return s.fail(ctx, err, "cannot save the connection %q", config.Name)
}

// putConnection puts the connection and its tunnel, and keeps created_at and
// last_connected_at of a row that is there.
func putConnection(ctx context.Context, tx *sql.Tx, c Connection) error {
	if c.SSHTunnel != nil {
		if err := putTunnel(ctx, tx, Tunnel{SSHTunnelConfig: *c.SSHTunnel, CreatedAt: c.UpdatedAt}); err != nil {
			return err
		}
	}
	return insertConnection(ctx, tx, c)
}

// insertConnection is putConnection without the tunnel, which must be there.
func insertConnection(ctx context.Context, tx *sql.Tx, c Connection) error {
	var tunnelID uuid.NullUUID
	if c.SSHTunnel != nil {
		tunnelID = uuid.NullUUID{UUID: c.SSHTunnel.ID, Valid: true}
	}
	lastConnected := sql.NullString{String: timeText(c.LastConnectedAt), Valid: !c.LastConnectedAt.IsZero()}
	_, err := tx.ExecContext(ctx, `INSERT INTO connections (connection_id, name, host, port, database, username,
			ssl_mode, ssl_root_cert, ssl_cert, ssl_key, ssh_tunnel_id, color, read_only,
			connect_timeout_secs, statement_timeout_secs, application_name,
			lock_timeout_secs, idle_in_transaction_timeout_secs, manual_commit, environment, confirm,
			origin, created_at, updated_at, last_connected_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (connection_id) DO UPDATE SET name = excluded.name, host = excluded.host, port = excluded.port,
			database = excluded.database, username = excluded.username, ssl_mode = excluded.ssl_mode,
			ssl_root_cert = excluded.ssl_root_cert, ssl_cert = excluded.ssl_cert, ssl_key = excluded.ssl_key,
			ssh_tunnel_id = excluded.ssh_tunnel_id, color = excluded.color, read_only = excluded.read_only,
			connect_timeout_secs = excluded.connect_timeout_secs, statement_timeout_secs = excluded.statement_timeout_secs,
			application_name = excluded.application_name, lock_timeout_secs = excluded.lock_timeout_secs,
			idle_in_transaction_timeout_secs = excluded.idle_in_transaction_timeout_secs,
			manual_commit = excluded.manual_commit, environment = excluded.environment,
			confirm = excluded.confirm, updated_at = excluded.updated_at,
			origin = CASE WHEN origin = 'saved' THEN 'saved' ELSE excluded.origin END`,
		c.ID, c.Name, c.Host, c.Port, c.Database, c.Username,
		c.SSLMode, text(c.SSLRootCert), text(c.SSLCert), text(c.SSLKey), tunnelID, text(c.Color), c.Options.ReadOnly,
		c.Options.ConnectTimeoutSecs, seconds(c.Options.StatementTimeoutSecs), c.Options.ApplicationName,
		seconds(c.Options.LockTimeoutSecs), seconds(c.Options.IdleInTransactionTimeoutSecs), c.Options.ManualCommit,
		c.Options.Environment, c.Options.Confirm, c.Origin,
		timeText(c.CreatedAt), timeText(c.UpdatedAt), lastConnected)
	return err
}

// seconds is NULL for 0: no time-out.
func seconds(n int) sql.NullInt64 { return sql.NullInt64{Int64: int64(n), Valid: n != 0} }

// RemoveConnection removes a connection with its history; saved queries lose
// their link to it, its tunnel stays. ErrNotFound where it is not there.
func (s *Store) RemoveConnection(ctx context.Context, id uuid.UUID) error {
	err := touched(s.write.ExecContext(ctx, `DELETE FROM connections WHERE connection_id = ?`, id))
	return s.fail(ctx, err, "cannot remove the connection %s", id)
}

// TouchConnection records that a connection was made.
func (s *Store) TouchConnection(ctx context.Context, id uuid.UUID, at time.Time) error {
	err := touched(s.write.ExecContext(ctx, `UPDATE connections SET last_connected_at = ? WHERE connection_id = ?`, timeText(at), id))
	return s.fail(ctx, err, "cannot record the use of the connection %s", id)
}
