package store_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

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
		Options: tusk.ConnectionOptions{ConnectTimeoutSecs: 3, StatementTimeoutSecs: 60, ReadOnly: true, ApplicationName: "Tusk test",
			LockTimeoutSecs: 5, IdleInTransactionTimeoutSecs: 300, ManualCommit: true, Environment: tusk.Staging, Confirm: tusk.ConfirmWrites},
		Color: "#ff8800",
	}.WithDefaults()
}

func TestCloseTwice(t *testing.T) {
	s := open(t, t.TempDir())
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Connections(t.Context()); tusk.CategoryOf(err) != tusk.Storage {
		t.Errorf("after Close: %v", err)
	}
}

func TestFilesAreTheUsersOwn(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the user's profile is private by its access list")
	}
	dir := filepath.Join(t.TempDir(), "new", "tusk")
	s := open(t, dir)
	save(t, s, connection("c")) // so that the log is there too
	if s.InMemory() || s.Path() != filepath.Join(dir, store.FileName) {
		t.Errorf("path %q, in memory %t", s.Path(), s.InMemory())
	}
	for path, want := range map[string]os.FileMode{
		dir: 0o700, s.Path(): 0o600, s.Path() + "-wal": 0o600, s.Path() + "-shm": 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
	}
}

func TestEveryOpenSeesWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	for range 3 {
		s := open(t, dir)
		save(t, s, connection("c"))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := names(open(t, dir).Connections(t.Context())); got != "c c c" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestStoreIsSafeFromAnyGoroutine(t *testing.T) {
	s := open(t, t.TempDir())
	c := connection("c")
	save(t, s, c)
	const goroutines, rounds = 8, 5
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for i := range rounds {
				id, err := s.AddHistory(t.Context(), entry(c, fmt.Sprintf("select %d", i)))
				_, listing := s.History(t.Context(), store.HistoryFilter{Text: "select", Limit: 5})
				_, pruning := s.PruneHistory(t.Context(), store.Retention{MaxEntries: goroutines * rounds})
				exporting := s.Export(t.Context(), io.Discard)
				if err := errors.Join(err, listing, pruning, exporting, s.PinHistory(t.Context(), id), s.SaveConnection(t.Context(), c)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if found, err := s.History(t.Context(), store.HistoryFilter{Pinned: true, Limit: 2 * goroutines * rounds}); err != nil || len(found) != goroutines*rounds {
		t.Errorf("%d entries, %v", len(found), err)
	}
}
