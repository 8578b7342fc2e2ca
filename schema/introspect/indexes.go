package introspect

import (
	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

// PostgreSQL 15 brought NULLS NOT DISTINCT, which the row as JSON has or not.
// Expressions are asked for only where there are some.
var selectIndexes = `SELECT i.indrelid, c.oid, c.relname, am.amname, i.indkey::int2[], i.indnkeyatts::int4, i.indoption::int2[],
	CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(SELECT pg_catalog.pg_get_indexdef(c.oid, k, false) FROM generate_series(1, i.indnkeyatts) AS k ORDER BY k) END,
	coalesce(pg_catalog.pg_get_expr(i.indpred, i.indrelid), ''),
	i.indisunique, i.indisunique AND coalesce((to_json(i) ->> 'indnullsnotdistinct')::bool, false), NOT i.indisvalid, i.indisclustered, i.indisreplident,
	coalesce(o.conname, ''), coalesce(pn.nspname, ''), coalesce(p.relname, ''),
	coalesce(pg_catalog.pg_get_indexdef(c.oid), ''), coalesce(s.spcname, ''), c.relpages::int8 * current_setting('block_size')::int8,
	CASE WHEN i.indexprs IS NOT NULL THEN (SELECT array_agg(coalesce(a.attstattarget, -1)::int4 ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid HAVING bool_or(a.attstattarget >= 0)) END,
	coalesce(d.description, '')
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_am am ON am.oid = c.relam
LEFT JOIN pg_catalog.pg_constraint o ON o.conindid = i.indexrelid AND o.conrelid = i.indrelid AND o.contype IN ('p', 'u', 'x')
LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid
LEFT JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
LEFT JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0
WHERE i.indrelid >= $1 AND` + visible + `
ORDER BY i.indrelid, c.relname`

// The bits of pg_index.indoption (INDOPTION_DESC and INDOPTION_NULLS_FIRST in
// PostgreSQL's catalog/pg_index.h).
const (
	indoptionDescending = 1
	indoptionNullsFirst = 2
)

func (l *loader) index(rows pgx.Rows) error {
	var x schema.Index
	var relation uint32
	var numbers, options []int16
	var keys int
	var expressions []string
	err := rows.Scan(&relation, &x.OID, &x.Name, &x.Method, &numbers, &keys, &options, &expressions, &x.Predicate,
		&x.Unique, &x.NullsNotDistinct, &x.Invalid, &x.Clustered, &x.ReplicaIdentity,
		&x.Constraint, &x.PartitionOf.Schema, &x.PartitionOf.Name, &x.Definition, &x.Tablespace, &x.Bytes, &x.Statistics, &x.Comment)
	if err != nil {
		return err
	}
	r := l.find(relation)
	if r == nil {
		return nil
	}
	x.Method, x.PartitionOf.Schema = l.intern(x.Method), l.intern(x.PartitionOf.Schema)
	for i := range keys {
		var key schema.IndexKey
		if columns := l.columns(relation, numbers[i:i+1]); len(columns) == 1 {
			key.Column = columns[0]
		} else if i < len(expressions) {
			key.Expression = expressions[i]
		}
		key.Descending = options[i]&indoptionDescending != 0
		key.NullsFirst = options[i]&indoptionNullsFirst != 0
		x.Keys = append(x.Keys, key)
	}
	if len(numbers) > keys {
		x.Include = l.columns(relation, numbers[keys:])
	}
	r.Indexes = append(r.Indexes, x)
	return nil
}
