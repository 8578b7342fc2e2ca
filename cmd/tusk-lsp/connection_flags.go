package main

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// bindFields gives each field of a connection and of its tunnel a flag, whose
// value until it is set is the field's own.
func bindFields(flags *pflag.FlagSet, c *tusk.ConnectionConfig, t *tusk.SSHTunnelConfig) {
	flags.StringVar(&c.Host, "host", c.Host, "host name, address or socket directory (default localhost)")
	flags.IntVar(&c.Port, "port", c.Port, "port (default 5432)")
	flags.StringVar(&c.Database, "database", c.Database, "database (default: the user's name)")
	flags.StringVar(&c.Username, "user", c.Username, "user name")
	flags.StringVar((*string)(&c.SSLMode), "ssl-mode", string(c.SSLMode), "disable, prefer, require, verify-ca or verify-full (default prefer)")
	flags.StringVar(&c.SSLRootCert, "ssl-root-cert", c.SSLRootCert, "file with the certificates to trust")
	flags.StringVar(&c.SSLCert, "ssl-cert", c.SSLCert, "file with the client's certificate")
	flags.StringVar(&c.SSLKey, "ssl-key", c.SSLKey, "file with the key of the client's certificate")
	flags.StringVar(&c.Color, "color", c.Color, "accent colour, #RRGGBB")
	flags.BoolVar(&c.Options.ReadOnly, "read-only", c.Options.ReadOnly, "the server refuses every write")
	flags.IntVar(&c.Options.ConnectTimeoutSecs, "connect-timeout", c.Options.ConnectTimeoutSecs, "seconds that connecting may take (default 10)")
	flags.IntVar(&c.Options.StatementTimeoutSecs, "statement-timeout", c.Options.StatementTimeoutSecs, "seconds that a statement may take (default: no limit)")
	flags.IntVar(&c.Options.LockTimeoutSecs, "lock-timeout", c.Options.LockTimeoutSecs, "seconds that a statement may wait for a lock (default: no limit)")
	flags.IntVar(&c.Options.IdleInTransactionTimeoutSecs, "idle-in-transaction-timeout", c.Options.IdleInTransactionTimeoutSecs, "seconds that a transaction may wait for its next statement (default: no limit)")
	flags.BoolVar(&c.Options.ManualCommit, "manual-commit", c.Options.ManualCommit, "transactions end by COMMIT and ROLLBACK alone")
	flags.StringVar((*string)(&c.Options.Environment), "environment", string(c.Options.Environment), "development, test, staging or production")
	flags.StringVar((*string)(&c.Options.Confirm), "confirm", string(c.Options.Confirm), "statements that destroy data: off, ask or refuse; writes asks before every write (default: ask for production and red connections)")
	flags.StringVar(&c.Options.ApplicationName, "application-name", c.Options.ApplicationName, "name that the server's activity view shows (default Tusk)")
	flags.StringVar(&t.Host, "ssh-host", t.Host, `SSH host to go through, also a Host of ~/.ssh/config ("" for none)`)
	flags.IntVar(&t.Port, "ssh-port", t.Port, "port of the SSH host (default 22)")
	flags.StringVar(&t.Username, "ssh-user", t.Username, "user on the SSH host")
	flags.StringVar((*string)(&t.AuthMethod), "ssh-auth", string(t.AuthMethod), "key, password or agent (default: key where --ssh-key is given, else agent)")
	flags.StringVar(&t.KeyPath, "ssh-key", t.KeyPath, "file with the private key")
}

// connectionFlags describe a connection on a command line.
type connectionFlags struct {
	flags *pflag.FlagSet
	url   string
}

func newConnectionFlags(command *cobra.Command) *connectionFlags {
	f := &connectionFlags{flags: command.Flags()}
	f.flags.StringVar(&f.url, "url", "", `postgres:// URL for host, port, database, user and TLS; "-" reads it from stdin`)
	bindFields(f.flags, &tusk.ConnectionConfig{}, &tusk.SSHTunnelConfig{})
	return f
}

// over gives base with what the flags say: the URL first, then each field that
// was given. A URL may bring the password.
func (f *connectionFlags) over(ctx context.Context, a *application, stdin io.Reader, base tusk.ConnectionConfig) (tusk.ConnectionConfig, secrets.Secret, error) {
	password, err := f.readURL(ctx, a, stdin, &base)
	if err != nil {
		return base, password, err
	}
	var t tusk.SSHTunnelConfig
	if base.SSHTunnel != nil {
		t = *base.SSHTunnel
	}
	before := t
	fields := pflag.NewFlagSet("", pflag.ContinueOnError)
	bindFields(fields, &base, &t)
	f.flags.Visit(func(given *pflag.Flag) {
		if fields.Lookup(given.Name) != nil {
			err = errors.Join(err, fields.Set(given.Name, given.Value.String()))
		}
	})
	base.SSHTunnel = tunnelOf(before, t)
	return base.WithDefaults(), password, err
}

// tunnelOf completes the tunnel that the flags describe, nil where there is none.
func tunnelOf(before, t tusk.SSHTunnelConfig) *tusk.SSHTunnelConfig {
	if t == (tusk.SSHTunnelConfig{}) || before.Host != "" && t.Host == "" {
		return nil
	}
	if before.Host != t.Host && before.Name == before.Host {
		t.Name = t.Host
	}
	if t.AuthMethod == "" {
		t.AuthMethod = tusk.SSHAgent
		if t.KeyPath != "" {
			t.AuthMethod = tusk.SSHKey
		}
	}
	return &t
}

// readURL takes from the URL, where there is one, what a URL can say.
func (f *connectionFlags) readURL(ctx context.Context, a *application, stdin io.Reader, c *tusk.ConnectionConfig) (secrets.Secret, error) {
	raw := f.url
	switch {
	case raw == "-":
		line, err := a.askPassword(ctx, stdin, "URL (not shown): ")
		if err != nil {
			return secrets.Secret{}, err
		}
		raw = strings.TrimSpace(line.Reveal())
	case raw == "":
		return secrets.Secret{}, nil
	case holdsPassword(raw):
		return secrets.Secret{}, tusk.NewError(tusk.Authentication, nil, "a password on a command line is seen by other users, and stays in the shell's history").
			WithHint("Leave it out of the URL and type it when you are asked, or give the URL on stdin with --url -")
	}
	source, err := engine.FromURL(c.Name, raw, "--url")
	if err != nil {
		return secrets.Secret{}, err
	}
	*c = source.Over(*c)
	return source.Password, nil
}

func holdsPassword(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	_, given := u.User.Password()
	return given || u.Query().Has("password")
}
