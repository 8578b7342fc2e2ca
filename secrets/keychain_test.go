package secrets

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/zalando/go-keyring"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// TestKeychainOfAnySystem is for the systems whose keychain no test can start:
// the library's stand-in takes the keychain's place, in processes of their own
// since there it stays.
func TestKeychainOfAnySystem(t *testing.T) {
	const answer = "TUSK_TEST_KEYCHAIN"
	answers := map[string]error{
		"works":    nil,
		"denied":   errors.New("User interaction is not allowed."), // macOS without a screen
		"too long": keyring.ErrSetDataTooBig,                       // Windows
	}
	if name := os.Getenv(answer); name == "" {
		for name := range answers {
			inChild(t, answer+"="+name)
		}
		return
	} else if keyring.MockInit(); answers[name] != nil {
		keyring.MockInitWithError(answers[name])
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/of/the/stand-in")
	warnings := 0
	s := New(Options{Warn: func(*tusk.Error) { warnings++ }})
	defer s.Close()
	key := Database(uuid.New())
	err := s.Store(t.Context(), key, NewSecret("hunter2"))
	switch os.Getenv(answer) {
	case "works":
		if err != nil || !s.Available() || revealed(t, s, key) != "hunter2" {
			t.Errorf("%v, %q", err, s.FallbackReason())
		}
		if got, err := keyring.Get("dev.tusk.Tusk", key.String()); err != nil || got != "hunter2" {
			t.Errorf("the keychain itself has %q: %v", got, err)
		}
		if err := s.Delete(t.Context(), key); err != nil {
			t.Error(err)
		}
		if _, err := s.Get(t.Context(), key); !errors.Is(err, ErrNotFound) || warnings != 0 {
			t.Errorf("%v, %d warnings", err, warnings)
		}
	case "denied":
		if err != nil || s.Available() || revealed(t, s, key) != "hunter2" || warnings != 1 {
			t.Errorf("%v, %q, %d warnings", err, s.FallbackReason(), warnings)
		}
	case "too long":
		e, ok := errors.AsType[*tusk.Error](err)
		if !ok || e.Category != tusk.Keyring || !strings.Contains(e.Hint, "shorter") || !s.Available() {
			t.Errorf("%v, %q", err, s.FallbackReason())
		}
	}
}
