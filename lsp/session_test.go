package lsp_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/lsp/lspclient"
	"github.com/tusk-lsp/tusk-lsp/lsp/lsptest"
)

func TestRequestsOutOfTheirTime(t *testing.T) {
	noEnvironment(t)
	e := lsptest.Pipe(t, serve(t.TempDir()), lspclient.Options{})
	if err := e.RequestError("textDocument/completion", map[string]any{}); err.Code != -32002 {
		t.Errorf("before initialize: %+v", err)
	}
	e.Initialize()
	if err := e.RequestError("initialize", map[string]any{"capabilities": map[string]any{}}); err.Code != -32600 {
		t.Errorf("a second initialize: %+v", err)
	}
	e.Shutdown()
	if err := e.RequestError("workspace/executeCommand", map[string]any{"command": "tusk.query.list"}); err.Code != -32600 {
		t.Errorf("after shutdown: %+v", err)
	}
}

func TestServerAsksToBeToldOfChanges(t *testing.T) {
	e := edit(t, nil, nil)
	m := e.Await("client/registerCapability", func(json.RawMessage) bool { return true })
	for _, want := range []string{"workspace/didChangeConfiguration", "workspace/didChangeWatchedFiles", "**/.tusk.toml"} {
		if !strings.Contains(string(m.Params), want) {
			t.Errorf("%s is not in %s", want, m.Params)
		}
	}
}

// Both ways to tell settings: the server asks for them, or they come with the
// notification.
func TestSettingsChangeWhileTheServerRuns(t *testing.T) {
	s := pgtest.New(t)
	before, after := s.Database(t, `create table of_before ()`), s.Database(t, `create table of_after ()`)
	for name, capabilities := range map[string]any{"asked for": nil, "sent": with(`{"workspace": {"configuration": false}}`)} {
		t.Run(name, func(t *testing.T) {
			e := desk(t, t.TempDir(), lspclient.Options{Capabilities: capabilities, Settings: map[string]any{"tusk": on(before)}})
			if capabilities != nil {
				e.Configure("tusk", on(before))
			}
			const other = "file:///project/other.sql"
			e.Open(other, "select current_database()")
			e.Open(uri, "select * from of_")
			if got := database(t, e, other); got != before.Name {
				t.Fatalf("ran on %s, want %s", got, before.Name)
			}
			e.Configure("tusk", on(after))
			eventually(t, "the new catalog in completion", func() bool {
				items := e.Completion(uri, len("select * from of_")).Items
				return len(items) == 1 && items[0].Label == "of_after"
			})
			settings := on(after)
			settings["diagnostics"] = map[string]any{"enabled": false}
			e.Replace(uri, 0, 0, "selec;")
			e.Await("textDocument/publishDiagnostics", func(p json.RawMessage) bool { return strings.Contains(string(p), "selec") })
			mark := e.Now()
			e.Configure("tusk", settings)
			e.AwaitSince(mark, "textDocument/publishDiagnostics", func(p json.RawMessage) bool { return strings.Contains(string(p), `"diagnostics":[]`) })
		})
	}
}

func TestPullDiagnosticsAreRefreshed(t *testing.T) {
	e := edit(t, nil, with(`{"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": true}}}`))
	e.Open(uri, "selec 1")
	count := func() int {
		var report struct {
			Items []json.RawMessage `json:"items"`
		}
		e.Request("textDocument/diagnostic", map[string]any{"textDocument": map[string]string{"uri": uri}}, &report)
		return len(report.Items)
	}
	if got := count(); got != 1 {
		t.Fatalf("%d diagnostics", got)
	}
	mark := e.Now()
	e.Configure("tusk", map[string]any{"diagnostics": map[string]any{"enabled": false}})
	e.AwaitSince(mark, "workspace/diagnostic/refresh", func(json.RawMessage) bool { return true })
	if got := count(); got != 0 {
		t.Errorf("%d diagnostics when they are turned off", got)
	}
}

func TestInitializationOptionsAreSettings(t *testing.T) {
	db := pgtest.New(t).Database(t)
	noEnvironment(t)
	e := lsptest.Pipe(t, serve(t.TempDir()), lspclient.Options{
		InitializationOptions: on(db), Capabilities: with(`{"workspace": {"configuration": false}}`),
	})
	e.Initialize()
	e.Open(uri, "select current_database()")
	if got := database(t, e, uri); got != db.Name {
		t.Errorf("ran on %s, want %s", got, db.Name)
	}
	bad := lsptest.Pipe(t, serve(t.TempDir()), lspclient.Options{InitializationOptions: map[string]any{"conection": "x"}})
	bad.Initialize()
	bad.Await("window/showMessage", func(p json.RawMessage) bool { return strings.Contains(string(p), "conection") })
}

func TestWrongPasswordIsToldOnce(t *testing.T) {
	db := pgtest.New(t).Database(t)
	url := strings.Replace(db.URL(), db.Password, "wrong", 1)
	e := edit(t, map[string]any{"connections": []any{map[string]any{"name": "db", "url": url}}, "connection": "db"}, nil)
	e.Open(uri, "select 1")
	e.Await("window/showMessage", func(p json.RawMessage) bool { return strings.Contains(string(p), "password authentication failed") })
	e.Open("file:///project/other.sql", "select 2")
	e.Completion(uri, 3)
	e.Shutdown()
	told := 0
	for _, m := range e.Log() {
		if m.Method == "window/showMessage" {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

func TestExecuteOfWhatIsNotOpen(t *testing.T) {
	e := edit(t, on(pgtest.New(t).Database(t)), nil)
	if err := e.CommandError("tusk.execute", map[string]any{"uri": "file:///nowhere.sql"}); !strings.Contains(err.Message, "no open document") {
		t.Errorf("got %+v", err)
	}
}

// The server is away when the document is opened, and comes back with nobody
// doing anything in the editor.
func TestCatalogComesWhenTheServerDoes(t *testing.T) {
	dedicated := pgtest.New(t).Dedicated(t, nil)
	db := dedicated.Create(t, `create table was_there ()`)
	dedicated.Kill(t)
	e := edit(t, on(db), nil)
	e.Open(uri, "select * from was_")
	e.Await("window/showMessage", func(json.RawMessage) bool { return true })
	dedicated.Restart(t)
	eventually(t, "the catalog", func() bool { return len(e.Completion(uri, len("select * from was_")).Items) == 1 })
}

func TestCatalogIsReadAgainAfterADisconnect(t *testing.T) {
	e := edit(t, on(pgtest.New(t).Database(t, `create table was_there ()`)), nil)
	e.Open(uri, "select 1;\nselect * from was_")
	offered := func() bool { return len(e.Completion(uri, len("select 1;\nselect * from was_")).Items) == 1 }
	eventually(t, "the catalog", offered)
	e.Command("tusk.connection.disconnect", nil)
	execute(t, e, map[string]any{"uri": uri, "position": map[string]int{"line": 0, "character": 1}})
	eventually(t, "the catalog once more", offered)
}

// What kills or confuses libpg_query, and what is merely large, is a document
// like any other.
func TestHostileDocuments(t *testing.T) {
	e := edit(t, on(pgtest.New(t).Database(t)), nil)
	for name, test := range map[string]struct {
		text string
		want string // a diagnostic that there is, "" for none
	}{
		"24,000 operators": {"select 1" + strings.Repeat("+1", 24_000), "not checked"},
		"100,000 unions":   {"select 1" + strings.Repeat(" union select 1", 100_000), "not checked"},
		"deep parentheses": {"select " + strings.Repeat("(", 50_000) + "1" + strings.Repeat(")", 50_000), ""},
		"NUL":              {"select 'a\x00b'; selec", "syntax error"},

		"no end of string": {"select 'abc" + strings.Repeat("x", 1_000_000), "unterminated"},
		"20 MB":            {strings.Repeat("select 'a line of a large document', 1, 2, 3;\n", 450_000) + "selec", "syntax error"},
	} {
		t.Run(name, func(t *testing.T) {
			uri := "file:///project/" + strings.ReplaceAll(name, " ", "-") + ".sql"
			e.Open(uri, test.text)
			var found []string
			e.Await("textDocument/publishDiagnostics", func(p json.RawMessage) bool {
				var published struct {
					URI         string                     `json:"uri"`
					Diagnostics []struct{ Message string } `json:"diagnostics"`
				}
				if json.Unmarshal(p, &published) != nil || published.URI != uri {
					return false
				}
				for _, d := range published.Diagnostics {
					found = append(found, d.Message)
				}
				return true
			})
			if test.want != "" && !strings.Contains(strings.Join(found, "\n"), test.want) {
				t.Errorf("diagnosed %.300q, want %q", found, test.want)
			}
			e.Completion(uri, 3)
			e.Close(uri)
		})
	}
	e.Open(uri, "select 'alive'")
	if got := database(t, e, uri); got != "alive" {
		t.Errorf("afterwards it answers %q", got)
	}
}
