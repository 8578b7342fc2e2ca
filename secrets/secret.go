// Package secrets finds and keeps passwords and passphrases: in the keychain
// of the operating system, else in memory for the session; from libpq's
// password file; from a command of the user's. It also takes them out of
// texts that are logged or shown.
package secrets

import (
	"fmt"
	"log/slog"

	"github.com/google/uuid"
)

// redacted is what is shown in a secret's place.
const redacted = "[redacted]"

// Secret is a password or passphrase that shows itself to nobody by accident:
// formatting, logging and encoding give "[redacted]", also from within other
// values. Reveal is the one way to its text. The zero value is empty.
type Secret struct {
	// A pointer, since fmt prints the unexported fields of a struct without
	// asking their methods: it then prints an address.
	text *string
}

// NewSecret makes a secret of a text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal gives the text, for the one call that needs it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether there is no text.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

// Format implements fmt.Formatter for all verbs.
func (s Secret) Format(state fmt.State, _ rune) { fmt.Fprint(state, s.String()) }

// String gives "[redacted]", or "" for an empty secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText implements encoding.TextMarshaler, for JSON among others.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Key names a secret.
type Key struct {
	kind string
	id   uuid.UUID
}

// Database names the password of a connection.
func Database(connectionID uuid.UUID) Key { return Key{"db", connectionID} }

// SSH names the passphrase or password of a tunnel.
func SSH(tunnelID uuid.UUID) Key { return Key{"ssh", tunnelID} }

// String is the user under which the keychain has the secret, such as
// "db:6ba7b810-9dad-11d1-80b4-00c04fd430c8".
func (k Key) String() string { return k.kind + ":" + k.id.String() }
