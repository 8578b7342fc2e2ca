package introspect

// selectPublications differs with the server's version (server_version_num):
// PostgreSQL 15 brought schemas, columns and conditions.
func selectPublications(version int) string {
	schemas, columns, where := `NULL`, `NULL`, `NULL`
	if version >= 150000 {
		schemas = `(SELECT json_agg(n.nspname ORDER BY n.nspname) FROM pg_catalog.pg_publication_namespace s
			JOIN pg_catalog.pg_namespace n ON n.oid = s.pnnspid WHERE s.pnpubid = p.oid)`
		columns = `(SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
			WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[]))`
		where = `pg_catalog.pg_get_expr(r.prqual, r.prrelid)`
	}
	return `SELECT json_build_object(` + head("pg_publication", "p.oid", "0", "p.pubname", "p.pubowner", "NULL") + `,
	'AllTables', p.puballtables,
	'ViaRoot', p.pubviaroot,
	'GeneratedStored', coalesce(j ->> 'pubgencols' = 's', false),
	'Publish', p.pubinsert::int + 2 * p.pubupdate::int + 4 * p.pubdelete::int + 8 * p.pubtruncate::int,
	'Schemas', ` + schemas + `,
	'Tables', (SELECT json_agg(json_build_object('Table', ` + relationName("r.prrelid") + `, 'Columns', ` + columns + `, 'Where', ` + where + `)
		ORDER BY r.prrelid::regclass::text) FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid))
FROM pg_catalog.pg_publication p, to_json(p) AS j`
}

// Only superusers see the connection strings; the other columns are open.
var selectSubscriptions = `SELECT json_build_object(` + head("pg_subscription", "s.oid", "0", "s.subname", "s.subowner", "NULL") + `,
	'Publications', to_json(s.subpublications),
	'Enabled', s.subenabled)
FROM pg_catalog.pg_subscription s
WHERE s.subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`
