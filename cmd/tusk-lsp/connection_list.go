package main

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/tusk-lsp/tusk-lsp/store"
)

func newConnectionList(g *globalFlags) *cobra.Command {
	var asJSON *bool
	command := &cobra.Command{
		Use:   "list",
		Short: "List the saved connections",
		Args:  noArguments,
		RunE: withApplication(g, func(cmd *cobra.Command, _ []string, a *application) error {
			saved, err := a.store.Connections(cmd.Context())
			if err != nil {
				return err
			}
			if *asJSON {
				return writeJSON(cmd.OutOrStdout(), saved)
			}
			return listConnections(cmd.OutOrStdout(), saved)
		}),
	}
	asJSON = jsonFlag(command)
	return command
}

func listConnections(w io.Writer, saved []store.Connection) error {
	if len(saved) == 0 {
		_, err := fmt.Fprintln(w, "no connection is saved; `tusk-lsp connection add NAME` saves one")
		return err
	}
	table := newTable(w)
	fmt.Fprintln(table, "NAME\tADDRESS\tSSL\tENVIRONMENT\tWRITES\tCONFIRM\tLAST USED")
	for _, c := range saved {
		writes, last := "yes", "never"
		if c.Options.ReadOnly {
			writes = "no"
		}
		if !c.LastConnectedAt.IsZero() {
			last = c.LastConnectedAt.Local().Format(time.DateOnly)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Name, address(c.ConnectionConfig), c.SSLMode,
			cmp.Or(string(c.Options.Environment), "-"), writes, c.ConfirmPolicy(), last)
	}
	return table.Flush()
}
