-- What a grown database is made of: written by hand, altered, renamed and moved.
CREATE SCHEMA shop;
CREATE SCHEMA IF NOT EXISTS audit;
SET search_path = shop, public;

CREATE TYPE state AS ENUM ('new', 'sent');
ALTER TYPE state ADD VALUE 'paid' BEFORE 'sent';
ALTER TYPE state RENAME VALUE 'sent' TO 'shipped';
CREATE DOMAIN email AS text NOT NULL CHECK (VALUE ~ '@') CONSTRAINT short CHECK (length(VALUE) < 255);
CREATE TYPE address AS (street text, "ZIP" varchar(10));
ALTER TYPE address ADD ATTRIBUTE city text, DROP ATTRIBUTE street;
CREATE TYPE period AS RANGE (subtype = timestamptz);

CREATE TABLE customer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name varchar(80) NOT NULL,
    mail email UNIQUE,
    home address,
    tags text[] DEFAULT '{}',
    born date CHECK (born > '1900-01-01'),
    CHECK (name <> '' AND id > 0)
);
CREATE TABLE orders (
    id serial,
    customer bigint NOT NULL REFERENCES customer ON DELETE CASCADE,
    state state DEFAULT 'new',
    total numeric(10, 2) CONSTRAINT positive CHECK (total >= 0),
    net numeric GENERATED ALWAYS AS (total / 1.19) STORED,
    placed timestamptz(3) DEFAULT now(),
    PRIMARY KEY (id, customer),
    UNIQUE (customer, placed)
);
COMMENT ON TABLE orders IS 'what''s bought';
COMMENT ON COLUMN orders.total IS E'in \u20ac';
CREATE INDEX ON orders (state);
CREATE INDEX ON orders (abs(total), placed DESC NULLS LAST) WHERE total > 0;
CREATE UNIQUE INDEX orders_text ON orders ((total::text) COLLATE "C" text_pattern_ops) INCLUDE (state);
CREATE STATISTICS by_state ON customer, state FROM orders;
ALTER TABLE orders ADD COLUMN note varchar(100) NOT NULL DEFAULT '', ADD FOREIGN KEY (customer) REFERENCES customer (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE orders ALTER COLUMN note TYPE varchar(200), ALTER note DROP NOT NULL, DROP CONSTRAINT positive, ADD CONSTRAINT positive CHECK (total > 0) NOT VALID;
ALTER TABLE orders RENAME COLUMN placed TO placed_at;
ALTER TABLE orders RENAME TO purchase;
ALTER INDEX orders_state_idx RENAME TO purchase_state;
ALTER TABLE purchase SET SCHEMA audit;
ALTER TABLE audit.purchase SET SCHEMA shop;

CREATE TABLE event (at timestamptz NOT NULL, kind int, body jsonb, PRIMARY KEY (at, kind)) PARTITION BY RANGE (at);
CREATE TABLE event_2025 PARTITION OF event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE event_2026 (kind int NOT NULL, at timestamptz NOT NULL, body jsonb);
ALTER TABLE event ATTACH PARTITION event_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX ON event USING gin (body);
CREATE TABLE vip (discount int DEFAULT 5) INHERITS (customer);
CREATE TABLE copy (LIKE customer INCLUDING ALL, extra int);
CREATE UNLOGGED TABLE cache AS SELECT id, name AS who, count(*) FROM customer GROUP BY id, name;

CREATE VIEW active AS
    SELECT c.*, o.id AS "order", o.total * 2 AS twice, coalesce(o.note, 'none') FROM customer c LEFT JOIN purchase o ON o.customer = c.id;
CREATE VIEW totals (who, total) WITH (security_barrier) AS WITH t AS (SELECT customer, sum(total) FROM purchase GROUP BY 1) SELECT t.customer, t.sum FROM t;
CREATE MATERIALIZED VIEW busiest AS SELECT customer, max(placed_at) AS last FROM purchase GROUP BY customer WITH NO DATA;
CREATE UNIQUE INDEX ON busiest (customer);

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.placed_at := now(); RETURN NEW; END $$;
CREATE FUNCTION spent(who bigint, since date DEFAULT current_date, OUT total numeric, OUT orders int) STABLE LANGUAGE sql
    AS 'SELECT sum(total), count(*)::int FROM shop.purchase WHERE customer = who AND placed_at > since';
CREATE FUNCTION found(text, VARIADIC codes varchar(3)[]) RETURNS TABLE (id bigint, name text) LANGUAGE sql BEGIN ATOMIC SELECT id, name FROM shop.customer; END;
CREATE PROCEDURE tidy(INOUT n int) LANGUAGE plpgsql SET search_path = shop, pg_temp AS $$ BEGIN n := 1; END $$;
CREATE AGGREGATE product(numeric) (sfunc = numeric_mul, stype = numeric, initcond = 1);
CREATE OPERATOR === (leftarg = text, rightarg = text, function = texteq, commutator = ===);
ALTER FUNCTION spent(bigint, date) STRICT;
ALTER FUNCTION spent RENAME TO money_spent;
CREATE TRIGGER touched BEFORE INSERT OR UPDATE OF total, note ON purchase FOR EACH ROW WHEN (NEW.total > 10) EXECUTE FUNCTION touch('a', 1);
CREATE TRIGGER seen AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE purchase ENABLE ROW LEVEL SECURITY, DISABLE TRIGGER touched;
CREATE POLICY own ON purchase FOR UPDATE USING (customer = 1) WITH CHECK (total < 100);
CREATE RULE no_delete AS ON DELETE TO customer DO INSTEAD NOTHING;

CREATE SEQUENCE ticket INCREMENT BY -2 CACHE 5 CYCLE OWNED BY purchase.total;
ALTER SEQUENCE ticket AS integer MAXVALUE 100 NO MINVALUE;
DROP TABLE copy;
BEGIN;
DROP SCHEMA shop CASCADE;
SAVEPOINT here;
ROLLBACK;
