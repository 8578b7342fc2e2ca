package engine

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/describe"
	"github.com/tusk-lsp/tusk-lsp/engine/psql"
)

// send runs the statement before a \g or the like, or the last one once more.
func (r *runner) send(index int, text string, c psql.Command, data io.Reader) error {
	refuse := func(message, hint string) error {
		return r.own(index, text, func(*QueryHandle) (string, error) {
			return "", &tusk.Error{Category: tusk.Query, Message: message, Hint: hint}
		})
	}
	if r.last == "" {
		return refuse(`\`+c.Name+" has no statement to send", "Write the statement before it.")
	}
	switch a := c.Action.(type) {
	case psql.Send:
		_, err := r.sendOnce(data, func(j *job) {
			for _, f := range a.Formats {
				if f.Option == "expanded" && (f.Value == nil || *f.Value != "off") {
					j.display = tusk.AsExpanded
				}
			}
		})
		return err
	case psql.SendInto:
		results, err := r.sendOnce(data, func(j *job) { j.hidden = true })
		if err != nil {
			return err
		}
		rows := results[len(results)-1]
		switch {
		case rows.RowCount == 0:
			return refuse("no rows returned for \\gset", "It takes a statement that gives one row.")
		case rows.RowCount > 1:
			return refuse("more than one row returned for \\gset", "It takes a statement that gives one row.")
		}
		var names []string
		for _, column := range rows.Columns {
			names = append(names, column.Name)
		}
		return r.own(index, text, func(*QueryHandle) (string, error) {
			warnings, err := a.Store(r.session.variables, names, rows.Rows[0])
			return r.warnings(warnings), err
		})
	case psql.SendEachCell:
		return r.sendEachCell(index, data)
	case psql.SendDescribe:
		return r.sendDescribe(index, text)
	case psql.Watch:
		return r.watchStatement(a)
	}
	return nil
}

// sendOnce runs the last statement, with what \bind gave.
func (r *runner) sendOnce(data io.Reader, change func(*job)) ([]*tusk.QueryResult, error) {
	j, err := r.prepare(r.lastAt, r.last)
	if err != nil {
		return nil, r.own(r.lastAt, r.last, func(*QueryHandle) (string, error) { return "", err })
	}
	j.bound, r.bound = r.bound, nil
	change(&j)
	return r.statement(j, data)
}

// sendEachCell runs each cell of the statement's result as a statement
// (\gexec): row by row, NULL left out.
func (r *runner) sendEachCell(index int, data io.Reader) error {
	results, err := r.sendOnce(data, func(j *job) { j.hidden = true })
	if err != nil || len(results) == 0 {
		return err
	}
	generated, err := r.state.Result(results[len(results)-1].ID)
	if err != nil {
		return nil // a statement without columns
	}
	for row, err := range generated.Rows() {
		if err != nil {
			return err
		}
		for _, cell := range row {
			if cell == nil {
				continue
			}
			j := r.literally(index, string(cell))
			if _, err := r.statement(j, nil); err != nil && !r.keepsGoing() {
				return err
			}
			if r.ctx.Err() != nil || r.session.conn.IsClosed() {
				return classify(context.Canceled, r.session.connection.config)
			}
		}
	}
	return nil
}

// sendDescribe tells the columns that the statement would give (\gdesc).
func (r *runner) sendDescribe(index int, text string) error {
	j, err := r.prepare(index, r.last)
	return r.own(index, text, func(h *QueryHandle) (string, error) {
		if err != nil {
			return "", err
		}
		described, err := r.session.prepare(h, j.query.sql)
		if err != nil {
			return "", j.positioned(err)
		}
		r.session.learn(described.Fields)
		names := []tusk.ColumnInfo{{Name: "Column", TypeOID: 25, TypeName: "text"}, {Name: "Type", TypeOID: 25, TypeName: "text"}}
		result := r.said(h, "")
		result.Columns = names
		for _, column := range columnsOf(described.Fields, r.session.types) {
			result.Rows = append(result.Rows, []tusk.Value{&column.Name, &column.TypeName})
		}
		if len(result.Rows) == 0 {
			return "The command has no result, or the result has no columns.\n", nil
		}
		return "", r.tell(index, h, result)
	})
}

// tell keeps a result that is ours and tells it.
func (r *runner) tell(index int, h *QueryHandle, result *tusk.QueryResult) error {
	kept := &Result{connection: h.ConnectionID, session: r.script.Session, rows: r.state.spool.NewResult(len(result.Columns))}
	for _, row := range result.Rows {
		cells := make([][]byte, len(row))
		for i, value := range row {
			if value != nil {
				cells[i] = []byte(*value)
			}
		}
		if err := kept.rows.Append(cells); err != nil {
			return err
		}
	}
	kept.rows.Finish()
	result.RowCount = int64(len(result.Rows))
	result.Rows = result.Rows[:min(len(result.Rows), firstWindow)]
	kept.info.Store(result)
	r.state.keep(kept)
	r.told = true
	if r.script.Finished != nil {
		r.script.Finished(index, h, result, nil)
	}
	return nil
}

// watchStatement runs the last statement again and again (\watch), up to its
// count, a result of too few rows, an error or the cancel.
func (r *runner) watchStatement(w psql.Watch) error {
	for n := 1; ; n++ {
		results, err := r.sendOnce(nil, func(j *job) {
			j.title = fmt.Sprintf("%s (every %gs)", time.Now().Format(time.ANSIC), w.Interval.Seconds())
		})
		if err != nil {
			return err
		}
		if n == w.Count || len(results) > 0 && w.MinRows > 0 && results[len(results)-1].RowCount < int64(w.MinRows) {
			return nil
		}
		select {
		case <-time.After(w.Interval):
		case <-r.ctx.Done():
			return classify(context.Canceled, r.session.connection.config)
		case <-r.session.life.Done():
			return errClosed()
		}
	}
}

// copy runs \copy as a COPY over the connection. A file is read or written where
// we run, as the user.
func (r *runner) copy(index int, text string, c psql.Copy, data io.Reader) (err error) {
	j := r.literally(index, c.Statement())
	j.handle.SQL = text
	if c.File == "" {
		_, err := r.statement(j, data)
		return err
	}
	fail := func(what string, cause error) error {
		return r.own(index, text, func(*QueryHandle) (string, error) {
			return "", &tusk.Error{Category: tusk.Query, Message: fmt.Sprintf("%s cannot be %s", c.File, what), Hint: "Check the path, and who may use it.", Cause: cause}
		})
	}
	path := c.File
	if !filepath.IsAbs(path) {
		if r.script.Path == "" {
			return fail("found: the script has no folder", nil)
		}
		path = filepath.Join(filepath.Dir(r.script.Path), path)
	}
	if c.From {
		f, err := os.Open(path)
		if err != nil {
			return fail("read", err)
		}
		defer f.Close()
		if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
			return fail("read: it is no file", err)
		}
		_, err = r.statement(j, f)
		return err
	}
	return fail("written by a script", nil)
}

// describe runs \d and its family.
func (r *runner) describe(index int, text, warned string, request describe.Request, expanded bool) error {
	return r.own(index, text, func(h *QueryHandle) (string, error) {
		ctx, cancel := context.WithCancel(h.unwanted)
		defer cancel()
		major, err := strconv.Atoi(majorOf(r.session.conn.ParameterStatus("server_version")))
		if err != nil {
			return "", tusk.NewError(tusk.Query, err, "the server's version is not known").WithHint("Query the catalog itself.")
		}
		results, err := describe.Run(ctx, r.session.ask(h), major, request)
		if err != nil {
			return "", err
		}
		for _, result := range results {
			result.ID, result.QueryID, result.SQL, result.QueryType = uuid.New(), h.ID, text, tusk.SelectQuery
			if expanded || r.session.display == tusk.AsExpanded {
				result.Display = tusk.AsExpanded
			}
			if len(result.Columns) == 0 && len(result.Notices) > 0 {
				result.CommandTag = result.Notices[0].Message
			}
			if err := r.tell(index, h, result); err != nil {
				return "", err
			}
		}
		return warned, nil
	})
}

// majorOf cuts a server_version such as "15.18 (Debian 15.18-1)" or "18beta1".
func majorOf(version string) string {
	end := 0
	for end < len(version) && isDigit(version[end]) {
		end++
	}
	return version[:end]
}

func sourceRequest(s psql.Source) describe.Request {
	name := "sf"
	if s.View {
		name = "sv"
	}
	return describe.Request{Name: name, Verbose: s.Numbers, Pattern: s.Object}
}

// ask lets describe query on the session's connection.
func (s *Session) ask(h *QueryHandle) describe.Query {
	return func(_ context.Context, sql string, args ...string) ([]tusk.ColumnInfo, [][]tusk.Value, error) {
		values := make([][]byte, len(args))
		for i, arg := range args {
			values[i] = []byte(arg)
		}
		fields, rows, err := s.query(h, sql, values)
		if err != nil {
			return nil, nil, err
		}
		s.learn(fields)
		return columnsOf(fields, s.types), rows, nil
	}
}

// query runs a statement of ours for the one that h is about, whose cancel ends
// it, and gives all rows.
func (s *Session) query(h *QueryHandle, sql string, values [][]byte) (fields []pgconn.FieldDescription, rows [][]tusk.Value, err error) {
	stop := s.watch(h.unwanted, s.conn)
	err = exchange(s.conn, h.unwanted, wireQuery{sql: sql, values: values}, receiver{
		columns: func(f []pgconn.FieldDescription) { fields = f },
		lines:   func() {},
		row: func(cells [][]byte) error {
			row := make([]tusk.Value, len(cells))
			for i, cell := range cells {
				if cell != nil {
					text := string(cell)
					row[i] = &text
				}
			}
			rows = append(rows, row)
			return nil
		},
		end: func(pgconn.CommandTag, bool) {},
	})
	asked := stop()
	if asked && !s.conn.IsClosed() {
		s.settle(s.conn)
	}
	if err != nil {
		return nil, nil, s.explain(err, asked)
	}
	return fields, rows, nil
}
