package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// runFunc is what cobra calls for a subcommand.
type runFunc = func(cmd *cobra.Command, args []string) error

// withApplication runs a subcommand on the opened application. Its warnings go
// to stderr, and where a person sits at a terminal, that one is asked what is
// missing.
func withApplication(g *globalFlags, run func(cmd *cobra.Command, args []string, a *application) error) runFunc {
	return func(cmd *cobra.Command, args []string) error {
		a, err := openApplication(cmd.Context(), g.quiet(), cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		warn := func(w *tusk.Error) { presentError(cmd.ErrOrStderr(), w) }
		for _, w := range a.warnings {
			warn(w)
		}
		a.unlock(warn)
		config := engine.Config{}
		if person := atTerminal(cmd.InOrStdin(), cmd.ErrOrStderr()); person != nil {
			a.person = person
			config.AskSecret, config.AcceptHost = a.askSecret, a.acceptHost
		}
		a.start(config)
		return errors.Join(run(cmd, args, a), a.close())
	}
}

// quiet are the flags of a command whose stderr a person reads: the log shows
// there only what matters, unless asked for more.
func (g *globalFlags) quiet() globalFlags {
	quiet := *g
	quiet.logLevel = cmp.Or(g.logLevel, os.Getenv("TUSK_LOG"), "warn")
	return quiet
}

// withSaved runs a subcommand on the saved connection that its first argument
// names.
func withSaved(g *globalFlags, run func(cmd *cobra.Command, args []string, a *application, saved store.Connection) error) runFunc {
	return withApplication(g, func(cmd *cobra.Command, args []string, a *application) error {
		saved, err := a.engine.FindSaved(cmd.Context(), args[0])
		if err != nil {
			return named(err, args[0])
		}
		return run(cmd, args, a, saved)
	})
}

// named says what to do about a name that no connection has.
func named(err error, name string) error {
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return tusk.NewError(tusk.Connection, nil, "there is no connection named %s", name).
		WithHint("`tusk-lsp connection list` tells the names.")
}

// arguments wants so many arguments, which what describes.
func arguments(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return usageError(fmt.Sprintf("%s wants %s", cmd.CommandPath(), what))
	}
}

// atMost wants up to so many arguments.
func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= n {
			return nil
		}
		return usageError(fmt.Sprintf("unknown argument %q for %q", args[n], cmd.CommandPath()))
	}
}

// onlyHelp is a command that has subcommands and does nothing by itself.
func onlyHelp(use, short string, subcommands ...*cobra.Command) *cobra.Command {
	command := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	command.AddCommand(subcommands...)
	return command
}

// jsonFlag has a command print JSON, for programs.
func jsonFlag(command *cobra.Command) *bool {
	return command.Flags().Bool("json", false, "print JSON, for programs")
}

// writeJSON prints a value for programs.
func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
