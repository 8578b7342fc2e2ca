package describe

import "strings"

// listCasts answers \dC: a pattern finds the source or the target.
func listCasts(_ int, r Request) *selection {
	s := &selection{title: "List of casts", order: "1, 2"}
	s.column("Source type", typeName("castsource"))
	s.column("Target type", typeName("casttarget"))
	s.column("Function", `CASE c.castmethod WHEN 'b' THEN '(binary coercible)' WHEN 'i' THEN '(with inout)' ELSE p.proname END`)
	s.column("Implicit?", `CASE c.castcontext WHEN 'e' THEN 'no' WHEN 'a' THEN 'in assignment' ELSE 'yes' END`)
	if r.Verbose {
		s.column("Leakproof?", yesNo("p.proleakproof"))
		s.column("Description", comment("c.oid", "pg_cast"))
	}
	s.join("pg_catalog.pg_cast c")
	s.join("LEFT JOIN pg_catalog.pg_proc p ON c.castfunc = p.oid")
	s.join("LEFT JOIN pg_catalog.pg_type ts ON c.castsource = ts.oid")
	s.join("LEFT JOIN pg_catalog.pg_namespace ns ON ns.oid = ts.typnamespace")
	s.join("LEFT JOIN pg_catalog.pg_type tt ON c.casttarget = tt.oid")
	s.join("LEFT JOIN pg_catalog.pg_namespace nt ON nt.oid = tt.typnamespace")
	either := func(t, n string) string {
		return "(" + strings.Join(append([]string{"true"}, s.matching(r.Pattern, typeNames(t, n))...), " AND ") + ")"
	}
	s.filter("(" + either("ts", "ns") + " OR " + either("tt", "nt") + ")")
	return s
}
