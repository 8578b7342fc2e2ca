package schema_test

import (
	"fmt"
	"iter"
	"runtime"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

func shop() *schema.Catalog {
	relation := func(schemaName, name string) schema.Relation {
		return schema.Relation{Object: schema.Object{Schema: schemaName, Name: name}}
	}
	return schema.New(schema.Contents{
		SearchPath: []string{"app", "public"},
		Schemas:    []schema.Schema{{Object: schema.Object{Name: "public"}}, {Object: schema.Object{Name: "Audit"}}, {Object: schema.Object{Name: "app"}}, {Object: schema.Object{Name: "pg_catalog"}}},
		Relations: []schema.Relation{
			relation("public", "orders"), relation("public", "Orders"), relation("public", "order_lines"),
			relation("app", "orders"), relation("Audit", "orders_log"), relation("public", "pg_class"),
			relation("pg_catalog", "pg_class"), relation("public", "überweisung"), relation("public", "ÜBUNG"),
		},
		Functions: []schema.Function{
			{Object: schema.Object{Schema: "public", Name: "total"}, Arguments: []schema.Argument{{Type: "integer"}}},
			{Object: schema.Object{Schema: "app", Name: "total"}, Arguments: []schema.Argument{{Type: "text"}}},
			{Object: schema.Object{Schema: "pg_catalog", Name: "to_char"}},
		},
		Types: []schema.Type{{Object: schema.Object{Schema: "public", Name: "mood"}, Kind: schema.Enum, Labels: []string{"sad", "ok"}}},
	})
}

func TestResolveFollowsTheSearchPath(t *testing.T) {
	c := shop()
	for name, want := range map[string]string{
		"orders":      "app.orders",
		"Orders":      "public.Orders",
		"order_lines": "public.order_lines",
		"pg_class":    "pg_catalog.pg_class",
		"orders_log":  "nothing",
		"ORDERS":      "nothing",
		"":            "nothing",
	} {
		got := "nothing"
		if r := c.Resolve(name); r != nil {
			got = r.Schema + "." + r.Name
		}
		if got != want {
			t.Errorf("Resolve(%q) gave %s, not %s", name, got, want)
		}
	}
}

func TestPgCatalogIsWhereTheSearchPathListsIt(t *testing.T) {
	c := schema.New(schema.Contents{
		SearchPath: []string{"public", "pg_catalog"},
		Relations:  []schema.Relation{{Object: schema.Object{Schema: "pg_catalog", Name: "pg_class"}}, {Object: schema.Object{Schema: "public", Name: "pg_class"}}},
	})
	if r := c.Resolve("pg_class"); r.Schema != "public" {
		t.Errorf("pg_class is the one of %s", r.Schema)
	}
}

func TestRelationNeedsTheExactName(t *testing.T) {
	c := shop()
	if r := c.Relation("Audit", "orders_log"); r == nil {
		t.Error("Audit.orders_log is missing")
	}
	if r := c.Relation("audit", "orders_log"); r != nil {
		t.Error("audit.orders_log should not be found in Audit")
	}
	if s := c.Schema("Audit"); s == nil {
		t.Error("schema Audit is missing")
	}
}

func TestPrefixes(t *testing.T) {
	c := shop()
	relations := func(r *schema.Relation) string { return r.Schema + "." + r.Name }
	for _, test := range []struct{ schema, prefix, want string }{
		{"", "ORD", "app.orders public.order_lines public.Orders"},
		{"", "pg_", "pg_catalog.pg_class"},
		{"", "üb", "public.überweisung public.ÜBUNG"},
		{"public", "o", "public.order_lines public.Orders public.orders"},
		{"Audit", "", "Audit.orders_log"},
		{"nowhere", "", ""},
		{"", "zzz", ""},
	} {
		if got := list(c.RelationsWithPrefix(test.schema, test.prefix), relations); got != test.want {
			t.Errorf("relations of %q with %q: %s, not %s", test.schema, test.prefix, got, test.want)
		}
	}
	overloads := list(c.FunctionsWithPrefix("", "to"), func(f *schema.Function) string { return f.Schema + "." + f.Name })
	if overloads != "app.total public.total pg_catalog.to_char" {
		t.Errorf("functions: %s", overloads)
	}
	schemas := list(c.SchemasWithPrefix("a"), func(s *schema.Schema) string { return s.Name })
	if schemas != "app Audit" {
		t.Errorf("schemas: %s", schemas)
	}
	types := list(c.TypesWithPrefix("", "M"), func(t *schema.Type) string { return t.Name + "=" + strings.Join(t.Labels, "|") })
	if types != "mood=sad|ok" {
		t.Errorf("types: %s", types)
	}
}

func list[T any](items iter.Seq[*T], name func(*T) string) string {
	var names []string
	for item := range items {
		names = append(names, name(item))
	}
	return strings.Join(names, " ")
}

var sizes = []int{50, 1_000, 10_000, 50_000}

// BenchmarkNew reports the memory of a catalog, all in.
func BenchmarkNew(b *testing.B) {
	for _, tables := range sizes {
		b.Run(fmt.Sprint(tables), func(b *testing.B) {
			before := heap()
			c := schema.New(varied(tables))
			c.Search("a", schema.FindAll, 1) // makes what searches need
			memory := heap() - before
			runtime.KeepAlive(c)
			contents := varied(tables)
			for b.Loop() {
				schema.New(contents)
			}
			b.ReportMetric(float64(memory)/float64(12*tables), "B/column")
		})
	}
}

// heap gives the bytes that are in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkLookup(b *testing.B) {
	for _, tables := range sizes {
		c := schema.New(large(tables))
		name := func(i int) string { return fmt.Sprintf("table_%d", i*31%tables) }
		for what, lookup := range map[string]func(i int){
			"relation":   func(i int) { c.Relation("public", name(i)) },
			"resolve":    func(i int) { c.Resolve(name(i)) },
			"oid":        func(i int) { c.RelationByOID(uint32(i)) },
			"references": func(i int) { c.ReferencesTo(schema.Name{Schema: "public", Name: name(i)}) },
			"prefix": func(int) {
				n := 0
				for range c.RelationsWithPrefix("", "table_") {
					if n++; n == 50 {
						break
					}
				}
			},
		} {
			b.Run(fmt.Sprint(tables, "/", what), func(b *testing.B) { percentiles(b, lookup) })
		}
	}
}

func large(tables int) schema.Contents {
	columns := make([]schema.Column, 12)
	for i := range columns {
		columns[i] = schema.Column{Name: fmt.Sprintf("column_%d", i), Type: "integer"}
	}
	contents := schema.Contents{SearchPath: []string{"public"}}
	for i := range tables {
		contents.Relations = append(contents.Relations, schema.Relation{
			Object: schema.Object{Schema: "public", Name: fmt.Sprintf("table_%d", i*7919%tables)}, Columns: columns})
	}
	return contents
}
