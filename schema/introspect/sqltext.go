package introspect

// The functions of this file give the parts that several queries have in
// common, as SQL. What they take is SQL of this package, never text of a user.
// Their own aliases are words, which no query uses.

// head gives the fields of schema.Object as the arguments of
// json_build_object. Of what has no schema, namespace is "0", and so is owner
// of what has no owner.
func head(class, oid, namespace, name, owner, acl string) string {
	return `'OID', ` + oid + `::int8,
	'Schema', (SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = ` + namespace + `),
	'Name', ` + name + `,
	'Owner', (SELECT rolname FROM pg_catalog.pg_roles WHERE oid = ` + owner + `),
	'ACL', to_json(` + acl + `::text[]),
	'Comment', ` + comment(class, oid) + `,
	'Extension', ` + extension(class, oid)
}

func comment(class, oid string) string {
	return `(SELECT description FROM pg_catalog.pg_description WHERE classoid = 'pg_catalog.` + class + `'::regclass AND objoid = ` + oid + ` AND objsubid = 0)`
}

func sharedComment(class, oid string) string {
	return `(SELECT description FROM pg_catalog.pg_shdescription WHERE classoid = 'pg_catalog.` + class + `'::regclass AND objoid = ` + oid + `)`
}

func extension(class, oid string) string {
	return `(SELECT extname FROM pg_catalog.pg_depend made JOIN pg_catalog.pg_extension maker ON maker.oid = made.refobjid
		WHERE made.classid = 'pg_catalog.` + class + `'::regclass AND made.objid = ` + oid + ` AND made.refclassid = 'pg_catalog.pg_extension'::regclass AND made.deptype = 'e' LIMIT 1)`
}

// named gives the schema.Name of the row of a catalog, NULL for OID 0.
func named(class, prefix, oid string) string {
	return `(SELECT json_build_object('Schema', nspname, 'Name', named.` + prefix + `name) FROM pg_catalog.` + class + ` named
		JOIN pg_catalog.pg_namespace ON pg_namespace.oid = named.` + prefix + `namespace WHERE named.oid = ` + oid + `)`
}

func functionName(oid string) string  { return named("pg_proc", "pro", oid) }
func operatorName(oid string) string  { return named("pg_operator", "opr", oid) }
func relationName(oid string) string  { return named("pg_class", "rel", oid) }
func typeName(oid string) string      { return named("pg_type", "typ", oid) }
func collationName(oid string) string { return named("pg_collation", "coll", oid) }

// typeText writes a type, NULL for OID 0.
func typeText(oid string) string {
	return `CASE WHEN ` + oid + ` <> 0 THEN pg_catalog.format_type(` + oid + `, NULL) END`
}

// argumentTypes gives the types of a function's input arguments.
func argumentTypes(function string) string {
	return `(SELECT json_agg(pg_catalog.format_type(t, NULL) ORDER BY i) FROM pg_catalog.pg_proc called, unnest(called.proargtypes::oid[]) WITH ORDINALITY AS u(t, i) WHERE called.oid = ` + function + `)`
}

// firing gives a schema.Firing.
func firing(column string) string {
	return `array_position('{O,D,R,A}'::text[], ` + column + `::text) - 1`
}

// visible leaves out the schemas that hold no object of interest: TOAST tables
// and other sessions' temporary ones.
const visible = ` n.nspname !~ '^pg_(toast|temp_|toast_temp_)' `
