package describe

import (
	"context"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// listSchemas answers \dn. Where a schema is named, it says which publications
// have all of it.
func listSchemas(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
	s := &selection{title: "List of schemas", order: "1"}
	s.column("Name", "n.nspname")
	s.column("Owner", owner("n.nspowner"))
	if r.Verbose {
		s.column("Access privileges", privileges("n.nspacl"))
		s.column("Description", comment("n.oid", "pg_namespace"))
	}
	s.join("pg_catalog.pg_namespace n")
	if !r.System && r.Pattern == "" {
		s.filter("n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'")
	}
	s.match(r.Pattern, names{name: "n.nspname", parts: 2})
	result, err := c.list(ctx, s)
	if err != nil || r.Pattern == "" || c.major < 15 {
		return one(result, err)
	}
	rows, err := c.rows(ctx, `SELECT p.pubname
FROM pg_catalog.pg_publication p
  JOIN pg_catalog.pg_publication_namespace pn ON p.oid = pn.pnpubid
  JOIN pg_catalog.pg_namespace n ON n.oid = pn.pnnspid
WHERE n.nspname = $1
ORDER BY 1`, r.Pattern) // as it is written, not as a pattern: so does psql
	for i, row := range rows {
		if i == 0 {
			result.Footers = append(result.Footers, "Publications:")
		}
		result.Footers = append(result.Footers, `    "`+row[0]+`"`)
	}
	return one(result, err)
}
