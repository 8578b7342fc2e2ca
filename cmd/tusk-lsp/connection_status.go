package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/spf13/cobra"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/store"
)

func newConnectionTest(g *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "test NAME",
		Short: "Connect once, asking for what is missing, and tell what answers",
		Args:  oneName,
		RunE: withSaved(g, func(cmd *cobra.Command, _ []string, a *application, saved store.Connection) error {
			ctx := cmd.Context()
			if err := a.engine.Add(saved.ConnectionConfig); err != nil {
				return err
			}
			began := time.Now()
			if err := a.engine.Connect(ctx, saved.ID); err != nil {
				return err
			}
			took := time.Since(began)
			status, err := a.engine.Status(ctx, saved.ID)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s works: connected in %d ms\n", saved.Name, took.Milliseconds())
			return showStatus(cmd.OutOrStdout(), status)
		}),
	}
}

func newConnectionStatus(g *globalFlags) *cobra.Command {
	var asJSON *bool
	command := &cobra.Command{
		Use:   "status [NAME]",
		Short: "Tell how saved connections stand: server, TLS, tunnel, latency, role, pool",
		Long:  "Tell how saved connections stand. Nobody is asked for a password.",
		Args:  atMost(1),
		RunE: withApplication(g, func(cmd *cobra.Command, args []string, a *application) error {
			sources, err := a.chosen(cmd.Context(), args)
			if err != nil {
				return err
			}
			list := a.statuses(cmd.Context(), sources)
			if *asJSON {
				return writeJSON(cmd.OutOrStdout(), list)
			}
			for _, status := range list {
				fmt.Fprintf(cmd.OutOrStdout(), "%s\n", status.Name)
				if err := showStatus(cmd.OutOrStdout(), status); err != nil {
					return err
				}
			}
			return nil
		}),
	}
	asJSON = jsonFlag(command)
	return command
}

// chosen are the saved connections that the arguments name; all without one.
func (a *application) chosen(ctx context.Context, names []string) ([]engine.Source, error) {
	if len(names) == 0 {
		return a.engine.Saved(ctx)
	}
	saved, err := a.engine.FindSaved(ctx, names[0])
	if err != nil {
		return nil, named(err, names[0])
	}
	return []engine.Source{{Config: saved.ConnectionConfig, Origin: engine.OriginSaved}}, nil
}

// dialsAtOnce bounds how many connections are looked at together.
const dialsAtOnce = 8

// statuses looks at connections, each within its own time-out. Why one does not
// work is in its status.
func (a *application) statuses(ctx context.Context, sources []engine.Source) []engine.ConnectionStatus {
	list := make([]engine.ConnectionStatus, len(sources))
	slots := make(chan struct{}, dialsAtOnce)
	var looking sync.WaitGroup
	for i, source := range sources {
		looking.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			list[i] = a.status(ctx, source)
		})
	}
	looking.Wait()
	return list
}

func (a *application) status(ctx context.Context, source engine.Source) engine.ConnectionStatus {
	err := a.engine.Open(ctx, source)
	if err == nil {
		var status engine.ConnectionStatus
		if status, err = a.engine.Status(ctx, source.Config.ID); err == nil {
			return status
		}
	}
	info := tusk.InfoOf(err)
	return engine.ConnectionStatus{ID: source.Config.ID, Name: source.Config.Name, Error: &info}
}

// showStatus prints a status for people.
func showStatus(w io.Writer, status engine.ConnectionStatus) error {
	table := newTable(w)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(table, "  %s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	if server := status.Server; server != nil {
		row("server", "%s", serverLine(*server))
		row("role", "%s", server.Role+suffix(server.Superuser, ", a superuser"))
		row("database", "%s", server.Database)
		row("TLS", "%s", encryption(server.TLS))
		row("latency", "%.1f ms", server.LatencyMS)
	}
	if e := status.Error; e != nil {
		row("fails", "%s: %s", e.ErrorType, e.Message)
		if e.Hint != "" {
			row("hint", "%s", e.Hint)
		}
	}
	if status.Tunnel != "" {
		row("tunnel", "%s", status.Tunnel)
	}
	if status.Environment != "" {
		row("environment", "%s", status.Environment)
	}
	row("writes", "%s", writes(status))
	row("pool", "%d of %d connections, %d idle, %d waiting", status.Pool.Size, status.Pool.MaxSize, max(0, status.Pool.Available), status.Pool.Waiting)
	return table.Flush()
}

// writes tells what happens to statements that write.
func writes(status engine.ConnectionStatus) string {
	if status.ReadOnly {
		return "refused: the connection is read-only"
	}
	text := "allowed"
	switch status.Confirm {
	case tusk.ConfirmAsk:
		text += "; you are asked before data is destroyed"
	case tusk.ConfirmRefuse:
		text += ", unless they destroy data"
	case tusk.ConfirmWrites:
		text += "; you are asked before each"
	}
	return text + suffix(status.ManualCommit, "; nothing is kept before COMMIT")
}

// serverLine tells which PostgreSQL answers.
func serverLine(server engine.ServerStatus) string {
	return "PostgreSQL " + server.Version + suffix(server.InRecovery, ", a standby that takes no writes")
}

// encryption tells which TLS there is.
func encryption(tls string) string {
	if tls == "" {
		return "none: the connection is plain text"
	}
	return tls
}

func suffix(when bool, text string) string {
	if !when {
		return ""
	}
	return text
}
