package engine

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// ConnectionStatus is how a connection stands.
type ConnectionStatus struct {
	ID       uuid.UUID       `json:"id"`
	Name     string          `json:"name"`
	State    string          `json:"state"` // created, active or closed
	Pool     tusk.PoolStatus `json:"pool"`
	Sessions []SessionStatus `json:"sessions"`
	Tunnel   string          `json:"tunnel,omitempty"` // user@host:port of the SSH host
	Server   *ServerStatus   `json:"server,omitempty"` // nil where it does not answer
	Error    *tusk.ErrorInfo `json:"error,omitempty"`  // why it does not
	Catalog  bool            `json:"catalog"`          // whether completion knows the database
	ReadOnly bool            `json:"read_only"`        // by the connection's options

	ManualCommit bool               `json:"manual_commit"`
	Environment  tusk.Environment   `json:"environment,omitempty"`
	Confirm      tusk.ConfirmPolicy `json:"confirm"` // that holds, chosen or not
}

// ServerStatus is what a server says of itself and of us.
type ServerStatus struct {
	Version    string  `json:"version"`    // server_version, such as "18.4"
	LatencyMS  float64 `json:"latency_ms"` // of one round trip
	TLS        string  `json:"tls"`        // protocol and cipher suite, "" for plain text
	Database   string  `json:"database"`
	Role       string  `json:"role"`
	Superuser  bool    `json:"superuser"`
	InRecovery bool    `json:"in_recovery"` // a standby, which takes no writes
}

// Status tells how a connection stands, and asks its server within the
// connection's time-out, but never the user. That the server does not answer is
// part of the status; the error is for a connection that is not known.
func (s *State) Status(ctx context.Context, id uuid.UUID) (ConnectionStatus, error) {
	c, err := s.connection(id)
	if err != nil {
		return ConnectionStatus{}, err
	}
	status := ConnectionStatus{
		ID: id, Name: c.config.Name, Catalog: c.catalog.current.Load() != nil, ReadOnly: c.config.Options.ReadOnly,
		ManualCommit: c.config.Options.ManualCommit, Environment: c.config.Options.Environment, Confirm: c.config.ConfirmPolicy(),
	}
	if t := c.config.SSHTunnel; t != nil {
		status.Tunnel = t.Username + "@" + net.JoinHostPort(t.Host, strconv.Itoa(t.Port))
	}
	status.Server, err = c.pool.server(ctx)
	if err != nil {
		info := tusk.InfoOf(err)
		status.Error = &info
	}
	status.Pool, status.State = c.pool.Status(), c.pool.State().String()
	status.Sessions = slices.DeleteFunc(s.Sessions(), func(session SessionStatus) bool { return session.ConnectionID != id })
	return status, nil
}

// Try connects as a configuration says that nobody saved, and tells the status.
// The secrets given with it, and those that the user is asked for, are forgotten
// with it.
func (s *State) Try(ctx context.Context, c tusk.ConnectionConfig, password, sshSecret secrets.Secret) (ConnectionStatus, error) {
	given := map[secrets.Key]sealed{secrets.Database(c.ID): {databaseRecipient(c), password.Reveal()}}
	if c.SSHTunnel != nil {
		given[secrets.SSH(c.SSHTunnel.ID)] = sealed{sshRecipient(*c.SSHTunnel), sshSecret.Reveal()}
	}
	for key, secret := range given {
		defer s.config.Secrets.ForgetSession(key)
		if secret.Secret == "" {
			continue
		}
		if err := keepSealed(secrets.NewSecret(secret.Secret), secret.For, func(sealed secrets.Secret) error {
			return s.config.Secrets.SetSession(key, sealed)
		}); err != nil {
			return ConnectionStatus{}, err
		}
	}
	if err := s.Add(c); err != nil {
		return ConnectionStatus{}, err
	}
	defer s.Remove(c.ID)
	if err := s.validate(ctx, c.ID); err != nil {
		return ConnectionStatus{}, err
	}
	return s.Status(ctx, c.ID)
}

// String gives the state in one word.
func (s PoolState) String() string {
	switch s {
	case PoolCreated:
		return "created"
	case PoolActive:
		return "active"
	case PoolClosed:
		return "closed"
	default:
		return fmt.Sprintf("PoolState(%d)", int32(s))
	}
}

// server asks the server about itself.
func (p *Pool) server(ctx context.Context) (*ServerStatus, error) {
	ctx, cancel := context.WithTimeout(ctx, p.Config.Options.ConnectTimeout())
	defer cancel()
	conn, err := p.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	began := time.Now()
	if err := conn.Ping(ctx); err != nil {
		return nil, classify(err, p.Config)
	}
	out := &ServerStatus{LatencyMS: float64(time.Since(began).Microseconds()) / 1000, TLS: TLSOf(conn.Conn().PgConn())}
	err = conn.QueryRow(ctx, `SELECT pg_catalog.current_setting('server_version'), pg_catalog.current_database(),
			current_user::text, pg_catalog.current_setting('is_superuser') = 'on', pg_catalog.pg_is_in_recovery()`).
		Scan(&out.Version, &out.Database, &out.Role, &out.Superuser, &out.InRecovery)
	if err != nil {
		return nil, classify(err, p.Config)
	}
	return out, nil
}
