package spool_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/spool"
)

func open(t testing.TB, o spool.Options) *spool.Spool {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	s := spool.New(o)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if u := s.Usage(); u != (spool.Usage{}) {
			t.Errorf("after Close there is %+v", u)
		}
		if left := files(t, o.Dir); len(left) > 0 {
			t.Errorf("after Close there are %q", left)
		}
	})
	return s
}

// files gives the paths below dir.
func files(t testing.TB, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if path != dir && err == nil {
			found = append(found, path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return found
}

const null = "NULL"

// line is a row as the tests write it: cells separated by "|", NULL for a NULL.
func line(row []tusk.Value) string {
	cells := make([]string, len(row))
	for i, cell := range row {
		if cells[i] = null; cell != nil {
			cells[i] = *cell
		}
	}
	return strings.Join(cells, "|")
}

// cells is the row of a line.
func cells(line string) [][]byte {
	var row [][]byte
	for cell := range strings.SplitSeq(line, "|") {
		if cell == null {
			row = append(row, nil)
		} else {
			row = append(row, []byte(cell))
		}
	}
	return row
}

func add(t testing.TB, r *spool.Result, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if err := r.Append(cells(line)); err != nil {
			t.Fatal(err)
		}
	}
}

// rows is what a Result and a View have in common.
type rows interface {
	Len() int64
	Rows() tusk.Rows
	Window(ctx context.Context, offset, limit int64) ([][]tusk.Value, error)
	Cell(ctx context.Context, row int64, column int) (tusk.Value, error)
}

// read reads all rows.
func read(r rows) ([]string, error) {
	var lines []string
	for row, err := range r.Rows() {
		if err != nil {
			return lines, err
		}
		values := make([]tusk.Value, len(row))
		for i, cell := range row {
			if cell != nil {
				text := string(cell)
				values[i] = &text
			}
		}
		lines = append(lines, line(values))
	}
	return lines, nil
}

// check reads r in every way and compares it with what it is to be.
func check(t testing.TB, r rows, want []string, random *rand.Rand) {
	t.Helper()
	if r.Len() != int64(len(want)) {
		t.Fatalf("there are %d rows, want %d", r.Len(), len(want))
	}
	for range 2 { // rows can be read again
		if got, err := read(r); err != nil || !slices.Equal(got, want) {
			for i := range got {
				if got[i] != want[i] {
					t.Fatalf("row %d: got %.200q, want %.200q", i, got[i], want[i])
				}
			}
			t.Fatalf("%v after %d rows of %d", err, len(got), len(want))
		}
	}
	for range 20 {
		offset, limit := random.IntN(len(want)+3), random.IntN(len(want)+3)
		first := min(offset, len(want))
		checkWindow(t, r, int64(offset), int64(limit), want[first:min(first+limit, len(want))])
	}
	for range min(20, len(want)) {
		i := random.IntN(len(want))
		row := cells(want[i])
		column := random.IntN(len(row))
		got, err := r.Cell(t.Context(), int64(i), column)
		if err != nil || (got == nil) != (row[column] == nil) || got != nil && *got != string(row[column]) {
			t.Fatalf("cell %d of row %d: %v, want %.100q", column, i, err, row[column])
		}
	}
}

func checkWindow(t testing.TB, r rows, offset, limit int64, want []string) {
	t.Helper()
	window, err := r.Window(t.Context(), offset, limit)
	var got []string
	for _, row := range window {
		got = append(got, line(row))
	}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("window of %d rows at %d: %v, got %.300q, want %.300q", limit, offset, err, got, want)
	}
}

func TestRowsComeBackAsTheyWere(t *testing.T) {
	for name, memory := range map[string]int64{"in memory": 0, "on the disk": 1} {
		t.Run(name, func(t *testing.T) {
			r := open(t, spool.Options{Memory: memory}).NewResult(3)
			add(t, r, "1|Ann|", "2|NULL|x", "3||NULL")
			r.Finish()
			check(t, r, []string{"1|Ann|", "2|NULL|x", "3||NULL"}, rand.New(rand.NewPCG(1, 1)))
			checkWindow(t, r, 1, 1, []string{"2|NULL|x"})
			checkWindow(t, r, 2, 100, []string{"3||NULL"})
			checkWindow(t, r, 3, 100, nil)
			checkWindow(t, r, -5, 1, []string{"1|Ann|"})
			checkWindow(t, r, 1, -1, nil)
		})
	}
}

func TestResultsWithoutColumnsOrRows(t *testing.T) {
	s := open(t, spool.Options{Memory: 1})
	none, empty := s.NewResult(0), s.NewResult(2)
	for range 1000 { // SELECT FROM generate_series(1, 1000)
		if err := none.Append(nil); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for row, err := range none.Rows() {
		if err != nil || len(row) != 0 {
			t.Fatalf("got %q, %v", row, err)
		}
		n++
	}
	window, err := none.Window(t.Context(), 990, 100)
	if err != nil || n != 1000 || none.Len() != 1000 || len(window) != 10 {
		t.Errorf("%v: read %d of %d rows, the last %d in a window", err, n, none.Len(), len(window))
	}
	check(t, empty, nil, rand.New(rand.NewPCG(1, 1)))
}

func TestWhatIsNotThere(t *testing.T) {
	r := open(t, spool.Options{}).NewResult(2)
	add(t, r, "1|2")
	if err := r.Append(cells("1|2|3")); tusk.CategoryOf(err) != tusk.Internal || r.Len() != 1 {
		t.Errorf("a row of three cells: %v", err)
	}
	v := view(t, r, nil, nil)
	for _, rows := range []rows{r, v} {
		for _, at := range [][2]int{{1, 0}, {-1, 0}, {0, 2}, {0, -1}} {
			if _, err := rows.Cell(t.Context(), int64(at[0]), at[1]); err == nil {
				t.Errorf("%T: row %d, column %d is there", rows, at[0], at[1])
			}
		}
	}
	if v.Row(0) != 0 || v.Row(1) != -1 || v.Row(-1) != -1 {
		t.Errorf("the view has the rows %d, %d, %d", v.Row(0), v.Row(1), v.Row(-1))
	}
	for _, column := range []int{-1, 2} {
		if _, err := r.View(t.Context(), []spool.Sort{{Column: column}}, nil); err == nil {
			t.Errorf("sorted by column %d", column)
		}
	}
	for _, f := range []spool.Filter{{Column: 2}, {Column: -2}, {Op: 99}} {
		if _, err := r.View(t.Context(), nil, []spool.Filter{f}); err == nil {
			t.Errorf("filtered by %+v", f)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, window := r.Window(ended, 0, 1)
	_, cell := r.Cell(ended, 0, 0)
	_, sorted := r.View(ended, []spool.Sort{{}}, nil)
	for _, err := range []error{window, cell, sorted} {
		if tusk.CategoryOf(err) != tusk.Cancelled || !errors.Is(err, context.Canceled) {
			t.Errorf("after its context: %v", err)
		}
	}
}

// randomLine gives a row of a number, a short text and a text that may be very
// long.
func randomLine(random *rand.Rand) string {
	cell := func(text string) string {
		if random.IntN(8) == 0 {
			return null
		}
		return text
	}
	long := random.IntN(30)
	switch random.IntN(60) {
	case 0:
		long = 126 + random.IntN(4) // where a length takes another byte
	case 1:
		long = random.IntN(40_000)
	case 2:
		long = 140_000
	}
	return cell(fmt.Sprint(random.IntN(200)-100)) + "|" +
		cell(string(rune('a'+random.IntN(3)))+strings.Repeat("x", random.IntN(3))) + "|" +
		cell(strings.Repeat(string(rune('k'+random.IntN(10))), long))
}

func view(t testing.TB, r *spool.Result, sorts []spool.Sort, filters []spool.Filter) *spool.View {
	t.Helper()
	v, err := r.View(t.Context(), sorts, filters)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// model is a plain slice of rows, for the order and the filters of TestModel.
type model []string

// compareCells is PostgreSQL's order of two cells of a column.
func compareCells(a, b []byte, column int) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	case column == 0:
		var x, y int
		fmt.Sscan(string(a), &x)
		fmt.Sscan(string(b), &y)
		return x - y
	}
	const decides = 8 << 10 // bytes of a text
	return bytes.Compare(a[:min(len(a), decides)], b[:min(len(b), decides)])
}

func (m model) view(sorts []spool.Sort, filters []spool.Filter) []string {
	var kept []string
	for _, line := range m {
		row := cells(line)
		if !slices.ContainsFunc(filters, func(f spool.Filter) bool { return !fits(f, row) }) {
			kept = append(kept, line)
		}
	}
	slices.SortStableFunc(kept, func(a, b string) int {
		for _, s := range sorts {
			order := compareCells(cells(a)[s.Column], cells(b)[s.Column], s.Column)
			if s.Descending {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
	return kept
}

func fits(f spool.Filter, row [][]byte) bool {
	if f.Column == spool.AnyColumn {
		return slices.ContainsFunc(row, func(cell []byte) bool { return fitsCell(f, cell, 1) })
	}
	return fitsCell(f, row[f.Column], f.Column)
}

func fitsCell(f spool.Filter, cell []byte, column int) bool {
	if cell == nil || f.Op == spool.IsNull || f.Op == spool.IsNotNull {
		return f.Op == spool.IsNull && cell == nil || f.Op == spool.IsNotNull && cell != nil
	}
	order := compareCells(cell, []byte(f.Value), column)
	return map[spool.Op]bool{
		spool.Contains:       strings.Contains(strings.ToLower(string(cell)), strings.ToLower(f.Value)),
		spool.Equals:         order == 0,
		spool.NotEquals:      order != 0,
		spool.Less:           order < 0,
		spool.LessOrEqual:    order <= 0,
		spool.Greater:        order > 0,
		spool.GreaterOrEqual: order >= 0,
	}[f.Op]
}

var compares = [...]spool.Compare{spool.Number, spool.Text, spool.Text} // of the columns of randomLine

func randomSorts(random *rand.Rand) []spool.Sort {
	sorts := make([]spool.Sort, random.IntN(4))
	for i := range sorts {
		column := random.IntN(3)
		sorts[i] = spool.Sort{Column: column, Descending: random.IntN(2) == 0, Compare: compares[column]}
	}
	return sorts
}

func randomFilters(random *rand.Rand) []spool.Filter {
	filters := make([]spool.Filter, random.IntN(3))
	for i := range filters {
		f := spool.Filter{Column: random.IntN(4) - 1, Op: spool.Op(random.IntN(int(spool.IsNotNull) + 1))}
		f.Value = []string{"12", "-5", "0"}[random.IntN(3)]
		if f.Column != 0 {
			f.Value = []string{"AX", "b", "kkk", "rR", ""}[random.IntN(5)]
		} else if f.Op != spool.Contains {
			f.Compare = spool.Number
		}
		filters[i] = f
	}
	return filters
}

// Several results at a time, written in turns, are read like slices of rows
// whatever fits into memory.
func TestSpoolIsLikeSlices(t *testing.T) {
	for _, memory := range []int64{1, 4 << 10, 1 << 20, 32 << 20} {
		t.Run(fmt.Sprint(memory), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(4) {
				random := rand.New(rand.NewPCG(seed, uint64(memory)))
				s := open(t, spool.Options{Memory: memory})
				results, models := make([]*spool.Result, 3), make([]model, 3)
				for i := range results {
					results[i] = s.NewResult(3)
				}
				for range 1 + random.IntN(600) {
					i := random.IntN(len(results))
					line := randomLine(random)
					add(t, results[i], line)
					models[i] = append(models[i], line)
				}
				for i, r := range results {
					if i > 0 {
						r.Finish() // the first one may still get rows
					}
					check(t, r, models[i], random)
					for range 4 {
						sorts, filters := randomSorts(random), randomFilters(random)
						v := view(t, r, sorts, filters)
						want := models[i].view(sorts, filters)
						check(t, v, want, random)
						if err := v.Close(); err != nil {
							t.Fatal(err)
						}
					}
				}
				if u := s.Usage(); u.Results != 3 || u.Disk > 0 != (memory < 1<<20) && u.Disk > 0 != (u.Memory > memory/2) {
					t.Errorf("in use: %+v", u)
				}
			}
		})
	}
}

func TestViewTakesTheRowsOfItsMoment(t *testing.T) {
	r := open(t, spool.Options{Memory: 4 << 10}).NewResult(1)
	add(t, r, "b", "a")
	v := view(t, r, []spool.Sort{{Column: 0}}, nil)
	add(t, r, "0")
	random := rand.New(rand.NewPCG(1, 1))
	check(t, v, []string{"a", "b"}, random)
	check(t, r, []string{"b", "a", "0"}, random)
	if v.Row(0) != 1 || v.Row(1) != 0 {
		t.Errorf("the view has rows %d and %d", v.Row(0), v.Row(1))
	}
}

func TestFilters(t *testing.T) {
	r := open(t, spool.Options{}).NewResult(2)
	all := []string{"1|Äpfel", "2|ÄPFEL und Birnen", "10|NULL", "1.0|pear", "NULL|100%", "2|\xff"}
	add(t, r, all...)
	for _, test := range []struct {
		name string
		is   spool.Filter
		want []string
	}{
		{"letters large and small", spool.Filter{Column: 1, Value: "äpfel"}, all[:2]},
		{"any column", spool.Filter{Column: spool.AnyColumn, Value: "10"}, []string{all[2], all[4]}},
		{"no pattern", spool.Filter{Column: 1, Value: "%"}, all[4:5]},
		{"no UTF-8", spool.Filter{Column: 1, Value: "\xff"}, all[5:]},
		{"numbers", spool.Filter{Op: spool.Equals, Value: "1.00", Compare: spool.Number}, []string{all[0], all[3]}},
		{"numbers that differ", spool.Filter{Op: spool.NotEquals, Value: "2", Compare: spool.Number}, []string{all[0], all[2], all[3]}},
		{"numbers as texts", spool.Filter{Op: spool.Less, Value: "2"}, []string{all[0], all[2], all[3]}},
		{"smaller numbers", spool.Filter{Op: spool.Less, Value: "2", Compare: spool.Number}, []string{all[0], all[3]}},
		{"NULL", spool.Filter{Column: 1, Op: spool.IsNull}, all[2:3]},
		{"NULL anywhere", spool.Filter{Column: spool.AnyColumn, Op: spool.IsNull}, []string{all[2], all[4]}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := read(view(t, r, nil, []spool.Filter{test.is})); err != nil || !slices.Equal(got, test.want) {
				t.Errorf("%v, got %q, want %q", err, got, test.want)
			}
		})
	}
}

// What a large cell contains is found where its parts meet, too.
func TestContainsInLargeCells(t *testing.T) {
	r := open(t, spool.Options{}).NewResult(1)
	for n := (32 << 10) - 20; n < (32<<10)+20; n++ {
		add(t, r, strings.Repeat("é", n/2)+strings.Repeat("x", n%2)+"NeedlÉ"+strings.Repeat("y", 40_000))
	}
	if got := view(t, r, nil, []spool.Filter{{Value: "nEEDLé"}}).Len(); got != 40 {
		t.Errorf("%d of 40 are found", got)
	}
	if got := view(t, r, nil, []spool.Filter{{Value: "needless"}}).Len(); got != 0 {
		t.Errorf("%d are found", got)
	}
}

func TestReadersWhileRowsCome(t *testing.T) {
	t.Parallel()
	const n = 10_000
	for _, memory := range []int64{4 << 10, 1 << 20} {
		s := open(t, spool.Options{Memory: memory})
		r := s.NewResult(2)
		var readers sync.WaitGroup
		for seed := range uint64(4) {
			readers.Go(func() {
				random := rand.New(rand.NewPCG(seed, 1))
				for r.Len() < n {
					rows := r.Len()
					at := random.Int64N(rows + 1)
					window, err := r.Window(t.Context(), at, 50)
					if err != nil || int64(len(window)) < min(50, rows-at) {
						t.Errorf("window at %d of %d: %d rows, %v", at, rows, len(window), err)
						return
					}
					for i, row := range window {
						if want := fmt.Sprintf("%d|row %[1]d", at+int64(i)); line(row) != want {
							t.Errorf("got %q, want %q", line(row), want)
							return
						}
					}
					if random.IntN(200) == 0 {
						if v := view(t, r, []spool.Sort{{Compare: spool.Number, Descending: true}}, nil); v.Len() < rows || v.Row(v.Len()-1) != 0 {
							t.Errorf("a view of %d rows, the last is %d", v.Len(), v.Row(v.Len()-1))
						}
					}
				}
			})
		}
		for i := range n {
			add(t, r, fmt.Sprintf("%d|row %[1]d", i))
		}
		readers.Wait()
	}
}

func TestCloseWhileOthersReadAndWrite(t *testing.T) {
	t.Parallel()
	s := open(t, spool.Options{Memory: 4 << 10})
	for range 8 {
		r, other := s.NewResult(1), s.NewResult(1)
		var others sync.WaitGroup
		started := make(chan struct{}, 4)
		until := func(work func() error) {
			others.Go(func() {
				err := work()
				started <- struct{}{}
				for err == nil {
					err = work()
				}
				if tusk.CategoryOf(err) != tusk.Storage || !errors.Is(err, fs.ErrClosed) || tusk.InfoOf(err).Message != "the rows of this result are no longer kept" {
					t.Errorf("got %v", err)
				}
			})
		}
		add(t, r, strings.Split(strings.Repeat("some text|", 1000), "|")...)
		until(func() error { return r.Append(cells("more")) })
		until(func() error { _, err := r.Window(t.Context(), 100, 1000); return err })
		until(func() error { _, err := read(r); return err })
		until(func() error { _, err := r.View(t.Context(), []spool.Sort{{}}, nil); return err })
		add(t, other, "kept")
		for range 4 {
			<-started
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		others.Wait()
		check(t, other, []string{"kept"}, rand.New(rand.NewPCG(1, 1)))
	}
}

func TestCloseGivesBackWhatAResultTook(t *testing.T) {
	dir := t.TempDir()
	s := open(t, spool.Options{Dir: dir, Memory: 64 << 10})
	kept := s.NewResult(1)
	add(t, kept, "kept")
	kept.Finish()
	before := s.Usage()
	r := s.NewResult(1)
	for i := range 50_000 {
		add(t, r, fmt.Sprint(i))
	}
	v := view(t, r, []spool.Sort{{}}, nil)
	u := s.Usage()
	if u.Memory > 64<<10 || u.Disk < r.Bytes()-64<<10 || u.Results != 2 {
		t.Errorf("in use: %+v", u)
	}
	if open := files(t, dir); len(open) != 5 { // the folder, its lock, a file for each result and one for the view
		t.Errorf("there are %q", open)
	}
	if err := errors.Join(r.Close(), r.Close(), v.Close()); err != nil {
		t.Fatal(err)
	}
	if open := files(t, dir); len(open) != 3 {
		t.Errorf("there are %q", open)
	}
	after := s.Usage()
	if after.Disk > 64<<10 || after.Memory > before.Memory || after.Results != 1 {
		t.Errorf("in use: %+v, before %+v", after, before)
	}
	for _, rows := range []rows{r, v} {
		_, all := read(rows)
		_, window := rows.Window(t.Context(), 0, 10)
		_, cell := rows.Cell(t.Context(), 0, 0)
		for _, err := range []error{all, window, cell} {
			if !errors.Is(err, fs.ErrClosed) {
				t.Errorf("%T: %v", rows, err)
			}
		}
	}
	_, again := r.View(t.Context(), nil, nil)
	if !errors.Is(again, fs.ErrClosed) || v.Row(0) != -1 {
		t.Errorf("%v, row %d", again, v.Row(0))
	}
	check(t, kept, []string{"kept"}, rand.New(rand.NewPCG(1, 1)))
}

func TestClosedViewAndSpool(t *testing.T) {
	s := open(t, spool.Options{})
	r := s.NewResult(1)
	add(t, r, "1")
	v := view(t, r, nil, nil)
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Window(t.Context(), 0, 1); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*spool.Result{r, s.NewResult(1)} {
		if err := r.Append(cells("2")); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("got %v", err)
		}
	}
}

func TestNothingIsWrittenWhileThereIsMemory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "to be made")
	s := open(t, spool.Options{Dir: dir})
	r := s.NewResult(1)
	add(t, r, "2", strings.Repeat("x", 1<<20), "1")
	view(t, r, []spool.Sort{{}}, nil)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) || s.Usage().Disk != 0 {
		t.Errorf("%v, in use %+v", err, s.Usage())
	}
}

func TestFilesAreTheUsersAlone(t *testing.T) {
	dir := t.TempDir()
	r := open(t, spool.Options{Dir: dir, Memory: 4 << 10}).NewResult(1)
	for i := range 10_000 {
		add(t, r, fmt.Sprint(i))
	}
	view(t, r, []spool.Sort{{}}, nil)
	made := files(t, dir)
	if len(made) != 4 {
		t.Errorf("there are %q", made)
	}
	for _, path := range made {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		want := fs.FileMode(0o600)
		if info.IsDir() {
			want = 0o700
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != want {
			t.Errorf("%s has mode %o", path, info.Mode().Perm())
		}
	}
}

func TestDiskLimit(t *testing.T) {
	s := open(t, spool.Options{Memory: 64 << 10, Disk: 1 << 20})
	first, second := s.NewResult(1), s.NewResult(1)
	fillUp := func(r *spool.Result) error {
		for {
			if err := r.Append(cells("a row that takes some bytes")); err != nil {
				return err
			}
		}
	}
	err := fillUp(first)
	if info := tusk.InfoOf(err); tusk.CategoryOf(err) != tusk.Storage || info.Message != "the rows of all results take more than the 1 MiB of disk that they may take" {
		t.Fatalf("got %+v", info)
	}
	n := first.Len()
	if u := s.Usage(); u.Disk > 1<<20 || u.Disk < 900<<10 || u.Memory > 64<<10 {
		t.Errorf("in use: %+v", u)
	}
	got, err := read(first)
	if err != nil || int64(len(got)) != n || first.Bytes() < 1<<20 {
		t.Errorf("%v, %d rows of %d can be read", err, len(got), n)
	}
	if _, err := first.View(t.Context(), []spool.Sort{{}}, nil); tusk.CategoryOf(err) != tusk.Storage {
		t.Errorf("sorted: %v", err)
	}
	if err := first.Append(cells(strings.Repeat("x", 2<<20))); tusk.CategoryOf(err) != tusk.Storage || first.Len() != n {
		t.Errorf("a large row: %v", err)
	}
	before := s.Usage()
	large := bytes.Repeat([]byte("x"), 40_000)
	row := [][]byte{large, large, large, large} // the length of the first one has room
	third := s.NewResult(len(row))
	if err := third.Append(row); tusk.CategoryOf(err) != tusk.Storage || third.Len() != 0 {
		t.Errorf("a row of large cells: %v", err)
	}
	if u := s.Usage(); u.Disk != before.Disk {
		t.Errorf("in use: %+v, before the row that did not fit %+v", u, before)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	fillUp(second) // there is room again
	if second.Bytes() < 1<<20 {
		t.Errorf("only %d bytes more", second.Bytes())
	}
}

func TestFolderThatCannotBeMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := spool.New(spool.Options{Dir: dir, Memory: 4 << 10})
	r := s.NewResult(1)
	var err error
	for err == nil {
		err = r.Append(cells("some text"))
	}
	if info := tusk.InfoOf(err); tusk.CategoryOf(err) != tusk.Storage || info.Message != "the rows of the result cannot be kept on the disk" ||
		!strings.Contains(info.TechnicalDetail, "not a directory") && runtime.GOOS != "windows" {
		t.Errorf("got %+v", info)
	}
	if u := s.Usage(); u.Memory > 4<<10 || u.Disk != 0 {
		t.Errorf("in use: %+v", u)
	}
	if got, err := read(r); err != nil || int64(len(got)) != r.Len() || r.Len() < 100 {
		t.Errorf("%v, %d rows can be read", err, len(got))
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// A file that someone else cuts off gives an error, not rows.
func TestDamagedFile(t *testing.T) {
	dir := t.TempDir()
	s := open(t, spool.Options{Dir: dir, Memory: 4 << 10})
	r := s.NewResult(2)
	for i := range 10_000 {
		add(t, r, fmt.Sprintf("%d|text", i))
	}
	large := int64(10_000)
	add(t, r, "large|"+strings.Repeat("x", 100_000))
	v := view(t, r, []spool.Sort{{}}, nil)
	damaged, err := filepath.Glob(filepath.Join(dir, "spool-*", "rows-*"))
	if err != nil || len(damaged) != 2 {
		t.Fatalf("there are %q, %v", damaged, err)
	}
	content := bytes.Repeat([]byte{0xff}, int(r.Bytes()))
	for _, size := range []int{len(content), len(content) / 2, 0} {
		for _, path := range damaged {
			if err := os.WriteFile(path, content[:size], 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, all := read(r)
		_, window := r.Window(t.Context(), large, 1)
		_, cell := r.Cell(t.Context(), large, 1)
		_, sorted := r.View(t.Context(), []spool.Sort{{}}, nil)
		_, allSorted := read(v)
		_, windowSorted := v.Window(t.Context(), 5, 10)
		for _, err := range []error{all, window, cell, sorted, allSorted, windowSorted} {
			if tusk.CategoryOf(err) != tusk.Storage || errors.Is(err, fs.ErrClosed) {
				t.Errorf("with %d bytes: %v", size, err)
			}
		}
	}
}

// A large cell is in memory once when it is read, and not at all when it is
// kept.
func TestLargeCells(t *testing.T) {
	const large = 64 << 20
	s := open(t, spool.Options{Memory: 1 << 20})
	r := s.NewResult(3)
	cell := bytes.Repeat([]byte("0123456789abcdef"), large/16)
	if got := allocated(func() {
		if err := r.Append([][]byte{[]byte("1"), cell, nil}); err != nil {
			t.Fatal(err)
		}
	}); got > 1<<20 {
		t.Errorf("to append it took %d bytes", got)
	}
	add(t, r, "2|small|NULL")
	var value tusk.Value
	if got := allocated(func() {
		var err error
		if value, err = r.Cell(t.Context(), 0, 1); err != nil {
			t.Fatal(err)
		}
	}); got > large+1<<20 || *value != string(cell) {
		t.Errorf("to read it took %d bytes", got)
	}
	if got := allocated(func() { checkWindow(t, r, 1, 1, []string{"2|small|NULL"}) }); got > 1<<20 {
		t.Errorf("to read another row took %d bytes", got)
	}
	window, err := r.Window(t.Context(), 0, 2)
	if err != nil || len(window) != 2 || *window[0][0] != "1" || *window[0][1] != string(cell) || window[0][2] != nil {
		t.Errorf("the window is %d rows, %v", len(window), err)
	}
	if u := s.Usage(); u.Memory > 1<<20 || u.Disk < large {
		t.Errorf("in use: %+v", u)
	}
}

// allocated gives the bytes that work allocates.
func allocated(work func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestMemoryIsBounded(t *testing.T) {
	const memory = 1 << 20
	s := open(t, spool.Options{Memory: memory})
	results := make([]*spool.Result, 200) // more than have room for a page of 64 KiB each
	for i := range results {
		results[i] = s.NewResult(1)
		for range 1000 {
			add(t, results[i], "a row that takes some bytes")
		}
		if u := s.Usage(); u.Memory > memory {
			t.Fatalf("after %d results: %+v", i, u)
		}
		results[i].Finish()
	}
	v := view(t, results[0], []spool.Sort{{}}, nil)
	if u := s.Usage(); u.Memory > memory {
		t.Fatalf("after a sort: %+v", u)
	}
	if got, err := read(v); err != nil || len(got) != 1000 {
		t.Errorf("%v, %d rows", err, len(got))
	}
}

func TestAppendAllocatesNothing(t *testing.T) {
	s := open(t, spool.Options{})
	r := s.NewResult(8)
	next := wideRow()
	row := next(1)
	var err error
	if got := testing.AllocsPerRun(100_000, func() { err = errors.Join(err, r.Append(row)) }); got > 0 || err != nil {
		t.Errorf("%v allocations a row, %v", got, err)
	}
}

// FuzzSpool gives back whatever bytes come, cut into rows in whatever way.
func FuzzSpool(f *testing.F) {
	f.Add([]byte("a|b|NULL"), uint8(3), int64(0))
	f.Add(bytes.Repeat([]byte{0, 0xff}, 300), uint8(2), int64(1))
	f.Add([]byte(strings.Repeat("x", 1000)), uint8(1), int64(4096))
	f.Add([]byte("\tb\x00a\tb\x00\x00\tb\ta\x00\x01\x06a\x01"), uint8(1), int64(0))
	f.Fuzz(func(t *testing.T, data []byte, columns uint8, memory int64) {
		s := open(t, spool.Options{Memory: min(memory, 1<<20)})
		r := s.NewResult(int(columns))
		var want [][][]byte
		for rest := data; len(rest) > 0 && columns > 0; {
			row := make([][]byte, columns)
			for i := range row {
				if len(rest) == 0 || rest[0] == 0xff {
					rest = rest[min(1, len(rest)):]
					continue
				}
				n := min(len(rest), 1+int(rest[0])*int(rest[0])/16)
				row[i], rest = rest[1:n:n], rest[n:]
			}
			want = append(want, row)
			if err := r.Append(row); err != nil {
				t.Fatal(err)
			}
		}
		same := func(a, b [][]byte) bool {
			return slices.EqualFunc(a, b, func(a, b []byte) bool { return bytes.Equal(a, b) && (a == nil) == (b == nil) })
		}
		i := 0
		for row, err := range r.Rows() {
			if err != nil || !same(row, want[i]) {
				t.Fatalf("row %d: %v, got %q, want %q", i, err, row, want[i])
			}
			i++
		}
		if i != len(want) {
			t.Fatalf("%d rows of %d", i, len(want))
		}
		if columns == 0 {
			return
		}
		last := int(columns) - 1
		for compare := range spool.Network + 1 {
			v := view(t, r, []spool.Sort{{Column: last, Compare: compare}}, nil)
			if v.Len() != int64(len(want)) {
				t.Fatalf("%d rows of %d are sorted", v.Len(), len(want))
			}
			for i := int64(1); i < v.Len() && compare == spool.Text; i++ {
				if a, b := want[v.Row(i-1)][last], want[v.Row(i)][last]; compareCells(a, b, 1) > 0 {
					t.Fatalf("%q comes before %q", a, b)
				}
			}
			if err := v.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
