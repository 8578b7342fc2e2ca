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
	l := loader{relations: map[uint32]int{}, types: map[uint32]int{}, composites: map[uint32]int{}, names: map[uint32][]string{}}
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
	contents   schema.Contents
	relations  map[uint32]int      // places in contents, by the oid of pg_class
	types      map[uint32]int      // places in contents, by the oid of pg_type
	composites map[uint32]int      // places in contents.Types, by the oid of pg_class
	names      map[uint32][]string // of a relation's columns by attnum - 1, "" for dropped ones
}

func (l *loader) load(ctx context.Context, tx pgx.Tx) error {
	var batch pgx.Batch
	batch.Queue(`SET LOCAL statement_timeout = '60s'`)
	for _, step := range []struct {
		query string
		scan  func(pgx.Rows) error
	}{
		{selectDatabase, l.database},
		{selectSchemas, l.schema},
		{selectRelations, l.relation},
		{selectTypes, l.datatype},
		{selectColumns, l.column},
		{selectConstraints, l.constraint},
		{selectIndexes, l.index},
		{selectFunctions, l.function},
		{selectExtensions, l.extension},
		{selectRoles, l.role},
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
	coalesce(d.description, ''), coalesce(pn.nspname, ''), coalesce(pc.relname, '')
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid AND c.relispartition
LEFT JOIN pg_catalog.pg_class pc ON pc.oid = i.inhparent
LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = pc.relnamespace
LEFT JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND` + visible

var relationKinds = map[string]schema.Kind{
	"r": schema.Table, "p": schema.PartitionedTable, "v": schema.View,
	"m": schema.MaterializedView, "f": schema.ForeignTable, "S": schema.Sequence,
}

func (l *loader) relation(rows pgx.Rows) error {
	var r schema.Relation
	var kind string
	var of schema.Name
	var attributes int
	err := rows.Scan(&r.OID, &r.Schema, &r.Name, &kind, &r.EstimatedRows, &attributes, &r.Comment,
		&of.Schema, &of.Name)
	if of.Name != "" {
		r.Partition = &schema.Partitioning{Of: of}
	}
	r.Kind = relationKinds[kind]
	r.Columns = make([]schema.Column, 0, attributes)
	l.relations[r.OID] = len(l.contents.Relations)
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
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND` + visible + `
ORDER BY a.attrelid, a.attnum`

func (l *loader) column(rows pgx.Rows) error {
	var c schema.Column
	var relation uint32
	var identity, generated string
	err := rows.Scan(&relation, &c.Attnum, &c.Name, &c.TypeOID, &c.Type, &c.NotNull, &identity, &generated, &c.Default, &c.Comment)
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
	if i, found := l.relations[relation]; found {
		r := &l.contents.Relations[i]
		r.Columns = append(r.Columns, c)
		l.names[relation][c.Attnum-1] = c.Name
	}
	if i, found := l.composites[relation]; found {
		t := &l.contents.Types[i]
		t.Attributes = append(t.Attributes, c)
	}
	return nil
}

// A foreign key to a partitioned table has a shadow for each partition of it,
// which is of the same table as the key itself.
const selectConstraints = `SELECT o.conrelid, o.contypid, o.contype::text, o.conname, coalesce(o.conkey, '{}'), o.confrelid, coalesce(o.confkey, '{}'),
	coalesce(pg_catalog.pg_get_expr(o.conbin, o.conrelid), '')
FROM pg_catalog.pg_constraint o
LEFT JOIN pg_catalog.pg_constraint parent ON parent.oid = o.conparentid
WHERE o.contype IN ('p', 'u', 'f', 'c') AND parent.conrelid IS DISTINCT FROM o.conrelid
ORDER BY o.conname`

func (l *loader) constraint(rows pgx.Rows) error {
	var relation, domain, target uint32
	var kind, name, expression string
	var key, targetKey []int16
	if err := rows.Scan(&relation, &domain, &kind, &name, &key, &target, &targetKey, &expression); err != nil {
		return err
	}
	if i, found := l.types[domain]; found {
		t := &l.contents.Types[i]
		t.Constraints = append(t.Constraints, schema.Constraint{Name: name, Expression: expression})
	}
	i, found := l.relations[relation]
	if !found {
		return nil // of a domain, or in a schema that is left out
	}
	r := &l.contents.Relations[i]
	k := schema.Constraint{Name: name, Kind: constraintKinds[kind], Columns: l.columns(relation, key), Expression: expression}
	if kind == "f" {
		j, found := l.relations[target]
		if !found {
			return nil // its target is in a schema that is left out
		}
		k.References = l.contents.Relations[j].QualifiedName()
		k.RefColumns = l.columns(target, targetKey)
	}
	r.Constraints = append(r.Constraints, k)
	return nil
}

var constraintKinds = map[string]schema.ConstraintKind{
	"c": schema.CheckConstraint, "p": schema.PrimaryKey, "u": schema.Unique, "f": schema.ForeignKey,
}

func (l *loader) columns(relation uint32, numbers []int16) []string {
	names := make([]string, len(numbers))
	for i, n := range numbers {
		names[i] = l.names[relation][n-1]
	}
	return names
}

const selectIndexes = `SELECT i.indrelid, c.relname, i.indisunique, coalesce(pg_catalog.pg_get_indexdef(i.indexrelid), '')
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_constraint o ON o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x')
WHERE o.oid IS NULL AND n.nspname <> 'pg_catalog' AND` + visible + `
ORDER BY c.relname`

func (l *loader) index(rows pgx.Rows) error {
	var relation uint32
	var x schema.Index
	if err := rows.Scan(&relation, &x.Name, &x.Unique, &x.Definition); err != nil {
		return err
	}
	if i, found := l.relations[relation]; found {
		r := &l.contents.Relations[i]
		r.Indexes = append(r.Indexes, x)
	}
	return nil
}

// Functions that take or give "internal" cannot be called from SQL.
const selectFunctions = `SELECT p.oid, n.nspname, p.proname, p.prokind::text, p.proretset,
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
	err := rows.Scan(&f.OID, &f.Schema, &f.Name, &kind, &f.ReturnsSet, &f.Result, &names, &modes, &types, &defaults, &f.Comment)
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
const selectTypes = `SELECT t.oid, t.typrelid, n.nspname, t.typname, t.typtype::text,
	CASE WHEN t.typtype = 'e' THEN ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) ELSE '{}' END,
	CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod)
	WHEN r.rngsubtype IS NOT NULL THEN pg_catalog.format_type(r.rngsubtype, NULL) ELSE '' END,
	t.typtype = 'd' AND t.typnotnull, CASE WHEN t.typtype = 'd' THEN coalesce(t.typdefault, '') ELSE '' END,
	coalesce(d.description, '')
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
LEFT JOIN pg_catalog.pg_range r ON t.oid IN (r.rngtypid, r.rngmultitypid)
LEFT JOIN pg_catalog.pg_description d ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_type'::regclass AND d.objsubid = 0
WHERE t.typcategory <> 'A' AND (c.oid IS NULL OR c.relkind = 'c') AND` + visible

var typeKinds = map[string]schema.TypeKind{
	"b": schema.Base, "c": schema.Composite, "d": schema.Domain, "e": schema.Enum,
	"r": schema.Range, "m": schema.Multirange, "p": schema.Pseudo,
}

func (l *loader) datatype(rows pgx.Rows) error {
	var t schema.Type
	var kind string
	var row uint32
	err := rows.Scan(&t.OID, &row, &t.Schema, &t.Name, &kind, &t.Labels, &t.Of, &t.NotNull, &t.Default, &t.Comment)
	t.Kind = typeKinds[kind]
	l.types[t.OID] = len(l.contents.Types)
	if row != 0 {
		l.composites[row] = len(l.contents.Types)
	}
	l.contents.Types = append(l.contents.Types, t)
	return err
}

const selectExtensions = `SELECT e.extname, e.extversion, n.nspname, coalesce(d.description, '')
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
LEFT JOIN pg_catalog.pg_description d ON d.objoid = e.oid AND d.classoid = 'pg_catalog.pg_extension'::regclass AND d.objsubid = 0`

func (l *loader) extension(rows pgx.Rows) error {
	var e schema.Extension
	err := rows.Scan(&e.Name, &e.Version, &e.Schema, &e.Comment)
	l.contents.Extensions = append(l.contents.Extensions, e)
	return err
}

const selectRoles = `SELECT rolname, rolcanlogin FROM pg_catalog.pg_roles`

func (l *loader) role(rows pgx.Rows) error {
	var r schema.Role
	err := rows.Scan(&r.Name, &r.Login)
	l.contents.Roles = append(l.contents.Roles, r)
	return err
}
