package lsp

import (
	"context"
	"fmt"
	"strconv"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// HistoryParams is the argument of tusk.history.list. Conditions add up.
type HistoryParams struct {
	ConnectionParams           // a connection's name or id; "": any
	Text             string    `json:"text,omitempty"`    // words that each occur in the SQL
	Since            time.Time `json:"since,omitzero"`    // executed then or later
	Until            time.Time `json:"until,omitzero"`    // executed before
	Outcome          string    `json:"outcome,omitempty"` // "succeeded", "failed" or "": any
	Pinned           bool      `json:"pinned,omitempty"`  // only what is pinned
	Before           int64     `json:"before,omitempty"`  // the id that a page ended with: the page after it
	Limit            int       `json:"limit,omitempty"`   // 0: the store's default
}

// listHistory answers with store.HistoryEntry values, the newest first.
func (s *session) listHistory(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) HistoryParams { return HistoryParams{Text: word} })
	if err != nil {
		return nil, err
	}
	filter := store.HistoryFilter{
		Text: params.Text, Since: params.Since, Until: params.Until,
		Pinned: params.Pinned, Before: params.Before, Limit: params.Limit,
	}
	switch params.Outcome {
	case "":
	case "succeeded":
		filter.Outcome = store.Succeeded
	case "failed":
		filter.Outcome = store.Failed
	default:
		return nil, &tusk.Error{Category: tusk.Query, Message: fmt.Sprintf("%q is no outcome", params.Outcome), Hint: "Use succeeded or failed."}
	}
	if params.Name != "" {
		source, err := s.named(ctx, now, params.ConnectionParams)
		if err != nil {
			return nil, err
		}
		filter.ConnectionID = source.Config.ID
	}
	return s.store.History(ctx, filter)
}

// HistoryEntryParams is the argument of tusk.history.pin, unpin and remove.
type HistoryEntryParams struct {
	ID int64 `json:"id"`
}

func (s *session) pinHistory(ctx context.Context, _ *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	return s.changeHistory(ctx, p, s.store.PinHistory)
}

func (s *session) unpinHistory(ctx context.Context, _ *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	return s.changeHistory(ctx, p, s.store.UnpinHistory)
}

func (s *session) removeHistory(ctx context.Context, _ *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	return s.changeHistory(ctx, p, s.store.RemoveHistory)
}

func (s *session) changeHistory(ctx context.Context, p protocol.ExecuteCommandParams, change func(context.Context, int64) error) (any, error) {
	params, err := argument(p, func(word string) HistoryEntryParams {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return HistoryEntryParams{} // which no entry has
		}
		return HistoryEntryParams{id}
	})
	if err != nil {
		return nil, err
	}
	return params, change(ctx, params.ID)
}

// pruneHistory removes what the settings do not keep, once a session.
func (s *session) pruneHistory() {
	keep := s.now().settings.History
	s.background.Go(func() {
		removed, err := s.store.PruneHistory(s.life, store.Retention{
			MaxEntries: keep.MaxEntries, MaxAge: time.Duration(keep.MaxDays) * 24 * time.Hour,
		})
		switch {
		case err != nil && s.life.Err() == nil:
			s.log.Warn("the history was not pruned", "err", err)
		case removed > 0:
			s.log.Info("the history was pruned", "removed", removed)
		}
	})
}
