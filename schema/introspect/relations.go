package introspect

import (
	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

// What few relations have is NULL for the others, so that many tables stay
// cheap.
var selectRelations = `SELECT c.oid, n.nspname, c.relname, coalesce(o.rolname, ''),
	nullif(c.relacl, pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))::text[],
	coalesce(` + extension("pg_class", "c.oid") + `, ''), coalesce(` + comment("pg_class", "c.oid") + `, ''),
	c.relkind::text, c.relpersistence::text, c.reltuples::int8, c.relpages::int8 * current_setting('block_size')::int8, c.relnatts::int4,
	(SELECT json_agg(` + relationName("i.inhparent") + ` ORDER BY i.inhseqno) FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid),
	CASE WHEN c.relkind IN ('v', 'm') THEN coalesce(rtrim(pg_catalog.pg_get_viewdef(c.oid), ';'), '') ELSE '' END,
	CASE WHEN c.relispartition OR c.relkind = 'p' THEN json_build_object(
		'Of', CASE WHEN c.relispartition THEN (SELECT ` + relationName("i.inhparent") + ` FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid LIMIT 1) END,
		'Bound', pg_catalog.pg_get_expr(c.relpartbound, c.oid),
		'Key', CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END) END,
	CASE WHEN c.relkind = 'S' THEN (SELECT json_build_object(
			'Type', pg_catalog.format_type(s.seqtypid, NULL), 'Start', s.seqstart, 'Increment', s.seqincrement,
			'Min', s.seqmin, 'Max', s.seqmax, 'Cache', s.seqcache, 'Cycle', s.seqcycle,
			'OwnedBy', ` + relationName("d.refobjid") + `, 'OwnedByColumn', a.attname, 'Identity', coalesce(d.deptype = 'i', false))
		FROM pg_catalog.pg_sequence s
		LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = s.seqrelid AND d.objsubid = 0
			AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
		LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
		WHERE s.seqrelid = c.oid LIMIT 1) END,
	CASE WHEN c.relkind = 'f' THEN (SELECT json_build_object('Server', s.srvname, 'Options', to_json(f.ftoptions))
		FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid) END,
	CASE WHEN c.reloptions IS NOT NULL OR t.reloptions IS NOT NULL OR am.amname <> 'heap' OR c.reltablespace <> 0 OR c.reloftype <> 0
		OR c.relreplident NOT IN ('d', 'n') OR c.relreplident = 'n' AND c.relkind IN ('r', 'p') AND c.oid >= 16384 OR c.relrowsecurity OR c.relforcerowsecurity OR NOT c.relispopulated OR x.cluster IS NOT NULL
	THEN json_build_object(
		'Options', to_json(c.reloptions),
		'ToastOptions', to_json(t.reloptions),
		'AccessMethod', CASE WHEN am.amname <> 'heap' THEN am.amname END,
		'Tablespace', (SELECT spcname FROM pg_catalog.pg_tablespace WHERE oid = c.reltablespace),
		'OfType', ` + typeName("c.reloftype") + `,
		'ReplicaIdentity', CASE WHEN c.relkind IN ('r', 'p', 'm') THEN array_position('{d,n,f,i}'::text[], c.relreplident::text) - 1 ELSE 0 END,
		'RowSecurity', c.relrowsecurity,
		'ForceRowSecurity', c.relforcerowsecurity,
		'Unpopulated', NOT c.relispopulated,
		'ClusterOn', x.cluster) END
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_roles o ON o.oid = c.relowner
LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid
LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
LEFT JOIN (SELECT i.indrelid, k.relname AS cluster FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class k ON k.oid = i.indexrelid
	WHERE i.indisclustered) AS x ON x.indrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.oid >= $1 AND` + visible

var relationKinds = map[string]schema.Kind{
	"r": schema.Table, "p": schema.PartitionedTable, "v": schema.View,
	"m": schema.MaterializedView, "f": schema.ForeignTable, "S": schema.Sequence,
}

var persistences = map[string]schema.Persistence{"p": schema.Permanent, "u": schema.Unlogged, "t": schema.Temporary}

func (l *loader) relation(rows pgx.Rows) error {
	var r schema.Relation
	var kind, persistence string
	var attributes int
	err := rows.Scan(&r.OID, &r.Schema, &r.Name, &r.Owner, &r.ACL, &r.Extension, &r.Comment,
		&kind, &persistence, &r.EstimatedRows, &r.Bytes, &attributes,
		&r.Inherits, &r.Definition, &r.Partition, &r.Sequence, &r.Foreign, &r.Storage)
	if err != nil {
		return err
	}
	r.Schema, r.Owner, r.Extension = l.intern(r.Schema), l.intern(r.Owner), l.intern(r.Extension)
	r.Kind, r.Persistence = relationKinds[kind], persistences[persistence]
	r.Columns = make([]schema.Column, 0, attributes)
	l.relations[r.OID] = len(l.contents.Relations)
	l.names[r.OID] = make([]string, attributes)
	l.contents.Relations = append(l.contents.Relations, r)
	return nil
}

// The name of a NOT NULL constraint is of interest where PostgreSQL did not
// choose it; before 18 there is none.
var selectColumns = `SELECT a.attrelid, a.attnum, a.attname, a.atttypid, pg_catalog.format_type(a.atttypid, a.atttypmod),
	a.attnotnull, a.attidentity::text, a.attgenerated::text, NOT a.attislocal,
	coalesce(pg_catalog.pg_get_expr(f.adbin, f.adrelid), ''), coalesce(d.description, ''),
	CASE WHEN a.attcollation <> t.typcollation OR a.attstorage <> t.typstorage OR a.attcompression <> '' OR a.attstattarget >= 0
		OR a.attoptions IS NOT NULL OR a.attfdwoptions IS NOT NULL OR a.attacl IS NOT NULL OR a.atthasmissing OR o.oid IS NOT NULL
	THEN json_build_object(
		'Collation', CASE WHEN a.attcollation <> t.typcollation THEN ` + collationName("a.attcollation") + ` END,
		'Storage', CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'x' THEN 'EXTENDED' ELSE 'MAIN' END END,
		'Compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
		'Statistics', ` + target("a.attstattarget") + `,
		'Options', to_json(a.attoptions),
		'Foreign', to_json(a.attfdwoptions),
		'ACL', to_json(a.attacl::text[]),
		'NotNull', CASE WHEN o.conname <> c.relname || '_' || a.attname || '_not_null' THEN o.conname END,
		'NotNullNoInherit', coalesce(o.connoinherit, false),
		'NotNullNotValid', NOT coalesce(o.convalidated, true),
		'Missing', a.atthasmissing) END
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
LEFT JOIN pg_catalog.pg_description d ON d.objoid = a.attrelid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = a.attnum
LEFT JOIN pg_catalog.pg_constraint o ON o.conrelid = a.attrelid AND o.contype = 'n' AND o.conkey[1] = a.attnum
	AND (o.conname <> c.relname || '_' || a.attname || '_not_null' OR o.connoinherit OR NOT o.convalidated)
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.oid >= $1 AND` + visible + `
ORDER BY a.attrelid, a.attnum`

var identities = map[string]schema.Identity{"a": schema.Always, "d": schema.ByDefault}

var generations = map[string]schema.Generated{"s": schema.Stored, "v": schema.Virtual}

func (l *loader) column(rows pgx.Rows) error {
	var c schema.Column
	var relation uint32
	var identity, generated string
	err := rows.Scan(&relation, &c.Attnum, &c.Name, &c.TypeOID, &c.Type, &c.NotNull, &identity, &generated, &c.Inherited,
		&c.Default, &c.Comment, &c.Detail)
	if err != nil {
		return err
	}
	c.Name, c.Type, c.Default = l.intern(c.Name), l.intern(c.Type), l.intern(c.Default)
	c.Identity, c.Generated = identities[identity], generations[generated]
	r := l.find(relation)
	if r == nil {
		return nil
	}
	r.Columns = append(r.Columns, c)
	l.names[relation][c.Attnum-1] = c.Name
	return nil
}
