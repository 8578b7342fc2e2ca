package hover_test

import (
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/fixture"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/builtin"
	"github.com/tusk-lsp/tusk-lsp/schema/replay"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/bind"
	"github.com/tusk-lsp/tusk-lsp/sql/hover"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

const shop = `
create type mood as enum ('sad', 'happy');
create domain positive as int check (value > 0);
create table customers (id bigint primary key, name text not null default 'x', mood mood);
comment on table customers is 'Who [buys](http://evil.example) <b>here</b>';
comment on column customers.name is 'as *written*';
create table orders (id bigint primary key, customer_id bigint references customers, total numeric(12,2));
create function order_total(o bigint, vat numeric default 0.2) returns numeric immutable language sql as 'select 1.0';
`

func catalog(t testing.TB) *schema.Catalog {
	t.Helper()
	session := replay.New(builtin.Catalog(17), replay.Options{})
	session.SetSearchPath([]string{"public"})
	for _, st := range sql.New(shop).Statements() {
		for _, problem := range session.Run(tree.Of(st, shop).Statement(), nil) {
			t.Fatal(problem)
		}
	}
	return session.Catalog()
}

func at(t *testing.T, c *schema.Catalog, marked string) (hover.Text, string) {
	t.Helper()
	src, offset := fixture.Cursor(t, marked)
	place, ok := bind.At(sql.New(src), offset, c)
	if !ok {
		return hover.Text{}, ""
	}
	text, ok := hover.At(place.Statement, place.Inside(offset))
	if !ok {
		return hover.Text{}, ""
	}
	span := place.Outside(text.Span)
	return text, src[span.Start:span.End]
}

// What is told holds each of these, and is about this word.
func TestHover(t *testing.T) {
	c := catalog(t)
	for _, test := range []struct{ text, about, holds string }{
		{"select * from cus<|>tomers", "customers", "table public.customers (|primary key|name text|not null default 'x'|Who [buys]"},
		{"select na<|>me from customers", "name", "customers.name text not null|as *written*"},
		{"select c.i<|>d from customers c", "id", "customers.id bigint primary key|referenced by orders (customer_id)"},
		{"select <|>c.id from customers c", "c", "table public.customers"},
		{"select m<|>ood from customers", "mood", "customers.mood public.mood|one of sad, happy"},
		{"with w as (select id, total from orders) select * from <|>w", "w", "common table expression w|id    bigint|total numeric(12,2)"},
		{"select x.<|>n from (select count(*) as n from orders) x", "n", "n bigint"},
		{"select order_<|>total(1)", "order_total", "function public.order_total(o bigint, vat numeric default 0.2) returns numeric|immutable; in sql"},
		{"select su<|>m(total) from orders", "sum", "aggregate sum(numeric) returns numeric|aggregate sum(bigint)"},
		{"select 'x'::mo<|>od", "mood", "enum public.mood ('sad', 'happy')"},
		{"select 1::posi<|>tive", "positive", "domain public.positive of integer"},
		{"select 1 <|>+ 2", "+", "integer + integer returns integer"},
		{"select <|>* from orders", "*", "3 columns|customer_id bigint"},
		{"select * from orders where id = $<|>1", "$1", "$1 bigint"},
		{"select * from orders gro<|>up by 1", "group by", "GROUP BY|one row of all rows|https://www.postgresql.org/docs/17/sql-select.html#SQL-GROUPBY"},
		{"se<|>lect 1", "select", "SELECT|Reads rows"},
		{"select * from orders left jo<|>in customers on true", "left join", "LEFT JOIN"},
		{"do $$ declare total_sum numeric; begin total_<|>sum := 1; end $$", "total_sum", "variable total_sum numeric"},
		{"select 'tex<|>t'", "", ""},
		{"select nothing_<|>known from orders", "", ""},
	} {
		text, about := at(t, c, test.text)
		if about != test.about {
			t.Errorf("%s\n\tis about %q, want %q", test.text, about, test.about)
		}
		for _, part := range strings.Split(test.holds, "|") {
			if !strings.Contains(text.Plain, part) {
				t.Errorf("%s\n\tdoes not tell %q:\n%s", test.text, part, text.Plain)
			}
		}
	}
}

// Texts of the database are shown as they are: no link, no HTML, no code.
func TestMarkdownHoldsNothingOfOthers(t *testing.T) {
	c := catalog(t)
	text, _ := at(t, c, "select * from cus<|>tomers")
	for _, forbidden := range []string{"](http", "<b>"} {
		if strings.Contains(text.Markdown, forbidden) {
			t.Errorf("%q is in\n%s", forbidden, text.Markdown)
		}
	}
	edit := c.Edit()
	edit.Put(&schema.Relation{Object: schema.Object{Schema: "public", Name: "a```b\n[x](y)"}})
	text, _ = at(t, edit.Catalog(), "select * from \"a```b\n[x](y)\"<|>")
	if !strings.HasPrefix(text.Markdown, "````sql\n") {
		t.Errorf("a name breaks out of its fence:\n%s", text.Markdown)
	}
}
