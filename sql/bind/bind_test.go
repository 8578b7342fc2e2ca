package bind_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/builtin"
	"github.com/tusk-lsp/tusk-lsp/schema/replay"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/bind"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// shop is the catalog that the tests' statements are bound against.
const shop = `
create type mood as enum ('sad', 'ok', 'happy');
create type address as (street text, zip varchar(10));
create domain positive as integer check (value > 0);
create table customers (id bigint primary key, name text not null, mood mood, home address, tags text[], score numeric(10,2));
create table orders (id bigint primary key, customer_id bigint not null references customers, placed timestamptz, total numeric(12,2), amount positive, note varchar(20), data jsonb);
create view big as select id, total from orders where total > 1000;
create function order_total(o bigint, vat numeric default 0.2) returns numeric language sql as 'select 1.0';
create function pairs(n int) returns table (a int, b text) language sql as $$ select 1, 'x' $$;
create function halves(in x int, out y int, out z text) language sql as $$ select 1, 'x' $$;
create function some_orders() returns setof orders language sql as 'select * from orders';
create schema app;
create table app.events (id int, what text);
`

func catalog(t testing.TB, major int) *schema.Catalog {
	t.Helper()
	session := replay.New(builtin.Catalog(major), replay.Options{})
	session.SetSearchPath([]string{"public"})
	for _, st := range sql.New(shop).Statements() {
		for _, problem := range session.Run(tree.Of(st, shop).Statement(), nil) {
			t.Fatal(problem)
		}
	}
	return session.Catalog()
}

func bound(t testing.TB, c *schema.Catalog, query string) *bind.Statement {
	t.Helper()
	for _, st := range sql.New(query).Statements() {
		return bind.Of(tree.Of(st, query), bind.Scope{Catalog: c})
	}
	t.Fatal("no statement")
	return nil
}

func columnsText(columns []bind.Column) string {
	var parts []string
	for _, c := range columns {
		parts = append(parts, fmt.Sprintf("%s %s", c.Name, c.Type))
	}
	return strings.Join(parts, ", ")
}

func problemsText(problems []bind.Problem) string {
	var parts []string
	for _, p := range problems {
		parts = append(parts, fmt.Sprintf("%s %s", p.Code, p.Message))
	}
	return strings.Join(parts, "; ")
}

// What a query gives, or else what is wrong with it.
func TestColumns(t *testing.T) {
	c := catalog(t, 18)
	for _, test := range []struct{ query, want string }{
		{`select id, name from customers`, `id bigint, name text`},
		{`select * from orders o join customers c on c.id = o.customer_id`, `id bigint, customer_id bigint, placed timestamp with time zone, total numeric(12,2), amount public.positive, note character varying(20), data jsonb, id bigint, name text, mood public.mood, home public.address, tags text[], score numeric(10,2)`},
		{`select id from customers join orders using (id)`, `id bigint`},
		{`select id from customers, orders`, `42702 column reference "id" is ambiguous`},
		{`select nme from customers`, `42703 column "nme" does not exist`},
		{`select c.nme from customers c`, `42703 column c.nme does not exist`},
		{`select customers.id from customers c`, `42P01 missing FROM-clause entry for table "customers"`},
		{`select * from custmers`, `42P01 relation "custmers" does not exist`},
		{`select 1, 1.5, 'x', null, 10000000000, true, b'1', -2147483648`, `?column? integer, ?column? numeric, ?column? text, ?column? text, ?column? bigint, ?column? boolean, ?column? "bit", ?column? integer`},
		{`select 1 + 2.5, 'a' || 'b', 1 || 'x', now() - interval '1 day', date '2026-01-01' - date '2025-01-01', 2 ^ 3`, `?column? numeric, ?column? text, ?column? text, ?column? timestamp with time zone, ?column? integer, ?column? double precision`},
		{`select count(*), sum(id), avg(id), max(placed), array_agg(note), string_agg(note, ','), min(total) from orders`, `count bigint, sum numeric, avg numeric, max timestamp with time zone, array_agg character varying[], string_agg text, min numeric`},
		{`select (home).zip, tags[1], (c).name, c from customers c`, `zip character varying(10), tags text, name text, c public.customers`},
		{`with recursive t(n) as (select 1 union all select n + 1 from t) select n, n::text from t`, `n integer, n text`},
		{`with a as (select id from orders), b as (select id as x from a) select * from b`, `x bigint`},
		{`select * from pairs(1) p, halves(2), some_orders() s(k)`, `a integer, b text, y integer, z text, k bigint, customer_id bigint, placed timestamp with time zone, total numeric(12,2), amount public.positive, note character varying(20), data jsonb`},
		{`select * from generate_series(1, 10) with ordinality g(n)`, `n integer, ordinality bigint`},
		{`select coalesce(note, 'x'), case when id > 1 then 1 else 2.0 end, nullif(total, 0), greatest(1, 2) from orders`, `coalesce character varying, case numeric, nullif numeric(12,2), greatest integer`},
		{`select order_total(1), order_total(o => 1, vat => 0.1), order_total('x'::text)`, `42883 function order_total(text) does not exist`},
		{`select data->'a', data->>'b', data['x'] from orders`, `?column? jsonb, ?column? text, data jsonb`},
		{`select exists (select 1), array[1,2], array(select name from customers), row(1,2), (select max(id) from orders), 1 in (1,2)`, `exists boolean, array integer[], array text[], row record, max bigint, ?column? boolean`},
		{`values (1, 'a'), (2.5, 'b')`, `column1 numeric, column2 text`},
		{`select 1 union select 2.5`, `?column? numeric`},
		{`select 1 union select 'x'::text`, `42804 UNION types integer and text cannot be matched`},
		{`insert into customers (id, name, mood) values (1, 'x', 'ok') returning *`, `id bigint, name text, mood public.mood, home public.address, tags text[], score numeric(10,2)`},
		{`insert into customers (idd) values (1)`, `42703 column "idd" of relation "customers" does not exist`},
		{`insert into orders as o (id) values (1) on conflict (id) do update set total = excluded.total + o.total returning o.id, old.total, new.total`, `id bigint, total numeric(12,2), total numeric(12,2)`},
		{`update orders o set total = c.score from customers c where c.id = o.customer_id returning c.name, o.id`, `name text, id bigint`},
		{`delete from orders using customers c where c.id = customer_id returning note`, `note character varying(20)`},
		{`merge into orders o using customers c on c.id = o.customer_id when matched then update set total = c.score when not matched then insert (id) values (c.id) returning merge_action(), o.id, c.name`, `merge_action text, id bigint, name text`},
		{`select * from orders o, lateral (select o.id as again, name from customers where id = o.customer_id) x`, `id bigint, customer_id bigint, placed timestamp with time zone, total numeric(12,2), amount public.positive, note character varying(20), data jsonb, again bigint, name text`},
		{`select * from orders o, (select o.id) x`, `42P01 missing FROM-clause entry for table "o"`},
		{`select unnest(tags), array_length(tags, 1), array_append(tags, 'x') from customers`, `unnest text, array_length integer, array_append text[]`},
		{`select extract(year from placed), date_trunc('day', placed), placed at time zone 'UTC', placed::date from orders`, `extract numeric, date_trunc timestamp with time zone, timezone timestamp without time zone, placed date`},
		{`select rank() over (partition by customer_id order by placed), sum(total) over w from orders window w as (order by id)`, `rank bigint, sum numeric`},
		{`select percentile_cont(0.5) within group (order by total), mode() within group (order by note) from orders`, `percentile_cont double precision, mode character varying`},
		{`select json_build_object('a', 1), to_jsonb(o), row_to_json(o), jsonb_agg(o) from orders o`, `json_build_object json, to_jsonb jsonb, row_to_json json, jsonb_agg jsonb`},
		{`select * from jsonb_to_recordset('[]') as x(a int, b text)`, `a integer, b text`},
		{`table big`, `id bigint, total numeric(12,2)`},
		{`select amount + 1, amount from orders where mood = 'x'`, `42703 column "mood" does not exist`},
		{`select lower(note), substring(note from 1 for 2), trim(note), position('x' in note), length(note) from orders`, `lower text, substring text, btrim text, position integer, length integer`},
	} {
		s := bound(t, c, test.query)
		got := columnsText(s.Columns())
		if len(s.Problems()) > 0 {
			got = problemsText(s.Problems())
		}
		if got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.query, got, test.want)
		}
	}
}
