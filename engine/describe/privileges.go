package describe

// listPrivileges answers \dp and \z.
func listPrivileges(_ int, r Request) *selection {
	s := &selection{title: "Access privileges", order: "1, 2"}
	s.column("Schema", "n.nspname")
	s.column("Name", "c.relname")
	s.column("Type", relationType())
	s.column("Access privileges", privileges("c.relacl"))
	s.column("Column privileges", `pg_catalog.array_to_string(ARRAY(
    SELECT attname || E':\n  ' || pg_catalog.array_to_string(attacl, E'\n  ')
    FROM pg_catalog.pg_attribute a
    WHERE attrelid = c.oid AND NOT attisdropped AND attacl IS NOT NULL), E'\n')`)
	s.column("Policies", `pg_catalog.array_to_string(ARRAY(
    SELECT pg_catalog.concat(polname,
      CASE WHEN NOT polpermissive THEN ' (RESTRICTIVE)' END,
      CASE WHEN polcmd <> '*' THEN ' (' || polcmd::pg_catalog.text || ')' END, ':',
      E'\n  (u): ' || pg_catalog.pg_get_expr(polqual, polrelid),
      E'\n  (c): ' || pg_catalog.pg_get_expr(polwithcheck, polrelid),
      CASE WHEN polroles <> '{0}' THEN E'\n  to: ' || pg_catalog.array_to_string(ARRAY(
        SELECT rolname FROM pg_catalog.pg_roles WHERE oid = ANY (polroles) ORDER BY 1), ', ') END)
    FROM pg_catalog.pg_policy pol
    WHERE polrelid = c.oid), E'\n')`)
	s.joinRelations()
	s.filter("c.relkind IN ('r','v','m','S','f','p')")
	s.hideSystem(r)
	s.match(r.Pattern, relationNames())
	return s
}

// listDefaultPrivileges answers \ddp, whose pattern is a schema's or a role's.
func listDefaultPrivileges(_ int, r Request) *selection {
	s := &selection{title: "Default access privileges", order: "1, 2, 3"}
	s.column("Owner", owner("d.defaclrole"))
	s.column("Schema", "n.nspname")
	s.column("Type", words("d.defaclobjtype",
		"r", "table", "S", "sequence", "f", "function", "T", "type", "n", "schema", "L", "large object"))
	s.column("Access privileges", privileges("d.defaclacl"))
	s.join("pg_catalog.pg_default_acl d")
	s.join("LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace")
	s.match(r.Pattern, names{name: "n.nspname", alternative: owner("d.defaclrole"), parts: 3})
	return s
}
