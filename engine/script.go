package engine

import (
	"context"
	"io"
	"slices"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/psql"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// runner runs one script. It belongs to the goroutine of Run.
type runner struct {
	state   *State
	session *Session // that has the turn; \c changes it
	script  Script
	ctx     context.Context

	conditions psql.Conditions
	files      []string // that \i reads at the moment, the outermost first
	together   []string // statements that \; keeps until the one that follows
	place      string   // in the innermost of files, of the statement that runs; "" in the script itself
	lastAt     int      // the script's statement that last is from
	last       string   // the last SQL, which \g and its like send, again if need be
	bound      []string // the values that \bind gave for it; nil: it gave none
	told       bool     // a command told its results
	cancelled  bool     // the last statement ended before its cancel came
	stopped    error    // why nothing runs any more, where no statement told that
}

// all runs the script's statements.
func (r *runner) all() error {
	for i := range r.script.Statements {
		switch err := r.one(r.script.Statements, i, i); err {
		case nil:
		case errStopped:
			return r.stopped
		case errQuit:
			return nil
		default:
			return err
		}
	}
	return r.conditions.End()
}

// one runs statement i of a list as the script's statement index.
func (r *runner) one(list []sql.Statement, i, index int) error {
	if r.ctx.Err() != nil {
		return classify(context.Canceled, r.session.connection.config)
	}
	if r.session.life.Err() != nil {
		return errClosed()
	}
	st := list[i]
	if st.Kind == sql.Meta && psql.IsConditional(st.Text()) {
		return r.conditional(st, index)
	}
	if !r.conditions.Active() {
		return nil
	}
	var err error
	switch st.Kind {
	case sql.SQL:
		if endsWith(st, lex.MetaSemicolon) {
			r.together = append(r.together, st.Text())
			return nil
		}
		r.lastAt = index
		r.last, r.together = strings.Join(append(r.together, st.Text()), `\;`), nil
		if i+1 < len(list) && sends(list[i+1]) && !terminated(st) {
			return nil // \gset and its like send it
		}
		err = r.sql(index, r.last, dataOf(list, i))
	case sql.Meta:
		err = r.meta(index, st.Text(), dataOf(list, i))
	}
	return r.after(list, i, err)
}

// after decides whether the script goes on after statement i.
func (r *runner) after(list []sql.Statement, i int, err error) error {
	switch {
	case err == nil && r.cancelled && i+1 < len(list):
		r.stopped = classify(context.Canceled, r.session.connection.config)
		return errStopped
	case err == nil:
		return nil
	case err == errQuit:
		return err
	case tusk.CategoryOf(err) == tusk.Cancelled || r.session.conn.IsClosed() || !r.keepsGoing():
		return errStopped
	}
	return nil
}

// keepsGoing reports whether a statement that fails leaves the rest to run.
func (r *runner) keepsGoing() bool {
	return r.script.KeepGoing || !r.session.variables.On("ON_ERROR_STOP")
}

// dataOf gives the data that follows statement i, without the \. that ends it.
func dataOf(list []sql.Statement, i int) io.Reader {
	if i+1 == len(list) || list[i+1].Kind != sql.CopyData {
		return nil
	}
	return strings.NewReader(strings.TrimSuffix(list[i+1].Text(), `\.`))
}

// sends reports whether a psql command sends the statement before it.
func sends(st sql.Statement) bool {
	if st.Kind != sql.Meta {
		return false
	}
	switch lex.MetaCommand(st.Text()) {
	case "g", "gx", "gset", "gexec", "gdesc", "watch", "bind", "crosstabview":
		return true
	}
	return false
}

// Together gives the range [from, to) of the statements that statement i runs
// with: a COPY and its data, a statement and the \gset or the like that sends
// it, statements that \; joins.
func Together(list []sql.Statement, i int) (from, to int) {
	from, to = i, i+1
	for from > 0 && follows(list, from) {
		from--
	}
	for to < len(list) && follows(list, to) {
		to++
	}
	return from, to
}

// follows reports whether statement i runs with the one before it.
func follows(list []sql.Statement, i int) bool {
	before := list[i-1]
	return list[i].Kind == sql.CopyData || endsWith(before, lex.MetaSemicolon) || sends(list[i]) && !terminated(before)
}

// terminated reports whether a statement ends with its semicolon, after which
// \g and its like send it once more.
func terminated(st sql.Statement) bool {
	return st.Kind == sql.CopyData || st.Kind == sql.SQL && endsWith(st, lex.Semicolon)
}

// endsWith reports whether a token of this kind ends a statement.
func endsWith(st sql.Statement, kind lex.Kind) bool {
	return slices.ContainsFunc(st.Tokens(), func(t lex.Token) bool { return t.Kind == kind && t.Start >= st.Span.End })
}

// sql runs a SQL statement; several, where a variable holds several.
func (r *runner) sql(index int, source string, data io.Reader) error {
	j, err := r.prepare(index, source)
	if err != nil {
		return r.own(index, source, func(*QueryHandle) (string, error) { return "", err })
	}
	if j.query.sql != source {
		if parts := sql.New(j.query.sql).Statements(); len(parts) > 1 && !j.shape.several {
			for i := range parts {
				if parts[i].Kind != sql.SQL {
					continue
				}
				if _, err := r.statement(r.literally(index, parts[i].Text()), data); err != nil {
					return err
				}
			}
			return nil
		}
	}
	_, err = r.statement(j, data)
	return err
}

// conditional takes \if and its like.
func (r *runner) conditional(st sql.Statement, index int) error {
	warned, err := r.conditions.Follow(st.Text(), r.session.variables)
	if err == nil && len(warned) == 0 {
		return nil
	}
	return r.own(index, st.Text(), func(*QueryHandle) (string, error) { return r.warnings(warned), err })
}
