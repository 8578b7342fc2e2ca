package main

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tusk-lsp/tusk-lsp/store"
)

func newConnectionUpdate(g *globalFlags) *cobra.Command {
	var fields *connectionFlags
	var name string
	command := &cobra.Command{
		Use:   "update NAME",
		Short: "Change a saved connection: what no flag names stays as it is",
		Args:  oneName,
		RunE: withSaved(g, func(cmd *cobra.Command, _ []string, a *application, saved store.Connection) error {
			ctx := cmd.Context()
			config, password, err := fields.over(ctx, a, cmd.InOrStdin(), saved.ConnectionConfig)
			if err != nil {
				return err
			}
			config.Name = cmp.Or(name, config.Name)
			if err := a.engine.Save(ctx, config); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "updated %s: %s\n", config.Name, address(config))
			a.keepWith(ctx, cmd.ErrOrStderr(), config, password)
			return nil
		}),
	}
	fields = newConnectionFlags(command)
	command.Flags().StringVar(&name, "name", "", "another name for it")
	return command
}

func newConnectionDuplicate(g *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "duplicate NAME NEW",
		Short: "Save a copy of a connection, with its password, under another name",
		Args:  arguments(2, "the name of a connection and one for its copy"),
		RunE: withSaved(g, func(cmd *cobra.Command, args []string, a *application, saved store.Connection) error {
			twin, err := a.engine.Duplicate(cmd.Context(), saved.ID, args[1])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "added %s: %s\n", twin.Name, address(twin))
			return nil
		}),
	}
}

func newConnectionRemove(g *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove a connection with its history and its password",
		Args:  oneName,
		RunE: withSaved(g, func(cmd *cobra.Command, _ []string, a *application, saved store.Connection) error {
			if err := a.engine.Forget(cmd.Context(), saved.ID); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "removed %s\n", saved.Name)
			return nil
		}),
	}
}
