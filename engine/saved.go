package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/tunnel"
	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// Saved lists the saved connections by name.
func (s *State) Saved(ctx context.Context) ([]Source, error) {
	saved, err := s.config.Store.Connections(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Source, len(saved))
	for i, connection := range saved {
		list[i] = savedSource(connection)
	}
	return list, nil
}

// FindSaved finds a saved connection by its name or its id.
func (s *State) FindSaved(ctx context.Context, nameOrID string) (store.Connection, error) {
	if id, err := uuid.Parse(nameOrID); err == nil {
		if saved, err := s.config.Store.Connection(ctx, id); err == nil && saved.Origin == store.Saved {
			return saved, nil
		}
	}
	return s.config.Store.ConnectionByName(ctx, nameOrID)
}

// FindKnown is FindSaved that also finds a connection that nobody saved, such as
// one of a workspace, once it was used: it too can have a password.
func (s *State) FindKnown(ctx context.Context, nameOrID string) (store.Connection, error) {
	saved, err := s.FindSaved(ctx, nameOrID)
	if !errors.Is(err, store.ErrNotFound) {
		return saved, err
	}
	all, listErr := s.config.Store.AllConnections(ctx)
	if listErr != nil {
		return store.Connection{}, listErr
	}
	all = slices.DeleteFunc(all, func(c store.Connection) bool { return c.Name != nameOrID && c.ID.String() != nameOrID })
	if len(all) == 0 {
		return store.Connection{}, err
	}
	return slices.MaxFunc(all, func(a, b store.Connection) int { return a.UpdatedAt.Compare(b.UpdatedAt) }), nil
}

func savedSource(c store.Connection) Source {
	return Source{Config: c.ConnectionConfig, Origin: OriginSaved}
}

// Save validates a connection and saves it, in place of one with its id, which
// then goes on as configured now. Its name must be its own. A password is kept
// apart, with StorePassword; one that was stored for another host, port, user
// or weaker TLS mode no longer serves.
func (s *State) Save(ctx context.Context, config tusk.ConnectionConfig) error {
	if err := config.Validate(); err != nil {
		return err
	}
	if err := checkFiles(config); err != nil {
		return err
	}
	other, err := s.config.Store.ConnectionByName(ctx, config.Name)
	switch {
	case err == nil && other.ID != config.ID:
		return &tusk.Error{
			Category: tusk.Connection,
			Message:  fmt.Sprintf("there is a connection named %s already", config.Name),
			Hint:     "Choose another name, or update or remove that one.",
		}
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return err
	}
	before, err := s.config.Store.Connection(ctx, config.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := s.config.Store.SaveConnection(ctx, config); err != nil {
		return err
	}
	defer s.changed()
	if err := s.dropTunnel(ctx, before.SSHTunnel); err != nil {
		return err
	}
	if _, err := s.connection(config.ID); err != nil {
		return nil // not in use
	}
	return s.Add(config)
}

// checkFiles tells which files of a configuration are missing, while the user
// is there to correct it.
func checkFiles(c tusk.ConnectionConfig) error {
	files := map[string]string{"ssl_root_cert": c.SSLRootCert, "ssl_cert": c.SSLCert, "ssl_key": c.SSLKey}
	if c.SSHTunnel != nil && c.SSHTunnel.AuthMethod == tusk.SSHKey {
		files["ssh_tunnel.key_path"] = tunnel.ExpandHome(c.SSHTunnel.KeyPath)
	}
	var missing []error
	for field, path := range files {
		if path == "" {
			continue
		}
		if _, err := os.Stat(path); err != nil {
			missing = append(missing, &tusk.FieldError{Field: field, Message: fmt.Sprintf("%s cannot be read", path)})
		}
	}
	if len(missing) == 0 {
		return nil
	}
	err := errors.Join(missing...)
	return tusk.NewError(tusk.Connection, err, "invalid connection settings: %v", err).WithHint("Correct the named fields.")
}

// Duplicate saves a copy of a saved connection under another name, with a tunnel
// and with secrets of its own.
func (s *State) Duplicate(ctx context.Context, id uuid.UUID, name string) (tusk.ConnectionConfig, error) {
	saved, err := s.config.Store.Connection(ctx, id)
	if err != nil {
		return tusk.ConnectionConfig{}, err
	}
	twin := saved.ConnectionConfig
	twin.ID, twin.Name = uuid.New(), name
	copies := map[secrets.Key]secrets.Key{secrets.Database(id): secrets.Database(twin.ID)}
	if saved.SSHTunnel != nil {
		tunnel := *saved.SSHTunnel
		tunnel.ID = uuid.New()
		twin.SSHTunnel = &tunnel
		copies[secrets.SSH(saved.SSHTunnel.ID)] = secrets.SSH(tunnel.ID)
	}
	if err := s.Save(ctx, twin); err != nil {
		return tusk.ConnectionConfig{}, err
	}
	for from, to := range copies {
		secret, err := s.config.Secrets.Get(ctx, from)
		if errors.Is(err, secrets.ErrNotFound) {
			continue
		}
		if err == nil {
			err = s.config.Secrets.Store(ctx, to, secret)
		}
		if err != nil {
			return twin, err
		}
	}
	return twin, nil
}

// Forget removes a saved connection: what lives because of it ends, its history
// and its password go, and its tunnel with that one's secret where no other
// connection uses it.
func (s *State) Forget(ctx context.Context, id uuid.UUID) error {
	saved, err := s.config.Store.Connection(ctx, id)
	if err != nil {
		return err
	}
	if err := s.config.Secrets.Delete(ctx, secrets.Database(id)); err != nil {
		return err
	}
	if err := s.config.Store.DeleteGrant(ctx, passwordCommand, id.String()); err != nil {
		return err
	}
	s.Remove(id)
	if s.disk != nil {
		if err := s.disk.cache.Remove(id); err != nil {
			return err
		}
	}
	if err := s.config.Store.RemoveConnection(ctx, id); err != nil {
		return err
	}
	defer s.changed()
	return s.dropTunnel(ctx, saved.SSHTunnel)
}

// dropTunnel forgets a tunnel and its secret where no connection uses it any
// more; nil is none.
func (s *State) dropTunnel(ctx context.Context, t *tusk.SSHTunnelConfig) error {
	if t == nil {
		return nil
	}
	rest, err := s.config.Store.AllConnections(ctx)
	if err != nil {
		return err
	}
	for _, other := range rest {
		if other.SSHTunnel != nil && other.SSHTunnel.ID == t.ID {
			return nil
		}
	}
	if err := s.config.Secrets.Delete(ctx, secrets.SSH(t.ID)); err != nil {
		return err
	}
	return s.config.Store.RemoveTunnel(ctx, t.ID)
}

// Export writes connections, history, saved queries and UI state as JSON,
// without secrets.
func (s *State) Export(ctx context.Context, w io.Writer) error { return s.config.Store.Export(ctx, w) }

// Import adds what Export wrote. What is there already stays as it is.
func (s *State) Import(ctx context.Context, r io.Reader) (store.Imported, error) {
	imported, err := s.config.Store.Import(ctx, r)
	if err == nil {
		s.changed()
	}
	return imported, err
}
