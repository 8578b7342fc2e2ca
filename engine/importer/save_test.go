package importer_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/engine/importer"
	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/store"
)

func TestSave(t *testing.T) {
	kept, _, err := store.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	vault := secrets.New(secrets.Options{Disabled: "a test"})
	state := engine.New(engine.Config{Store: kept, Secrets: vault})
	t.Cleanup(func() {
		state.Close()
		if err := errors.Join(vault.Close(), kept.Close()); err != nil {
			t.Error(err)
		}
	})
	if err := state.Save(t.Context(), tusk.ConnectionConfig{Name: "dev", Username: "me"}.WithDefaults()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "connections.json")
	text := `[{"name": "dev", "url": "postgres://joe:pw@db/shop"}, {"name": "prod", "url": "postgres://joe@prod/shop"}, {"name": "env", "url": "$URL"}]`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := importer.From(path, importer.Dadbod)
	if err != nil {
		t.Fatal(err)
	}
	names := func(want ...string) {
		t.Helper()
		done, err := importer.Save(t.Context(), state, found)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, outcome := range done {
			got = append(got, outcome.SavedAs)
		}
		if !slices.Equal(got, want) {
			t.Errorf("saved as %q, want %q", got, want)
		}
	}
	names("dev (2)", "prod", "")
	names("", "", "") // they are there
	saved, err := state.FindSaved(t.Context(), "dev (2)")
	if err != nil {
		t.Fatal(err)
	}
	if has, err := vault.Has(t.Context(), secrets.Database(saved.ID)); err != nil || !has {
		t.Errorf("its password is not kept: %v", err)
	}
}
