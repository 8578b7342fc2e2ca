package describe

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
