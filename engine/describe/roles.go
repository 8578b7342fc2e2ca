package describe

import (
	"context"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// listRoles answers \du and \dg.
func listRoles(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
	s := &selection{title: "List of roles", order: "1"}
	s.column("Role name", "r.rolname")
	s.column("Attributes", `pg_catalog.concat_ws(E'\n',
    NULLIF(pg_catalog.concat_ws(', ',
      CASE WHEN r.rolsuper THEN 'Superuser' END,
      CASE WHEN NOT r.rolinherit THEN 'No inheritance' END,
      CASE WHEN r.rolcreaterole THEN 'Create role' END,
      CASE WHEN r.rolcreatedb THEN 'Create DB' END,
      CASE WHEN NOT r.rolcanlogin THEN 'Cannot login' END,
      CASE WHEN r.rolreplication THEN 'Replication' END,
      CASE WHEN r.rolbypassrls THEN 'Bypass RLS' END), ''),
    CASE WHEN r.rolconnlimit = 0 THEN 'No connections'
      WHEN r.rolconnlimit = 1 THEN '1 connection'
      WHEN r.rolconnlimit > 1 THEN r.rolconnlimit::pg_catalog.text || ' connections' END,
    'Password valid until ' || r.rolvaliduntil::pg_catalog.text)`)
	if r.Verbose {
		s.column("Description", "pg_catalog.shobj_description(r.oid, 'pg_authid')")
	}
	s.join("pg_catalog.pg_roles r")
	if !r.System && r.Pattern == "" {
		s.filter("r.rolname !~ '^pg_'")
	}
	s.match(r.Pattern, names{name: "r.rolname", parts: 1})
	result, err := c.list(ctx, s)
	if err != nil {
		return nil, err
	}
	result.Footers = []string{}
	return one(result, nil)
}

// listRoleGrants answers \drg.
func listRoleGrants(major int, r Request) *selection {
	inherit, set := "m.rolinherit", "true"
	if major >= 16 {
		inherit, set = "pam.inherit_option", "pam.set_option"
	}
	s := &selection{title: "List of role grants", order: "1, 2, 4"}
	s.column("Role name", "m.rolname")
	s.column("Member of", "r.rolname")
	s.column("Options", `pg_catalog.concat_ws(', ', CASE WHEN pam.admin_option THEN 'ADMIN' END,
    CASE WHEN `+inherit+` THEN 'INHERIT' END, CASE WHEN `+set+` THEN 'SET' END)`)
	s.column("Grantor", "g.rolname")
	s.join("pg_catalog.pg_roles m")
	s.join("JOIN pg_catalog.pg_auth_members pam ON pam.member = m.oid")
	s.join("LEFT JOIN pg_catalog.pg_roles r ON pam.roleid = r.oid")
	s.join("LEFT JOIN pg_catalog.pg_roles g ON pam.grantor = g.oid")
	if !r.System && r.Pattern == "" {
		s.filter("m.rolname !~ '^pg_'")
	}
	s.match(r.Pattern, names{name: "m.rolname", parts: 1})
	return s
}

// listRoleSettings answers \drds, whose patterns are a role's and a database's.
func listRoleSettings(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
	s := &selection{title: "List of settings", order: "1, 2"}
	s.column("Role", "rolname")
	s.column("Database", "datname")
	s.column("Settings", `pg_catalog.array_to_string(setconfig, E'\n')`)
	s.join("pg_catalog.pg_db_role_setting s")
	s.join("LEFT JOIN pg_catalog.pg_database d ON d.oid = setdatabase")
	s.join("LEFT JOIN pg_catalog.pg_roles r ON r.oid = setrole")
	s.match(r.Pattern, names{name: "r.rolname", parts: 1})
	s.match(r.argument(), names{name: "d.datname", parts: 1})
	result, err := c.list(ctx, s)
	switch {
	case err != nil:
		return nil, err
	case len(result.Rows) > 0:
	case r.argument() != "":
		result = report(`Did not find any settings for role "%s" and database "%s".`, r.Pattern, r.argument())
	case r.Pattern != "":
		result = report(`Did not find any settings for role "%s".`, r.Pattern)
	default:
		result = report("Did not find any settings.")
	}
	return one(result, nil)
}

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
