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

// wideRow gives rows of 8 columns and 100 bytes that are all different, without
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
	var appending, copying time.Duration
	for b.Loop() {
		b.StopTimer()
		s := spool.New(spool.Options{Dir: b.TempDir()})
		before := heap()
		r := s.NewResult(8)
		b.StartTimer()
		began := time.Now()
		fill(b, r, rows, million)
		appending += time.Since(began)
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
		copying += time.Since(began)
		if err := file.Close(); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(appending.Seconds()/copying.Seconds(), "x-plain-copy")
}

// full is a spool with a million rows, of which the memory holds a third.
func full(b *testing.B) *spool.Result {
	s := spool.New(spool.Options{Dir: b.TempDir()})
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	r := s.NewResult(8)
	fill(b, r, madeRows(100_000), million)
	return r
}

// BenchmarkWindow reads 100 rows at a random place, of the result and of a view
// that has its rows in an order without any relation to it.
func BenchmarkWindow(b *testing.B) {
	r := full(b)
	v, err := r.View(b.Context(), []spool.Sort{{Column: 1}}, nil)
	if err != nil {
		b.Fatal(err)
	}
	for name, rows := range map[string]rows{"result": r, "view": v} {
		b.Run(name, func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 1))
			for b.Loop() {
				window, err := rows.Window(b.Context(), random.Int64N(million-100), 100)
				if err != nil || len(window) != 100 {
					b.Fatal(len(window), err)
				}
			}
		})
	}
}

// BenchmarkRows reads all rows, of the result and of a view.
func BenchmarkRows(b *testing.B) {
	r := full(b)
	v, err := r.View(b.Context(), []spool.Sort{{Column: 1}}, nil)
	if err != nil {
		b.Fatal(err)
	}
	for name, rows := range map[string]rows{"result": r, "view": v} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(r.Bytes())
			for b.Loop() {
				n := 0
				for _, err := range rows.Rows() {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != million {
					b.Fatal(n)
				}
			}
		})
	}
}

// BenchmarkSort makes a view of a million rows.
func BenchmarkSort(b *testing.B) {
	r := full(b)
	for name, sort := range map[string]spool.Sort{
		"text":   {Column: 1},
		"number": {Column: 2, Compare: spool.Number},
		"moment": {Column: 3, Compare: spool.Moment, Descending: true},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(r.Bytes())
			for b.Loop() {
				v, err := r.View(b.Context(), []spool.Sort{sort}, nil)
				if err != nil {
					b.Fatal(err)
				}
				if err := v.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFilter makes a view of the few rows of a million that contain a text.
func BenchmarkFilter(b *testing.B) {
	r := full(b)
	b.SetBytes(r.Bytes())
	for b.Loop() {
		v, err := r.View(b.Context(), nil, []spool.Filter{{Column: spool.AnyColumn, Value: "ORDER 77"}})
		if err != nil || v.Len() == 0 || v.Len() > million/50 {
			b.Fatal(v.Len(), err)
		}
		if err := v.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
