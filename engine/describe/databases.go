package describe

import (
	"context"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// listDatabases answers \l.
func listDatabases(major int, r Request) *selection {
	provider, locale, icuRules := "'libc'", "NULL", "NULL"
	if major >= 15 {
		provider = words("d.datlocprovider", "b", "builtin", "c", "libc", "i", "icu")
		locale = "d.daticulocale"
	}
	if major >= 16 {
		icuRules = "d.daticurules"
	}
	if major >= 17 {
		locale = "d.datlocale"
	}
	s := &selection{title: "List of databases", order: "1"}
	s.column("Name", "d.datname")
	s.column("Owner", owner("d.datdba"))
	s.column("Encoding", "pg_catalog.pg_encoding_to_char(d.encoding)")
	s.column("Locale Provider", provider)
	s.column("Collate", "d.datcollate")
	s.column("Ctype", "d.datctype")
	s.column("Locale", locale)
	s.column("ICU Rules", icuRules)
	s.column("Access privileges", privileges("d.datacl"))
	s.join("pg_catalog.pg_database d")
	if r.Verbose {
		s.column("Size", `CASE WHEN pg_catalog.has_database_privilege(d.datname, 'CONNECT')
    THEN pg_catalog.pg_size_pretty(pg_catalog.pg_database_size(d.datname)) ELSE 'No Access' END`)
		s.column("Tablespace", "t.spcname")
		s.column("Description", "pg_catalog.shobj_description(d.oid, 'pg_database')")
		s.join("JOIN pg_catalog.pg_tablespace t ON d.dattablespace = t.oid")
	}
	s.match(r.Pattern, names{name: "d.datname", parts: 1})
	return s
}

// listTablespaces answers \db.
func listTablespaces(_ int, r Request) *selection {
	s := &selection{title: "List of tablespaces", order: "1"}
	s.column("Name", "spcname")
	s.column("Owner", owner("spcowner"))
	s.column("Location", "pg_catalog.pg_tablespace_location(oid)")
	if r.Verbose {
		s.column("Access privileges", privileges("spcacl"))
		s.column("Options", "spcoptions")
		// Unlike psql, which fails where one tablespace is closed to the role.
		s.column("Size", `CASE WHEN pg_catalog.has_tablespace_privilege(oid, 'CREATE')
      OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
      OR oid = (SELECT dattablespace FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
    THEN pg_catalog.pg_size_pretty(pg_catalog.pg_tablespace_size(oid)) ELSE 'No Access' END`)
		s.column("Description", "pg_catalog.shobj_description(oid, 'pg_tablespace')")
	}
	s.join("pg_catalog.pg_tablespace")
	s.match(r.Pattern, names{name: "spcname", parts: 1})
	return s
}

// listSchemas answers \dn. Where a schema is named, it says which publications
// have all of it.
func listSchemas(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
	s := &selection{title: "List of schemas", order: "1"}
	s.column("Name", "n.nspname")
	s.column("Owner", owner("n.nspowner"))
	if r.Verbose {
		s.column("Access privileges", privileges("n.nspacl"))
		s.column("Description", comment("n.oid", "pg_namespace"))
	}
	s.join("pg_catalog.pg_namespace n")
	if !r.System && r.Pattern == "" {
		s.filter("n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'")
	}
	s.match(r.Pattern, names{name: "n.nspname", parts: 2})
	result, err := c.list(ctx, s)
	if err != nil || r.Pattern == "" || c.major < 15 {
		return one(result, err)
	}
	rows, err := c.rows(ctx, `SELECT p.pubname
FROM pg_catalog.pg_publication p
  JOIN pg_catalog.pg_publication_namespace pn ON p.oid = pn.pnpubid
  JOIN pg_catalog.pg_namespace n ON n.oid = pn.pnnspid
WHERE n.nspname = $1
ORDER BY 1`, r.Pattern) // as it is written, not as a pattern: so does psql
	for i, row := range rows {
		if i == 0 {
			result.Footers = append(result.Footers, "Publications:")
		}
		result.Footers = append(result.Footers, `    "`+row[0]+`"`)
	}
	return one(result, err)
}

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

// listExtensions answers \dx without +.
func listExtensions(_ int, r Request) *selection {
	s := &selection{title: "List of installed extensions", order: "1"}
	s.column("Name", "e.extname")
	s.column("Version", "e.extversion")
	s.column("Default version", "ae.default_version")
	s.column("Schema", "n.nspname")
	s.column("Description", comment("e.oid", "pg_extension"))
	s.join("pg_catalog.pg_extension e")
	s.join("LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace")
	s.join("LEFT JOIN pg_catalog.pg_available_extensions() ae(name, default_version, comment) ON ae.name = e.extname")
	s.match(r.Pattern, names{name: "e.extname", parts: 1})
	return s
}

// describeExtensions answers \dx, and \dx+ with what each extension consists of.
func describeExtensions(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
	if !r.Verbose {
		return one(c.list(ctx, listExtensions(c.major, r)))
	}
	s := &selection{order: "1"}
	s.column("name", "e.extname")
	s.column("oid", "e.oid")
	s.join("pg_catalog.pg_extension e")
	s.match(r.Pattern, names{name: "e.extname", parts: 1})
	return c.each(ctx, s, "extension", r.Pattern, func(row []string) ([]*tusk.QueryResult, error) {
		s := &selection{title: `Objects in extension "` + row[0] + `"`, order: "1"}
		s.column("Object description", "pg_catalog.pg_describe_object(classid, objid, 0)")
		s.join("pg_catalog.pg_depend")
		s.filter("refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass")
		s.filter("refobjid = " + s.parameter(row[1]))
		s.filter("deptype = 'e'")
		return one(c.list(ctx, s))
	})
}

// listEventTriggers answers \dy.
func listEventTriggers(_ int, r Request) *selection {
	s := &selection{title: "List of event triggers", order: "1"}
	s.column("Name", "evtname")
	s.column("Event", "evtevent")
	s.column("Owner", owner("e.evtowner"))
	s.column("Enabled", words("evtenabled", "O", "enabled", "R", "replica", "A", "always", "D", "disabled"))
	s.column("Function", "e.evtfoid::pg_catalog.regproc")
	s.column("Tags", "pg_catalog.array_to_string(ARRAY(SELECT x FROM pg_catalog.unnest(evttags) AS t(x)), ', ')")
	if r.Verbose {
		s.column("Description", comment("e.oid", "pg_event_trigger"))
	}
	s.join("pg_catalog.pg_event_trigger e")
	s.match(r.Pattern, names{name: "evtname", parts: 1})
	return s
}

// listLanguages answers \dL.
func listLanguages(_ int, r Request) *selection {
	s := &selection{title: "List of languages", order: "1"}
	s.column("Name", "l.lanname")
	s.column("Owner", owner("l.lanowner"))
	s.column("Trusted", "l.lanpltrusted")
	if r.Verbose {
		s.column("Internal language", "NOT l.lanispl")
		s.column("Call handler", "l.lanplcallfoid::pg_catalog.regprocedure")
		s.column("Validator", "l.lanvalidator::pg_catalog.regprocedure")
		s.column("Inline handler", "l.laninline::pg_catalog.regprocedure")
		s.column("Access privileges", privileges("l.lanacl"))
	}
	s.column("Description", comment("l.oid", "pg_language"))
	s.join("pg_catalog.pg_language l")
	s.match(r.Pattern, names{name: "l.lanname", parts: 2})
	if !r.System && r.Pattern == "" {
		s.filter("l.lanplcallfoid <> 0")
	}
	return s
}

// listLargeObjects answers \dl.
func listLargeObjects(_ int, r Request) *selection {
	s := &selection{title: "Large objects", order: "oid"}
	s.column("ID", "oid")
	s.column("Owner", owner("lomowner"))
	if r.Verbose {
		s.column("Access privileges", privileges("lomacl"))
	}
	s.column("Description", comment("oid", "pg_largeobject"))
	s.join("pg_catalog.pg_largeobject_metadata")
	return s
}
