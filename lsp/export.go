package lsp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/export"
	"github.com/tusk-lsp/tusk-lsp/engine/render"
	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
)

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
	info := result.Info()
	if params.Format == "" {
		params.Format = formatOf(params.Path)
	}
	write := func(w io.Writer, rows tusk.Rows) (int64, error) {
		return export.Write(ctx, w, export.Options{
			Format: params.Format, Table: params.Table, Header: !params.NoHeader, TempDir: s.options.DataDir,
		}, info.Columns, rows)
	}
	extension := params.Format.Extension()
	switch {
	case params.Format == "" && info.Display == tusk.AsLines:
		extension = ".txt" // what COPY … TO STDOUT gave is a file's content already
		write = func(w io.Writer, rows tusk.Rows) (int64, error) { return info.RowCount, render.Text(w, info, rows) }
	case params.Format == "":
		params.Format, extension = export.CSV, export.CSV.Extension()
	case extension == "":
		return nil, &tusk.Error{Category: tusk.Query, Message: fmt.Sprintf("%q is no format", params.Format), Hint: fmt.Sprintf("Use one of %v.", export.Formats())}
	}
	rows, err := result.RowsInOrder(ctx, params.Order)
	if err != nil {
		return nil, err
	}
	shown := params.Path == ""
	if shown {
		params.Path, err = s.results.named("export:"+info.ID.String()+extension, strings.TrimPrefix(extension, "."))
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
		token = nil
	}
	progress := s.progresses.start(token, now.client.progress, "Exporting to "+filepath.Base(params.Path), cancel)
	defer func() { progress.end("") }()
	written, err := writeWhole(params.Path, params.Overwrite, func(f *os.File) (int64, error) {
		out := bufio.NewWriterSize(f, 1<<16)
		n, err := write(out, rows)
		if err == nil {
			if flushErr := out.Flush(); flushErr != nil {
				err = exportFileError(params.Path, flushErr)
			}
		}
		return n, err
	})
	if err != nil {
		return nil, err
	}
	if shown {
		s.open(params.Path, now.client)
	}
	return ExportResult{Path: params.Path, Rows: written}, nil
}

// formatOf is the format that a file's name tells, "" where it tells none.
func formatOf(path string) export.Format {
	for _, format := range export.Formats() {
		if extension := filepath.Ext(path); extension != "" && strings.EqualFold(extension, format.Extension()) {
			return format
		}
	}
	return ""
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
