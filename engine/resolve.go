package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// Resolve finds the connection that is meant. A name is looked for among the
// given sources (those of the settings), then among the saved connections, then
// in the service file. No name takes the first of: DATABASE_URL, libpq's variables, the saved
// connection used last. It answers false where there is none.
func (s *State) Resolve(ctx context.Context, name string, given []Source, getenv func(string) string) (Source, bool, error) {
	if name != "" {
		for _, source := range given {
			if source.Config.Name == name {
				return source, true, nil
			}
		}
		saved, err := s.FindSaved(ctx, name)
		if errors.Is(err, store.ErrNotFound) {
			if source, ok, serviceErr := fromService(name, getenv); ok || serviceErr != nil {
				return source, ok, serviceErr
			}
		}
		if err != nil {
			return Source{}, false, err
		}
		return savedSource(saved), true, nil
	}
	if raw := getenv("DATABASE_URL"); raw != "" {
		source, err := FromConninfo("DATABASE_URL", raw, "DATABASE_URL")
		return source, err == nil, err
	}
	if source, ok, err := FromEnvironment(getenv); ok || err != nil {
		return source, ok, err
	}
	saved, err := s.config.Store.Connections(ctx)
	if err != nil || len(saved) == 0 {
		return Source{}, false, err
	}
	last := slices.MaxFunc(saved, func(a, b store.Connection) int { return a.LastConnectedAt.Compare(b.LastConnectedAt) })
	return savedSource(last), true, nil
}

// Open makes a resolved connection known: its password is kept for the session,
// and one that nobody saved gets an owner for its history. It does not dial.
func (s *State) Open(ctx context.Context, source Source) error {
	id := source.Config.ID
	if !source.Password.IsZero() {
		err := keepSealed(source.Password, databaseRecipient(source.Config), func(sealed secrets.Secret) error {
			return s.config.Secrets.SetSession(secrets.Database(id), sealed)
		})
		if err != nil {
			return err
		}
	}
	if known, err := s.connection(id); err == nil && sameConfig(known.config, source.Config) {
		return nil
	}
	if source.Origin != OriginSaved {
		if err := s.config.Store.SaveEphemeral(ctx, source.Config); err != nil {
			return err
		}
	}
	return s.Add(source.Config)
}

// Connect validates a connection, and remembers when it worked. The user may be
// asked for a secret. The catalog is for Refresh to read.
func (s *State) Connect(ctx context.Context, id uuid.UUID) error {
	if err := s.validate(ctx, id); err != nil {
		return err
	}
	return s.config.Store.TouchConnection(ctx, id, time.Now())
}

func (s *State) validate(ctx context.Context, id uuid.UUID) error {
	c, err := s.connection(id)
	if err != nil {
		return err
	}
	return c.route.withAnswers(ctx, func() error { return c.pool.Validate(ctx) })
}
