package export_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/export"
)

func oid(t *testing.T, text []byte) uint32 {
	t.Helper()
	n, err := strconv.ParseUint(string(text), 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(n)
}

var wide = []tusk.ColumnInfo{
	{Name: "id", TypeOID: int4OID}, {Name: "name", TypeOID: textOID}, {Name: "amount", TypeOID: numericOID},
	{Name: "at", TypeOID: timestampOID}, {Name: "nothing", TypeOID: textOID}, {Name: "active", TypeOID: boolOID},
	{Name: "tags", TypeOID: textArrayOID}, {Name: "note", TypeOID: textOID},
}

// generated gives n rows of the first columns of wide, all of which take about
// 100 bytes; at is called after every 100,000th.
func generated(n, columns int, at func(i int)) tusk.Rows {
	return func(yield func([][]byte, error) bool) {
		row := [][]byte{
			nil, []byte("customer 4f1c8e2a90b7d635"), []byte("12345.67"), []byte("2024-02-29 12:34:56"), nil, []byte("t"),
			[]byte(`{red,"a b"}`), []byte("note of the customer's order"),
		}
		for i := range n {
			row[0] = strconv.AppendInt(row[0][:0], int64(i), 10)
			if !yield(row[:columns], nil) {
				return
			}
			if i%100_000 == 0 && at != nil {
				at(i)
			}
		}
	}
}

func options(t testing.TB, f export.Format) export.Options {
	return export.Options{Format: f, Table: "t", TempDir: t.TempDir()}
}

// TestMemoryIsBounded writes a million rows in every format that is written as
// it comes.
func TestMemoryIsBounded(t *testing.T) {
	const limit = 4 << 20
	for _, f := range export.Formats() {
		if f == export.XLSX {
			continue // what excelize keeps grows by no row either, but has 16 MiB of buffer
		}
		t.Run(string(f), func(t *testing.T) {
			var first, most uint64
			n, err := export.Write(t.Context(), io.Discard, options(t, f), wide[:3], generated(1_000_000, 3, func(i int) {
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				if i == 0 {
					first = m.HeapAlloc
				}
				most = max(most, m.HeapAlloc)
			}))
			if err != nil || n != 1_000_000 {
				t.Fatal(n, err)
			}
			if most > first+limit {
				t.Errorf("the heap grew from %d to %d bytes", first, most)
			}
		})
	}
}

// TestCancel ends an export that would never end by itself, between two rows.
func TestCancel(t *testing.T) {
	for _, f := range export.Formats() {
		t.Run(string(f), func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			read, o := 0, options(t, f)
			endless := func(yield func([][]byte, error) bool) {
				for yield(make([][]byte, len(wide)), nil) {
					if read++; read == 1000 {
						cancel()
					}
				}
			}
			n, err := export.Write(ctx, io.Discard, o, wide, endless)
			if !errors.Is(err, &tusk.Error{Category: tusk.Cancelled}) || !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			if n != 1000 {
				t.Errorf("%d rows were written", n)
			}
			isEmpty(t, o.TempDir)
		})
	}
}

// TestRowsThatFail passes the error on.
func TestRowsThatFail(t *testing.T) {
	broken := tusk.NewError(tusk.Storage, nil, "the spool is gone")
	for _, f := range export.Formats() {
		t.Run(string(f), func(t *testing.T) {
			o := options(t, f)
			n, err := export.Write(t.Context(), io.Discard, o, wide, func(yield func([][]byte, error) bool) {
				_ = yield(make([][]byte, len(wide)), nil) && yield(nil, broken)
			})
			if !errors.Is(err, broken) || n != 1 {
				t.Errorf("got %d rows and %v", n, err)
			}
			isEmpty(t, o.TempDir)
		})
	}
}

var errFull = errors.New("no space left on device")

// full is a disk with so much room.
type full struct{ room int }

func (d *full) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestDiskIsFull(t *testing.T) {
	for _, f := range export.Formats() {
		for _, room := range []int{0, 100_000} {
			t.Run(fmt.Sprint(f, room), func(t *testing.T) {
				o := options(t, f)
				n, err := export.Write(t.Context(), &full{room}, o, wide, generated(50_000, len(wide), nil))
				said, ok := errors.AsType[*tusk.Error](err)
				if !ok || said.Category != tusk.Storage || said.Message != "the export cannot be written" || !errors.Is(err, errFull) {
					t.Errorf("got %v", err)
				}
				if n == 50_000 && f != export.XLSX { // which is put together first
					t.Error("all rows were read although none could be written")
				}
				isEmpty(t, o.TempDir)
			})
		}
	}
}

func isEmpty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("%v is left in the folder for temporary files: %v", left, err)
	}
}

// BenchmarkWrite writes a million rows of 8 columns.
func BenchmarkWrite(b *testing.B) {
	const rows = 1_000_000
	for _, f := range export.Formats() {
		b.Run(string(f), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := export.Write(b.Context(), io.Discard, options(b, f), wide, generated(rows, len(wide), nil)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
