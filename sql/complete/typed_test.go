package complete_test

import (
	"slices"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/bind"
	"github.com/tusk-lsp/tusk-lsp/sql/complete"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// statements are right, over the store of the fixtures.
var statements = []string{
	`select c.name, o.total from customers c join orders o on o.customer_id = c.id where o.placed > now() order by o.total`,
	`select name, count(id), sum(parent_id) from customers group by name having count(id) > 1 order by name`,
	`with w as (select id, customer_id from orders), v as (select id from w) select w.customer_id, v.id from w join v using (id)`,
	`select * from orders o where exists (select line from order_lines l where l.order_id = o.id and amount > 3)`,
	`select (select name from customers where id = o.customer_id) from orders o, lateral (select o.note as mark) x where x.mark = note`,
	`insert into orders (id, customer_id, total) select id, id, price from products where active on conflict (id) do update set total = excluded.total returning note`,
	`update orders o set total = total + 1, note = c.name from customers c where c.id = o.customer_id returning o.id, c.name`,
	`delete from order_lines l using orders o where o.id = l.order_id and o.note is null returning amount`,
	`merge into orders o using customers c on o.customer_id = c.id when matched then update set note = c.name when not matched then insert (id, customer_id) values (c.id, parent_id)`,
	`select r.total, order_total(r.id) from recent_orders(5) r`,
	`select sum(total) over w, rank() over (partition by customer_id order by placed) from orders window w as (order by id)`,
	`select case when active then price else 0 end, coalesce(title, 'x') from products union all select total, note from orders`,
	`create view v as select id, name from customers`,
	`create index on orders (placed, total)`,
	`create table x (a mood, b bigint references orders (id), c positive, check (c > b))`,
	`alter table orders drop column note`,
	`drop table audit.events`,
	`select e.what, customer from audit.events e`,
	`select "Größe", m."Id" from "Mixed Case" m`,
	`do $$ declare n int; r record; begin select count(id) into n from orders; for r in select id, note from orders loop perform r.note, n; end loop; end $$`,
}

// Where a right statement has a name, that name is offered once its first letter is
// typed.
func TestEveryNameIsOffered(t *testing.T) {
	catalog := storeCatalog(t)
	names := 0
	for _, src := range statements {
		place, ok := bind.At(sql.New(src), len(src)/2, catalog)
		if !ok {
			t.Fatal(src)
		}
		for _, problem := range place.Problems() {
			t.Errorf("%s: %s", src, problem.Message)
		}
		for n := range place.Tree().Nodes() {
			symbol := place.Refers(n)
			switch n.Kind() {
			case tree.ColumnRef, tree.RangeVar, tree.FunctionName, tree.ColumnName, tree.PLTarget:
			default:
				continue
			}
			parts := n.Names()
			if n.Parent().Kind() == tree.ColumnDef {
				continue // a new name
			}
			if symbol.Kind == bind.Nothing || len(parts) == 0 || parts[len(parts)-1].Text == "*" {
				continue
			}
			name := parts[len(parts)-1]
			span := place.Outside(name.Span)
			word := span.Of(src)
			first, closing := 1, ""
			if word[0] == '"' {
				first, closing = 2, `"`
			}
			typed := src[:span.Start] + word[:first] + closing + src[span.End:]
			list := complete.At(complete.Request{File: sql.New(typed), Offset: span.Start + first, Catalog: catalog, Limit: 1000})
			names++
			if !slices.ContainsFunc(list.Items, func(i complete.Item) bool { return i.Label == name.Text }) {
				t.Errorf("%s | %s is not among %d offers", typed[:span.Start+first], name.Text, len(list.Items))
			}
		}
	}
	t.Logf("%d names", names)
}

// Typed character by character, no statement makes a panic.
func TestTypedCharacterByCharacter(t *testing.T) {
	catalog := storeCatalog(t)
	for _, src := range statements {
		for end := range len(src) + 1 {
			complete.At(complete.Request{File: sql.New(src[:end]), Offset: end, Catalog: catalog, Snippets: true})
		}
	}
}
