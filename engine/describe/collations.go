package describe

// listCollations answers \dO, for those that the database's encoding allows.
func listCollations(major int, r Request) *selection {
	locale, icuRules := "c.collcollate", "NULL"
	if major >= 15 {
		locale = "c.colliculocale"
	}
	if major >= 16 {
		icuRules = "c.collicurules"
	}
	if major >= 17 {
		locale = "c.colllocale"
	}
	s := &selection{title: "List of collations", order: "1, 2"}
	s.column("Schema", "n.nspname")
	s.column("Name", "c.collname")
	s.column("Provider", words("c.collprovider", "d", "default", "b", "builtin", "c", "libc", "i", "icu"))
	s.column("Collate", "c.collcollate")
	s.column("Ctype", "c.collctype")
	s.column("Locale", locale)
	s.column("ICU Rules", icuRules)
	s.column("Deterministic?", yesNo("c.collisdeterministic"))
	if r.Verbose {
		s.column("Description", comment("c.oid", "pg_collation"))
	}
	s.join("pg_catalog.pg_collation c")
	s.join("JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace")
	s.hideSystem(r)
	s.filter("c.collencoding IN (-1, pg_catalog.pg_char_to_encoding(pg_catalog.getdatabaseencoding()))")
	s.match(r.Pattern, names{
		schema: "n.nspname", name: "c.collname", visible: "pg_catalog.pg_collation_is_visible(c.oid)", parts: 3,
	})
	return s
}

// listConversions answers \dc.
func listConversions(_ int, r Request) *selection {
	s := &selection{title: "List of conversions", order: "1, 2"}
	s.column("Schema", "n.nspname")
	s.column("Name", "c.conname")
	s.column("Source", "pg_catalog.pg_encoding_to_char(c.conforencoding)")
	s.column("Destination", "pg_catalog.pg_encoding_to_char(c.contoencoding)")
	s.column("Default?", yesNo("c.condefault"))
	if r.Verbose {
		s.column("Description", comment("c.oid", "pg_conversion"))
	}
	s.join("pg_catalog.pg_conversion c")
	s.join("JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace")
	s.hideSystem(r)
	s.match(r.Pattern, names{
		schema: "n.nspname", name: "c.conname", visible: "pg_catalog.pg_conversion_is_visible(c.oid)", parts: 3,
	})
	return s
}
