package lsp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
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

// desk is an editor without settings on a data directory, with a user who
// answers.
func desk(t *testing.T, dir string, o lspclient.Options) *lsptest.Editor {
	t.Helper()
	noEnvironment(t)
	if o.Capabilities == nil {
		o.Capabilities = with(`{"experimental": {"tusk": {"askSecret": true, "connections": true}}}`)
	}
	e := lsptest.Pipe(t, serve(dir), o)
	e.Initialize()
	return e
}

// add saves a test database as a connection and gives its name.
func add(t *testing.T, e *lsptest.Editor, name string, db *pgtest.Database) {
	t.Helper()
	var added lsp.ConnectionAnswer
	e.Command("tusk.connection.add", &added, map[string]any{"name": name, "url": db.URL()})
	if added.Name != name {
		t.Fatalf("added %+v, want %s", added, name)
	}
}

// database asks which database a document's statements run on.
func database(t *testing.T, e *lsptest.Editor, uri string) string {
	t.Helper()
	r := execute(t, e, map[string]any{"uri": uri, "scope": "file"})
	last := r.Results[len(r.Results)-1]
	if last.Error != nil {
		t.Fatalf("%+v", last.Error)
	}
	return *last.Result.Rows[0][0]
}

func names(t *testing.T, e *lsptest.Editor) []string {
	t.Helper()
	var list []lsp.ConnectionInfo
	e.Command("tusk.connection.list", &list)
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.Name
	}
	slices.Sort(names)
	return names
}

func TestConnectionsAreManaged(t *testing.T) {
	db := pgtest.New(t).Database(t)
	e := desk(t, t.TempDir(), lspclient.Options{})

	changed := e.Now()
	add(t, e, "shop", db)
	e.AwaitSince(changed, "tusk/connectionsChanged", func(json.RawMessage) bool { return true })

	var status engine.ConnectionStatus
	e.Command("tusk.connection.test", &status, "shop")
	if status.Server == nil || status.Server.Database != db.Name || status.Server.Role != db.Username || status.State != "active" {
		t.Errorf("status %+v", status)
	}
	var twin lsp.ConnectionAnswer
	e.Command("tusk.connection.duplicate", &twin, map[string]any{"name": "shop", "new_name": "shop, read-only"})
	e.Command("tusk.connection.update", nil, map[string]any{
		"name": "shop, read-only", "connection": map[string]any{"options": map[string]any{"read_only": true}, "color": "#aa0000"},
	})
	if got := names(t, e); !slices.Equal(got, []string{"shop", "shop, read-only"}) {
		t.Errorf("listed %q", got)
	}

	// The copy has the password, and the server refuses writes.
	e.Open(uri, "create table t ()")
	e.Command("tusk.connection.use", nil, map[string]any{"name": twin.ID.String(), "uri": uri})
	r := execute(t, e, map[string]any{"uri": uri})
	if got := r.Results[0].Error; got == nil || got.Code != "25006" {
		t.Errorf("a write on a read-only connection: %+v", r.Results[0])
	}

	var values []engine.Value
	e.Command("tusk.connection.explain", &values, "shop")
	if !slices.Contains(values, engine.Value{Field: "database", Text: db.Name, Origin: "saved"}) ||
		!slices.Contains(values, engine.Value{Field: "password", Text: "given", Origin: "keychain or session"}) {
		t.Errorf("explained as %+v", values)
	}

	e.Command("tusk.connection.disconnect", nil, "shop")
	e.Command("tusk.connection.remove", nil, "shop")
	e.Command("tusk.connection.remove", nil, twin.ID.String())
	if got := names(t, e); len(got) != 0 {
		t.Errorf("%q are listed after their removal", got)
	}
	if err := e.CommandError("tusk.connection.test", "shop"); !strings.Contains(err.Message, "no connection named shop") {
		t.Errorf("testing what was removed: %v", err)
	}
}

func TestConnectionsHaveTheirOptions(t *testing.T) {
	db := pgtest.New(t).Database(t)
	e := desk(t, t.TempDir(), lspclient.Options{})
	e.Command("tusk.connection.add", nil, map[string]any{"name": "shop", "url": db.URL(), "connection": map[string]any{
		"options": map[string]any{"lock_timeout_secs": 5, "idle_in_transaction_timeout_secs": 60, "environment": "production"},
	}})
	options := func() tusk.ConnectionOptions {
		var list []lsp.ConnectionInfo
		e.Command("tusk.connection.list", &list)
		return list[0].Options
	}
	want := tusk.ConnectionOptions{LockTimeoutSecs: 5, IdleInTransactionTimeoutSecs: 60, Environment: tusk.Production}.WithDefaults()
	if got := options(); got != want {
		t.Errorf("added with %+v, want %+v", got, want)
	}
	e.Command("tusk.connection.update", nil, map[string]any{"name": "shop", "connection": map[string]any{
		"options": map[string]any{"manual_commit": true, "confirm": "refuse"},
	}})
	want.ManualCommit, want.Confirm = true, tusk.ConfirmRefuse
	if got := options(); got != want {
		t.Errorf("updated to %+v, want %+v", got, want)
	}
	e.Command("tusk.connection.update", nil, map[string]any{"name": "shop", "url": db.URL()})
	if got := options(); got != want {
		t.Errorf("another address has %+v, want %+v", got, want)
	}
	for field, value := range map[string]any{"lock_timeout_secs": -1, "environment": "live", "confirm": "never"} {
		err := e.CommandError("tusk.connection.update", map[string]any{"name": "shop", "connection": map[string]any{"options": map[string]any{field: value}}})
		if !strings.Contains(err.Message, "options."+field) {
			t.Errorf("%s %v: %v", field, value, err)
		}
	}

	e.Open(uri, "select current_setting('lock_timeout')")
	if got := database(t, e, uri); got != "5s" {
		t.Errorf("lock_timeout is %s", got)
	}
}

// A connection of the settings has its options, whichever way its address is said.
func TestConnectionsOfTheSettingsHaveTheirOptions(t *testing.T) {
	db := pgtest.New(t).Database(t)
	connection := func(change map[string]any) map[string]any {
		c := map[string]any{"name": "db", "url": db.URL(), "color": "#cc0000", "options": map[string]any{"lock_timeout_secs": 7}}
		maps.Copy(c, change)
		return map[string]any{"connections": []any{c}, "connection": "db"}
	}
	e := edit(t, connection(nil), nil)
	e.Open(uri, "select current_setting('lock_timeout')")
	if got := database(t, e, uri); got != "7s" {
		t.Errorf("lock_timeout is %s", got)
	}
	var list []lsp.ConnectionInfo
	e.Command("tusk.connection.list", &list)
	if len(list) != 1 || list[0].ConfirmPolicy() != tusk.ConfirmAsk {
		t.Errorf("listed %+v", list)
	}

	for _, test := range []struct {
		change map[string]any
		want   string
	}{
		{map[string]any{"host": "db"}, "the address of db as a url and as fields"},
		{map[string]any{"ssl_mode": "require"}, "the address of db as a url and as fields"},
		{map[string]any{"options": map[string]any{"confirm": "never"}}, "options.confirm"},
		{map[string]any{"options": map[string]any{"lock_timeout": 7}}, "lock_timeout"},
	} {
		e := edit(t, connection(test.change), nil)
		e.Await("window/showMessage", func(raw json.RawMessage) bool { return strings.Contains(string(raw), test.want) })
	}
}

func TestPoolsAreAsTheSettingsSay(t *testing.T) {
	settings := on(pgtest.New(t).Database(t))
	settings["pool"] = map[string]any{"maxConnections": 2}
	e := edit(t, settings, nil)
	var status engine.ConnectionStatus
	e.Command("tusk.connection.status", &status, "db")
	if status.Pool.MaxSize != 2 {
		t.Errorf("the pool is %+v", status.Pool)
	}
}

func TestConnectionThatNobodySavedIsTested(t *testing.T) {
	db := pgtest.New(t).Database(t)
	e := desk(t, t.TempDir(), lspclient.Options{})
	config := db.Config()
	fields := map[string]any{"host": config.Host, "port": config.Port, "database": db.Name, "username": db.Username}
	var status engine.ConnectionStatus
	e.Command("tusk.connection.test", &status, map[string]any{"connection": fields, "password": db.Password})
	if status.Server == nil || status.Server.Database != db.Name {
		t.Errorf("status %+v", status)
	}
	if err := e.CommandError("tusk.connection.test", map[string]any{"connection": fields, "password": "wrong"}); !strings.Contains(string(err.Data), "Authentication Error") {
		t.Errorf("a wrong password: %v %s", err, err.Data)
	}
	if err := e.CommandError("tusk.connection.test", map[string]any{"connection": map[string]any{"hots": "db"}}); !strings.Contains(err.Message, "hots") {
		t.Errorf("a field that does not exist: %v", err)
	}
	if got := names(t, e); len(got) != 0 {
		t.Errorf("a test left %q behind", got)
	}
}

func TestFilesAndFoldersHaveTheirConnections(t *testing.T) {
	s := pgtest.New(t)
	standard, folder, file := s.Database(t), s.Database(t), s.Database(t)
	dir := t.TempDir()
	e := desk(t, dir, lspclient.Options{Settings: map[string]any{"tusk": on(standard)}})
	add(t, e, "of the folder", folder)
	add(t, e, "of the file", file)
	const one, two, other = "file:///project/sub/one.sql", "file:///project/sub/two.sql", "file:///project/other.sql"
	for _, uri := range []string{one, two, other} {
		e.Open(uri, "select current_database()")
	}
	e.Command("tusk.connection.use", nil, map[string]any{"name": "of the folder", "uri": "file:///project/sub"})
	e.Command("tusk.connection.use", nil, map[string]any{"name": "of the file", "uri": two})
	for uri, want := range map[string]*pgtest.Database{one: folder, two: file, other: standard} {
		if got := database(t, e, uri); got != want.Name {
			t.Errorf("%s runs on %s, want %s", uri, got, want.Name)
		}
	}
	e.Command("tusk.connection.use", nil, map[string]any{"uri": two, "clear": true})
	if got := database(t, e, two); got != folder.Name {
		t.Errorf("afterwards %s runs on %s", two, got)
	}
}

// user answers tusk/askSecret and window/showMessageRequest.
type user struct {
	mu      sync.Mutex
	asked   []engine.SecretQuestion // guarded by mu
	shown   []string                // messages with buttons; guarded by mu
	secrets []any                   // answers that are left; guarded by mu
	button  string                  // "" dismisses
}

func (u *user) handlers() map[string]lspclient.Handler {
	return map[string]lspclient.Handler{
		"tusk/askSecret": func(_ context.Context, params json.RawMessage) (any, error) {
			u.mu.Lock()
			defer u.mu.Unlock()
			var q engine.SecretQuestion
			if err := json.Unmarshal(params, &q); err != nil {
				return nil, err
			}
			u.asked = append(u.asked, q)
			if len(u.secrets) == 0 {
				return nil, nil
			}
			answer := u.secrets[0]
			u.secrets = u.secrets[1:]
			return answer, nil
		},
		"window/showMessageRequest": func(_ context.Context, params json.RawMessage) (any, error) {
			u.mu.Lock()
			defer u.mu.Unlock()
			var p struct {
				Message string `json:"message"`
			}
			if err := json.Unmarshal(params, &p); err != nil {
				return nil, err
			}
			u.shown = append(u.shown, p.Message)
			if u.button == "" {
				return nil, nil
			}
			return map[string]string{"title": u.button}, nil
		},
	}
}

func TestPasswordIsAskedForByTheClient(t *testing.T) {
	db := pgtest.New(t).Database(t)
	u := &user{secrets: []any{map[string]any{"secret": db.Password}}}
	config := db.Config()
	settings := map[string]any{"connections": []any{map[string]any{
		"name": "db", "host": config.Host, "port": config.Port, "database": db.Name, "username": db.Username,
	}}, "connection": "db"}
	e := desk(t, t.TempDir(), lspclient.Options{Settings: map[string]any{"tusk": settings}, Handlers: u.handlers()})
	e.Open(uri, "select current_database()")
	if got := database(t, e, uri); got != db.Name {
		t.Errorf("ran on %s", got)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.asked) != 1 || u.asked[0].Connection != "db" || u.asked[0].Kind != engine.DatabasePassword {
		t.Errorf("the user was asked %+v", u.asked)
	}
}

func TestPlainClientIsToldHowToStoreAPassword(t *testing.T) {
	db := pgtest.New(t).Database(t)
	config := db.Config()
	e := edit(t, map[string]any{"connections": []any{map[string]any{
		"name": "db", "host": config.Host, "port": config.Port, "database": db.Name, "username": db.Username,
	}}, "connection": "db"}, nil)
	e.Open(uri, "select 1")
	e.Await("window/showMessage", func(params json.RawMessage) bool {
		return strings.Contains(string(params), "tusk-lsp connection password")
	})
}

func TestStoreTravels(t *testing.T) {
	db := pgtest.New(t).Database(t)
	from := desk(t, t.TempDir(), lspclient.Options{})
	add(t, from, "shop", db)
	var archive json.RawMessage
	from.Command("tusk.connection.export", &archive)
	if strings.Contains(string(archive), db.Password) {
		t.Error("the password is in the export")
	}
	to := desk(t, t.TempDir(), lspclient.Options{})
	to.Command("tusk.connection.import", nil, map[string]any{"archive": archive})
	if got := names(t, to); !slices.Equal(got, []string{"shop"}) {
		t.Errorf("imported %q", got)
	}
	if err := to.CommandError("tusk.connection.import", map[string]any{"archive": map[string]any{"format": "something else"}}); !strings.Contains(err.Message, "no export of tusk-lsp") {
		t.Errorf("importing something else: %v", err)
	}
}

func TestSecondEditorFindsConnectionsAndHistory(t *testing.T) {
	db := pgtest.New(t).Database(t)
	dir := t.TempDir()
	first := desk(t, dir, lspclient.Options{})
	add(t, first, "shop", db)
	first.Command("tusk.connection.use", nil, "shop")
	first.Open(uri, "select 'found from elsewhere'")
	execute(t, first, map[string]any{"uri": uri})

	second := desk(t, dir, lspclient.Options{})
	if got := names(t, second); !slices.Equal(got, []string{"shop"}) {
		t.Errorf("the second editor knows %q", got)
	}
	awaitHistory(t, second, "found from elsewhere")
}

func TestSecretIsInNoMessage(t *testing.T) {
	s := pgtest.New(t)
	db := s.Database(t)
	role := db.Role(t)
	u := &user{secrets: []any{map[string]any{"secret": role.Password + " is wrong"}, map[string]any{"secret": role.Password, "remember": true}}}
	config := role.Config()
	withPassword := func(name, database string, port int) map[string]any {
		return map[string]any{"name": name, "url": fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d/%s", role.Username, role.Password, port, database)}
	}
	settings := map[string]any{"connections": []any{
		map[string]any{"name": "asked", "host": config.Host, "port": config.Port, "database": config.Database, "username": role.Username},
		withPassword("refused", "x", 1), withPassword("nowhere", "nowhere", config.Port),
	}, "connection": "asked"}
	var log lockedBuffer
	dir := t.TempDir()
	e := lsptest.Pipe(t, serveLogging(dir, &log), lspclient.Options{
		Settings: map[string]any{"tusk": settings}, Handlers: u.handlers(),
		Capabilities: with(`{"experimental": {"tusk": {"askSecret": true, "connections": true, "results": true}}}`),
	})
	noEnvironment(t)
	e.Initialize()
	e.Open(uri, "select 1; alter role "+role.Username+" password '"+role.Password+"'; select * from nowhere")
	execute(t, e, map[string]any{"uri": uri, "scope": "file"})
	for _, name := range []string{"refused", "nowhere"} {
		e.CommandError("tusk.connection.test", name)
	}
	add(t, e, "saved", role)
	for _, command := range []string{"tusk.connection.list", "tusk.connection.status", "tusk.connection.explain", "tusk.connection.export", "tusk.history.list"} {
		e.Command(command, nil)
	}
	awaitHistory(t, e, "alter role")
	e.Shutdown()

	for _, m := range e.Log() {
		// The statement that has it is in the document, and its result says so.
		if !m.Sent && strings.Contains(strings.ReplaceAll(string(m.Raw), "password '"+role.Password, ""), role.Password) {
			t.Errorf("the server sent it: %s", m.Raw)
		}
	}
	if strings.Contains(log.String(), role.Password) {
		t.Error("it is in the log")
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if strings.Contains(string(content), role.Password) {
			t.Errorf("it is in the file %s", filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer // guarded by mu
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

func TestConnectionsOfOtherToolsAreImported(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, ".config"))
	path := filepath.Join(home, ".config", "pgcli", "config")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("[alias_dsn]\nshop = postgresql://ada:s3cret@db/shop\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := desk(t, t.TempDir(), lspclient.Options{})
	for _, want := range []lsp.ImportOutcome{{Name: "shop"}, {Name: "shop", SavedAs: "shop"}, {Name: "shop", Known: true}} {
		var got []lsp.ImportOutcome
		e.Command("tusk.connection.import", &got, map[string]any{"tools": true, "dryRun": want.SavedAs == "" && !want.Known})
		i := slices.IndexFunc(got, func(o lsp.ImportOutcome) bool { return strings.Contains(o.Origin, "pgcli") })
		if i < 0 {
			t.Fatalf("got %+v", got)
		}
		want.Origin = got[i].Origin
		if got[i] != want {
			t.Errorf("got %+v, want %+v", got[i], want)
		}
	}
	if got := names(t, e); !slices.Equal(got, []string{"shop"}) {
		t.Errorf("listed %q", got)
	}
}
