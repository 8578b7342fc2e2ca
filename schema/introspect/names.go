package introspect

import (
	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

// onlyNames is what Names reads.
func onlyNames(l *loader) []part {
	c := &l.contents
	return []part{
		{name: "schemas", query: selectSchemas, scan: objects(&c.Schemas)},
		{name: "relations", query: selectRelationNames, scan: l.relationName},
		{name: "functions", query: selectFunctionNames, scan: objects(&c.Functions)},
		{name: "types", query: selectTypeNames, scan: objects(&c.Types)},
	}
}

const selectRelationNames = `SELECT c.oid, n.nspname, c.relname, c.relkind::text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.oid >= 16384 AND` + visible

// relationName appends a relation of which only the name and the kind are known.
func (l *loader) relationName(rows pgx.Rows) error {
	r := schema.Relation{EstimatedRows: -1}
	var kind string
	err := rows.Scan(&r.OID, &r.Schema, &r.Name, &kind)
	r.Schema, r.Kind = l.intern(r.Schema), relationKinds[kind]
	l.contents.Relations = append(l.contents.Relations, r)
	return err
}

// The types of the arguments tell overloads apart.
const selectFunctionNames = `SELECT json_build_object('OID', p.oid::int8, 'Schema', n.nspname, 'Name', p.proname,
	'Kind', array_position('{f,a,w,p}'::text[], p.prokind::text) - 1,
	'Arguments', (SELECT json_agg(json_build_object('Type', pg_catalog.format_type(t, NULL)) ORDER BY i) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS u(t, i)))
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.oid >= 16384 AND` + visible

const selectTypeNames = `SELECT json_build_object('OID', t.oid::int8, 'Schema', n.nspname, 'Name', t.typname,
	'Kind', array_position('{b,c,d,e,r,m,p}'::text[], t.typtype::text) - 1)
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
WHERE t.typcategory <> 'A' AND (c.oid IS NULL OR c.relkind = 'c') AND t.oid >= 16384 AND` + visible
