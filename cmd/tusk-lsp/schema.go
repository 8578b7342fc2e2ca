package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/browse"
	"github.com/tusk-lsp/tusk-lsp/schema/ddl"
	"github.com/tusk-lsp/tusk-lsp/schema/offline"
)

func newSchemaCommand(g *globalFlags) *cobra.Command {
	return onlyHelp("schema", "Show what is in a database, or in the DDL files of a folder",
		newSchemaTree(g), newSchemaFind(g), newSchemaDump(g))
}

// catalogFlags say whose catalog a command is about.
type catalogFlags struct{ connection, folder string }

func (f *catalogFlags) register(command *cobra.Command) {
	command.Flags().StringVarP(&f.connection, "connection", "c", "", "the saved connection whose database it is")
	command.Flags().StringVarP(&f.folder, "dir", "d", ".", "without a connection: the folder with the DDL and migration files")
	command.MarkFlagsMutuallyExclusive("connection", "dir")
}

// catalog reads the catalog of the connection, or that of the folder's files.
// What a file has wrong goes to stderr.
func (f *catalogFlags) catalog(ctx context.Context, a *application, stderr io.Writer) (*schema.Catalog, error) {
	if f.connection == "" {
		return f.offline(ctx, stderr)
	}
	saved, err := a.engine.FindSaved(ctx, f.connection)
	if err != nil {
		return nil, named(err, f.connection)
	}
	if err := a.engine.Add(saved.ConnectionConfig); err != nil {
		return nil, err
	}
	return a.engine.Refresh(ctx, saved.ID)
}

// withCatalog runs a subcommand on a catalog.
func withCatalog(g *globalFlags, f *catalogFlags, run func(cmd *cobra.Command, args []string, c *schema.Catalog) error) runFunc {
	return withApplication(g, func(cmd *cobra.Command, args []string, a *application) error {
		c, err := f.catalog(cmd.Context(), a, cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		return run(cmd, args, c)
	})
}

func newSchemaTree(g *globalFlags) *cobra.Command {
	var (
		flags  catalogFlags
		asJSON *bool
		o      browse.Options
	)
	command := &cobra.Command{
		Use:   "tree [SCHEMA [GROUP [OBJECT]]]",
		Short: "List schemas, what is in them, and what that consists of",
		Args:  atMost(4),
		RunE: withCatalog(g, &flags, func(cmd *cobra.Command, args []string, c *schema.Catalog) error {
			page, err := browse.Children(c, args, o)
			if err != nil {
				return err
			}
			if *asJSON {
				return writeJSON(cmd.OutOrStdout(), page)
			}
			table := newTable(cmd.OutOrStdout())
			for _, n := range page.Nodes {
				fmt.Fprintf(table, "%s\t%s\t%s\n", n.Label, n.Kind+counted(n), strings.TrimSpace(n.Detail+"  "+firstLine(n.Description)))
			}
			if rest := page.Total - o.Offset - len(page.Nodes); rest > 0 {
				fmt.Fprintf(table, "… %d more\n", rest)
			}
			return table.Flush()
		}),
	}
	flags.register(command)
	command.Flags().StringVar(&o.Filter, "filter", "", "only names that contain it")
	command.Flags().IntVar(&o.Offset, "offset", 0, "leave out so many first")
	command.Flags().IntVar(&o.Limit, "limit", 0, "so many at most")
	command.Flags().BoolVar(&o.System, "system", false, "also PostgreSQL's own schemas")
	asJSON = jsonFlag(command)
	return command
}

// counted tells how many a group has.
func counted(n browse.Node) string {
	if n.Kind != "group" {
		return ""
	}
	return fmt.Sprintf(" of %d", n.Children)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func newSchemaFind(g *globalFlags) *cobra.Command {
	var (
		flags  catalogFlags
		asJSON *bool
		limit  int
	)
	command := &cobra.Command{
		Use:   "find QUERY",
		Short: "Find objects by parts of their names: ordit finds order_items",
		Args:  arguments(1, "what to look for"),
		RunE: withCatalog(g, &flags, func(cmd *cobra.Command, args []string, c *schema.Catalog) error {
			nodes := browse.Find(c, args[0], limit)
			if *asJSON {
				return writeJSON(cmd.OutOrStdout(), nodes)
			}
			table := newTable(cmd.OutOrStdout())
			for _, n := range nodes {
				fmt.Fprintf(table, "%s\t%s\t%s\n", strings.Join(n.Path, "."), n.Kind, n.Detail)
			}
			return table.Flush()
		}),
	}
	flags.register(command)
	command.Flags().IntVar(&limit, "limit", 50, "so many at most")
	asJSON = jsonFlag(command)
	return command
}

func newSchemaDump(g *globalFlags) *cobra.Command {
	var flags catalogFlags
	command := &cobra.Command{
		Use:   "dump [OBJECT]",
		Short: "Print the DDL that makes a database again, or one object",
		Args:  atMost(1),
		RunE: withCatalog(g, &flags, func(cmd *cobra.Command, args []string, c *schema.Catalog) error {
			var text string
			var err error
			if len(args) == 0 {
				text, err = ddl.Database(c, ddl.Options{})
			} else {
				text, err = browse.DDL(c, args[0])
			}
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), text)
			return err
		}),
	}
	flags.register(command)
	return command
}
