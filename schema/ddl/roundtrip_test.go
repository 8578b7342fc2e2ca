package ddl_test

import (
	_ "embed"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/ddl"
	"github.com/tusk-lsp/tusk-lsp/sql"
)

//go:embed testdata/setup.sql
var setup string

// What a database is made of can be written, run in an empty one, and read
// again: both are the same to introspection and to pg_dump.
func TestDatabase(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		db := s.Database(t)
		for _, failure := range runAll(t, db.Conn(t), setup) {
			t.Error(failure)
		}
		compare(t, s, db)
	})
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
	for _, failure := range runAll(t, rebuilt.Conn(t), text) {
		t.Error(failure)
	}
	_, again := load(t, rebuilt)
	if d := difference(account, again); d != "" {
		t.Errorf("the catalog of the copy differs:\n%s", d)
	}
	if catalog.ServerVersion() < 160000 {
		if d := difference(dump(t, original), dump(t, rebuilt)); d != "" {
			t.Errorf("pg_dump of the copy differs:\n%s", d)
		}
	}
}

//go:embed testdata/helpers.sql
var helpers string

//go:embed testdata/load.sql
var queries string

// load reads a catalog whole, apart from package introspect, so that an error
// there does not hide one here. Each query gives a field of schema.Contents as
// JSON. The account has a line for each object, without what no DDL can bring back:
// OIDs, and the numbers of columns where others were dropped.
func load(t *testing.T, db *pgtest.Database) (catalog *schema.Catalog, account string) {
	t.Helper()
	conn := db.Conn(t)
	if _, err := conn.PgConn().Exec(t.Context(), "SET search_path = ''; "+helpers).ReadAll(); err != nil {
		t.Fatal(err)
	}
	var c schema.Contents
	fields := map[string]any{
		"ServerVersion": &c.ServerVersion, "Schemas": &c.Schemas, "Extensions": &c.Extensions, "Relations": &c.Relations,
		"Functions": &c.Functions, "Types": &c.Types, "Operators": &c.Operators, "OperatorClasses": &c.OperatorClasses,
		"OperatorFamilies": &c.OperatorFamilies, "Casts": &c.Casts, "Collations": &c.Collations, "Conversions": &c.Conversions,
		"TextSearch": &c.TextSearch, "Statistics": &c.Statistics, "Languages": &c.Languages, "AccessMethods": &c.AccessMethods,
		"EventTriggers": &c.EventTriggers, "ForeignDataWrappers": &c.ForeignDataWrappers, "ForeignServers": &c.ForeignServers,
		"Publications": &c.Publications, "Roles": &c.Roles,
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(queries, "-- "), "\n-- ") {
		name, query, _ := strings.Cut(part, "\n")
		var content []byte
		if err := conn.QueryRow(t.Context(), query).Scan(&content); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if content == nil {
			continue
		}
		var objects any
		if err := json.Unmarshal(content, &objects); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		account += lines(t, name, objects)
		if err := json.Unmarshal(content, fields[name]); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return schema.New(c), account
}

// lines writes each object of a kind as a line.
func lines(t *testing.T, kind string, objects any) string {
	t.Helper()
	list, ok := objects.([]any)
	if !ok {
		list = []any{objects}
	}
	var b strings.Builder
	for _, o := range list {
		withoutNumbers(o)
		line, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(kind + " " + string(line) + "\n")
	}
	return b.String()
}

func withoutNumbers(value any) {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range []string{"OID", "TypeOID", "Attnum"} {
			delete(v, key)
		}
		for _, part := range v {
			withoutNumbers(part)
		}
	case []any:
		for _, part := range v {
			withoutNumbers(part)
		}
	}
}

// runAll runs the statements one by one and gives the errors.
func runAll(t *testing.T, conn *pgx.Conn, text string) []string {
	t.Helper()
	if _, err := conn.Exec(t.Context(), "SET search_path = ''"); err != nil {
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
		case n > 0:
			lines = append(lines, "- "+line)
		case n < 0:
			lines = append(lines, "+ "+line)
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[2:], b[2:]) })
	return strings.Join(lines, "\n")
}

// dump is pg_dump's account of a database.
func dump(t *testing.T, db *pgtest.Database) string {
	t.Helper()
	path, err := exec.LookPath("pg_dump")
	if err != nil {
		t.Skip("pg_dump is not installed")
	}
	out, err := exec.CommandContext(t.Context(), path, "--schema-only", "--restrict-key=x", db.URL()).Output()
	if err != nil {
		t.Fatalf("pg_dump: %v", err)
	}
	return string(out)
}
