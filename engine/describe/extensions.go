package describe

import (
	"context"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// listExtensions answers \dx without +.
func listExtensions(_ int, r Request) *selection {
	s := &selection{title: "List of installed extensions", order: "1"}
	s.column("Name", "e.extname")
	s.column("Version", "e.extversion")
	s.column("Default version", "ae.default_version")
	s.column("Schema", "n.nspname")
	s.column("Description", comment("e.oid", "pg_extension"))
	s.join("pg_catalog.pg_extension e")
	s.join("LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace")
	s.join("LEFT JOIN pg_catalog.pg_available_extensions() ae(name, default_version, comment) ON ae.name = e.extname")
	s.match(r.Pattern, names{name: "e.extname", parts: 1})
	return s
}

// describeExtensions answers \dx, and \dx+ with what each extension consists of.
func describeExtensions(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
	if !r.Verbose {
		return one(c.list(ctx, listExtensions(c.major, r)))
	}
	s := &selection{order: "1"}
	s.column("name", "e.extname")
	s.column("oid", "e.oid")
	s.join("pg_catalog.pg_extension e")
	s.match(r.Pattern, names{name: "e.extname", parts: 1})
	return c.each(ctx, s, "extension", r.Pattern, func(row []string) ([]*tusk.QueryResult, error) {
		s := &selection{title: `Objects in extension "` + row[0] + `"`, order: "1"}
		s.column("Object description", "pg_catalog.pg_describe_object(classid, objid, 0)")
		s.join("pg_catalog.pg_depend")
		s.filter("refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass")
		s.filter("refobjid = " + s.parameter(row[1]))
		s.filter("deptype = 'e'")
		return one(c.list(ctx, s))
	})
}
