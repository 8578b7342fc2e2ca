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
