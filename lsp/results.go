package lsp

import (
	"context"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
	"github.com/tusk-lsp/tusk-lsp/sql"
)

// ResultParams names a result and an order of its rows. Without a result it is
// the last one of the document that the user was last seen in.
type ResultParams struct {
	ResultID uuid.UUID `json:"result_id"`
	engine.Order
}

// resultID reads a result's id where a word stands for the whole argument.
func resultID(word string) ResultParams {
	id, err := uuid.Parse(word)
	if err != nil {
		return ResultParams{} // which no result has
	}
	return ResultParams{ResultID: id}
}

func (s *session) result(now *Snapshot, p ResultParams) (*engine.Result, error) {
	if p.ResultID == uuid.Nil {
		return s.engine.LastResult(now.focus.uri)
	}
	return s.engine.Result(p.ResultID)
}

// FetchParams is the argument of tusk.result.fetch, which answers with an
// engine.Window.
type FetchParams struct {
	ResultParams
	Offset int64 `json:"offset"` // of the first row, from 0
	Limit  int64 `json:"limit"`  // rows; 0: 1000
}

func (s *session) fetchResult(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) FetchParams { return FetchParams{ResultParams: resultID(word)} })
	if err != nil {
		return nil, err
	}
	result, err := s.result(now, params.ResultParams)
	if err != nil {
		return nil, err
	}
	if params.Limit == 0 {
		params.Limit = 1000
	}
	return result.Window(ctx, params.Order, params.Offset, params.Limit)
}

// CellParams is the argument of tusk.result.cell, which answers with the value.
type CellParams struct {
	ResultParams
	Row    int64 `json:"row"`    // from 0, in the order
	Column int   `json:"column"` // from 0
}

func (s *session) resultCell(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) CellParams { return CellParams{ResultParams: resultID(word)} })
	if err != nil {
		return nil, err
	}
	result, err := s.result(now, params.ResultParams)
	if err != nil {
		return nil, err
	}
	value, err := result.Cell(ctx, params.Order, params.Row, params.Column)
	return map[string]tusk.Value{"value": value}, err
}

// resultInfo answers with the tusk.QueryResult.
func (s *session) resultInfo(_ context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, resultID)
	if err != nil {
		return nil, err
	}
	result, err := s.result(now, params)
	if err != nil {
		return nil, err
	}
	return result.Info(), nil
}

func (s *session) closeResult(_ context.Context, _ *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, resultID)
	if err != nil {
		return nil, err
	}
	return nil, s.engine.CloseResult(params.ResultID)
}

// fetchAllRows runs the statement of a result again and keeps all rows. It
// refuses to where that would do more than read.
func (s *session) fetchAllRows(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, resultID)
	if err != nil {
		return nil, err
	}
	result, err := s.result(now, params)
	if err != nil {
		return nil, err
	}
	again, err := result.Again()
	if err != nil {
		return nil, err
	}
	document := now.document(again.Session)
	if document == nil {
		return nil, &tusk.Error{Category: tusk.Query, Message: "the document of this result is closed", Hint: "Open it and run the statement with maxRows -1."}
	}
	todo := script{document: document, statements: sql.New(again.SQL).Statements()}
	if statements := document.File.Statements(); len(todo.statements) == 1 {
		for _, st := range statements {
			if st.Text() == again.SQL {
				todo.statements = []sql.Statement{st}
				break
			}
		}
	}
	r := s.startRun(now, todo, again.ConnectionID, ExecuteParams{MaxRows: -1, Values: again.Values}, p.WorkDoneToken)
	defer context.AfterFunc(ctx, r.cancel)()
	<-r.done
	return r.answer()
}
