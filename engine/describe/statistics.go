package describe

// listStatistics answers \dX.
func listStatistics(_ int, r Request) *selection {
	schema := "es.stxnamespace::pg_catalog.regnamespace::pg_catalog.text"
	defined := func(kind string) string { return "CASE WHEN '" + kind + "' = ANY (es.stxkind) THEN 'defined' END" }
	s := &selection{title: "List of extended statistics", order: "1, 2"}
	s.column("Schema", schema)
	s.column("Name", "es.stxname")
	s.column("Definition", `pg_catalog.concat(pg_catalog.pg_get_statisticsobjdef_columns(es.oid), ' FROM ',
    es.stxrelid::pg_catalog.regclass)`)
	s.column("Ndistinct", defined("d"))
	s.column("Dependencies", defined("f"))
	s.column("MCV", defined("m"))
	s.join("pg_catalog.pg_statistic_ext es")
	s.match(r.Pattern, names{
		schema: schema, name: "es.stxname", visible: "pg_catalog.pg_statistics_obj_is_visible(es.oid)", parts: 3,
	})
	return s
}
