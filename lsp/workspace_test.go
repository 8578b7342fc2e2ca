package lsp_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/lsp/lspclient"
	"github.com/tusk-lsp/tusk-lsp/lsp/lsptest"
)

// project is a workspace on disk.
type project struct {
	dir string
	t   *testing.T
}

func newProject(t *testing.T) project {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return project{dir, t}
}

func (p project) write(name, text string) {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p project) uri(name string) string { return "file://" + filepath.Join(p.dir, name) }

// editor opens the project with a user who answers, and a data directory.
func (p project) editor(u *user, data string, settings map[string]any) *lsptest.Editor {
	p.t.Helper()
	return desk(p.t, data, lspclient.Options{
		WorkspaceFolders: []string{"file://" + p.dir}, Handlers: u.handlers(), Settings: map[string]any{"tusk": settings},
	})
}

// described is a connection to db in a workspace's file.
func described(name string, db *pgtest.Database) string {
	c := db.Config()
	return fmt.Sprintf("[connections.%q]\nhost = %q\nport = %d\ndatabase = %q\nusername = %q\n", name, c.Host, c.Port, c.Database, c.Username)
}

func (u *user) questions() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.shown)
}

func TestWorkspaceNamesConnections(t *testing.T) {
	s := pgtest.New(t)
	standard, ofGlob, ofLine := s.Database(t), s.Database(t), s.Database(t)
	p, data := newProject(t), t.TempDir()
	p.write(".tusk.toml", `default = "standard"
[[paths]]
glob = "migrations/**"
connection = "of the glob"
read_only = true
`)
	settings := map[string]any{}
	e := p.editor(&user{}, data, settings)
	add(t, e, "standard", standard)
	add(t, e, "of the glob", ofGlob)
	add(t, e, "of the line", ofLine)
	for name, want := range map[string]*pgtest.Database{"a.sql": standard, "migrations/one.sql": ofGlob} {
		e.Open(p.uri(name), "select current_database()")
		if got := database(t, e, p.uri(name)); got != want.Name {
			t.Errorf("%s runs on %s, want %s", name, got, want.Name)
		}
	}
	e.Open(p.uri("migrations/two.sql"), "-- tusk: connection=\"of the line\"\nselect current_database(); create table t ()")
	r := execute(t, e, map[string]any{"uri": p.uri("migrations/two.sql"), "scope": "file"})
	if got := *r.Results[0].Result.Rows[0][0]; got != ofLine.Name {
		t.Errorf("the modeline leads to %s, want %s", got, ofLine.Name)
	}
	if write := r.Results[1].Error; write == nil || write.Code != "25006" {
		t.Errorf("the glob's read_only does not hold: %+v", r.Results[1])
	}

	// What the user chooses for a file counts before what the workspace says.
	e.Command("tusk.connection.use", nil, map[string]any{"name": "of the glob", "uri": p.uri("a.sql")})
	if got := database(t, e, p.uri("a.sql")); got != ofGlob.Name {
		t.Errorf("after the user's choice a.sql runs on %s", got)
	}
}

func TestWorkspaceIsNotTrustedUnasked(t *testing.T) {
	db, standard := pgtest.New(t).Database(t), pgtest.New(t).Database(t)
	p, data := newProject(t), t.TempDir()
	p.write(".tusk.toml", "default = \"theirs\"\n"+described("theirs", db))
	const file = "a.sql"
	settings := on(standard)
	opened := func(u *user) *lsptest.Editor {
		e := p.editor(u, data, settings)
		e.Open(p.uri(file), "select current_database()")
		return e
	}

	no := &user{}
	e := opened(no)
	if got := database(t, e, p.uri(file)); got != standard.Name {
		t.Errorf("without the user's word the document runs on %s", got)
	}
	if got := no.questions(); len(got) != 1 || !strings.Contains(got[0], ".tusk.toml") || !strings.Contains(got[0], db.Username+"@127.0.0.1") {
		t.Errorf("the user was asked %q", got)
	}
	e.Exit()

	// The answer is kept, until another is given or the file is another one.
	again := &user{button: "Connect", secrets: []any{map[string]any{"secret": db.Password}}}
	e = opened(again)
	if got := database(t, e, p.uri(file)); got != standard.Name || len(again.questions()) != 0 {
		t.Errorf("the second time it runs on %s, asked %q", got, again.questions())
	}
	e.Command("tusk.workspace.trust", nil)
	if got := database(t, e, p.uri(file)); got != db.Name || len(again.questions()) != 0 {
		t.Errorf("trusted, it runs on %s, asked %q", got, again.questions())
	}
	e.Exit()

	// What the user chose for the file leaves nothing to ask.
	assigned := &user{}
	e = p.editor(assigned, t.TempDir(), settings)
	add(t, e, "mine", standard)
	e.Command("tusk.connection.use", nil, map[string]any{"name": "mine", "uri": p.uri("")})
	e.Open(p.uri(file), "select current_database()")
	if got := database(t, e, p.uri(file)); got != standard.Name || len(assigned.questions()) != 0 {
		t.Errorf("assigned, it runs on %s, asked %q", got, assigned.questions())
	}
	e.Exit()

	p.write(".tusk.toml", "default = \"theirs\"\n"+described("theirs", db)+"color = \"#00ff00\"\n")
	changed := &user{}
	e = opened(changed)
	if got := database(t, e, p.uri(file)); got != standard.Name || len(changed.questions()) != 1 {
		t.Errorf("after a change it runs on %s, asked %q", got, changed.questions())
	}
}

// What a workspace says of the user's own connection makes it stricter, and leads
// nowhere else.
func TestWorkspaceRaisesTheGuardOfAConnection(t *testing.T) {
	db := pgtest.New(t).Database(t, `create table t (a int); insert into t values (1)`)
	p := newProject(t)
	p.write("live/.tusk.toml", "default = \"shop\"\n[connections.shop]\nenvironment = \"production\"\n")
	p.write("strict/.tusk.toml", "default = \"shop\"\n[connections.shop]\nconfirm = \"refuse\"\n")
	u := &user{}
	e := p.editor(u, t.TempDir(), nil)
	add(t, e, "shop", db)
	for name, want := range map[string]string{"live/a.sql": "was not confirmed", "strict/a.sql": "refused here", "a.sql": ""} {
		e.Open(p.uri(name), "begin; delete from t; rollback")
		if name == "a.sql" { // in no workspace file's folder
			e.Command("tusk.connection.use", nil, map[string]any{"name": "shop", "uri": p.uri(name)})
		}
		r := execute(t, e, map[string]any{"uri": p.uri(name), "scope": "file"})
		got := ""
		if failed := r.Results[1].Error; failed != nil {
			got = failed.Message
		}
		if !strings.Contains(got, want) || (got == "") != (want == "") {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := u.questions(); len(got) != 1 || !strings.Contains(got[0], "deletes every row of t: 1 row. Run it on shop") {
		t.Errorf("the user was asked %q", got)
	}
}

// A workspace that redirects the user's own connection gets no secret and does
// not change it.
func TestWorkspaceCannotTakeASecret(t *testing.T) {
	db := pgtest.New(t).Database(t)
	p := newProject(t)
	c := db.Config()
	p.write(".tusk.toml", fmt.Sprintf("default = \"shop\"\n[connections.shop]\nhost = \"localhost\"\nport = %d\ndatabase = %q\nusername = %q\nssl_mode = \"disable\"\n",
		c.Port, c.Database, c.Username))
	e := p.editor(&user{button: "Connect"}, t.TempDir(), nil)
	add(t, e, "shop", db)
	e.Open(p.uri("a.sql"), "select 1")
	if err := e.CommandError("tusk.execute", map[string]any{"uri": p.uri("a.sql"), "wait": true}); !strings.Contains(err.Message, "none is known") {
		t.Errorf("the workspace's connection of the same name: %v", err)
	}
	e.Command("tusk.connection.use", nil, map[string]any{"name": "shop", "uri": p.uri("b.sql")})
}

func TestBrokenWorkspaceFileIsTold(t *testing.T) {
	standard := pgtest.New(t).Database(t)
	p := newProject(t)
	p.write(".tusk.toml", "default = \"x\"\n[connections.x]\nhost = \"h\"\npassword = \"s3cret\"\n")
	e := p.editor(&user{}, t.TempDir(), on(standard))
	e.Open(p.uri("a.sql"), "create table t ()")
	r := execute(t, e, map[string]any{"uri": p.uri("a.sql")})
	if got := r.Results[0].Error; got == nil || got.Code != "25006" {
		t.Errorf("a document whose rules cannot be read may write: %+v", r.Results[0])
	}
	told := false
	for _, m := range e.Log() {
		if m.Method == "window/showMessage" {
			told = told || strings.Contains(string(m.Raw), ".tusk.toml:4")
			if strings.Contains(string(m.Raw), "s3cret") {
				t.Errorf("the message repeats the secret: %s", m.Raw)
			}
		}
	}
	if !told {
		t.Error("nobody was told where the file is wrong")
	}
}

func TestDotEnvOnlyWhenAllowed(t *testing.T) {
	db := pgtest.New(t).Database(t)
	c := db.Config()
	for name, text := range map[string]string{
		"a URL":             "DATABASE_URL=" + db.URL() + "\n",
		"libpq's variables": fmt.Sprintf("PGHOST=%s\nPGPORT=%d\nPGDATABASE=%s\nPGUSER=%s\nexport PGPASSWORD='%s'\n", c.Host, c.Port, c.Database, c.Username, db.Password),
	} {
		t.Run(name, func(t *testing.T) { testDotEnv(t, db, text) })
	}
}

func testDotEnv(t *testing.T, db *pgtest.Database, text string) {
	p := newProject(t)
	p.write(".env", text)
	u := &user{button: "Connect"}
	e := p.editor(u, t.TempDir(), nil)
	e.Open(p.uri("a.sql"), "select current_database()")
	if err := e.CommandError("tusk.execute", map[string]any{"uri": p.uri("a.sql"), "wait": true}); !strings.Contains(err.Message, "no database connection") {
		t.Errorf("without the setting: %v", err)
	}
	e.Configure("tusk", map[string]any{"dotEnv": true})
	eventually(t, "the choice", func() bool { return len(u.questions()) == 1 })
	if got := database(t, e, p.uri("a.sql")); got != db.Name {
		t.Errorf("runs on %s", got)
	}
}
