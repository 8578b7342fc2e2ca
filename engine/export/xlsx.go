package export

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// What Excel shows of a number: digits, and sizes that it knows
// (https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3,
// "Excel specifications and limits").
const (
	excelDigits   = 15
	excelSmallest = 2.2251e-308
	excelLargest  = 9.99999999999999e307
)

// sheet is the one that a new workbook has.
const sheet = "Sheet1"

// xlsx writes a workbook of one sheet. The sheet goes to a temporary file first,
// since what Excel reads is a zip archive.
func (e *exporter) xlsx(rows tusk.Rows) (err error) {
	dir, err := os.MkdirTemp(e.TempDir, "export-")
	if err != nil {
		return spoolError(err)
	}
	file := excelize.NewFile(excelize.Options{TmpDir: dir})
	defer func() {
		if left := errors.Join(file.Close(), os.RemoveAll(dir)); left != nil {
			err = errors.Join(err, spoolError(left))
		}
	}()
	file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return archive{zip.NewWriter(e.out)} })
	book, err := newWorkbook(e, file)
	if err != nil {
		return spoolError(err)
	}
	if e.Header {
		if err := book.add(e.headings()); err != nil {
			return err
		}
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := book.add(row); err != nil {
			return err
		}
	}
	if err := book.stream.Flush(); err != nil {
		return spoolError(err)
	}
	err = file.Write(io.Discard) // the archive goes to e.out
	switch {
	case errors.Is(err, errTooLarge):
		return tusk.NewError(tusk.Query, err, "a workbook cannot hold as much as this result").
			WithHint("Export as CSV, which has no limit.")
	case err != nil:
		return spoolError(err)
	}
	return nil
}

// spoolError is the error of the unfinished file.
func spoolError(err error) error {
	return tusk.NewError(tusk.Storage, err, "the workbook cannot be put together").
		WithHint("Check that there is room in the folder for temporary files and that you may write there.")
}

// workbook is a sheet that is being written.
type workbook struct {
	*exporter
	stream *excelize.StreamWriter
	row    int   // that was written last, from 1
	values []any // of a row
	styles map[kind]int
}

func newWorkbook(e *exporter, file *excelize.File) (*workbook, error) {
	b := &workbook{exporter: e, values: make([]any, len(e.columns)), styles: map[kind]int{}}
	for k, format := range map[kind]string{date: "yyyy-mm-dd", timestamp: "yyyy-mm-dd hh:mm:ss"} {
		style, err := file.NewStyle(&excelize.Style{CustomNumFmt: &format})
		if err != nil {
			return nil, err
		}
		b.styles[k] = style
	}
	var err error
	b.stream, err = file.NewStreamWriter(sheet)
	return b, err
}

// add writes a row, the header too.
func (b *workbook) add(row [][]byte) error {
	if b.row == excelize.TotalRows {
		return tusk.NewError(tusk.Query, nil, "a workbook has room for %d rows, and the result has more", excelize.TotalRows).
			WithHint("Export as CSV, which has no limit, or restrict the query with LIMIT.")
	}
	b.row++
	for i, value := range row {
		var err error
		if b.values[i], err = b.cell(i, value); err != nil {
			return err
		}
	}
	first := "A" + strconv.Itoa(b.row)
	if err := b.stream.SetRow(first, b.values); err != nil {
		return spoolError(err)
	}
	return nil
}

// cell gives the value that excelize writes as what it is.
func (b *workbook) cell(column int, value []byte) (any, error) {
	if value == nil {
		return nil, nil
	}
	if b.count == 0 { // the header
		return string(value), b.fits(column, value)
	}
	switch k := kindOf(b.columns[column].TypeOID); k {
	case number:
		if n, ok := excelNumber(value); ok {
			return n, nil
		}
	case boolean:
		return string(value) == "t", nil
	case date:
		if days, ok := excelDays(time.DateOnly, value); ok {
			return excelize.Cell{StyleID: b.styles[k], Value: days}, nil
		}
	case timestamp:
		if days, ok := excelDays(time.DateTime, value); ok {
			return excelize.Cell{StyleID: b.styles[k], Value: days}, nil
		}
	}
	return string(value), b.fits(column, value)
}

// fits refuses text that excelize would cut, or replace.
func (b *workbook) fits(column int, value []byte) error {
	if err := b.utf8(column, value); err != nil {
		return err
	}
	units := 0
	for rest := value; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		rest = rest[size:]
		units++
		if r > 0xffff {
			units++
		}
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return b.cannotHold(column, fmt.Sprintf("has the character %U, which a workbook cannot hold", r))
		}
	}
	if units > excelize.TotalCellChars {
		return b.cannotHold(column, fmt.Sprintf("has %d characters, and a cell of a workbook has room for %d", units, excelize.TotalCellChars))
	}
	return nil
}

// excelNumber gives a number that Excel shows with all of its digits.
func excelNumber(text []byte) (float64, bool) {
	if !isNumber(text) || string(text) == "-0" {
		return 0, false
	}
	mantissa, _, _ := bytes.Cut(bytes.ToLower(text), []byte("e"))
	whole, fraction, _ := bytes.Cut(bytes.TrimLeft(mantissa, "-"), []byte("."))
	digits := append(bytes.Clone(whole), fraction...)
	if len(bytes.Trim(digits, "0")) > excelDigits {
		return 0, false
	}
	n, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.Abs(n) > excelLargest || n != 0 && math.Abs(n) < excelSmallest {
		return 0, false
	}
	return n, true
}

// excelDays gives the days since the end of 1899, of moments that Excel reckons
// as everybody does: it believes that there was a February 29 in 1900.
func excelDays(layout string, text []byte) (float64, bool) {
	const day = 24 * time.Hour
	t, err := time.Parse(layout, string(text))
	if err != nil || len(text) != len(layout) || t.Before(time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)) {
		return 0, false
	}
	seconds := t.Unix() - time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Unix()
	return float64(seconds) / day.Seconds(), true
}

var errTooLarge = errors.New("a part of the archive is larger than 4 GiB")

// archive is a zip archive whose parts end where Excel would take the file for
// damaged: it wants a version in front of larger ones that package zip does not
// write.
type archive struct{ *zip.Writer }

// Create begins a part.
func (a archive) Create(name string) (io.Writer, error) {
	w, err := a.Writer.Create(name)
	return &part{w: w, room: math.MaxUint32}, err
}

type part struct {
	w    io.Writer
	room int64 // bytes
}

// Write writes to the part.
func (p *part) Write(b []byte) (int, error) {
	if p.room -= int64(len(b)); p.room < 0 {
		return 0, errTooLarge
	}
	return p.w.Write(b)
}
