package spool_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/tusk-lsp/tusk-lsp/engine/spool"
)

const million = 1_000_000

// tenant gives rows of 8 columns and 100 bytes that are all different, without
// an allocation for each.
func wideRow() func(i int) [][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	buf := make([]byte, 0, 256)
	row := make([][]byte, 8)
	return func(i int) [][]byte {
		buf = buf[:0]
		cut := func(from int) []byte { return buf[from:len(buf):len(buf)] }
		at := 0
		add := func(format string, args ...any) []byte {
			at = len(buf)
			buf = fmt.Appendf(buf, format, args...)
			return cut(at)
		}
		row[0] = add("%d", i)
		row[1] = add("customer %016x", random.Uint64())
		row[2] = add("%d.%02d", random.IntN(100_000), i%100)
		row[3] = add("2024-%02d-%02d 12:%02d:00+00", 1+i%12, 1+i%28, i%60)
		row[4] = nil
		row[5] = add("t")
		row[6] = add("%d", random.IntN(million))
		row[7] = add("note of the customer's order %d", i%1000)
		return row
	}
}

// fill appends rows that were made before, so that only the appending counts.
func fill(b *testing.B, r *spool.Result, rows [][][]byte, n int) {
	for i := range n {
		if err := r.Append(rows[i%len(rows)]); err != nil {
			b.Fatal(err)
		}
	}
	r.Finish()
}

func madeRows(n int) [][][]byte {
	next := wideRow()
	rows := make([][][]byte, n)
	for i := range rows {
		for _, cell := range next(i) {
			if cell != nil {
				cell = append([]byte{}, cell...)
			}
			rows[i] = append(rows[i], cell)
		}
	}
	return rows
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse)
}

// BenchmarkAppend appends a million rows of 8 columns, against a plain copy of
// as many bytes into a file.
func BenchmarkAppend(b *testing.B) {
	rows := madeRows(10_000)
	for b.Loop() {
		b.StopTimer()
		s := spool.New(spool.Options{Dir: b.TempDir()})
		before := heap()
		r := s.NewResult(8)
		b.StartTimer()
		began := time.Now()
		fill(b, r, rows, million)
		took := time.Since(began)
		b.StopTimer()
		b.SetBytes(r.Bytes())
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(int64(m.HeapSys-m.HeapReleased)-before)/(1<<20), "heap-MiB")
		file, err := os.Create(filepath.Join(b.TempDir(), "copy"))
		if err != nil {
			b.Fatal(err)
		}
		part := make([]byte, 64<<10)
		began = time.Now()
		for n := int64(0); n < r.Bytes(); n += int64(len(part)) {
			if _, err := file.Write(part); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(took.Seconds()/time.Since(began).Seconds(), "x-plain-copy")
		if err := file.Close(); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
