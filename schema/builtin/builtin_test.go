package builtin_test

import (
	"slices"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/schema/builtin"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

func TestCatalogIsThatOfTheMajor(t *testing.T) {
	for _, test := range []struct{ major, catalog int }{{9, 14}, {14, 14}, {16, 16}, {18, 18}, {99, 18}} {
		c := builtin.Catalog(test.major)
		if got := c.ServerVersion() / 10000; got != test.catalog {
			t.Errorf("major %d: got the catalog of %d, want that of %d", test.major, got, test.catalog)
		}
		if c != builtin.Catalog(test.major) {
			t.Errorf("major %d: the catalog was made twice", test.major)
		}
	}
}

func TestCatalogKnowsWhatComesWithPostgreSQL(t *testing.T) {
	c := builtin.Catalog(18)
	aggregate := c.Function("pg_catalog", "string_agg", "text", "text")
	if aggregate == nil || aggregate.Comment == "" {
		t.Fatalf("string_agg(text, text): got %+v", aggregate)
	}
	if r := c.Relation("pg_catalog", "pg_class"); r == nil || r.OID != 1259 || r.Column("relname").Type != "name" {
		t.Errorf("pg_class: got %+v", r)
	}
	if r := c.Relation("information_schema", "tables"); r == nil || r.OID != 0 || r.Definition == "" {
		t.Errorf("information_schema.tables: got %+v", r)
	}
	if typ := c.TypeByOID(23); typ == nil || typ.Name != "int4" {
		t.Errorf("type 23: got %+v", typ)
	}
	if s := c.Setting("work_mem"); s == nil || s.Unit != "kB" || s.Default != "4096" {
		t.Errorf("work_mem: got %+v", s)
	}
	if role := c.Role("pg_monitor"); role == nil || role.Owner != "" {
		t.Errorf("pg_monitor: got %+v", role)
	}
	if got, want := c.Role("postgres") != nil, false; got != want {
		t.Error("the bootstrap superuser of the machine is in the catalog")
	}
}

func TestMajorsDiffer(t *testing.T) {
	for _, test := range []struct {
		function string
		types    []string
		since    int
	}{
		{"string_agg", []string{"text", "text"}, 14},
		{"range_agg", []string{"anymultirange"}, 15},
		{"any_value", []string{"anyelement"}, 16},
		{"to_bin", []string{"integer"}, 17},
		{"uuidv7", nil, 18},
	} {
		for major := builtin.Oldest; major <= builtin.Newest; major++ {
			found := builtin.Catalog(major).Function("pg_catalog", test.function, test.types...) != nil
			if found != (major >= test.since) {
				t.Errorf("%s in PostgreSQL %d: got %t", test.function, major, found)
			}
		}
	}
}

func TestExtension(t *testing.T) {
	hstore, found := builtin.Extension(18, "hstore")
	if !found || len(hstore.Extensions) != 1 || hstore.Extensions[0].Schema != "public" {
		t.Fatalf("hstore: got %t, %+v", found, hstore.Extensions)
	}
	for _, f := range hstore.Functions {
		if f.Extension != "hstore" || f.Schema != "public" || f.OID != 0 {
			t.Errorf("function of hstore: got %+v", f.Object)
		}
	}
	if len(hstore.Functions) == 0 || len(hstore.Operators) == 0 || len(hstore.Types) == 0 {
		t.Errorf("hstore has %d functions, %d operators, %d types", len(hstore.Functions), len(hstore.Operators), len(hstore.Types))
	}
	if _, found := builtin.Extension(18, "no_such_extension"); found {
		t.Error("no_such_extension was found")
	}
}

func TestExtensionsSayWhatTheyRequire(t *testing.T) {
	all := builtin.Extensions(17)
	i := slices.IndexFunc(all, func(e builtin.Available) bool { return e.Name == "earthdistance" })
	if i < 0 || !slices.Equal(all[i].Requires, []string{"cube"}) || all[i].Comment == "" || all[i].Version == "" {
		t.Errorf("earthdistance: got %+v", all[max(i, 0)].Extension)
	}
}

// The words of the newest major are those of the lexer, with their categories.
func TestKeywordsAreThoseOfTheLexer(t *testing.T) {
	categories := map[lex.Category]byte{lex.Unreserved: 'U', lex.ColName: 'C', lex.TypeFuncName: 'T', lex.Reserved: 'R'}
	var want []builtin.Keyword
	for _, k := range lex.Keywords() {
		want = append(want, builtin.Keyword{Word: k.String(), Category: categories[k.Category()], BareLabel: k.BareLabel()})
	}
	if got := builtin.Keywords(builtin.Newest); !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}
