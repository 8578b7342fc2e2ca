// Package introspect reads a catalog from a live server.
package introspect

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

// Load reads the catalog of conn's database in one read-only, repeatable-read
// transaction, so that what it reads fits together, and in three round trips.
// It works on PostgreSQL 14 and later and for any role, since the system
// catalogs are open to all. The connection is left as it was. Errors are the
// driver's; after ctx ended in the middle, the connection is closed.
func Load(ctx context.Context, conn *pgx.Conn) (*schema.Catalog, error) {
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, fmt.Errorf("begin to read the catalog: %w", err)
	}
	l := loader{place: map[uint32]int{}}
	err = l.load(ctx, tx)
	// A read-only transaction has nothing to keep.
	err = errors.Join(err, ignoreClosed(tx.Rollback(ctx), err))
	if err != nil {
		return nil, err
	}
	return schema.New(l.contents), nil
}

// ignoreClosed drops the complaint of a rollback that follows from an error
// before it.
func ignoreClosed(rollback, before error) error {
	if before != nil {
		return nil
	}
	return rollback
}

// loader gathers the contents of a catalog, query by query.
type loader struct {
	contents schema.Contents
	place    map[uint32]int      // of a relation in contents, by oid
	names    map[uint32][]string // of a relation's columns by attnum - 1, "" for dropped ones
}

func (l *loader) load(ctx context.Context, tx pgx.Tx) error {
	l.names = map[uint32][]string{}
	var batch pgx.Batch
	batch.Queue(`SET LOCAL statement_timeout = '60s'`)
	for _, step := range []struct {
		query string
		scan  func(pgx.Rows) error
	}{
		{selectDatabase, l.database},
		{selectSchemas, l.schema},
		{selectRelations, l.relation},
		{selectColumns, l.column},
		{selectConstraints, l.constraint},
		{selectFunctions, l.function},
		{selectTypes, l.datatype},
	} {
		batch.Queue(step.query).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				if err := step.scan(rows); err != nil {
					return err
				}
			}
			return rows.Err()
		})
	}
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("read the catalog: %w", err)
	}
	return nil
}

// visible leaves out the schemas that hold no object of interest: TOAST tables
// and other sessions' temporary ones.
const visible = ` n.nspname !~ '^pg_(toast|temp_|toast_temp_)' `

const selectDatabase = `SELECT current_setting('server_version_num')::int, current_database(), current_schemas(false)`

func (l *loader) database(rows pgx.Rows) error {
	return rows.Scan(&l.contents.ServerVersion, &l.contents.Database, &l.contents.SearchPath)
}

const selectSchemas = `SELECT n.nspname, coalesce(d.description, '')
FROM pg_catalog.pg_namespace n
LEFT JOIN pg_catalog.pg_description d ON d.objoid = n.oid AND d.classoid = 'pg_catalog.pg_namespace'::regclass AND d.objsubid = 0
WHERE ` + visible

func (l *loader) schema(rows pgx.Rows) error {
	var s schema.Schema
	err := rows.Scan(&s.Name, &s.Comment)
	l.contents.Schemas = append(l.contents.Schemas, s)
	return err
}

const selectRelations = `SELECT c.oid, n.nspname, c.relname, c.relkind::text, c.reltuples::int8, c.relnatts::int4,
	coalesce(d.description, ''), CASE WHEN c.relispartition THEN coalesce(i.inhparent::regclass::text, '') ELSE '' END
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid AND c.relispartition
LEFT JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND` + visible

var relationKinds = map[string]schema.Kind{
	"r": schema.Table, "p": schema.PartitionedTable, "v": schema.View,
	"m": schema.MaterializedView, "f": schema.ForeignTable, "S": schema.Sequence,
}

func (l *loader) relation(rows pgx.Rows) error {
	var r schema.Relation
	var kind string
	var attributes int
	err := rows.Scan(&r.OID, &r.Schema, &r.Name, &kind, &r.EstimatedRows, &attributes, &r.Comment, &r.PartitionOf)
	r.Kind = relationKinds[kind]
	r.Columns = make([]schema.Column, 0, attributes)
	l.place[r.OID] = len(l.contents.Relations)
	l.names[r.OID] = make([]string, attributes)
	l.contents.Relations = append(l.contents.Relations, r)
	return err
}

const selectColumns = `SELECT a.attrelid, a.attnum, a.attname, a.atttypid, pg_catalog.format_type(a.atttypid, a.atttypmod),
	a.attnotnull, a.attidentity::text, a.attgenerated::text,
	coalesce(pg_catalog.pg_get_expr(f.adbin, f.adrelid), ''), coalesce(d.description, '')
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
LEFT JOIN pg_catalog.pg_description d ON d.objoid = a.attrelid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND` + visible + `
ORDER BY a.attrelid, a.attnum`

func (l *loader) column(rows pgx.Rows) error {
	var c schema.Column
	var relation uint32
	var number int
	var identity, generated string
	err := rows.Scan(&relation, &number, &c.Name, &c.TypeOID, &c.Type, &c.NotNull, &identity, &generated, &c.Default, &c.Comment)
	if err != nil {
		return err
	}
	switch identity {
	case "a":
		c.Identity = schema.Always
	case "d":
		c.Identity = schema.ByDefault
	}
	switch generated {
	case "s":
		c.Generated = schema.Stored
	case "v":
		c.Generated = schema.Virtual
	}
	r := &l.contents.Relations[l.place[relation]]
	r.Columns = append(r.Columns, c)
	l.names[relation][number-1] = c.Name
	return nil
}

const selectConstraints = `SELECT o.conrelid, o.contype::text, o.conname, o.conkey, o.confrelid, coalesce(o.confkey, '{}')
FROM pg_catalog.pg_constraint o
JOIN pg_catalog.pg_class c ON c.oid = o.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE o.contype IN ('p', 'u', 'f') AND c.relkind IN ('r', 'p', 'f') AND` + visible + `
ORDER BY o.conrelid, o.conname`

func (l *loader) constraint(rows pgx.Rows) error {
	var relation, target uint32
	var kind, name string
	var key, targetKey []int16
	if err := rows.Scan(&relation, &kind, &name, &key, &target, &targetKey); err != nil {
		return err
	}
	r := &l.contents.Relations[l.place[relation]]
	columns := l.columns(relation, key)
	switch kind {
	case "p":
		r.PrimaryKey = columns
	case "u":
		r.Unique = append(r.Unique, columns)
	case "f":
		at, known := l.place[target]
		if !known {
			return nil // its target is in a schema that is left out
		}
		t := &l.contents.Relations[at]
		r.ForeignKeys = append(r.ForeignKeys, schema.ForeignKey{
			Name: name, Columns: columns, RefSchema: t.Schema, RefTable: t.Name, RefColumns: l.columns(target, targetKey),
		})
	}
	return nil
}

func (l *loader) columns(relation uint32, numbers []int16) []string {
	names := make([]string, len(numbers))
	for i, n := range numbers {
		names[i] = l.names[relation][n-1]
	}
	return names
}

// Functions that take or give "internal" cannot be called from SQL.
const selectFunctions = `SELECT n.nspname, p.proname, p.prokind::text, p.proretset,
	CASE WHEN p.prokind = 'p' THEN '' ELSE pg_catalog.format_type(p.prorettype, NULL) END,
	coalesce(p.proargnames, '{}'), coalesce(p.proargmodes::text[], '{}'),
	ARRAY(SELECT pg_catalog.format_type(t, NULL) FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY AS u(t, i) ORDER BY i),
	CASE WHEN p.pronargdefaults = 0 THEN '{}'
	ELSE ARRAY(SELECT coalesce(pg_catalog.pg_get_function_arg_default(p.oid, i), '') FROM generate_series(1, cardinality(coalesce(p.proallargtypes, p.proargtypes::oid[]))) AS i) END,
	coalesce(d.description, '')
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN pg_catalog.pg_description d ON d.objoid = p.oid AND d.classoid = 'pg_catalog.pg_proc'::regclass AND d.objsubid = 0
WHERE p.prorettype <> 'internal'::regtype AND NOT 'internal'::regtype = ANY (p.proargtypes::oid[]) AND` + visible

var functionKinds = map[string]schema.FunctionKind{
	"f": schema.PlainFunction, "a": schema.Aggregate, "w": schema.Window, "p": schema.Procedure,
}

var argumentModes = map[string]schema.Mode{
	"i": schema.In, "o": schema.Out, "b": schema.InOut, "v": schema.Variadic, "t": schema.TableColumn,
}

func (l *loader) function(rows pgx.Rows) error {
	var f schema.Function
	var kind string
	var names, modes, types, defaults []string
	err := rows.Scan(&f.Schema, &f.Name, &kind, &f.ReturnsSet, &f.Result, &names, &modes, &types, &defaults, &f.Comment)
	if err != nil {
		return err
	}
	f.Kind = functionKinds[kind]
	f.Arguments = make([]schema.Argument, len(types))
	for i := range types {
		a := &f.Arguments[i]
		a.Type = types[i]
		if i < len(names) {
			a.Name = names[i]
		}
		if i < len(modes) {
			a.Mode = argumentModes[modes[i]]
		}
		if i < len(defaults) {
			a.Default = defaults[i]
		}
	}
	l.contents.Functions = append(l.contents.Functions, f)
	return nil
}

// Arrays and the row types of relations go without saying.
const selectTypes = `SELECT n.nspname, t.typname, t.typtype::text,
	CASE WHEN t.typtype = 'e' THEN ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) ELSE '{}' END,
	coalesce(d.description, '')
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
LEFT JOIN pg_catalog.pg_description d ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_type'::regclass AND d.objsubid = 0
WHERE t.typcategory <> 'A' AND (c.oid IS NULL OR c.relkind = 'c') AND` + visible

var typeKinds = map[string]schema.TypeKind{
	"b": schema.Base, "c": schema.Composite, "d": schema.Domain, "e": schema.Enum,
	"r": schema.Range, "m": schema.Multirange, "p": schema.Pseudo,
}

func (l *loader) datatype(rows pgx.Rows) error {
	var t schema.Type
	var kind string
	err := rows.Scan(&t.Schema, &t.Name, &kind, &t.Labels, &t.Comment)
	t.Kind = typeKinds[kind]
	l.contents.Types = append(l.contents.Types, t)
	return err
}
