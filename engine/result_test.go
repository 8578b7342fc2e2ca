package engine_test

import (
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/peers"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

func TestResultsArePagedSortedAndFiltered(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	r := must(t, state, id, "doc", `select n, case when n % 3 = 0 then null else 'row ' || n end as label, case n when 200 then repeat('é', 20000) end as long from generate_series(1, 2500) n`)
	if r.RowCount != 2500 || len(r.Rows) != 1000 || r.Truncated {
		t.Fatalf("%d rows, %d at once, truncated %v", r.RowCount, len(r.Rows), r.Truncated)
	}
	kept, err := state.Result(r.ID)
	if err != nil {
		t.Fatal(err)
	}
	window := func(o engine.Order, offset, limit int64) engine.Window {
		t.Helper()
		w, err := kept.Window(t.Context(), o, offset, limit)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	first := func(w engine.Window) string {
		var list []string
		for _, row := range w.Rows {
			list = append(list, *row[0])
		}
		return strings.Join(list, " ")
	}
	if got := first(window(engine.Order{}, 2498, 10)); got != "2499 2500" {
		t.Errorf("the end is %s", got)
	}
	down := engine.Order{Sort: []engine.SortColumn{{Column: 0, Descending: true}}}
	if got := first(window(down, 0, 3)); got != "2500 2499 2498" {
		t.Errorf("sorted down: %s", got)
	}
	nulls := engine.Order{Filter: []engine.FilterColumn{{Column: 1, Op: "is_null"}, {Column: 0, Op: "less_or_equal", Value: "9"}}}
	if w := window(nulls, 0, 10); first(w) != "3 6 9" || w.Total != 3 {
		t.Errorf("filtered: %s of %d", first(w), w.Total)
	}
	find := engine.Order{Filter: []engine.FilterColumn{{Column: -1, Op: "contains", Value: "ROW 249"}}}
	if w := window(find, 0, 10); first(w) != "2491 2492 2494 2495 2497 2498" {
		t.Errorf("found: %s", first(w))
	}

	w := window(engine.Order{}, 199, 1)
	if len(w.Cut) != 1 || w.Cut[0] != (tusk.CutCell{Row: 0, Column: 2, Bytes: 40000}) || !strings.HasPrefix(strings.Repeat("é", 20000), *w.Rows[0][2]) {
		t.Errorf("a long value is cut as %+v", w.Cut)
	}
	whole, err := kept.Cell(t.Context(), down, 2300, 2)
	if err != nil || *whole != strings.Repeat("é", 20000) {
		t.Errorf("the whole value: %v", err)
	}
	for _, wrong := range []engine.Order{
		{Sort: []engine.SortColumn{{Column: 3}}}, {Filter: []engine.FilterColumn{{Column: -2}}}, {Filter: []engine.FilterColumn{{Op: "like"}}},
	} {
		if _, err := kept.Window(t.Context(), wrong, 0, 1); err == nil {
			t.Errorf("%+v is taken", wrong)
		}
	}
	if _, err := kept.Cell(t.Context(), engine.Order{}, 2500, 0); err == nil {
		t.Error("there is a cell behind the end")
	}

	state.EndSessions("doc")
	if _, err := state.Result(r.ID); err == nil {
		t.Error("a result outlives its document")
	}
}

func TestOldResultsGo(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	oldest := must(t, state, id, "doc", `select 0`)
	other := must(t, state, id, "other", `select 0`)
	for range engine.ResultsKept {
		must(t, state, id, "doc", `select 1`)
	}
	if _, err := state.Result(oldest.ID); err == nil {
		t.Error("the oldest result is kept")
	}
	if _, err := state.Result(other.ID); err != nil {
		t.Error("another session's result went:", err)
	}
	if last, err := state.LastResult("doc"); err != nil || cells(last.Info()) != "1" {
		t.Error("the last result is another one:", err)
	}
}

func TestFirstRowsComeWhileTheRestDoes(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	must(t, state, id, "doc", `select 1`)
	s := script(id, "doc", `select n, repeat('x', 10000), pg_sleep(case when n > 5 then 0.4 else 0 end) from generate_series(1, 8) n`)
	var mu sync.Mutex
	var counts []int64
	var early time.Duration
	s.Rows = func(_ int, h *engine.QueryHandle, soFar *tusk.QueryResult) {
		mu.Lock()
		defer mu.Unlock()
		if len(counts) == 0 {
			early = time.Since(h.StartedAt)
		}
		counts = append(counts, soFar.RowCount)
		if r, err := state.Result(soFar.ID); err != nil {
			t.Error(err)
		} else if w, err := r.Window(t.Context(), engine.Order{}, 0, 10); err != nil || int64(len(w.Rows)) < soFar.RowCount {
			t.Errorf("a window of a running statement: %d rows, %v", len(w.Rows), err)
		}
	}
	o := run(t.Context(), state, s)
	if o.failed != nil || o.results[0].RowCount != 8 {
		t.Fatal(o.failed)
	}
	if len(counts) < 2 || !slices.IsSorted(counts) || counts[0] > 6 || early > 5*time.Second {
		t.Errorf("rows so far: %v, first after %v", counts, early)
	}
}

func TestLargeResultStaysOnDisk(t *testing.T) {
	state := newState(t, func(c *engine.Config) { c.SpoolDir, c.SpoolMemory = t.TempDir(), 1<<20 })
	id := open(t, state, source(t, pgtest.New(t).Database(t)))
	r := must(t, state, id, "doc", `select n, md5(n::text), n * 2 from generate_series(1, 200000) n`)
	kept, err := state.Result(r.ID)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for row, err := range kept.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		if n++; string(row[0]) != fmt.Sprint(n) || string(row[2]) != fmt.Sprint(2*n) {
			t.Fatalf("row %d is %s", n, row)
		}
	}
	if n != 200000 {
		t.Errorf("%d rows came back", n)
	}
}

// BenchmarkMillionRows brings 1,000,000 rows of 8 columns (100 MB) into the
// spool and their first window out, against the driver's reading alone and psql.
func BenchmarkMillionRows(b *testing.B) {
	db := pgtest.New(b).Database(b, `
		create table wide as select n as id, n % 97 as small, n * 1.25 as price, md5(n::text) as hash, now() as at,
			'customer ' || n as name, n % 2 = 0 as flag, case when n % 10 = 0 then null else repeat('x', n % 40) end as note
		from generate_series(1, 1000000) n`, `vacuum analyze wide`)
	const query = `select * from wide`
	state := newState(b, func(c *engine.Config) { c.SpoolDir = b.TempDir() })
	id := open(b, state, source(b, db))
	must(b, state, id, "doc", `select count(*) from wide`)
	conn, err := pgconn.Connect(b.Context(), db.URL())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(b.Context())
	psql := peers.Command(b, "psql")

	var ours, driver, theirs, first time.Duration
	var grown uint64
	for b.Loop() {
		began := time.Now()
		reader := conn.ExecParams(b.Context(), query, nil, nil, nil, nil)
		for reader.NextRow() {
			_ = reader.Values()
		}
		if _, err := reader.Close(); err != nil {
			b.Fatal(err)
		}
		driver += time.Since(began)

		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		began = time.Now()
		r := must(b, state, id, "doc", query)
		kept, err := state.Result(r.ID)
		if err != nil {
			b.Fatal(err)
		}
		if w, err := kept.Window(b.Context(), engine.Order{}, 999_900, 100); err != nil || len(w.Rows) != 100 {
			b.Fatal(len(w.Rows), err)
		}
		ours += time.Since(began)
		runtime.GC()
		runtime.ReadMemStats(&after)
		grown = max(grown, after.HeapInuse-min(before.HeapInuse, after.HeapInuse))
		began = time.Now()
		for range 100 {
			if _, err := kept.Window(b.Context(), engine.Order{}, 500_000, 100); err != nil {
				b.Fatal(err)
			}
		}
		first += time.Since(began) / 100
		if err := state.CloseResult(r.ID); err != nil {
			b.Fatal(err)
		}

		began = time.Now()
		command := exec.CommandContext(b.Context(), psql, "-X", "-At", "-c", query, db.URL())
		command.Stdout = io.Discard
		if err := command.Run(); err != nil {
			b.Fatal(err)
		}
		theirs += time.Since(began)
	}
	n := float64(b.N)
	b.ReportMetric(ours.Seconds()/n, "spool-s")
	b.ReportMetric(driver.Seconds()/n, "driver-s")
	b.ReportMetric(theirs.Seconds()/n, "psql-s")
	b.ReportMetric(ours.Seconds()/driver.Seconds(), "×driver")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "×psql")
	b.ReportMetric(float64(grown)/(1<<20), "MB-grown")
	b.ReportMetric(float64(first.Microseconds())/n/1000, "ms/window")
}
