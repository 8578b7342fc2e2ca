package introspect_test

import (
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
)

// Objects that come and go while they are read do no harm: a load gives a
// catalog, or in the worst case the server's complaint, and the connection
// serves the next one.
func TestLoadInAStormOfDDL(t *testing.T) {
	db := pgtest.New(t).Database(t, setup)
	conn, other := db.Conn(t), db.Conn(t)
	stop, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			select {
			case <-stop:
				ended <- nil
				return
			default:
			}
			_, err := other.Exec(t.Context(), `CREATE TABLE gone (a int DEFAULT 1 CHECK (a > 0), b text UNIQUE); CREATE VIEW gone_too AS SELECT a FROM gone;
				CREATE INDEX ON gone ((a + 1)); DROP TABLE gone CASCADE`)
			if err != nil {
				ended <- err
				return
			}
		}
	}()
	loaded := 0
	for range 10 {
		c, err := introspect.Load(t.Context(), conn, introspect.Options{})
		if err != nil {
			t.Log(err)
			continue
		}
		loaded++
		equal(t, "what nobody touched", len(c.Relation("shop", "orders").Columns), 5)
	}
	close(stop)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	equal(t, "some loads came through", loaded > 0, true)
	equal(t, "after the storm", load(t, db).Relation("public", "gone") == nil, true)
}

func TestNamesOfEveryKindOfCharacter(t *testing.T) {
	names := []string{`a"b`, "line\nfeed", `back\slash`, "😀 ä", strings.Repeat("n", 63), " ", "SELECT", "{a,b}", "tab\t'quote'"}
	quoted := func(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
	var script strings.Builder
	for _, name := range names {
		q := quoted(name)
		script.WriteString("CREATE SCHEMA " + q + "; CREATE TYPE " + q + ".e AS ENUM ('x'); CREATE TABLE " + q + "." + q + " (" + q + " int PRIMARY KEY, e " + q + ".e);" +
			"CREATE FUNCTION " + q + "." + q + "(" + q + " " + q + ".e) RETURNS int LANGUAGE sql AS 'SELECT 1';")
	}
	c := load(t, pgtest.New(t).Database(t, script.String()))
	for _, name := range names {
		r := c.Relation(name, name)
		if r == nil {
			t.Errorf("%q is missing", name)
			continue
		}
		equal(t, "column", r.Columns[0].Name, name)
		equal(t, "key", strings.Join(r.PrimaryKey().Columns, ","), name)
		for f := range c.FunctionsWithPrefix(name, name) {
			equal(t, "argument", f.Arguments[0].Name, name)
			equal(t, "argument's type", f.Arguments[0].Type, r.Columns[1].Type)
		}
	}
}
