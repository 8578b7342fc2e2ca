// Package export writes the rows of a result in the formats that other programs
// read. Rows are written as they come: memory does not grow with their number.
//
// Values come in PostgreSQL's text form, and no format loses any of it unless
// its description says so; what a format cannot hold ends the export with an
// error that says where and which format can.
package export

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/render"
)

// Format names a file format.
type Format string

// The formats.
const (
	CSV       Format = "csv"      // what COPY … TO STDOUT (FORMAT csv) writes, byte for byte
	TSV       Format = "tsv"      // tab-separated values: tab, newline, carriage return and backslash are \t, \n, \r and \\
	JSON      Format = "json"     // an array of objects; see [Options] for what values become
	JSONLines Format = "jsonl"    // an object a line
	Insert    Format = "insert"   // INSERT statements
	Copy      Format = "copy"     // COPY … FROM stdin with its data, a script for psql
	Markdown  Format = "markdown" // a table of GitHub Flavored Markdown
	XLSX      Format = "xlsx"     // a workbook of Excel's
)

// formats are all formats in the order in which they are offered.
var formats = []struct {
	format    Format
	extension string
	write     func(*exporter, tusk.Rows) error
}{
	{CSV, ".csv", (*exporter).csv},
	{TSV, ".tsv", (*exporter).tsv},
	{JSON, ".json", (*exporter).json},
	{JSONLines, ".jsonl", (*exporter).jsonLines},
	{Insert, ".sql", (*exporter).insert},
	{Copy, ".sql", (*exporter).copy},
	{Markdown, ".md", (*exporter).markdown},
	{XLSX, ".xlsx", (*exporter).xlsx},
}

// Formats gives all formats in the order in which to offer them.
func Formats() []Format {
	all := make([]Format, len(formats))
	for i, f := range formats {
		all[i] = f.format
	}
	return all
}

// Extension gives what a file of the format ends with, such as ".csv", and ""
// for what is no format.
func (f Format) Extension() string {
	for _, known := range formats {
		if known.format == f {
			return known.extension
		}
	}
	return ""
}

// Options say how to write.
//
// Insert, Copy, JSON and JSONLines need distinct column names: where a name
// comes again, it gets a number that no column has: id, id_2, id_3.
//
// JSON and JSONLines write the numbers of PostgreSQL as numbers with all their
// digits, apart from NaN and infinities, which JSON has not; boolean as true and
// false; json and jsonb as they are, on one line; arrays of built-in types as
// arrays, but those whose subscripts do not start at 1 as text; and all else as
// text. The JSON value null cannot be told from NULL.
//
// XLSX writes numbers of at most 15 digits, which are all that Excel shows,
// booleans, and dates and timestamps of whole seconds from March 1900 to 9999 as
// what they are, which loses zeros in the end of decimals. All else is text, and
// never a formula.
type Options struct {
	Format Format

	// Table is the table that Insert and Copy write for, as SQL: quoted where it
	// must be, such as public."Order".
	Table string

	// Header writes the names of the columns above the rows in CSV, TSV and
	// XLSX.
	Header bool

	// Null stands for NULL in CSV and TSV. Where it is a value, too, CSV quotes
	// the value; in TSV only a Null with a backslash, such as \N, is never one.
	Null string

	// TempDir is where XLSX keeps its unfinished file, which is removed in the
	// end; "" is the folder of the operating system. It takes about 50 bytes of
	// disk for each cell besides its value.
	TempDir string
}

// Write writes the rows to w and gives how many it wrote. It reads the rows once
// and asks between two of them whether ctx has ended. Errors are *tusk.Error,
// apart from those of the rows, which are given as they came; what was written
// until then is no whole file.
func Write(ctx context.Context, w io.Writer, o Options, columns []tusk.ColumnInfo, rows tusk.Rows) (int64, error) {
	e := &exporter{Options: o, columns: columns, destination: destination{ctx: ctx, w: w}}
	e.out = bufio.NewWriterSize(&e.destination, 64<<10)
	for _, f := range formats {
		if f.format != o.Format {
			continue
		}
		if len(columns) == 0 {
			return 0, tusk.NewError(tusk.Query, nil, "the result has no columns to export").
				WithHint("Export the result of a statement that returns rows.")
		}
		err := f.write(e, e.counted(rows))
		if err == nil {
			err = e.out.Flush()
		}
		return e.count, e.explain(err)
	}
	return 0, tusk.NewError(tusk.Query, nil, "there is no export format %q", o.Format).
		WithHint(fmt.Sprintf("The formats are %s.", strings.Join(names(), ", ")))
}

func names() (all []string) {
	for _, f := range formats {
		all = append(all, string(f.format))
	}
	return all
}

// exporter writes one result.
type exporter struct {
	Options
	columns     []tusk.ColumnInfo
	destination destination
	out         *bufio.Writer // to destination
	count       int64         // rows that were read
}

// destination passes on what is written while ctx lives.
type destination struct {
	ctx context.Context
	w   io.Writer
	err error // what w answered
}

func (d *destination) Write(p []byte) (int, error) {
	if err := d.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := d.w.Write(p)
	d.err = cmp.Or(d.err, err)
	return n, err
}

// counted gives the rows, counted, while the context lives.
func (e *exporter) counted(rows tusk.Rows) tusk.Rows {
	return func(yield func([][]byte, error) bool) {
		for row, err := range rows {
			err = cmp.Or(err, e.destination.ctx.Err())
			if err == nil {
				e.count++
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// explain says in a user's words what ended the export.
func (e *exporter) explain(err error) error {
	switch {
	case err == nil:
		return nil
	case e.destination.err != nil:
		return tusk.NewError(tusk.Storage, e.destination.err, "the export cannot be written").
			WithHint("Check that there is room where it goes and that you may write there.")
	case e.destination.ctx.Err() != nil:
		return tusk.NewError(tusk.Cancelled, context.Cause(e.destination.ctx), "the export was cancelled").
			WithHint("Nothing to do: it was stopped on request. What was written so far is incomplete.")
	default:
		return err
	}
}

// cannotHold is the error of a value that the format has no room for.
func (e *exporter) cannotHold(column int, what string) error {
	return tusk.NewError(tusk.Query, nil, "column %q of row %d %s", e.columns[column].Name, e.count, what).
		WithHint("Export as CSV, which holds every value.")
}

// utf8 refuses what is not UTF-8, as databases in SQL_ASCII may have it.
func (e *exporter) utf8(column int, value []byte) error {
	if !utf8.Valid(value) {
		return e.cannotHold(column, "is not valid in UTF-8")
	}
	return nil
}

// distinctNames gives the names of the columns, numbered where they come again.
func (e *exporter) distinctNames() []string {
	taken := map[string]bool{}
	for _, c := range e.columns {
		taken[c.Name] = true
	}
	seen := map[string]bool{}
	all := make([]string, len(e.columns))
	for i, c := range e.columns {
		all[i] = c.Name
		for n := 2; seen[c.Name] && taken[all[i]]; n++ {
			all[i] = fmt.Sprintf("%s_%d", c.Name, n)
		}
		seen[c.Name], taken[all[i]] = true, true
	}
	return all
}

// headings gives the names of the columns as a row.
func (e *exporter) headings() [][]byte {
	row := make([][]byte, len(e.columns))
	for i, c := range e.columns {
		row[i] = []byte(c.Name)
	}
	return row
}

func (e *exporter) markdown(rows tusk.Rows) error {
	noFooters := []string{}
	return render.Markdown(e.out, &tusk.QueryResult{Columns: e.columns, Footers: noFooters}, rows)
}
