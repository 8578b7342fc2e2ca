package psql_test

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/psql"
	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql"
)

func variables(t testing.TB, pairs ...string) *psql.Variables {
	t.Helper()
	v := psql.NewVariables()
	for pair := range slices.Chunk(pairs, 2) {
		if err := v.Set(pair[0], pair[1]); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func ptr[T any](v T) *T { return &v }

func TestParse(t *testing.T) {
	on, off := ptr(true), ptr(false)
	tests := []struct {
		text     string
		want     psql.Action
		warnings []string
	}{
		{text: `\i scripts/a.sql;`, want: psql.Include{Path: "scripts/a.sql"}},
		{text: `\include 'with blanks.sql'`, want: psql.Include{Path: "with blanks.sql"}},
		{text: `\ir :x.sql`, want: psql.Include{Path: "a b.sql", Relative: true}},
		{text: `\set`, want: psql.Set{}},
		{text: `\set y :x 'c d'`, want: psql.Set{Name: "y", Value: "a bc d"}},
		{text: `\set y :'x' :"x"`, want: psql.Set{Name: "y", Value: `'a b'"a b"`}},
		{text: `\unset y`, want: psql.Unset{Name: "y"}},
		{text: `\echo :x 'c  d' \\`, want: psql.Echo{Text: "a b c  d\n"}},
		{text: `\qecho -n a`, want: psql.Echo{Text: "a", Stream: psql.QueryOutput}},
		{text: `\warn '-n'`, want: psql.Echo{Text: "-n\n", Stream: psql.ErrorOutput}},

		{text: `\g`, want: psql.Send{}},
		{text: `\gx`, want: psql.Send{Formats: []psql.Format{{"expanded", ptr("on")}}}},
		{text: `\g (format=csv null='no thing')`, want: psql.Send{Formats: []psql.Format{{"format", ptr("csv")}, {"null", ptr("no thing")}}}},
		{text: `\gx ( title=:x tuples_only )`, want: psql.Send{Formats: []psql.Format{{"title", ptr("a b")}, {Option: "tuples_only"}, {"expanded", ptr("on")}}}},
		{text: `\gset`, want: psql.SendInto{}},
		{text: `\gset p_`, want: psql.SendInto{Prefix: "p_"}},
		{text: `\gset p_ more`, want: psql.SendInto{Prefix: "p_"}, warnings: []string{`\gset: extra argument "more" ignored`}},
		{text: `\gexec`, want: psql.SendEachCell{}},
		{text: `\gdesc`, want: psql.SendDescribe{}},
		{text: `\bind 1 '' :x`, want: psql.Bind{Parameters: []string{"1", "", "a b"}}},
		{text: `\bind`, want: psql.Bind{}},
		{text: `\bind_named '' 1`, want: psql.BindNamed{Parameters: []string{"1"}}},
		{text: `\parse s1`, want: psql.Prepare{Statement: "s1"}},
		{text: `\close_prepared s1`, want: psql.ClosePrepared{Statement: "s1"}},
		{text: `\r`, want: psql.Reset{}},
		{text: `\print`, want: psql.Print{}},
		{text: `\if :x`, want: psql.Conditional{}},
		{text: `\q`, want: psql.Quit{}},
		{text: `\?`, want: psql.Help{}},

		{text: `\watch`, want: psql.Watch{Interval: 2 * time.Second}},
		{text: `\watch 0.5;`, want: psql.Watch{Interval: 500 * time.Millisecond}},
		{text: `\watch i=1 c=3 m=2`, want: psql.Watch{Interval: time.Second, Count: 3, MinRows: 2}},
		{text: `\watch count=3 interval=0 min_rows=1`, want: psql.Watch{Count: 3, MinRows: 1}},

		{text: `\pset`, want: psql.Format{}},
		{text: `\pset null '(null)'`, want: psql.Format{Option: "null", Value: ptr("(null)")}},
		{text: `\x`, want: psql.Format{Option: "expanded"}},
		{text: `\x auto`, want: psql.Format{Option: "expanded", Value: ptr("auto")}},
		{text: `\t on;`, want: psql.Format{Option: "tuples_only", Value: ptr("on")}},
		{text: `\a`, want: psql.ToggleAligned{}},
		{text: `\timing`, want: psql.Timing{}},
		{text: `\timing on`, want: psql.Timing{On: on}},
		{text: `\timing 0`, want: psql.Timing{On: off}},
		{text: `\errverbose`, want: psql.VerboseError{}},
		{text: `\encoding`, want: psql.Encoding{}},
		{text: `\encoding latin1`, want: psql.Encoding{Name: ptr("latin1")}},
		{text: `\restrict abc1`, want: psql.Restrict{Key: "abc1"}},
		{text: `\unrestrict abc1`, want: psql.Unrestrict{Key: "abc1"}},

		{text: `\conninfo`, want: psql.ConnectionInfo{}},
		{text: `\c`, want: psql.Connect{ReusePrevious: true}},
		{text: `\c sales - db2 5433`, want: psql.Connect{Database: "sales", Host: "db2", Port: "5433", ReusePrevious: true}},
		{text: `\connect "Two Words" "a""b";`, want: psql.Connect{Database: "Two Words", User: `a"b`, ReusePrevious: true}},
		{text: `\c '-'`, want: psql.Connect{Database: "-", ReusePrevious: true}},
		{text: `\c -reuse-previous=off sales`, want: psql.Connect{Database: "sales"}},
		{text: `\c postgresql://u@h/d`, want: psql.Connect{Conninfo: "postgresql://u@h/d"}},
		{text: `\c -reuse-previous=on "dbname=sales host=h"`, want: psql.Connect{Conninfo: "dbname=sales host=h", ReusePrevious: true}},

		{text: `\copy t from stdin`, want: psql.Copy{Source: "t", From: true}},
		{text: `\copy public."From" (a, "to") FROM 'it''s here.csv' WITH (FORMAT csv, DELIMITER ';');`,
			want: psql.Copy{Source: `public."From" (a, "to")`, From: true, File: "it's here.csv", Options: "WITH (FORMAT csv, DELIMITER ';')"}},
		{text: `\COPY (select 1 from x, (values (1)) to_) to /tmp/a.csv csv header`,
			want: psql.Copy{Source: "(select 1 from x, (values (1)) to_)", File: "/tmp/a.csv", Options: "csv header"}},
		{text: `\copy t to pstdout`, want: psql.Copy{Source: "t"}},
		{text: `\copy t to 'stdout'`, want: psql.Copy{Source: "t", File: "stdout"}},
		{text: `\copy s.to to :x`, want: psql.Copy{Source: "s.to", File: ":x"}},

		{text: `\d`, want: psql.Describe{Name: "d"}},
		{text: `\dS+ "A b".*;`, want: psql.Describe{Name: "d", Patterns: []string{`"A b".*`}, System: true, Verbose: true}},
		{text: `\dtvx+ :x`, want: psql.Describe{Name: "dtv", Patterns: []string{"a b"}, Verbose: true, Expanded: true}},
		{text: `\dx`, want: psql.Describe{Name: "dx"}},
		{text: `\dxx+ plpgsql`, want: psql.Describe{Name: "dx", Patterns: []string{"plpgsql"}, Verbose: true, Expanded: true}},
		{text: `\dfnpS f int "my type" - text`, want: psql.Describe{Name: "dfnp", Patterns: []string{"f", "int", `"my type"`, "-", "text"}, System: true}},
		{text: `\drds r d x`, want: psql.Describe{Name: "drds", Patterns: []string{"r", "d"}}, warnings: []string{`\drds: extra argument "x" ignored`}},
		{text: `\dAo+ btree fam`, want: psql.Describe{Name: "dAo", Patterns: []string{"btree", "fam"}, Verbose: true}},
		{text: `\dPti`, want: psql.Describe{Name: "dPti"}},
		{text: `\list+`, want: psql.Describe{Name: "l", Verbose: true}},
		{text: `\zS t`, want: psql.Describe{Name: "dp", Patterns: []string{"t"}, System: true}},
		{text: `\lo_list+`, want: psql.Describe{Name: "dl", Verbose: true}},
		{text: `\dconfigx+ *work*`, want: psql.Describe{Name: "dconfig", Patterns: []string{"*work*"}, Verbose: true, Expanded: true}},
		{text: `\sf+ f(int, "A") ; `, want: psql.Source{Object: `f(int, "A")`, Numbers: true}},
		{text: `\sv public.v`, want: psql.Source{Object: "public.v", View: true}},
	}
	for _, test := range tests {
		command, err := psql.Parse(test.text, variables(t, "x", "a b"))
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if !reflect.DeepEqual(command.Action, test.want) {
			t.Errorf("%s\nis   %#v\nwant %#v", test.text, command.Action, test.want)
		}
		if !slices.Equal(command.Warnings, test.warnings) {
			t.Errorf("%s warns %q, want %q", test.text, command.Warnings, test.warnings)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ text, want string }{
		{"\\echo `date`", "\\echo: `date`: a program is never started by a script"},
		{"\\set x a`date`", "\\set: `date`: a program is never started by a script"},
		{`\! ls \ "`, `\!: a program is never started by a script`},
		{`\g | less`, `\g: a program is never started by a script`},
		{`\g (null=x) |less`, `\g: a program is never started by a script`},
		{`\o |tee x`, `\o: a program is never started by a script`},
		{`\w | cat`, `\w: a program is never started by a script`},
		{`\copy t from program 'ls'`, `\copy: a program is never started by a script`},
		{`\copy t to PROGRAM 'cat'`, `\copy: a program is never started by a script`},
		{`\e`, `\e: a program is never started by a script`},
		{`\ef f`, `\ef: a program is never started by a script`},
		{`\password joe`, `\password: there is no terminal to read from`},
		{`\prompt x`, `\prompt: there is no terminal to read from`},
		{`\getenv x HOME`, `\getenv: a script does not touch the process that runs it`},
		{`\g out.txt`, `\g: a script does not write the file "out.txt"`},
		{`\o out.txt`, `\o: a script does not write the file "out.txt"`},
		{`\o`, `\o: a script does not write files`},
		{`\g (null=x`, `\g: missing right parenthesis`},
		{`\foo bar`, `invalid command \foo`},
		{`\dq`, `invalid command \dq`},
		{`\echo 'open`, `unterminated quoted string`},
		{`\echo "open`, `unterminated quoted string`},
		{"\\echo `open", `unterminated quoted string`},
		{`\unset`, `\unset: missing required argument`},
		{`\i`, `\i: missing required argument`},
		{`\parse`, `\parse: missing required argument`},
		{`\sf`, `function name is required`},
		{`\sv ;`, `view name is required`},
		{`\timing maybe`, `unrecognized value "maybe" for "\timing": Boolean expected`},
		{`\watch -1`, `\watch: incorrect interval value "-1"`},
		{`\watch 1x`, `\watch: incorrect interval value "1x"`},
		{`\watch nan`, `\watch: incorrect interval value "nan"`},
		{`\watch 1 i=1`, `\watch: interval value is specified more than once`},
		{`\watch c=0`, `\watch: incorrect iteration count "0"`},
		{`\watch c=1 count=1`, `\watch: iteration count is specified more than once`},
		{`\watch m=x`, `\watch: incorrect minimum row count "x"`},
		{`\watch x=1`, `\watch: unrecognized parameter "x=1"`},
		{`\c -reuse-previous=x`, `unrecognized value "x" for "-reuse-previous": Boolean expected`},
		{`\c postgres:// joe`, `Do not give user, host, or port separately when using a connection string`},
		{`\copy`, `\copy: arguments required`},
		{`\copy t`, `\copy: parse error at end of line`},
		{`\copy t from`, `\copy: parse error at end of line`},
		{`\copy t; drop table t from stdin`, `\copy: parse error at ";"`},
		{`\copy t from stdin; drop table t`, `\copy: parse error at ";"`},
		{`\copy t) from stdin`, `\copy: parse error at ")"`},
		{`\copy t from 'x`, `\copy: parse error at "'x"`},
		{`\restrict a-b`, `\restrict: only alphanumeric characters are allowed`},
	}
	for _, test := range tests {
		command, err := psql.Parse(test.text, variables(t))
		refused, ok := errors.AsType[*tusk.Error](err)
		if !ok {
			t.Errorf("%s: %#v, %v", test.text, command.Action, err)
			continue
		}
		if refused.Message != test.want {
			t.Errorf("%s: %q, want %q", test.text, refused.Message, test.want)
		}
		if refused.Hint == "" || refused.Category != tusk.Query {
			t.Errorf("%s: category %v, hint %q", test.text, refused.Category, refused.Hint)
		}
	}
}

// TestCommandsAreDocumentedAsTheyParse reads each command of the table by all of
// its names, as its syntax shows it.
func TestCommandsAreDocumentedAsTheyParse(t *testing.T) {
	placeholders := strings.NewReplacer("[", " ", "]", " ", "|", " ", "...", "")
	for _, info := range psql.Commands() {
		if info.Does == "" || strings.HasSuffix(info.Does, ".") || len(info.Names) == 0 || info.Group == "" {
			t.Errorf("%+v tells too little", info)
		}
		if !strings.HasPrefix(info.Syntax, `\`+info.Names[0]) {
			t.Errorf("the syntax %s is not that of %s", info.Syntax, info.Names[0])
		}
		for _, name := range info.Names {
			arguments := ""
			if _, rest, ok := strings.Cut(placeholders.Replace(info.Syntax), " "); ok && needsArgument(info.Syntax) {
				arguments = " " + strings.Fields(rest)[0]
			}
			if name == "copy" {
				arguments = " t from stdin"
			}
			_, err := psql.Parse(`\`+name+arguments, variables(t))
			if refused := info.Group == psql.Refused; (err != nil) != refused {
				t.Errorf(`\%s%s is in the group %q: %v`, name, arguments, info.Group, err)
			}
			if err != nil && strings.HasPrefix(err.Error(), "invalid command") {
				t.Errorf(`\%s is not known: %v`, name, err)
			}
		}
	}
}

// needsArgument reports whether a command's first argument is not optional.
func needsArgument(syntax string) bool {
	_, rest, ok := strings.Cut(syntax, " ")
	return ok && !strings.HasPrefix(rest, "[") && !strings.HasPrefix(rest, `\`)
}

// TestRegressionCommandsAreKnown reads the commands of PostgreSQL's own scripts.
func TestRegressionCommandsAreKnown(t *testing.T) {
	count, refused := 0, 0
	unknown := map[string]bool{}
	for _, f := range corpus.Files(t) {
		for _, s := range sql.New(f.Text).Statements() {
			if s.Kind != sql.Meta {
				continue
			}
			count++
			if _, err := psql.Parse(s.Text(), variables(t)); err != nil {
				refused++
				if name, ok := strings.CutPrefix(err.Error(), `invalid command \`); ok {
					unknown[name] = true
				}
			}
		}
	}
	t.Logf("%d commands, %d refused", count, refused)
	// The first stands where COPY failed to begin, the second in a string that
	// ends there only with standard_conforming_strings, the third in a branch that
	// is not taken.
	if got := slices.Sorted(maps.Keys(unknown)); !slices.Equal(got, []string{"'''cd'", ".", "lo"}) {
		t.Errorf("not known: %q", got)
	}
}

func TestCopyStatement(t *testing.T) {
	for text, want := range map[string]string{
		`\copy t from 'a.csv' csv;`:            "COPY t FROM STDIN csv",
		`\copy (select 1) to stdout`:           "COPY (select 1) TO STDOUT",
		`\copy t (a,b) to a.txt (FORMAT text)`: "COPY t (a,b) TO STDOUT (FORMAT text)",
	} {
		command, err := psql.Parse(text, variables(t))
		if err != nil {
			t.Fatal(err)
		}
		if got := command.Action.(psql.Copy).Statement(); got != want {
			t.Errorf("%s sends %q, want %q", text, got, want)
		}
	}
}

func TestRestrictLeavesOneCommand(t *testing.T) {
	v := variables(t)
	v.Restrict("key1")
	for _, text := range []string{`\echo a`, `\if true`, `\nonsense`} {
		_, err := psql.Parse(text, v)
		if want := `backslash commands are restricted; only \unrestrict is allowed`; err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	var c psql.Conditions
	if _, err := c.Follow(`\if false`, v); err == nil || !c.Active() {
		t.Errorf(`\if was followed: %v`, err)
	}
	if _, err := psql.Parse(`\unrestrict key1`, v); err != nil {
		t.Error(err)
	}
	if err := v.Unrestrict("key2"); err == nil || err.Error() != `\unrestrict: wrong key` {
		t.Error(err)
	}
	if err := v.Unrestrict("key1"); err != nil {
		t.Error(err)
	}
	if _, err := psql.Parse(`\echo a`, v); err != nil {
		t.Error(err)
	}
	if err := v.Unrestrict("key1"); err == nil {
		t.Error("it was restricted still")
	}
}

func TestVariablesThatDoubleAreBounded(t *testing.T) {
	v := variables(t, "x", strings.Repeat("0123456789abcdef", 1<<10))
	for range 40 {
		command, err := psql.Parse(`\set x :x:x:x:x`, v)
		if err != nil {
			if want := "the variables expand to more than 16 MiB"; err.Error() != want {
				t.Errorf("%v, want %s", err, want)
			}
			return
		}
		set := command.Action.(psql.Set)
		if err := v.Set(set.Name, set.Value); err != nil {
			t.Fatal(err)
		}
	}
	t.Error("a variable grew without a bound")
}

func FuzzParse(f *testing.F) {
	for _, info := range psql.Commands() {
		for _, name := range info.Names {
			f.Add(`\` + name + ` a :x 'b\x41' "c" ;`)
		}
	}
	f.Add("\\g (a=b c) :'x' :{?x} `p` |")
	f.Add(`\copy (select ';') to 'a''b' with (format csv)`)
	f.Fuzz(func(t *testing.T, text string) {
		v := variables(t, "x", "it's \\")
		if _, err := psql.Parse(text, v); err != nil {
			if _, ok := errors.AsType[*tusk.Error](err); !ok {
				t.Errorf("%q: %T", text, err)
			}
		}
		var c psql.Conditions
		if _, err := c.Follow(text, v); err == nil && !psql.IsConditional(text) {
			t.Errorf("%q was followed", text)
		}
	})
}
