package sample_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/engine/scratch/sample"
	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
)

// user restricts a query over pg_class to what the sample made.
const user = ` and relnamespace::regnamespace::text in ('shop', 'warehouse', 'billing', 'hr', 'audit')`

func TestLoadKeepsItsPromises(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		conn := s.Database(t).Conn(t)
		began := time.Now()
		if err := sample.Load(t.Context(), conn); err != nil {
			t.Fatal(err)
		}
		t.Logf("loaded in %s", time.Since(began).Round(10*time.Millisecond))
		for _, promise := range []struct {
			what    string
			atLeast int
			query   string
		}{
			{"tables", 25, `select count(*) from pg_class where relkind in ('r', 'p') and not relispartition` + user},
			{"schemas", 3, `select count(distinct relnamespace) from pg_class where relkind = 'r'` + user},
			{"rows", 50_000, `select sum(reltuples) from pg_class where relkind = 'r'` + user},
			{"rows of the smallest table but audit.change", 3, `select min(reltuples) from pg_class where relkind in ('r', 'p') and not relispartition and relname <> 'change'` + user},
			{"partitions by range, list and hash", 10, `select count(*) from pg_class where relispartition and relkind = 'r'` + user},
			{"ways of partitioning", 3, `select count(distinct partstrat) from pg_partitioned_table`},
			{"views", 6, `select count(*) from pg_class where relkind = 'v'` + user},
			{"rows of the materialized view", 500, `select count(*) from shop.monthly_sales`},
			{"enums", 7, `select count(distinct enumtypid) from pg_enum`},
			{"domains", 5, `select count(*) from pg_type where typtype = 'd' and typnamespace::regnamespace::text in ('shop', 'billing')`},
			{"composite types", 1, `select count(*) from pg_class where relkind = 'c'` + user},
			{"identity columns", 20, `select count(*) from pg_attribute where attidentity <> ''`},
			{"generated columns", 6, `select count(*) from pg_attribute where attgenerated <> ''`},
			{"exclusion constraints", 3, `select count(*) from pg_constraint where contype = 'x'`},
			{"composite foreign keys", 5, `select count(*) from pg_constraint where contype = 'f' and conparentid = 0 and cardinality(conkey) > 1`},
			{"tables that refer to themselves", 3, `select count(*) from pg_constraint where contype = 'f' and conrelid = confrelid`},
			{"triggers", 3, `select count(*) from pg_trigger where not tgisinternal`},
			{"functions", 8, `select count(*) from pg_proc where prokind = 'f' and pronamespace::regnamespace::text in ('shop', 'warehouse', 'billing', 'audit')`},
			{"procedures", 2, `select count(*) from pg_proc where prokind = 'p' and pronamespace::regnamespace::text in ('shop', 'billing')`},
			{"policies", 4, `select count(*) from pg_policy`},
			{"names that need quotes", 5, `select count(*) from (select relname::text from pg_class where true` + user + ` union all select attname from pg_attribute join pg_class c on c.oid = attrelid where attnum > 0` + user + `) n(name) where name ~ '[^a-z0-9_]'`},
			{"comments", 90, `select count(*) from pg_description where objoid >= 16384`},
		} {
			var got float64
			if err := conn.QueryRow(t.Context(), promise.query).Scan(&got); err != nil {
				t.Errorf("%s: %v", promise.what, err)
			} else if got < float64(promise.atLeast) {
				t.Errorf("%v %s, want at least %d", got, promise.what, promise.atLeast)
			}
		}
	})
}

// TestEveryTableIsExplained asks for a comment on each, since people meet the
// comments in completion and hover.
func TestEveryTableIsExplained(t *testing.T) {
	conn := pgtest.New(t).Sample(t).Conn(t)
	var bare []string
	err := conn.QueryRow(t.Context(), `
		select array_agg(oid::regclass::text) from pg_class
		where relkind in ('r', 'p', 'v', 'm') and not relispartition and obj_description(oid, 'pg_class') is null`+user).Scan(&bare)
	if err != nil {
		t.Fatal(err)
	}
	if len(bare) > 0 {
		t.Errorf("no comment on %s", strings.Join(bare, ", "))
	}
}

func TestRowsAreTheSameEverywhere(t *testing.T) {
	const fingerprint = `
		select md5(string_agg(r, '' order by r)) from (
			select md5(p::text) from (select sku, name, price, cost, status, attributes, tags, introduced_on from shop.product) p
			union all select md5(c::text) from (select name, email, address, registered_at from shop.customer) c
			union all select md5(l::text) from shop.order_line l
			union all select md5(i::text) from billing.invoice i
			union all select md5(m::text) from (select kind, moved_at, site_id, product_id, variant_no, quantity from warehouse.movement) m
		) rows (r)`
	first := ""
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		var got string
		if err := s.Sample(t).Conn(t).QueryRow(t.Context(), fingerprint).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = got
		}
		if got != first {
			t.Errorf("PostgreSQL %d has other rows than the first major", s.Major)
		}
	})
}

func TestRoutinesDoWhatTheySay(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		conn := s.Sample(t).Conn(t)
		for _, step := range []struct{ query, want string }{
			{`select shop.order_total(12) = (select total from shop.order_summary where id = 12)`, "t"},
			{`select count(*) from shop.search_products('light tent', max_price => 400, max_rows => 2)`, "2"},
			{`select shop.format_address(row('Kaigaten 4', '5016', 'Bergen', 'NO'))`, "Kaigaten 4, 5016 Bergen, NO"},
			{`select shop.cheapest(3, 1.5, 2)`, "1.5"},
			{`select on_hand > reserved from warehouse.stock_level(3)`, "t"},
			{`select round(billing.discounted(d), 2) from unnest('{10,20}'::numeric[]) d`, "72.00"},
			{`update shop.product set price = price + 1 where id = 1 returning updated_at = now()`, "t"},
			{`select operation || ' ' || relation from audit.change`, "UPDATE shop.product"},
			{`call billing.settle_invoice('FF-100160', 'card')`, "5644"},
			{`select paid_on = current_date from billing.invoice where number = 'FF-100160'`, "t"},
		} {
			var got string
			result := conn.QueryRow(t.Context(), step.query, pgx.QueryResultFormats{pgx.TextFormatCode})
			if err := result.Scan(&got); err != nil {
				t.Errorf("%s: %v", step.query, err)
			} else if got != step.want {
				t.Errorf("%s: %s, want %s", step.query, got, step.want)
			}
		}
		_, err := conn.Exec(t.Context(), `call shop.cancel_order(12, 'too late')`)
		if err == nil || !strings.Contains(err.Error(), "order 12 is already delivered") {
			t.Errorf("cancelling a delivered order: %v", err)
		}
	})
}
