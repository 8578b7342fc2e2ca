package engine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// told is what a script gave, a line for each result: its rows as cells writes
// them, else what its command printed, else ERROR and the message.
func told(t *testing.T, state *engine.State, s engine.Script) string {
	t.Helper()
	var lines []string
	s.Finished = func(_ int, _ *engine.QueryHandle, r *tusk.QueryResult, err error) {
		switch {
		case err != nil:
			lines = append(lines, "ERROR "+tusk.InfoOf(err).Message)
		case len(r.Columns) > 0:
			lines = append(lines, cells(r))
		case r.CommandTag != "":
			lines = append(lines, r.CommandTag)
		}
	}
	if err := state.Run(t.Context(), s); err != nil {
		lines = append(lines, "ENDED "+tusk.InfoOf(err).Message)
	}
	return strings.Join(lines, "\n")
}

func TestPsqlScripts(t *testing.T) {
	tests := map[string]struct{ script, want string }{
		"variables": {
			"\\set n 41\n\\set who 'O''Reilly'\n\\set col \"a b\"\nselect :n + 1, :'who';\nselect 1 as :\"col\";",
			"42|O'Reilly\n1",
		},
		"a variable that holds statements": {
			"\\set two 'select 1; select 2'\n:two;", "1\n2",
		},
		"gset": {
			"select 7 as a, null as b, 'x y' as c \\gset p_\n\\echo :p_a :p_c\n\\if :{?p_b}\n\\echo set\n\\else\n\\echo unset\n\\endif",
			"7 x y\nunset",
		},
		"gset takes one row": {
			"select 1 as a where false \\gset", "ERROR no rows returned for \\gset",
		},
		"gset after a semicolon runs the statement twice": {
			"select 5 as five; \\gset\n\\echo :five", "5\n5",
		},
		"gexec": {
			"select format('select %s', n), null from generate_series(1, 3) n \\gexec", "1\n2\n3",
		},
		"gdesc": {
			"select 1 as a, null::varchar(10) as b, now() as c \\gdesc",
			"a|integer\nb|character varying(10)\nc|timestamp with time zone",
		},
		"conditions": {
			"select true as yes \\gset\n\\if :yes\nselect 'then';\n\\elif 1\nselect 'never';\n\\else\nselect broken here;\n\\endif",
			"then",
		},
		"a condition within a condition that does not run": {
			"\\if 0\n\\if 1\nselect 1;\n\\endif\nselect 2;\n\\endif\nselect 3;", "3",
		},
		"an unclosed condition": {
			"\\if 1\nselect 1;", "1\nENDED reached EOF without finding closing \\endif(s)",
		},
		"outcome": {
			"select 1/0;", "ERROR division by zero",
		},
		"going on after an error": {
			"\\set ON_ERROR_STOP off\nselect 1/0;\n\\echo :ERROR :SQLSTATE :LAST_ERROR_MESSAGE\nselect 2;\n\\echo :ERROR :ROW_COUNT",
			"ERROR division by zero\ntrue 22012 division by zero\n2\nfalse 1",
		},
		"errverbose": {
			"\\set ON_ERROR_STOP off\ninsert into positive values (-1);\n\\errverbose",
			"ERROR new row for relation \"positive\" violates check constraint \"over_zero\"\n" +
				"ERROR:  23514: new row for relation \"positive\" violates check constraint \"over_zero\"\n" +
				"DETAIL:  Failing row contains (-1).\nSCHEMA NAME:  public\nTABLE NAME:  positive\nCONSTRAINT NAME:  over_zero",
		},
		"quit":   {"select 1;\n\\q\nselect 2;", "1"},
		"repeat": {"select 'again';\n\\g\n\\p", "again\nagain\nselect 'again'"},
		"bind":   {"select $1::int + $2::int \\bind 40 2 \\g", "42"},
		"statements that are sent together": {
			"begin\\; select 1\\; select 2\\; commit;", "BEGIN\n1\n2\nCOMMIT",
		},
		"together they fail together": {
			"\\set ON_ERROR_STOP off\ninsert into t values (1)\\; select 1/0;\nselect count(*) from t;", "ERROR division by zero\n0",
		},
		"the d family": {
			"\\d positive\n\\dv no_such\n\\d no_such\nselect 'not reached';",
			"n|integer|||\nDid not find any views named \"no_such\".\nERROR Did not find any relation named \"no_such\".",
		},
		"programs": {"\\! ls", "ERROR \\!: a program is never started by a script"},
		"copy in": {
			"copy t (a, b) from stdin;\n1\tone\n2\t\\N\n\\.\nselect a, b from t order by a;",
			"COPY 2\n1|one\n2|NULL",
		},
		"copy in as csv": {
			"COPY t FROM STDIN (FORMAT csv, HEADER);\na,b\n1,\"x, y\"\n2,\n\\.\ntable t;",
			"COPY 2\n1|x, y\n2|NULL",
		},
		"copy in with a mistake": {
			"copy t from stdin;\n1\tone\nnone\ttwo\n\\.\nselect 'not reached';",
			"ERROR invalid input syntax for type integer: \"none\"",
		},
		"copy from stdin by psql": {
			"\\copy t from stdin\n5\tfive\n\\.\ntable t;", "COPY 1\n5|five",
		},
		"copy out": {
			"copy (select n, repeat('x', n) from generate_series(1, 3) n) to stdout csv header;", "n,repeat\n1,x\n2,xx\n3,xxx",
		},
		"copy out by psql": {`\copy (select 1, null) to stdout`, "1\t\\N"},
	}
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				state, id := connected(t, s.Database(t, `create table t (a int, b text); create table positive (n int constraint over_zero check (n > 0))`))
				got := told(t, state, script(id, "doc", test.script))
				if i := strings.Index(got, "\nLOCATION:"); i >= 0 {
					got = got[:i]
				}
				if got != test.want {
					t.Errorf("%s\ngave\n%s\nwant\n%s", test.script, got, test.want)
				}
			})
		}
	})
}

func TestIncludedScripts(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	dir := t.TempDir()
	write := func(name, content string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("sub/a.sql", "select 'a';\n\\ir b.sql\n\\set seen yes\n\\q\nselect 'not reached';\n")
	write("sub/b.sql", "select 'b';\n")
	write("loop.sql", "\\ir loop.sql\n")
	write("wrong.sql", "select 1;\nselect wrong;\n")
	run := func(text string) string {
		s := script(id, "doc", text)
		s.Path = filepath.Join(dir, "main.sql")
		return told(t, state, s)
	}
	if got := run("\\i sub/a.sql\n\\echo :seen"); got != "a\nb\nyes" {
		t.Errorf("gave %s", got)
	}
	if got := run(`\i wrong.sql`); !strings.Contains(got, `column "wrong" does not exist`) {
		t.Errorf("gave %s", got)
	}
	wrong := script(id, "doc", "\\i wrong.sql")
	wrong.Path = filepath.Join(dir, "main.sql")
	var failure error
	wrong.Finished = func(_ int, _ *engine.QueryHandle, _ *tusk.QueryResult, err error) { failure = err }
	if err := state.Run(t.Context(), wrong); err != nil {
		t.Fatal(err)
	}
	if e := wantCategory(t, failure, tusk.Query); e.Position != 0 || !strings.Contains(e.Detail, "wrong.sql, line 2") {
		t.Errorf("the error is at %d: %s", e.Position, e.Detail)
	}
	for text, want := range map[string]string{
		`\i loop.sql`:        "16 files include each other",
		`\i missing.sql`:     "cannot be read",
		`\i sub`:             "is no file",
		`\copy t to out.csv`: "cannot be written",
	} {
		if got := run(text); !strings.HasPrefix(got, "ERROR") || !strings.Contains(got, want) {
			t.Errorf("%s gave %s", text, got)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "out.csv")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a script wrote a file: %v", err)
	}
}

func TestConnectToAnotherDatabase(t *testing.T) {
	server := pgtest.New(t)
	first, second := server.Database(t), server.Database(t, `create table only_here (a int)`)
	state, id := connected(t, first)
	name := second.Config().Database
	got := told(t, state, script(id, "doc", "select current_database();\n\\c "+name+"\nselect current_database(), count(*) from only_here;"))
	want := first.Config().Database + "\nYou are now connected to database \"" + name + "\" as user \"" + first.Config().Username + "\", up to the end of the script.\n" + name + "|0"
	if got != want {
		t.Errorf("gave\n%s\nwant\n%s", got, want)
	}
	if got := cells(must(t, state, id, "doc", `select current_database()`)); got != first.Config().Database {
		t.Errorf("the next script is in %s", got)
	}
	for _, elsewhere := range []string{`\c - - example.com`, `\c postgres://example.com/x`, `\c - mallory`, `\c - - - 6666`} {
		if got := told(t, state, script(id, "doc", elsewhere)); !strings.HasPrefix(got, `ERROR \c changes the database only`) {
			t.Errorf("%s gave %s", elsewhere, got)
		}
	}
}

func TestWatchRepeatsUntilItIsCancelled(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t, `create sequence s`))
	if got := told(t, state, script(id, "doc", `select nextval('s') \watch i=0.01 c=3`)); got != "1\n2\n3" {
		t.Errorf("three times gave %s", got)
	}
	if got := told(t, state, script(id, "doc", `select n from generate_series(1, 5 - nextval('s')::int) n \watch i=0.01 m=1`)); got != "1\n" {
		t.Errorf("up to no row gave %q", got)
	}
	s := script(id, "doc", `select 1 \watch 3600`)
	started, done := start(t.Context(), state, s)
	h := await(t, "the first run", started)
	for deadline := time.Now().Add(soon); h.State() == engine.Running && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	state.EndSessions("doc")
	await(t, "the end", done)
}

func TestParametersAreBound(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, server *pgtest.Server) {
		state, id := connected(t, server.Database(t, `create type mood as enum ('sad', 'happy'); create table t (a int, b text, c mood)`))
		var asked []tusk.Parameter
		ask := func(text string, values ...string) outcome {
			s := script(id, "doc", text)
			s.Placeholders = lex.ColonName | lex.AtName | lex.Question
			s.Ask = func(_ context.Context, _ int, parameters []tusk.Parameter) ([]tusk.Value, error) {
				asked = parameters
				var given []tusk.Value
				for i := range values {
					if values[i] == "NULL" {
						given = append(given, nil)
					} else {
						given = append(given, &values[i])
					}
				}
				return given, nil
			}
			return run(t.Context(), state, s)
		}
		types := func() string {
			var list []string
			for _, p := range asked {
				list = append(list, p.Name+" "+p.TypeName)
			}
			return strings.Join(list, ", ")
		}
		for _, test := range []struct {
			text   string
			values []string
			types  string
			want   string
		}{
			{`select $1::int + 1`, []string{"41"}, "$1 integer", "42"},
			{`select $2::text, $1::date`, []string{"2026-11-23", "x"}, "$1 date, $2 text", "x|2026-11-23"},
			{`select :n::int * 2, :n, ':n', a[1:2] from (select array[5,6,7] a) x`, []string{"4"}, ":n integer", "8|4|:n|{5,6}"},
			{`select @low::int < @high::int, @ -5`, []string{"1", "2"}, "@low integer, @high integer", "t|5"},
			{`select ?::int, ?::text`, []string{"1", "it's"}, "?1 integer, ?2 text", "1|it's"},
			{`select coalesce(:x::text, 'none')`, []string{"NULL"}, ":x text", "none"},
			{`insert into t values ($1, $2, $3) returning c`, []string{"1", "'; drop table t; --", "happy"}, "$1 integer, $2 text, $3 mood", "happy"},
			{`select b from t where c = :mood and a = :id`, []string{"happy", "1"}, ":mood mood, :id integer", "'; drop table t; --"},
		} {
			o := ask(test.text, test.values...)
			if o.failed != nil || o.err != nil {
				t.Errorf("%s: %v %v", test.text, o.failed, o.err)
				continue
			}
			if got := cells(o.results[0]); got != test.want || types() != test.types {
				t.Errorf("%s: %s with %s, want %s with %s", test.text, got, types(), test.want, test.types)
			}
		}

		// The values of the last time are offered again, whatever the layout.
		ask("SELECT  $1::INT\n+ 1 -- as before", "1")
		if asked[0].Value == nil || *asked[0].Value != "41" {
			t.Errorf("the last value is %v", asked[0].Value)
		}
		ask(`select :password::text`, "hunter2")
		ask(`select :password::text`, "x")
		if asked[0].Value != nil {
			t.Error("a password was remembered")
		}

		// Errors are where the user wrote what is wrong.
		o := ask(`select :first::int, ?::int, wrong`, "1", "2")
		if e := wantCategory(t, o.failed, tusk.Query); e.Position != 29 {
			t.Errorf("the position is %d: %v", e.Position, e)
		}
		if o := ask(`select $1::int`, "NaN"); o.failed == nil {
			t.Error("a value of the wrong type is taken")
		}
		// Values are bound on read-only connections as well, and write nothing.
		s := script(id, "doc", `insert into t values (:n, 'x', 'sad')`)
		s.Placeholders, s.ReadOnly = lex.ColonName, true
		nine := "9"
		s.Values = map[string]tusk.Value{":n": &nine}
		if e := wantCategory(t, run(t.Context(), state, s).failed, tusk.Query); e.Code != "25006" {
			t.Errorf("a read-only write with a value: %v", e)
		}

		s = script(id, "doc", `select :n::int`)
		s.Placeholders = lex.ColonName
		seven := "7"
		s.Values = map[string]tusk.Value{":n": &seven}
		if o := run(t.Context(), state, s); o.failed != nil || cells(o.results[0]) != "7" {
			t.Errorf("given values: %v", o.failed)
		}
	})
}

func TestPositionsBehindVariables(t *testing.T) {
	state, id := connected(t, pgtest.New(t).Database(t))
	o := run(t.Context(), state, script(id, "doc", "\\set long 'a much longer value than its name'\nselect :'long', wrong"))
	if e := wantCategory(t, o.failed, tusk.Query); e.Position != 17 {
		t.Errorf("the position is %d, want 17: %v", e.Position, e)
	}
	// What a variable or a result brought has no place in the document.
	for _, text := range []string{"\\set q 'select 1; select wrong'\n:q;", "select 'select wrong' \\gexec", "\\copy no_such from stdin\n1\n\\.\n"} {
		if e := wantCategory(t, run(t.Context(), state, script(id, "doc", text)).failed, tusk.Query); e.Position != 0 {
			t.Errorf("%s: the position is %d", text, e.Position)
		}
	}
	// What \g sends is where it was written.
	s := script(id, "doc", "select wrong\n\\g")
	at := -1
	s.Finished = func(i int, _ *engine.QueryHandle, _ *tusk.QueryResult, err error) { at = i }
	if e := wantCategory(t, run(t.Context(), state, s).failed, tusk.Query); e.Position != 8 || at != 0 {
		t.Errorf("the position is %d in statement %d", e.Position, at)
	}
}
