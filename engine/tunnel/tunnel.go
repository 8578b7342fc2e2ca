// Package tunnel reaches databases through SSH: keys, passwords and agents,
// known_hosts, ~/.ssh/config with jump hosts, keepalive and re-dial.
package tunnel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// Options say what a tunnel may use beside its configuration.
type Options struct {
	ConfigFiles     []string      // ssh_config files, first wins; DefaultOptions has the user's and the system's
	KnownHostsFiles []string      // an accepted key is added to the first
	AgentSocket     string        // SSH_AUTH_SOCK; "" for none
	IdentityFiles   []string      // keys for hosts whose configuration names none
	Keepalive       time.Duration // between keepalive requests; 15 s by default

	// Secret gives the passphrase of the key or the password of the user, the
	// zero Secret where there is none. nil is none.
	Secret func(ctx context.Context) (secrets.Secret, error)

	Log *slog.Logger
}

// Tunnel forwards connections over one SSH connection, which is made when the
// first connection needs it and made anew after it was lost. It is safe for
// concurrent use.
type Tunnel struct {
	config  tusk.SSHTunnelConfig
	options Options
	life    context.Context
	end     context.CancelFunc
	alive   sync.WaitGroup // keepalives, and what comes through channels

	dialing chan struct{} // capacity 1: held by whoever dials or looks at client
	client  *ssh.Client   // nil while there is none; guarded by dialing
	jumps   []*ssh.Client // what client goes through, in order; guarded by dialing
}

// New makes a tunnel. It does not dial.
func New(config tusk.SSHTunnelConfig, o Options) *Tunnel {
	if o.Keepalive == 0 {
		o.Keepalive = 15 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	t := &Tunnel{config: config, options: o, dialing: make(chan struct{}, 1)}
	t.life, t.end = context.WithCancel(context.Background())
	return t
}

// Dial connects to an address as the SSH host sees it: "tcp" with host:port, or
// "unix" with a socket's path. Names are resolved there. Its errors are
// *tusk.Error of category SSH, or Connection where the tunnel stands and the
// host beyond it refused.
func (t *Tunnel) Dial(ctx context.Context, network, target string) (net.Conn, error) {
	client, err := t.connected(ctx)
	if err != nil {
		return nil, err
	}
	channel, err := client.DialContext(ctx, network, target)
	if err != nil {
		return nil, t.forwardError(ctx, target, err)
	}
	c, fill := newConn(channel, address{network, target})
	if err := t.lock(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	defer t.unlock()
	t.alive.Go(fill)
	return c, nil
}

// Close ends the SSH connection and what goes through it.
func (t *Tunnel) Close() error {
	t.end()
	t.dialing <- struct{}{}
	err := t.drop()
	t.unlock()
	t.alive.Wait()
	return err
}

// connected gives the SSH connection, and makes it where there is none.
func (t *Tunnel) connected(ctx context.Context) (*ssh.Client, error) {
	if err := t.lock(ctx); err != nil {
		return nil, err
	}
	defer t.unlock()
	if t.client != nil {
		return t.client, nil
	}
	route, err := t.route()
	if err != nil {
		return nil, err
	}
	for _, hop := range route {
		client, err := t.hop(ctx, hop)
		if err != nil {
			return nil, errors.Join(err, t.drop())
		}
		if t.client != nil {
			t.jumps = append(t.jumps, t.client)
		}
		t.client = client
	}
	client := t.client
	t.alive.Go(func() { t.keepAlive(client) })
	return client, nil
}

// hop makes the SSH connection to one host, directly or through the one before.
func (t *Tunnel) hop(ctx context.Context, h hop) (*ssh.Client, error) {
	target := net.JoinHostPort(h.host, h.port)
	var raw net.Conn
	var err error
	if t.client == nil {
		raw, err = dialHost(ctx, h)
	} else {
		raw, err = t.client.DialContext(ctx, "tcp", target)
	}
	if err != nil {
		return nil, sshError(err, "the SSH host %s cannot be reached", target).
			WithHint("Check the SSH host and port, and that the network reaches it.")
	}
	client, err := t.handshake(ctx, raw, target, h)
	if err != nil {
		return nil, errors.Join(err, ignoreClosed(raw.Close()))
	}
	return client, nil
}

func (t *Tunnel) handshake(ctx context.Context, raw net.Conn, target string, h hop) (*ssh.Client, error) {
	methods, closeAgent, err := t.authMethods(ctx, h)
	if err != nil {
		return nil, err
	}
	defer closeAgent()
	hosts, err := t.knownHosts(h, raw.RemoteAddr())
	if err != nil {
		return nil, err
	}
	// The handshake knows no context: it ends when the connection does.
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	connection, channels, requests, err := ssh.NewClientConn(acknowledgeAtOnce(raw), h.known(), &ssh.ClientConfig{
		User:              h.user,
		Auth:              methods,
		HostKeyCallback:   hosts.check,
		HostKeyAlgorithms: hosts.algorithms,
	})
	if !stop() && err == nil {
		err = errors.Join(ctx.Err(), connection.Close())
	}
	switch {
	case err == nil:
		return ssh.NewClient(connection, channels, requests), nil
	case ctx.Err() != nil:
		return nil, sshError(err, "the SSH host %s did not answer in time", target).
			WithHint("Check that host and port are those of an SSH server, or raise the connection's time-out.")
	case hosts.refusal != nil:
		return nil, hosts.refusal
	case h.method == tusk.SSHPassword && strings.Contains(err.Error(), "unable to authenticate"):
		return nil, sshError(errors.Join(ErrSecretWrong, err), "the SSH host %s did not take the password of %s", target, h.user).
			WithHint(storeHint)
	default:
		return nil, sshError(err, "the SSH host %s did not let %s in", target, h.user).
			WithHint("Check the SSH user and that the host knows this key.")
	}
}

// keepAlive notices a connection that died without a word, and makes room for
// the next. An answer that takes longer than an interval is none.
func (t *Tunnel) keepAlive(client *ssh.Client) {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		client.Wait() //nolint:errcheck // why it ended is told by those who used it
	}()
	ticker := time.NewTicker(t.options.Keepalive)
	defer ticker.Stop()
	for alive := true; alive; {
		select {
		case <-gone:
			alive = false
		case <-t.life.Done():
			alive = false
		case <-ticker.C:
			timer := time.AfterFunc(t.options.Keepalive, func() { client.Close() })
			_, _, err := client.SendRequest("keepalive@openssh.com", true, nil)
			timer.Stop()
			alive = err == nil
		}
	}
	t.dialing <- struct{}{}
	if t.client == client {
		if err := t.drop(); err != nil {
			t.options.Log.Debug("an SSH connection ended badly", "host", t.config.Host, "err", err)
		}
	}
	t.unlock()
	<-gone
}

// drop closes what was dialled. The caller holds dialing.
func (t *Tunnel) drop() error {
	var errs []error
	if t.client != nil {
		errs = append(errs, ignoreClosed(t.client.Close()))
	}
	for _, jump := range t.jumps {
		errs = append(errs, ignoreClosed(jump.Close()))
	}
	t.client, t.jumps = nil, nil
	return errors.Join(errs...)
}

// lock takes dialing while the tunnel is open: Close waits for what began under
// it.
func (t *Tunnel) lock(ctx context.Context) error {
	select {
	case t.dialing <- struct{}{}:
	case <-ctx.Done():
		return sshError(ctx.Err(), "connecting to %s took too long", t.config.Host)
	}
	if t.life.Err() != nil {
		t.unlock()
		return sshError(net.ErrClosed, "the tunnel through %s is closed", t.config.Host)
	}
	return nil
}

func (t *Tunnel) unlock() { <-t.dialing }

func (t *Tunnel) forwardError(ctx context.Context, target string, err error) error {
	if refused, ok := errors.AsType[*ssh.OpenChannelError](err); ok {
		hint := "Check the database's host and port as the SSH host sees them."
		if refused.Reason == ssh.Prohibited {
			hint = "The SSH host forbids forwarding (AllowTcpForwarding, PermitOpen in its sshd_config)."
		}
		return &tusk.Error{
			Category: tusk.Connection,
			Message:  fmt.Sprintf("the SSH host %s cannot reach %s", t.config.Host, target),
			Detail:   refused.Message,
			Hint:     hint,
			Cause:    err,
		}
	}
	if ctx.Err() != nil {
		return sshError(err, "the SSH host %s did not reach %s in time", t.config.Host, target)
	}
	return sshError(err, "the tunnel through %s broke", t.config.Host).
		WithHint("Try again: the tunnel is made anew.")
}

func sshError(cause error, format string, args ...any) *tusk.Error {
	return tusk.NewError(tusk.SSH, cause, format, args...)
}

// ignoreClosed is nil for what was closed before.
func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
