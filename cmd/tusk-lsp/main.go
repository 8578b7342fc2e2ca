// Command tusk-lsp is a PostgreSQL language server. Without a subcommand it
// speaks LSP on stdin and stdout.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// version is set when a release is built (-ldflags "-X main.version=1.2.3").
// A development build keeps its data in the working directory.
var version = developmentVersion

const developmentVersion = "devel"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(exitCode(err))
}

// run is the whole program for one command line, as tests run it too. What
// went wrong has been shown on stderr when it returns.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err != nil && !errors.As(err, new(exitStatus)) {
		presentError(stderr, err)
	}
	return err
}

func newRootCommand() *cobra.Command {
	var g globalFlags
	root := &cobra.Command{
		Use:   "tusk-lsp",
		Short: "A PostgreSQL language server",
		Long: `tusk-lsp completes, checks and runs PostgreSQL in any editor that speaks LSP.
Without a subcommand it serves LSP on stdin and stdout; an editor starts it so.`,
		Version:       version,
		Args:          noArguments,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), g, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return usageError(err.Error())
	})
	g.register(root)
	root.AddCommand(newConnectionCommand(&g), newHistoryCommand(&g), newSchemaCommand(&g), newDoctorCommand(&g), newDemoCommand(&g))
	return root
}

// globalFlags are understood by every subcommand.
type globalFlags struct {
	dataDir  string
	logLevel string
}

func (g *globalFlags) register(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.StringVar(&g.dataDir, "data-dir", "", "folder for connections, history and logs (default: $TUSK_DATA_DIR, else the system's place)")
	flags.StringVar(&g.logLevel, "log-level", "", "debug, info, warn or error (default: $TUSK_LOG)")
	// Most clients append it by habit; stdio is the only transport.
	root.Flags().Bool("stdio", true, "serve LSP on stdin and stdout")
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usageError(fmt.Sprintf("unknown command or argument %q for %q", args[0], cmd.CommandPath()))
}

func usageError(message string) error {
	return &tusk.Error{
		Category: tusk.Internal,
		Message:  message,
		Hint:     "`tusk-lsp --help` lists the commands and their flags.",
	}
}

// exitStatus is an exit code that needs no more words.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

func exitCode(err error) int {
	if err == nil {
		return 0
	}
	if status, ok := errors.AsType[exitStatus](err); ok {
		return int(status)
	}
	return 1
}

// presentError shows an error on a terminal: what happened, then what to do.
func presentError(w io.Writer, err error) {
	info := tusk.InfoOf(err)
	if tusk.CategoryOf(err) == tusk.Internal {
		fmt.Fprintf(w, "tusk-lsp: %s\n", info.Message)
	} else {
		fmt.Fprintf(w, "tusk-lsp: %s: %s\n", info.ErrorType, info.Message)
	}
	if info.Hint != "" {
		fmt.Fprintf(w, "  hint: %s\n", info.Hint)
	}
	if info.TechnicalDetail != "" {
		fmt.Fprintf(w, "  detail: %s\n", strings.ReplaceAll(info.TechnicalDetail, "\n", "\n    "))
	}
}
