package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// open opens a store of dir that must be as asked.
func open(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, warning, err := store.Open(t.Context(), dir)
	if err != nil || warning != nil {
		t.Fatalf("Open: warning %v, error %v", warning, err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// connection is a valid configuration with every field set.
func connection(name string) tusk.ConnectionConfig {
	return tusk.ConnectionConfig{
		Name: name, Host: "db.example.com", Port: 6432, Database: "shop", Username: "ana",
		SSLMode: tusk.SSLVerifyFull, SSLRootCert: "/ca.pem", SSLCert: "/ana.pem", SSLKey: "/ana.key",
		SSHTunnel: &tusk.SSHTunnelConfig{Host: "jump.example.com", Username: "ana", AuthMethod: tusk.SSHKey, KeyPath: "/id"},
		Options:   tusk.ConnectionOptions{ConnectTimeoutSecs: 3, StatementTimeoutSecs: 60, ReadOnly: true, ApplicationName: "Tusk test"},
		Color:     "#ff8800",
	}.WithDefaults()
}

func TestConnectionComesBackAsSaved(t *testing.T) {
	dir := t.TempDir()
	want := connection("production")
	s := open(t, dir)
	if err := s.SaveConnection(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	connected := time.Date(2026, 7, 1, 12, 30, 0, 123456000, time.UTC)
	if err := s.TouchConnection(t.Context(), want.ID, connected); err != nil {
		t.Fatal(err)
	}
	again := open(t, dir) // another process, say
	got, err := again.ConnectionByName(t.Context(), "production")
	if err != nil {
		t.Fatal(err)
	}
	if got.SSHTunnel == nil || *got.SSHTunnel != *want.SSHTunnel {
		t.Errorf("tunnel %+v, want %+v", got.SSHTunnel, want.SSHTunnel)
	}
	got.SSHTunnel, want.SSHTunnel = nil, nil
	if got.ConnectionConfig != want {
		t.Errorf("got %+v\nwant %+v", got.ConnectionConfig, want)
	}
	if got.Origin != store.Saved || !got.LastConnectedAt.Equal(connected) || time.Since(got.CreatedAt) > time.Minute {
		t.Errorf("got origin %q, last connected %v, created %v", got.Origin, got.LastConnectedAt, got.CreatedAt)
	}
}

func TestUnknownConnectionIsNotFound(t *testing.T) {
	s := open(t, t.TempDir())
	_, err := s.Connection(t.Context(), uuid.New())
	if !errors.Is(err, store.ErrNotFound) || tusk.CategoryOf(err) != tusk.Storage {
		t.Errorf("got %v", err)
	}
}
