package spool

import (
	"bytes"
	"testing"
)

// FuzzRow reads any bytes as a row without a panic; what it takes for one is
// written again as a row that reads the same.
func FuzzRow(f *testing.F) {
	f.Add([]byte{0, 1, 2, 'x'}, uint8(3))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, uint8(1))
	f.Fuzz(func(t *testing.T, b []byte, columns uint8) {
		row, again := make([][]byte, columns), make([][]byte, columns)
		if _, err := nextRow(row, b); err != nil {
			return
		}
		kept := make([]byte, rowSize(row))
		if n := putRow(kept, row); n != len(kept) {
			t.Fatalf("%q takes %d bytes, not %d", row, n, len(kept))
		}
		rest, err := nextRow(again, kept)
		if err != nil || len(rest) > 0 {
			t.Fatalf("%v, %d bytes are left", err, len(rest))
		}
		for i := range row {
			if !bytes.Equal(row[i], again[i]) || (row[i] == nil) != (again[i] == nil) {
				t.Errorf("cell %d: %q became %q", i, row[i], again[i])
			}
		}
	})
}

// The numbers of bytes at which a length takes one byte more.
func TestRowSize(t *testing.T) {
	for _, n := range []int{0, 1, 126, 127, 128, 1<<14 - 2, 1<<14 - 1, 1 << 14, 1<<21 - 2, 1<<21 - 1, 1 << 21} {
		row := [][]byte{make([]byte, n), nil}
		b := make([]byte, n+20)
		if got := int64(putRow(b, row)); got != rowSize(row) {
			t.Errorf("a cell of %d bytes takes %d bytes, not %d", n, got, rowSize(row))
		}
	}
}
