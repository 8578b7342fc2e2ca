package describe

// listEventTriggers answers \dy.
func listEventTriggers(_ int, r Request) *selection {
	s := &selection{title: "List of event triggers", order: "1"}
	s.column("Name", "evtname")
	s.column("Event", "evtevent")
	s.column("Owner", owner("e.evtowner"))
	s.column("Enabled", words("evtenabled", "O", "enabled", "R", "replica", "A", "always", "D", "disabled"))
	s.column("Function", "e.evtfoid::pg_catalog.regproc")
	s.column("Tags", "pg_catalog.array_to_string(ARRAY(SELECT x FROM pg_catalog.unnest(evttags) AS t(x)), ', ')")
	if r.Verbose {
		s.column("Description", comment("e.oid", "pg_event_trigger"))
	}
	s.join("pg_catalog.pg_event_trigger e")
	s.match(r.Pattern, names{name: "evtname", parts: 1})
	return s
}
