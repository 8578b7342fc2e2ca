package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

func newHistoryCommand(g *globalFlags) *cobra.Command {
	return onlyHelp("history", "Find, pin and remove the statements that were run",
		newHistoryList(g), newHistoryShow(g),
		newHistoryChange(g, "pin", "pinned", "Protect an entry from `prune` and `clear`", (*store.Store).PinHistory),
		newHistoryChange(g, "unpin", "unpinned", "End the protection of an entry", (*store.Store).UnpinHistory),
		newHistoryChange(g, "remove", "removed", "Remove an entry, pinned or not", (*store.Store).RemoveHistory),
		newHistoryClear(g), newHistoryPrune(g))
}

func newHistoryShow(g *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show an entry with its whole SQL",
		Args:  oneEntry,
		RunE: withEntry(g, func(cmd *cobra.Command, a *application, id int64) error {
			ctx := cmd.Context()
			e, err := a.store.HistoryEntry(ctx, id)
			if err != nil {
				return err
			}
			names, err := a.connectionNames(ctx)
			if err != nil {
				return err
			}
			outcome := result(e)
			if e.ErrorMessage != "" {
				outcome = "failed: " + e.ErrorMessage
			}
			// Comments, so that psql takes the whole.
			w := cmd.OutOrStdout()
			for _, line := range []string{
				e.ExecutedAt.Local().Format(time.DateTime) + " on " + names[e.ConnectionID] + suffix(e.Pinned, ", pinned"),
				strings.TrimPrefix(took(e)+", "+outcome, ", "),
			} {
				fmt.Fprintln(w, "-- "+strings.ReplaceAll(line, "\n", "\n-- "))
			}
			_, err = fmt.Fprintln(w, strings.TrimRight(e.SQL, "; \n")+";")
			return err
		}),
	}
}

var oneEntry = arguments(1, "the id of one entry, as `history list` tells it")

// withEntry runs a subcommand on the id of an entry.
func withEntry(g *globalFlags, run func(cmd *cobra.Command, a *application, id int64) error) runFunc {
	return withApplication(g, func(cmd *cobra.Command, args []string, a *application) error {
		id, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil {
			return usageError(fmt.Sprintf("%q is no id of an entry", args[0]))
		}
		err = run(cmd, a, id)
		if errors.Is(err, store.ErrNotFound) {
			return tusk.NewError(tusk.Storage, nil, "the history has no entry %d", id).WithHint("`tusk-lsp history list` tells the ids.")
		}
		return err
	})
}

func newHistoryChange(g *globalFlags, verb, done, short string, change func(*store.Store, context.Context, int64) error) *cobra.Command {
	return &cobra.Command{
		Use:   verb + " ID",
		Short: short,
		Args:  oneEntry,
		RunE: withEntry(g, func(cmd *cobra.Command, a *application, id int64) error {
			if err := change(a.store, cmd.Context(), id); err != nil {
				return err
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s entry %d\n", done, id)
			return err
		}),
	}
}

// connectionID finds the connection of a history, also one that nobody saved;
// uuid.Nil for no name.
func (a *application) connectionID(ctx context.Context, name string) (uuid.UUID, error) {
	if name == "" {
		return uuid.Nil, nil
	}
	known, err := a.engine.FindKnown(ctx, name)
	return known.ID, named(err, name)
}

func (a *application) connectionNames(ctx context.Context) (map[uuid.UUID]string, error) {
	all, err := a.store.AllConnections(ctx)
	names := map[uuid.UUID]string{}
	for _, c := range all {
		names[c.ID] = c.Name
	}
	return names, err
}

func took(e store.HistoryEntry) string {
	if e.ExecutionTimeMS == nil {
		return ""
	}
	return (time.Duration(*e.ExecutionTimeMS) * time.Millisecond).String()
}

func result(e store.HistoryEntry) string {
	switch {
	case e.ErrorMessage != "":
		return "failed"
	case e.RowCount != nil:
		return strconv.FormatInt(*e.RowCount, 10) + " rows"
	}
	return "ok"
}
