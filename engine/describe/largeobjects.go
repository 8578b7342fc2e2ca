package describe

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
