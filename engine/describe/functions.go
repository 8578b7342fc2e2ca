package describe

import (
	"strconv"
	"strings"
)

// functionNames are those of a pg_proc p in the pg_namespace n.
func functionNames() names {
	return names{schema: "n.nspname", name: "p.proname", visible: "pg_catalog.pg_function_is_visible(p.oid)", parts: 3}
}

// listFunctions answers \df with its letters.
func listFunctions(_ int, r Request) *selection {
	s := &selection{title: "List of functions", order: "1, 2, 4"}
	s.column("Schema", "n.nspname")
	s.column("Name", "p.proname")
	s.column("Result data type", "pg_catalog.pg_get_function_result(p.oid)")
	s.column("Argument data types", "pg_catalog.pg_get_function_arguments(p.oid)")
	s.column("Type", words("p.prokind", "a", "agg", "w", "window", "p", "proc", "f", "func"))
	s.join("pg_catalog.pg_proc p")
	s.join("LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace")
	if r.Verbose {
		s.column("Volatility", words("p.provolatile", "i", "immutable", "s", "stable", "v", "volatile"))
		s.column("Parallel", words("p.proparallel", "r", "restricted", "s", "safe", "u", "unsafe"))
		s.column("Owner", owner("p.proowner"))
		s.column("Security", "CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END")
		s.column("Leakproof?", yesNo("p.proleakproof"))
		s.column("Access privileges", privileges("p.proacl"))
		s.column("Language", "l.lanname")
		s.column("Internal name", "CASE WHEN l.lanname IN ('internal', 'c') THEN p.prosrc END")
		s.column("Description", comment("p.oid", "pg_proc"))
		s.join("LEFT JOIN pg_catalog.pg_language l ON l.oid = p.prolang")
	}
	s.filterKinds(r.Name[len("df"):])
	s.match(r.Pattern, functionNames())
	for i, argument := range r.Args {
		s.matchType(i, "p.proargtypes["+strconv.Itoa(i)+"]", argument)
	}
	s.hideSystem(r)
	return s
}

// filterKinds keeps the functions of the kinds that \df's letters name. Trigger
// functions are normal ones, too, unless they are left out.
func (s *selection) filterKinds(letters string) {
	kinds := []struct{ letter, is, isNot string }{
		{"a", "p.prokind = 'a'", "p.prokind <> 'a'"},
		{"p", "p.prokind = 'p'", "p.prokind <> 'p'"},
		{"t", "p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype", "p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype"},
		{"w", "p.prokind = 'w'", "p.prokind <> 'w'"},
	}
	var wanted []string
	normal := strings.Contains(letters, "n")
	for _, k := range kinds {
		switch {
		case letters == "":
		case strings.Contains(letters, k.letter):
			wanted = append(wanted, k.is)
		case normal:
			s.filter(k.isNot)
		}
	}
	if len(wanted) > 0 && !normal {
		s.filter("(" + strings.Join(wanted, " OR ") + ")")
	}
}

// matchType keeps the rows whose type of argument i, which has the OID that the
// expression gives, is what the pattern finds. The pattern - finds no argument.
func (s *selection) matchType(i int, oid, pattern string) {
	number := strconv.Itoa(i)
	t, n := "t"+number, "nt"+number
	s.join("LEFT JOIN pg_catalog.pg_type " + t + " ON " + t + ".oid = " + oid)
	s.join("LEFT JOIN pg_catalog.pg_namespace " + n + " ON " + n + ".oid = " + t + ".typnamespace")
	if pattern == "-" {
		s.filter(t + ".typname IS NULL")
		return
	}
	s.match(canonicalType(pattern), typeNames(t, n))
}

// listAggregates answers \da.
func listAggregates(_ int, r Request) *selection {
	s := &selection{title: "List of aggregate functions", order: "1, 2, 4"}
	s.column("Schema", "n.nspname")
	s.column("Name", "p.proname")
	s.column("Result data type", typeName("p.prorettype"))
	s.column("Argument data types",
		"CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_catalog.pg_get_function_arguments(p.oid) END")
	s.column("Description", comment("p.oid", "pg_proc"))
	s.join("pg_catalog.pg_proc p")
	s.join("LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace")
	s.filter("p.prokind = 'a'")
	s.hideSystem(r)
	s.match(r.Pattern, functionNames())
	return s
}
