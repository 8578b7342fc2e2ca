package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// passwordFlags choose what `connection password` does.
type passwordFlags struct{ ssh, remove bool }

func newConnectionPassword(g *globalFlags) *cobra.Command {
	var f passwordFlags
	command := &cobra.Command{
		Use:   "password NAME [-- PROGRAM [ARGUMENT...]]",
		Short: "Store a connection's password in the system's keychain, or delete it there",
		Long: `Store a connection's password in the system's keychain, or delete it there.
With a program after --, such as ` + "`tusk-lsp connection password shop -- pass show shop`" + `, no password is
stored: the program prints it on its first line whenever a connection is made.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if dash := cmd.ArgsLenAtDash(); dash >= 0 {
				args = args[:dash]
			}
			return oneName(cmd, args)
		},
		RunE: withApplication(g, func(cmd *cobra.Command, args []string, a *application) error {
			known, err := a.engine.FindKnown(cmd.Context(), args[0])
			if err != nil {
				return named(err, args[0])
			}
			if program := args[1:]; len(program) > 0 {
				return f.set(cmd, a, known, program)
			}
			return f.run(cmd, a, known)
		}),
	}
	command.Flags().BoolVar(&f.ssh, "ssh", false, "that of the SSH tunnel: its password, or the passphrase of its key")
	command.Flags().BoolVar(&f.remove, "delete", false, "delete it")
	return command
}

func (f passwordFlags) run(cmd *cobra.Command, a *application, c store.Connection) error {
	ctx := cmd.Context()
	key, what := secrets.Database(c.ID), "password of "+c.Name
	keep := func(secret secrets.Secret) error { return a.engine.StorePassword(ctx, c.ConnectionConfig, secret) }
	if f.ssh {
		if c.SSHTunnel == nil {
			return tusk.NewError(tusk.SSH, nil, "%s has no SSH tunnel", c.Name).
				WithHint("`tusk-lsp connection update NAME --ssh-host HOST` gives it one.")
		}
		key, what = secrets.SSH(c.SSHTunnel.ID), "SSH secret of "+c.Name
		keep = func(secret secrets.Secret) error { return a.engine.StoreSSHSecret(ctx, *c.SSHTunnel, secret) }
	}
	if f.remove {
		if !f.ssh {
			if err := a.engine.SetPasswordCommand(ctx, c.ConnectionConfig, nil); err != nil {
				return err
			}
		}
		if err := a.secrets.Delete(ctx, key); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "the %s is not stored any more\n", what)
		return nil
	}
	if err := a.keychain(); err != nil {
		return err // before anything is typed
	}
	secret, err := a.askPassword(ctx, cmd.InOrStdin(), fmt.Sprintf("The %s (%s): ", what, address(c.ConnectionConfig)))
	if err != nil {
		return err
	}
	if secret.IsZero() {
		return tusk.NewError(tusk.Authentication, nil, "nothing was typed, so nothing was stored").
			WithHint("Type the password, give it on stdin, or delete the stored one with --delete.")
	}
	if err := keep(secret); err != nil {
		return err
	}
	if err := a.keychain(); err != nil {
		return err // it went out of use meanwhile
	}
	fmt.Fprintf(cmd.OutOrStdout(), "the %s is in the keychain\n", what)
	return nil
}

// set has a program print the password.
func (f passwordFlags) set(cmd *cobra.Command, a *application, c store.Connection, program []string) error {
	if f.ssh || f.remove {
		return usageError("a program prints the database's password; it goes without --ssh and --delete")
	}
	if err := a.engine.SetPasswordCommand(cmd.Context(), c.ConnectionConfig, program); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "the password of %s is what `%s` prints\n", c.Name, strings.Join(program, " "))
	return nil
}

// keychain is why a secret would be forgotten when this command ends, or nil.
func (a *application) keychain() error {
	reason := a.secrets.FallbackReason()
	if reason == "" {
		return nil
	}
	return tusk.NewError(tusk.Keyring, nil, "the password is not stored, since the keychain is not in use: %s", reason).
		WithHint("Put the password into a .pgpass file, or let the editor ask for it in each session.")
}

// keepWith stores the password of a connection that was just saved. That it
// cannot be is told, and does not undo the rest.
func (a *application) keepWith(ctx context.Context, stderr io.Writer, c tusk.ConnectionConfig, password secrets.Secret) {
	if password.IsZero() {
		return
	}
	err := a.keychain()
	if err == nil {
		err = a.engine.StorePassword(ctx, c, password)
	}
	if err != nil {
		presentError(stderr, err)
	}
}
