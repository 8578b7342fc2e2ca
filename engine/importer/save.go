package importer

import (
	"context"
	"errors"
	"fmt"

	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// Outcome is what became of something found.
type Outcome struct {
	Found
	SavedAs string // the name it was saved under; "" where it was not
	Known   bool   // it is saved already, and stays as it is
}

// Save saves what was found and has no problem, with its secrets. What was
// imported before stays as it is, since it may have been changed; a name that
// another connection has gets a number. It ends at the first error, with what was
// done until then.
func Save(ctx context.Context, state *engine.State, all []Found) ([]Outcome, error) {
	var done []Outcome
	for _, found := range all {
		outcome, err := save(ctx, state, found)
		if err != nil {
			return done, err
		}
		done = append(done, outcome)
	}
	return done, nil
}

func save(ctx context.Context, state *engine.State, found Found) (Outcome, error) {
	outcome := Outcome{Found: found}
	if found.Problem != nil {
		return outcome, nil
	}
	config := found.Config
	switch _, err := state.FindSaved(ctx, config.ID.String()); {
	case err == nil:
		outcome.Known = true
		return outcome, nil
	case !errors.Is(err, store.ErrNotFound):
		return outcome, err
	}
	for n := 2; ; n++ {
		_, err := state.FindSaved(ctx, config.Name)
		if errors.Is(err, store.ErrNotFound) {
			break
		}
		if err != nil {
			return outcome, err
		}
		config.Name = fmt.Sprintf("%s (%d)", found.Config.Name, n)
	}
	if err := state.Save(ctx, config); err != nil {
		outcome.Problem = err // such as a certificate that is not there
		return outcome, nil
	}
	outcome.SavedAs = config.Name
	if !found.Password.IsZero() {
		if err := state.StorePassword(ctx, config, found.Password); err != nil {
			return outcome, err
		}
	}
	if !found.TunnelSecret.IsZero() && config.SSHTunnel != nil {
		return outcome, state.StoreSSHSecret(ctx, *config.SSHTunnel, found.TunnelSecret)
	}
	return outcome, nil
}
