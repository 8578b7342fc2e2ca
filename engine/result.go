package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/spool"
)

// Result is what a statement gave, with every row that is kept, also while rows
// still come. It is forgotten by State.CloseResult, with its session, or when
// that has ResultsKept newer ones. It is safe for concurrent use.
type Result struct {
	connection uuid.UUID
	session    string // its key
	repeatable bool   // to run the statement again changes nothing: it only reads
	info       atomic.Pointer[tusk.QueryResult]
	rows       *spool.Result

	mu      sync.Mutex
	ordered string      // the order of view, as JSON; guarded by mu
	view    *spool.View // the last order that was asked for; nil: none; guarded by mu
}

// ResultsKept is how many results of a session are kept.
const ResultsKept = 50

// Info is what is known of the result, with its first rows. It is immutable;
// while the statement runs, a later call tells more.
func (r *Result) Info() *tusk.QueryResult { return r.info.Load() }

// Rows are all rows in the order in which they came.
func (r *Result) Rows() tusk.Rows { return r.rows.Rows() }

// Order is a choice of a result's rows and their order.
type Order struct {
	Sort   []SortColumn   `json:"sort,omitempty"`
	Filter []FilterColumn `json:"filter,omitempty"` // conditions that all hold
}

// SortColumn sorts by a column's values as its type compares them.
type SortColumn struct {
	Column     int  `json:"column"` // 0-based
	Descending bool `json:"descending,omitempty"`
}

// FilterColumn keeps the rows whose value in a column fulfils a condition.
type FilterColumn struct {
	Column int    `json:"column"` // 0-based; -1: any column
	Op     string `json:"op"`     // of filterOps
	Value  string `json:"value,omitempty"`
}

var filterOps = map[string]spool.Op{
	"contains": spool.Contains, // in any case
	"equals":   spool.Equals, "not_equals": spool.NotEquals,
	"less": spool.Less, "less_or_equal": spool.LessOrEqual,
	"greater": spool.Greater, "greater_or_equal": spool.GreaterOrEqual,
	"is_null": spool.IsNull, "is_not_null": spool.IsNotNull,
}

func (o Order) none() bool { return len(o.Sort) == 0 && len(o.Filter) == 0 }

// Window is a part of a result's rows.
type Window struct {
	Offset int64          `json:"offset"` // of the first row, from 0, in the order asked for
	Total  int64          `json:"total"`  // rows in that order; more may come while the statement runs
	Rows   [][]tusk.Value `json:"rows"`
	Cut    []tusk.CutCell `json:"cut,omitempty"`
}

// The bounds of a window: it is shown to a person.
const (
	maxWindowRows = 10_000
	maxCellBytes  = 16 << 10
	maxWindow     = 4 << 20 // bytes, reached by cutting more rows off
)

// Window gives up to limit rows from offset in an order. Long values are cut;
// Cell gives them whole.
func (r *Result) Window(ctx context.Context, o Order, offset, limit int64) (Window, error) {
	if offset < 0 || limit < 0 {
		return Window{}, &tusk.Error{Category: tusk.Query, Message: "a window of a result starts at 0 and has no negative size", Hint: "Ask for rows that are there."}
	}
	limit = min(limit, maxWindowRows)
	window := Window{Offset: offset, Rows: [][]tusk.Value{}}
	if o.none() {
		window.Total = r.rows.Len()
		return window, window.fill(r.rows.From(offset), limit)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	view, err := r.inOrder(ctx, o)
	if err != nil {
		return Window{}, err
	}
	window.Total = view.Len()
	return window, window.fill(view.From(offset), limit)
}

// fill takes rows up to the bounds of a window.
func (w *Window) fill(rows tusk.Rows, limit int64) error {
	size := 0
	if limit == 0 {
		return nil
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		values := make([]tusk.Value, len(row))
		for i, cell := range row {
			if cell == nil {
				continue
			}
			text := string(cutCell(cell))
			if len(text) < len(cell) {
				w.Cut = append(w.Cut, tusk.CutCell{Row: len(w.Rows), Column: i, Bytes: int64(len(cell))})
			}
			values[i] = &text
			size += len(text)
		}
		w.Rows = append(w.Rows, values)
		if int64(len(w.Rows)) == limit || size >= maxWindow {
			return nil
		}
	}
	return nil
}

// cutCell shortens a long value at the end of a character.
func cutCell(cell []byte) []byte {
	if len(cell) <= maxCellBytes {
		return cell
	}
	end := maxCellBytes
	for end > maxCellBytes-4 && cell[end]&0xC0 == 0x80 {
		end--
	}
	return cell[:end]
}

// RowsInOrder are the rows in an order, for an export.
func (r *Result) RowsInOrder(ctx context.Context, o Order) (tusk.Rows, error) {
	if o.none() {
		return r.Rows(), nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	view, err := r.inOrder(ctx, o)
	if err != nil {
		return nil, err
	}
	return view.Rows(), nil
}

// Cell gives a value in full. row counts from 0 in the order.
func (r *Result) Cell(ctx context.Context, o Order, row int64, column int) (tusk.Value, error) {
	if row < 0 || column < 0 || column >= len(r.Info().Columns) {
		return nil, noSuchCell()
	}
	if o.none() {
		if row >= r.rows.Len() {
			return nil, noSuchCell()
		}
		return r.rows.Cell(ctx, row, column)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	view, err := r.inOrder(ctx, o)
	if err != nil {
		return nil, err
	}
	if row >= view.Len() {
		return nil, noSuchCell()
	}
	return view.Cell(ctx, row, column)
}

func noSuchCell() error {
	return &tusk.Error{Category: tusk.Query, Message: "the result has no such cell", Hint: "Fetch the rows again: they may be in another order now."}
}

// inOrder makes the view of an order, or gives it once more. The caller holds mu.
func (r *Result) inOrder(ctx context.Context, o Order) (*spool.View, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	if r.view != nil && r.ordered == string(text) {
		return r.view, nil
	}
	columns := r.Info().Columns
	var sorts []spool.Sort
	for _, s := range o.Sort {
		if s.Column < 0 || s.Column >= len(columns) {
			return nil, noSuchColumn(s.Column)
		}
		sorts = append(sorts, spool.Sort{Column: s.Column, Descending: s.Descending, Compare: spool.CompareFor(columns[s.Column].TypeOID)})
	}
	var filters []spool.Filter
	for _, f := range o.Filter {
		op, known := filterOps[f.Op]
		if !known {
			return nil, &tusk.Error{Category: tusk.Query, Message: fmt.Sprintf("%q is no condition", f.Op), Hint: "Use contains, equals, not_equals, less, less_or_equal, greater, greater_or_equal, is_null or is_not_null."}
		}
		filter := spool.Filter{Column: f.Column, Op: op, Value: f.Value}
		switch {
		case f.Column >= 0 && f.Column < len(columns):
			filter.Compare = spool.CompareFor(columns[f.Column].TypeOID)
		case f.Column != spool.AnyColumn:
			return nil, noSuchColumn(f.Column)
		}
		filters = append(filters, filter)
	}
	view, err := r.rows.View(ctx, sorts, filters)
	if err != nil {
		return nil, err
	}
	if r.view != nil {
		err = r.view.Close()
	}
	r.view, r.ordered = view, string(text)
	return view, err
}

func noSuchColumn(column int) error {
	return &tusk.Error{Category: tusk.Query, Message: fmt.Sprintf("the result has no column %d", column), Hint: "Columns count from 0."}
}

// close gives back what the result takes.
func (r *Result) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var err error
	if r.view != nil {
		err = r.view.Close()
		r.view = nil
	}
	if closeErr := r.rows.Close(); err == nil {
		err = closeErr
	}
	return err
}

// Result gives a result that is kept.
func (s *State) Result(id uuid.UUID) (*Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.resultIndex(id); i >= 0 {
		return s.results[i], nil
	}
	return nil, &tusk.Error{
		Category: tusk.Query,
		Message:  "this result is not kept any more",
		Hint:     "Run the statement again. Results go with their document, and the oldest go first.",
	}
}

// LastResult gives the newest result of a session that has rows.
func (s *State) LastResult(session string) (*Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range slices.Backward(s.results) {
		if r.session == session {
			return r, nil
		}
	}
	return nil, &tusk.Error{Category: tusk.Query, Message: "there is no result yet", Hint: "Run a statement that gives rows."}
}

// Again is a result's statement, to be run once more.
type Again struct {
	ConnectionID uuid.UUID
	Session      string
	SQL          string
	Values       map[string]tusk.Value // of its parameters
}

// Again gives the result's statement where running it again changes nothing.
func (r *Result) Again() (Again, error) {
	info := r.Info()
	if !r.repeatable {
		return Again{}, &tusk.Error{
			Category: tusk.Query,
			Message:  "the statement may do more than read, so it is not run again unasked",
			Hint:     "Run it yourself, with maxRows -1 to keep all rows.",
		}
	}
	again := Again{ConnectionID: r.connection, Session: r.session, SQL: info.SQL, Values: map[string]tusk.Value{}}
	for _, p := range info.Parameters {
		again.Values[p.Name] = p.Value
	}
	return again, nil
}

// CloseResult forgets a result. One that is not known is no error.
func (s *State) CloseResult(id uuid.UUID) error {
	s.mu.Lock()
	i := s.resultIndex(id)
	var r *Result
	if i >= 0 {
		r = s.results[i]
		s.results = slices.Delete(s.results, i, i+1)
	}
	s.mu.Unlock()
	if r == nil {
		return nil
	}
	return r.close()
}

// SweepResults removes the files of results that processes left that died.
func (s *State) SweepResults() error { return s.spool.Sweep() }

// resultIndex finds a result, or gives -1. The caller holds mu.
func (s *State) resultIndex(id uuid.UUID) int {
	return slices.IndexFunc(s.results, func(r *Result) bool { return r.Info().ID == id })
}

// keep lists a result and forgets the oldest of its session beyond ResultsKept.
func (s *State) keep(r *Result) {
	s.mu.Lock()
	s.results = append(s.results, r)
	kept := 0
	var old *Result
	for _, other := range slices.Backward(s.results) {
		if other.session == r.session && other.connection == r.connection {
			if kept++; kept > ResultsKept {
				old = other
				s.results = slices.DeleteFunc(s.results, func(x *Result) bool { return x == old })
				break
			}
		}
	}
	s.mu.Unlock()
	if old != nil {
		s.forget(old)
	}
}

// closeResults forgets the results for which gone reports true.
func (s *State) closeResults(gone func(*Result) bool) {
	s.mu.Lock()
	var closing []*Result
	s.results = slices.DeleteFunc(s.results, func(r *Result) bool {
		if gone(r) {
			closing = append(closing, r)
			return true
		}
		return false
	})
	s.mu.Unlock()
	for _, r := range closing {
		s.forget(r)
	}
}

func (s *State) forget(r *Result) {
	if err := r.close(); err != nil {
		s.config.Log.Warn("a result was not removed", "err", err)
	}
}
