package engine

import (
	"context"
	"slices"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// guarded runs a statement if it can run here, with its values, and under the
// connection's guards.
func (r *runner) guarded(j *job) error {
	s := r.session
	if err := unsupported(j, s.key.readOnly); err != nil {
		return err
	}
	s.tellPooler(j.shape)
	if err := r.bindValues(j); err != nil {
		return err
	}
	if err := r.confirm(j); err != nil {
		return err
	}
	out := &output{
		state: r.state, handle: j.handle, script: r.script, index: j.index,
		maxRows: -1, display: j.display, params: j.params, repeats: j.shape.onlyReads(),
	}
	if r.script.MaxRows > 0 {
		out.maxRows = int64(r.script.MaxRows)
		if out.repeats {
			j.query.limit = uint32(min(out.maxRows, 1<<30)) + 1
		}
	}
	execute := func() error { return s.execute(j.handle, j.query, out) }
	var err error
	if s.key.readOnly {
		err = s.executeReadOnly(j.shape, func() (string, error) { err := execute(); return out.tag(), err })
	} else if err = s.begin(j.shape); err == nil {
		defer r.watch(j)()
		err = execute()
	}
	if err != nil {
		j.partial = out.abort(s.types)
		return j.positioned(err)
	}
	j.results = out.finish(s.types)
	return nil
}

// unsupported refuses what cannot be run as one statement of a script.
func unsupported(j *job, readOnly bool) error {
	refuse := func(message, hint string) error {
		return &tusk.Error{Category: tusk.Query, Message: message, Hint: hint}
	}
	switch {
	case j.shape.several && readOnly:
		return refuse(`statements joined by \; do not run on a read-only connection`, "End each with a plain semicolon.")
	case j.shape.several && len(j.params) > 0:
		return refuse(`statements joined by \; take no parameters`, "End each with a plain semicolon, or write the values in their place.")
	case j.shape.copiesFromHere() && j.query.data == nil:
		return refuse("no data follows the COPY", `Put the lines below it, and end them with \. on a line of its own.`)
	}
	return nil
}

// bindValues gives the parameters of a statement their types and values.
func (r *runner) bindValues(j *job) error {
	if j.bound != nil {
		for _, value := range j.bound {
			j.query.values = append(j.query.values, []byte(value))
		}
		return nil
	}
	if len(j.params) == 0 {
		return nil
	}
	var err error
	if j.params, err = r.session.parameters(j.handle, j.query.sql, j.params); err != nil {
		return j.positioned(err)
	}
	if err := r.state.fillIn(r.script, j.index, j.handle, j.params); err != nil {
		return err
	}
	j.query.values = wireValues(j.params)
	return nil
}

// begin starts a transaction where the user commits by hand, as psql does with
// AUTOCOMMIT off.
func (s *Session) begin(sql shape) error {
	if !s.manual() || TransactionStatus(s.conn.TxStatus()) != Idle || sql.standsAlone() {
		return nil
	}
	_, err := s.transact("BEGIN")
	return err
}

// manual reports whether transactions end by hand alone.
func (s *Session) manual() bool { return !s.variables.On("AUTOCOMMIT") }

// standsAlone reports whether a statement begins or ends a transaction, or
// cannot run within one (command_no_begin in psql's common.c).
func (s shape) standsAlone() bool {
	if s.controlsTransaction() {
		return true
	}
	second := s.word(1)
	concurrently := slices.Contains(s.words, lex.KwConcurrently)
	switch s.word(0) {
	case lex.KwVacuum, lex.KwCluster:
		return true
	case lex.KwCreate:
		return second == lex.KwDatabase || second == lex.KwTablespace || concurrently && (second == lex.KwIndex || second == lex.KwUnique)
	case lex.KwAlter:
		return second == lex.KwSystem || second == lex.KwDatabase && slices.Contains(s.words, lex.KwTablespace)
	case lex.KwReindex:
		return second == lex.KwDatabase || second == lex.KwSystem || concurrently
	case lex.KwDrop:
		return second == lex.KwDatabase || second == lex.KwSystem || second == lex.KwTablespace || second == lex.KwIndex && concurrently
	case lex.KwDiscard:
		return second == lex.KwAll
	}
	return false
}

// transact sends statements of ours that take no time and gives the last row. A
// server that does not answer them costs the session.
func (s *Session) transact(sql string) ([][]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.config.CancelTimeout)
	defer cancel()
	results, err := s.conn.Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, s.explain(err, false)
	}
	if rows := results[len(results)-1].Rows; len(rows) > 0 {
		return rows[len(rows)-1], nil
	}
	return nil, nil
}

// watch has the script told what a long statement waits for. The caller calls
// stop at its end.
func (r *runner) watch(j *job) (stop func()) {
	if r.script.Waiting == nil || pooled(r.session.conn) {
		return func() {}
	}
	return r.state.watchWait(j.handle, r.session.conn.PID(), waitPatience, func(text string) {
		r.script.Waiting(j.index, j.handle, text)
	})
}

// waitPatience is how long a statement runs before it is asked what it waits
// for.
const waitPatience = 2 * time.Second
