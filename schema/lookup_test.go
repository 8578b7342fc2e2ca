package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

func TestPgTempIsFirstForRelationsAndTypesOnly(t *testing.T) {
	contents := func(path ...string) schema.Contents {
		c := schema.Contents{SearchPath: path}
		for _, s := range []string{"pg_catalog", "pg_temp", "public"} {
			c.Relations = append(c.Relations, schema.Relation{Object: object(s, "pg_class")})
			c.Types = append(c.Types, schema.Type{Object: object(s, "xml")})
			c.Functions = append(c.Functions, schema.Function{Object: object(s, "now")})
		}
		return c
	}
	for _, test := range []struct{ path, relation, typ, function string }{
		{"public", "pg_temp", "pg_temp", "pg_catalog"},
		{"public pg_temp", "pg_catalog", "pg_catalog", "pg_catalog"},
		{"public pg_catalog pg_temp", "public", "public", "public"},
		{"pg_temp public pg_catalog", "pg_temp", "pg_temp", "public"},
	} {
		c := schema.New(contents(strings.Fields(test.path)...))
		if got := c.Resolve("pg_class").Schema; got != test.relation {
			t.Errorf("with %s the relation is that of %s", test.path, got)
		}
		if got := c.ResolveType("xml").Schema; got != test.typ {
			t.Errorf("with %s the type is that of %s", test.path, got)
		}
		if got := list(c.FunctionsNamed("", "now"), func(f *schema.Function) string { return f.Schema }); got != test.function {
			t.Errorf("with %s the function is that of %s", test.path, got)
		}
		if got := list(c.FunctionsWithPrefix("", "now"), func(f *schema.Function) string { return f.Schema }); strings.Contains(got, "pg_temp") {
			t.Errorf("with %s functions of pg_temp are listed: %s", test.path, got)
		}
	}
}

func TestUserInTheSearchPathIsTheRolesSchemaIfThereIsOne(t *testing.T) {
	edit := schema.New(schema.Contents{User: "ann", SearchPath: []string{"$user", "public"}, Relations: []schema.Relation{
		{Object: object("ann", "t")}, {Object: object("public", "t")},
	}}).Edit()
	if got := edit.Catalog().Resolve("t").Schema; got != "public" {
		t.Errorf("without the schema ann, t is that of %s", got)
	}
	edit.Put(&schema.Schema{Object: object("", "ann")})
	if got := edit.Catalog().Resolve("t").Schema; got != "ann" {
		t.Errorf("with the schema ann, t is that of %s", got)
	}
	edit.SetSearchPath([]string{"public"})
	if got := edit.Catalog().Resolve("t").Schema; got != "public" {
		t.Errorf("with the path public, t is that of %s", got)
	}
}

func TestOverloadsAreHiddenByThoseOfTheSameTypes(t *testing.T) {
	function := func(schemaName string, types ...string) schema.Function {
		f := schema.Function{Object: object(schemaName, "f")}
		for _, typ := range types {
			f.Arguments = append(f.Arguments, schema.Argument{Type: typ})
		}
		f.Arguments = append(f.Arguments, schema.Argument{Type: "text", Mode: schema.Out})
		return f
	}
	operator := func(schemaName, right string) schema.Operator {
		return schema.Operator{Object: object(schemaName, "+"), Left: "integer", Right: right}
	}
	c := schema.New(schema.Contents{
		SearchPath: []string{"app", "public"},
		Functions:  []schema.Function{function("app", "integer"), function("public", "integer"), function("public", "text"), function("other", "xml"), function("pg_catalog", "text")},
		Operators:  []schema.Operator{operator("app", "integer"), operator("pg_catalog", "integer"), operator("app", "bigint")},
	})
	show := func(f *schema.Function) string {
		return f.Schema + "(" + strings.Join(f.InputTypes(), ",") + ")"
	}
	if got := list(c.FunctionsNamed("", "f"), show); got != "pg_catalog(text) app(integer)" {
		t.Errorf("visible overloads: %s", got)
	}
	if got := list(c.FunctionsNamed("public", "f"), show); got != "public(integer) public(text)" {
		t.Errorf("overloads of public: %s", got)
	}
	if got := list(c.OperatorsNamed("", "+"), func(o *schema.Operator) string { return o.Schema + "(" + o.Right + ")" }); got != "pg_catalog(integer) app(bigint)" {
		t.Errorf("visible operators: %s", got)
	}
}

func TestTypeNamed(t *testing.T) {
	var contents schema.Contents
	contents.SearchPath = []string{"public"}
	for _, name := range strings.Fields("int2 int4 int8 float4 float8 numeric bool bpchar varchar text bit varbit timestamp timestamptz time timetz interval char") {
		contents.Types = append(contents.Types, schema.Type{Object: object("pg_catalog", name)})
	}
	contents.Types = append(contents.Types, schema.Type{Object: object("app", "Mood")}, schema.Type{Object: object("public", "mood")}, schema.Type{Object: object("public", `a "b". c`)})
	contents.Relations = []schema.Relation{{Object: object("public", "orders")}}
	c := schema.New(contents)
	for text, want := range map[string]string{
		"integer": "int4", "INT": "int4", "serial": "int4", "bigserial": "int8", "int8": "int8", "smallint": "int2",
		"real": "float4", "double  precision": "float8", "float": "float8", "float(24)": "float4 (24)", "float(25)": "float8 (25)", "float(7)": "float4 (7)",
		"numeric(10,2)": "numeric (10,2)", "decimal": "numeric", "boolean": "bool",
		"character varying(20)[]": "varchar (20) []", "varchar": "varchar", "char(3)": "bpchar (3)", `"char"`: "char",
		"bit varying(5)": "varbit (5)", "text[][3]": "text [][]", "text array": "text []", "setof text": "text",
		"timestamptz": "timestamptz", "timestamp(3) with time zone": "timestamptz (3)", "timestamp without time zone": "timestamp",
		"time with time zone": "timetz", "interval day to second": "interval", "interval(3)": "interval (3)",
		`app."Mood"[]`: "Mood []", "mood": "mood", "MOOD": "mood", `"Mood"`: "nothing", "app.mood": "nothing", "pg_catalog.int4": "int4",
		`"a ""b"". c"`: `a "b". c`, "orders": "row of orders", "public.orders[]": "row of orders []",
		"": "nothing", "nosuch": "nothing", `"open`: "nothing", "numeric(3": "nothing", "]": "nothing", "a.b.c": "nothing",
	} {
		got := "nothing"
		if found, ok := c.TypeNamed(text); ok {
			if found.Row != nil {
				got = "row of " + found.Row.Name
			} else {
				got = found.Type.Name
			}
			if found.Modifiers != "" {
				got += fmt.Sprintf(" (%s)", found.Modifiers)
			}
			if found.Dimensions > 0 {
				got += " " + strings.Repeat("[]", found.Dimensions)
			}
		}
		if got != want {
			t.Errorf("%q is %s, not %s", text, got, want)
		}
	}
}

func TestPartsAreFoundByTheNamesTheyPointTo(t *testing.T) {
	orders := schema.Name{Schema: "public", Name: "orders"}
	c := schema.New(schema.Contents{
		Relations: []schema.Relation{
			{Object: object("public", "orders"), Kind: schema.PartitionedTable, Indexes: []schema.Index{{Name: "orders_pkey"}}},
			{Object: object("public", "orders_2"), Inherits: []schema.Name{orders}, Partition: &schema.Partitioning{Of: orders}},
			{Object: object("public", "orders_1"), Partition: &schema.Partitioning{Of: orders}},
			{Object: object("public", "items"), Constraints: []schema.Constraint{
				{Name: "a", Kind: schema.ForeignKey, References: orders}, {Name: "b", Kind: schema.ForeignKey, References: orders}, {Name: "c"}}},
			{Object: object("public", "orders_id_seq"), Kind: schema.Sequence, Sequence: &schema.SequenceInfo{OwnedBy: orders, OwnedByColumn: "id"}},
		},
		Functions: []schema.Function{{Object: schema.Object{Schema: "public", Name: "f", Extension: "hstore"}}},
		Casts:     []schema.Cast{{Source: "text", Target: "xml"}, {Source: "text", Target: "json"}, {Source: "text2", Target: "xml"}},
	})
	name := func(r *schema.Relation) string { return r.Name }
	if got := list(c.Children(orders), name); got != "orders_1 orders_2" {
		t.Errorf("children: %s", got)
	}
	if got := list(c.OwnedSequences(orders), name); got != "orders_id_seq" {
		t.Errorf("sequences: %s", got)
	}
	keys := ""
	for r, k := range c.ReferencesTo(orders) {
		keys += r.Name + "." + k.Name + " "
	}
	if keys != "items.a items.b " {
		t.Errorf("foreign keys: %s", keys)
	}
	if r, x := c.Index("public", "orders_pkey"); r == nil || r.Name != "orders" || x.Name != "orders_pkey" {
		t.Errorf("the index is %v of %v", x, r)
	}
	if r, x := c.Index("public", "orders"); r != nil || x != nil {
		t.Errorf("a table was found as an index")
	}
	members := ""
	for o := range c.Members("hstore") {
		members += o.QualifiedName().Name
	}
	if members != "f" {
		t.Errorf("members: %s", members)
	}
	if got := list(c.CastsFrom("text"), func(c *schema.Cast) string { return c.Target }); got != "json xml" {
		t.Errorf("casts: %s", got)
	}
}

func TestByOID(t *testing.T) {
	c := schema.New(schema.Contents{
		Relations: []schema.Relation{{Object: schema.Object{OID: 5, Name: "r"}}, {Object: object("", "unknown")}},
		Functions: []schema.Function{{Object: schema.Object{OID: 5, Name: "f"}}},
		Types:     []schema.Type{{Object: schema.Object{OID: 5, Name: "t"}}},
	})
	if c.RelationByOID(5).Name != "r" || c.FunctionByOID(5).Name != "f" || c.TypeByOID(5).Name != "t" {
		t.Error("5 is not r, f and t")
	}
	if c.RelationByOID(0) != nil || c.RelationByOID(6) != nil {
		t.Error("0 or 6 is found")
	}
}
