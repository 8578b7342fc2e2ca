package replay_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/replay"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// empty is a database with the schema public and nothing in it, not even types.
func empty() *schema.Catalog {
	return schema.New(schema.Contents{
		ServerVersion: 180000,
		SearchPath:    []string{"$user", "public"},
		Schemas:       []schema.Schema{{Object: schema.Object{Name: "public"}}},
	})
}

// tables lists the relations of a catalog with their columns: public.t(a integer).
func tables(c *schema.Catalog) string {
	var all []string
	for r := range c.Relations() {
		var columns []string
		for _, column := range r.Columns {
			columns = append(columns, strings.TrimSpace(column.Name+" "+column.Type))
		}
		all = append(all, r.Schema+"."+r.Name+"("+strings.Join(columns, ", ")+")")
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestRun(t *testing.T) {
	for _, test := range []struct{ name, script, want, problems string }{
		{"a table", `CREATE TABLE t (a int, "B b" text)`, `public.t(a int, B b text)`, ``},
		{"what is there stays", `CREATE TABLE t (a int); CREATE TABLE t (b int)`, `public.t(a int)`, `t: relation "t" already exists`},
		{"but with IF NOT EXISTS silently", `CREATE TABLE t (a int); CREATE TABLE IF NOT EXISTS t (b int)`, `public.t(a int)`, ``},
		{"all of an ALTER TABLE or nothing", `CREATE TABLE t (a int); ALTER TABLE t ADD b int, DROP c`, `public.t(a int)`, `c: column "c" of relation "t" does not exist`},
		{"nothing to drop", `DROP TABLE t; DROP TABLE IF EXISTS t`, ``, `t: relation "t" does not exist`},
		{"rolled back", `BEGIN; CREATE TABLE t (a int); SAVEPOINT s; CREATE TABLE u (a int); ROLLBACK TO s; COMMIT; START TRANSACTION; DROP TABLE t; ROLLBACK`, `public.t(a int)`, ``},
		{"the search_path", `CREATE SCHEMA s; SET search_path TO s, public; CREATE TABLE t (a int); RESET search_path; CREATE TABLE t (b int)`, `public.t(b int) s.t(a int)`, ``},
		{"SET LOCAL", `CREATE SCHEMA s; BEGIN; SET LOCAL search_path = s; CREATE TABLE t (a int); COMMIT; CREATE TABLE u ()`, `public.u() s.t(a int)`, ``},
		{"as a dump has it", `SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.t (a int); CREATE TABLE u (a int)`, `public.t(a int)`, `u: no schema has been selected to create in`},
		{"a schema from elsewhere", `CREATE TABLE auth.users (id uuid)`, `auth.users(id uuid)`, `auth.users: schema "auth" does not exist`},
		{"a table from elsewhere", `CREATE TABLE t (a int REFERENCES auth.users)`, `public.t(a int)`, `auth.users: relation "auth.users" does not exist`},
		{"CREATE SCHEMA with its tables", `CREATE SCHEMA s CREATE TABLE t (a int) CREATE VIEW v AS SELECT a AS b FROM t; CREATE TABLE u ()`, `public.u() s.t(a int) s.v(b int)`, ``},
		{"columns of a query", `CREATE TABLE t (a int, b text); CREATE VIEW v AS SELECT *, a AS c, t.b, (SELECT b FROM t LIMIT 1), 'x' FROM t`,
			`public.t(a int, b text) public.v(a int, b text, c int, b text, b text, ?column? text)`, ``},
		{"columns of joins", `CREATE TABLE t (a int, b int); CREATE TABLE u (b int, c int); CREATE VIEW v AS WITH w (x) AS (SELECT c FROM u) SELECT * FROM t JOIN u USING (b), w`,
			`public.t(a int, b int) public.u(b int, c int) public.v(b int, a int, c int, x int)`, ``},
		{"half written", `CREATE TABLE t (a int, b `, `public.t(a int, b)`, ``},
		{"SELECT INTO", `CREATE TABLE t (a int); SELECT a AS b INTO u FROM t`, `public.t(a int) public.u(b int)`, ``},
		{"a temporary table hides another", `CREATE TABLE t (a int); CREATE TEMP TABLE t (b int); ALTER TABLE t ADD c int`, `pg_temp.t(b int, c int) public.t(a int)`, ``},
		{"ON COMMIT DROP", `BEGIN; CREATE TEMP TABLE t (a int) ON COMMIT DROP; COMMIT; CREATE TEMP TABLE u (a int) ON COMMIT DROP`, ``, ``},
		{"a DO block is not run", `DO $$ BEGIN EXECUTE 'CREATE TABLE t ()'; END $$; DO $$ BEGIN PERFORM 1; END $$`, ``,
			`DO $$ BEGIN EXECUTE 'CREATE TABLE t ()'; END $$: what a DO block does is not known before it runs`},
		{"an unknown extension", `CREATE EXTENSION postgis; DROP EXTENSION postgis`, ``, `postgis: what is in extension "postgis" is not known`},
		{"CASCADE", `CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v; CREATE TABLE u (t t); DROP TABLE t CASCADE`, `public.u()`, ``},
	} {
		t.Run(test.name, func(t *testing.T) {
			session := replay.New(empty(), replay.Options{})
			problems := strings.Join(run(session, test.script), "; ")
			if got := tables(session.Catalog()); got != test.want || problems != test.problems {
				t.Errorf("%s\n got %s\nwant %s\n got problems %s\nwant          %s", test.script, got, test.want, problems, test.problems)
			}
		})
	}
}

// The end of a connection leaves what is committed.
func TestDisconnect(t *testing.T) {
	session := replay.New(empty(), replay.Options{})
	run(session, `CREATE TABLE t (a int); CREATE TEMP TABLE u (a int); SET search_path = ''; BEGIN; DROP TABLE public.t`)
	session.Disconnect()
	if got := tables(session.Catalog()); got != `public.t(a int)` || session.Catalog().Resolve("t") == nil {
		t.Errorf("got %s, search_path %q", got, session.Catalog().SearchPath())
	}
}

// What the script defines stands for what the database has of that name.
func TestScriptStandsBeforeTheDatabase(t *testing.T) {
	below := schema.New(schema.Contents{
		SearchPath: []string{"public"},
		Schemas:    []schema.Schema{{Object: schema.Object{Name: "public"}}},
		Relations:  []schema.Relation{{Object: schema.Object{Schema: "public", Name: "t"}, Columns: []schema.Column{{Name: "old"}}}},
	})
	session := replay.New(below, replay.Options{})
	if problems := run(session, `CREATE TABLE t (new int); CREATE TABLE IF NOT EXISTS t (newer int)`); len(problems) > 0 {
		t.Error(problems)
	}
	if got := tables(session.Catalog()); got != `public.t(new int)` {
		t.Error(got)
	}
	if got := tables(below); got != `public.t(old)` {
		t.Errorf("the catalog below has changed: %s", got)
	}
}

// An extension's objects come with it, in the schema that it is made in.
func TestCreateExtension(t *testing.T) {
	known := func(name string) (schema.Contents, bool) {
		return schema.Contents{
			Extensions: []schema.Extension{{Object: schema.Object{Schema: "public", Name: "citext"}, Version: "1.6", Installed: true}},
			Types:      []schema.Type{{Object: schema.Object{Schema: "public", Name: "citext", Extension: "citext"}}},
			Functions: []schema.Function{{Object: schema.Object{Schema: "public", Name: "lower", Extension: "citext"},
				Arguments: []schema.Argument{{Type: "public.citext"}}, Result: "public.citext"}},
		}, name == "citext"
	}
	session := replay.New(empty(), replay.Options{Extension: known})
	if problems := run(session, `CREATE SCHEMA x; CREATE EXTENSION citext SCHEMA x; CREATE TABLE t (a x.citext)`); len(problems) > 0 {
		t.Error(problems)
	}
	c := session.Catalog()
	if c.Extension("citext").Version != "1.6" || c.Type("x", "citext") == nil || c.Function("x", "lower", "x.citext").Result != "x.citext" {
		t.Error("the extension's objects are not in schema x")
	}
	run(session, `DROP EXTENSION citext`)
	if c := session.Catalog(); c.Type("x", "citext") != nil || c.Extension("citext") != nil {
		t.Error("the extension's objects are there after DROP EXTENSION")
	}
}

// Each text without one of its tokens is played without a panic, and so is each
// beginning of it.
func TestDeletions(t *testing.T) {
	tokens := lex.Lex(shop, lex.Options{})
	step := max(len(tokens)/200, 1)
	for i := 0; i < len(tokens); i += step {
		run(replay.New(empty(), replay.Options{}), shop[:tokens[i].Start]+shop[tokens[i].End:])
		run(replay.New(empty(), replay.Options{}), shop[:tokens[i].End])
	}
}

func FuzzRun(f *testing.F) {
	f.Add(shop)
	for _, statement := range sql.New(shop).Statements() {
		f.Add(statement.Text())
	}
	f.Fuzz(func(t *testing.T, script string) {
		session := replay.New(empty(), replay.Options{})
		run(session, "CREATE TABLE t (a int, b text); CREATE VIEW v AS SELECT * FROM t;")
		run(session, script)
		session.Disconnect()
		for o := range session.Catalog().Objects() {
			if o.QualifiedName().Schema == "pg_temp" {
				t.Errorf("%v outlives its session", o.QualifiedName())
			}
		}
	})
}

func BenchmarkRun(b *testing.B) {
	var statements []tree.Node
	for _, statement := range sql.New(shop).Statements() {
		statements = append(statements, tree.Of(statement, shop).Statement())
	}
	origin := &schema.Origin{Path: "shop.sql"}
	b.ReportAllocs()
	for b.Loop() {
		session := replay.New(empty(), replay.Options{})
		for _, statement := range statements {
			session.Run(statement, origin)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(statements)), "µs/statement")
}
