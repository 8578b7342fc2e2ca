package describe

// listForeignDataWrappers answers \dew.
func listForeignDataWrappers(_ int, r Request) *selection {
	s := &selection{title: "List of foreign-data wrappers", order: "1"}
	s.column("Name", "fdw.fdwname")
	s.column("Owner", owner("fdw.fdwowner"))
	s.column("Handler", "fdw.fdwhandler::pg_catalog.regproc")
	s.column("Validator", "fdw.fdwvalidator::pg_catalog.regproc")
	if r.Verbose {
		s.column("Access privileges", privileges("fdw.fdwacl"))
		s.column("FDW options", foreignOptions("fdw.fdwoptions"))
		s.column("Description", comment("fdw.oid", "pg_foreign_data_wrapper"))
	}
	s.join("pg_catalog.pg_foreign_data_wrapper fdw")
	s.match(r.Pattern, names{name: "fdw.fdwname", parts: 1})
	return s
}

// listForeignServers answers \des.
func listForeignServers(_ int, r Request) *selection {
	s := &selection{title: "List of foreign servers", order: "1"}
	s.column("Name", "s.srvname")
	s.column("Owner", owner("s.srvowner"))
	s.column("Foreign-data wrapper", "f.fdwname")
	if r.Verbose {
		s.column("Access privileges", privileges("s.srvacl"))
		s.column("Type", "s.srvtype")
		s.column("Version", "s.srvversion")
		s.column("FDW options", foreignOptions("s.srvoptions"))
		s.column("Description", comment("s.oid", "pg_foreign_server"))
	}
	s.join("pg_catalog.pg_foreign_server s")
	s.join("JOIN pg_catalog.pg_foreign_data_wrapper f ON f.oid = s.srvfdw")
	s.match(r.Pattern, names{name: "s.srvname", parts: 1})
	return s
}

// listUserMappings answers \deu. The server shows options to those who may see
// them.
func listUserMappings(_ int, r Request) *selection {
	s := &selection{title: "List of user mappings", order: "1, 2"}
	s.column("Server", "um.srvname")
	s.column("User name", "um.usename")
	if r.Verbose {
		s.column("FDW options", foreignOptions("um.umoptions"))
	}
	s.join("pg_catalog.pg_user_mappings um")
	s.match(r.Pattern, names{schema: "um.srvname", name: "um.usename", parts: 1})
	return s
}

// listForeignTables answers \det.
func listForeignTables(_ int, r Request) *selection {
	s := &selection{title: "List of foreign tables", order: "1, 2"}
	s.column("Schema", "n.nspname")
	s.column("Table", "c.relname")
	s.column("Server", "s.srvname")
	if r.Verbose {
		s.column("FDW options", foreignOptions("ft.ftoptions"))
		s.column("Description", comment("c.oid", "pg_class"))
	}
	s.join("pg_catalog.pg_foreign_table ft")
	s.join("JOIN pg_catalog.pg_class c ON c.oid = ft.ftrelid")
	s.join("JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace")
	s.join("JOIN pg_catalog.pg_foreign_server s ON s.oid = ft.ftserver")
	s.match(r.Pattern, relationNames())
	return s
}
