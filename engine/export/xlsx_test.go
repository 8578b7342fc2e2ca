package export_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/export"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// workbook reads a written one.
func workbook(t *testing.T, file string) *excelize.File {
	t.Helper()
	book, err := excelize.OpenReader(strings.NewReader(file), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	return book
}

// cell is what a workbook has in a cell.
type cell struct {
	kind  excelize.CellType
	value string
	shown string // as Excel formats it
}

func cellOf(t *testing.T, book *excelize.File, column, row int) cell {
	t.Helper()
	at, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		t.Fatal(err)
	}
	kind, err1 := book.GetCellType("Sheet1", at)
	value, err2 := book.GetCellValue("Sheet1", at)
	shown, err3 := book.GetCellValue("Sheet1", at, excelize.Options{})
	formula, err4 := book.GetCellFormula("Sheet1", at)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	if formula != "" {
		t.Errorf("%s is the formula %q", at, formula)
	}
	return cell{kind, value, shown}
}

func TestCellsOfAWorkbook(t *testing.T) {
	const (
		empty   = excelize.CellTypeUnset // numbers, too
		logical = excelize.CellTypeBool
		written = excelize.CellTypeInlineString
	)
	null := "(null)"
	tests := []struct {
		typeOID uint32
		value   string
		want    cell
	}{
		{textOID, null, cell{empty, "", ""}},
		{textOID, "", cell{written, "", ""}},
		{textOID, "=1+1", cell{written, "=1+1", "=1+1"}},
		{textOID, "123", cell{written, "123", "123"}},
		{textOID, " a\r\nb\t", cell{written, " a\r\nb\t", " a\r\nb\t"}},
		{textOID, "_x0041_ <&>", cell{written, "_x0041_ <&>", "_x0041_ <&>"}},
		{boolOID, "t", cell{logical, "1", "TRUE"}},
		{boolOID, "f", cell{logical, "0", "FALSE"}},
		{int4OID, "-42", cell{empty, "-42", "-42"}},
		{numericOID, "1.50", cell{empty, "1.5", "1.5"}},
		{numericOID, "123456789012345", cell{empty, "123456789012345", "123456789012345"}},
		{numericOID, "1234567890123456", cell{written, "1234567890123456", "1234567890123456"}},
		{numericOID, "0.1234567890123456", cell{written, "0.1234567890123456", "0.1234567890123456"}},
		{numericOID, "NaN", cell{written, "NaN", "NaN"}},
		{float8OID, "1e-05", cell{empty, "0.00001", "0.00001"}},
		{float8OID, "0.30000000000000004", cell{written, "0.30000000000000004", "0.30000000000000004"}},
		{float8OID, "5e-324", cell{written, "5e-324", "5e-324"}},
		{float8OID, "1.7e+308", cell{written, "1.7e+308", "1.7e+308"}},
		{dateOID, "2024-02-29", cell{empty, "45351", "2024-02-29"}},
		{dateOID, "1900-03-01", cell{empty, "61", "1900-03-01"}},
		{dateOID, "1900-02-28", cell{written, "1900-02-28", "1900-02-28"}},
		{dateOID, "infinity", cell{written, "infinity", "infinity"}},
		{dateOID, "10000-01-01", cell{written, "10000-01-01", "10000-01-01"}},
		{timestampOID, "2024-02-29 12:00:00", cell{empty, "45351.5", "2024-02-29 12:00:00"}},
		{timestampOID, "2024-02-29 12:34:56", cell{empty, "45351.5242592592", "2024-02-29 12:34:56"}},
		{timestampOID, "9999-12-31 23:59:59", cell{empty, "2958465.99998842", "9999-12-31 23:59:59"}},
		{timestampOID, "2024-02-29 12:34:56.5", cell{written, "2024-02-29 12:34:56.5", "2024-02-29 12:34:56.5"}},
	}
	for _, test := range tests {
		value := []byte(test.value)
		if test.value == null {
			value = nil
		}
		columns := []tusk.ColumnInfo{{Name: "=heading", TypeOID: test.typeOID}}
		o := options(t, export.XLSX)
		o.Header = true
		book := workbook(t, write(t, o, columns, [][][]byte{{value}}))
		if got, want := cellOf(t, book, 1, 1), (cell{written, "=heading", "=heading"}); got != want {
			t.Errorf("the heading is %+v", got)
		}
		if got := cellOf(t, book, 1, 2); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.value, got, test.want)
		}
	}
}

// TestWorkbookHasEveryValue reads back what was written of every type.
func TestWorkbookHasEveryValue(t *testing.T) {
	db := original(t, pgtest.New(t))
	columns, rows := query(t, db, "select * from original order by id")
	book := workbook(t, write(t, options(t, export.XLSX), columns, rows))
	numbers := 0
	for i, row := range rows[:60] {
		for j, value := range row {
			got := cellOf(t, book, j+1, i+1)
			switch {
			case value == nil && got == cell{}, got.kind == excelize.CellTypeInlineString && got.value == string(value):
			case got.kind == excelize.CellTypeBool && (got.value == "1") == (string(value) == "t"):
			case got.kind == excelize.CellTypeUnset && (sameNumber(got.value, value) || got.shown == string(value)):
				numbers++
			default:
				t.Errorf("%s: %q became %+v", columns[j].Name, value, got)
			}
		}
	}
	if numbers < 30 {
		t.Errorf("only %d cells are numbers or dates", numbers)
	}
}

func sameNumber(cell string, value []byte) bool {
	a, err1 := strconv.ParseFloat(cell, 64)
	b, err2 := strconv.ParseFloat(string(value), 64)
	return err1 == nil && err2 == nil && a == b && !math.IsInf(a, 0)
}

// TestWorkbookRefusesWhatItCannotHold shows that nothing is cut or replaced.
func TestWorkbookRefusesWhatItCannotHold(t *testing.T) {
	one := []tusk.ColumnInfo{{Name: "note", TypeOID: textOID}}
	fits := strings.Repeat("a", 32_765) + "😀" // counted in UTF-16
	book := workbook(t, write(t, options(t, export.XLSX), one, [][][]byte{{[]byte(fits)}}))
	if got := cellOf(t, book, 1, 1); got.value != fits {
		t.Errorf("got %d bytes, want %d", len(got.value), len(fits))
	}
	for value, want := range map[string]string{
		fits + "a": `column "note" of row 2 has 32768 characters, and a cell of a workbook has room for 32767`,
		"a\x07b":   `column "note" of row 2 has the character U+0007, which a workbook cannot hold`,
		"a\uffff":  `column "note" of row 2 has the character U+FFFF, which a workbook cannot hold`,
	} {
		_, err := export.Write(t.Context(), new(bytes.Buffer), options(t, export.XLSX), one, sequence([][][]byte{{nil}, {[]byte(value)}}))
		if said, ok := errors.AsType[*tusk.Error](err); !ok || said.Message != want || !strings.Contains(said.Hint, "CSV") {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestWorkbookHasRoomForSoManyRows writes one row more than there is room for
// below the header.
func TestWorkbookHasRoomForSoManyRows(t *testing.T) {
	const room = 1_048_576
	o := options(t, export.XLSX)
	o.Header = true
	n, err := export.Write(t.Context(), new(bytes.Buffer), o, wide[:1], func(yield func([][]byte, error) bool) {
		for row := [][]byte{[]byte("1")}; yield(row, nil); {
		}
	})
	said, ok := errors.AsType[*tusk.Error](err)
	if !ok || said.Message != "a workbook has room for 1048576 rows, and the result has more" || !strings.Contains(said.Hint, "CSV") {
		t.Errorf("got %v", err)
	}
	if n != room {
		t.Errorf("the error came with row %d", n)
	}
	isEmpty(t, o.TempDir)
}

// TestWorkbookNeedsAFolder: excelize would keep everything in memory.
func TestWorkbookNeedsAFolder(t *testing.T) {
	o := export.Options{Format: export.XLSX, TempDir: t.TempDir() + "/none"}
	_, err := export.Write(t.Context(), new(bytes.Buffer), o, wide, generated(1, len(wide), nil))
	if !errors.Is(err, &tusk.Error{Category: tusk.Storage}) {
		t.Errorf("got %v", err)
	}
}

// TestWorkbookIsCancelledWhileItIsPacked cancels when all rows are read.
func TestWorkbookIsCancelledWhileItIsPacked(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := options(t, export.XLSX)
	writes := 0
	n, err := export.Write(ctx, writerFunc(func(p []byte) (int, error) {
		writes++
		cancel()
		return len(p), nil
	}), o, wide, generated(50_000, len(wide), nil))
	if n != 50_000 || writes != 1 || !errors.Is(err, &tusk.Error{Category: tusk.Cancelled}) {
		t.Errorf("got %d rows, %d writes and %v", n, writes, err)
	}
	isEmpty(t, o.TempDir)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
