package browse_test

import (
	"fmt"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/browse"
	"github.com/tusk-lsp/tusk-lsp/schema/introspect"
)

const setup = `
CREATE SCHEMA shop;
COMMENT ON SCHEMA shop IS 'what we sell';
CREATE TYPE shop.mood AS ENUM ('good', 'bad');
CREATE TYPE shop.address AS (street text, zip text);
CREATE DOMAIN shop.price AS numeric;
CREATE TABLE shop.orders (id int PRIMARY KEY, day date NOT NULL, total shop.price CHECK (total > 0));
CREATE TABLE shop."Zoo" ();
CREATE TABLE shop.log (day date) PARTITION BY RANGE (day);
CREATE TABLE shop.log_old PARTITION OF shop.log DEFAULT;
CREATE VIEW shop.recent AS SELECT * FROM shop.orders;
CREATE FUNCTION shop.total(id int) RETURNS int LANGUAGE sql RETURN 1;
CREATE FUNCTION shop.total(name text) RETURNS SETOF int LANGUAGE sql RETURN 1;`

func catalog(t *testing.T) *schema.Catalog {
	t.Helper()
	c, err := introspect.Load(t.Context(), pgtest.New(t).Database(t, setup).Conn(t), introspect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// lines writes nodes as "kind label detail".
func lines(page browse.Page) string {
	var b strings.Builder
	for _, n := range page.Nodes {
		fmt.Fprintln(&b, strings.Join(strings.Fields(n.Kind+" "+n.Label+" "+n.Detail), " "))
	}
	return strings.TrimSpace(b.String())
}

func TestChildren(t *testing.T) {
	c := catalog(t)
	for _, test := range []struct {
		path    string
		options browse.Options
		want    string
	}{
		{"", browse.Options{}, "schema public\nschema shop"},
		{"shop", browse.Options{}, "group tables\ngroup views\ngroup functions\ngroup types\ngroup domains"},
		{"shop/tables", browse.Options{}, "partitioned table log\ntable orders\ntable Zoo"},
		{"shop/tables", browse.Options{Filter: "OR"}, "table orders"},
		{"shop/tables", browse.Options{Offset: 1, Limit: 1}, "table orders"},
		{"shop/tables", browse.Options{Offset: 7}, ""},
		{"shop/functions", browse.Options{}, "function total (id integer) → integer\nfunction total (name text) → setof integer"},
		{"shop/types", browse.Options{}, "composite type address\nenum mood"},
		{"shop/types/mood", browse.Options{}, "label good\nlabel bad"},
		{"shop/types/address", browse.Options{}, "attribute street text\nattribute zip text"},
		{"shop/tables/orders/columns", browse.Options{}, "key column id integer\ncolumn day date not null\ncolumn total shop.price"},
		{"shop/tables/Zoo", browse.Options{}, ""},
		{"shop/tables/log", browse.Options{}, "group columns\ngroup partitions"},
	} {
		var path []string
		if test.path != "" {
			path = strings.Split(test.path, "/")
		}
		page, err := browse.Children(c, path, test.options)
		if err != nil {
			t.Fatalf("%s: %v", test.path, err)
		}
		if got := lines(page); got != test.want {
			t.Errorf("%s has\n%s\nnot\n%s", test.path, got, test.want)
		}
		for _, n := range page.Nodes {
			below, err := browse.Children(c, n.Path, browse.Options{})
			switch {
			case n.Children == 0 && err == nil && below.Total > 0,
				n.Children > 0 && (err != nil || below.Total != n.Children),
				n.Children < 0 && (err != nil || below.Total == 0):
				t.Errorf("%s says that it has %d children: %d, %v", n.Path, n.Children, below.Total, err)
			}
		}
	}
	if page, err := browse.Children(c, []string{"shop", "tables", "log", "partitions"}, browse.Options{}); err != nil || page.Total != 1 || page.Nodes[0].Label != "log_old" {
		t.Errorf("the partitions are %+v, %v", page, err)
	}
	if page, err := browse.Children(c, nil, browse.Options{System: true}); err != nil || !strings.Contains(lines(page), "shop\nschema information_schema\nschema pg_catalog") {
		t.Errorf("PostgreSQL's own schemas are not last: %s, %v", lines(page), err)
	}
	for _, path := range []string{"nothing", "shop/nothing", "shop/tables/nothing", "shop/types/nothing", "shop/tables/orders/nothing", "a/b/c/d/e"} {
		if _, err := browse.Children(c, strings.Split(path, "/"), browse.Options{}); tusk.CategoryOf(err) != tusk.Query {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestNamed(t *testing.T) {
	c := catalog(t)
	for name, want := range map[string]string{
		`shop.orders`:   "*schema.Relation orders",
		`SHOP.Orders`:   "*schema.Relation orders",
		`shop."Zoo"`:    "*schema.Relation Zoo",
		`shop.mood`:     "*schema.Type mood",
		`shop.total`:    "*schema.Function total *schema.Function total",
		`shop`:          "*schema.Schema shop",
		`pg_class`:      "*schema.Relation pg_class",
		`orders`:        "", // shop is not on the search path
		`shop.zoo`:      "",
		``:              "",
		`a.b.c`:         "",
		`shop.orders.x`: "",
	} {
		objects, err := browse.Named(c, name)
		if (err != nil) != (want == "") {
			t.Errorf("%s: %v", name, err)
		}
		var got []string
		for _, object := range objects {
			header := object.(interface{ QualifiedName() schema.Name }).QualifiedName()
			got = append(got, fmt.Sprintf("%T %s", object, header.Name))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is %v, not %s", name, got, want)
		}
	}
}

func TestDDL(t *testing.T) {
	c := catalog(t)
	for _, test := range []struct {
		path, name, want string
	}{
		{path: "shop/tables/orders", want: "CREATE TABLE shop.orders ("},
		{path: "shop/tables/orders/columns/id", want: "CREATE TABLE shop.orders ("},
		{path: "shop/functions/total(name text)", want: "FUNCTION shop.total(name text)"},
		{path: "shop/domains/price", want: "CREATE DOMAIN shop.price"},
		{path: "shop", want: "CREATE VIEW shop.recent"},
		{name: "shop.total", want: "FUNCTION shop.total(id integer)"},
		{want: "CREATE SCHEMA shop;"},
	} {
		var path []string
		if test.path != "" {
			path = strings.Split(test.path, "/")
		}
		text, err := browse.DDL(c, path, test.name)
		if err != nil || !strings.Contains(text, test.want) {
			t.Errorf("%s%s: %v, no %s in\n%s", test.path, test.name, err, test.want, text)
		}
	}
	for _, path := range [][]string{{"nothing"}, {"shop", "tables"}, {"shop", "functions", "total(x int)"}} {
		if _, err := browse.DDL(c, path, ""); tusk.CategoryOf(err) != tusk.Query {
			t.Errorf("%v: %v", path, err)
		}
	}
}

func TestFind(t *testing.T) {
	c := catalog(t)
	for query, want := range map[string]string{
		"ord":           "shop/tables/orders",
		"shop.ord":      "shop/tables/orders",
		"total":         "shop/tables/orders/columns/total", // a table's column before functions
		"mood":          "shop/types/mood",
		"price":         "shop/domains/price",
		"lgol":          "shop/tables/log_old",
		"recent":        "shop/views/recent",
		"zip_not_there": "",
	} {
		nodes := browse.Find(c, query, 1)
		got := ""
		if len(nodes) > 0 {
			got = strings.Join(nodes[0].Path, "/")
		}
		if got != want {
			t.Errorf("%s finds %q, not %q", query, got, want)
		}
	}
	column := browse.Find(c, "shop.day", 10)
	if len(column) == 0 || column[0].Kind != "column" || column[0].Detail != "date" || column[0].Path[2] != "log" {
		t.Errorf("a column: %+v", column)
	}
}

// What a role may not look into is there, and marked.
func TestWhatARoleMayNotSeeIsHidden(t *testing.T) {
	db := pgtest.New(t).Database(t, setup, "CREATE SCHEMA open; CREATE TABLE open.mine (); CREATE TABLE open.theirs ()")
	role := db.Role(t, "GRANT USAGE ON SCHEMA open TO $role", "GRANT SELECT ON open.mine TO $role")
	c, err := introspect.Load(t.Context(), role.Conn(t), introspect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"": "public: false, open: false, shop: true", "open/tables": "mine: false, theirs: true"} {
		page, err := browse.Children(c, strings.FieldsFunc(path, func(r rune) bool { return r == '/' }), browse.Options{})
		if err != nil {
			t.Fatal(err)
		}
		hidden := map[string]bool{}
		for _, n := range page.Nodes {
			hidden[n.Label] = n.Hidden
		}
		for pair := range strings.SplitSeq(want, ", ") {
			name, value, _ := strings.Cut(pair, ": ")
			if fmt.Sprint(hidden[name]) != value {
				t.Errorf("%s is hidden: %t", name, hidden[name])
			}
		}
	}
	names, err := introspect.Names(t.Context(), role.Conn(t))
	if err != nil {
		t.Fatal(err)
	}
	if page, err := browse.Children(names, []string{"open", "tables"}, browse.Options{}); err != nil || page.Total != 2 || page.Nodes[1].Hidden {
		t.Errorf("where nobody has asked: %+v, %v", page, err)
	}
}
