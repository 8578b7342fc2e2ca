package engine

import (
	"context"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/tunnel"
	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// route is the way to a connection's server, which its pool, its sessions and
// their cancel requests take. It is safe for concurrent use.
type route struct {
	config  tusk.ConnectionConfig
	secrets *secrets.Service
	store   *store.Store
	log     *slog.Logger
	tunnel  *tunnel.Tunnel // nil: the server is reached directly

	askSecret  func(context.Context, SecretQuestion) (SecretAnswer, error) // nil: nobody is asked
	acceptHost func(context.Context, *tunnel.UnknownHost) (bool, error)    // nil: nobody is asked
	asking     chan struct{}                                               // capacity 1: held while the user is asked
	answers    atomic.Int64                                                // questions that were answered
	last       atomic.Pointer[presented]                                   // what the last attempt showed the server; nil: none was made
}

// newRoute does not dial.
func newRoute(c tusk.ConnectionConfig, config Config) (*route, error) {
	r := &route{
		config: c, secrets: config.Secrets, store: config.Store, log: config.Log,
		askSecret: config.AskSecret, acceptHost: config.AcceptHost, asking: make(chan struct{}, 1),
	}
	if c.SSHTunnel == nil {
		return r, nil
	}
	options, err := tunnel.DefaultOptions()
	if err != nil {
		return nil, err
	}
	options.Log = config.Log
	options.Secret = r.sshSecret
	r.tunnel = tunnel.New(*c.SSHTunnel, options)
	return r, nil
}

// dial connects to "tcp" host:port or to the path of a "unix" socket.
func (r *route) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if r.tunnel != nil {
		return r.tunnel.Dial(ctx, network, address)
	}
	return direct(network).DialContext(ctx, network, address)
}

// direct makes connections without a tunnel. A peer that vanished is noticed
// within 30 s, and idle connections are kept open by firewalls.
func direct(network string) *net.Dialer {
	d := &net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3,
	}}
	if network != "unix" {
		noticeSilence(d, 30*time.Second)
	}
	return d
}

// unresolved leaves a host's name to who dials it: the far side of a tunnel
// knows names that we do not.
func unresolved(_ context.Context, host string) ([]string, error) { return []string{host}, nil }

// settings are the driver's for sessions by this route, without a password.
func (r *route) settings() (*pgxpool.Config, error) { return dialConfig(r.config, r.dial) }

// backgroundSettings are those for the pool. What bounds the user's locks and
// transactions would end our own: a catalog that waits for a migration would
// fail instead.
func (r *route) backgroundSettings() (*pgxpool.Config, error) {
	c := r.config
	c.Options.LockTimeoutSecs, c.Options.IdleInTransactionTimeoutSecs = 0, 0
	return dialConfig(c, r.dial)
}

// connect makes a backend for a session. The user may be asked for a secret;
// the time that takes is beside the connection's time-out.
func (r *route) connect(ctx context.Context, notice pgconn.NoticeHandler) (conn *pgconn.PgConn, err error) {
	err = r.withAnswers(ctx, func() (err error) {
		conn, err = r.attempt(ctx, notice)
		return err
	})
	return conn, err
}

func (r *route) attempt(ctx context.Context, notice pgconn.NoticeHandler) (*pgconn.PgConn, error) {
	settings, err := r.settings()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, r.config.Options.ConnectTimeout())
	defer cancel()
	dial := &settings.ConnConfig.Config
	dial.Password = r.present(ctx).Reveal()
	dial.OnNotice = notice
	conn, err := pgconn.ConnectConfig(ctx, dial)
	if err != nil {
		return nil, r.explain(classify(err, r.config))
	}
	return conn, nil
}

// close ends the tunnel with what still goes through it.
func (r *route) close() {
	if r.tunnel == nil {
		return
	}
	if err := r.tunnel.Close(); err != nil {
		r.log.Debug("a tunnel ended badly", "connection", r.config.Name, "err", err)
	}
}
