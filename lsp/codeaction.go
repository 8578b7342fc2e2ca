package lsp

import (
	"context"
	"slices"
	"strings"

	protocol316 "github.com/tliron/glsp/protocol_3_16"

	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/engine/export"
	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
)

// codeActionRun is the kind of the actions that run SQL. They exist because
// several clients have no code lenses and hide executeCommand.
const codeActionRun = "source.tusk.run"

// codeAction offers to run the statement at the cursor or the selection, to end
// the document's transaction, to export its last result, and to cancel what
// runs. Each command carries its arguments.
func (s *session) codeAction(_ context.Context, p protocol.CodeActionParams, now *Snapshot) ([]protocol.CodeAction, error) {
	d := now.document(p.TextDocument.URI)
	if d == nil || !wanted(p.Context.Only) {
		return nil, nil
	}
	var actions []protocol.CodeAction
	add := func(title, name string, argument any) {
		actions = append(actions, protocol.CodeAction{
			Title:   title,
			Kind:    codeActionRun,
			Command: &protocol316.Command{Title: title, Command: name, Arguments: []any{argument}},
		})
	}
	if p.Range.Start != p.Range.End {
		add("Run selection", "tusk.execute", ExecuteParams{URI: d.URI, Range: &p.Range, Scope: "selection"})
	} else if _, ok := d.File.At(offsetOf(d.File.Lines(), p.Range.Start, now.client.encoding)); ok {
		add("Run statement", "tusk.execute", ExecuteParams{URI: d.URI, Position: &p.Range.Start, Scope: "statement"})
	}
	for _, status := range s.engine.Sessions() {
		if status.Key == d.URI && status.Transaction != engine.Idle {
			add("Commit transaction", "tusk.transaction.commit", SessionParams{URI: d.URI})
			add("Roll back transaction", "tusk.transaction.rollback", SessionParams{URI: d.URI})
		}
	}
	if last, err := s.engine.LastResult(d.URI); err == nil {
		add("Export result as CSV", "tusk.result.export", ExportParams{ResultParams: ResultParams{ResultID: last.Info().ID}, Format: export.CSV})
	}
	for _, h := range s.engine.Queries() {
		add("Cancel query: "+oneLine(h.SQL), "tusk.query.cancel", CancelQueryParams{ID: h.ID.String()})
	}
	return actions, nil
}

// wanted heeds a client that asks for some kinds only; a kind stands for those
// below it.
func wanted(only []protocol316.CodeActionKind) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(kind string) bool {
		return kind == "" || kind == codeActionRun || strings.HasPrefix(codeActionRun, kind+".")
	})
}

// oneLine is the beginning of a statement, for a menu.
func oneLine(sql string) string {
	sql = strings.Join(strings.Fields(sql), " ")
	if runes := []rune(sql); len(runes) > 50 {
		return string(runes[:49]) + "…"
	}
	return sql
}
