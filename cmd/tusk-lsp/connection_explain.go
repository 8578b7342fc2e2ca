package main

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

func newConnectionExplain(g *globalFlags) *cobra.Command {
	var asJSON *bool
	command := &cobra.Command{
		Use:   "explain [NAME]",
		Short: "Tell for each value of a connection where it comes from",
		Long: `Tell for each value of a connection where it comes from. Nothing is dialled.
Without a name it is the one that a document uses for which nothing else is
chosen: DATABASE_URL, libpq's variables, or the saved connection used last.`,
		Args: atMost(1),
		RunE: withApplication(g, func(cmd *cobra.Command, args []string, a *application) error {
			name := strings.Join(args, "") // at most one
			source, found, err := a.engine.Resolve(cmd.Context(), name, nil, os.Getenv)
			switch {
			case err != nil:
				return named(err, name)
			case !found:
				return tusk.NewError(tusk.Connection, nil, "there is no connection: neither DATABASE_URL nor PGHOST is set, and none is saved").
					WithHint("`tusk-lsp connection add NAME` saves one.")
			}
			values := a.engine.Explain(cmd.Context(), source)
			if *asJSON {
				return writeJSON(cmd.OutOrStdout(), values)
			}
			table := newTable(cmd.OutOrStdout())
			fmt.Fprintln(table, "FIELD\tVALUE\tFROM")
			for _, v := range values {
				fmt.Fprintf(table, "%s\t%s\t%s\n", v.Field, cmp.Or(v.Text, "-"), v.Origin)
			}
			return table.Flush()
		}),
	}
	asJSON = jsonFlag(command)
	return command
}
