package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tusk-lsp/tusk-lsp/store"
)

func newHistoryCommand(g *globalFlags) *cobra.Command {
	var limit int
	command := &cobra.Command{
		Use:   "history [WORD...]",
		Short: "List the statements that were run, the newest first",
		RunE: withApplication(g, func(cmd *cobra.Command, args []string, a *application) error {
			found, err := a.store.History(cmd.Context(), store.HistoryFilter{Text: strings.Join(args, " "), Limit: limit})
			if err != nil {
				return err
			}
			for _, entry := range found {
				outcome := entry.ErrorMessage
				if outcome == "" && entry.RowCount != nil {
					outcome = fmt.Sprintf("%d rows", *entry.RowCount)
				}
				took := ""
				if entry.ExecutionTimeMS != nil {
					took = fmt.Sprintf("%d ms", *entry.ExecutionTimeMS)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "-- %s  %s  %s\n%s;\n\n",
					entry.ExecutedAt.Local().Format(time.DateTime), took, outcome, entry.SQL)
			}
			return nil
		}),
	}
	command.Flags().IntVar(&limit, "limit", 20, "entries at most")
	return command
}
