package engine_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/store"
)

func TestSaveTellsWhatIsWrongWithEachField(t *testing.T) {
	state := newState(t)
	good := tusk.ConnectionConfig{Name: "shop", Username: "ada"}.WithDefaults()
	if err := state.Save(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*tusk.ConnectionConfig)
		words  []string
	}{
		"values": {func(c *tusk.ConnectionConfig) { c.Port, c.Color, c.SSLMode = 0, "red", "maybe" }, []string{"port:", "color:", "ssl_mode:"}},
		"files": {func(c *tusk.ConnectionConfig) {
			c.SSLRootCert = "/no/such/root.crt"
			c.SSHTunnel = &tusk.SSHTunnelConfig{ID: uuid.New(), Name: "gate", Host: "gate", Port: 22, Username: "ada", AuthMethod: tusk.SSHKey, KeyPath: "/no/such/key"}
		}, []string{"ssl_root_cert:", "ssh_tunnel.key_path:"}},
		"name": {func(c *tusk.ConnectionConfig) {}, []string{"named shop already"}},
	} {
		t.Run(name, func(t *testing.T) {
			bad := good
			bad.ID = uuid.New()
			if name != "name" {
				bad.Name = "another"
			}
			test.change(&bad)
			e := wantCategory(t, state.Save(t.Context(), bad), tusk.Connection)
			for _, word := range test.words {
				if !strings.Contains(e.Message, word) {
					t.Errorf("%q is not in %q", word, e.Message)
				}
			}
		})
	}
	renamed := good
	renamed.Name = "shop of today"
	if err := state.Save(t.Context(), renamed); err != nil {
		t.Errorf("a connection cannot be renamed: %v", err)
	}
	if _, err := state.FindSaved(t.Context(), "shop"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the old name is still found: %v", err)
	}
	if found, err := state.FindSaved(t.Context(), good.ID.String()); err != nil || found.Name != renamed.Name {
		t.Errorf("by its id: %+v, %v", found, err)
	}
}

func TestForgetLeavesNothing(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var vault *secrets.Service
	var kept *store.Store
	state := newState(t, func(c *engine.Config) { vault, kept = c.Secrets, c.Store })
	gate := tusk.SSHTunnelConfig{Host: "gate", Username: "ada", AuthMethod: tusk.SSHKey, KeyPath: key}.WithDefaults()
	first := tusk.ConnectionConfig{Name: "first", Username: "ada", SSHTunnel: &gate}.WithDefaults()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(state.Save(t.Context(), first))
	must(state.StorePassword(t.Context(), first, secrets.NewSecret("s3cret")))
	must(state.StoreSSHSecret(t.Context(), gate, secrets.NewSecret("s3cret")))
	must(state.SetPasswordCommand(t.Context(), first, []string{"true"}))
	must(state.Add(first))
	if _, err := kept.AddHistory(t.Context(), tusk.QueryHistoryEntry{ConnectionID: first.ID, SQL: "select 1"}); err != nil {
		t.Fatal(err)
	}
	second, err := state.Duplicate(t.Context(), first.ID, "second")
	must(err)
	has := func(key secrets.Key) bool {
		t.Helper()
		found, err := vault.Has(t.Context(), key)
		must(err)
		return found
	}

	must(state.Forget(t.Context(), first.ID))
	if has(secrets.Database(first.ID)) {
		t.Error("its password is there")
	}
	if !has(secrets.Database(second.ID)) || !has(secrets.SSH(second.SSHTunnel.ID)) {
		t.Error("the copy lost a secret")
	}
	if has(secrets.SSH(gate.ID)) {
		t.Error("the passphrase of a tunnel that nothing uses is there")
	}
	if history, err := kept.History(t.Context(), store.HistoryFilter{}); err != nil || len(history) != 0 {
		t.Errorf("its history is there: %+v, %v", history, err)
	}
	if len(state.Connections()) != 0 {
		t.Error("it is in use")
	}
	if _, err := kept.Grant(t.Context(), "password command", first.ID.String()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("its password command is there: %v", err)
	}

	direct := second
	direct.SSHTunnel = nil
	must(state.Save(t.Context(), direct))
	if has(secrets.SSH(second.SSHTunnel.ID)) {
		t.Error("the passphrase outlives the tunnel")
	}
	must(state.Forget(t.Context(), second.ID))
	if tunnels, err := kept.Tunnels(t.Context()); err != nil || len(tunnels) != 0 {
		t.Errorf("the tunnel is there: %+v, %v", tunnels, err)
	}
	wantCategory(t, state.Forget(t.Context(), second.ID), tusk.Storage)
}

func TestUpdateChangesWhatIsInUse(t *testing.T) {
	db := pgtest.New(t).Database(t)
	state := newState(t)
	s := source(t, db)
	if err := state.Save(t.Context(), s.Config); err != nil {
		t.Fatal(err)
	}
	open(t, state, s)
	must(t, state, s.Config.ID, "doc", `create table t ()`)
	s.Config.Options.ReadOnly = true
	if err := state.Save(t.Context(), s.Config); err != nil {
		t.Fatal(err)
	}
	fails(t, state, s.Config.ID, "doc", `drop table t`, tusk.Query)
}

func TestFilesAndFoldersAreAssigned(t *testing.T) {
	state := newState(t)
	folder, file := uuid.New(), uuid.New()
	const one, two = "file:///project/sub/one.sql", "file:///project/sub/deep/two.sql"
	for uri, id := range map[string]uuid.UUID{"file:///project/sub/": folder, two: file} {
		if err := state.Assign(t.Context(), uri, id); err != nil {
			t.Fatal(err)
		}
	}
	want := func(uri string, id uuid.UUID) {
		t.Helper()
		if got, err := state.Assigned(t.Context(), uri); err != nil || got != id {
			t.Errorf("%s has %v, %v, want %v", uri, got, err, id)
		}
	}
	want(one, folder)
	want(two, file)
	want("file:///project/other.sql", uuid.Nil)
	want("untitled:Untitled-1", uuid.Nil)
	if err := state.Assign(t.Context(), two, uuid.Nil); err != nil {
		t.Fatal(err)
	}
	want(two, folder)
}
