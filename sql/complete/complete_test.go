package complete_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/fixture"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/complete"
)

func columns(names ...string) []schema.Column {
	list := make([]schema.Column, len(names))
	for i, name := range names {
		list[i] = schema.Column{Name: name, Type: "text"}
	}
	return list
}

func shop() *schema.Catalog {
	return schema.New(schema.Contents{
		SearchPath: []string{"public"},
		Schemas:    []schema.Schema{{Object: schema.Object{Name: "public"}}, {Object: schema.Object{Name: "audit"}}, {Object: schema.Object{Name: "pg_catalog"}}},
		Relations: []schema.Relation{
			{Object: schema.Object{Schema: "public", Name: "customers"}, Columns: columns("id", "name", "email")},
			{Object: schema.Object{Schema: "public", Name: "orders"}, Columns: columns("id", "customer_id", "total")},
			{Object: schema.Object{Schema: "public", Name: "Order Lines"}, Columns: columns("Qty", "order")},
			{Object: schema.Object{Schema: "audit", Name: "events"}, Columns: columns("at", "what")},
			{Object: schema.Object{Schema: "pg_catalog", Name: "pg_class"}, Columns: columns("oid", "relname")},
		},
		Functions: []schema.Function{
			{Object: schema.Object{Schema: "public", Name: "order_total"}, Arguments: []schema.Argument{{Name: "id", Type: "integer"}}, Result: "numeric"},
			{Object: schema.Object{Schema: "pg_catalog", Name: "count"}, Kind: schema.Aggregate, Arguments: []schema.Argument{{Type: "\"any\""}}, Result: "bigint"},
			{Object: schema.Object{Schema: "public", Name: "orders_of"}, Arguments: []schema.Argument{{Name: "customer", Type: "integer"}}, Result: "orders", ReturnsSet: true},
			{Object: schema.Object{Schema: "pg_catalog", Name: "now"}, Result: "timestamp with time zone"},
		},
		Types: []schema.Type{{Object: schema.Object{Schema: "pg_catalog", Name: "numeric"}}, {Object: schema.Object{Schema: "public", Name: "status"}, Kind: schema.Enum}},
	})
}

func at(t testing.TB, marked string) (list complete.List, src string) {
	t.Helper()
	src, offset := fixture.Cursor(t, marked)
	return complete.At(complete.Request{File: sql.New(src), Offset: offset, Catalog: shop(), Snippets: true}), src
}

func labels(list complete.List) []string {
	var out []string
	for _, item := range list.Items {
		out = append(out, item.Label)
	}
	return out
}

// first are the best offers at a place; those written with - must be missing.
func TestOffers(t *testing.T) {
	tests := []struct{ text, first, not string }{
		{"<|>", "SELECT,INSERT INTO", "orders"},
		{"sel<|>", "SELECT", "SET"},
		{"select 1; upd<|>; select 2", "UPDATE", ""},
		{"select * from <|>", "Order Lines,customers,orders,audit", "pg_class,id,SELECT"},
		{"select * from orders_<|>", "orders_of", "order_total"},
		{"select * from customers c, lateral (select 1) x join public.ord<|>", "Order Lines,orders,orders_of", "order_total"},
		{"delete from orders<|>", "orders", "orders_of"},
		{"insert into public.<|>", "Order Lines,customers,orders", "orders_of"},
		{"select * from pg_c<|>", "pg_catalog,pg_class", "orders"},
		{"select * from ord<|>", "Order Lines,orders", "order_total,customers"},
		{"select * from ORD<|>", "Order Lines,orders", ""},
		{"select * from audit.<|>", "events", "orders"},
		{"select * from customers c join <|>", "Order Lines,customers,orders", "name"},
		{"select c.<|> from customers c", "email,id,name", "total,customers"},
		{"select c.na<|> from customers as c", "name", "id"},
		{"select customers.<|> from customers", "email,id,name", ""},
		{"select <|> from customers c", "email,id,name,c", "total"},
		{"select id from customers where <|>", "email,id,name", "total"},
		{"select a.at, <|> from audit.events a", "at,what", "id"},
		{"update orders set <|>", "id,customer_id,total", "name"},
		{"insert into orders (<|>", "id,customer_id,total", "name"},
		{"delete from orders where to<|>", "total", ""},
		{"with recent as (select 1) select * from re<|>", "recent", ""},
		{"select a.<|> from (select id as n, o.total, count(*), x + 1 as y from orders o, (select 1) q) a", "count,n,total,y", "customer_id,q,id"},
		{"with w as (select * from customers where true) select w.<|> from w", "email,id,name", "total"},
		{"select a.<|> from (select o.total::numeric, id::text::int, null from orders o) a", "id,total", "int,numeric,null"},
		{"with recursive w as (select * from w) select w.<|> from w", "", ""},
		{"with w as materialized (select 1 as one), v as (select one, 2 as two from w) select <|> from v", "one,two,v", "id"},
		{"select (select max(total) from orders), na<|> from customers", "name", "total"},
		{"select * from customers c where exists (select <|> from orders o)", "customer_id,id,total,email,name,c,o", ""},
		{"select * from customers c where c.id in (select o.<|> from orders o)", "customer_id,id,total", "email"},
		{"insert into customers values (1, 2), (3, <|>", "audit", "id,orders"},
		{"select * from a, <|>", "Order Lines,customers,orders", ""},
		{"select total::<|> from orders", "status,numeric", "total"},
		{"select cou<|> from orders", "count", ""},
		{"select * from orders wh<|>", "WHERE", "WHEN,customers"},
		{"select extract(year from <|>) from audit.events", "at,what", "orders"},
		{"select 'x <|>'", "", "orders"},
		{"select 1 -- from <|>", "", "orders"},
		{"select /* <|> */ 1", "", "orders"},
		{"create table <|>", "IF NOT EXISTS", "orders,IF"},
		{"select id as <|> from orders", "", "orders"},
		{"selec broken (; select o.<|> from orders o; also (broken", "customer_id,id,total", ""},
		{`\d <|>`, "", "orders"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			list, _ := at(t, test.text)
			got := labels(list)
			var want []string
			if test.first != "" {
				want = strings.Split(test.first, ",")
			} else if len(got) > 0 {
				t.Fatalf("offered %q, want nothing", got)
			}
			if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
				t.Errorf("first come %q, want %q", got[:min(len(got), 8)], want)
			}
			for _, name := range strings.Split(test.not, ",") {
				if slices.Contains(got, name) {
					t.Errorf("%q is offered", name)
				}
			}
		})
	}
}

// What an editor inserts when the first item with this label is picked.
func TestInserts(t *testing.T) {
	tests := []struct{ text, label, want string }{
		{"select * from ord<|>", "orders", "select * from orders"},
		{"select * from ord<|>ers", "orders", "select * from orders"},
		{"select * from o<|> where true", "orders", "select * from orders where true"},
		{"select * from Ord<|>", "Order Lines", `select * from "Order Lines"`},
		{`select * from "Ord<|>`, "Order Lines", `select * from "Order Lines"`},
		{`select * from "ord<|>"`, "orders", `select * from "orders"`},
		{`select l.<|> from "Order Lines" l`, "order", `select l."order" from "Order Lines" l`},
		{"select order_t<|>", "order_total", "select order_total($1)$0"},
		{"select order_t<|>(1)", "order_total", "select order_total(1)"},
		{"select no<|>", "now", "select now()$0"},
		{"select i<|> from orders o, customers c", "id", "select o.id from orders o, customers c"},
		{"sel<|>", "SELECT", "SELECT"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			list, src := at(t, test.text)
			for _, item := range list.Items {
				if item.Label == test.label {
					if got := src[:item.Replace.Start] + item.InsertText + src[item.Replace.End:]; got != test.want {
						t.Errorf("got %s, want %s", got, test.want)
					}
					return
				}
			}
			t.Fatalf("%q is not offered among %q", test.label, labels(list))
		})
	}
}

func TestListIsBoundedAndInOrder(t *testing.T) {
	list := complete.At(complete.Request{File: sql.New("select "), Offset: 7, Catalog: shop(), Limit: 3})
	if len(list.Items) != 3 || !list.Incomplete {
		t.Errorf("%d items, incomplete %v", len(list.Items), list.Incomplete)
	}
	if list := complete.At(complete.Request{File: sql.New("select "), Offset: 7, Catalog: shop(), Limit: -1}); len(list.Items) == 0 {
		t.Error("a negative limit gives nothing")
	}
	if !slices.IsSortedFunc(list.Items, func(a, b complete.Item) int { return strings.Compare(a.SortText, b.SortText) }) {
		t.Error("SortText sorts otherwise")
	}
}

func FuzzAt(f *testing.F) {
	f.Add(`select c."a<|> from (select 1) as x, c where`, 10)
	f.Add("with a as (select b.", 20)
	catalog := shop()
	f.Fuzz(func(t *testing.T, src string, offset int) {
		file := sql.New(src)
		for _, item := range complete.At(complete.Request{File: file, Offset: offset, Catalog: catalog}).Items {
			if item.Replace.Start < 0 || item.Replace.End > len(src) || item.Replace.Start > item.Replace.End {
				t.Fatalf("%q replaces %v", item.Label, item.Replace)
			}
		}
	})
}

// Stars over stars double the columns at each step; the answer comes at once.
func TestStarsOverStars(t *testing.T) {
	src := "with a0 as (select * from customers)"
	for i := range 60 {
		src += fmt.Sprintf(", a%d as (select * from a%d x, a%d y, a%d z)", i+1, i, i, i+1)
	}
	list, _ := at(t, src+" select a60.<|> from a60")
	if got := labels(list); !slices.Equal(got, []string{"email", "id", "name"}) {
		t.Errorf("offered %q", got)
	}
}

// A statement of some megabytes costs what its tokens cost.
func BenchmarkLongStatement(b *testing.B) {
	src := "insert into orders values " + strings.Repeat("(1, 'x', f(2)), ", 50_000)
	file, catalog := sql.New(src), shop()
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		complete.At(complete.Request{File: file, Offset: len(src), Catalog: catalog})
	}
}

func BenchmarkAt(b *testing.B) {
	for _, tables := range []int{50, 50_000} {
		var contents schema.Contents
		contents.SearchPath = []string{"public"}
		for i := range tables {
			contents.Relations = append(contents.Relations, schema.Relation{Object: schema.Object{Schema: "public", Name: fmt.Sprintf("table_%05d", i)}, Columns: columns("a", "b", "c")})
		}
		catalog := schema.New(contents)
		for _, text := range []string{"select * from ", "select t. from table_00007 t"} {
			b.Run(fmt.Sprintf("tables=%d/%s", tables, text), func(b *testing.B) {
				file := sql.New(text)
				offset := min(len(text), 14)
				if strings.HasPrefix(text, "select t.") {
					offset = 9
				}
				b.ReportAllocs()
				for b.Loop() {
					complete.At(complete.Request{File: file, Offset: offset, Catalog: catalog})
				}
			})
		}
	}
}
