package lsp

import (
	"context"

	"github.com/tusk-lsp/tusk-lsp/engine"
)

// workspaces knows what the files of the user's workspaces say about
// connections. They are not trusted: before one leads to a host, the user is
// asked. It is safe for concurrent use.
type workspaces struct {
	engine  *engine.State
	confirm func(ctx context.Context, yes, question string) (bool, error)
	now     func() *Snapshot
}

// choose gives what a document's workspace and its modeline say.
func (w *workspaces) choose(c *connections, d *Document) (choice, error) {
	return choice{}, nil
}
