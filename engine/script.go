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
	last       string   // the last SQL, which \g, \gexec and \watch alone repeat
	stopped    error    // why nothing runs any more, if not by a statement of its own
}

// all runs the script's statements.
func (r *runner) all() error {
	for i := range r.script.Statements {
		if err := r.one(r.script.Statements, i, i); err != nil {
			if err == errStopped {
				return r.stopped
			}
			return err
		}
	}
	if err := r.conditions.End(); err != nil {
		return err
	}
	return nil
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
		r.last = st.Text()
		if i+1 < len(list) && sends(list[i+1]) && !terminated(st) {
			return nil // \gset and its like send it
		}
		_, err = r.statement(r.prepare(index, st.Text()), dataOf(list, i))
	case sql.Meta:
		err = r.meta(index, st.Text(), dataOf(list, i))
	}
	return r.after(list, i, err)
}

// after decides whether the script goes on.
func (r *runner) after(list []sql.Statement, i int, err error) error {
	switch {
	case err == nil:
		return nil
	case tusk.CategoryOf(err) == tusk.Cancelled && i+1 < len(list):
		r.stopped = classify(context.Canceled, r.session.connection.config)
		return errStopped
	case tusk.CategoryOf(err) == tusk.Cancelled || r.session.conn.IsClosed() || !r.keepsGoing():
		return errStopped
	}
	return nil
}

// keepsGoing reports whether a statement that fails leaves the rest to run.
func (r *runner) keepsGoing() bool {
	if value, set := r.session.variables.Get("ON_ERROR_STOP"); set {
		return value == "off"
	}
	return r.script.KeepGoing
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
// it.
func Together(list []sql.Statement, i int) (from, to int) {
	from, to = i, i+1
	for from > 0 && (list[from].Kind == sql.CopyData || sends(list[from]) && !terminated(list[from-1])) {
		from--
	}
	for to < len(list) && (list[to].Kind == sql.CopyData || sends(list[to]) && !terminated(list[to-1])) {
		to++
	}
	return from, to
}

// terminated reports whether a statement ends with its semicolon, after which
// \g and its like send it once more.
func terminated(st sql.Statement) bool {
	if st.Kind != sql.SQL {
		return st.Kind == sql.CopyData
	}
	return slices.ContainsFunc(st.Tokens(), func(t lex.Token) bool {
		return t.Kind == lex.Semicolon && t.Start >= st.Span.End
	})
}
