package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/describe"
	"github.com/tusk-lsp/tusk-lsp/engine/psql"
	"github.com/tusk-lsp/tusk-lsp/sql"
	sqltext "github.com/tusk-lsp/tusk-lsp/sql/text"
)

// meta runs a psql command. What it prints is a result without columns.
func (r *runner) meta(index int, text string, data io.Reader) error {
	c, err := psql.Parse(text, r.session.variables)
	if err == nil {
		warned := r.warnings(c.Warnings)
		switch a := c.Action.(type) {
		case psql.Send, psql.SendEachCell, psql.SendInto, psql.SendDescribe, psql.Watch:
			return r.send(index, text, c, data)
		case psql.Include:
			return r.include(index, text, a)
		case psql.Copy:
			return r.copy(index, text, a, data)
		case psql.Describe:
			request := describe.Request{Name: a.Name, System: a.System, Verbose: a.Verbose}
			if len(a.Patterns) > 0 {
				request.Pattern, request.Args = a.Patterns[0], a.Patterns[1:]
			}
			return r.describe(index, text, warned, request, a.Expanded)
		case psql.Source:
			return r.describe(index, text, warned, sourceRequest(a), false)
		case psql.Connect:
			return r.own(index, text, func(h *QueryHandle) (string, error) { return r.connect(h, a) })
		default:
			return r.own(index, text, func(*QueryHandle) (string, error) {
				said, err := r.settle(a)
				return warned + said, err
			})
		}
	}
	return r.own(index, text, func(*QueryHandle) (string, error) { return "", err })
}

func (r *runner) warnings(list []string) string {
	var out strings.Builder
	for _, w := range list {
		out.WriteString("WARNING: " + w + "\n")
	}
	return out.String()
}

// own runs what needs no server and tells what it says.
func (r *runner) own(index int, text string, do func(h *QueryHandle) (string, error)) error {
	h := newQueryHandle(r.session.connection.config.ID, text)
	defer context.AfterFunc(r.ctx, h.Cancel)()
	if r.script.Started != nil {
		r.script.Started(index, h)
	}
	r.told = false
	said, err := do(h)
	if err == errQuit {
		return err
	}
	h.state.Store(int32(outcome(err)))
	if r.script.Finished == nil {
		return err
	}
	if err != nil {
		r.script.Finished(index, h, nil, err)
		return err
	}
	if said != "" || !r.told {
		r.script.Finished(index, h, r.said(h, said), nil)
	}
	return nil
}

// said is the result of a command that prints.
func (r *runner) said(h *QueryHandle, text string) *tusk.QueryResult {
	return &tusk.QueryResult{
		ID: uuid.New(), QueryID: h.ID, SQL: h.SQL, CommandTag: strings.TrimSuffix(text, "\n"),
		Columns: []tusk.ColumnInfo{}, Rows: [][]tusk.Value{}, QueryType: tusk.OtherQuery,
		ExecutionTimeMS: time.Since(h.StartedAt).Milliseconds(),
	}
}

// errQuit ends the script, or the file that \i reads, without an error.
var errQuit = errors.New(`\q`)

// settle does what a command asks for that changes the session or prints.
func (r *runner) settle(action psql.Action) (string, error) {
	s := r.session
	switch a := action.(type) {
	case psql.Set:
		if a.Name == "" {
			var list strings.Builder
			for name, value := range s.variables.All() {
				fmt.Fprintf(&list, "%s = '%s'\n", name, value)
			}
			return list.String(), nil
		}
		err := s.variables.Set(a.Name, a.Value)
		s.observe()
		return "", err
	case psql.Unset:
		s.variables.Unset(a.Name)
		s.observe()
		return "", nil
	case psql.Echo:
		return a.Text, nil
	case psql.Bind:
		r.bound = a.Parameters
		return "", nil
	case psql.Reset:
		r.last, r.bound = "", nil
		return "Query buffer reset (cleared).\n", nil
	case psql.Print:
		return r.last + "\n", nil
	case psql.Timing:
		return "Timing is always on here.\n", nil
	case psql.Format:
		return s.format(a)
	case psql.ToggleAligned:
		return `\a changes nothing here: results are aligned.` + "\n", nil
	case psql.ConnectionInfo:
		return s.connectionInfo(), nil
	case psql.Encoding:
		if a.Name == nil {
			return s.conn.ParameterStatus("client_encoding") + "\n", nil
		}
		return "", &tusk.Error{Category: tusk.Query, Message: "text is UTF-8 here", Hint: "The server converts it; \\encoding is not needed."}
	case psql.VerboseError:
		return verbose(s.failed), nil
	case psql.Restrict:
		s.variables.Restrict(a.Key)
		return "", nil
	case psql.Unrestrict:
		return "", s.variables.Unrestrict(a.Key)
	case psql.Quit:
		return "", errQuit
	case psql.Help:
		return commandList(), nil
	}
	return "", &tusk.Error{Category: tusk.Query, Message: "this psql command does not run here", Hint: `\? lists the commands that do. Use PREPARE and EXECUTE for prepared statements.`}
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// format takes \x and \pset.
func (s *Session) format(f psql.Format) (string, error) {
	if f.Option != "expanded" && f.Option != "x" {
		return fmt.Sprintf("\\pset %s changes nothing here.\n", f.Option), nil
	}
	on := s.display != tusk.AsExpanded
	if f.Value != nil {
		var ok bool
		if on, ok = psql.ParseBool(*f.Value); !ok && *f.Value != "auto" { // no screen is too narrow here
			return "", &tusk.Error{Category: tusk.Query, Message: fmt.Sprintf("%q is neither on nor off", *f.Value), Hint: "Use on or off."}
		}
	}
	s.display = tusk.AsTable
	if on {
		s.display = tusk.AsExpanded
	}
	return "Expanded display is " + onOff(on) + ".\n", nil
}

func (s *Session) connectionInfo() string {
	c := s.connection.config
	where := fmt.Sprintf("on host %q at port %q", c.Host, strconv.Itoa(c.Port))
	if strings.HasPrefix(c.Host, "/") {
		where = fmt.Sprintf("via socket in %q at port %q", c.Host, strconv.Itoa(c.Port))
	}
	return fmt.Sprintf("You are connected to database %q as user %q %s.\n", c.Database, c.Username, where)
}

// verbose is an error with all that the server said of it.
func verbose(err error) string {
	e, ok := errors.AsType[*tusk.Error](err)
	if !ok {
		return "There is no previous error.\n"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "ERROR:  %s: %s\n", e.Code, e.Message)
	if e.Detail != "" {
		fmt.Fprintf(&out, "DETAIL:  %s\n", e.Detail)
	}
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		if server.Hint != "" {
			fmt.Fprintf(&out, "HINT:  %s\n", server.Hint)
		}
		for _, field := range [][2]string{
			{"CONTEXT", server.Where}, {"SCHEMA NAME", server.SchemaName}, {"TABLE NAME", server.TableName},
			{"COLUMN NAME", server.ColumnName}, {"DATATYPE NAME", server.DataTypeName}, {"CONSTRAINT NAME", server.ConstraintName},
		} {
			if field[1] != "" {
				fmt.Fprintf(&out, "%s:  %s\n", field[0], field[1])
			}
		}
		if server.File != "" {
			fmt.Fprintf(&out, "LOCATION:  %s, %s:%d\n", server.Routine, server.File, server.Line)
		}
	}
	return out.String()
}

// commandList is what \? prints.
func commandList() string {
	var out strings.Builder
	group := psql.Group("")
	for _, c := range psql.Commands() {
		if c.Group != group {
			group = c.Group
			fmt.Fprintf(&out, "%s\n", group)
		}
		fmt.Fprintf(&out, "  %-38s %s\n", c.Syntax, c.Does)
	}
	return out.String()
}

// maxIncluded bounds files within files, and maxScript the bytes of one.
const (
	maxIncluded = 16
	maxScript   = 256 << 20
)

// include runs a file's statements as the statement that asks for it. A path is
// relative to the folder of the script's own file, as \ir is to the file that
// says it: a server has no folder that the user is in.
func (r *runner) include(index int, text string, a psql.Include) error {
	path := a.Path
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			path = filepath.Join(home, rest)
		}
	}
	if !filepath.IsAbs(path) {
		base := r.script.Path
		if a.Relative && len(r.files) > 0 {
			base = r.files[len(r.files)-1]
		}
		if base == "" {
			return r.own(index, text, func(*QueryHandle) (string, error) {
				return "", &tusk.Error{Category: tusk.Query, Message: fmt.Sprintf("%s is relative, and the script has no folder", a.Path), Hint: "Save the document, or write the file's whole path."}
			})
		}
		path = filepath.Join(filepath.Dir(base), path)
	}
	content, err := r.readScript(path)
	if err != nil {
		return r.own(index, text, func(*QueryHandle) (string, error) { return "", err })
	}
	r.files = append(r.files, path)
	outer, place := r.conditions, r.place
	r.conditions = psql.Conditions{}
	defer func() { r.files, r.conditions, r.place = r.files[:len(r.files)-1], outer, place }()
	file := sql.New(content)
	list := file.Statements()
	for i := range list {
		r.place = fmt.Sprintf("%s, line %d", path, file.Lines().Position(list[i].Span.Start, sqltext.UTF8).Line+1)
		if err := r.one(list, i, index); err != nil {
			if err == errQuit {
				return nil
			}
			return err
		}
	}
	if err := r.conditions.End(); err != nil {
		return r.own(index, text, func(*QueryHandle) (string, error) { return "", err })
	}
	return nil
}

// readScript reads a regular file: another kind might never end.
func (r *runner) readScript(path string) (string, error) {
	refuse := func(message, hint string, cause error) (string, error) {
		return "", &tusk.Error{Category: tusk.Query, Message: message, Hint: hint, Cause: cause}
	}
	if len(r.files) == maxIncluded {
		return refuse(fmt.Sprintf("%d files include each other", maxIncluded), `Look for one that runs itself by \i.`, nil)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return refuse(path+" cannot be read", "Check the path.", err)
	case !info.Mode().IsRegular():
		return refuse(path+" is no file", "Name a file with SQL.", nil)
	case info.Size() > maxScript:
		return refuse(path+" is too large", "Run it with psql.", nil)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return refuse(path+" cannot be read", "Check who may read it.", err)
	}
	return string(content), nil
}

// connect has the rest of the script run on another database of the same
// server. A script leads nobody's password to another host or role.
func (r *runner) connect(h *QueryHandle, a psql.Connect) (string, error) {
	from := r.session.connection
	c := from.config
	if a.Conninfo != "" || a.Host != "" && a.Host != c.Host || a.Port != "" && a.Port != strconv.Itoa(c.Port) || a.User != "" && a.User != c.Username {
		return "", &tusk.Error{
			Category: tusk.Query,
			Message:  `\c changes the database only, not the server or the role`,
			Hint:     "Add a connection for it, and choose that for the document.",
		}
	}
	if a.Database == "" || a.Database == c.Database {
		return r.session.connectionInfo(), nil
	}
	base := from.config.ID
	c.ID = uuid.NewSHA1(base, []byte(a.Database))
	c.Name, c.Database = c.Name+"/"+a.Database, a.Database
	ctx, cancel := context.WithCancel(h.unwanted)
	defer cancel()
	source := Source{Config: c, Password: from.route.present(ctx), Origin: `\c in a script`}
	if err := r.state.Open(ctx, source); err != nil {
		return "", err
	}
	known, err := r.state.connection(c.ID)
	if err != nil {
		return "", err
	}
	next, err := r.state.session(known, r.session.key.name, r.session.key.readOnly)
	if err != nil {
		return "", err
	}
	if err := next.take(ctx); err != nil {
		return "", err
	}
	next.variables, next.display = r.session.variables.Clone(), r.session.display
	r.session.give()
	r.session = next
	return fmt.Sprintf("You are now connected to database %q as user %q, up to the end of the script.\n", c.Database, c.Username), nil
}
