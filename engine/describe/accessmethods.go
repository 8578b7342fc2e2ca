package describe

// listAccessMethods answers \dA.
func listAccessMethods(_ int, r Request) *selection {
	s := &selection{title: "List of access methods", order: "1"}
	s.column("Name", "amname")
	s.column("Type", words("amtype", "i", "Index", "t", "Table"))
	if r.Verbose {
		s.column("Handler", "amhandler")
		s.column("Description", comment("oid", "pg_am"))
	}
	s.join("pg_catalog.pg_am")
	s.match(r.Pattern, names{name: "amname", parts: 1})
	return s
}

// visibleName gives the name of an operator class or family, with its schema
// where it needs one.
func visibleName(visible, schema, name string) string {
	return "CASE WHEN " + visible + " THEN pg_catalog.quote_ident(" + name + ")" +
		" ELSE pg_catalog.quote_ident(" + schema + ") || '.' || pg_catalog.quote_ident(" + name + ") END"
}

// The commands \dAc, \dAf, \dAo and \dAp take two patterns: an access method's,
// and that of a type or an operator family.

// matchMethod keeps what is of the access methods that the pattern finds.
func (s *selection) matchMethod(pattern string) { s.match(pattern, names{name: "am.amname", parts: 1}) }

// matchFamily keeps what is of the operator families that the pattern finds.
func (s *selection) matchFamily(pattern string) {
	s.match(pattern, names{schema: "fn.nspname", name: "f.opfname", parts: 3})
}

// matchInputType gives the conditions for types t of the namespace tn; none
// without a pattern.
func (s *selection) matchInputType(pattern string) []string {
	if pattern == "" {
		return nil
	}
	return s.matching(pattern, typeNames("t", "tn"))
}

// listOperatorClasses answers \dAc.
func listOperatorClasses(_ int, r Request) *selection {
	s := &selection{title: "List of operator classes", order: "1, 2, 4"}
	s.column("AM", "am.amname")
	s.column("Input type", typeName("c.opcintype"))
	s.column("Storage type",
		"CASE WHEN c.opckeytype <> 0 AND c.opckeytype <> c.opcintype THEN "+typeName("c.opckeytype")+" END")
	s.column("Operator class", visibleName("pg_catalog.pg_opclass_is_visible(c.oid)", "n.nspname", "c.opcname"))
	s.column("Default?", yesNo("c.opcdefault"))
	s.join("pg_catalog.pg_opclass c")
	s.join("LEFT JOIN pg_catalog.pg_am am ON am.oid = c.opcmethod")
	s.join("LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.opcnamespace")
	s.join("LEFT JOIN pg_catalog.pg_type t ON t.oid = c.opcintype")
	s.join("LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace")
	if r.Verbose {
		s.column("Operator family", visibleName("pg_catalog.pg_opfamily_is_visible(f.oid)", "fn.nspname", "f.opfname"))
		s.column("Owner", owner("c.opcowner"))
		s.join("LEFT JOIN pg_catalog.pg_opfamily f ON f.oid = c.opcfamily")
		s.join("LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.opfnamespace")
	}
	s.matchMethod(r.Pattern)
	for _, condition := range s.matchInputType(r.argument()) {
		s.filter(condition)
	}
	return s
}

// listOperatorFamilies answers \dAf.
func listOperatorFamilies(_ int, r Request) *selection {
	s := &selection{title: "List of operator families", order: "1, 2"}
	s.column("AM", "am.amname")
	s.column("Operator family", visibleName("pg_catalog.pg_opfamily_is_visible(f.oid)", "fn.nspname", "f.opfname"))
	s.column("Applicable types", `(SELECT pg_catalog.string_agg(pg_catalog.format_type(oc.opcintype, NULL), ', ')
    FROM pg_catalog.pg_opclass oc WHERE oc.opcfamily = f.oid)`)
	if r.Verbose {
		s.column("Owner", owner("f.opfowner"))
	}
	s.join("pg_catalog.pg_opfamily f")
	s.join("LEFT JOIN pg_catalog.pg_am am ON am.oid = f.opfmethod")
	s.join("LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.opfnamespace")
	s.matchMethod(r.Pattern)
	if r.argument() != "" {
		exists := `EXISTS (SELECT FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_opclass oc ON oc.opcintype = t.oid
    LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
    WHERE oc.opcfamily = f.oid`
		for _, condition := range s.matchInputType(r.argument()) {
			exists += " AND " + condition
		}
		s.filter(exists + ")")
	}
	return s
}

// listFamilyOperators answers \dAo.
func listFamilyOperators(_ int, r Request) *selection {
	s := &selection{title: "List of operators of operator families"}
	s.order = `1, 2, o.amoplefttype = o.amoprighttype DESC, pg_catalog.format_type(o.amoplefttype, NULL),
  pg_catalog.format_type(o.amoprighttype, NULL), o.amopstrategy`
	s.column("AM", "am.amname")
	s.column("Operator family", visibleName("pg_catalog.pg_opfamily_is_visible(f.oid)", "fn.nspname", "f.opfname"))
	s.column("Operator", "o.amopopr::pg_catalog.regoperator")
	s.column("Strategy", "o.amopstrategy")
	s.column("Purpose", words("o.amoppurpose", "o", "ordering", "s", "search"))
	s.join("pg_catalog.pg_amop o")
	s.join("LEFT JOIN pg_catalog.pg_opfamily f ON f.oid = o.amopfamily")
	s.join("LEFT JOIN pg_catalog.pg_am am ON am.oid = f.opfmethod AND am.oid = o.amopmethod")
	s.join("LEFT JOIN pg_catalog.pg_namespace fn ON f.opfnamespace = fn.oid")
	if r.Verbose {
		s.column("Sort opfamily", "ofs.opfname")
		s.column("Leakproof?", yesNo("p.proleakproof"))
		s.join("LEFT JOIN pg_catalog.pg_opfamily ofs ON ofs.oid = o.amopsortfamily")
		s.join("LEFT JOIN pg_catalog.pg_operator op ON op.oid = o.amopopr")
		s.join("LEFT JOIN pg_catalog.pg_proc p ON p.oid = op.oprcode")
	}
	s.matchMethod(r.Pattern)
	s.matchFamily(r.argument())
	return s
}

// listFamilyFunctions answers \dAp.
func listFamilyFunctions(_ int, r Request) *selection {
	s := &selection{title: "List of support functions of operator families"}
	s.order = "1, 2, ap.amproclefttype = ap.amprocrighttype DESC, 3, 4, 5"
	s.column("AM", "am.amname")
	s.column("Operator family", visibleName("pg_catalog.pg_opfamily_is_visible(f.oid)", "fn.nspname", "f.opfname"))
	s.column("Registered left type", typeName("ap.amproclefttype"))
	s.column("Registered right type", typeName("ap.amprocrighttype"))
	s.column("Number", "ap.amprocnum")
	if r.Verbose {
		s.column("Function", "ap.amproc::pg_catalog.regprocedure")
	} else {
		s.column("Function", "p.proname")
	}
	s.join("pg_catalog.pg_amproc ap")
	s.join("LEFT JOIN pg_catalog.pg_opfamily f ON f.oid = ap.amprocfamily")
	s.join("LEFT JOIN pg_catalog.pg_am am ON am.oid = f.opfmethod")
	s.join("LEFT JOIN pg_catalog.pg_namespace fn ON f.opfnamespace = fn.oid")
	s.join("LEFT JOIN pg_catalog.pg_proc p ON ap.amproc = p.oid")
	s.matchMethod(r.Pattern)
	s.matchFamily(r.argument())
	return s
}
