package describe_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/describe"
	"github.com/tusk-lsp/tusk-lsp/engine/psql"
	"github.com/tusk-lsp/tusk-lsp/engine/render"
	"github.com/tusk-lsp/tusk-lsp/internal/peers"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/sql"
)

// TestCommandsPrintAsPsql compares, for each major, what commands print of the
// sample database and of an object of every kind: to the superuser who made
// them, and to a role without privileges.
func TestCommandsPrintAsPsql(t *testing.T) {
	judge := newJudge(t)
	commands := lines(t, "commands.txt")
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		judge.knows(t, s.Major)
		t.Parallel()
		db := everyObject(t, s)
		judge.compare(t, db, commands)
		judge.compare(t, db.Role(t), commands)
	})
}

// TestPatternsMatchAsPsql compares what random patterns find.
func TestPatternsMatchAsPsql(t *testing.T) {
	commands := []string{`\dt`, `\di`, `\df`, `\df add`, `\dT`, `\do`, `\du`, `\dn`, `\dD`, `\dAc`, `\drds`, `\ddp`, `\dX`}
	pieces := []string{
		"a", "P", "é", "1", "_", "parent", "public", "many", "größe", "measure", `"a b"`, `"P"`, `"(x)"`,
		".", `"."`, `""`, "*", `"*"`, "?", "+", "|", "^", "$", `"$"`, "[]", "[a-z]", "(", ")", "{", "}", "-", "#",
	}
	random := rand.New(rand.NewPCG(1, 2))
	var all []string
	for range 500 {
		text := commands[random.IntN(len(commands))] + " "
		for range 1 + random.IntN(5) {
			text += pieces[random.IntN(len(pieces))]
		}
		all = append(all, text)
	}
	judge := newJudge(t)
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		if s.Major != judge.major {
			t.Skip("patterns do not depend on the server: they are compared on psql's own major")
		}
		judge.compare(t, everyObject(t, s), all)
	})
}

// TestUnprivilegedRoleSeesNoError shows that there is no command that the server
// refuses, apart from the source of what lies in a schema that is closed.
func TestUnprivilegedRoleSeesNoError(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		t.Parallel()
		conn := connect(t, everyObject(t, s).Role(t))
		for _, r := range requests(t) {
			if r.Name == "sf" || r.Name == "sv" {
				continue
			}
			for _, r.Pattern = range []string{"", "*"} {
				if _, err := describe.Run(t.Context(), queryOn(conn), s.Major, r); err != nil {
					t.Errorf("%+v: %v", r, err)
				}
			}
		}
	})
}

// TestEveryCommandOfPsqlIsKnown ties the commands that package psql reads to
// those that are answered here.
func TestEveryCommandOfPsqlIsKnown(t *testing.T) {
	for _, r := range requests(t) {
		if !describe.Known(r.Name) {
			t.Errorf(`\%s is not known`, r.Name)
		}
	}
	for _, name := range []string{"dtvmisE", "dfanptw", "dPtin"} {
		if !describe.Known(name) {
			t.Errorf(`\%s is not known`, name)
		}
	}
	for _, name := range []string{"", "z", "dq", "dtq", "dnt", "d+", "sfx"} {
		if describe.Known(name) {
			t.Errorf(`\%s is known`, name)
		}
	}
}

// requests gives each command that package psql reads, with all its modifiers.
func requests(t *testing.T) (all []describe.Request) {
	t.Helper()
	for _, c := range psql.Commands() {
		if c.Group != psql.Catalog {
			continue
		}
		for _, name := range c.Names {
			parsed, err := psql.Parse(`\`+name+" x", &psql.Variables{})
			if err != nil {
				t.Fatal(err)
			}
			r := requestOf(t, parsed.Action)
			r.System, r.Verbose = true, true
			all = append(all, r)
		}
	}
	return all
}

// judge is the psql that says what is right: 18, whose output is ours, or 15, which
// Debian 12 has, with what it prints otherwise.
type judge struct {
	program string
	major   int
}

func newJudge(t *testing.T) judge {
	t.Helper()
	program := peers.Command(t, "psql")
	out, err := exec.CommandContext(t.Context(), program, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	var j judge
	if _, err := fmt.Sscanf(string(out), "psql (PostgreSQL) %d", &j.major); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if j.major != 15 && j.major != 18 {
		t.Skipf("what psql %d prints otherwise than psql 18 is not known here", j.major)
	}
	j.program = program
	return j
}

// knows skips a test of a server that is newer than psql.
func (j judge) knows(t *testing.T, major int) {
	t.Helper()
	if j.major < major {
		t.Skipf("psql %d does not know PostgreSQL %d", j.major, major)
	}
}

// compare runs commands by psql and by us.
func (j judge) compare(t *testing.T, db *pgtest.Database, commands []string) {
	t.Helper()
	conn := connect(t, db)
	want := j.print(t, db, commands)
	compared := 0
	for i, c := range commands {
		got, ok := j.printed(t, conn, db.Server.Major, c)
		if !ok {
			continue
		}
		compared++
		if strings.HasPrefix(want[i].messages, "permission denied for table") {
			// psql fails where it may not show a single column.
			if got.messages != "" || !strings.Contains(got.text, "No Access") {
				t.Errorf("%s as %s: %+v", c, db.Username, got)
			}
		} else if got != want[i] {
			t.Errorf("%s as %s\n%s", c, db.Username, difference(got, want[i]))
		}
	}
	t.Logf("%d commands are compared", compared)
}

// printed is what a command printed, and what it said.
type printed struct{ text, messages string }

const (
	// end marks the end of what a command prints.
	end = "(the end of this command)"

	// application is the name of every connection, which \dconfig shows.
	application = "describe"
)

// messageStart is what psql writes before a message.
var messageStart = regexp.MustCompile(`(?m)^psql:<stdin>:\d+: (error: )?(ERROR:  )?`)

// print gives what commands print as psql runs them.
func (j judge) print(t *testing.T, db *pgtest.Database, commands []string) []printed {
	t.Helper()
	var script strings.Builder
	for _, c := range commands {
		fmt.Fprintf(&script, "%s\n\\echo %s\n\\warn %s\n", c, end, end)
	}
	config := db.Config()
	cmd := exec.CommandContext(t.Context(), j.program, "-X", "-f", "-")
	cmd.Env = []string{
		"PGHOST=" + config.Host, "PGPORT=" + strconv.Itoa(int(config.Port)), "PGUSER=" + config.Username,
		"PGPASSWORD=" + db.Password, "PGDATABASE=" + db.Name, "PGAPPNAME=" + application,
		"PGCLIENTENCODING=UTF8", "LC_ALL=C",
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

// printed gives what a command prints as we run it; not ok where the judge's
// version of psql prints something else.
func (j judge) printed(t *testing.T, conn *pgx.Conn, major int, text string) (out printed, ok bool) {
	t.Helper()
	c, err := psql.Parse(text, &psql.Variables{})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	request := requestOf(t, c.Action)
	if j.major == 15 && (slices.Contains(changed, request.Name) || request.Name == "df" && request.Verbose) {
		return printed{}, false
	}
	results, err := describe.Run(t.Context(), queryOn(conn), major, request)
	if e, ok := errors.AsType[*tusk.Error](err); ok {
		out.messages = e.Message + "\n"
	} else if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		out.messages = e.Message + "\n"
	} else if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	for _, r := range results {
		for _, n := range r.Notices {
			out.messages += n.Message + "\n"
		}
		if len(r.Columns) == 0 {
			continue
		}
		if j.major == 15 {
			r = older(r)
		}
		var b strings.Builder
		if err := render.Text(&b, r, render.Window(r)); err != nil {
			t.Fatal(err)
		}
		if r.Display != tusk.AsLines {
			b.WriteByte('\n')
		}
		out.text += b.String()
	}
	if j.major == 15 {
		out.messages = plural.ReplaceAllString(out.messages, "any relation named")
	}
	return out, true
}

// changed are the commands that psql 15 answers too differently to be compared,
// beside \df+ with its source code: other columns in another order (l, dO),
// members of roles that 16 moved to drg (du, dg), empty privileges that look like
// none (dp, z), checks of domains in no order (dD).
var changed = []string{"l", "dO", "du", "dg", "drg", "dp", "z", "dD"}

// What psql 15 calls relations, whatever their kind.
var (
	titled = regexp.MustCompile(`^List of (tables|indexes|views|materialized views|sequences|foreign tables)$`)
	plural = regexp.MustCompile(`any (tables|indexes|views|materialized views|sequences|foreign tables|relations) named`)
)

// older makes of a result what psql 15 prints of it.
func older(r *tusk.QueryResult) *tusk.QueryResult {
	missing := []string{"Leakproof?", "Default version"}
	switch {
	case strings.HasPrefix(r.Title, "List of partitioned"):
		missing = append(missing, "Access method")
	case slices.ContainsFunc(r.Columns, func(c tusk.ColumnInfo) bool { return c.Name == "Type" }):
		r.Title = titled.ReplaceAllString(r.Title, "List of relations")
	}
	for i := len(r.Columns) - 1; i >= 0; i-- {
		if slices.Contains(missing, r.Columns[i].Name) {
			r.Columns = slices.Delete(r.Columns, i, i+1)
			for j := range r.Rows {
				r.Rows[j] = slices.Delete(r.Rows[j], i, i+1)
			}
		}
	}
	for i, f := range r.Footers {
		r.Footers[i] = strings.Replace(f, ", FOREIGN", "", 1)
	}
	return r
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
		r := describe.Request{Name: "sf", Verbose: a.Numbers, Pattern: a.Object}
		if a.View {
			r.Name = "sv"
		}
		return r
	}
	t.Fatalf("%T describes nothing", action)
	return describe.Request{}
}

// everyObject gives the sample database with an object of every kind that the
// major knows, on a server of its own: roles and databases are the server's.
func everyObject(t *testing.T, s *pgtest.Server) *pgtest.Database {
	t.Helper()
	d := s.Dedicated(t, map[string]string{"allow_in_place_tablespaces": "on"})
	db := *d.Sample(t)
	db.Name = "sample" // the clone's template, which has a name to write in a pattern
	conn := db.Conn(t)
	for _, suffix := range []string{"", "15", "16", "17", "18"} {
		if suffix != "" && strconv.Itoa(s.Major) < suffix {
			break
		}
		text, err := os.ReadFile(filepath.Join("testdata", "objects"+suffix+".sql"))
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range sql.New(string(text)).Statements() {
			if _, err := conn.PgConn().Exec(t.Context(), statement.Text()).ReadAll(); err != nil {
				t.Fatalf("%v\n%s", err, statement.Text())
			}
		}
	}
	return &db
}

func connect(t *testing.T, db *pgtest.Database) *pgx.Conn {
	t.Helper()
	conn := db.Conn(t)
	// As psql's, for \dconfig.
	if _, err := conn.Exec(t.Context(), "set application_name = '"+application+"'; set client_encoding = 'UTF8'"); err != nil {
		t.Fatal(err)
	}
	return conn
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
			row := make([]tusk.Value, len(reader.Values()))
			for i, cell := range reader.Values() {
				if cell != nil {
					row[i] = new(string(cell))
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

// lines reads a file of testdata.
func lines(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// difference shows the first line that differs.
func difference(got, want printed) string {
	g := strings.SplitAfter(got.text+got.messages, "\n")
	w := strings.SplitAfter(want.text+want.messages, "\n")
	i := 0
	for i < len(g)-1 && i < len(w)-1 && g[i] == w[i] {
		i++
	}
	return fmt.Sprintf("line %d\nwe:   %spsql: %s", i+1, g[i], w[i])
}
