package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/store"
)

func newConnectionCommand(g *globalFlags) *cobra.Command {
	command := &cobra.Command{
		Use:   "connection",
		Short: "Add, list, test and remove saved connections",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	command.AddCommand(newConnectionAdd(g), newConnectionList(g), newConnectionTest(g), newConnectionRemove(g), newConnectionPassword(g))
	return command
}

// withApplication runs a subcommand on the opened application. Its warnings go
// to stderr.
func withApplication(g *globalFlags, run func(cmd *cobra.Command, args []string, a *application) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		quiet := *g
		quiet.logLevel = cmp.Or(g.logLevel, os.Getenv("TUSK_LOG"), "warn")
		a, err := openApplication(cmd.Context(), quiet, cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		warn := func(w *tusk.Error) { presentError(cmd.ErrOrStderr(), w) }
		for _, w := range a.warnings {
			warn(w)
		}
		a.unlock(warn)
		a.start(engine.Config{})
		err = run(cmd, args, a)
		return errors.Join(err, a.close())
	}
}

// withSaved runs a subcommand on the saved connection that it names.
func withSaved(g *globalFlags, run func(cmd *cobra.Command, a *application, saved store.Connection) error) func(*cobra.Command, []string) error {
	return withApplication(g, func(cmd *cobra.Command, args []string, a *application) error {
		saved, err := a.engine.FindSaved(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		return run(cmd, a, saved)
	})
}

func oneName(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError(fmt.Sprintf("%s wants the name of one connection", cmd.CommandPath()))
	}
	return nil
}

func newConnectionAdd(g *globalFlags) *cobra.Command {
	var config tusk.ConnectionConfig
	var url, sslMode string
	command := &cobra.Command{
		Use:   "add NAME",
		Short: "Save a connection; its password goes to the system's keychain",
		Args:  oneName,
		RunE: withApplication(g, func(cmd *cobra.Command, args []string, a *application) error {
			ctx := cmd.Context()
			config.Name, config.SSLMode = args[0], tusk.SSLMode(sslMode)
			var password secrets.Secret
			if url != "" {
				source, err := engine.FromURL(args[0], url, "--url")
				if err != nil {
					return err
				}
				options := config.Options
				config, password = source.Config, source.Password
				config.Options.ReadOnly, config.Options.StatementTimeoutSecs = options.ReadOnly, options.StatementTimeoutSecs
			}
			config.ID = [16]byte{} // a saved connection has an id of its own
			config = config.WithDefaults()
			if err := config.Validate(); err != nil {
				return err
			}
			if password.IsZero() {
				var err error
				if password, err = askPassword(cmd, "Password for "+config.Username+" (empty for none): "); err != nil {
					return err
				}
			}
			if err := a.engine.Save(ctx, config); err != nil {
				return err
			}
			if !password.IsZero() {
				if err := a.engine.StorePassword(ctx, config, password); err != nil {
					return err
				}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "added %s: %s@%s:%d/%s\n", config.Name, config.Username, config.Host, config.Port, config.Database)
			return nil
		}),
	}
	flags := command.Flags()
	flags.StringVar(&url, "url", "", "postgres:// URL, instead of the fields")
	flags.StringVar(&config.Host, "host", "", "host name, address or socket directory (default localhost)")
	flags.IntVar(&config.Port, "port", 0, "port (default 5432)")
	flags.StringVar(&config.Database, "database", "", "database (default: the user's name)")
	flags.StringVar(&config.Username, "user", "", "user name")
	flags.StringVar(&sslMode, "ssl-mode", "", "disable, prefer, require, verify-ca or verify-full (default prefer)")
	flags.StringVar(&config.SSLRootCert, "ssl-root-cert", "", "file with the certificates to trust")
	flags.StringVar(&config.Color, "color", "", "accent colour, #RRGGBB")
	flags.BoolVar(&config.Options.ReadOnly, "read-only", false, "the server refuses every write")
	flags.IntVar(&config.Options.StatementTimeoutSecs, "statement-timeout", 0, "seconds a statement may take (default: no limit)")
	return command
}

// askPassword reads a password without echo; without a terminal it reads a line
// of stdin, and nothing where stdin is empty.
func askPassword(cmd *cobra.Command, prompt string) (secrets.Secret, error) {
	if file, ok := cmd.InOrStdin().(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		fmt.Fprint(cmd.ErrOrStderr(), prompt)
		text, err := term.ReadPassword(int(file.Fd()))
		fmt.Fprintln(cmd.ErrOrStderr())
		return secrets.NewSecret(string(text)), err
	}
	var line []byte
	one := make([]byte, 1)
	for {
		n, err := cmd.InOrStdin().Read(one)
		if n == 1 && one[0] != '\n' {
			line = append(line, one[0])
		}
		switch {
		case n == 1 && one[0] == '\n', errors.Is(err, io.EOF):
			return secrets.NewSecret(string(line)), nil
		case err != nil:
			return secrets.Secret{}, tusk.NewError(tusk.Authentication, err, "the password cannot be read")
		}
	}
}

func newConnectionList(g *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the saved connections",
		Args:  noArguments,
		RunE: withApplication(g, func(cmd *cobra.Command, _ []string, a *application) error {
			saved, err := a.store.Connections(cmd.Context())
			if err != nil {
				return err
			}
			if len(saved) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "no connection is saved; `tusk-lsp connection add NAME` saves one")
				return nil
			}
			out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(out, "NAME\tHOST\tPORT\tDATABASE\tUSER\tSSL\tLAST CONNECTED")
			for _, c := range saved {
				last := "never"
				if !c.LastConnectedAt.IsZero() {
					last = c.LastConnectedAt.Local().Format(time.DateTime)
				}
				fmt.Fprintf(out, "%s\t%s\t%d\t%s\t%s\t%s\t%s\n", c.Name, c.Host, c.Port, c.Database, c.Username, c.SSLMode, last)
			}
			return out.Flush()
		}),
	}
}

func newConnectionTest(g *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "test NAME",
		Short: "Connect once and tell what answers",
		Args:  oneName,
		RunE: withSaved(g, func(cmd *cobra.Command, a *application, saved store.Connection) error {
			ctx := cmd.Context()
			if err := a.engine.Add(saved.ConnectionConfig); err != nil {
				return err
			}
			began := time.Now()
			if err := a.engine.Connect(ctx, saved.ID); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s works: connected in %d ms\n", saved.Name, time.Since(began).Milliseconds())
			return nil
		}),
	}
}

func newConnectionRemove(g *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove a connection with its history and its password",
		Args:  oneName,
		RunE: withSaved(g, func(cmd *cobra.Command, a *application, saved store.Connection) error {
			ctx := cmd.Context()
			if err := a.engine.Forget(ctx, saved.ID); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "removed %s\n", saved.Name)
			return nil
		}),
	}
}

func newConnectionPassword(g *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "password NAME",
		Short: "Store a connection's password in the system's keychain",
		Args:  oneName,
		RunE: withSaved(g, func(cmd *cobra.Command, a *application, saved store.Connection) error {
			ctx := cmd.Context()
			password, err := askPassword(cmd, "Password for "+saved.Username+": ")
			if err != nil {
				return err
			}
			return a.engine.StorePassword(ctx, saved.ConnectionConfig, password)
		}),
	}
}
