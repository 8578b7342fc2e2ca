package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/tunnel"
	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// recipient is whom a secret may be shown: it is kept with the secret, so that
// a configuration that was changed, by whomever, does not lead it elsewhere.
type recipient struct {
	Address string       `json:"address"`       // postgres://user@host:port with the tunnel, ssh://user@host:port, or a key file
	TLS     tusk.SSLMode `json:"tls,omitempty"` // the weakest mode that will do
}

func databaseRecipient(c tusk.ConnectionConfig) recipient {
	address := url.URL{Scheme: "postgres", User: url.User(c.Username), Host: net.JoinHostPort(c.Host, strconv.Itoa(c.Port))}
	if c.SSHTunnel != nil {
		address.RawQuery = url.Values{"through": {sshAddress(*c.SSHTunnel)}}.Encode()
	}
	return recipient{address.String(), c.SSLMode}
}

// sshAddress names an SSH host with its user.
func sshAddress(t tusk.SSHTunnelConfig) string {
	address := url.URL{Scheme: "ssh", User: url.User(t.Username), Host: net.JoinHostPort(t.Host, strconv.Itoa(t.Port))}
	return address.String()
}

// sshRecipient is the host that gets a password, or the file that a passphrase
// opens.
func sshRecipient(t tusk.SSHTunnelConfig) recipient {
	if t.AuthMethod == tusk.SSHKey {
		return recipient{Address: "file:" + t.KeyPath}
	}
	return recipient{Address: sshAddress(t)}
}

// covers reports whether what was given for r may go to other.
func (r recipient) covers(other recipient) bool {
	strength := []tusk.SSLMode{"", tusk.SSLDisable, tusk.SSLPrefer, tusk.SSLRequire, tusk.SSLVerifyCA, tusk.SSLVerifyFull}
	return r.Address == other.Address && slices.Index(strength, other.TLS) >= slices.Index(strength, r.TLS)
}

// sealed is a secret as the keychain and the session hold it.
type sealed struct {
	For    recipient `json:"for"`
	Secret string    `json:"secret"`
}

// open gives the secret under a key, if it was stored for this recipient.
func (r *route) open(ctx context.Context, key secrets.Key, to recipient) (secrets.Secret, error) {
	kept, err := r.secrets.Get(ctx, key)
	if err != nil {
		return secrets.Secret{}, err
	}
	var content sealed
	if json.Unmarshal([]byte(kept.Reveal()), &content) != nil { // its error would quote the secret
		return secrets.Secret{}, tusk.NewError(tusk.Keyring, nil, "the keychain's entry %s was not written by tusk-lsp", key).
			WithHint("Store the password again with `tusk-lsp connection password NAME`.")
	}
	if !content.For.covers(to) {
		return secrets.Secret{}, misdirected(r.config.Name, content.For, to)
	}
	return secrets.NewSecret(content.Secret), nil
}

func misdirected(name string, stored, wanted recipient) error {
	return tusk.NewError(tusk.Keyring, nil, "the stored secret of %s is for %s, and is not sent to %s", name, stored, wanted).
		WithHint("If the change is yours, store it for the new place with `tusk-lsp connection password NAME`.")
}

func (r recipient) String() string {
	if r.TLS == "" {
		return r.Address
	}
	return fmt.Sprintf("%s with ssl_mode %s", r.Address, r.TLS)
}

// StorePassword keeps a connection's password in the keychain, or for the
// session where there is none. It is only ever sent to the host, port and user
// of this configuration, through this tunnel, with this TLS mode or a stricter
// one.
func (s *State) StorePassword(ctx context.Context, c tusk.ConnectionConfig, password secrets.Secret) error {
	return keepSealed(password, databaseRecipient(c), func(sealed secrets.Secret) error {
		return s.config.Secrets.Store(ctx, secrets.Database(c.ID), sealed)
	})
}

// StoreSSHSecret keeps the passphrase of a tunnel's key, or the password of its
// user, as StorePassword does.
func (s *State) StoreSSHSecret(ctx context.Context, t tusk.SSHTunnelConfig, secret secrets.Secret) error {
	return keepSealed(secret, sshRecipient(t), func(sealed secrets.Secret) error {
		return s.config.Secrets.Store(ctx, secrets.SSH(t.ID), sealed)
	})
}

func keepSealed(secret secrets.Secret, to recipient, keep func(secrets.Secret) error) error {
	text, err := json.Marshal(sealed{to, secret.Reveal()})
	if err != nil {
		return tusk.NewError(tusk.Internal, nil, "the secret cannot be written down") // err would quote it
	}
	return keep(secrets.NewSecret(string(text)))
}

// passwordCommand is the kind of a store's grant: the user's command that prints
// the password of a connection.
const passwordCommand = "password command"

// command is the value of such a grant.
type command struct {
	For  recipient `json:"for"`
	Argv []string  `json:"argv"`
}

// SetPasswordCommand has a connection's password printed by a program, which
// runs without a shell whenever a backend is made; none takes it back. Like a
// password it is for this host, port, user, tunnel and TLS mode. Only the user
// may say this: a workspace or an archive would start programs with it.
func (s *State) SetPasswordCommand(ctx context.Context, c tusk.ConnectionConfig, argv []string) error {
	if len(argv) == 0 {
		return s.config.Store.DeleteGrant(ctx, passwordCommand, c.ID.String())
	}
	value, err := json.Marshal(command{databaseRecipient(c), argv})
	if err != nil {
		return tusk.NewError(tusk.Internal, err, "the command cannot be written down")
	}
	return s.config.Store.SetGrant(ctx, passwordCommand, c.ID.String(), value)
}

// printed is what the connection's password command prints, or ErrNotFound
// where it has none.
func (r *route) printed(ctx context.Context) (secrets.Secret, error) {
	value, err := r.store.Grant(ctx, passwordCommand, r.config.ID.String())
	if errors.Is(err, store.ErrNotFound) {
		return secrets.Secret{}, secrets.ErrNotFound
	}
	var set command
	if err == nil {
		err = json.Unmarshal(value, &set)
	}
	if err != nil {
		return secrets.Secret{}, err
	}
	if to := databaseRecipient(r.config); !set.For.covers(to) {
		return secrets.Secret{}, misdirected(r.config.Name, set.For, to)
	}
	return secrets.Command(ctx, set.Argv)
}

// password looks the password up: in the session or the keychain, else from the
// password command, else in the password file. None is no error: the server may
// not ask. doubt is why a place could not be read, for when it does.
func (r *route) password(ctx context.Context) (password secrets.Secret, doubt error) {
	c := r.config
	password, doubt = r.open(ctx, secrets.Database(c.ID), databaseRecipient(c))
	if doubt == nil {
		return password, nil
	}
	if printed, err := r.printed(ctx); !errors.Is(err, secrets.ErrNotFound) {
		return printed, err
	}
	path, err := secrets.PassfilePath()
	if err == nil {
		password, err = secrets.Passfile(path, secrets.Target{Host: c.Host, Port: c.Port, Database: c.Database, Username: c.Username})
	}
	switch {
	case err == nil:
		return password, nil
	case !errors.Is(err, secrets.ErrNotFound):
		return secrets.Secret{}, err
	case !errors.Is(doubt, secrets.ErrNotFound):
		return secrets.Secret{}, doubt
	}
	return secrets.Secret{}, nil
}

// sshSecret is the passphrase of the tunnel's key, or the password of its user;
// none is no error.
func (r *route) sshSecret(ctx context.Context) (secrets.Secret, error) {
	t := *r.config.SSHTunnel
	secret, err := r.open(ctx, secrets.SSH(t.ID), sshRecipient(t))
	if errors.Is(err, secrets.ErrNotFound) {
		return secrets.Secret{}, nil
	}
	return secret, err
}

// presented is the password of an attempt to connect.
type presented struct {
	none  bool  // there was no password
	doubt error // why a place could not be looked up, or nil
}

// present looks up the password for an attempt to connect.
func (r *route) present(ctx context.Context) secrets.Secret {
	password, doubt := r.password(ctx)
	r.last.Store(&presented{password.IsZero(), doubt})
	return password
}

// explain tells with a refused password that there was none, or that another
// could not be read.
func (r *route) explain(err error) error {
	refused, ok := errors.AsType[*tusk.Error](err)
	last := r.last.Load()
	if last == nil || !ok || refused.Category != tusk.Authentication {
		return err
	}
	out := *refused
	if last.none && out.Code == invalidPassword {
		out.Message = fmt.Sprintf("%s wants a password for user %q, and none is known", r.config.Name, r.config.Username)
		out.Detail = refused.Message
		out.Hint = "Store it with `tusk-lsp connection password NAME`, or in a .pgpass file."
	}
	if last.doubt != nil {
		out.Detail = strings.TrimPrefix(out.Detail+"\n"+last.doubt.Error(), "\n")
		out.Hint = tusk.InfoOf(last.doubt).Hint
	}
	return &out
}

// SecretKind is what a SecretQuestion asks for.
type SecretKind string

// The kinds.
const (
	DatabasePassword SecretKind = "password"
	SSHPassword      SecretKind = "ssh_password"
	SSHPassphrase    SecretKind = "ssh_passphrase"
)

// SecretQuestion asks the user for a secret that a connection needs.
type SecretQuestion struct {
	ConnectionID uuid.UUID  `json:"connection_id"`
	Connection   string     `json:"connection"` // its name
	Kind         SecretKind `json:"kind"`
	For          string     `json:"for"`     // who is shown it, such as ada@db.example.com:5432, or the key file
	Refused      bool       `json:"refused"` // one was tried and is wrong
}

// SecretAnswer is what the user says to a SecretQuestion. The zero value is a
// dismissed question.
type SecretAnswer struct {
	Secret   secrets.Secret
	Remember bool // in the keychain, not for the session alone
}

// maxQuestions is how often one attempt to connect asks the user.
const maxQuestions = 4

// withAnswers attempts to connect, and where a secret is missing or wrong or an
// SSH host is not known, asks the user and tries again. Several attempts at once
// ask one question.
func (r *route) withAnswers(ctx context.Context, attempt func() error) error {
	for asked := 0; ; asked++ {
		seen := r.answers.Load()
		err := attempt()
		var ask func(context.Context) (bool, error)
		if unknown, ok := errors.AsType[*tunnel.UnknownHost](err); ok && r.acceptHost != nil {
			ask = func(ctx context.Context) (bool, error) { return r.askHost(ctx, unknown) }
		} else if question, ok := r.question(err); ok && r.askSecret != nil {
			ask = func(ctx context.Context) (bool, error) { return r.ask(ctx, question) }
		}
		if ask == nil || asked == maxQuestions {
			return err
		}
		answered, askErr := r.inTurn(ctx, seen, ask)
		if askErr != nil {
			return askErr
		}
		if !answered {
			return err
		}
	}
}

// inTurn asks, unless somebody else was answered since seen.
func (r *route) inTurn(ctx context.Context, seen int64, ask func(context.Context) (bool, error)) (answered bool, err error) {
	select {
	case r.asking <- struct{}{}:
	case <-ctx.Done():
		return false, classify(ctx.Err(), r.config)
	}
	defer func() { <-r.asking }()
	if r.answers.Load() != seen {
		return true, nil
	}
	answered, err = ask(ctx)
	if answered {
		r.answers.Add(1)
	}
	return answered, err
}

// askHost asks whether to trust an SSH host, and remembers it.
func (r *route) askHost(ctx context.Context, host *tunnel.UnknownHost) (bool, error) {
	accepted, err := r.acceptHost(ctx, host)
	if err != nil || !accepted {
		return false, err
	}
	return true, r.tunnel.Trust(host)
}

// question is what would cure an error.
func (r *route) question(err error) (SecretQuestion, bool) {
	q := SecretQuestion{ConnectionID: r.config.ID, Connection: r.config.Name}
	missing, wrong := errors.Is(err, tunnel.ErrSecretMissing), errors.Is(err, tunnel.ErrSecretWrong)
	if missing || wrong {
		t := r.config.SSHTunnel
		q.Kind, q.For, q.Refused = SSHPassword, fmt.Sprintf("%s@%s", t.Username, net.JoinHostPort(t.Host, strconv.Itoa(t.Port))), wrong
		if t.AuthMethod == tusk.SSHKey {
			q.Kind, q.For = SSHPassphrase, t.KeyPath
		}
		return q, true
	}
	e, ok := errors.AsType[*tusk.Error](err)
	if !ok || e.Code != invalidPassword {
		return q, false
	}
	q.Kind, q.For = DatabasePassword, fmt.Sprintf("%s@%s", r.config.Username, net.JoinHostPort(r.config.Host, strconv.Itoa(r.config.Port)))
	last := r.last.Load()
	q.Refused = last != nil && !last.none
	return q, true
}

// invalidPassword is the SQLSTATE of a password that is missing or wrong.
const invalidPassword = "28P01"

// ask asks the user for a secret and keeps it. A dismissed question is not
// answered.
func (r *route) ask(ctx context.Context, q SecretQuestion) (answered bool, err error) {
	answer, err := r.askSecret(ctx, q)
	if err != nil || answer.Secret.IsZero() {
		return false, err
	}
	key, to := secrets.Database(r.config.ID), databaseRecipient(r.config)
	if q.Kind != DatabasePassword {
		key, to = secrets.SSH(r.config.SSHTunnel.ID), sshRecipient(*r.config.SSHTunnel)
	}
	err = keepSealed(answer.Secret, to, func(sealed secrets.Secret) error {
		if answer.Remember {
			return r.secrets.Store(ctx, key, sealed)
		}
		return r.secrets.SetSession(key, sealed)
	})
	return err == nil, err
}
