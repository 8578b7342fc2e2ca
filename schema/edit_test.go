package schema_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

// A catalog of random edits is what a map of the same edits is, at each moment
// and for ever after.
func TestEditsAgreeWithAMap(t *testing.T) {
	type snapshot struct {
		catalog *schema.Catalog
		model   map[schema.Name]*schema.Relation
	}
	random := rand.New(rand.NewPCG(1, 2))
	name := func() schema.Name {
		return schema.Name{Schema: []string{"app", "Public", "public"}[random.IntN(3)], Name: fmt.Sprintf("%s%d", []string{"t", "T", "ü"}[random.IntN(3)], random.IntN(300))}
	}
	model := map[schema.Name]*schema.Relation{}
	edit := schema.New(schema.Contents{}).Edit()
	var snapshots []snapshot
	for i := range 6000 {
		n := name()
		r := &schema.Relation{Object: schema.Object{Schema: n.Schema, Name: n.Name}, EstimatedRows: int64(i)}
		switch random.IntN(3 + i/3000*2) {
		case 0, 1:
			parent := name()
			r.Indexes = []schema.Index{{Name: n.Name + "_pkey"}}
			r.Inherits = []schema.Name{parent}
			r.Constraints = []schema.Constraint{{Name: "fk", Kind: schema.ForeignKey, References: parent}}
			edit.Put(r)
			model[n] = r
		default:
			edit.Drop(r)
			delete(model, n)
		}
		if i%400 == 0 {
			snapshots = append(snapshots, snapshot{edit.Catalog(), maps.Clone(model)})
		}
	}
	snapshots = append(snapshots, snapshot{edit.Catalog(), model})
	for i, s := range snapshots {
		agree(t, fmt.Sprint("snapshot ", i), s.catalog, s.model)
	}
}

func agree(t *testing.T, what string, c *schema.Catalog, model map[schema.Name]*schema.Relation) {
	t.Helper()
	if c.Size().Relations != len(model) {
		t.Fatalf("%s has %d relations, not %d", what, c.Size().Relations, len(model))
	}
	children, references := map[schema.Name]int{}, map[schema.Name]int{}
	for n, r := range model {
		if c.Relation(n.Schema, n.Name) != r {
			t.Fatalf("%s: %v is another one", what, n)
		}
		if of, index := c.Index(n.Schema, n.Name+"_pkey"); of != r || index != &r.Indexes[0] {
			t.Fatalf("%s: the index of %v is not found", what, n)
		}
		children[r.Inherits[0]]++
		references[r.Constraints[0].References]++
	}
	walked := 0
	for r := range c.Relations() {
		if model[r.QualifiedName()] != r {
			t.Fatalf("%s: %v should not be there", what, r.QualifiedName())
		}
		walked++
	}
	if walked != len(model) {
		t.Fatalf("%s: a walk gave %d of %d relations", what, walked, len(model))
	}
	for parent, want := range children {
		got := 0
		for child := range c.Children(parent) {
			if child.Inherits[0] != parent {
				t.Fatalf("%s: %v is no child of %v", what, child.QualifiedName(), parent)
			}
			got++
		}
		if got != want {
			t.Fatalf("%s: %v has %d children, not %d", what, parent, got, want)
		}
	}
	for table, want := range references {
		got := 0
		for _, key := range c.ReferencesTo(table) {
			if key.References != table {
				t.Fatalf("%s: a foreign key to %v", what, key.References)
			}
			got++
		}
		if got != want {
			t.Fatalf("%s: %d foreign keys to %v, not %d", what, got, table, want)
		}
	}
}

func object(schemaName, name string) schema.Object {
	return schema.Object{Schema: schemaName, Name: name}
}

// Every kind of object is put, found and dropped by what identifies it.
func TestEveryKindIsPutFoundAndDropped(t *testing.T) {
	for _, test := range []struct {
		object schema.AnyObject
		find   func(*schema.Catalog) bool
	}{
		{&schema.Relation{Object: object("s", "x")}, func(c *schema.Catalog) bool { return c.Relation("s", "x") != nil }},
		{&schema.Function{Object: object("s", "x"), Arguments: []schema.Argument{{Type: "text"}, {Type: "integer", Mode: schema.Out}}},
			func(c *schema.Catalog) bool { return c.Function("s", "x", "text") != nil }},
		{&schema.Type{Object: object("s", "x")}, func(c *schema.Catalog) bool { return c.Type("s", "x") != nil }},
		{&schema.Schema{Object: object("", "x")}, func(c *schema.Catalog) bool { return c.Schema("x") != nil }},
		{&schema.Operator{Object: object("s", "<->"), Left: "point", Right: "box"}, func(c *schema.Catalog) bool { return c.Operator("s", "<->", "point", "box") != nil }},
		{&schema.OperatorClass{Object: object("s", "x"), Method: "gin"}, func(c *schema.Catalog) bool { return c.OperatorClass("s", "x", "gin") != nil }},
		{&schema.OperatorFamily{Object: object("s", "x"), Method: "gin"}, func(c *schema.Catalog) bool { return c.OperatorFamily("s", "x", "gin") != nil }},
		{&schema.Cast{Source: "text", Target: "xml"}, func(c *schema.Catalog) bool { return c.Cast("text", "xml") != nil }},
		{&schema.Collation{Object: object("s", "x")}, func(c *schema.Catalog) bool { return c.Collation("s", "x") != nil }},
		{&schema.Conversion{Object: object("s", "x")}, func(c *schema.Catalog) bool { return c.Conversion("s", "x") != nil }},
		{&schema.TextSearchObject{Object: object("s", "x"), Kind: schema.TextSearchParser}, func(c *schema.Catalog) bool { return c.TextSearchObject(schema.TextSearchParser, "s", "x") != nil }},
		{&schema.Statistics{Object: object("s", "x")}, func(c *schema.Catalog) bool { return c.StatisticsObject("s", "x") != nil }},
		{&schema.Language{Object: object("", "x")}, func(c *schema.Catalog) bool { return c.Language("x") != nil }},
		{&schema.AccessMethod{Object: object("", "x")}, func(c *schema.Catalog) bool { return c.AccessMethod("x") != nil }},
		{&schema.Extension{Object: object("s", "x")}, func(c *schema.Catalog) bool { return c.Extension("x") != nil }},
		{&schema.EventTrigger{Object: object("", "x")}, func(c *schema.Catalog) bool { return c.EventTrigger("x") != nil }},
		{&schema.ForeignDataWrapper{Object: object("", "x")}, func(c *schema.Catalog) bool { return c.ForeignDataWrapper("x") != nil }},
		{&schema.ForeignServer{Object: object("", "x")}, func(c *schema.Catalog) bool { return c.ForeignServer("x") != nil }},
		{&schema.Publication{Object: object("", "x")}, func(c *schema.Catalog) bool { return c.Publication("x") != nil }},
		{&schema.Subscription{Object: object("", "x")}, func(c *schema.Catalog) bool { return c.Subscription("x") != nil }},
		{&schema.Role{Object: object("", "x")}, func(c *schema.Catalog) bool { return c.Role("x") != nil }},
		{&schema.Database{Object: object("", "x")}, func(c *schema.Catalog) bool { return len(slices.Collect(c.Databases())) == 1 }},
		{&schema.Tablespace{Object: object("", "x")}, func(c *schema.Catalog) bool { return c.Tablespace("x") != nil }},
	} {
		edit := schema.New(schema.Contents{}).Edit()
		before := edit.Catalog()
		edit.Put(test.object)
		with := edit.Catalog()
		edit.Drop(test.object)
		without := edit.Catalog()
		if test.find(before) || !test.find(with) || test.find(without) {
			t.Errorf("%T: found before %t, with %t, without %t", test.object, test.find(before), test.find(with), test.find(without))
		}
		if objects := slices.Collect(with.Objects()); len(objects) != 1 || objects[0] != test.object {
			t.Errorf("%T: the walk over all objects gave %v", test.object, objects)
		}
	}
}

func TestDropSchemaTakesAllThatIsInItWithCascadeOnly(t *testing.T) {
	edit := shop().Edit()
	if edit.DropSchema("app", false) || edit.Catalog().Relation("app", "orders") == nil {
		t.Error("app was dropped though it holds something")
	}
	if !edit.DropSchema("app", true) {
		t.Error("app stayed")
	}
	c := edit.Catalog()
	if c.Schema("app") != nil || c.Relation("app", "orders") != nil || c.Function("app", "total", "text") != nil {
		t.Error("something of app stayed")
	}
	if r := c.Resolve("orders"); r == nil || r.Schema != "public" {
		t.Error("orders is not the one of public now")
	}
}

func TestACatalogOverAnotherHidesWhatIsBelow(t *testing.T) {
	table := func(name string, rows int64) schema.Relation {
		return schema.Relation{Object: object("public", name), EstimatedRows: rows,
			Indexes: []schema.Index{{Name: fmt.Sprint(name, "_index_", rows)}}}
	}
	small := schema.New(schema.Contents{Relations: []schema.Relation{table("a", 1)}, SearchPath: []string{"app"}})
	large := schema.New(schema.Contents{Relations: []schema.Relation{table("a", 2), table("b", 2), table("c", 2)}, SearchPath: []string{"public"}})
	for _, test := range []struct {
		top, below *schema.Catalog
		want       string
	}{
		{small, large, "a=1 b=2 c=2"},
		{large, small, "a=2 b=2 c=2"},
	} {
		both := test.top.On(test.below)
		got := list(both.Relations(), func(r *schema.Relation) string { return fmt.Sprint(r.Name, "=", r.EstimatedRows) })
		if got != test.want {
			t.Errorf("%s, not %s", got, test.want)
		}
		hidden := test.below.Relation("public", "a").Indexes[0].Name
		if r, _ := both.Index("public", hidden); r != nil {
			t.Errorf("the hidden table's index %s is still found", hidden)
		}
		if !slices.Equal(both.SearchPath(), test.top.SearchPath()) {
			t.Errorf("the search path is %v", both.SearchPath())
		}
	}
	if small.Size().Relations != 1 || large.Size().Relations != 3 {
		t.Error("a layer was changed")
	}
}

// Readers of a catalog do not see that others make successors of it.
func TestReadersWhileEditsGoOn(t *testing.T) {
	base := schema.New(large(2000))
	edit := base.Edit()
	var readers sync.WaitGroup
	for range 200 {
		edit.Put(&schema.Relation{Object: object("public", fmt.Sprint("new_", base.Size().Relations)), Columns: []schema.Column{{Name: "x"}}})
		c := edit.Catalog()
		readers.Go(func() {
			if len(c.Search("t1999", schema.FindAll, 5)) == 0 || c.Resolve("table_7") == nil || c.RelationByOID(7) != nil {
				t.Error("table_1999 or table_7 is not found")
			}
		})
	}
	readers.Wait()
}

func BenchmarkEdit(b *testing.B) {
	for _, tables := range sizes {
		b.Run(fmt.Sprint(tables), func(b *testing.B) {
			base := schema.New(large(tables))
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				edit := base.Edit()
				edit.Put(&schema.Relation{Object: object("public", fmt.Sprint("table_", i%tables)), Indexes: []schema.Index{{Name: "new_pkey"}}})
				edit.Catalog()
				i++
			}
		})
	}
}

// BenchmarkScript makes the 2,000 catalogs of a script of as many statements
// and keeps them all.
func BenchmarkScript(b *testing.B) {
	for _, tables := range sizes {
		b.Run(fmt.Sprint(tables), func(b *testing.B) {
			base := schema.New(large(tables))
			b.ReportAllocs()
			for b.Loop() {
				edit := base.Edit()
				catalogs := make([]*schema.Catalog, 2000)
				for i := range catalogs {
					edit.Put(&schema.Relation{Object: object("public", fmt.Sprint("new_", i))})
					catalogs[i] = edit.Catalog()
				}
			}
		})
	}
}

func names[T any](items []T, name func(T) string) string {
	var all []string
	for _, item := range items {
		all = append(all, name(item))
	}
	return strings.Join(all, " ")
}
