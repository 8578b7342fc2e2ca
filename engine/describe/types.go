package describe

import "strings"

// typeNames are those of a pg_type and its pg_namespace, by their aliases: the
// internal one, and the one that SQL writes.
func typeNames(t, n string) names {
	return names{
		schema: n + ".nspname", name: t + ".typname", alternative: typeName(t + ".oid"),
		visible: "pg_catalog.pg_type_is_visible(" + t + ".oid)", parts: 3,
	}
}

// canonicalType gives the name of a type for those that only the grammar knows
// (map_typename_pattern).
func canonicalType(pattern string) string {
	name, ok := map[string]string{
		"decimal":       "numeric",
		"float":         "double precision",
		"int":           "integer",
		"bool[]":        "boolean[]",
		"decimal[]":     "numeric[]",
		"float[]":       "double precision[]",
		"float4[]":      "real[]",
		"float8[]":      "double precision[]",
		"int[]":         "integer[]",
		"int2[]":        "smallint[]",
		"int4[]":        "integer[]",
		"int8[]":        "bigint[]",
		"time[]":        "time without time zone[]",
		"timetz[]":      "time with time zone[]",
		"timestamp[]":   "timestamp without time zone[]",
		"timestamptz[]": "timestamp with time zone[]",
		"varbit[]":      "bit varying[]",
		"varchar[]":     "character varying[]",
	}[strings.ToLower(pattern)]
	if !ok {
		return pattern
	}
	return name
}

// listTypes answers \dT. Arrays are found by a pattern with [] only, rows of
// tables never.
func listTypes(_ int, r Request) *selection {
	s := &selection{title: "List of data types", order: "1, 2"}
	s.column("Schema", "n.nspname")
	s.column("Name", typeName("t.oid"))
	if r.Verbose {
		s.column("Internal name", "t.typname")
		s.column("Size", "CASE WHEN t.typrelid <> 0 THEN 'tuple' WHEN t.typlen < 0 THEN 'var' ELSE t.typlen::pg_catalog.text END")
		s.column("Elements", `pg_catalog.array_to_string(ARRAY(SELECT e.enumlabel FROM pg_catalog.pg_enum e
    WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder), E'\n')`)
		s.column("Owner", owner("t.typowner"))
		s.column("Access privileges", privileges("t.typacl"))
	}
	s.column("Description", comment("t.oid", "pg_type"))
	s.join("pg_catalog.pg_type t")
	s.join("LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace")
	s.filter("(t.typrelid = 0 OR (SELECT c.relkind = 'c' FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid))")
	if !strings.Contains(r.Pattern, "[]") {
		s.filter("NOT EXISTS (SELECT FROM pg_catalog.pg_type el WHERE el.oid = t.typelem AND el.typarray = t.oid)")
	}
	s.hideSystem(r)
	s.match(canonicalType(r.Pattern), typeNames("t", "n"))
	return s
}

// listDomains answers \dD.
func listDomains(_ int, r Request) *selection {
	s := &selection{title: "List of domains", order: "1, 2"}
	s.column("Schema", "n.nspname")
	s.column("Name", "t.typname")
	s.column("Type", "pg_catalog.format_type(t.typbasetype, t.typtypmod)")
	s.column("Collation", `(SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type bt
    WHERE c.oid = t.typcollation AND bt.oid = t.typbasetype AND t.typcollation <> bt.typcollation)`)
	s.column("Nullable", "CASE WHEN t.typnotnull THEN 'not null' END")
	s.column("Default", "t.typdefault")
	s.column("Check", `pg_catalog.array_to_string(ARRAY(
    SELECT pg_catalog.pg_get_constraintdef(r.oid, true) FROM pg_catalog.pg_constraint r
    WHERE t.oid = r.contypid AND r.contype = 'c' ORDER BY r.conname), ' ')`)
	if r.Verbose {
		s.column("Access privileges", privileges("t.typacl"))
		s.column("Description", comment("t.oid", "pg_type"))
	}
	s.join("pg_catalog.pg_type t")
	s.join("LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace")
	s.filter("t.typtype = 'd'")
	s.hideSystem(r)
	s.match(r.Pattern, names{
		schema: "n.nspname", name: "t.typname", visible: "pg_catalog.pg_type_is_visible(t.oid)", parts: 3,
	})
	return s
}
