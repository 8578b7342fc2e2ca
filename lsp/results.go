package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/engine/export"
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

// ExportParams is the argument of tusk.result.export.
type ExportParams struct {
	ResultParams
	Format    export.Format `json:"format,omitempty"`    // "": by the path's ending, else csv
	Path      string        `json:"path,omitempty"`      // absolute, or below the first workspace folder; "": a file of ours, which is shown
	Overwrite bool          `json:"overwrite,omitempty"` // a file that is there already
	Table     string        `json:"table,omitempty"`     // for insert and copy
	NoHeader  bool          `json:"noHeader,omitempty"`  // csv and tsv without the columns' names
}

// ExportResult answers tusk.result.export.
type ExportResult struct {
	Path string `json:"path"`
	Rows int64  `json:"rows"`
}

// exportResult writes a result to a file, which appears when it is whole.
func (s *session) exportResult(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) ExportParams { return ExportParams{Format: export.Format(word)} })
	if err != nil {
		return nil, err
	}
	result, err := s.result(now, params.ResultParams)
	if err != nil {
		return nil, err
	}
	if params.Format == "" {
		params.Format = export.FormatOf(params.Path)
	}
	rows, err := result.RowsInOrder(ctx, params.Order)
	if err != nil {
		return nil, err
	}
	shown := params.Path == ""
	if shown {
		extension := params.Format.Extension()
		params.Path, err = s.results.named("export:"+result.Info().ID.String()+"."+extension, extension)
		params.Overwrite = true
	} else {
		params.Path, err = absolute(now, params.Path)
	}
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	token := p.WorkDoneToken
	if string(token) == "null" {
		token = json.RawMessage(nil)
	}
	progress := s.progresses.start(token, now.client.progress, "Exporting to "+filepath.Base(params.Path), cancel)
	defer func() { progress.end("") }()
	written, err := writeWhole(params.Path, params.Overwrite, func(f *os.File) (int64, error) {
		return export.Write(ctx, f, export.Options{
			Format: params.Format, Table: params.Table, Header: !params.NoHeader, TempDir: s.options.DataDir,
		}, result.Info().Columns, rows)
	})
	if err != nil {
		return nil, err
	}
	if shown {
		s.open(params.Path, now.client)
	}
	return ExportResult{Path: params.Path, Rows: written}, nil
}

// absolute is where an export goes.
func absolute(now *Snapshot, path string) (string, error) {
	if filepath.IsAbs(path) {
		return path, nil
	}
	if len(now.folders) == 0 {
		return "", &tusk.Error{Category: tusk.Storage, Message: fmt.Sprintf("%q is below no folder", path), Hint: "Give the file's whole path."}
	}
	return filepath.Join(now.folders[0], path), nil
}

// writeWhole writes a file under another name and renames it when it is whole.
// The file is the user's alone.
func writeWhole(path string, overwrite bool, write func(*os.File) (int64, error)) (n int64, err error) {
	if _, err := os.Lstat(path); err == nil && !overwrite {
		return 0, &tusk.Error{Category: tusk.Storage, Message: path + " is there already", Hint: "Choose another name, or ask to overwrite it."}
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return 0, exportFileError(path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	n, err = write(f)
	if closeErr := f.Close(); err == nil && closeErr != nil {
		err = exportFileError(path, closeErr)
	}
	if err == nil {
		if renameErr := os.Rename(f.Name(), path); renameErr != nil {
			err = exportFileError(path, renameErr)
		}
	}
	return n, err
}

func exportFileError(path string, err error) error {
	return tusk.NewError(tusk.Storage, err, "cannot write %s", path).
		WithHint("Check that the folder is there and writable and that its disk is not full, or choose another.")
}
