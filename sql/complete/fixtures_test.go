package complete_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/fixture"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/builtin"
	"github.com/tusk-lsp/tusk-lsp/schema/replay"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/complete"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// store is what the fixtures know, over what comes with PostgreSQL.
const store = `
create type mood as enum ('sad', 'ok', 'happy');
create type address as (street text, zip text);
create domain positive as integer check (value > 0);
create table customers (id bigint generated always as identity primary key, name text not null, mood mood, home address, tags text[], parent_id bigint references customers);
create table products (id bigint primary key, title text, price numeric(10,2), active boolean not null default true);
create table orders (id bigint primary key, customer_id bigint not null references customers, placed timestamptz, total numeric(12,2), note text, data jsonb, full_name text generated always as ('x') stored);
create table order_lines (order_id bigint references orders, product_id bigint references products, line int, amount positive, primary key (order_id, line));
create table shipments (id int primary key, order_id bigint, line int, foreign key (order_id, line) references order_lines (order_id, line));
create table "Mixed Case" ("Id" int, "Größe" text);
create view big_orders as select id, total from orders where total > 1000;
create materialized view totals as select customer_id, total from orders;
create sequence ticket_seq;
create index orders_placed_idx on orders (placed);
create function order_total(o bigint, vat numeric default 0.2) returns numeric language sql as 'select 1.0';
create function recent_orders(n int) returns setof orders language sql as 'select * from orders';
create function touch() returns trigger language plpgsql as 'begin return new; end';
create procedure archive(before date, dry_run boolean default true) language sql as 'select 1';
create trigger orders_touch before update on orders for each row execute function touch();
create schema audit;
create table audit.events (at timestamptz, what text, customer bigint references customers);
create policy orders_own on orders using (true);
create role reporting;
create publication outbox for table orders;
`

var storeCatalog = func() func(t testing.TB) *schema.Catalog {
	var made *schema.Catalog
	return func(t testing.TB) *schema.Catalog {
		t.Helper()
		if made != nil {
			return made
		}
		session := replay.New(builtin.Catalog(18), replay.Options{})
		session.SetSearchPath([]string{"public"})
		for _, st := range sql.New(store).Statements() {
			for _, problem := range session.Run(tree.Of(st, store).Statement(), nil) {
				t.Fatal(problem)
			}
		}
		made = session.Catalog()
		return made
	}
}()

func offered(t testing.TB, marked string) []complete.Item {
	t.Helper()
	src, offset := fixture.Cursor(t, marked)
	return complete.At(complete.Request{File: sql.New(src), Offset: offset, Catalog: storeCatalog(t), KeywordCase: complete.Typed, Limit: 400,
		Extensions: func() []string { return []string{"hstore", "pg_trgm", "plpgsql"} },
	}).Items
}

// Each line of a fixture file is a text with its cursor, what comes first, and
// behind ! what must not be there; + is anywhere in the list.
func TestFixtures(t *testing.T) {
	var lines []string
	for _, path := range []string{"testdata/places.txt", "testdata/more.txt"} {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.Split(string(content), "\n")...)
	}
	count := 0
	for _, line := range lines {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		before, after, _ := strings.Cut(line, "<|>")
		rest, wants, ok := strings.Cut(after, " => ")
		if !ok {
			t.Fatalf("no => behind the cursor of %s", line)
		}
		text := before + "<|>" + rest
		count++
		text = strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(text)
		items := offered(t, text)
		var got []string
		for _, item := range items {
			got = append(got, item.Label)
		}
		at := 0
		for _, want := range strings.Split(wants, ";") {
			switch want = strings.TrimSpace(want); {
			case want == "":
			case want == "nothing":
				if len(got) > 0 {
					t.Errorf("%s\n\toffers %q, want nothing", text, got[:min(len(got), 8)])
				}
			case want[0] == '!':
				if slices.Contains(got, want[1:]) {
					t.Errorf("%s\n\toffers %q", text, want[1:])
				}
			case want[0] == '+':
				if !slices.Contains(got, want[1:]) {
					t.Errorf("%s\n\tdoes not offer %q among %d: %q", text, want[1:], len(got), got[:min(len(got), 8)])
				}
			default:
				if at >= len(got) || got[at] != want {
					t.Errorf("%s\n\toffers %q, want %q at %d", text, got[:min(len(got), 8)], want, at)
				}
				at++
			}
		}
	}
	t.Logf("%d fixtures", count)
}

// Of what fits as well, the more used comes first.
func TestUsedNamesComeFirst(t *testing.T) {
	src := "select * from "
	items := complete.At(complete.Request{File: sql.New(src), Offset: len(src), Catalog: storeCatalog(t), Uses: map[string]int{"orders": 7, "shipments": 9}}).Items
	if len(items) < 3 || items[0].Label != "shipments" || items[1].Label != "orders" || items[2].Label != "Mixed Case" {
		t.Errorf("first come %v", items[:min(len(items), 3)])
	}
}
