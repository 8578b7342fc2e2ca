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

// quality says by the words of the documentation how well a name matches.
func quality(query, name string) (q schema.Quality, matches bool) {
	folded, query0 := strings.ToLower(name), strings.ToLower(query)
	switch {
	case name == query:
		return schema.Exact, true
	case folded == query0:
		return schema.ExactFolded, true
	case strings.HasPrefix(folded, query0):
		return schema.Prefix, true
	case startsWords(query0, name, 0, false):
		return schema.WordStarts, true
	}
	for i := range len(query0) {
		_, behind, found := strings.Cut(folded, query0[i:i+1])
		if !found {
			return 0, false
		}
		folded = behind
	}
	return schema.Subsequence, true
}

// startsWords reports whether each run of a query starts a word of a name, from a
// byte of it on; on says that a run may go on there.
func startsWords(query, name string, at int, on bool) bool {
	if query == "" {
		return true
	}
	for ; at < len(name); at, on = at+1, false {
		starts := name[at] != '_' && (at == 0 || name[at-1] == '_' || digit(name[at]) != digit(name[at-1]) || upper(name[at]) && !upper(name[at-1]))
		if (starts || on) && strings.ToLower(name[at:at+1]) == query[:1] && startsWords(query[1:], name, at+1, true) {
			return true
		}
	}
	return false
}

func digit(ch byte) bool { return '0' <= ch && ch <= '9' }
func upper(ch byte) bool { return 'A' <= ch && ch <= 'Z' }

// naive is a search that looks at each relation and each column.
func naive(c *schema.Catalog, schemaName, query string, kinds schema.Kinds, limit int) []schema.Match {
	type ranked struct {
		schema.Match
		rank [4]int
	}
	var all []ranked
	tiers := map[string]int{"public": 0, "audit": 1, "pg_catalog": 2}
	add := func(m schema.Match, kind schema.Kinds, in, name string) {
		if _, ok := quality(schemaName, in); schemaName != "" && !ok {
			return
		}
		if q, ok := quality(query, name); ok {
			m.Quality = q
			all = append(all, ranked{m, [4]int{int(q), tiers[in], len(name), int(kind)}})
		}
	}
	for r := range c.Relations() {
		if kinds&schema.FindRelations != 0 {
			add(schema.Match{Object: r}, schema.FindRelations, r.Schema, r.Name)
		}
		for i := range r.Columns {
			if kinds&schema.FindColumns != 0 {
				add(schema.Match{Object: r, Column: &r.Columns[i]}, schema.FindColumns, r.Schema, r.Columns[i].Name)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return slices.Compare(a.rank[:], b.rank[:]) })
	var best []schema.Match
	for _, m := range all[:min(limit, len(all))] {
		best = append(best, m.Match)
	}
	return best
}

// However it passes names by, the search finds the same as a look at each name,
// before and after edits.
func TestSearchFindsWhatALookAtEachNameDoes(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	words := []string{"order", "item", "user", "Log", "price", "x", "2024", "customer"}
	word := func() string { return words[random.IntN(len(words))] }
	relation := func() schema.Relation {
		name := word() + "_" + word() + fmt.Sprint(random.IntN(40))
		return schema.Relation{
			Object:  object([]string{"public", "audit", "pg_catalog"}[random.IntN(3)], name),
			Columns: []schema.Column{{Name: word()}, {Name: name + "_id"}, {Name: word() + word()}},
		}
	}
	contents := schema.Contents{SearchPath: []string{"public"}}
	for range 4000 {
		contents.Relations = append(contents.Relations, relation())
	}
	c := schema.New(contents)
	for step := range 200 {
		query := []string{"o", "oi", "ordit", "ul2", "customer_x", "e2", "_id", "id", "ORDER"}[random.IntN(9)]
		if step%2 == 0 { // what some name has, with letters left out
			name := strings.ToLower(word() + "_" + word())
			query = name[:1]
			for i := 1; i < len(name); i++ {
				if random.IntN(2) == 0 {
					query += name[i : i+1]
				}
			}
		}
		schemaName := []string{"", "", "aud", "p"}[random.IntN(4)]
		kinds := []schema.Kinds{schema.FindRelations, schema.FindColumns, schema.FindRelations | schema.FindColumns}[random.IntN(3)]
		limit := []int{1, 20, 100_000}[random.IntN(3)]
		whole := query
		if schemaName != "" {
			whole = schemaName + "." + query
		}
		describe := func(m schema.Match) string {
			text := fmt.Sprint(m.Quality, " ", m.Object.QualifiedName())
			if m.Column != nil {
				text += "." + m.Column.Name
			}
			return text
		}
		if got, want := names(c.Search(whole, kinds, limit), describe), names(naive(c, schemaName, query, kinds, limit), describe); got != want {
			t.Fatalf("step %d, %s, kinds %d, limit %d:\n%.400s\nnot\n%.400s", step, whole, kinds, limit, got, want)
		}
		edit := c.Edit()
		for range random.IntN(3) {
			r := relation()
			edit.Put(&r)
		}
		for r := range c.Relations() {
			if random.IntN(2000) == 0 {
				edit.Drop(r)
			}
		}
		c = edit.Catalog()
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
