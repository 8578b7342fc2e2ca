package lsp

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
	"github.com/tusk-lsp/tusk-lsp/lsp/rpc"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// command is what one workspace/executeCommand name does. Each works without
// arguments, since some clients let people type them by hand.
type command struct {
	name string
	run  commandFunc
}

type commandFunc func(s *session, ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error)

// commands are all that the server offers; initialize announces them.
var commands = []command{
	{"tusk.execute", (*session).execute},
	{"tusk.query.list", (*session).listQueries},
	{"tusk.query.cancel", (*session).cancelQuery},
	{"tusk.result.fetch", (*session).fetchResult},
	{"tusk.result.cell", (*session).resultCell},
	{"tusk.result.info", (*session).resultInfo},
	{"tusk.result.export", (*session).exportResult},
	{"tusk.result.fetchAll", (*session).fetchAllRows},
	{"tusk.result.close", (*session).closeResult},
	{"tusk.transaction.begin", transaction("BEGIN")},
	{"tusk.transaction.commit", transaction("COMMIT")},
	{"tusk.transaction.rollback", transaction("ROLLBACK")},
	{"tusk.transaction.savepoint", transaction("SAVEPOINT")},
	{"tusk.transaction.rollbackTo", transaction("ROLLBACK TO")},
	{"tusk.transaction.release", transaction("RELEASE")},
	{"tusk.session.list", (*session).listSessions},
	{"tusk.session.close", (*session).closeSession},
	{"tusk.schema.refresh", (*session).refreshSchema},
	{"tusk.schema.tree", (*session).schemaTree},
	{"tusk.schema.find", (*session).findInSchema},
	{"tusk.schema.ddl", (*session).schemaDDL},
	{"tusk.connection.list", (*session).listConnections},
	{"tusk.connection.use", (*session).useConnection},
	{"tusk.connection.add", (*session).addConnection},
	{"tusk.connection.update", (*session).updateConnection},
	{"tusk.connection.remove", (*session).removeConnection},
	{"tusk.connection.duplicate", (*session).duplicateConnection},
	{"tusk.connection.test", (*session).testConnection},
	{"tusk.connection.connect", onConnection((*session).connectConnection)},
	{"tusk.connection.disconnect", onConnection((*session).disconnectConnection)},
	{"tusk.connection.status", onConnection((*session).connectionStatus)},
	{"tusk.connection.explain", onConnection((*session).explainConnection)},
	{"tusk.connection.import", (*session).importConnections},
	{"tusk.connection.export", (*session).exportConnections},
	{"tusk.workspace.trust", (*session).trustWorkspace},
	{"tusk.history.list", (*session).listHistory},
	{"tusk.history.pin", (*session).pinHistory},
	{"tusk.history.unpin", (*session).unpinHistory},
	{"tusk.history.remove", (*session).removeHistory},
}

func commandNames() []string {
	names := make([]string, len(commands))
	for i, c := range commands {
		names[i] = c.name
	}
	return names
}

// executeCommand finds the command. Most clients show nothing of a command's
// failure, so the user is told by a message too.
func (s *session) executeCommand(ctx context.Context, p protocol.ExecuteCommandParams, now *Snapshot) (any, error) {
	for _, c := range commands {
		if c.name != p.Command {
			continue
		}
		result, err := c.run(s, ctx, now, p)
		if err != nil {
			if !now.client.results {
				s.messages.showError(ctx, err)
			}
			return nil, failed(err)
		}
		return result, nil
	}
	return nil, &rpc.Error{Code: rpc.CodeInvalidParams, Message: fmt.Sprintf("there is no command %q", p.Command)}
}

// failed is an error as the answer to a request: LSP's RequestFailed with what
// a client needs to show it well.
func failed(err error) error {
	return &rpc.Error{Code: rpc.CodeRequestFailed, Message: sentence(err), Data: tusk.InfoOf(err)}
}

// argument decodes a command's first argument into *T; none leaves the zero
// value. A text stands for what word makes of it, so that `tusk.execute file`
// can be typed.
func argument[T any](p protocol.ExecuteCommandParams, word func(string) T) (T, error) {
	var value T
	if len(p.Arguments) == 0 {
		return value, nil
	}
	var text string
	if json.Unmarshal(p.Arguments[0], &text) == nil {
		return word(text), nil
	}
	if err := json.Unmarshal(p.Arguments[0], &value); err != nil {
		return value, &tusk.Error{
			Message: fmt.Sprintf("the argument of %s cannot be read", p.Command),
			Hint:    "docs/protocol.md lists the arguments of every command.",
			Cause:   err,
		}
	}
	return value, nil
}
