package ddl_test

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/ddl"
	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
	"github.com/tusk-lsp/tusk-lsp/sql"
)

//go:embed testdata/setup.sql
var setup string

// What a database is made of can be written, run in an empty one, and read
// again: both are the same to introspection and to pg_dump.
func TestDatabase(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		compare(t, s, everything(t, s))
	})
}

// everything gives a database with every kind of object.
func everything(t *testing.T, s *pgtest.Server) *pgtest.Database {
	t.Helper()
	db := s.Database(t)
	for _, failure := range runAll(t, db.Conn(t), "", setup) {
		t.Fatal(failure)
	}
	return db
}

// Names without their schema mean the same where it is on the search path.
func TestDatabaseUnqualified(t *testing.T) {
	s := pgtest.New(t)
	catalog, account := load(t, everything(t, s))
	text, err := ddl.Database(catalog, ddl.Options{Unqualified: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	rebuilt := s.Database(t)
	for _, failure := range runAll(t, rebuilt.Conn(t), "shop", text) {
		t.Error(failure)
	}
	_, again := load(t, rebuilt)
	equal(t, difference(account, again), "")
	if left := strings.Count(text, "shop."); left > strings.Count(setup, "shop.")/20 {
		t.Errorf("%d names have their schema still:\n%s", left, text)
	}
}

// One schema, made again in a database that has the others.
func TestSchema(t *testing.T) {
	s := pgtest.New(t)
	db := s.Database(t, `
		CREATE SCHEMA other; CREATE TABLE other.kept (id int PRIMARY KEY);
		CREATE SCHEMA shop; CREATE TABLE shop.orders (id serial PRIMARY KEY, k int REFERENCES other.kept);
		CREATE VIEW shop.recent AS SELECT * FROM shop.orders;
		ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO PUBLIC;
		ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC`)
	catalog, account := load(t, db)
	text, err := ddl.Schema(catalog, "shop", ddl.Options{NoOwner: true})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, text, `
SET check_function_bodies = off;
CREATE SCHEMA shop;

CREATE TABLE shop.orders (
    id serial,
    k integer,
    CONSTRAINT orders_pkey PRIMARY KEY (id)
);

CREATE VIEW shop.recent AS
 SELECT id,
    k
   FROM shop.orders;

ALTER TABLE shop.orders ADD CONSTRAINT orders_k_fkey FOREIGN KEY (k) REFERENCES other.kept(id);
ALTER DEFAULT PRIVILEGES FOR ROLE `+catalog.Schema("shop").Owner+` IN SCHEMA shop GRANT SELECT ON TABLES TO PUBLIC;
`)
	db.Exec(t, "DROP SCHEMA shop CASCADE")
	for _, failure := range runAll(t, db.Conn(t), "", text) {
		t.Error(failure)
	}
	_, again := load(t, db)
	equal(t, difference(account, again), "")
}

// The DDL of a table by itself makes it again where all else is there.
func TestTables(t *testing.T) {
	s := pgtest.New(t)
	db := everything(t, s)
	catalog, _ := load(t, db)
	conn := db.Conn(t)
	tried := 0
	for r := range catalog.Relations() {
		if schema.System(r.Schema) || r.Kind == schema.Sequence || r.PartitionOf().Name != "" {
			continue
		}
		kind := strings.ToUpper(strings.TrimPrefix(r.Kind.String(), "partitioned "))
		if _, err := conn.Exec(t.Context(), "BEGIN"); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "DROP "+kind+" "+pgx.Identifier{r.Schema, r.Name}.Sanitize()); err == nil { // nothing else needs it
			tried++
			for _, failure := range runAll(t, conn, "", of(t, catalog, r, ddl.Options{})) {
				t.Errorf("%s: %s", r.Name, failure)
			}
		}
		if _, err := conn.Exec(t.Context(), "ROLLBACK"); err != nil {
			t.Fatal(err)
		}
	}
	if tried < 10 {
		t.Errorf("only %d tables were tried", tried)
	}
}

// Roles, their settings and their memberships can be made again on another
// server.
func TestRoles(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		original, copied := s.Dedicated(t, nil), s.Dedicated(t, nil)
		db, again := original.Database(t, `
			CREATE ROLE staff NOINHERIT CREATEDB;
			CREATE ROLE "Größe 😀" WITH LOGIN CONNECTION LIMIT 5 VALID UNTIL '2030-01-01 00:00:00+00' CREATEROLE REPLICATION BYPASSRLS PASSWORD 'secret';
			COMMENT ON ROLE staff IS 'it''s all of us';
			CREATE ROLE anna LOGIN;
			CREATE ROLE boss SUPERUSER;
			CREATE ROLE nobody CONNECTION LIMIT 0;
			ALTER ROLE anna SET search_path = "$user", 'a b', public;
			ALTER ROLE anna SET work_mem = '8MB';
			GRANT staff TO "Größe 😀" WITH ADMIN OPTION;
			GRANT pg_monitor TO anna;
			SET ROLE "Größe 😀";
			GRANT staff TO anna;
			RESET ROLE;
			GRANT staff TO nobody GRANTED BY `+quoted(original.Username)), copied.Database(t)
		catalog, _ := load(t, db)
		for _, failure := range runAll(t, again.Conn(t), "", ddl.Roles(catalog, ddl.Options{})) {
			t.Error(failure)
		}
		remade, _ := load(t, again)
		equal(t, roles(t, remade), roles(t, catalog))
		if dump := program(t, "pg_dumpall", s.Major); dump != "" {
			arguments := []string{"--roles-only", "--no-role-passwords", "--dbname"}
			if d := difference(output(t, dump, append(arguments, db.URL())...), output(t, dump, append(arguments, again.URL())...)); d != "" {
				t.Errorf("pg_dumpall of the copy differs:\n%s", d)
			}
		}
	})
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// roles writes all that a catalog says of roles.
func roles(t *testing.T, c *schema.Catalog) string {
	t.Helper()
	var b strings.Builder
	for r := range c.Roles() {
		alike := *r
		alike.OID = 0
		line, err := json.Marshal(alike)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	return b.String()
}

// compare rebuilds a database and reports where the copy differs.
func compare(t *testing.T, s *pgtest.Server, original *pgtest.Database) {
	t.Helper()
	catalog, account := load(t, original)
	text, err := ddl.Database(catalog, ddl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rebuilt := s.Database(t)
	for _, failure := range runAll(t, rebuilt.Conn(t), "", text) {
		t.Error(failure)
	}
	_, again := load(t, rebuilt)
	if d := difference(account, again); d != "" {
		t.Errorf("the catalog of the copy differs:\n%s", d)
	}
	if dump := program(t, "pg_dump", s.Major); dump != "" {
		if d := difference(output(t, dump, "--schema-only", original.URL()), output(t, dump, "--schema-only", rebuilt.URL())); d != "" {
			t.Errorf("pg_dump of the copy differs:\n%s", d)
		}
	}
}

// load reads a catalog. The account tells what users made in it in lines, without
// what no DDL can bring back.
func load(t *testing.T, db *pgtest.Database) (catalog *schema.Catalog, account string) {
	t.Helper()
	catalog, err := introspect.Load(t.Context(), db.Conn(t), introspect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for object := range catalog.Objects() {
		content, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(content, &fields); err != nil {
			t.Fatal(err)
		}
		if oid, _ := fields["OID"].(float64); oid < schema.FirstUserOID && fields["Name"] != "public" {
			continue // initdb made it
		}
		switch o := object.(type) {
		case *schema.Role, *schema.Database, *schema.Tablespace, *schema.Subscription:
			continue // the server's, or secret
		case *schema.Operator:
			if o.Function.Name == "" {
				continue // but another one's commutator, of which nothing else is left
			}
		case *schema.Relation:
			// As in a dump, what a partition's foreign key was called before it was
			// attached is lost.
			for i, k := range o.Constraints {
				if k.Kind == schema.ForeignKey && k.Inherited {
					fields["Constraints"].([]any)[i].(map[string]any)["Name"] = ""
				}
			}
		}
		facts(&b, fmt.Sprintf("%T %v.%v", object, fields["Schema"], fields["Name"]), fields)
	}
	return catalog, b.String()
}

// facts writes a value of JSON without OIDs, the numbers of columns, what is
// empty, and what only rows have brought about. The order of columns counts but where it comes from parents.
func facts(b *strings.Builder, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, part := range v {
			if key != "OID" && key != "TypeOID" && key != "ArrayOID" && key != "Attnum" && key != "EstimatedRows" && key != "Bytes" && key != "Missing" {
				facts(b, path+"."+key, part)
			}
		}
	case []any:
		var names []string
		inherited := false
		for i, part := range v {
			place := strconv.Itoa(i)
			if fields, ok := part.(map[string]any); ok && fields["Name"] != nil {
				place = fmt.Sprint(fields["Name"])
				names = append(names, place)
				inherited = inherited || fields["Inherited"] == true
			}
			facts(b, path+"["+place+"]", part)
		}
		if !inherited {
			fmt.Fprintf(b, "%s: %d %q\n", path, len(v), names)
		}
	default:
		if v != nil && v != "" && v != false {
			fmt.Fprintf(b, "%s = %q\n", path, fmt.Sprint(v))
		}
	}
}

// runAll runs the statements one by one and gives the errors.
func runAll(t *testing.T, conn *pgx.Conn, path, text string) []string {
	t.Helper()
	if _, err := conn.Exec(t.Context(), "SELECT set_config('search_path', $1, false)", path); err != nil {
		t.Fatal(err)
	}
	var failures []string
	for _, statement := range sql.New(text).Statements() {
		if _, err := conn.PgConn().Exec(t.Context(), statement.Text()).ReadAll(); err != nil {
			failures = append(failures, err.Error()+"\n"+statement.Text())
		}
	}
	return failures
}

// unknown matches what pg_dump tells and a catalog does not know: transforms,
// changed privileges of built-in objects, and the frames around them.
var unknown = regexp.MustCompile(`^(--)?$|TRANSFORM|ON TABLE pg_catalog\.|COLUMN pg_`)

// difference gives the lines that only one of two texts has.
func difference(want, got string) string {
	count := map[string]int{}
	for line := range strings.SplitSeq(want, "\n") {
		count[line]++
	}
	for line := range strings.SplitSeq(got, "\n") {
		count[line]--
	}
	var lines []string
	for line, n := range count {
		switch {
		case unknown.MatchString(line):
		case n > 0:
			lines = append(lines, "- "+line)
		case n < 0:
			lines = append(lines, "+ "+line)
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[2:], b[2:]) })
	return strings.Join(lines, "\n")
}

// program gives the path of one of PostgreSQL's programs that knows a major, or
// "" where none is installed.
func program(t *testing.T, name string, major int) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	words := strings.Fields(output(t, path, "--version")) // pg_dump (PostgreSQL) 15.18 …
	number, _, _ := strings.Cut(words[2], ".")
	if newest, err := strconv.Atoi(number); err != nil || newest < major {
		return ""
	}
	return path
}

// output gives what a program prints, without the lines with random keys that
// frame it for psql.
func output(t *testing.T, program string, arguments ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, arguments...).Output()
	if err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	return regexp.MustCompile(`(?m)^\\(un)?restrict .*`).ReplaceAllString(string(out), "")
}
