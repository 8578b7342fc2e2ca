package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/tusk-lsp/tusk-lsp/store"
)

func newHistoryClear(g *globalFlags) *cobra.Command {
	var connection string
	var before moment
	command := &cobra.Command{
		Use:   "clear",
		Short: "Remove all entries, except pinned ones",
		Args:  noArguments,
		RunE: withApplication(g, func(cmd *cobra.Command, _ []string, a *application) error {
			ctx := cmd.Context()
			id, err := a.connectionID(ctx, connection)
			if err != nil {
				return err
			}
			var removed int64
			if before.IsZero() {
				removed, err = a.store.ClearHistory(ctx, id)
			} else {
				removed, err = a.clearBefore(ctx, id, before.Time)
			}
			return told(cmd.OutOrStdout(), removed, err)
		}),
	}
	command.Flags().StringVar(&connection, "connection", "", "only of the connection with this name")
	command.Flags().Var(&before, "before", "only what ran before then: 7d ago, 2026-01-31, or RFC 3339")
	return command
}

// clearBefore removes the older entries of a connection, uuid.Nil for all.
func (a *application) clearBefore(ctx context.Context, connection uuid.UUID, before time.Time) (removed int64, err error) {
	var old []int64 // all, before the first goes: pages follow each other by what is there
	filter := store.HistoryFilter{ConnectionID: connection, Until: before, Limit: 1000}
	for {
		page, err := a.store.History(ctx, filter)
		if err != nil {
			return 0, err
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			if filter.Before = e.ID; !e.Pinned {
				old = append(old, e.ID)
			}
		}
	}
	for _, id := range old {
		if err := a.store.RemoveHistory(ctx, id); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

func newHistoryPrune(g *globalFlags) *cobra.Command {
	var keep store.Retention
	var age days
	command := &cobra.Command{
		Use:   "prune",
		Short: "Remove old entries beyond a number or an age, except pinned ones",
		Args:  noArguments,
		RunE: withApplication(g, func(cmd *cobra.Command, _ []string, a *application) error {
			keep.MaxAge = time.Duration(age)
			removed, err := a.store.PruneHistory(cmd.Context(), keep)
			return told(cmd.OutOrStdout(), removed, err)
		}),
	}
	command.Flags().IntVar(&keep.MaxEntries, "max-entries", 100_000, "keep the newest so many; 0 for any number")
	command.Flags().Var(&age, "max-age", "keep what is not older, such as 90d (default: any age)")
	return command
}

// told tells how many entries went, also where an error ended it.
func told(w io.Writer, removed int64, err error) error {
	fmt.Fprintf(w, "removed %d entries\n", removed)
	return err
}
