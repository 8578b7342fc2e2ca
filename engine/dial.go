package engine

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// dialConfig turns a configuration into the driver's. Every value is given, so
// that libpq's variables of the environment change nothing; the password comes
// later, from authenticate.
func dialConfig(c tusk.ConnectionConfig) (*pgx.ConnConfig, error) {
	if c.SSHTunnel != nil {
		return nil, &tusk.Error{
			Category: tusk.SSH,
			Message:  "the connection " + c.Name + " needs an SSH tunnel, which this version does not open",
			Hint:     "Open it yourself (`ssh -L 5433:db-host:5432 ssh-host`) and connect to localhost, port 5433.",
		}
	}
	config, err := pgx.ParseConfig(keywords(
		"host", c.Host,
		"port", strconv.Itoa(c.Port),
		"dbname", c.Database,
		"user", c.Username,
		"password", "",
		"passfile", "",
		"sslmode", string(c.SSLMode),
		"sslrootcert", c.SSLRootCert,
		"sslcert", c.SSLCert,
		"sslkey", c.SSLKey,
		"target_session_attrs", "any",
		"connect_timeout", strconv.Itoa(c.Options.ConnectTimeoutSecs),
	))
	if err != nil {
		return nil, tusk.NewError(tusk.SSL, err, "the certificates of the connection %s cannot be used", c.Name).
			WithHint("Check the paths in ssl_root_cert, ssl_cert and ssl_key and that the files are PEM.")
	}
	// Poolers in transaction mode refuse other startup parameters, and lose
	// named statements.
	config.RuntimeParams = map[string]string{"application_name": c.Options.ApplicationName}
	config.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	config.DialFunc = (&net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 3,
	}}).DialContext
	return config, nil
}

// keywords writes a libpq connection string of keywords and values.
func keywords(pairs ...string) string {
	var out strings.Builder
	quote := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	for i := 0; i < len(pairs); i += 2 {
		out.WriteString(pairs[i] + "='" + quote.Replace(pairs[i+1]) + "' ")
	}
	return out.String()
}

// authenticate looks the password up: in the session or the keychain, else in
// the password file. None is no error: the server may not ask.
func authenticate(ctx context.Context, dial *pgconn.Config, c tusk.ConnectionConfig, s *secrets.Service) error {
	password, err := s.Get(ctx, secrets.Database(c.ID))
	if err == nil {
		dial.Password = password.Reveal()
		return nil
	}
	missing := err
	path, err := secrets.PassfilePath()
	if err == nil {
		password, err = secrets.Passfile(path, secrets.Target{Host: c.Host, Port: c.Port, Database: c.Database, Username: c.Username})
	}
	switch {
	case err == nil:
		dial.Password = password.Reveal()
		return nil
	case !errors.Is(err, secrets.ErrNotFound):
		return err
	case !errors.Is(missing, secrets.ErrNotFound):
		return missing
	}
	return nil
}

// prepareSession sets what the connection's options ask of every backend.
func prepareSession(ctx context.Context, conn *pgconn.PgConn, o tusk.ConnectionOptions) error {
	var set []string
	if o.StatementTimeoutSecs > 0 {
		set = append(set, "SET statement_timeout = "+strconv.Itoa(o.StatementTimeoutSecs*1000))
	}
	if o.ReadOnly {
		set = append(set, "SET default_transaction_read_only = on")
	}
	if len(set) == 0 {
		return nil
	}
	return conn.Exec(ctx, strings.Join(set, "; ")).Close()
}

// connect makes a backend for a session.
func connect(ctx context.Context, c tusk.ConnectionConfig, s *secrets.Service, notice pgconn.NoticeHandler) (*pgconn.PgConn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Options.ConnectTimeout())
	defer cancel()
	dial, err := dialConfig(c)
	if err != nil {
		return nil, err
	}
	if err := authenticate(ctx, &dial.Config, c, s); err != nil {
		return nil, err
	}
	dial.OnNotice = notice
	conn, err := pgconn.ConnectConfig(ctx, &dial.Config)
	if err != nil {
		return nil, classify(err, c)
	}
	if err := prepareSession(ctx, conn, c.Options); err != nil {
		return nil, errors.Join(classify(err, c), conn.Close(context.WithoutCancel(ctx)))
	}
	return conn, nil
}
