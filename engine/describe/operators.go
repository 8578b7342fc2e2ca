package describe

// listOperators answers \do. With one type, it lists prefix operators.
func listOperators(_ int, r Request) *selection {
	s := &selection{title: "List of operators", order: "1, 2, 3, 4"}
	s.column("Schema", "n.nspname")
	s.column("Name", "o.oprname")
	s.column("Left arg type", "CASE WHEN o.oprkind <> 'l' THEN "+typeName("o.oprleft")+" END")
	s.column("Right arg type", "CASE WHEN o.oprkind <> 'r' THEN "+typeName("o.oprright")+" END")
	s.column("Result type", typeName("o.oprresult"))
	s.join("pg_catalog.pg_operator o")
	s.join("LEFT JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace")
	if r.Verbose {
		s.column("Function", "o.oprcode")
		s.column("Leakproof?", yesNo("p.proleakproof"))
		s.join("LEFT JOIN pg_catalog.pg_proc p ON p.oid = o.oprcode")
	}
	s.column("Description", "COALESCE("+comment("o.oid", "pg_operator")+", "+comment("o.oprcode", "pg_proc")+")")
	s.hideSystem(r)
	s.match(r.Pattern, names{
		schema: "n.nspname", name: "o.oprname", visible: "pg_catalog.pg_operator_is_visible(o.oid)",
		parts: 3, literal: true,
	})
	switch len(r.Args) {
	case 0:
	case 1:
		s.filter("o.oprleft = 0")
		s.matchType(0, "o.oprright", r.Args[0])
	default:
		s.matchType(0, "o.oprleft", r.Args[0])
		s.matchType(1, "o.oprright", r.Args[1])
	}
	return s
}
