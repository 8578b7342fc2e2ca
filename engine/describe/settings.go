package describe

import (
	"context"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// listSettings answers \dconfig: without a pattern, what is not as it was built.
func listSettings(major int, r Request) *selection {
	s := &selection{title: "List of configuration parameters", order: "1"}
	s.column("Parameter", "s.name")
	s.column("Value", "pg_catalog.current_setting(s.name)")
	s.join("pg_catalog.pg_settings s")
	if r.Verbose {
		s.column("Type", "s.vartype")
		s.column("Context", "s.context")
		if major >= 15 {
			s.column("Access privileges", privileges("p.paracl"))
			s.join("LEFT JOIN pg_catalog.pg_parameter_acl p ON pg_catalog.lower(s.name) = p.parname")
		} else {
			s.column("Access privileges", "NULL")
		}
	}
	if r.Pattern == "" {
		s.title = "List of non-default configuration parameters"
		s.filter("s.source <> 'default' AND s.setting IS DISTINCT FROM s.boot_val")
	}
	s.match(r.Pattern, names{name: "pg_catalog.lower(s.name)"})
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
