package introspect

import (
	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

// A foreign key to a partitioned table has a shadow for each partition of it,
// which is of the same table as the key itself. Names are resolved by the
// server, as a key may refer to what a Builtin catalog has.
var selectConstraints = `SELECT o.conrelid, o.conname, o.contype::text, coalesce(o.conkey, '{}'),
	coalesce(rn.nspname, ''), coalesce(r.relname, ''),
	CASE WHEN o.contype = 'f' THEN ARRAY(SELECT a.attname::text FROM unnest(o.confkey) WITH ORDINALITY AS u(k, i)
		JOIN pg_catalog.pg_attribute a ON a.attrelid = o.confrelid AND a.attnum = u.k ORDER BY u.i) END,
	o.confupdtype::text, o.confdeltype::text,
	o.condeferrable, o.condeferred, NOT o.convalidated, coalesce(NOT (CASE WHEN o.contype IN ('c', 'f') THEN to_json(o) ->> 'conenforced' END)::bool, false),
	o.contype = 'c' AND o.connoinherit, NOT o.conislocal,
	coalesce(pg_catalog.pg_get_expr(o.conbin, o.conrelid), ''), coalesce(pg_catalog.pg_get_constraintdef(o.oid), ''), coalesce(d.description, '')
FROM pg_catalog.pg_constraint o
JOIN pg_catalog.pg_class c ON c.oid = o.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_class r ON r.oid = o.confrelid
LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN pg_catalog.pg_constraint parent ON parent.oid = o.conparentid
LEFT JOIN pg_catalog.pg_description d ON d.objoid = o.oid AND d.classoid = 'pg_catalog.pg_constraint'::regclass AND d.objsubid = 0
WHERE o.contype IN ('c', 'p', 'u', 'f', 'x', 't') AND parent.conrelid IS DISTINCT FROM o.conrelid AND c.oid >= $1 AND` + visible + `
ORDER BY o.conrelid, o.conname`

var constraintKinds = map[string]schema.ConstraintKind{
	"c": schema.CheckConstraint, "p": schema.PrimaryKey, "u": schema.Unique, "f": schema.ForeignKey,
	"x": schema.Exclusion, "t": schema.ConstraintTrigger,
}

var actions = map[string]schema.Action{
	"a": schema.NoAction, "r": schema.Restrict, "c": schema.Cascade, "n": schema.SetNull, "d": schema.SetDefault,
}

func (l *loader) constraint(rows pgx.Rows) error {
	var k schema.Constraint
	var relation uint32
	var kind, onUpdate, onDelete string
	var key []int16
	err := rows.Scan(&relation, &k.Name, &kind, &key, &k.References.Schema, &k.References.Name, &k.RefColumns, &onUpdate, &onDelete,
		&k.Deferrable, &k.Deferred, &k.NotValid, &k.NotEnforced, &k.NoInherit, &k.Inherited, &k.Expression, &k.Definition, &k.Comment)
	if err != nil {
		return err
	}
	r := l.find(relation)
	if r == nil {
		return nil
	}
	k.Kind, k.OnUpdate, k.OnDelete = constraintKinds[kind], actions[onUpdate], actions[onDelete]
	k.Columns = l.columns(relation, key)
	k.References.Schema, k.Definition = l.intern(k.References.Schema), l.intern(k.Definition)
	r.Constraints = append(r.Constraints, k)
	return nil
}

// columns gives the names of a relation's columns, without those that have
// none: system columns and expressions have no positive number.
func (l *loader) columns(relation uint32, numbers []int16) []string {
	names := make([]string, 0, len(numbers))
	all := l.names[relation]
	for _, n := range numbers {
		if n > 0 && int(n) <= len(all) {
			names = append(names, all[n-1])
		}
	}
	return names
}
