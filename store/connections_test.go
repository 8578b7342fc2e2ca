package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

func save(t testing.TB, s *store.Store, connections ...tusk.ConnectionConfig) {
	t.Helper()
	for _, c := range connections {
		if err := s.SaveConnection(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
}

func names(connections []store.Connection, err error) (string, error) {
	var found []string
	for _, c := range connections {
		found = append(found, c.Name)
	}
	return strings.Join(found, " "), err
}

func TestConnectionComesBackAsSaved(t *testing.T) {
	dir := t.TempDir()
	want := connection("production")
	s := open(t, dir)
	save(t, s, want)
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

func TestSavingAgainReplacesAndKeepsTheTimes(t *testing.T) {
	s := open(t, t.TempDir())
	c := connection("shop")
	save(t, s, c)
	if err := s.TouchConnection(t.Context(), c.ID, time.Now()); err != nil {
		t.Fatal(err)
	}
	before, err := s.Connection(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	c.Host, c.Color, c.SSHTunnel, c.Options.StatementTimeoutSecs = "other.example.com", "", nil, 0
	save(t, s, c)
	after, err := s.Connection(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if after.ConnectionConfig != c {
		t.Errorf("got %+v\nwant %+v", after.ConnectionConfig, c)
	}
	if !after.CreatedAt.Equal(before.CreatedAt) || !after.LastConnectedAt.Equal(before.LastConnectedAt) || !after.UpdatedAt.After(before.UpdatedAt) {
		t.Errorf("times before %v %v %v, after %v %v %v", before.CreatedAt, before.LastConnectedAt, before.UpdatedAt,
			after.CreatedAt, after.LastConnectedAt, after.UpdatedAt)
	}
	if tunnels, err := s.Tunnels(t.Context()); err != nil || len(tunnels) != 1 {
		t.Errorf("tunnels %v, %v: the tunnel of before may be another connection's", tunnels, err)
	}
}

func TestEphemeralConnectionsAreNotListed(t *testing.T) {
	s := open(t, t.TempDir())
	saved, ephemeral, promoted := connection("b saved"), connection("A ephemeral"), connection("C promoted")
	save(t, s, saved)
	for _, c := range []tusk.ConnectionConfig{ephemeral, promoted, saved} { // a saved one stays saved
		if err := s.SaveEphemeral(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	save(t, s, promoted)
	if got, err := names(s.Connections(t.Context())); got != "b saved C promoted" {
		t.Errorf("Connections: %s, %v", got, err)
	}
	if got, err := names(s.AllConnections(t.Context())); got != "A ephemeral b saved C promoted" {
		t.Errorf("AllConnections: %s, %v", got, err)
	}
	if got, err := s.Connection(t.Context(), ephemeral.ID); got.Origin != store.Ephemeral {
		t.Errorf("by id: %+v, %v", got, err)
	}
	if _, err := s.ConnectionByName(t.Context(), ephemeral.Name); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("by name: %v", err)
	}
}

func TestNameThatSeveralHaveIsAnError(t *testing.T) {
	s := open(t, t.TempDir())
	save(t, s, connection("shop"), connection("shop"))
	_, err := s.ConnectionByName(t.Context(), "shop")
	if info := tusk.InfoOf(err); info.Message != `2 connections are named "shop"` || !strings.Contains(info.Hint, "Rename") {
		t.Errorf("got %+v", info)
	}
}

func TestInvalidConnectionIsNotSaved(t *testing.T) {
	s := open(t, t.TempDir())
	c := connection("shop")
	c.Port, c.SSHTunnel.Username = 70000, ""
	for _, save := range []func(context.Context, tusk.ConnectionConfig) error{s.SaveConnection, s.SaveEphemeral} {
		field, ok := errors.AsType[*tusk.FieldError](save(t.Context(), c))
		if !ok || field.Field != "port" {
			t.Errorf("got %+v", field)
		}
	}
	if all, err := s.AllConnections(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("saved %v, %v", all, err)
	}
}

func TestRemovingAConnectionTakesItsHistoryAlong(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	gone, other := connection("gone"), connection("other")
	save(t, s, gone, other)
	add(t, s, entry(gone, "select gone"), entry(other, "select other"))
	query, err := s.SaveQuery(t.Context(), tusk.SavedQuery{Name: "q", SQL: "select 1", ConnectionID: &gone.ID})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveConnection(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	if got := sqls(t, s, store.HistoryFilter{}); got != "select other" {
		t.Errorf("history %q", got)
	}
	if got := lines(t, sqlite(t, dir), `SELECT rowid FROM query_history_text WHERE query_history_text MATCH 'select'`); len(got) != 1 {
		t.Errorf("the search index still has %d entries", len(got))
	}
	if query, err = s.SavedQuery(t.Context(), query.ID); err != nil || query.ConnectionID != nil {
		t.Errorf("saved query %+v, %v: should stay without a connection", query, err)
	}
	if tunnels, err := s.Tunnels(t.Context()); err != nil || len(tunnels) != 2 {
		t.Errorf("tunnels %v, %v", tunnels, err)
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	s := open(t, t.TempDir())
	ctx, id := t.Context(), uuid.New()
	second := func(_ any, err error) error { return err }
	for name, err := range map[string]error{
		"Connection":       second(s.Connection(ctx, id)),
		"ConnectionByName": second(s.ConnectionByName(ctx, "none")),
		"RemoveConnection": s.RemoveConnection(ctx, id),
		"TouchConnection":  s.TouchConnection(ctx, id, time.Now()),
		"Tunnel":           second(s.Tunnel(ctx, id)),
		"RemoveTunnel":     s.RemoveTunnel(ctx, id),
		"HistoryEntry":     second(s.HistoryEntry(ctx, 1)),
		"PinHistory":       s.PinHistory(ctx, 1),
		"UnpinHistory":     s.UnpinHistory(ctx, 1),
		"RemoveHistory":    s.RemoveHistory(ctx, 1),
		"SavedQuery":       second(s.SavedQuery(ctx, id)),
		"RemoveQuery":      s.RemoveQuery(ctx, id),
		"MoveFolder":       s.MoveFolder(ctx, "none", "a"),
		"RemoveFolder":     second(s.RemoveFolder(ctx, "none")),
		"UIState":          second(s.UIState(ctx, "none")),
		"Grant":            second(s.Grant(ctx, "none", "none")),
	} {
		if !errors.Is(err, store.ErrNotFound) || tusk.CategoryOf(err) != tusk.Storage || tusk.InfoOf(err).Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnEndedContextIsCancelled(t *testing.T) {
	s := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, listing := s.Connections(ctx)
	for name, err := range map[string]error{
		"Connections": listing, "SaveConnection": s.SaveConnection(ctx, connection("c")), "RemoveTunnel": s.RemoveTunnel(ctx, uuid.New()),
	} {
		if tusk.CategoryOf(err) != tusk.Cancelled || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRemovingATunnelMakesItsConnectionsDirect(t *testing.T) {
	s := open(t, t.TempDir())
	a, b := connection("a"), connection("b")
	b.SSHTunnel = a.SSHTunnel
	save(t, s, a, b)
	if err := s.RemoveTunnel(t.Context(), a.SSHTunnel.ID); err != nil {
		t.Fatal(err)
	}
	for _, id := range []uuid.UUID{a.ID, b.ID} {
		if c, err := s.Connection(t.Context(), id); err != nil || c.SSHTunnel != nil {
			t.Errorf("%s: tunnel %v, %v", c.Name, c.SSHTunnel, err)
		}
	}
}

func TestTunnelIsSavedForAllItsConnections(t *testing.T) {
	s := open(t, t.TempDir())
	a, b := connection("a"), connection("b")
	b.SSHTunnel = a.SSHTunnel
	save(t, s, a, b)
	tunnel := *a.SSHTunnel
	tunnel.Name, tunnel.AuthMethod, tunnel.KeyPath, tunnel.Port = "Bastion", tusk.SSHAgent, "", 2222
	if err := s.SaveTunnel(t.Context(), tunnel); err != nil {
		t.Fatal(err)
	}
	all, err := s.Connections(t.Context())
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	for _, c := range all {
		if *c.SSHTunnel != tunnel {
			t.Errorf("%s goes through %+v, want %+v", c.Name, *c.SSHTunnel, tunnel)
		}
	}
	second := tusk.SSHTunnelConfig{Name: "another", Host: "h", Username: "u", AuthMethod: tusk.SSHPassword}.WithDefaults()
	if err := s.SaveTunnel(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	tunnels, err := s.Tunnels(t.Context())
	if err != nil || !slices.EqualFunc(tunnels, []tusk.SSHTunnelConfig{second, tunnel},
		func(t store.Tunnel, c tusk.SSHTunnelConfig) bool { return t.SSHTunnelConfig == c }) {
		t.Errorf("got %+v, %v", tunnels, err)
	}
	if got, err := s.Tunnel(t.Context(), second.ID); err != nil || got.SSHTunnelConfig != second || time.Since(got.CreatedAt) > time.Minute {
		t.Errorf("got %+v, %v", got, err)
	}
	second.Host = ""
	if field, ok := errors.AsType[*tusk.FieldError](s.SaveTunnel(t.Context(), second)); !ok || field.Field != "host" {
		t.Errorf("a tunnel without a host: %v", field)
	}
}
