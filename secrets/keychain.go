package secrets

import (
	"context"
	"errors"
	"fmt"

	"github.com/zalando/go-keyring"
)

// keychainService is the name of ours in the keychain.
const keychainService = "dev.tusk.Tusk"

// keychain is a place that outlives the process. Its calls come from one
// goroutine at a time. They may take as long as a person takes to answer a
// prompt; the context ends when the Service closes, and not every
// implementation can heed it. A miss is ErrNotFound.
type keychain interface {
	get(ctx context.Context, user string) (string, error)
	set(ctx context.Context, user, secret string) error
	delete(ctx context.Context, user string) error
}

// osKeychain is macOS's Keychain, Windows's Credential Manager, or the Secret
// Service of a Linux desktop. The library offers no way to stop a call.
type osKeychain struct{}

func (osKeychain) get(_ context.Context, user string) (secret string, err error) {
	err = calling(func() (err error) {
		secret, err = keyring.Get(keychainService, user)
		return err
	})
	return secret, err
}

func (osKeychain) set(_ context.Context, user, secret string) error {
	return calling(func() error { return keyring.Set(keychainService, user, secret) })
}

func (osKeychain) delete(_ context.Context, user string) error {
	return calling(func() error { return keyring.Delete(keychainService, user) })
}

// calling makes a call of the library where it can succeed. The library
// panics when its connection to D-Bus ends while a prompt is open, as at the
// end of a desktop session that the server outlives: that is an error.
func calling(do func() error) (err error) {
	if err := reachable(); err != nil {
		return err
	}
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the keychain went away: %v", cause)
		}
	}()
	return known(do())
}

// known turns the library's errors that mean something to us into ours.
func known(err error) error {
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNotFound
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return errTooLong
	}
	return err
}
