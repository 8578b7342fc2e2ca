package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tusk-lsp/tusk-lsp/store"
)

// historyFlags select entries.
type historyFlags struct {
	text, connection  string
	since, until      moment
	succeeded, failed bool
	pinned            bool
	limit             int
}

func newHistoryList(g *globalFlags) *cobra.Command {
	var f historyFlags
	var asJSON *bool
	command := &cobra.Command{
		Use:   "list",
		Short: "List the statements that were run, the newest first",
		Args:  noArguments,
		RunE: withApplication(g, func(cmd *cobra.Command, _ []string, a *application) error {
			filter, err := f.filter(cmd.Context(), a)
			if err != nil {
				return err
			}
			found, err := a.store.History(cmd.Context(), filter)
			if err != nil {
				return err
			}
			if *asJSON {
				return writeJSON(cmd.OutOrStdout(), found)
			}
			return a.listHistory(cmd.Context(), cmd.OutOrStdout(), found)
		}),
	}
	flags := command.Flags()
	flags.StringVar(&f.text, "text", "", "only SQL with all of these words")
	flags.StringVar(&f.connection, "connection", "", "only of the connection with this name")
	flags.Var(&f.since, "since", "only from then on: 2h or 7d ago, 2026-01-31, or RFC 3339")
	flags.Var(&f.until, "until", "only before then")
	flags.BoolVar(&f.succeeded, "succeeded", false, "only what worked")
	flags.BoolVar(&f.failed, "failed", false, "only what failed")
	flags.BoolVar(&f.pinned, "pinned", false, "only pinned entries")
	flags.IntVar(&f.limit, "limit", 20, "entries at most")
	asJSON = jsonFlag(command)
	return command
}

func (f historyFlags) filter(ctx context.Context, a *application) (store.HistoryFilter, error) {
	filter := store.HistoryFilter{Text: f.text, Since: f.since.Time, Until: f.until.Time, Pinned: f.pinned, Limit: f.limit}
	switch {
	case f.succeeded && f.failed:
		return filter, usageError("--succeeded and --failed select nothing together")
	case f.succeeded:
		filter.Outcome = store.Succeeded
	case f.failed:
		filter.Outcome = store.Failed
	}
	var err error
	filter.ConnectionID, err = a.connectionID(ctx, f.connection)
	return filter, err
}

// listHistory prints a line for each entry, as wide as the terminal.
func (a *application) listHistory(ctx context.Context, w io.Writer, entries []store.HistoryEntry) error {
	if len(entries) == 0 {
		_, err := fmt.Fprintln(w, "no entry was found")
		return err
	}
	names, err := a.connectionNames(ctx)
	if err != nil {
		return err
	}
	var text strings.Builder
	table := newTable(&text)
	fmt.Fprintln(table, "ID\tRUN AT\tCONNECTION\tTOOK\tRESULT\tSQL")
	for _, e := range entries {
		id := strconv.FormatInt(e.ID, 10) + suffix(e.Pinned, "*")
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", id, e.ExecutedAt.Local().Format("2006-01-02 15:04"),
			names[e.ConnectionID], took(e), result(e), strings.Join(strings.Fields(e.SQL), " "))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	columns := width(w)
	for line := range strings.Lines(text.String()) {
		if _, err := io.WriteString(w, clip(line, columns)); err != nil {
			return err
		}
	}
	return nil
}
