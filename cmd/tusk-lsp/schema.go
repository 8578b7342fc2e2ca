package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/browse"
	"github.com/tusk-lsp/tusk-lsp/schema/offline"
)

func newSchemaCommand(g *globalFlags) *cobra.Command {
	return onlyHelp("schema", "Show what is in a database",
		newSchemaTree(g), newSchemaFind(g), newSchemaDump(g))
}

// catalogFlags say whose catalog a command is about.
type catalogFlags struct{ connection, folder string }

func (f *catalogFlags) register(command *cobra.Command) {
	command.Flags().StringVarP(&f.connection, "connection", "c", "", "the saved connection whose database it is")
	command.Flags().StringVar(&f.folder, "dir", "", "a folder of DDL and migration files, instead of a connection")
	command.MarkFlagsOneRequired("connection", "dir")
	command.MarkFlagsMutuallyExclusive("connection", "dir")
}

// live reads the catalog of the connection.
func (f *catalogFlags) live(ctx context.Context, a *application) (*schema.Catalog, error) {
	saved, err := a.engine.FindSaved(ctx, f.connection)
	if err != nil {
		return nil, named(err, f.connection)
	}
	if err := a.engine.Add(saved.ConnectionConfig); err != nil {
		return nil, err
	}
	return a.engine.Refresh(ctx, saved.ID)
}

// offline makes the catalog of the folder, and tells what of it does not count.
func (f *catalogFlags) offline(ctx context.Context, told io.Writer) (*schema.Catalog, error) {
	w, err := offline.Load(ctx, f.folder, nil, offline.Options{})
	if err != nil {
		return nil, tusk.NewError(tusk.Storage, err, "the folder %s cannot be read", f.folder).
			WithHint("Give the folder that holds the DDL or migration files.")
	}
	for _, s := range w.Plan().Skipped {
		fmt.Fprintf(told, "%s is left out: %s\n", s.Path, s.Reason)
	}
	for _, p := range w.Problems() {
		fmt.Fprintf(told, "%s:%d: %s\n", p.Path, p.Line+1, p.Message)
	}
	return w.Catalog(), nil
}

// withCatalog runs a subcommand on a catalog.
func withCatalog(g *globalFlags, f *catalogFlags, run func(cmd *cobra.Command, args []string, c *schema.Catalog) error) runFunc {
	live := withApplication(g, func(cmd *cobra.Command, args []string, a *application) error {
		c, err := f.live(cmd.Context(), a)
		if err != nil {
			return err
		}
		return run(cmd, args, c)
	})
	return func(cmd *cobra.Command, args []string) error {
		if f.folder == "" {
			return live(cmd, args)
		}
		c, err := f.offline(cmd.Context(), cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		return run(cmd, args, c)
	}
}

func newSchemaTree(g *globalFlags) *cobra.Command {
	var (
		flag   catalogFlags
		asJSON *bool
		o      browse.Options
	)
	command := &cobra.Command{
		Use:   "tree [SCHEMA [GROUP [OBJECT]]]",
		Short: "List schemas, what is in them, and what that consists of",
		Args:  atMost(4),
		RunE: withCatalog(g, &flag, func(cmd *cobra.Command, args []string, c *schema.Catalog) error {
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
	flag.register(command)
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
		flag   catalogFlags
		asJSON *bool
		limit  int
	)
	command := &cobra.Command{
		Use:   "find QUERY",
		Short: "Find objects by parts of their names: ordit finds order_items",
		Args:  arguments(1, "what to look for"),
		RunE: withCatalog(g, &flag, func(cmd *cobra.Command, args []string, c *schema.Catalog) error {
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
	flag.register(command)
	command.Flags().IntVar(&limit, "limit", 50, "so many at most")
	asJSON = jsonFlag(command)
	return command
}

func newSchemaDump(g *globalFlags) *cobra.Command {
	var flag catalogFlags
	command := &cobra.Command{
		Use:   "dump [OBJECT]",
		Short: "Print the DDL that makes a database again, or one object",
		Args:  atMost(1),
		RunE: withCatalog(g, &flag, func(cmd *cobra.Command, args []string, c *schema.Catalog) error {
			text, err := browse.DDL(c, nil, strings.Join(args, ""))
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), text)
			return err
		}),
	}
	flag.register(command)
	return command
}
