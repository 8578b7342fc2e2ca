package destructive_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tusk-lsp/tusk-lsp/internal/pgtest"
	"github.com/tusk-lsp/tusk-lsp/sql/destructive"
)

const schema = `
	create table customer (id int primary key, name text, city text, active boolean default true);
	insert into customer select n, 'name ' || n, (array['Oslo', 'Bergen', null])[n % 3 + 1], n % 2 = 0 from generate_series(1, 20) n;
	create table "Order" (id int primary key, customer int, placed date, total numeric);
	insert into "Order" select n, n % 10 + 1, date '2024-01-01' + n, n * 10 from generate_series(1, 100) n;
	create table line (order_id int, item text);
	insert into line select n % 100 + 1, 'item ' || n % 7 from generate_series(1, 300) n;
	create table event (id int, day date) partition by range (day);
	create table event_2024 partition of event for values from ('2024-01-01') to ('2025-01-01');
	create table event_2025 partition of event for values from ('2025-01-01') to ('2026-01-01');
	insert into event select n, date '2024-12-01' + n from generate_series(1, 60) n;
	create table parent (id int);
	create table child (more int) inherits (parent);
	insert into parent select generate_series(1, 3);
	insert into child select n, n from generate_series(1, 5) n;
	create view active as select id, name from customer where active;
	create table made (id int);`

// TestCountsAreWhatTheServerChanges asks each Count in a read-only transaction,
// and compares with what the statement then deletes and updates in one that is
// rolled back. "?" stands for an action without a Count.
func TestCountsAreWhatTheServerChanges(t *testing.T) {
	cases := []struct {
		statement, counts string
		since             int // major version
	}{
		{`DELETE FROM customer`, "20", 14},
		{`DELETE FROM customer WHERE id > 15`, "5", 14},
		{`DELETE FROM customer AS c WHERE c.city IS NULL -- none of these`, "7", 14},
		{`DELETE FROM public.customer c WHERE c.name LIKE '%1%' RETURNING c.id, name AS where`, "11", 14},
		{`DELETE FROM "Order" WHERE placed < '2024-02-01'`, "30", 14},
		{`DELETE FROM "Order" o USING customer c WHERE o.customer = c.id AND c.city = 'Oslo'`, "30", 14},
		{`DELETE FROM "Order" USING line WHERE line.order_id = id`, "100", 14}, // three lines each
		{`DELETE FROM "Order" o USING line l JOIN customer c ON c.name = 'name 1' WHERE l.order_id = o.id AND o.customer = c.id`, "10", 14},
		{`DELETE FROM "Order" o USING customer c JOIN (SELECT DISTINCT order_id AS id FROM line) l USING (id) WHERE o.id = c.id`, "20", 14},
		{`DELETE FROM customer USING line`, "20", 14},
		{`DELETE FROM customer WHERE false`, "0", 14},
		{`DELETE FROM customer WHERE id = id`, "20", 14},
		{`DELETE FROM customer WHERE EXISTS (SELECT 1 FROM "Order" WHERE customer = customer.id AND total > 900)`, "10", 14},
		{`DELETE FROM customer WHERE id IN (SELECT id FROM customer ORDER BY id LIMIT 3 FOR UPDATE SKIP LOCKED)`, "3", 14},
		{`DELETE FROM customer WHERE id = (SELECT id FROM customer WHERE active ORDER BY id FOR NO KEY UPDATE OF customer NOWAIT /* a */ LIMIT 1)`, "1", 14},
		{`DELETE FROM customer WHERE CASE WHEN active THEN id < 5 ELSE false END`, "2", 14},
		{`DELETE FROM event WHERE day >= '2025-01-01'`, "30", 14},
		{`DELETE FROM event`, "60", 14},
		{`DELETE FROM event_2024`, "30", 14},
		{`DELETE FROM parent`, "8", 14},
		{`DELETE FROM ONLY parent`, "3", 14},
		{`DELETE FROM ONLY (parent) AS p WHERE p.id > 1`, "2", 14},
		{`DELETE FROM parent * WHERE id = 1`, "2", 14},
		{`DELETE FROM active WHERE id < 10`, "4", 14},
		{`DELETE FROM customer WHERE ctid = '(0,1)'`, "1", 14},
		{"DELETE FROM customer -- all of them?\nWHERE id = 1 -- no\n", "1", 14},
		{`EXPLAIN ANALYZE DELETE FROM customer WHERE id < 3`, "2", 14},
		{`EXPLAIN (ANALYZE, COSTS off) UPDATE customer SET city = NULL WHERE id < 3`, "2", 14},
		{`COPY (DELETE FROM customer WHERE id < 3 RETURNING *) TO STDOUT`, "2", 14},
		{`DELETE FROM customer WHERE id < 3 \; UPDATE customer SET name = 'x' WHERE id = 7`, "2 1", 14},

		{`UPDATE customer SET active = false`, "20", 14},
		{`UPDATE customer AS c SET name = upper(c.name), city = DEFAULT WHERE c.id BETWEEN 3 AND 6`, "4", 14},
		{`UPDATE customer SET active = city IS DISTINCT FROM 'Oslo' FROM line WHERE line.order_id = customer.id`, "20", 14},
		{`UPDATE customer c SET city = o.placed::text FROM "Order" o, line l WHERE o.customer = c.id AND l.order_id = o.id AND o.total > 980`, "2", 14},
		{`UPDATE "Order" SET (placed, total) = (SELECT max(day), 0 FROM event WHERE event.id = "Order".id) WHERE total > 500`, "50", 14},
		{`UPDATE active SET name = 'x'`, "10", 14},
		{`UPDATE event SET id = -id WHERE id < 10`, "9", 14},
		{`UPDATE customer SET id = id + 100 WHERE id = ANY (ARRAY[1, 2, 3, 400])`, "3", 14},
		{`UPDATE customer SET name = 'a' WHERE (id, city) IN (SELECT id, city FROM customer WHERE city = 'Oslo')`, "6", 14},

		{`WITH old AS (SELECT id FROM customer WHERE id < 5) DELETE FROM customer WHERE id IN (SELECT id FROM old)`, "4", 14},
		{`WITH old AS (SELECT id FROM customer WHERE id < 5), older (n) AS MATERIALIZED (SELECT id FROM old WHERE id < 3) DELETE FROM "Order" USING older WHERE customer = n`, "20", 14},
		{`WITH old AS (SELECT id FROM customer WHERE id < 5 FOR UPDATE) UPDATE customer SET name = 'x' FROM old WHERE old.id = customer.id`, "4", 14},
		{`WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 7) DELETE FROM customer USING n WHERE id = i`, "7", 14},
		{`WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 7) SEARCH DEPTH FIRST BY i SET o CYCLE i SET c USING p DELETE FROM customer USING n WHERE id = i`, "7", 14},
		{`WITH gone AS (DELETE FROM "Order" WHERE total > 900 RETURNING *) SELECT count(*) FROM gone`, "10", 14},
		{`WITH gone AS (DELETE FROM "Order" WHERE total > 900 RETURNING *) DELETE FROM line USING gone WHERE order_id = gone.id`, "10 ?", 14},
		{`WITH gone AS (DELETE FROM "Order" WHERE total > 900 RETURNING *) DELETE FROM line WHERE order_id > 90`, "10 30", 14},
		{`WITH big AS (SELECT id FROM "Order" WHERE total > 900), gone AS (DELETE FROM "Order" o USING big WHERE big.id = o.id RETURNING *) UPDATE customer SET city = 'x' WHERE id IN (SELECT customer FROM "Order" JOIN big USING (id))`, "10 10", 14},
		{`WITH gone AS (WITH big AS (SELECT id FROM "Order" WHERE total > 900) DELETE FROM "Order" WHERE id IN (TABLE big) RETURNING *) INSERT INTO made SELECT id FROM gone`, "10", 14},
		{`WITH "Big" AS (SELECT id FROM "Order" WHERE total > 900) DELETE FROM "Order" WHERE id IN (TABLE "Big")`, "10", 14},
		{`WITH big AS (SELECT 1 AS id), gone AS (WITH big AS (SELECT 2 AS id) DELETE FROM customer USING big WHERE big.id = customer.id RETURNING 1) SELECT 1`, "?", 14},
		{`CREATE TABLE kept AS WITH gone AS (DELETE FROM customer WHERE id < 6 RETURNING *) TABLE gone`, "5", 14},

		{`MERGE INTO customer c USING "Order" o ON c.id = o.id WHEN MATCHED AND o.total > 100 THEN DELETE WHEN MATCHED AND c.active THEN UPDATE SET name = 'x' WHEN NOT MATCHED THEN INSERT VALUES (o.id)`, "10 5", 15},
		{`MERGE INTO customer USING (SELECT DISTINCT customer AS id FROM "Order") s ON customer.id = s.id AND customer.active WHEN MATCHED THEN UPDATE SET name = 'x'`, "5", 15},
		{`WITH s AS (SELECT 3 AS n) MERGE INTO customer USING s JOIN line ON item = 'item 1' AND order_id = n ON id = n AND false WHEN MATCHED THEN DELETE`, "0", 15},
		{`MERGE INTO customer c USING "Order" o ON c.id = o.id + 10 WHEN NOT MATCHED BY SOURCE AND c.id > 5 THEN DELETE WHEN NOT MATCHED BY SOURCE THEN UPDATE SET name = 'x' WHEN MATCHED THEN DELETE`, "15 5", 17},
		{`MERGE INTO customer c USING made m ON c.id = m.id WHEN NOT MATCHED BY SOURCE THEN DELETE`, "20", 17},

		{`TRUNCATE customer`, "20", 14},
		{`TRUNCATE TABLE ONLY parent, line RESTART IDENTITY`, "303", 14},
		{`DROP TABLE event, "Order"`, "160", 14},
		{`DROP TABLE IF EXISTS line CASCADE`, "300", 14},
		{`DROP VIEW active`, "?", 14},
		{`ALTER TABLE customer DROP COLUMN city, DROP CONSTRAINT customer_pkey`, "? ?", 14},
		{`DO $$BEGIN DELETE FROM customer; END$$`, "?", 14},
		{`PREPARE p AS DELETE FROM customer`, "?", 14},
	}
	pgtest.Each(t, func(t *testing.T, s *pgtest.Server) {
		conn := s.Database(t, schema).Conn(t)
		for _, c := range cases {
			if s.Major < c.since {
				continue
			}
			actions := destructive.Find(c.statement)
			var counts []string
			announced := map[destructive.Kind]int64{}
			for _, a := range actions {
				count := "?"
				if a.Count != "" {
					n := countReadOnly(t, conn, a.Count)
					announced[a.Kind] += n
					count = fmt.Sprint(n)
				}
				counts = append(counts, count)
			}
			if got := strings.Join(counts, " "); got != c.counts {
				t.Errorf("%s\ncounts %s, want %s", c.statement, got, c.counts)
			}
			deleted, updated := changes(t, conn, c.statement)
			if slices.Contains(counts, "?") || announced[destructive.Truncate]+announced[destructive.Drop] > 0 {
				continue // what these take is not told row by row
			}
			if deleted != announced[destructive.Delete] || updated != announced[destructive.Update] {
				t.Errorf("%s\ndeletes %d and updates %d rows, announced were %v", c.statement, deleted, updated, announced)
			}
		}
	})
}

// countReadOnly runs a query in a read-only transaction.
func countReadOnly(t *testing.T, conn *pgx.Conn, query string) (n int64) {
	t.Helper()
	err := pgx.BeginTxFunc(t.Context(), conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), query).Scan(&n)
	})
	if err != nil {
		t.Errorf("%s\n%v", query, err)
	}
	return n
}

// changes runs a statement, rolls it back, and gives the rows that it deleted and
// updated by the server's own statistics.
func changes(t *testing.T, conn *pgx.Conn, statement string) (deleted, updated int64) {
	t.Helper()
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := tx.Rollback(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	// The statistics of earlier transactions of the session are among these.
	deletedBefore, updatedBefore := statistics(t, tx)
	if err := execute(t.Context(), conn.PgConn(), strings.ReplaceAll(statement, `\;`, ";")); err != nil {
		t.Errorf("%s\n%v", statement, err)
		return 0, 0
	}
	deleted, updated = statistics(t, tx)
	return deleted - deletedBefore, updated - updatedBefore
}

func statistics(t *testing.T, tx pgx.Tx) (deleted, updated int64) {
	t.Helper()
	const query = `select sum(n_tup_del)::int8, sum(n_tup_upd)::int8 from pg_stat_xact_user_tables`
	if err := tx.QueryRow(t.Context(), query).Scan(&deleted, &updated); err != nil {
		t.Fatal(err)
	}
	return deleted, updated
}

func execute(ctx context.Context, conn *pgconn.PgConn, statement string) error {
	if strings.HasPrefix(statement, "COPY") {
		_, err := conn.CopyTo(ctx, io.Discard, statement)
		return err
	}
	_, err := conn.Exec(ctx, statement).ReadAll()
	return err
}

// TestReadingFunctionsAreStable asks the newest server about the functions that
// Writes takes for harmless.
func TestReadingFunctionsAreStable(t *testing.T) {
	// These are volatile and write nothing all the same.
	volatile := []string{
		"array_sample", "array_shuffle", "clock_timestamp", "currval", "gen_random_uuid", "lastval", "random", "timeofday", "uuidv4", "uuidv7",
		"pg_sleep", "pg_lock_status",
		"pg_blocking_pids", "pg_current_wal_lsn", "pg_database_size", "pg_indexes_size", "pg_is_in_recovery", "pg_last_wal_receive_lsn", "pg_last_wal_replay_lsn",
		"pg_last_xact_replay_timestamp", "pg_partition_ancestors", "pg_partition_tree", "pg_relation_size", "pg_sequence_last_value", "pg_table_size", "pg_tablespace_size", "pg_total_relation_size",
	}
	server := pgtest.New(t)
	conn := server.Database(t).Conn(t)
	rows, err := conn.Query(t.Context(), `
		select name, bool_or(p.oid is not null), coalesce(bool_or(provolatile = 'v'), false)
		from unnest($1::text[]) name left join pg_proc p on proname = name and pronamespace = 'pg_catalog'::regnamespace
		group by name order by name`, slices.Collect(destructive.Reading))
	if err != nil {
		t.Fatal(err)
	}
	var name string
	var exists, isVolatile bool
	_, err = pgx.ForEachRow(rows, []any{&name, &exists, &isVolatile}, func() error {
		if !exists && server.Major >= 18 {
			t.Errorf("the server has no function %s", name)
		}
		if exists && isVolatile != slices.Contains(volatile, name) {
			t.Errorf("%s is volatile: %t", name, isVolatile)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
