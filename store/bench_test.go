package store_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// BenchmarkAddHistory measures what a statement costs to record for a process
// that writes as fast as it can: alone, with three others that write 200
// statements a second each, and with three that write as fast as they can too.
// The 99th percentile is to stay below 5 ms.
func BenchmarkAddHistory(b *testing.B) {
	for _, bench := range []struct {
		name   string
		others int
		pause  string
	}{
		{"processes=1", 0, ""},
		{"processes=4", 3, "5ms"},
		{"processes=4/flat-out", 3, "0s"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			dir := b.TempDir()
			s := open(b, dir)
			if err := s.SaveConnection(b.Context(), shared); err != nil {
				b.Fatal(err)
			}
			for i := range bench.others {
				other := child(b, "write", dir, strconv.Itoa(i), strconv.Itoa(math.MaxInt), bench.pause)
				if err := other.Start(); err != nil {
					b.Fatal(err)
				}
				b.Cleanup(func() {
					_ = other.Process.Kill()
					_ = other.Wait()
				})
				awaitHistory(b, s, fmt.Sprintf("'%d'", i))
			}
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				_, err := s.AddHistory(b.Context(), tusk.QueryHistoryEntry{
					ConnectionID: shared.ID, SQL: "select id, total from orders where customer_id = 42 order by placed_at desc limit 10",
				})
				if err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(percentile(took, 50), "p50-ms")
			b.ReportMetric(percentile(took, 99), "p99-ms")
			b.ReportMetric(percentile(took, 100), "max-ms")
		})
	}
}

// awaitHistory waits until a text is in the history.
func awaitHistory(t testing.TB, s *store.Store, text string) {
	t.Helper()
	for {
		found, err := s.History(t.Context(), store.HistoryFilter{Text: text, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(found) > 0 {
			return
		}
	}
}

// percentile is in ms.
func percentile(sorted []time.Duration, p int) float64 {
	return float64(sorted[(len(sorted)-1)*p/100]) / float64(time.Millisecond)
}

// BenchmarkOpen measures the first one to open a file, who checks it: an empty
// one, and one with as much history as is kept by default.
func BenchmarkOpen(b *testing.B) {
	for _, entries := range []int{0, 100_000} {
		b.Run(fmt.Sprintf("history=%d", entries), func(b *testing.B) {
			dir := b.TempDir()
			s := open(b, dir)
			save(b, s, shared)
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			fillHistory(b, dir, entries, "0 seconds")
			for b.Loop() {
				s, warning, err := store.Open(b.Context(), dir)
				if err != nil || warning != nil {
					b.Fatal(warning, err)
				}
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkHistory measures the pages that a user waits for, with as much
// history as is kept by default.
func BenchmarkHistory(b *testing.B) {
	dir := b.TempDir()
	s := open(b, dir)
	save(b, s, shared)
	fillHistory(b, dir, 100_000, "0 seconds")
	for name, filter := range map[string]store.HistoryFilter{
		"first page":       {},
		"of a connection":  {ConnectionID: shared.ID},
		"word in all":      {Text: "orders"},
		"word in a few":    {Text: "77777"},
		"short word":       {Text: "77"},
		"failed, but none": {Outcome: store.Failed},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.History(b.Context(), filter); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
