package lsp_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/lsp"
	"github.com/tusk-lsp/tusk-lsp/lsp/lspclient"
	"github.com/tusk-lsp/tusk-lsp/lsp/lsptest"
	"github.com/tusk-lsp/tusk-lsp/secrets"
	"github.com/tusk-lsp/tusk-lsp/store"
)

const uri = "file:///project/test.sql"

// serve is the whole server on a data directory of the test's own.
func serve(dir string) func(context.Context, io.ReadWriteCloser) error {
	return serveLogging(dir, io.Discard)
}

// serveLogging is serve with everything that is logged.
func serveLogging(dir string, to io.Writer) func(context.Context, io.ReadWriteCloser) error {
	log := slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return func(ctx context.Context, rwc io.ReadWriteCloser) error {
		kept, _, err := store.Open(ctx, dir)
		if err != nil {
			return err
		}
		keys := secrets.New(secrets.Options{Disabled: "a test"})
		err = lsp.Serve(ctx, rwc, lsp.Options{Version: "test", Engine: engine.Config{Store: kept, Secrets: keys, Log: log}, DataDir: dir, Log: log, ServerSyntax: true})
		return errors.Join(err, keys.Close(), kept.Close())
	}
}

// edit gives an editor on the server with these settings.
func edit(t *testing.T, settings map[string]any, capabilities any) *lsptest.Editor {
	t.Helper()
	noEnvironment(t)
	e := lsptest.Pipe(t, serve(t.TempDir()), lspclient.Options{Settings: map[string]any{"tusk": settings}, Capabilities: capabilities})
	e.Initialize()
	return e
}

// noEnvironment keeps the connections of whoever runs the tests out of them.
func noEnvironment(t *testing.T) {
	t.Helper()
	for _, variable := range []string{"DATABASE_URL", "PGHOST", "PGDATABASE", "PGSERVICE"} {
		t.Setenv(variable, "")
	}
}

// eventually asks until the answer is yes: for what happens beside.
func eventually(t testing.TB, what string, yes func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !yes(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not happen in time", what)
		}
	}
}

// on are settings with a connection to db.
func on(db *pgtest.Database) map[string]any {
	return map[string]any{"connections": []any{map[string]any{"name": "db", "url": db.URL()}}, "connection": "db"}
}

// with gives the usual capabilities with some changed.
func with(change string) any {
	all, more := map[string]any{}, map[string]any{}
	if json.Unmarshal(lspclient.AllCapabilities(), &all) != nil || json.Unmarshal([]byte(change), &more) != nil {
		panic("capabilities that are no JSON")
	}
	for key, value := range more {
		group, ok := all[key].(map[string]any)
		if !ok {
			all[key] = value
			continue
		}
		for name, v := range value.(map[string]any) {
			group[name] = v
		}
	}
	return all
}

// results is the answer to tusk.execute with wait.
type results struct {
	QueryID string                `json:"query_id"`
	Results []lsp.StatementResult `json:"results"`
}

func execute(t *testing.T, e *lsptest.Editor, argument map[string]any) results {
	t.Helper()
	argument["wait"] = true
	var r results
	e.Command("tusk.execute", &r, argument)
	return r
}

func TestInitializeNegotiatesAndAnnounces(t *testing.T) {
	for _, test := range []struct{ offered, want string }{
		{`["utf-8", "utf-16"]`, "utf-8"}, {`["utf-16"]`, "utf-16"}, {`["utf-32"]`, "utf-32"}, {`[]`, "utf-16"},
	} {
		e := lsptest.Pipe(t, serve(t.TempDir()), lspclient.Options{Capabilities: with(`{"general": {"positionEncodings": ` + test.offered + `}}`)})
		var c struct {
			PositionEncoding string `json:"positionEncoding"`
			ExecuteCommand   struct {
				Commands []string `json:"commands"`
			} `json:"executeCommandProvider"`
			Completion struct {
				Triggers []string `json:"triggerCharacters"`
			} `json:"completionProvider"`
			Diagnostic any `json:"diagnosticProvider"`
		}
		if err := json.Unmarshal(e.Initialize().Capabilities, &c); err != nil {
			t.Fatal(err)
		}
		if c.PositionEncoding != test.want {
			t.Errorf("offered %s: got %s, want %s", test.offered, c.PositionEncoding, test.want)
		}
		if !slices.Contains(c.ExecuteCommand.Commands, "tusk.execute") || len(c.Completion.Triggers) == 0 || c.Diagnostic != nil {
			t.Errorf("capabilities: %+v", c)
		}
	}
}

func TestCompletionKnowsTheDatabase(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		e := edit(t, on(s.Sample(t)), nil)
		offset := func() int {
			e.Open(uri, "")
			e.Command("tusk.schema.refresh", nil)
			e.Replace(uri, 0, 0, "select  from shop.customer c")
			return len("select ")
		}()
		var got []string
		for _, item := range e.Completion(uri, offset).Sorted() {
			got = append(got, item.Label)
		}
		if len(got) < 5 || got[0] != "account_manager" || got[1] != "address" {
			t.Errorf("offered first: %q", got[:min(len(got), 5)])
		}
	})
}

func TestDiagnosticsOfEveryStatementInTheClientsUnits(t *testing.T) {
	for encoding, column := range map[string]int{"utf-8": 17, "utf-16": 14} {
		e := edit(t, nil, with(`{"general": {"positionEncodings": ["`+encoding+`"]}}`))
		e.Open(uri, "selec 1;\nselect '😀é', , 2;\nselect 3;\n\\d x\nselect (;")
		found := e.Diagnostics(uri, 1)
		if len(found) != 3 {
			t.Fatalf("%d diagnostics, want 3: %+v", len(found), found)
		}
		if at := found[1].Range.Start; at.Line != 1 || at.Character != column {
			t.Errorf("%s: the second is at %+v, want column %d", encoding, at, column)
		}
		if string(found[0].Code) != `"42601"` || found[0].Source != "tusk" {
			t.Errorf("got %+v", found[0])
		}
		version := e.Replace(uri, 0, 5, "select")
		if n := len(e.Diagnostics(uri, version)); n != 2 {
			t.Errorf("after the fix there are %d, want 2", n)
		}
	}
}

// PostgreSQL 14 has no MERGE, which the grammar built in knows.
func TestConnectedServerIsAskedAboutSyntax(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		if s.Major > 14 {
			t.Skip("this major knows MERGE")
		}
		e := edit(t, on(s.Database(t)), nil)
		e.Open(uri, "")
		e.Command("tusk.schema.refresh", nil)
		e.Replace(uri, 0, 0, "select 1; merge into t using u on true when matched then do nothing")
		published := e.Await("textDocument/publishDiagnostics", func(p json.RawMessage) bool { return strings.Contains(string(p), "merge") })
		if !strings.Contains(string(published.Params), `"start":{"line":0,"character":10}`) {
			t.Errorf("got %s", published.Params)
		}
	})
}

// Of a client that is gone, or was never there, the server tells nobody.
func TestServerEndsWithItsParent(t *testing.T) {
	parent := exec.Command(os.Args[0], "-test.run=^$")
	if err := parent.Run(); err != nil {
		t.Fatal(err)
	}
	e := lsptest.Pipe(t, serve(t.TempDir()), lspclient.Options{})
	e.Request("initialize", map[string]any{"processId": parent.Process.Pid, "capabilities": map[string]any{}}, nil)
	if err := e.Served(); err == nil {
		t.Error("the end is not told")
	}
}

func TestPulledDiagnosticsAreNotPushed(t *testing.T) {
	e := edit(t, nil, with(`{"textDocument": {"diagnostic": {}}}`))
	e.Open(uri, "selec 1")
	var report struct {
		Kind  string                 `json:"kind"`
		Items []lspclient.Diagnostic `json:"items"`
	}
	e.Request("textDocument/diagnostic", map[string]any{"textDocument": map[string]any{"uri": uri}}, &report)
	if report.Kind != "full" || len(report.Items) != 1 {
		t.Errorf("got %+v", report)
	}
	e.Shutdown()
	for _, m := range e.Log() {
		if m.Method == "textDocument/publishDiagnostics" {
			t.Error("a client that pulls was pushed to")
		}
	}
}

func TestExecuteTakesTheStatementTheSelectionOrTheFile(t *testing.T) {
	e := edit(t, on(pgtest.New(t).Database(t)), nil)
	src := "select 1 as a;\nselect 2 as b;\n\nselect 3 as c"
	e.Open(uri, src)
	at := func(line, character int) lspclient.Position {
		return lspclient.Position{Line: line, Character: character}
	}
	tests := []struct {
		name     string
		argument map[string]any
		want     string
	}{
		{"statement at the position", map[string]any{"uri": uri, "position": at(1, 3)}, "b"},
		{"selection", map[string]any{"uri": uri, "range": map[string]any{"start": at(0, 0), "end": at(1, 13)}}, "a b"},
		{"part of a statement", map[string]any{"uri": uri, "range": map[string]any{"start": at(3, 0), "end": at(3, 8)}}, "?column?"},
		{"file", map[string]any{"uri": uri, "scope": "file"}, "a b c"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, r := range execute(t, e, test.argument).Results {
				if r.Error != nil {
					t.Fatal(r.Error)
				}
				got = append(got, r.Result.Columns[0].Name)
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("ran %q, want %q", got, test.want)
			}
		})
	}
	e.Completion(uri, strings.Index(src, "3")) // where the user is now
	var r results
	e.Command("tusk.execute", &r)
	e.Await("window/showMessage", func(p json.RawMessage) bool { return strings.Contains(string(p), "1 row") })
	if r.QueryID == "" {
		t.Error("without arguments no query id is answered")
	}
}

func TestPlainClientIsShownAFileOfItsOwn(t *testing.T) {
	e := edit(t, on(pgtest.New(t).Database(t)), nil)
	e.Open(uri, "select 'Ada' as name, 36 as age")
	execute(t, e, map[string]any{"uri": uri})
	shown := e.Await("window/showDocument", nil)
	var p struct {
		URI string `json:"uri"`
	}
	if err := json.Unmarshal(shown.Params, &p); err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(p.URI, "file://")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("the file's mode is %o", mode)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), " Ada  |  36\n(1 row)") {
		t.Errorf("the file holds\n%s", content)
	}
	e.Shutdown()
	e.Exit()
	if err := e.Served(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file stays after the end: %v", err)
	}
}

func TestClientWithAGridGetsData(t *testing.T) {
	e := edit(t, on(pgtest.New(t).Database(t)), with(`{"experimental": {"tusk": {"results": true}}}`))
	e.Open(uri, "select 1 as n, null as nothing")
	e.Command("tusk.execute", nil, map[string]any{"uri": uri})
	m := e.Await("tusk/results", nil)
	var r lsp.StatementResult
	if err := json.Unmarshal(m.Params, &r); err != nil {
		t.Fatal(err)
	}
	if r.Result == nil || *r.Result.Rows[0][0] != "1" || r.Result.Rows[0][1] != nil || r.URI != uri {
		t.Errorf("got %s", m.Params)
	}
}

func TestErrorIsMappedIntoTheDocument(t *testing.T) {
	e := edit(t, on(pgtest.New(t).Database(t)), nil)
	e.Open(uri, "select 1;\n  select 'é', missing from pg_class;\nselect 2")
	r := execute(t, e, map[string]any{"uri": uri, "scope": "file"}).Results
	if len(r) != 2 || r[1].Error == nil {
		t.Fatalf("got %+v", r)
	}
	failure := r[1].Error
	if failure.Code != "42703" || failure.Range == nil || failure.Range.Start.Line != 1 || failure.Range.Start.Character != 15 || failure.Range.End.Character != 22 {
		t.Errorf("got %+v, range %+v", failure, failure.Range)
	}
	e.Await("window/showMessage", func(p json.RawMessage) bool { return strings.Contains(string(p), "missing") })
}

func TestCancelFromEveryPlace(t *testing.T) {
	db := pgtest.New(t).Database(t)
	tests := []struct {
		name string
		stop func(e *lsptest.Editor, p *lspclient.Pending)
	}{
		{"progress", func(e *lsptest.Editor, _ *lspclient.Pending) {
			begin := e.Await("$/progress", func(p json.RawMessage) bool { return strings.Contains(string(p), `"begin"`) })
			var progress struct {
				Token json.RawMessage `json:"token"`
			}
			if err := json.Unmarshal(begin.Params, &progress); err != nil {
				t.Fatal(err)
			}
			e.Notify("window/workDoneProgress/cancel", map[string]any{"token": progress.Token})
		}},
		{"command", func(e *lsptest.Editor, _ *lspclient.Pending) { e.Command("tusk.query.cancel", nil) }},
		{"closed document", func(e *lsptest.Editor, _ *lspclient.Pending) { e.Close(uri) }},
		{"code action", func(e *lsptest.Editor, _ *lspclient.Pending) {
			var actions []struct {
				Title   string `json:"title"`
				Command struct {
					Command   string `json:"command"`
					Arguments []any  `json:"arguments"`
				} `json:"command"`
			}
			e.Request("textDocument/codeAction", map[string]any{
				"textDocument": map[string]any{"uri": uri}, "range": lspclient.Range{}, "context": map[string]any{"diagnostics": []any{}},
			}, &actions)
			last := actions[len(actions)-1]
			if !strings.HasPrefix(last.Title, "Cancel query: select pg_sleep") {
				t.Errorf("the actions are %+v", actions)
			}
			e.Command(last.Command.Command, nil, last.Command.Arguments...)
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := edit(t, on(db), nil)
			e.Open(uri, "select pg_sleep(600)")
			p := e.Send("workspace/executeCommand", map[string]any{"command": "tusk.execute", "arguments": []any{map[string]any{"uri": uri, "wait": true}}})
			awaitQuery(t, e)
			test.stop(e, p)
			var r results
			e.Answer(p, &r)
			if len(r.Results) != 1 || r.Results[0].Error == nil || !r.Results[0].Error.Cancelled {
				t.Errorf("got %+v", r)
			}
		})
	}
	t.Run("cancelled request", func(t *testing.T) {
		e := edit(t, on(db), nil)
		e.Open(uri, "select pg_sleep(600)")
		p := e.Send("workspace/executeCommand", map[string]any{"command": "tusk.execute", "arguments": []any{map[string]any{"uri": uri, "wait": true}}})
		awaitQuery(t, e)
		e.Cancel(p)
		if err := e.AnswerError(p); err.Code != -32800 {
			t.Errorf("got %+v", err)
		}
		eventually(t, "the end of the query", func() bool { return len(running(e)) == 0 })
	})
}

func awaitQuery(t testing.TB, e *lsptest.Editor) {
	t.Helper()
	eventually(t, "the start of the query", func() bool { return len(running(e)) > 0 })
}

func running(e *lsptest.Editor) []lsp.QueryInfo {
	var list []lsp.QueryInfo
	e.Command("tusk.query.list", &list)
	return list
}

func TestLongQueryDelaysNoCompletion(t *testing.T) {
	e := edit(t, on(pgtest.New(t).Database(t)), nil)
	e.Open(uri, "select pg_sleep(600)")
	e.Command("tusk.execute", nil, map[string]any{"uri": uri})
	began := time.Now()
	if len(e.Completion(uri, 3).Items) == 0 {
		t.Error("nothing is offered")
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the completion took %v", took)
	}
	e.Command("tusk.query.cancel", nil)
}

func TestDDLThatRanIsOffered(t *testing.T) {
	e := edit(t, on(pgtest.New(t).Database(t)), nil)
	e.Open(uri, "create table fresh_one (n int)")
	execute(t, e, map[string]any{"uri": uri})
	e.Replace(uri, 0, 0, "select * from fresh_;\n")
	eventually(t, "the new table in completion", func() bool { return len(e.Completion(uri, len("select * from fresh_")).Items) > 0 })
}

func TestHistoryIsWritten(t *testing.T) {
	e := edit(t, on(pgtest.New(t).Database(t)), nil)
	e.Open(uri, "select 'remember me'")
	execute(t, e, map[string]any{"uri": uri})
	if got := awaitHistory(t, e, "remember"); got.SQL != "select 'remember me'" || *got.RowCount != 1 {
		t.Errorf("got %+v", got)
	}
}

// awaitHistory waits for an entry that has a text; the history is written beside.
func awaitHistory(t testing.TB, e *lsptest.Editor, text string) tusk.QueryHistoryEntry {
	t.Helper()
	var entries []tusk.QueryHistoryEntry
	eventually(t, "the history's entry", func() bool {
		e.Command("tusk.history.list", &entries, text)
		return len(entries) > 0
	})
	return entries[0]
}

func TestBadInputIsToldOnceAndTheServerGoesOn(t *testing.T) {
	refused := map[string]any{"connections": []any{map[string]any{"name": "db", "url": "postgres://me:s3cret@127.0.0.1:1/x"}}, "connection": "db"}
	tests := []struct {
		name     string
		settings map[string]any
		words    string
	}{
		{"unknown setting", map[string]any{"conection": "x"}, "conection"},
		{"bad value", map[string]any{"completion": map[string]any{"limit": 0}}, "tusk.completion.limit"},
		{"unknown connection", map[string]any{"connection": "nobody"}, "nobody"},
		{"bad URL", map[string]any{"connections": []any{map[string]any{"name": "db", "url": "mysql://x"}}, "connection": "db"}, "names no connection"},
		{"refused host", refused, "nothing listens"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := edit(t, test.settings, nil)
			e.Open(uri, "selec 1")
			e.Open("file:///project/other.sql", "")
			e.Await("window/showMessage", func(p json.RawMessage) bool { return strings.Contains(string(p), test.words) })
			if len(e.Diagnostics(uri, 1)) != 1 || len(e.Completion(uri, 3).Items) == 0 {
				t.Error("what needs no database does not work")
			}
			e.Shutdown()
			messages := 0
			for _, m := range e.Log() {
				if m.Method == "window/showMessage" {
					messages++
				}
				if !m.Sent && strings.Contains(string(m.Raw), "s3cret") {
					t.Errorf("the password is on the wire: %s", m.Raw)
				}
			}
			if messages != 1 {
				t.Errorf("the user was told %d times", messages)
			}
		})
	}
}

func TestCommandsWithoutAConnectionSaySo(t *testing.T) {
	e := edit(t, nil, nil)
	e.Open(uri, "select 1")
	for _, command := range []string{"tusk.execute", "tusk.schema.refresh", "tusk.connection.use"} {
		err := e.CommandError(command)
		if err.Code != -32803 || !strings.Contains(err.Message, "no database connection") || !strings.Contains(string(err.Data), "Connection Error") {
			t.Errorf("%s: %+v, %s", command, err, err.Data)
		}
	}
	if err := e.CommandError("tusk.nonsense"); err.Code != -32602 {
		t.Errorf("got %+v", err)
	}
}

func TestExitWithoutShutdownIsToldToTheProcess(t *testing.T) {
	e := edit(t, nil, nil)
	e.Exit()
	if err := e.Served(); !errors.Is(err, lsp.ErrNoShutdown) {
		t.Errorf("got %v", err)
	}
}

func TestHistoryIsFilteredAndKept(t *testing.T) {
	dir := t.TempDir()
	db := pgtest.New(t).Database(t)
	settings := on(db)
	e := desk(t, dir, lspclient.Options{Settings: map[string]any{"tusk": settings}})
	e.Open(uri, "select 'first'; select 'second'; select nothing")
	execute(t, e, map[string]any{"uri": uri, "scope": "file"})
	awaitHistory(t, e, "nothing")

	list := func(e *lsptest.Editor, filter map[string]any) []store.HistoryEntry {
		var entries []store.HistoryEntry
		e.Command("tusk.history.list", &entries, filter)
		return entries
	}
	for name, test := range map[string]struct {
		filter map[string]any
		want   []string
	}{
		"failed":      {map[string]any{"outcome": "failed"}, []string{"select nothing"}},
		"succeeded":   {map[string]any{"outcome": "succeeded"}, []string{"select 'second'", "select 'first'"}},
		"text":        {map[string]any{"text": "FIRST"}, []string{"select 'first'"}},
		"connection":  {map[string]any{"name": "db", "limit": 1}, []string{"select nothing"}},
		"in the past": {map[string]any{"until": time.Now().Add(-time.Hour)}, nil},
	} {
		var got []string
		for _, entry := range list(e, test.filter) {
			got = append(got, entry.SQL)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
	first := list(e, map[string]any{"text": "first"})[0]
	e.Command("tusk.history.pin", nil, map[string]any{"id": first.ID})
	second := list(e, map[string]any{"text": "second"})[0]
	e.Command("tusk.history.remove", nil, map[string]any{"id": second.ID})
	if got := list(e, nil); len(got) != 2 {
		t.Errorf("%d entries are left, want 2", len(got))
	}

	// Another session keeps nothing but what is pinned.
	settings["history"] = map[string]any{"maxEntries": 1}
	pruned := desk(t, dir, lspclient.Options{Settings: map[string]any{"tusk": settings}})
	pruned.Open(uri, "select 'third'")
	execute(t, pruned, map[string]any{"uri": uri})
	awaitHistory(t, pruned, "third")
	next := desk(t, dir, lspclient.Options{Settings: map[string]any{"tusk": settings}})
	eventually(t, "the pruning", func() bool { return len(list(next, nil)) == 2 })
	if kept := list(next, map[string]any{"pinned": true}); len(kept) != 1 || kept[0].SQL != "select 'first'" {
		t.Errorf("pinned: %+v", kept)
	}
}
