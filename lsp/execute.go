package lsp

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	protocol316 "github.com/tliron/glsp/protocol_3_16"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// ExecuteParams is the argument of tusk.execute. Without one, the statement at
// the place that the user was last seen runs.
type ExecuteParams struct {
	URI      string                `json:"uri,omitempty"`
	Position *protocol316.Position `json:"position,omitempty"` // for "statement"
	Range    *protocol316.Range    `json:"range,omitempty"`    // for "selection"
	// Scope is "statement" (the default without a range), "selection" (the
	// default with one) or "file".
	Scope     string                `json:"scope,omitempty"`
	MaxRows   int                   `json:"maxRows,omitempty"`   // rows kept of each result; 0: as set, -1: all
	KeepGoing bool                  `json:"keepGoing,omitempty"` // a statement that fails does not stop the rest
	Values    map[string]tusk.Value `json:"values,omitempty"`    // of parameters, by name; the others are asked for
	// Wait answers with all results when the run has ended; otherwise the
	// answer is the first query's id and results follow by themselves.
	Wait bool `json:"wait,omitempty"`
}

// ExecuteResult answers tusk.execute.
type ExecuteResult struct {
	QueryID uuid.UUID         `json:"query_id"`          // of the first statement
	Results []StatementResult `json:"results,omitempty"` // with Wait
}

// StatementResult is what one statement of a run gave: a result or an error.
// It is also the notification tusk/results, for clients that announce
// experimental.tusk.results, and tusk/rows, which tells them of a result whose
// rows still come. A statement may give several.
type StatementResult struct {
	URI     string            `json:"uri"`
	Version int32             `json:"version"` // of the document that Range is about
	Range   protocol316.Range `json:"range"`   // of the statement
	QueryID uuid.UUID         `json:"query_id"`
	Result  *tusk.QueryResult `json:"result,omitempty"`
	Error   *StatementError   `json:"error,omitempty"`
}

// StatementError is why a statement gave no result.
type StatementError struct {
	tusk.ErrorInfo
	Code      string             `json:"code,omitempty"`  // SQLSTATE
	Range     *protocol316.Range `json:"range,omitempty"` // where, if the server said so
	Cancelled bool               `json:"cancelled,omitempty"`
}

// script is the part of a document that runs.
type script struct {
	document   *Document
	statements []sql.Statement
	offset     int // of the statements' text in the document: 0 unless a selection runs
}

// execute runs SQL. The run belongs to the document: it goes on when the
// request is answered and ends when the document closes.
func (s *session) execute(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) ExecuteParams { return ExecuteParams{Scope: word} })
	if err != nil {
		return nil, err
	}
	todo, err := scriptOf(now, params)
	if err != nil {
		return nil, err
	}
	connection, err := s.connections.await(ctx, todo.document.URI)
	if err != nil {
		return nil, err
	}
	r := s.startRun(now, todo, connection, params, p.WorkDoneToken)
	if !params.Wait {
		select {
		case id := <-r.started:
			return ExecuteResult{QueryID: id}, nil
		case <-r.done:
			return r.answer()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	defer context.AfterFunc(ctx, r.cancel)()
	<-r.done
	return r.answer()
}

// scriptOf finds what to run.
func scriptOf(now *Snapshot, p ExecuteParams) (script, error) {
	uri, offset := p.URI, now.focus.offset
	if uri == "" {
		uri = now.focus.uri
	}
	d := now.document(uri)
	if d == nil {
		return script{}, &tusk.Error{Category: tusk.Query, Message: "there is no open document to run", Hint: "Open an SQL file and put the cursor in a statement."}
	}
	lines, e := d.File.Lines(), now.client.encoding
	if p.Position != nil {
		offset = offsetOf(lines, *p.Position, e)
	}
	scope := p.Scope
	if scope == "" && p.Range != nil && p.Range.Start != p.Range.End {
		scope = "selection"
	}
	todo := script{document: d}
	switch scope {
	case "", "statement":
		if p.Range != nil && p.Position == nil {
			offset = offsetOf(lines, p.Range.Start, e)
		}
		if st, ok := d.File.At(min(offset, len(d.File.Text()))); ok {
			all := d.File.Statements()
			from, to := engine.Together(all, slices.IndexFunc(all, func(other sql.Statement) bool { return other.Span == st.Span }))
			todo.statements = all[from:to]
		}
	case "selection":
		if p.Range == nil {
			return script{}, &tusk.Error{Category: tusk.Query, Message: "a selection runs only with its range", Hint: "Select the statements to run."}
		}
		span := spanOf(lines, *p.Range, e)
		todo.offset = span.Start
		todo.statements = sql.New(d.File.Text()[span.Start:span.End]).Statements()
	case "file":
		todo.statements = d.File.Statements()
	default:
		return script{}, &tusk.Error{Category: tusk.Query, Message: fmt.Sprintf("%q is nothing to run", scope), Hint: "Use statement, selection or file."}
	}
	if len(todo.statements) == 0 {
		return script{}, &tusk.Error{Category: tusk.Query, Message: "there is no statement here", Hint: "Put the cursor in a statement, or select one."}
	}
	return todo, nil
}

// span is where a statement stands in the document, in bytes.
func (t script) span(i int) text.Span {
	span := t.statements[i].Span
	return text.Span{Start: span.Start + t.offset, End: span.End + t.offset}
}
