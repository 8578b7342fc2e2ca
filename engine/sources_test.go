package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// address writes what matters of a source.
func address(s engine.Source) string {
	c := s.Config
	return fmt.Sprintf("%s@%s:%d/%s %s password %q", c.Username, c.Host, c.Port, c.Database, c.SSLMode, s.Password.Reveal())
}

func TestFromURL(t *testing.T) {
	for url, want := range map[string]string{
		`postgres://joe@db/shop`:                                  `joe@db:5432/shop prefer password ""`,
		`postgresql://joe:s%40fe@db:6543/shop?sslmode=require`:    `joe@db:6543/shop require password "s@fe"`,
		`postgres://joe@[::1]:5433/a%20b`:                         `joe@::1:5433/a b prefer password ""`,
		`postgres:///shop?host=/run/pg&port=5433&user=joe`:        `joe@/run/pg:5433/shop prefer password ""`,
		`postgres://joe@db`:                                       `joe@db:5432/joe prefer password ""`,
		`postgres://joe@db/shop?sslmode=allow&password=p`:         `joe@db:5432/shop prefer password "p"`,
		`postgres://joe@db/shop?sslmode=verify-full&schema=other`: `joe@db:5432/shop verify-full password ""`,
	} {
		source, err := engine.FromURL("x", url, "a test")
		if err != nil {
			t.Errorf("%s: %v", url, err)
		} else if got := address(source); got != want {
			t.Errorf("%s is %s, want %s", url, got, want)
		}
	}
}

// Another address leaves what no connection string can say.
func TestAURLLeavesTheGuards(t *testing.T) {
	base := tusk.ConnectionConfig{
		ID: uuid.New(), Name: "shop", Host: "old", Port: 1, Database: "d", Username: "u", SSLMode: tusk.SSLDisable, Color: "#cc0000",
		Options: tusk.ConnectionOptions{ConnectTimeoutSecs: 3, StatementTimeoutSecs: 9, LockTimeoutSecs: 5, ReadOnly: true, ManualCommit: true,
			Environment: tusk.Production, Confirm: tusk.ConfirmWrites, ApplicationName: "mine"},
	}
	for url, change := range map[string]func(*tusk.ConnectionConfig){
		`postgres://joe@db/shop?sslmode=require`: func(*tusk.ConnectionConfig) {},
		`postgres://joe@db/shop?sslmode=require&application_name=other&connect_timeout=4`: func(c *tusk.ConnectionConfig) {
			c.Options.ApplicationName, c.Options.ConnectTimeoutSecs = "other", 4
		},
	} {
		source, err := engine.FromURL("x", url, "a test")
		if err != nil {
			t.Fatal(err)
		}
		want := base
		want.Host, want.Port, want.Database, want.Username, want.SSLMode = "db", 5432, "shop", "joe", tusk.SSLRequire
		change(&want)
		if got := source.Over(base); got != want {
			t.Errorf("%s gives %+v\nwant %+v", url, got, want)
		}
	}
}

func TestBadURLsAreToldWithoutTheirPassword(t *testing.T) {
	for _, url := range []string{
		`mysql://joe:hunter2@db/shop`,
		`postgres://joe:hunter2@db:port/shop`,
		`postgres://joe:hunter2%zz@db/shop`,
		`postgres://joe:hunter2#x@db/shop`,
		`postgres://joe:hunter2@a,b/shop`,
		`postgres://joe:hunter2@db/shop?port=x`,
		`postgres://joe:hunter2@db/shop?sslmode=maybe`,
		"postgres://joe:hunter2@db/shop\x7f",
		`hunter2`,
		`host=db password='hunter2`,
		`host=a,b password=hunter2`,
		`host=db port=x password=hunter2`,
		`postgres:shop?password=hunter2`,
	} {
		if _, err := engine.FromURL("x", url, "DATABASE_URL"); err == nil {
			t.Errorf("%s was taken", url)
		}
		_, err := engine.FromConninfo("x", url, "DATABASE_URL")
		e := wantCategory(t, err, tusk.Connection)
		if text := fmt.Sprintf("%v %+v", err, e.Info()); strings.Contains(text, "hunter2") {
			t.Errorf("the password is in %s", text)
		}
	}
}

func TestFromConninfo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "services")
	if err := os.WriteFile(file, []byte("[shop]\nhost=from-the-service\ndbname=shop\nuser=ada\npassword=s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PGSERVICEFILE", file)
	for text, want := range map[string]string{
		`host=db user=joe dbname=shop`:                                      `joe@db:5432/shop prefer password ""`,
		`host = db user=joe password='a b\'c\\d' port=6543 sslmode=require`: `joe@db:6543/joe require password "a b'c\\d"`,
		`hostaddr=10.0.0.1 user=joe`:                                        `joe@10.0.0.1:5432/joe prefer password ""`,
		`service=shop`:                                                      `ada@from-the-service:5432/shop prefer password "s3cret"`,
		`service=shop user=joe`:                                             `joe@from-the-service:5432/shop prefer password "s3cret"`,
		`postgres://joe@db/shop`:                                            `joe@db:5432/shop prefer password ""`,
	} {
		source, err := engine.FromConninfo("x", text, "a test")
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := address(source); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	state := newState(t)
	source, ok, err := state.Resolve(t.Context(), "shop", nil, os.Getenv)
	if err != nil || !ok || source.Origin != "service shop" || source.Config.Host != "from-the-service" {
		t.Errorf("by the service's name: %+v, %v, %v", source, ok, err)
	}
	if _, _, err := state.Resolve(t.Context(), "nothing", nil, os.Getenv); err == nil {
		t.Error("a name that nobody has was found")
	}
}

func TestSameURLIsTheSameConnection(t *testing.T) {
	id := func(url string) string {
		source, err := engine.FromURL("x", url, "a test")
		if err != nil {
			t.Fatal(err)
		}
		return source.Config.ID.String()
	}
	if id(`postgres://joe:one@db/shop`) != id(`postgresql://joe:two@db:5432/shop?sslmode=require`) {
		t.Error("one address has two ids")
	}
	if id(`postgres://joe@db/shop`) == id(`postgres://joe@db/other`) {
		t.Error("two databases have one id")
	}
}

func TestFromEnvironment(t *testing.T) {
	services := filepath.Join(t.TempDir(), "services")
	if err := os.WriteFile(services, []byte("[shop]\nhost=db\nport=6000\ndbname=shop\nuser=ann\npassword=p\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ environment, want, origin string }{
		{`PGHOST=db PGUSER=joe`, `joe@db:5432/joe prefer password ""`, "libpq environment"},
		{`PGDATABASE=shop PGHOST=db PGUSER=joe PGPORT=5433 PGPASSWORD=p PGSSLMODE=require`, `joe@db:5433/shop require password "p"`, "libpq environment"},
		{`PGSERVICE=shop PGSERVICEFILE=` + services, `ann@db:6000/shop prefer password "p"`, "service shop"},
		{`PGSERVICE=shop PGUSER=joe PGSSLMODE=disable PGSERVICEFILE=` + services, `ann@db:6000/shop disable password "p"`, "service shop"},
		{`PGUSER=joe`, "", ""},
		{``, "", ""},
	} {
		source, found, err := engine.FromEnvironment(environment(test.environment))
		switch {
		case err != nil:
			t.Errorf("%s: %v", test.environment, err)
		case found != (test.want != ""):
			t.Errorf("%s: found %v", test.environment, found)
		case found && (address(source) != test.want || source.Origin != test.origin):
			t.Errorf("%s is %s (%s), want %s (%s)", test.environment, address(source), source.Origin, test.want, test.origin)
		}
	}
	for _, bad := range []string{
		`PGSERVICE=shop PGSERVICEFILE=/no/such/file`,
		`PGSERVICE=other PGSERVICEFILE=` + services,
		`PGHOST=db PGPORT=x`,
		`PGHOST=db PGSSLMODE=maybe`,
	} {
		_, _, err := engine.FromEnvironment(environment(bad))
		wantCategory(t, err, tusk.Connection)
	}
}

// environment makes a getenv of NAME=value pairs.
func environment(pairs string) func(string) string {
	return func(name string) string {
		for pair := range strings.FieldsSeq(pairs) {
			if key, value, _ := strings.Cut(pair, "="); key == name {
				return value
			}
		}
		return ""
	}
}

func TestResolveTakesTheFirstSource(t *testing.T) {
	state := newState(t)
	given, err := engine.FromURL("mine", `postgres://joe@db/mine`, "settings")
	if err != nil {
		t.Fatal(err)
	}
	check := func(name, env, origin string) {
		t.Helper()
		source, found, err := state.Resolve(t.Context(), name, []engine.Source{given}, environment(env))
		if err != nil || found != (origin != "") || source.Origin != origin {
			t.Errorf("%q with %q comes from %q, %v, want %q", name, env, source.Origin, err, origin)
		}
	}
	check("mine", `DATABASE_URL=postgres://joe@db/x`, "settings")
	check("", `DATABASE_URL=postgres://joe@db/x PGHOST=db`, "DATABASE_URL")
	check("", `PGHOST=db PGUSER=joe`, "libpq environment")
	check("", "", "")
	_, _, err = state.Resolve(t.Context(), "unknown", nil, environment(""))
	wantCategory(t, err, tusk.Storage)
}

// A connection that nobody saved has its history, and is in no list of saved ones.
func TestEphemeralConnection(t *testing.T) {
	db := pgtest.New(t).Database(t)
	state := newState(t)
	source, err := engine.FromURL("x", db.URL(), "DATABASE_URL")
	if err != nil {
		t.Fatal(err)
	}
	id := open(t, state, source)
	if err := state.Connect(t.Context(), source.Config.ID); err != nil {
		t.Fatal(err)
	}
	must(t, state, id, "doc", `select 1`)
	saved, err := state.Saved(t.Context())
	if err != nil || len(saved) != 0 {
		t.Errorf("saved: %v, %v", saved, err)
	}
}
