package main

import (
	"fmt"

	"github.com/spf13/cobra"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

func newConnectionAdd(g *globalFlags) *cobra.Command {
	var fields *connectionFlags
	command := &cobra.Command{
		Use:   "add NAME",
		Short: "Save a connection; its password goes to the system's keychain",
		Args:  oneName,
		RunE: withApplication(g, func(cmd *cobra.Command, args []string, a *application) error {
			ctx := cmd.Context()
			config, password, err := fields.over(ctx, a, cmd.InOrStdin(), tusk.ConnectionConfig{Name: args[0]})
			if err != nil {
				return err
			}
			if err := config.Validate(); err != nil {
				return err // before anything is typed
			}
			if password.IsZero() {
				if password, err = a.askPassword(ctx, cmd.InOrStdin(), "Password for "+config.Username+" (empty for none): "); err != nil {
					return err
				}
			}
			if err := a.engine.Save(ctx, config); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "added %s: %s\n", config.Name, address(config))
			a.keepWith(ctx, cmd.ErrOrStderr(), config, password)
			return nil
		}),
	}
	fields = newConnectionFlags(command)
	return command
}
