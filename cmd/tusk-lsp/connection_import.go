package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/importer"
)

// importable are the tools whose connections can be taken over.
var importable = []importer.Kind{importer.Dadbod, importer.Dbee, importer.Sqls, importer.Pgcli, importer.Service}

func newConnectionImport(g *globalFlags) *cobra.Command {
	var dryRun bool
	command := &cobra.Command{
		Use:   "import [TOOL [FILE] | EXPORT.json]",
		Short: "Take over the connections of other tools, or what `export` wrote",
		Long: `Take over the connections of other tools: dadbod, dbee, sqls, pgcli, service
(libpq's service files). Without a tool all are looked for, without a file at
their usual places. A name that is taken gets a number.

A file alone is what ` + "`tusk-lsp connection export`" + ` wrote, "-" for stdin; what is
there already stays as it is.`,
		Args: atMost(2),
		RunE: withApplication(g, func(cmd *cobra.Command, args []string, a *application) error {
			if len(args) > 0 && !slices.Contains(importable, importer.Kind(args[0])) {
				if len(args) > 1 || dryRun {
					return usageError(fmt.Sprintf("%q is none of the tools: %s", args[0], importable))
				}
				return a.importExport(cmd.Context(), args[0], cmd.InOrStdin(), cmd.OutOrStdout())
			}
			found, err := findImports(args)
			if err != nil {
				return err
			}
			return a.importFound(cmd.Context(), found, dryRun, cmd.OutOrStdout())
		}),
	}
	command.Flags().BoolVar(&dryRun, "dry-run", false, "only list what would be taken over from other tools")
	return command
}

// findImports finds the connections of a tool in a file; without a file at its
// usual places; without a tool those of all.
func findImports(args []string) ([]importer.Found, error) {
	if len(args) == 2 {
		return importer.From(args[1], importer.Kind(args[0]))
	}
	places, err := importer.ThisMachine()
	if err != nil {
		return nil, err
	}
	found := importer.All(places)
	if len(args) == 1 {
		found = slices.DeleteFunc(found, func(f importer.Found) bool { return f.Kind != importer.Kind(args[0]) })
	}
	return found, nil
}

// importFound saves what was found and tells what became of it.
func (a *application) importFound(ctx context.Context, found []importer.Found, dryRun bool, w io.Writer) error {
	if len(found) == 0 {
		_, err := fmt.Fprintln(w, "nothing was found")
		return err
	}
	var done []importer.Outcome
	var failed error
	if dryRun {
		for _, f := range found {
			done = append(done, importer.Outcome{Found: f})
		}
	} else {
		done, failed = importer.Save(ctx, a.engine, found)
	}
	for _, outcome := range done {
		if _, err := fmt.Fprintln(w, outcomeLine(outcome)); err != nil {
			return err
		}
	}
	return failed
}

func outcomeLine(o importer.Outcome) string {
	switch {
	case o.Problem != nil:
		return fmt.Sprintf("%s %q of %s: %s", o.Kind, o.Name, o.Origin, tusk.InfoOf(o.Problem).Message)
	case o.Known:
		return fmt.Sprintf("%s %q: was imported before and stays as it is", o.Kind, o.Name)
	case o.SavedAs != "":
		return fmt.Sprintf("%s %q: added as %s: %s", o.Kind, o.Name, o.SavedAs, address(o.Config))
	}
	return fmt.Sprintf("%s %q of %s: %s", o.Kind, o.Name, o.Origin, address(o.Config))
}

// importExport adds what an export has.
func (a *application) importExport(ctx context.Context, path string, stdin io.Reader, w io.Writer) (err error) {
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return tusk.NewError(tusk.Storage, err, "%s is neither a tool nor a file that can be read", path).
				WithHint(fmt.Sprintf("Name one of %s, or a file that `tusk-lsp connection export` wrote.", importable))
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		stdin = file
	}
	added, err := a.engine.Import(ctx, stdin)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "added %d connections, %d history entries, %d saved queries; passwords are not part of an export\n",
		added.Connections, added.History, added.SavedQueries)
	return err
}

func newConnectionExport(g *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "export [FILE]",
		Short: "Write connections, history and saved queries as JSON, without passwords",
		Args:  atMost(1),
		RunE: withApplication(g, func(cmd *cobra.Command, args []string, a *application) error {
			if len(args) == 0 || args[0] == "-" {
				return a.engine.Export(cmd.Context(), cmd.OutOrStdout())
			}
			return writePrivately(args[0], func(w io.Writer) error { return a.engine.Export(cmd.Context(), w) })
		}),
	}
}

// writePrivately replaces a file whole or not at all, and with one that only its
// owner reads: a history may say more than its owner thinks.
func writePrivately(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err == nil {
		err = errors.Join(write(file), file.Close())
		if err == nil {
			err = os.Rename(file.Name(), path)
		}
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}
	if err != nil {
		return tusk.NewError(tusk.Storage, err, "%s cannot be written", path).WithHint("Check that its folder is writable and that its disk is not full.")
	}
	return nil
}
