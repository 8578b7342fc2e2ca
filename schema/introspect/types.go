package introspect

// selectTypes leaves out arrays and the row types of relations, which go
// without saying.
var selectTypes = `SELECT json_build_object(` + head("pg_type", "t.oid", "t.typnamespace", "t.typname", "t.typowner", "t.typacl") + `,
	'Kind', CASE WHEN t.typisdefined THEN array_position('{b,c,d,e,r,m,p}'::text[], t.typtype::text) - 1 ELSE 0 END,
	'Category', ascii(t.typcategory::text),
	'Preferred', t.typispreferred,
	'ArrayOID', t.typarray::int8,
	'Labels', CASE WHEN t.typtype = 'e' THEN (SELECT json_agg(enumlabel ORDER BY enumsortorder) FROM pg_catalog.pg_enum WHERE enumtypid = t.oid) END,
	'Attributes', CASE WHEN t.typtype = 'c' THEN (SELECT json_agg(json_build_object(
			'Name', a.attname,
			'Type', pg_catalog.format_type(a.atttypid, a.atttypmod),
			'TypeOID', a.atttypid::int8,
			'Attnum', a.attnum,
			'Comment', (SELECT description FROM pg_catalog.pg_description WHERE classoid = 'pg_catalog.pg_class'::regclass AND objoid = t.typrelid AND objsubid = a.attnum),
			'Detail', CASE WHEN a.attcollation <> e.typcollation THEN json_build_object('Collation', ` + collationName("a.attcollation") + `) END) ORDER BY a.attnum)
		FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type e ON e.oid = a.atttypid
		WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END,
	'Of', CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) ELSE pg_catalog.format_type(r.rngsubtype, NULL) END,
	'NotNull', t.typnotnull,
	'Default', CASE WHEN t.typtype IN ('d', 'b') THEN t.typdefault END,
	'Collation', CASE WHEN t.typtype = 'd' AND t.typcollation <> (SELECT typcollation FROM pg_catalog.pg_type WHERE oid = t.typbasetype) THEN ` + collationName("t.typcollation") + ` END,
	'Constraints', CASE WHEN t.typtype = 'd' THEN (SELECT json_agg(json_build_object(
			'Name', o.conname,
			'NotValid', NOT o.convalidated,
			'Expression', pg_catalog.pg_get_expr(o.conbin, 0),
			'Definition', pg_catalog.pg_get_constraintdef(o.oid),
			'Comment', ` + comment("pg_constraint", "o.oid") + `) ORDER BY o.conname)
		FROM pg_catalog.pg_constraint o WHERE o.contypid = t.oid AND o.contype = 'c') END,
	'Base', CASE WHEN t.oid < 16384 THEN NULL WHEN NOT t.typisdefined THEN json_build_object('Shell', true) WHEN t.typtype = 'b' THEN json_build_object(
		'Input', ` + functionName("t.typinput") + `,
		'Output', ` + functionName("t.typoutput") + `,
		'Receive', ` + functionName("t.typreceive") + `,
		'Send', ` + functionName("t.typsend") + `,
		'ModifierInput', ` + functionName("t.typmodin") + `,
		'ModifierOutput', ` + functionName("t.typmodout") + `,
		'Analyze', ` + functionName("t.typanalyze") + `,
		'Subscript', CASE WHEN t.typsubscript NOT IN ('pg_catalog.array_subscript_handler'::regproc, 'pg_catalog.raw_array_subscript_handler'::regproc) THEN ` + functionName("t.typsubscript") + ` END,
		'Length', t.typlen,
		'ByValue', t.typbyval,
		'Alignment', CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4' ELSE 'double' END,
		'Storage', CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended' ELSE 'main' END,
		'Delimiter', t.typdelim,
		'Element', ` + typeText("t.typelem") + `,
		'Collatable', t.typcollation <> 0) END,
	'Range', CASE WHEN t.typtype = 'r' THEN json_build_object(
		'OperatorClass', CASE WHEN NOT (SELECT opcdefault FROM pg_catalog.pg_opclass WHERE oid = r.rngsubopc) THEN ` + named("pg_opclass", "opc", "r.rngsubopc") + ` END,
		'Collation', CASE WHEN r.rngcollation <> (SELECT typcollation FROM pg_catalog.pg_type WHERE oid = r.rngsubtype) THEN ` + collationName("r.rngcollation") + ` END,
		'Canonical', ` + functionName("r.rngcanonical") + `,
		'Difference', ` + functionName("r.rngsubdiff") + `,
		'Multirange', ` + typeName("r.rngmultitypid") + `) END)
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
LEFT JOIN pg_catalog.pg_range r ON t.oid IN (r.rngtypid, r.rngmultitypid)
WHERE NOT (t.typcategory = 'A' AND t.typelem <> 0 AND EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid))
AND (c.oid IS NULL OR c.relkind = 'c') AND t.oid >= $1 AND` + visible
