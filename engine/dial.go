package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// dialConfig turns a configuration into the driver's, without the password:
// authenticate brings it when a connection is made. The driver makes its
// configuration only by parsing, which reads the PG* variables; so every value
// that one could set is given. What the environment means is for
// FromEnvironment alone to say.
func dialConfig(c tusk.ConnectionConfig, dial pgconn.DialFunc) (*pgxpool.Config, error) {
	rootCert, cert, key, err := certificates(c)
	if err != nil {
		return nil, err
	}
	service, remove, err := noService()
	if err != nil {
		return nil, err
	}
	defer remove()
	pool, err := pgxpool.ParseConfig(service + keywords(
		"host", c.Host,
		"port", strconv.Itoa(c.Port),
		"dbname", c.Database,
		"user", c.Username,
		"sslmode", string(c.SSLMode),
		"sslrootcert", rootCert,
		"sslcert", cert,
		"sslkey", key,
		"connect_timeout", strconv.Itoa(c.Options.ConnectTimeoutSecs),
		"target_session_attrs", "any",
		"sslcertmode", "allow",
		"sslsni", "1",
		"channel_binding", "prefer",
		"min_protocol_version", "3.0",
		"max_protocol_version", "3.0",
		"password", "", "passfile", "", "sslpassword", "", "sslnegotiation", "", "require_auth", "",
	))
	if err != nil {
		if inner := errors.Unwrap(err); inner != nil {
			err = inner // without the connection string around it
		}
		return nil, tusk.NewError(tusk.SSL, err, "the certificates of the connection %s cannot be used", c.Name).
			WithHint("Check the paths in ssl_root_cert, ssl_cert and ssl_key and that the files are PEM.")
	}
	// Poolers in transaction mode refuse other startup parameters, lose named
	// statements, and lose unnamed ones between two round trips.
	pool.ConnConfig.RuntimeParams = map[string]string{
		"application_name": c.Options.ApplicationName,
		"client_encoding":  "UTF8",
	}
	pool.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	pool.ConnConfig.DialFunc = dial
	pool.ConnConfig.LookupFunc = unresolved
	pool.ConnConfig.AfterConnect = func(ctx context.Context, conn *pgconn.PgConn) error {
		return prepareSession(ctx, conn, c.Options)
	}
	return pool, nil
}

// keywords writes a libpq connection string of keywords and values
// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE).
func keywords(pairs ...string) string {
	var out strings.Builder
	quote := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	for i := 0; i < len(pairs); i += 2 {
		out.WriteString(pairs[i] + "='" + quote.Replace(pairs[i+1]) + "' ")
	}
	return out.String()
}

// noService keeps PGSERVICE out of a connection that has settings of its own:
// it names an empty service in its place, since a connection string cannot say
// "none".
func noService() (text string, remove func(), err error) {
	if os.Getenv("PGSERVICE") == "" {
		return "", func() {}, nil
	}
	file, err := os.CreateTemp("", "tusk-service-*")
	if err == nil {
		_, err = file.WriteString("[none]\n")
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		return "", nil, tusk.NewError(tusk.Connection, err, "PGSERVICE cannot be set aside for this connection").
			WithHint("Unset PGSERVICE, or make the folder for temporary files writable.")
	}
	// One that stays behind is an empty file among temporary files.
	return keywords("service", "none", "servicefile", file.Name()), func() { _ = os.Remove(file.Name()) }, nil
}

// certificates gives the TLS files of a connection: its own, else those in
// ~/.postgresql, as libpq takes them
// (https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-FILE-USAGE).
// Without a root certificate verify-full trusts the system's authorities;
// verify-ca is refused then, since anybody can have a certificate of theirs.
func certificates(c tusk.ConnectionConfig) (root, cert, key string, err error) {
	if c.SSLMode == tusk.SSLDisable || strings.HasPrefix(c.Host, "/") {
		return "", "", "", nil
	}
	root, cert, key = c.SSLRootCert, c.SSLCert, c.SSLKey
	if home, err := os.UserHomeDir(); err == nil {
		usual := func(name string) string { return filepath.Join(home, ".postgresql", name) }
		if root == "" && exists(usual("root.crt")) {
			root = usual("root.crt")
		}
		if cert == "" && exists(usual("postgresql.crt")) && exists(usual("postgresql.key")) {
			cert, key = usual("postgresql.crt"), usual("postgresql.key")
		}
	}
	if root == "" && c.SSLMode == tusk.SSLVerifyCA {
		return "", "", "", &tusk.Error{
			Category: tusk.SSL,
			Message:  "ssl_mode verify-ca needs a root certificate, which the connection " + c.Name + " has not",
			Hint:     "Name the authority's file in ssl_root_cert, or use verify-full to trust the system's authorities.",
		}
	}
	return root, cert, key, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// prepareSession sets what the connection's options ask of a backend, and nothing
// that they leave open: a time-out of ours would end migrations. Behind a pooler
// nothing is set: what is would meet whoever gets the backend next.
func prepareSession(ctx context.Context, conn *pgconn.PgConn, o tusk.ConnectionOptions) error {
	if err := detectPooler(ctx, conn); err != nil || pooled(conn) {
		return err
	}
	var set []string
	for _, timeout := range []struct {
		name    string
		seconds int
	}{
		{"statement_timeout", o.StatementTimeoutSecs},
		{"lock_timeout", o.LockTimeoutSecs},
		{"idle_in_transaction_session_timeout", o.IdleInTransactionTimeoutSecs},
	} {
		if timeout.seconds > 0 {
			set = append(set, "SET "+timeout.name+" = '"+strconv.Itoa(timeout.seconds)+"s'")
		}
	}
	if o.ReadOnly {
		set = append(set, "SET default_transaction_read_only = on")
	}
	if len(set) == 0 {
		return nil
	}
	return conn.Exec(ctx, strings.Join(set, "; ")).Close()
}
