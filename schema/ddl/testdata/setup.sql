-- A database with every kind of object, for a server from PostgreSQL 14 on.
-- Roles are the server's: the tests make none.
CREATE SCHEMA shop;
COMMENT ON SCHEMA shop IS 'what we sell; it''s "ours"';
GRANT USAGE ON SCHEMA shop TO PUBLIC;
CREATE SCHEMA "Größe 😀";
CREATE EXTENSION IF NOT EXISTS plpgsql;

-- Types.
CREATE TYPE shop.status AS ENUM ('new', 'paid', 'it''s sent', 'ÄÖ');
COMMENT ON TYPE shop.status IS 'of an order';
CREATE TYPE shop.empty_enum AS ENUM ();
CREATE TYPE shop.empty_row AS ();
CREATE TYPE shop.address AS (street text COLLATE "C", "Zip Code" varchar(10), parts int[]);
COMMENT ON COLUMN shop.address.street IS 'and number';
CREATE DOMAIN shop.price AS numeric(10,2) DEFAULT 0 NOT NULL CONSTRAINT positive CHECK (VALUE >= 0) CHECK (VALUE < 1e6);
COMMENT ON DOMAIN shop.price IS 'in euro';
COMMENT ON CONSTRAINT positive ON DOMAIN shop.price IS 'no gifts';
CREATE DOMAIN shop.code AS text COLLATE "C";
ALTER DOMAIN shop.code ADD CONSTRAINT short CHECK (length(VALUE) < 9) NOT VALID;
REVOKE ALL ON TYPE shop.code FROM PUBLIC;
CREATE FUNCTION shop.float_diff(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1 - $2';
CREATE TYPE shop.span AS RANGE (subtype = float8, subtype_diff = shop.float_diff, multirange_type_name = shop.spans);
CREATE TYPE shop.words AS RANGE (subtype = text, collation = "C");
CREATE TYPE shop.shell;
CREATE TYPE shop.pair;
CREATE FUNCTION shop.pair_in(cstring) RETURNS shop.pair LANGUAGE internal IMMUTABLE STRICT AS 'int8in';
CREATE FUNCTION shop.pair_out(shop.pair) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int8out';
CREATE TYPE shop.pair (INPUT = shop.pair_in, OUTPUT = shop.pair_out, LIKE = int8, CATEGORY = 'P', DEFAULT = '7');
CREATE COLLATION shop.german (locale = 'C');

-- Functions.
CREATE FUNCTION shop.area(w int, h int DEFAULT 2, OUT a int, OUT "B" text) LANGUAGE sql AS 'SELECT 1, ''x''';
CREATE FUNCTION shop.area(VARIADIC parts int[]) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 7 AS 'SELECT 1';
CREATE FUNCTION shop.list(text DEFAULT 'it''s') RETURNS TABLE (id int, label text) LANGUAGE plpgsql STABLE ROWS 50 SECURITY DEFINER
	SET search_path = shop, "$user", pg_temp SET work_mem = '8MB' AS $body$ BEGIN RETURN QUERY SELECT 1, $$x$$; END $body$;
CREATE FUNCTION shop.series(n int) RETURNS SETOF int LANGUAGE sql LEAKPROOF STRICT PARALLEL RESTRICTED AS 'SELECT 1';
CREATE FUNCTION shop.twice(n int) RETURNS int LANGUAGE sql IMMUTABLE RETURN n * 2;
COMMENT ON FUNCTION shop.twice IS 'doubles';
REVOKE ALL ON FUNCTION shop.twice FROM PUBLIC;
CREATE PROCEDURE shop.tidy(INOUT n int, x text DEFAULT NULL) LANGUAGE plpgsql AS $$ BEGIN n := 1; END $$;
COMMENT ON PROCEDURE shop.tidy IS 'cleans';
CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE FUNCTION shop.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION shop.add(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE AGGREGATE shop.total(int) (SFUNC = shop.add, STYPE = int, INITCOND = '0', COMBINEFUNC = shop.add, PARALLEL = SAFE);
COMMENT ON AGGREGATE shop.total(int) IS 'sums';
CREATE AGGREGATE shop.counted(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0', MSFUNC = int8inc, MINVFUNC = int8dec, MSTYPE = int8, MINITCOND = '0');
CREATE AGGREGATE shop.median(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);

-- Operators, classes, casts.
CREATE FUNCTION shop.pair_lt(shop.pair, shop.pair) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int8lt';
CREATE FUNCTION shop.pair_le(shop.pair, shop.pair) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int8le';
CREATE FUNCTION shop.pair_eq(shop.pair, shop.pair) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int8eq';
CREATE FUNCTION shop.pair_ge(shop.pair, shop.pair) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int8ge';
CREATE FUNCTION shop.pair_gt(shop.pair, shop.pair) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int8gt';
CREATE FUNCTION shop.pair_cmp(shop.pair, shop.pair) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'btint8cmp';
CREATE OPERATOR shop.< (FUNCTION = shop.pair_lt, LEFTARG = shop.pair, RIGHTARG = shop.pair, COMMUTATOR = OPERATOR(shop.>), NEGATOR = OPERATOR(shop.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR shop.<= (FUNCTION = shop.pair_le, LEFTARG = shop.pair, RIGHTARG = shop.pair);
CREATE OPERATOR shop.= (FUNCTION = shop.pair_eq, LEFTARG = shop.pair, RIGHTARG = shop.pair, COMMUTATOR = OPERATOR(shop.=), HASHES, MERGES);
CREATE OPERATOR shop.>= (FUNCTION = shop.pair_ge, LEFTARG = shop.pair, RIGHTARG = shop.pair, NEGATOR = OPERATOR(shop.<));
CREATE OPERATOR shop.> (FUNCTION = shop.pair_gt, LEFTARG = shop.pair, RIGHTARG = shop.pair, COMMUTATOR = OPERATOR(shop.<));
CREATE OPERATOR shop.!! (FUNCTION = shop.twice, RIGHTARG = int);
COMMENT ON OPERATOR shop.!! (NONE, int) IS 'doubles';
CREATE OPERATOR CLASS shop.pair_ops DEFAULT FOR TYPE shop.pair USING btree AS
	OPERATOR 1 shop.<, OPERATOR 2 shop.<=, OPERATOR 3 shop.=, OPERATOR 4 shop.>=, OPERATOR 5 shop.>, FUNCTION 1 shop.pair_cmp(shop.pair, shop.pair);
CREATE OPERATOR FAMILY shop.loose USING hash;
COMMENT ON OPERATOR FAMILY shop.loose USING hash IS 'empty';
CREATE FUNCTION shop.to_pair(int) RETURNS shop.pair LANGUAGE sql IMMUTABLE AS 'SELECT NULL::shop.pair';
CREATE CAST (int AS shop.pair) WITH FUNCTION shop.to_pair(int) AS ASSIGNMENT;
CREATE CAST (bigint AS shop.pair) WITHOUT FUNCTION;
CREATE CAST (shop.pair AS text) WITH INOUT AS IMPLICIT;
COMMENT ON CAST (bigint AS shop.pair) IS 'binary';
CREATE CONVERSION shop.conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;

-- Text search.
CREATE TEXT SEARCH DICTIONARY shop.english (TEMPLATE = snowball, language = 'english', stopwords = 'english');
CREATE TEXT SEARCH DICTIONARY shop.plain (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION shop.search (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION shop.search ADD MAPPING FOR asciiword, word WITH shop.english, shop.plain;
COMMENT ON TEXT SEARCH CONFIGURATION shop.search IS 'of the shop';
CREATE TEXT SEARCH TEMPLATE shop.template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH PARSER shop.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);

-- Tables.
CREATE TABLE shop."Kunde 😀" (
	"Id" int GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 5) PRIMARY KEY,
	dropped int,
	name varchar(20) NOT NULL DEFAULT 'nobody',
	email text COLLATE "C" UNIQUE,
	home shop.address,
	p shop.pair,
	shout text GENERATED ALWAYS AS (upper(email)) STORED,
	big text COMPRESSION pglz,
	"a
b""c" int CHECK ("a
b""c" > 0),
	span shop.span, spans shop.spans[],
	EXCLUDE USING gist (span WITH &&) WHERE (name <> 'x') DEFERRABLE INITIALLY DEFERRED
) WITH (fillfactor = 70, autovacuum_enabled = off, toast.autovacuum_enabled = off);
ALTER TABLE shop."Kunde 😀" DROP COLUMN dropped;
ALTER TABLE shop."Kunde 😀" ALTER COLUMN big SET STORAGE EXTERNAL, ALTER COLUMN big SET STATISTICS 55, ALTER COLUMN big SET (n_distinct = 5);
COMMENT ON TABLE shop."Kunde 😀" IS 'people
who buy \ often';
COMMENT ON COLUMN shop."Kunde 😀".email IS 'where to write';
GRANT SELECT (email), UPDATE (email, name) ON shop."Kunde 😀" TO PUBLIC;
GRANT SELECT, INSERT ON shop."Kunde 😀" TO pg_monitor WITH GRANT OPTION;
REVOKE DELETE ON shop."Kunde 😀" FROM CURRENT_USER;
CREATE TABLE shop.counters (a serial, b bigserial PRIMARY KEY, c smallserial NOT NULL, d int);
CREATE SEQUENCE shop.own AS smallint INCREMENT -1 MINVALUE -50 MAXVALUE 100 START 99 CACHE 3 CYCLE OWNED BY shop.counters.d;
COMMENT ON SEQUENCE shop.own IS 'counts down';
CREATE SEQUENCE shop.free;
GRANT USAGE ON SEQUENCE shop.free TO PUBLIC;
ALTER TABLE shop.counters ALTER COLUMN d SET DEFAULT nextval('shop.free');
CREATE UNLOGGED TABLE shop.quick (id int);
CREATE TABLE shop.nothing ();
CREATE TABLE shop.typed OF shop.address (street WITH OPTIONS NOT NULL DEFAULT 'x', PRIMARY KEY ("Zip Code"));
CREATE TABLE shop.items (
	order_id bigint, day date, n int CONSTRAINT counted CHECK (n > 0) NO INHERIT,
	customer int CONSTRAINT "it's" REFERENCES shop."Kunde 😀" ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE,
	code int, UNIQUE (order_id, n) INCLUDE (day) WITH (fillfactor = 60));
ALTER TABLE shop.items ADD CONSTRAINT later CHECK (n < 100) NOT VALID;
COMMENT ON CONSTRAINT counted ON shop.items IS 'at least one';
CREATE UNIQUE INDEX items_n ON shop.items (abs(n) DESC, code) INCLUDE (day) WITH (fillfactor = 50) WHERE n > 1;
COMMENT ON INDEX shop.items_n IS 'by number';
ALTER INDEX shop.items_n ALTER COLUMN 1 SET STATISTICS 77;
CREATE INDEX items_twice ON shop.items (shop.twice(n));
CREATE UNIQUE INDEX items_code ON shop.items (code);
ALTER TABLE shop.items ALTER COLUMN code SET NOT NULL;
ALTER TABLE shop.items REPLICA IDENTITY USING INDEX items_code;
ALTER TABLE shop.items CLUSTER ON items_code;
CREATE STATISTICS shop.items_stats (ndistinct, dependencies) ON order_id, day FROM shop.items;
ALTER STATISTICS shop.items_stats SET STATISTICS 33;
COMMENT ON STATISTICS shop.items_stats IS 'go together';
CREATE TABLE shop.full_identity (a int);
ALTER TABLE shop.full_identity REPLICA IDENTITY FULL;

-- Inheritance.
CREATE TABLE shop.parent (a int DEFAULT 1, b text NOT NULL, CONSTRAINT short CHECK (length(b) < 9));
CREATE TABLE shop.other_parent (x int, b text);
CREATE TABLE shop.child (c int, b text DEFAULT 'mine') INHERITS (shop.parent, shop.other_parent);
ALTER TABLE shop.child ALTER COLUMN a SET DEFAULT 2;
CREATE TABLE shop.grandchild () INHERITS (shop.child);

-- Partitions.
CREATE TABLE shop.orders (
	id bigint GENERATED BY DEFAULT AS IDENTITY, day date NOT NULL, customer int REFERENCES shop."Kunde 😀",
	state shop.status DEFAULT 'new', total shop.price, PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE INDEX orders_state ON shop.orders (state, (id + 1));
CREATE TABLE shop.orders_2026 PARTITION OF shop.orders FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE shop.orders_2027 (total shop.price, state shop.status, id bigint NOT NULL, customer int, day date NOT NULL, PRIMARY KEY (day, id), UNIQUE (id, day));
ALTER TABLE shop.orders_2027 DROP CONSTRAINT orders_2027_pkey;
ALTER TABLE shop.orders_2027 DROP CONSTRAINT orders_2027_id_day_key;
ALTER TABLE shop.orders_2027 ADD CONSTRAINT another_name PRIMARY KEY (id, day);
CREATE INDEX another_index ON shop.orders_2027 (state, (id + 1));
ALTER TABLE shop.orders ATTACH PARTITION shop.orders_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
CREATE TABLE shop.orders_rest PARTITION OF shop.orders (total DEFAULT 5, CONSTRAINT few CHECK (id > 0)) DEFAULT PARTITION BY LIST (day);
CREATE TABLE shop.orders_rest_new PARTITION OF shop.orders_rest FOR VALUES IN ('2030-01-01', NULL);
CREATE TABLE shop.hashed (a int, b text) PARTITION BY HASH (a, lower(b) text_pattern_ops);
CREATE TABLE shop.hashed_0 PARTITION OF shop.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
ALTER TABLE shop.items ADD CONSTRAINT items_order FOREIGN KEY (order_id, day) REFERENCES shop.orders (id, day) MATCH FULL;

-- Views.
CREATE VIEW shop.recent WITH (security_barrier) AS SELECT id, total AS "Total" FROM shop.orders WHERE id > 1;
COMMENT ON VIEW shop.recent IS 'new ones';
COMMENT ON COLUMN shop.recent."Total" IS 'in euro';
CREATE VIEW shop.a_view_of_views AS SELECT * FROM shop.recent r JOIN shop.items i ON i.n = r.id;
CREATE VIEW shop.checked AS SELECT a FROM shop.full_identity WHERE a > 0 WITH LOCAL CHECK OPTION;
ALTER VIEW shop.checked ALTER COLUMN a SET DEFAULT 4;
CREATE VIEW shop.grouped AS SELECT k.*, count(*) AS many FROM shop."Kunde 😀" k GROUP BY k."Id";
CREATE MATERIALIZED VIEW shop.totals AS SELECT sum(total) AS s, count(*) AS c FROM shop.orders;
CREATE UNIQUE INDEX totals_s ON shop.totals (s);
CREATE MATERIALIZED VIEW shop.unread AS SELECT * FROM shop.totals WITH NO DATA;
COMMENT ON MATERIALIZED VIEW shop.totals IS 'sums';
GRANT SELECT ON shop.totals TO PUBLIC;

-- Circles.
CREATE TABLE shop.ring (a int, b int);
CREATE FUNCTION shop.of_circle(c shop.ring) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT c.a';
CREATE FUNCTION shop.next_circle() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT max(a) + 1 FROM shop.ring; END;
ALTER TABLE shop.ring ALTER COLUMN b SET DEFAULT shop.next_circle();
ALTER TABLE shop.ring ADD CONSTRAINT whole CHECK (shop.of_circle(ring) > 0);
CREATE VIEW shop.view_circle AS SELECT 1 AS a, 'x'::text AS b;
CREATE FUNCTION shop.of_view() RETURNS SETOF shop.view_circle LANGUAGE sql BEGIN ATOMIC SELECT 1, 'x'::text; END;
CREATE OR REPLACE VIEW shop.view_circle AS SELECT a, b FROM shop.of_view();
CREATE TABLE shop.left_key (id int PRIMARY KEY, r int);
CREATE TABLE shop.right_key (id int PRIMARY KEY, l int REFERENCES shop.left_key);
ALTER TABLE shop.left_key ADD FOREIGN KEY (r) REFERENCES shop.right_key;

-- Triggers, rules, policies.
CREATE TRIGGER touched BEFORE INSERT OR UPDATE OF n ON shop.items FOR EACH ROW WHEN (new.n > 1) EXECUTE FUNCTION shop.touch('x', '1');
COMMENT ON TRIGGER touched ON shop.items IS 'stamps';
CREATE TRIGGER off AFTER DELETE ON shop.items REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION shop.touch();
ALTER TABLE shop.items DISABLE TRIGGER off;
CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON shop.items DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION shop.touch();
ALTER TABLE shop.items ENABLE ALWAYS TRIGGER checked;
CREATE TRIGGER all_parts BEFORE INSERT ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.touch();
ALTER TABLE shop.orders_2026 DISABLE TRIGGER all_parts;
CREATE TRIGGER instead INSTEAD OF INSERT ON shop.recent FOR EACH ROW EXECUTE FUNCTION shop.touch();
CREATE RULE kept AS ON DELETE TO shop.items WHERE old.n = 1 DO INSTEAD NOTHING;
COMMENT ON RULE kept ON shop.items IS 'the first stays';
CREATE RULE copied AS ON INSERT TO shop.quick DO ALSO (INSERT INTO shop.full_identity VALUES (new.id); NOTIFY quick);
ALTER TABLE shop.quick DISABLE RULE copied;
ALTER TABLE shop.items ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON shop.items FOR SELECT TO PUBLIC USING (n > 0);
CREATE POLICY written ON shop.items AS RESTRICTIVE FOR UPDATE TO pg_monitor, CURRENT_USER USING (n > 0) WITH CHECK (n > 1);
COMMENT ON POLICY seen ON shop.items IS 'readable';

-- The rest.
CREATE FOREIGN DATA WRAPPER wrapper OPTIONS (debug 'it''s');
COMMENT ON FOREIGN DATA WRAPPER wrapper IS 'of nothing';
CREATE SERVER far TYPE 'x' VERSION '1' FOREIGN DATA WRAPPER wrapper OPTIONS (host 'h');
GRANT USAGE ON FOREIGN SERVER far TO PUBLIC;
CREATE USER MAPPING FOR PUBLIC SERVER far;
CREATE FOREIGN TABLE shop.remote (a int OPTIONS (column_name 'A') NOT NULL, b text DEFAULT 'x', CHECK (a > 0)) SERVER far OPTIONS (table_name 't');
CREATE LANGUAGE other HANDLER plpgsql_call_handler;
COMMENT ON LANGUAGE other IS 'just as plpgsql';
CREATE ACCESS METHOD tree TYPE INDEX HANDLER bthandler;
CREATE PUBLICATION two FOR TABLE shop.items, shop.parent WITH (publish = 'insert, delete', publish_via_partition_root = true);
CREATE PUBLICATION everything FOR ALL TABLES;
COMMENT ON PUBLICATION two IS 'two tables';
CREATE EVENT TRIGGER watcher ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION shop.watch();
ALTER EVENT TRIGGER watcher DISABLE;
COMMENT ON EVENT TRIGGER watcher IS 'looks';
CREATE TABLE "Größe 😀"."a.b.c 63 bytes long ............................................" ("A" serial, "select" int, PRIMARY KEY ("A", "select"));
CREATE TABLE public.plain (id int PRIMARY KEY);
