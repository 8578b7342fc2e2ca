package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/spool"
)

// output takes the results of one statement as they come.
type output struct {
	state   *State
	handle  *QueryHandle
	script  Script
	index   int   // of the statement in the script
	maxRows int64 // rows kept of a result
	display tusk.Display
	params  []tusk.Parameter
	repeats bool   // the statement only reads
	stop    func() // has the server cancel the statement: what comes cannot be kept

	results []*incoming // goroutine of the run alone

	mu      sync.Mutex
	current *incoming   // whose first rows are to be told; guarded by mu
	timer   *time.Timer // nil: nothing is to be told; guarded by mu
}

// incoming is a result while it comes.
type incoming struct {
	fields []pgconn.FieldDescription
	result *Result
	tag    string
	ended  bool
	more   bool // rows were left out
	lines  bool // of COPY … TO STDOUT
}

// Rows are shown to a client that follows a statement after firstRows, and
// again, with their number, every laterRows.
const (
	firstRows = 50 * time.Millisecond
	laterRows = 500 * time.Millisecond
)

// firstWindow is how many rows a QueryResult holds itself.
const firstWindow = 1000

// receiver gives what exchange calls.
func (o *output) receiver() receiver {
	return receiver{
		columns: func(fields []pgconn.FieldDescription) { o.begin(fields, false) },
		lines: func() {
			o.begin([]pgconn.FieldDescription{{Name: "copy", DataTypeOID: 25, TypeModifier: -1}}, true)
		},
		row: o.row,
		end: o.end,
	}
}

func (o *output) begin(fields []pgconn.FieldDescription, lines bool) {
	r := &Result{
		connection: o.handle.ConnectionID, session: o.script.Session, repeatable: o.repeats,
		rows: o.state.spool.NewResult(len(fields)),
	}
	in := &incoming{fields: fields, result: r, lines: lines}
	r.info.Store(o.info(in, nil))
	o.results = append(o.results, in)
	o.state.keep(r)
}

// tag is the command tag of the last result that ended, "" where none did.
func (o *output) tag() string {
	if len(o.results) == 0 {
		return ""
	}
	return o.last().tag
}

// last is the result that rows belong to.
func (o *output) last() *incoming { return o.results[len(o.results)-1] }

func (o *output) row(values [][]byte) error {
	in := o.last()
	kept := in.result.rows.Len()
	if kept == o.maxRows {
		in.more = true
		return nil
	}
	if err := in.result.rows.Append(values); err != nil {
		o.stop()
		return err
	}
	if kept == 0 && o.script.Rows != nil {
		o.follow(in)
	}
	return nil
}

func (o *output) end(tag pgconn.CommandTag, more bool) {
	o.unfollow()
	if len(o.results) == 0 || o.last().ended {
		o.results = append(o.results, &incoming{}) // one without columns
	}
	in := o.last()
	in.tag, in.ended = tag.String(), true
	if in.result == nil {
		return
	}
	in.result.rows.Finish()
	if more { // the server sends no tag
		in.more, in.tag = true, "SELECT "+strconv.FormatInt(in.result.rows.Len(), 10)
	}
}

// follow has Script.Rows told of the rows of a result while they come.
func (o *output) follow(in *incoming) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.current = in
	o.timer = time.AfterFunc(firstRows, o.tell)
}

func (o *output) tell() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.timer == nil {
		return
	}
	info := o.info(o.current, typeNames{})
	o.current.result.info.Store(info)
	o.script.Rows(o.index, o.handle, info)
	o.timer = time.AfterFunc(laterRows, o.tell)
}

// unfollow ends follow. Script.Rows is not called after it.
func (o *output) unfollow() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.timer != nil {
		o.timer.Stop()
		o.timer = nil
	}
}

// abort gives the result whose rows came before its statement failed; nil where
// there are none. What else came counts for nothing: it was rolled back.
func (o *output) abort(names typeNames) *tusk.QueryResult {
	o.unfollow()
	var partial *incoming
	for _, in := range o.results {
		if in.result == nil {
			continue
		}
		in.result.rows.Finish()
		if !in.ended && in.result.rows.Len() > 0 {
			partial = in
			continue
		}
		if err := o.state.CloseResult(in.result.Info().ID); err != nil {
			o.state.config.Log.Warn("a result was not removed", "err", err)
		}
	}
	if partial == nil {
		return nil
	}
	partial.more = true
	info := o.info(partial, names)
	partial.result.info.Store(info)
	return info
}

// finish gives the results, with their columns' types by name.
func (o *output) finish(names typeNames) []*tusk.QueryResult {
	var results []*tusk.QueryResult
	for _, in := range o.results {
		info := o.info(in, names)
		if in.result != nil {
			in.result.info.Store(info)
		}
		results = append(results, info)
	}
	return results
}

// info describes a result as far as it came. Rows that cannot be read back, as
// from a disk that fails, are told when they are fetched.
func (o *output) info(in *incoming, names typeNames) *tusk.QueryResult {
	info := &tusk.QueryResult{
		ID: uuid.New(), QueryID: o.handle.ID, SQL: o.handle.SQL, Parameters: o.params, Display: o.display,
		Columns: []tusk.ColumnInfo{}, Rows: [][]tusk.Value{}, Truncated: in.more, CommandTag: in.tag,
		ExecutionTimeMS: time.Since(o.handle.StartedAt).Milliseconds(),
	}
	tag := pgconn.NewCommandTag(in.tag)
	info.QueryType = queryType(tag, len(in.fields) > 0 && !in.lines)
	if tag.Insert() || tag.Update() || tag.Delete() || strings.HasPrefix(in.tag, "MERGE") || strings.HasPrefix(in.tag, "COPY") {
		affected := tag.RowsAffected()
		info.RowsAffected = &affected
	}
	if in.lines {
		info.Display = tusk.AsLines
	}
	if in.result == nil {
		return info
	}
	if known := in.result.Info(); known != nil {
		info.ID = known.ID
	}
	info.Columns = columnsOf(in.fields, names)
	info.RowCount = in.result.rows.Len()
	first := Window{Rows: info.Rows}
	if err := first.fill(in.result.Rows(), firstWindow); err != nil {
		o.state.config.Log.Warn("the first rows of a result cannot be read", "err", err)
	}
	info.Rows, info.Cut = first.Rows, first.Cut
	return info
}

func queryType(tag pgconn.CommandTag, rows bool) tusk.QueryType {
	switch {
	case tag.Insert():
		return tusk.InsertQuery
	case tag.Update():
		return tusk.UpdateQuery
	case tag.Delete():
		return tusk.DeleteQuery
	case rows:
		return tusk.SelectQuery
	default:
		return tusk.OtherQuery
	}
}

// newSpool makes the spool of a State.
func newSpool(config Config) *spool.Spool {
	if config.SpoolDir == "" {
		config.SpoolDir = filepath.Join(os.TempDir(), fmt.Sprintf("tusk-%d", os.Getuid()))
	}
	return spool.New(spool.Options{Dir: config.SpoolDir, Memory: config.SpoolMemory, Disk: config.SpoolDisk})
}
