package engine

import (
	"context"
	"errors"
	"strconv"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// Value is one setting of a connection and where it comes from.
type Value struct {
	Field  string `json:"field"`  // the JSON name of a tusk.ConnectionConfig's field, or "password", "ssh_tunnel.secret"
	Text   string `json:"text"`   // never a secret
	Origin string `json:"origin"` // for people: "saved", "PGHOST", "default", "keychain", …
}

// Explain tells where every value of a connection comes from, as connecting
// would take it. It does not dial.
func (s *State) Explain(ctx context.Context, source Source) []Value {
	c := source.Config
	defaults := tusk.ConnectionConfig{Username: c.Username, SSHTunnel: &tusk.SSHTunnelConfig{}}.WithDefaults()
	var list []Value
	add := func(field, text, standard string) {
		origin := source.Origin
		switch named := source.Fields[field]; {
		case named != "":
			origin = named
		case text == "":
			return
		case text == standard && source.Origin != OriginSaved:
			origin = "default"
		}
		list = append(list, Value{field, text, origin})
	}
	add("host", c.Host, defaults.Host)
	add("port", strconv.Itoa(c.Port), strconv.Itoa(defaults.Port))
	add("database", c.Database, defaults.Database)
	add("username", c.Username, "")
	add("ssl_mode", string(c.SSLMode), string(defaults.SSLMode))
	list = append(list, certificateValues(c, source.Origin)...)
	add("options.connect_timeout_secs", strconv.Itoa(c.Options.ConnectTimeoutSecs), strconv.Itoa(defaults.Options.ConnectTimeoutSecs))
	add("options.statement_timeout_secs", seconds(c.Options.StatementTimeoutSecs), "")
	add("options.lock_timeout_secs", seconds(c.Options.LockTimeoutSecs), "")
	add("options.idle_in_transaction_timeout_secs", seconds(c.Options.IdleInTransactionTimeoutSecs), "")
	if c.Options.ManualCommit {
		add("options.manual_commit", "true", "")
	}
	add("options.environment", string(c.Options.Environment), "")
	add("options.confirm", string(c.Options.Confirm), "")
	if c.Options.Confirm == "" {
		list = append(list, defaultPolicy(c))
	}
	add("options.read_only", strconv.FormatBool(c.Options.ReadOnly), "false")
	add("options.application_name", c.Options.ApplicationName, defaults.Options.ApplicationName)
	add("color", c.Color, "")
	list = append(list, s.passwordValue(ctx, source))
	t := c.SSHTunnel
	if t == nil {
		return list
	}
	add("ssh_tunnel.host", t.Host, "")
	add("ssh_tunnel.port", strconv.Itoa(t.Port), strconv.Itoa(defaults.SSHTunnel.Port))
	add("ssh_tunnel.username", t.Username, "")
	add("ssh_tunnel.auth_method", string(t.AuthMethod), "")
	add("ssh_tunnel.key_path", t.KeyPath, "")
	if t.AuthMethod != tusk.SSHAgent {
		list = append(list, s.secretValue(ctx, "ssh_tunnel.secret", c, secrets.SSH(t.ID), sshRecipient(*t)))
	}
	return list
}

// seconds is a time-out, "" where there is none.
func seconds(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// defaultPolicy tells what happens to statements that destroy data where nobody
// chose, and why.
func defaultPolicy(c tusk.ConnectionConfig) Value {
	policy, origin := c.ConfirmPolicy(), "default"
	switch {
	case policy == tusk.ConfirmOff:
	case c.Options.Environment == tusk.Production:
		origin = "default for production"
	default:
		origin = "default for a red color"
	}
	return Value{"options.confirm", string(policy), origin}
}

// certificateValues are the TLS files, which libpq also takes from a place in
// the home directory.
func certificateValues(c tusk.ConnectionConfig, origin string) []Value {
	root, cert, key, err := certificates(c)
	if err != nil {
		return []Value{{"ssl_root_cert", "", tusk.InfoOf(err).Message}}
	}
	var list []Value
	for _, file := range []struct{ field, path, own string }{
		{"ssl_root_cert", root, c.SSLRootCert}, {"ssl_cert", cert, c.SSLCert}, {"ssl_key", key, c.SSLKey},
	} {
		switch {
		case file.path == "":
		case file.path == file.own:
			list = append(list, Value{file.field, file.path, origin})
		default:
			list = append(list, Value{file.field, file.path, "default file"})
		}
	}
	return list
}

// passwordValue tells where the password would be taken from.
func (s *State) passwordValue(ctx context.Context, source Source) Value {
	c := source.Config
	if !source.Password.IsZero() {
		return Value{"password", "given", source.Origin}
	}
	value := s.secretValue(ctx, "password", c, secrets.Database(c.ID), databaseRecipient(c))
	if value.Text == "given" {
		return value
	}
	if _, err := s.config.Store.Grant(ctx, passwordCommand, c.ID.String()); err == nil {
		return Value{"password", "given", "password command"}
	}
	path, err := secrets.PassfilePath()
	if err == nil {
		if _, err = secrets.Passfile(path, secrets.Target{Host: c.Host, Port: c.Port, Database: c.Database, Username: c.Username}); err == nil {
			return Value{"password", "given", path}
		}
	}
	if !errors.Is(err, secrets.ErrNotFound) {
		value.Origin = strings.TrimPrefix(value.Origin+"; "+tusk.InfoOf(err).Message, "; ")
	}
	return value
}

// secretValue tells whether the session or the keychain has a secret for a
// recipient.
func (s *State) secretValue(ctx context.Context, field string, c tusk.ConnectionConfig, key secrets.Key, to recipient) Value {
	r := &route{config: c, secrets: s.config.Secrets}
	switch _, err := r.open(ctx, key, to); {
	case err == nil:
		return Value{field, "given", "keychain or session"}
	case errors.Is(err, secrets.ErrNotFound):
		return Value{field, "none", "asked for when it is needed"}
	default:
		return Value{field, "none", tusk.InfoOf(err).Message}
	}
}
