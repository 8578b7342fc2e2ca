package schema_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

// marked writes a match with the letters that the query matched in brackets.
func marked(m schema.Match) string {
	name := m.Object.QualifiedName().Name
	if m.Column != nil {
		name = m.Column.Name
	}
	var b strings.Builder
	for i := range len(name) {
		if slices.Contains(m.Positions, i) {
			b.WriteString("[" + name[i:i+1] + "]")
		} else {
			b.WriteByte(name[i])
		}
	}
	text := strings.ReplaceAll(b.String(), "][", "")
	if m.Column != nil {
		return m.Object.QualifiedName().Name + "." + text
	}
	if s := m.Object.QualifiedName().Schema; s != "" {
		return s + "." + text
	}
	return text
}

func TestSearch(t *testing.T) {
	relation := func(schemaName, name string, columns ...string) schema.Relation {
		r := schema.Relation{Object: object(schemaName, name)}
		for _, c := range columns {
			r.Columns = append(r.Columns, schema.Column{Name: c})
		}
		return r
	}
	c := schema.New(schema.Contents{
		SearchPath: []string{"public"},
		Schemas:    []schema.Schema{{Object: object("", "public")}, {Object: object("", "audit")}},
		Relations: []schema.Relation{
			relation("public", "order_items", "id", "order_id"), relation("public", "orders", "id"), relation("public", "Orders"),
			relation("audit", "orders"), relation("public", "oil"), relation("pg_catalog", "pg_operator", "oid"),
			relation("public", "LineItem"), relation("public", "preorder"), relation("pg_catalog", "ord"),
			relation("public", "bordit"),
		},
		Functions: []schema.Function{{Object: object("public", "order_total")}},
		Types:     []schema.Type{{Object: object("public", "order_state"), Kind: schema.Enum}},
	})
	for _, test := range []struct {
		query string
		kinds schema.Kinds
		limit int
		want  string
	}{
		{"ordit", schema.FindRelations, 1, "public.[ord]er_[it]ems"},
		{"oi", schema.FindRelations, 2, "public.[oi]l public.[o]rder_[i]tems"},
		{"li", schema.FindRelations, 1, "public.[Li]neItem"},
		{"liit", schema.FindRelations, 1, "public.[Li]ne[It]em"},
		{"pub.ord", schema.FindRelations, 3, "public.[Ord]ers public.[ord]ers public.[ord]er_items"},
		{"orders", schema.FindRelations, 3, "public.[orders] audit.[orders] public.[Orders]"},
		{"ORDERS", schema.FindRelations, 1, "public.[Orders]"},
		{"ord", schema.FindRelations, 2, "pg_catalog.[ord] public.[Ord]ers"},
		{"ordt", schema.FindAll, 2, "public.[ord]er_[t]otal public.b[ord]i[t]"},
		{"orst", schema.FindTypes, 5, "public.[or]der_[st]ate"},
		{"oid", schema.FindColumns, 5, "pg_operator.[oid] order_items.[o]rder_[id]"},
		{"aud", schema.FindSchemas, 5, "[aud]it"},
		{"nothing", schema.FindAll, 5, ""},
		{"", schema.FindAll, 5, ""},
	} {
		if got := names(c.Search(test.query, test.kinds, test.limit), marked); got != test.want {
			t.Errorf("%s: %s, not %s", test.query, got, test.want)
		}
	}
}

// However it passes names by, the search finds the same as a look at each name.
func TestSearchForTheBestIsTheBestOfAll(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	words := []string{"order", "item", "user", "Log", "price", "x", "2024", "customer"}
	var contents schema.Contents
	contents.SearchPath = []string{"public"}
	for i := range 1500 {
		name := words[random.IntN(len(words))] + "_" + words[random.IntN(len(words))] + fmt.Sprint(i%40)
		contents.Relations = append(contents.Relations, schema.Relation{
			Object:  object([]string{"public", "audit", "pg_catalog"}[random.IntN(3)], name),
			Columns: []schema.Column{{Name: words[random.IntN(len(words))]}, {Name: name + "_id"}}})
	}
	c := schema.New(contents)
	for _, query := range []string{"o", "oi", "ordit", "ul2", "customer_x", "e2", "aud.ci", "_id", "id"} {
		for _, kinds := range []schema.Kinds{schema.FindRelations, schema.FindAll} {
			all := c.Search(query, kinds, 1_000_000)
			best := c.Search(query, kinds, 20)
			if got, want := names(best, marked), names(all[:min(20, len(all))], marked); got != want {
				t.Errorf("%s: %s\nnot %s", query, got, want)
			}
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	for _, tables := range sizes {
		c := schema.New(varied(tables))
		for what, kinds := range map[string]schema.Kinds{"relations": schema.FindRelations, "all": schema.FindAll} {
			b.Run(fmt.Sprint(tables, "/", what), func(b *testing.B) {
				queries := []string{"o", "or", "ordit", "oi", "cust", "public.usr", "table", "e9", "inv_lin_12", "zzz", "line_2", "id"}
				c.Search("a", kinds, 1)
				percentiles(b, func(i int) { c.Search(queries[i%len(queries)], kinds, 50) })
			})
		}
	}
}

// percentiles reports how long the slower calls take.
func percentiles(b *testing.B, call func(i int)) {
	var times []time.Duration
	for b.Loop() {
		began := time.Now()
		call(len(times))
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(times[len(times)*99/100].Nanoseconds()), "p99-ns")
}

// varied gives tables and columns with names as people give them.
func varied(tables int) schema.Contents {
	words := []string{"order", "item", "user", "log", "price", "invoice", "line", "customer", "state", "address", "product", "stock", "event", "table"}
	contents := schema.Contents{SearchPath: []string{"public"}}
	for i := range tables {
		r := schema.Relation{Object: object("public", fmt.Sprint(words[i%14], "_", words[i/14%14], "_", i))}
		for j := range 12 {
			r.Columns = append(r.Columns, schema.Column{Name: fmt.Sprint(words[(i+j)%14], "_", words[j], "_", i*j%500), Type: "integer"})
		}
		contents.Relations = append(contents.Relations, r)
	}
	return contents
}
