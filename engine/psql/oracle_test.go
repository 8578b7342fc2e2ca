package psql_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/psql"
	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/internal/peers"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// outcome is what a script printed, and what was said about its commands.
type outcome struct {
	printed  string
	messages []string
}

// oracle runs scripts by psql and by this package.
type oracle struct {
	psql string
	db   *pgtest.Database
	conn *pgconn.PgConn
}

func newOracle(t *testing.T) oracle {
	program := peers.Command(t, "psql")
	db := pgtest.New(t).Database(t)
	return oracle{program, db, db.Conn(t).PgConn()}
}

// message is a line of psql's about a command. What the server said starts with
// its severity in capitals.
var message = regexp.MustCompile(`psql:<stdin>:\d+: (?:error|warning): (.*)`)

// byPsql gives what psql does with a script.
func (o oracle) byPsql(t *testing.T, script string) outcome {
	t.Helper()
	config := o.db.Config()
	cmd := exec.CommandContext(t.Context(), o.psql, "-X", "-A", "-t", "-q", "-f", "-")
	cmd.Env = []string{
		"PGHOST=" + config.Host, "PGPORT=" + strconv.Itoa(int(config.Port)), "PGUSER=" + config.Username,
		"PGPASSWORD=" + o.db.Password, "PGDATABASE=" + o.db.Name, "PGCLIENTENCODING=UTF8", "LC_ALL=C",
	}
	cmd.Stdin = strings.NewReader(script)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 3 {
		t.Fatalf("psql: %v\n%s", err, &stderr)
	}
	result := outcome{printed: stdout.String()}
	for _, m := range message.FindAllStringSubmatch(stderr.String(), -1) {
		result.messages = append(result.messages, m[1])
	}
	return result
}

// run is a script that is run by this package.
type run struct {
	outcome
	t          *testing.T
	conn       *pgconn.PgConn
	variables  *psql.Variables
	conditions psql.Conditions
	statement  string // not sent yet
	last       string // sent before
}

// byUs gives what this package and the server do with a script.
func (o oracle) byUs(t *testing.T, script string) outcome {
	t.Helper()
	r := run{t: t, conn: o.conn, variables: psql.NewVariables()}
	r.variables.Unset("SHOW_ALL_RESULTS")
	for _, s := range sql.New(script).Statements() {
		switch s.Kind {
		case sql.SQL:
			expanded, err := r.variables.Expand(s.Text(), &r.conditions)
			r.say(expanded.Warnings, err)
			r.statement = expanded.Text
			rest := lex.NewLexer(script, s.Span.End, lex.Options{})
			if rest.NextSignificant().Kind == lex.Semicolon && strings.TrimSpace(r.statement) != "" {
				r.send(func([]string, [][]tusk.Value) {})
			}
		case sql.Meta:
			r.command(s.Text())
		}
	}
	r.say(nil, r.conditions.End())
	return r.outcome
}

func (r *run) say(warnings []string, err error) {
	if err != nil {
		warnings = append(warnings, err.Error())
	}
	for _, text := range warnings {
		line, _, _ := strings.Cut(text, "\n")
		r.messages = append(r.messages, line)
	}
}

func (r *run) command(text string) {
	if psql.IsConditional(text) {
		r.say(r.conditions.Follow(text, r.variables))
		return
	}
	if !r.conditions.Active() {
		return
	}
	command, err := psql.Parse(text, r.variables)
	if err == nil {
		switch action := command.Action.(type) {
		case psql.Set:
			err = r.variables.Set(action.Name, action.Value)
		case psql.Unset:
			r.variables.Unset(action.Name)
		case psql.Echo:
			if action.Stream != psql.ErrorOutput {
				r.printed += action.Text
			}
		case psql.Print:
			r.printed += strings.TrimLeft(r.statement, " \t\n\r\f") + "\n"
		case psql.Reset:
			r.statement = ""
		case psql.Send:
			r.send(func([]string, [][]tusk.Value) {})
		case psql.SendInto:
			r.send(func(columns []string, rows [][]tusk.Value) {
				switch len(rows) {
				case 0:
					r.say(nil, fmt.Errorf(`no rows returned for \gset`))
				case 1:
					r.say(action.Store(r.variables, columns, rows[0]))
				default:
					r.say(nil, fmt.Errorf(`more than one row returned for \gset`))
				}
			}, "quietly")
		}
	}
	r.say(command.Warnings, err)
}

// send runs the statement, or the last one again, and prints its rows unless it
// is told to be quiet.
func (r *run) send(store func(columns []string, rows [][]tusk.Value), quietly ...string) {
	if strings.TrimSpace(r.statement) == "" {
		r.statement = r.last
	}
	r.last, r.statement = r.statement, ""
	results, err := r.conn.Exec(r.t.Context(), r.last).ReadAll()
	if err != nil {
		return // the server's error, which psql prints as it is
	}
	for _, result := range results {
		var columns []string
		for _, f := range result.FieldDescriptions {
			columns = append(columns, f.Name)
		}
		var rows [][]tusk.Value
		for _, cells := range result.Rows {
			var row []tusk.Value
			var shown []string
			for _, cell := range cells {
				shown = append(shown, string(cell))
				var value tusk.Value
				if cell != nil {
					value = new(string)
					*value = string(cell)
				}
				row = append(row, value)
			}
			rows = append(rows, row)
			if len(quietly) == 0 {
				r.printed += strings.Join(shown, "|") + "\n"
			}
		}
		store(columns, rows)
	}
}

// compare fails where psql and this package differ.
func (o oracle) compare(t *testing.T, script string) {
	t.Helper()
	want, got := o.byPsql(t, script), o.byUs(t, script)
	if got.printed != want.printed {
		t.Errorf("printed\n%q\npsql prints\n%q\nscript:\n%s", got.printed, want.printed, script)
	}
	if !slices.Equal(got.messages, want.messages) {
		t.Errorf("said\n%q\npsql says\n%q\nscript:\n%s", got.messages, want.messages, script)
	}
}

func TestScriptsRunAsInPsql(t *testing.T) {
	o := newOracle(t)
	for name, script := range map[string]string{
		"values are joined":             `\set x 'a b' c "d e"` + "\n" + `\echo :x :'x' :"x"`,
		"an empty value":                "\\set x\n\\echo [ :x ] :{?x} :'x'\n\\unset x\n\\echo :x :{?x}",
		"escapes":                       `\echo '\101\x41\x4g\n\t\b\r\f\q\\ it''s' '\0cut' 'a'b"c"d`,
		"octal and hexadecimal runs on": `\echo '\1011' '\x414' '\777' '\x' '\8'`,
		"quotes of names stay":          `\echo "a ""b"" c" "x"y`,
		"-n":                            "\\echo -n a\n\\echo -n -n b\n\\echo '-n' c\n\\echo a -n\n\\qecho -n q\n",
		"colons that are none":          `\echo a::b : :' ' ::x :{x} :{?x :"y "":z" ':z' :;`,
		"unknown names stay":            `\echo :nobody :'nobody' :"nobody" :{?nobody}`,
		"several commands on a line":    `\set x 1 \set y 2 \\ \echo :x:y \echo next`,
		"semicolons":                    "\\set x 1;\n\\echo :x;\n\\pset null a;",
		"invalid names":                 "\\set a/b 1\n\\set a-b\n\\unset a/b\n\\set 'é1' umlaut\n\\echo :é1",
		"special variables": `\set AUTOCOMMIT maybe
\set ON_ERROR_STOP of
\set ON_ERROR_STOP o
\set QUIET
\echo :QUIET :ON_ERROR_STOP :AUTOCOMMIT
\unset AUTOCOMMIT
\set ECHO Everything
\set VERBOSITY TERSE
\unset VERBOSITY
\echo :VERBOSITY :AUTOCOMMIT :ECHO :ECHO_HIDDEN
\set ECHO_HIDDEN 2
\set ON_ERROR_ROLLBACK interactiv
\set FETCH_COUNT 0x10
\set HISTSIZE 1_0
\set HISTSIZE many
\set IGNOREEOF many
\echo :FETCH_COUNT :HISTSIZE :IGNOREEOF :HISTCONTROL :COMP_KEYWORD_CASE :SHOW_CONTEXT`,
		"missing arguments":              "\\unset\n\\i\n\\ir ;\n",
		"unknown commands":               "\\nonsense a b\n\\Echo a\n\\dq\n\\dff\n\\dRx\n\\ listen\n\\!ls\n",
		"extra arguments":                "\\set a 1\n\\unset a b :c 'd e'\n\\conninfo_ x\n\\else\n\\timing on off\n\\timing perhaps\n",
		"conditions that do not match":   "\\endif\n\\else\n\\elif true\n\\if true\n\\else\n\\else\n\\elif 1\n\\endif extra\n\\if\n\\endif\n\\if yes no\n\\endif\n",
		"a condition that is not closed": "\\if true\n\\echo a\n\\if false\n\\echo b\n",
		"truth": func() string {
			var b strings.Builder
			for _, word := range []string{"t", "tr", "TRUE", "truely", "y", "Yes", "o", "on", "oN", "onn", "1", "01", "f", "n", "of", "off", "offf", "0", "''", "nope", "true true"} {
				fmt.Fprintf(&b, "\\if %s\n\\echo %s is true\n\\else\n\\echo %s is false\n\\endif\n", word, word, word)
			}
			return b.String()
		}(),
		"skipped branches": "\\set x off\n\\if :x\n\\set y 1\n\\echo `false`\n\\if :x `false`\n\\elif\n\\endif\nselect 1/0;\n\\elif :{?x}\n\\echo yes :{?y}\n\\elif perhaps\n\\else\n\\echo no\n\\endif\n",
		"gset":             "select 1 as a, null as b, 'x y' as \"C\" \\gset p_\n\\echo :p_a :p_b :p_C :{?p_b}\nselect 1 as \"bad name\" \\gset\nselect 'x' as \"AUTOCOMMIT\" \\gset\nselect 1 where false \\gset\nselect generate_series(1,2) \\gset\n",
		"quoted in SQL":    "\\set x 'it''s \\\\ \"so\"'\nselect :'x', ':x', $$:x$$, 1 as :\"x\" /* :x */ -- :x\n;\nselect :{?x}, :{?y};\nselect 1::int, (array[1,2,3])[2:3];\n",
		"SQL in variables": "\\set cols '1, :more'\n\\set more '''in quotes'' || :''x'''\n\\set x 'a''b'\nselect :cols;\n",
		"recursion":        "\\set a :b\n\\set b ':a 1'\n\\set a ':b'\nselect 1 + :a\n\\p\n\\r\n",
		"escaped colon":    "\\set x 1\nselect '{1,2}'::int[] \\:x\n\\p\n\\r\nselect (array[1,2,3])[1\\:2];",
		"a slice":          "\\set n 2\nselect (array[1,2,3])[1:n], 1;\nselect (array[1,2,3])[1:2];",
	} {
		t.Run(name, func(t *testing.T) { o.compare(t, strings.TrimRight(script, "\n")+"\n") })
	}
}

// TestRegressionFileRunsAsInPsql takes the parts of PostgreSQL's psql.sql that
// are about variables, \gset, \echo and \if.
func TestRegressionFileRunsAsInPsql(t *testing.T) {
	o := newOracle(t)
	// psql tells of unknown commands even in a branch that it skips. Here such a
	// branch may hold the commands of a newer psql.
	skipped := strings.NewReplacer("\t\\lo arg1 arg2\n", "")
	files := corpus.Files(t)
	i := slices.IndexFunc(files, func(f corpus.File) bool { return f.Name == "psql.sql" })
	if i < 0 {
		t.Skip("the corpus has no psql.sql")
	}
	for _, part := range []struct{ from, to string }{
		{"-- \\set\n", "-- \\g and \\gx"},
		{"-- \\gset\n", "-- \\gset should work in FETCH_COUNT"},
		{"-- \\echo and allied features", "-- SHOW_CONTEXT"},
	} {
		_, text, _ := strings.Cut(files[i].Text, part.from)
		text, _, found := strings.Cut(text, part.to)
		if !found {
			t.Fatalf("psql.sql has no part between %q and %q", part.from, part.to)
		}
		o.compare(t, skipped.Replace(text))
	}
}

// generator makes random scripts. What it makes differs from script to script
// and is the same in each run.
type generator struct{ *rand.Rand }

func (g generator) of(parts ...string) string { return parts[g.IntN(len(parts))] }

func (g generator) some(separator string, most int, one func() string) string {
	parts := make([]string, g.IntN(most)+1)
	for i := range parts {
		parts[i] = one()
	}
	return strings.Join(parts, separator)
}

func (g generator) name() string { return g.of("a", "b", "c", "d") }

// argument is one argument of a command. Its quotes are closed.
func (g generator) argument() string {
	return g.some("", 3, func() string {
		n := g.name()
		return g.of("word", "é", "-n", "1", ";", ":", "::", "=", "|", "$$", "--", "(", "/*", ":{", ":{?", ":' '",
			":"+n, ":"+n, ":'"+n+"'", `:"`+n+`"`, ":{?"+n+"}", `''`, `""`, `'it''s'`, `'a\'b'`, `'\n'`, `'\t\101\x4a\q\\'`,
			"' :"+n+" '", `" :`+n+` "`, `"a""b"`, `':''`+n+`'' '`, `'/* '`, `'$$'`, `'-- '`)
	})
}

func (g generator) line() string {
	switch g.IntN(12) {
	case 0, 1, 2, 3:
		return `\set ` + g.name() + " " + g.some(" ", 3, g.argument)
	case 4:
		return `\unset ` + g.some(" ", 2, g.argument)
	case 5:
		return `\if ` + g.some(" ", 2, func() string { return g.of("true", "off", "1", ":{?"+g.name()+"}", ":"+g.name()) })
	case 6:
		return g.of(`\else`, `\endif`, `\endif`, `\elif `+g.of("yes", "no", ":{?"+g.name()+"}"))
	case 7:
		return "select :'" + g.name() + "' as x, null as " + g.name() + `, ':` + g.name() + `', 1 as ` + g.name() + g.of(";", ` \gset`, ` \g`, ` \gset p`)
	case 8:
		return `\set ` + g.of("QUIET", "HIDE_TABLEAM", "VERBOSITY", "FETCH_COUNT", "ECHO_HIDDEN") + " " + g.of("on", "", "terse", "0", "1", g.argument())
	default:
		return g.of(`\echo `, `\qecho `, `\warn `, `\echo -n `) + g.some(" ", 4, g.argument) + g.of("", "", ` \echo next`, ` \\`)
	}
}

func TestRandomScriptsRunAsInPsql(t *testing.T) {
	o := newOracle(t)
	for seed := range uint64(300) {
		g := generator{rand.New(rand.NewPCG(seed, 4))}
		if o.compare(t, g.some("\n", 30, g.line)+"\n"); t.Failed() {
			t.Fatal("seed", seed)
		}
	}
}

// sql is a piece of a statement.
func (g generator) sql() string {
	n := g.name()
	return g.of(":"+n, ":"+n, ":"+n, ":'"+n+"'", `:"`+n+`"`, ":{?"+n+"}", "' :"+n+" '", `" :`+n+` "`, "$$ :"+n+" $$",
		"$t$ :"+n+" $$ $t$", `E'\' :`+n+`'`, "/* :"+n+" /* */ :b */", "-- :"+n+"\n", "::"+n, ":="+n, ":::"+n, "[1:"+n+"]",
		"["+n+":"+n+":", "]", `\:`+n, "1:"+n, "x:"+n, "$1:"+n, "U&'\\0041 :"+n+"'", "(", ")", "+", "-", ":", "'", `"`, "$$", "/*", "*/",
		"$x$", "E'", "é:é", "\n", "\t", " word ", " '' ", `'a''b'`, ":'"+n, ":{?"+n, "\\if true\n", "\\else\n", "\\endif\n", "\\if :{?"+n+"} \\\\ :"+n+" \\else :{?"+n+"} \\endif ", "\\elif :"+n+"\n")
}

// literal writes a value for \set.
func literal(s string) string {
	return "'" + strings.NewReplacer("'", "''", `\`, `\\`, "\n", `\n`, "\t", `\t`).Replace(s) + "'"
}

// oneSpace makes white space of any length a single blank.
func oneSpace(s string) string { return strings.Join(strings.Fields(s), " ") }

// TestRandomStatementsExpandAsInPsql shows by \p what psql has made of
// statements.
func TestRandomStatementsExpandAsInPsql(t *testing.T) {
	o := newOracle(t)
	var script strings.Builder
	var want []string
	compared := 0
	for seed := range uint64(5000) {
		g := generator{rand.New(rand.NewPCG(seed, 5))}
		v := psql.NewVariables()
		for _, name := range []string{"a", "b", "c", "d", "probe"} {
			value := g.some(g.of("", " "), 4, g.sql)
			switch {
			case name == "probe":
				value = "PROBE"
			case g.IntN(5) == 0 || strings.Contains(value, `\`):
				fmt.Fprintf(&script, "\\unset %s\n", name)
				continue
			}
			if err := v.Set(name, value); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&script, "\\set %s %s\n", name, literal(value))
		}
		if statement, expanded, ok := g.statement(v); ok {
			fmt.Fprintf(&script, "%s\n\\p\n\\r\n\\echo ====\n", statement)
			want = append(want, expanded)
		}
		if len(want) < 50 && seed < 4999 {
			continue
		}
		printed := strings.Split(o.byPsql(t, script.String()).printed, "====\n")
		for i := range want {
			ours, theirs := oneSpace(want[i]), oneSpace(printed[i])
			if ours != theirs {
				t.Fatalf("expanded\n%s\npsql makes\n%s\nscript:\n%s", ours, theirs, strings.Split(script.String(), "====\n")[i])
			}
		}
		compared += len(want)
		script.Reset()
		want = nil
	}
	if t.Logf("%d statements agree", compared); compared < 1500 {
		t.Error("most statements were not compared")
	}
}

// statement makes one that we take and that leaves no quotes open: in those a
// reference at its end would be left alone.
func (g generator) statement(v *psql.Variables) (statement, expanded string, ok bool) {
	begin := "select " + g.some(g.of("", " "), 10, g.sql)
	if strings.Contains(begin, "\n\\") {
		return "", "", false // psql drops that line end, and with it the end of a comment
	}
	for _, closing := range []string{"", "'", `"`, "$$", "$t$", "$x$", "*/"} {
		var conditions psql.Conditions
		e, err := v.Expand(begin+closing+"\n:probe", &conditions)
		if err == nil && conditions.End() == nil && strings.HasSuffix(e.Text, "PROBE") {
			return begin + closing + "\n:probe", e.Text, true
		}
	}
	return "", "", false
}
