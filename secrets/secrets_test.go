package secrets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// fake stands in for the systems' keychains, which do not run everywhere.
type fake struct {
	mu      sync.Mutex
	secrets map[string]string // guarded by mu
	failure error             // of every call
	hang    chan struct{}     // calls wait for it, where it is not nil
}

func (f *fake) call(ctx context.Context) error {
	if f.hang != nil {
		select {
		case <-f.hang:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return f.failure
}

func (f *fake) get(ctx context.Context, user string) (string, error) {
	if err := f.call(ctx); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	secret, ok := f.secrets[user]
	if !ok {
		return "", ErrNotFound
	}
	return secret, nil
}

func (f *fake) set(ctx context.Context, user, secret string) error {
	if err := f.call(ctx); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.secrets[user] = secret
	return nil
}

func (f *fake) delete(ctx context.Context, user string) error {
	if err := f.call(ctx); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.secrets, user)
	return nil
}

func service(t *testing.T, k *fake, o Options) *Service {
	t.Helper()
	if k.secrets == nil {
		k.secrets = map[string]string{}
	}
	s := start(k, o)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func revealed(t *testing.T, s *Service, key Key) string {
	t.Helper()
	secret, err := s.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return secret.Reveal()
}

func TestKeychainKeepsSecretsByKind(t *testing.T) {
	k := &fake{}
	s := service(t, k, Options{Warn: func(e *tusk.Error) { t.Errorf("warned: %v", e) }})
	id := uuid.New()
	for key, text := range map[Key]string{Database(id): "for the database", SSH(id): "for the tunnel"} {
		if err := s.Store(t.Context(), key, NewSecret(text)); err != nil {
			t.Fatal(err)
		}
		if got := revealed(t, s, key); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
	if k.secrets["db:"+id.String()] != "for the database" || k.secrets["ssh:"+id.String()] != "for the tunnel" || !s.Available() {
		t.Errorf("the keychain holds %d secrets under other names, or is not available", len(k.secrets))
	}
	if err := s.Delete(t.Context(), Database(id)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), Database(id)); !errors.Is(err, ErrNotFound) || tusk.CategoryOf(err) != tusk.Keyring {
		t.Errorf("after the deletion: %v", err)
	}
}

func TestWithoutAKeychainTheSessionKeepsSecretsWithOneWarning(t *testing.T) {
	warnings := 0
	s := service(t, &fake{failure: errors.New("no keychain here")}, Options{Warn: func(*tusk.Error) { warnings++ }})
	if s.Available() || !strings.Contains(s.FallbackReason(), "no keychain here") {
		t.Errorf("available, or for another reason: %q", s.FallbackReason())
	}
	for _, text := range []string{"one", "two"} {
		key := Database(uuid.New())
		if err := s.Store(t.Context(), key, NewSecret(text)); err != nil {
			t.Fatal(err)
		}
		if got := revealed(t, s, key); got != text {
			t.Errorf("got %q", got)
		}
	}
	if warnings != 1 {
		t.Errorf("the user was warned %d times", warnings)
	}
}

func TestSessionSecretsNeverReachTheKeychain(t *testing.T) {
	k := &fake{}
	s := service(t, k, Options{})
	key := Database(uuid.New())
	if err := s.SetSession(key, NewSecret("from a URL")); err != nil {
		t.Fatal(err)
	}
	if revealed(t, s, key) != "from a URL" {
		t.Error("the session does not give the secret")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if len(k.secrets) != 0 {
		t.Error("the keychain has it")
	}
}

func TestHangingKeychainCostsACallerItsOwnTimeAlone(t *testing.T) {
	k := &fake{hang: make(chan struct{})}
	s := service(t, k, Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := s.Get(ctx, Database(uuid.New())); err == nil {
		t.Error("a keychain that hangs gave a secret")
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the caller waited %v", took)
	}
}

func TestSecretShowsItselfNowhere(t *testing.T) {
	secret := NewSecret("hunter2")
	encoded, err := json.Marshal(map[string]any{"password": secret})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("connecting", "with", secret)
	for _, text := range []string{fmt.Sprint(secret), fmt.Sprintf("%+v %#v %s %q %x", secret, secret, secret, secret, secret), string(encoded), log.String()} {
		if strings.Contains(text, "hunter2") || strings.Contains(text, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("the secret is in %s", text)
		}
	}
	if secret.Reveal() != "hunter2" {
		t.Error("the secret is lost")
	}
}

func TestRedact(t *testing.T) {
	for _, text := range []string{
		"postgres://me:hunter2@db:5432/x", "dial postgresql://me:hun@ter2@db failed", "host=db password=hunter2 user=me",
		"password='hunter2 and more' host=db", `{"password": "hunter2"}`, "PGPASSWORD=hunter2",
	} {
		if got := Redact(text); strings.Contains(got, "hunter2") || strings.Contains(got, "ter2") {
			t.Errorf("%s became %s", text, got)
		}
	}
	for _, text := range []string{"select 1", "postgres://me@db/x", "connected to db:5432 in 3 ms"} {
		if got := Redact(text); got != text {
			t.Errorf("%s became %s", text, got)
		}
	}
}
