package describe_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/describe"
	"github.com/tusk-lsp/tusk-lsp/engine/psql"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/sql"
)

// printed is what a command printed, and what it said.
type printed struct{ text, messages string }

// byPsql runs commands by psql and gives what each printed.
func byPsql(t *testing.T, program string, db *pgtest.Database, commands []string) []printed {
	t.Helper()
	var script strings.Builder
	for _, c := range commands {
		fmt.Fprintf(&script, "%s\n\\echo %s\n\\warn %s\n", c, end, end)
	}
	config := db.Config()
	cmd := exec.CommandContext(t.Context(), program, "-X", "-A", "-F", "|", "-f", "-")
	cmd.Env = []string{
		"PGHOST=" + config.Host, "PGPORT=" + strconv.Itoa(int(config.Port)), "PGUSER=" + config.Username,
		"PGPASSWORD=" + db.Password, "PGDATABASE=" + db.Name, "PGCLIENTENCODING=UTF8", "LC_ALL=C.UTF-8",
		"PGAPPNAME=" + application,
	}
	cmd.Stdin = strings.NewReader(script.String())
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("psql: %v\n%s", err, &stderr)
	}
	texts := strings.Split(stdout.String(), end+"\n")
	messages := strings.Split(stderr.String(), end+"\n")
	if len(texts) != len(commands)+1 || len(messages) != len(commands)+1 {
		t.Fatalf("psql printed %d texts and %d messages for %d commands", len(texts), len(messages), len(commands))
	}
	all := make([]printed, len(commands))
	for i := range commands {
		// psql 18 says ??? where its earlier versions said what it is.
		text := strings.ReplaceAll(texts[i], "Replica Identity: ???", "Replica Identity: NOTHING")
		all[i] = printed{text, messageStart.ReplaceAllString(messages[i], "")}
	}
	return all
}

// end marks the end of what a command prints.
const end = "(the end of this command)"

const application = "describe"

// messageStart is what psql writes before a message.
var messageStart = regexp.MustCompile(`(?m)^psql:<stdin>:\d+: (error: )?(ERROR:  )?`)

// byUs runs a command by this package.
func byUs(t *testing.T, conn *pgx.Conn, major int, text string) printed {
	t.Helper()
	c, err := psql.Parse(text, &psql.Variables{})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	results, err := describe.Run(t.Context(), queryOn(conn), major, requestOf(t, c.Action))
	var out printed
	if e, ok := errors.AsType[*tusk.Error](err); ok {
		return printed{messages: e.Message + "\n"}
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return printed{messages: e.Message + "\n"}
	}
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var b bytes.Buffer
	for _, r := range results {
		for _, n := range r.Notices {
			out.messages += n.Message + "\n"
		}
		write(&b, r)
	}
	out.text = b.String()
	return out
}

// write writes a result in psql's unaligned format.
func write(b *bytes.Buffer, r *tusk.QueryResult) {
	w := bufio.NewWriter(b)
	defer w.Flush()
	if len(r.Columns) == 0 {
		return
	}
	line := func(n int, cell func(int) string) {
		for i := range n {
			if i > 0 {
				w.WriteString("|")
			}
			w.WriteString(cell(i))
		}
		w.WriteString("\n")
	}
	if r.Display != tusk.AsLines {
		if r.Title != "" {
			fmt.Fprintln(w, r.Title)
		}
		line(len(r.Columns), func(i int) string { return r.Columns[i].Name })
	}
	for _, row := range r.Rows {
		line(len(row), func(i int) string { return *row[i] })
	}
	footers := r.Footers
	if footers == nil {
		footers = []string{fmt.Sprintf("(%d rows)", r.RowCount)}
		if r.RowCount == 1 {
			footers[0] = "(1 row)"
		}
	}
	for _, f := range footers {
		fmt.Fprintln(w, f)
	}
}

// queryOn gives a describe.Query on a connection.
func queryOn(conn *pgx.Conn) describe.Query {
	return func(ctx context.Context, text string, args ...string) ([]tusk.ColumnInfo, [][]tusk.Value, error) {
		values := make([][]byte, len(args))
		for i, a := range args {
			values[i] = []byte(a)
		}
		reader := conn.PgConn().ExecParams(ctx, text, values, nil, nil, nil)
		var rows [][]tusk.Value
		for reader.NextRow() {
			var row []tusk.Value
			for _, cell := range reader.Values() {
				if cell == nil {
					row = append(row, nil)
				} else {
					row = append(row, new(string(cell)))
				}
			}
			rows = append(rows, row)
		}
		var columns []tusk.ColumnInfo
		for _, f := range reader.FieldDescriptions() {
			columns = append(columns, tusk.ColumnInfo{Name: f.Name, TypeOID: f.DataTypeOID})
		}
		_, err := reader.Close()
		return columns, rows, err
	}
}

// requestOf gives the request of a command that psql.Parse has read.
func requestOf(t *testing.T, action psql.Action) describe.Request {
	t.Helper()
	switch a := action.(type) {
	case psql.Describe:
		r := describe.Request{Name: a.Name, System: a.System, Verbose: a.Verbose}
		if len(a.Patterns) > 0 {
			r.Pattern, r.Args = a.Patterns[0], a.Patterns[1:]
		}
		return r
	case psql.Source:
		if a.View {
			return describe.Request{Name: "sv", Verbose: a.Numbers, Pattern: a.Object}
		}
		return describe.Request{Name: "sf", Verbose: a.Numbers, Pattern: a.Object}
	}
	t.Fatalf("%T describes nothing", action)
	panic("unreachable")
}

// TestCommandsPrintAsPsql compares, for each major, what commands print of the
// sample database and of an object of every kind: to the superuser who made
// them, and to a role without privileges.
func TestCommandsPrintAsPsql(t *testing.T) {
	program := psqlProgram(t)
	text, err := os.ReadFile(filepath.Join("testdata", "commands.txt"))
	if err != nil {
		t.Fatal(err)
	}
	commands := strings.Split(strings.TrimSpace(string(text)), "\n")
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		t.Parallel()
		db := everyObject(t, s)
		for _, db := range []*pgtest.Database{db, db.Role(t)} {
			conn := db.Conn(t)
			if _, err := conn.Exec(t.Context(), "set application_name = '"+application+"'; set client_encoding = 'UTF8'"); err != nil {
				t.Fatal(err)
			}
			want := byPsql(t, program, db, commands)
			for i, c := range commands {
				got := byUs(t, conn, s.Major, c)
				if strings.HasPrefix(want[i].messages, "permission denied for table") {
					// psql fails where it may not show a single column.
					if got.messages != "" || !strings.Contains(got.text, "No Access") {
						t.Errorf("%s as %s: %+v", c, db.Username, got)
					}
					continue
				}
				if got != want[i] {
					t.Errorf("%s as %s\n%s", c, db.Username, difference(got, want[i]))
				}
			}
		}
	})
}

// everyObject gives the sample database with an object of every kind that the
// major knows, on a server of its own: roles and databases are the server's.
func everyObject(t *testing.T, s *pgtest.Server) *pgtest.Database {
	t.Helper()
	d := s.Dedicated(t, map[string]string{"allow_in_place_tablespaces": "on"})
	db := *d.Sample(t)
	db.Name = "sample" // the clone's template, which has a name to write in a pattern
	for _, suffix := range []string{"", "15", "16", "17", "18"} {
		if suffix != "" && strconv.Itoa(s.Major) < suffix {
			break
		}
		text, err := os.ReadFile(filepath.Join("testdata", "objects"+suffix+".sql"))
		if err != nil {
			t.Fatal(err)
		}
		conn := db.Conn(t)
		for _, statement := range sql.New(string(text)).Statements() {
			if _, err := conn.PgConn().Exec(t.Context(), statement.Text()).ReadAll(); err != nil {
				t.Fatalf("%v\n%s", err, statement.Text())
			}
		}
	}
	return &db
}

func difference(got, want printed) string {
	g := strings.SplitAfter(got.text+got.messages, "\n")
	w := strings.SplitAfter(want.text+want.messages, "\n")
	i := 0
	for i < len(g)-1 && i < len(w)-1 && g[i] == w[i] {
		i++
	}
	return fmt.Sprintf("line %d\nwe:   %spsql: %s", i+1, g[i], w[i])
}

// psqlProgram gives psql, where it is the one whose output this package has.
func psqlProgram(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("psql")
	if err != nil {
		t.Skip(err)
	}
	out, err := exec.CommandContext(t.Context(), path, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(out), "psql (PostgreSQL) 18.") {
		t.Skipf("%s prints other columns and messages than psql 18", strings.TrimSpace(string(out)))
	}
	return path
}
