package lsp_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/lsp"
	"github.com/tusk-lsp/tusk-lsp/lsp/lspclient"
	"github.com/tusk-lsp/tusk-lsp/lsp/lsptest"
)

// rich are the capabilities of a client with a grid, a form for parameters and
// a place for transactions.
const rich = `{"experimental": {"tusk": {"results": true, "askParameters": true, "sessions": true}}}`

func TestRowsComeBeforeTheEnd(t *testing.T) {
	e := edit(t, on(pgtest.New(t).Database(t)), with(rich))
	e.Open(uri, `select n, repeat('x', 10000), pg_sleep(case when n > 5 then 0.5 else 0 end) from generate_series(1, 8) n`)
	e.Command("tusk.execute", nil, map[string]any{"uri": uri})
	var early, whole lsp.StatementResult
	read := func(method string, into *lsp.StatementResult) {
		t.Helper()
		if err := json.Unmarshal(e.Await(method, nil).Params, into); err != nil {
			t.Fatal(err)
		}
	}
	read("tusk/rows", &early)
	var window engine.Window
	e.Command("tusk.result.fetch", &window, map[string]any{"result_id": early.Result.ID, "offset": 1, "limit": 2})
	if len(window.Rows) != 2 || *window.Rows[0][0] != "2" {
		t.Errorf("a window of a result that still comes: %+v", window)
	}
	read("tusk/results", &whole)
	if early.Result.RowCount >= whole.Result.RowCount || whole.Result.RowCount != 8 || early.Result.ID != whole.Result.ID {
		t.Errorf("%d rows early, %d in the end", early.Result.RowCount, whole.Result.RowCount)
	}
}

func TestResultWindows(t *testing.T) {
	e := edit(t, on(pgtest.New(t).Database(t)), with(rich))
	e.Open(uri, `select n, case when n = 7 then repeat('y', 50000) else 'row ' || n end as label from generate_series(1, 5000) n`)
	r := execute(t, e, map[string]any{"uri": uri}).Results[0].Result
	if r.RowCount != 5000 || len(r.Rows) != 1000 || len(r.Cut) != 1 || r.Cut[0].Bytes != 50000 {
		t.Fatalf("%d rows, %d sent, cut %v", r.RowCount, len(r.Rows), r.Cut)
	}
	fetch := func(argument map[string]any) engine.Window {
		t.Helper()
		argument["result_id"] = r.ID
		var w engine.Window
		e.Command("tusk.result.fetch", &w, argument)
		return w
	}
	if w := fetch(map[string]any{"offset": 4998}); len(w.Rows) != 2 || *w.Rows[1][0] != "5000" || w.Total != 5000 {
		t.Errorf("the end: %+v", w)
	}
	order := []any{map[string]any{"column": 0, "descending": true}}
	filter := []any{map[string]any{"column": 1, "op": "contains", "value": "99"}}
	if w := fetch(map[string]any{"sort": order, "filter": filter, "limit": 1}); *w.Rows[0][0] != "4999" || w.Total != 95 {
		t.Errorf("sorted and filtered: %s of %d", *w.Rows[0][0], w.Total)
	}
	var cell struct{ Value string }
	e.Command("tusk.result.cell", &cell, map[string]any{"result_id": r.ID, "row": 6, "column": 1})
	if cell.Value != strings.Repeat("y", 50000) {
		t.Errorf("the cell has %d bytes", len(cell.Value))
	}
	var info tusk.QueryResult
	e.Command("tusk.result.info", &info)
	if info.ID != r.ID {
		t.Error("the last result of the document is another one")
	}
	e.Command("tusk.result.close", nil, r.ID.String())
	if err := e.CommandError("tusk.result.fetch", map[string]any{"result_id": r.ID}); !strings.Contains(err.Message, "not kept any more") {
		t.Errorf("a closed result: %v", err)
	}
}

func TestFetchAllRows(t *testing.T) {
	settings := on(pgtest.New(t).Database(t, `create function f() returns int language sql volatile as 'select 1'`))
	settings["results"] = map[string]any{"maxRows": 10}
	e := edit(t, settings, with(rich))
	e.Open(uri, `select n from generate_series(1, 500) n; select f() from generate_series(1, 500)`)
	r := execute(t, e, map[string]any{"uri": uri, "scope": "file"}).Results
	if !r[0].Result.Truncated || r[0].Result.RowCount != 10 {
		t.Fatalf("%+v", r[0].Result)
	}
	var all results
	e.Command("tusk.result.fetchAll", &all, r[0].Result.ID.String())
	if got := all.Results[0]; got.Result.RowCount != 500 || got.Result.Truncated || got.Range != r[0].Range {
		t.Errorf("all are %d rows at %v", got.Result.RowCount, got.Range)
	}
	if err := e.CommandError("tusk.result.fetchAll", r[1].Result.ID.String()); !strings.Contains(err.Message, "may do more than read") {
		t.Errorf("a function ran again: %v", err)
	}
}

func TestTransactionCommands(t *testing.T) {
	db := pgtest.New(t).Database(t, `create table t (a int)`)
	e := edit(t, on(db), with(rich))
	e.Open(uri, `insert into t values (1)`)
	state := func(command string, argument ...any) lsp.SessionInfo {
		t.Helper()
		var s lsp.SessionInfo
		e.Command(command, &s, argument...)
		return s
	}
	if s := state("tusk.transaction.begin"); s.Transaction != "open" || s.Since == nil || s.URI != uri {
		t.Errorf("begin: %+v", s)
	}
	execute(t, e, map[string]any{"uri": uri})
	if s := state("tusk.transaction.savepoint", `o"dd`); len(s.Savepoints) != 1 || s.Savepoints[0] != `o"dd` {
		t.Errorf("savepoint: %+v", s)
	}
	execute(t, e, map[string]any{"uri": uri})
	if s := state("tusk.transaction.rollbackTo", `o"dd`); s.Transaction != "open" {
		t.Errorf("rollback to: %+v", s)
	}
	if s := state("tusk.transaction.commit"); s.Transaction != "idle" || len(s.Savepoints) != 0 {
		t.Errorf("commit: %+v", s)
	}
	state("tusk.transaction.begin")
	e.Replace(uri, 0, len(`insert into t values (1)`), `select wrong`)
	execute(t, e, map[string]any{"uri": uri})
	e.Await("tusk/sessionChanged", func(params json.RawMessage) bool { return strings.Contains(string(params), `"transaction":"failed"`) })
	state("tusk.transaction.rollback")
	e.Replace(uri, 0, len(`select wrong`), `select count(*) from t`)
	if r := execute(t, e, map[string]any{"uri": uri}).Results[0].Result; *r.Rows[0][0] != "1" {
		t.Errorf("%s rows are there", *r.Rows[0][0])
	}
	var list []lsp.SessionInfo
	e.Command("tusk.session.list", &list)
	if len(list) != 1 || list[0].URI != uri {
		t.Errorf("sessions: %+v", list)
	}
	e.Command("tusk.session.close", nil)
	e.Await("tusk/sessionChanged", func(params json.RawMessage) bool { return strings.Contains(string(params), `"ended":true`) })
	if err := e.CommandError("tusk.transaction.savepoint"); !strings.Contains(err.Message, "has a name") {
		t.Errorf("%v", err)
	}
}

// The error of a run stays in its place until the text changes or the statement
// runs again.
func TestRunErrorsAreDiagnostics(t *testing.T) {
	e := edit(t, on(pgtest.New(t).Database(t)), with(`{}`))
	e.Open(uri, "create temp table if not exists t as select 1 as a;\n\nselect a.wrong\nfrom (select 1) a;\nselect 1 / (select count(*) - 1 from t);\nselect 1; insert into t values (2);\n")
	at := func(line int) map[string]any {
		return map[string]any{"uri": uri, "position": map[string]any{"line": line, "character": 0}}
	}
	shown := func(want int) []lspclient.Diagnostic {
		t.Helper()
		var published struct{ Diagnostics []lspclient.Diagnostic }
		e.Await("textDocument/publishDiagnostics", func(params json.RawMessage) bool {
			published.Diagnostics = nil
			return json.Unmarshal(params, &published) == nil && len(published.Diagnostics) == want
		})
		return published.Diagnostics
	}
	execute(t, e, at(2))
	d := shown(1)[0]
	if d.Range.Start != (lspclient.Position{Line: 2, Character: 7}) || !strings.Contains(d.Message, "a.wrong") {
		t.Errorf("%+v", d)
	}
	execute(t, e, at(0))
	execute(t, e, at(4))
	shown(2)
	execute(t, e, map[string]any{"uri": uri, "position": map[string]any{"line": 5, "character": 15}})
	execute(t, e, at(4)) // there are two rows now
	shown(1)
	e.Replace(uri, 0, 0, " ")
	if left := e.Diagnostics(uri, 2); len(left) != 0 {
		t.Errorf("after an edit there are %v", left)
	}
}

func TestParametersAreAskedFor(t *testing.T) {
	var asked []lsp.AskParameters
	var mu sync.Mutex
	answer := any(map[string]any{"values": []any{"2", nil}})
	handlers := map[string]lspclient.Handler{"tusk/askParameters": func(_ context.Context, params json.RawMessage) (any, error) {
		mu.Lock()
		defer mu.Unlock()
		var p lsp.AskParameters
		err := json.Unmarshal(params, &p)
		asked = append(asked, p)
		return answer, err
	}}
	noEnvironment(t)
	e := lsptest.Pipe(t, serve(t.TempDir()), lspclient.Options{
		Settings: map[string]any{"tusk": on(pgtest.New(t).Database(t))}, Capabilities: with(rich), Handlers: handlers,
	})
	e.Initialize()
	e.Open(uri, "select 1;\nselect :n::int * 2 as twice, :note::text;")
	r := execute(t, e, map[string]any{"uri": uri, "scope": "file"}).Results[1]
	if r.Error != nil || *r.Result.Rows[0][0] != "4" || r.Result.Rows[0][1] != nil {
		t.Fatalf("%+v %+v", r.Result, r.Error)
	}
	if p := r.Result.Parameters; len(p) != 2 || p[0].Name != ":n" || *p[0].Value != "2" || p[0].TypeName != "integer" {
		t.Errorf("shown are %+v", p)
	}
	if p := asked[0]; p.URI != uri || p.Range.Start.Line != 1 || p.Parameters[0].Value != nil {
		t.Errorf("asked was %+v", p)
	}
	mu.Lock()
	answer = nil
	mu.Unlock()
	r = execute(t, e, map[string]any{"uri": uri, "scope": "file"}).Results[1]
	if r.Error == nil || !r.Error.Cancelled || *asked[1].Parameters[0].Value != "2" {
		t.Errorf("a dismissed question: %+v, asked %+v", r.Error, asked[1])
	}
	r = execute(t, e, map[string]any{"uri": uri, "position": map[string]any{"line": 1, "character": 0}, "values": map[string]any{":n": "21", ":note": "x"}}).Results[0]
	if *r.Result.Rows[0][0] != "42" {
		t.Errorf("given values give %s", *r.Result.Rows[0][0])
	}
}

// A client that asks nothing shows a file, which the user fills in.
func TestParametersFromAFile(t *testing.T) {
	e := edit(t, on(pgtest.New(t).Database(t)), with(`{}`))
	e.Open(uri, "select :n::int + 1 as next, :word::text as word;")
	r := execute(t, e, map[string]any{"uri": uri}).Results[0]
	if r.Error == nil {
		t.Fatal("it ran without values")
	}
	_, path, _ := strings.Cut(r.Error.Hint, "Write them into ")
	path, _, _ = strings.Cut(path, ", save it")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"# integer\n# :n = \n", "# text\n# :word = \n", "# select :n::int + 1"} {
		if !strings.Contains(string(content), line) {
			t.Errorf("the file lacks %q:\n%s", line, content)
		}
	}
	filled := strings.NewReplacer("# :n = ", ":n = 41", "# :word = ", ":word = 'it''s '").Replace(string(content))
	if err := os.WriteFile(path, []byte(filled), 0o600); err != nil {
		t.Fatal(err)
	}
	r = execute(t, e, map[string]any{"uri": uri}).Results[0]
	if r.Error != nil || *r.Result.Rows[0][0] != "42" || *r.Result.Rows[0][1] != "it's " {
		t.Errorf("%+v %+v", r.Result, r.Error)
	}
}

func TestPsqlCommandsRunInDocuments(t *testing.T) {
	dir := t.TempDir()
	document := "file://" + dir + "/main.sql"
	if err := os.WriteFile(dir+"/part.sql", []byte("select 'from the part';\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := edit(t, on(pgtest.New(t).Database(t)), with(rich))
	e.Open(document, "select 40 as n, true as yes \\gset\n\\ir part.sql\n\\if :yes\n\\echo yes\n\\endif\nselect :n + 2;\n")
	var got []string
	for _, r := range execute(t, e, map[string]any{"uri": document, "scope": "file"}).Results {
		switch {
		case r.Error != nil:
			got = append(got, r.Error.Message)
		case len(r.Result.Rows) > 0:
			got = append(got, *r.Result.Rows[0][0])
		case r.Result.CommandTag != "":
			got = append(got, r.Result.CommandTag)
		}
	}
	if strings.Join(got, ", ") != "from the part, yes, 42" {
		t.Errorf("gave %q", got)
	}
	// The cursor in a statement runs it with what sends it.
	r := execute(t, e, map[string]any{"uri": document, "position": map[string]any{"line": 0, "character": 3}}).Results
	if len(r) != 1 || r[0].Error != nil || r[0].Result.CommandTag != "" {
		t.Errorf("%+v", r)
	}
}

func TestLongResultInAFile(t *testing.T) {
	settings := on(pgtest.New(t).Database(t))
	settings["results"] = map[string]any{"fileRows": 3}
	e := edit(t, settings, with(`{}`))
	e.Open(uri, "begin; select n from generate_series(1, 12) n")
	execute(t, e, map[string]any{"uri": uri, "scope": "file"})
	message := string(e.Await("window/showMessage", nil).Params)
	if !strings.Contains(message, "transaction open since") {
		t.Errorf("nothing says that a transaction is open: %s", message)
	}
	_, path, _ := strings.Cut(message, "→ ")
	path, _, _ = strings.Cut(path, " · ")
	content, err := os.ReadFile(strings.Trim(path, `"}`))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(content); !strings.Contains(text, "\n 3\n(the first 3 of 12 rows; tusk.result.export writes all of them)") {
		t.Errorf("the file:\n%s", text)
	}
}
