package engine

import (
	"context"
	"errors"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// password looks the password up: in the session or the keychain, else in
// the password file. None is no error: the server may not ask. doubt is why a
// place could not be read, for when it does.
func (r *route) password(ctx context.Context) (password secrets.Secret, doubt error) {
	c := r.config
	password, doubt = r.secrets.Get(ctx, secrets.Database(c.ID))
	if doubt == nil {
		return password, nil
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
	secret, err := r.secrets.Get(ctx, secrets.SSH(r.config.SSHTunnel.ID))
	if errors.Is(err, secrets.ErrNotFound) {
		return secrets.Secret{}, nil
	}
	return secret, err
}

// doubted tells with a refused password that another could not be read.
func doubted(err, doubt error) error {
	refused, ok := errors.AsType[*tusk.Error](err)
	if doubt == nil || !ok || refused.Category != tusk.Authentication {
		return err
	}
	out := *refused
	out.Detail = doubt.Error()
	out.Hint = tusk.InfoOf(doubt).Hint
	return &out
}
