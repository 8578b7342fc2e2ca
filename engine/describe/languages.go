package describe

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
