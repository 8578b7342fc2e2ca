package describe

import (
	"context"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// describePublications answers \dRp, and \dRp+ with what each publication has.
func describePublications(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
	s := &selection{title: "List of publications", order: "pubname"}
	if !r.Verbose {
		s.column("Name", "pubname")
	}
	s.column("Owner", owner("pubowner"))
	s.column("All tables", "puballtables")
	s.column("Inserts", "pubinsert")
	s.column("Updates", "pubupdate")
	s.column("Deletes", "pubdelete")
	s.column("Truncates", "pubtruncate")
	if c.major >= 18 {
		s.column("Generated columns", words("pubgencols", "n", "none", "s", "stored"))
	}
	s.column("Via root", "pubviaroot")
	s.join("pg_catalog.pg_publication")
	if !r.Verbose {
		s.match(r.Pattern, names{name: "pubname", parts: 1})
		return one(c.list(ctx, s))
	}
	found := &selection{order: "1"}
	found.column("name", "pubname")
	found.column("oid", "oid")
	found.join("pg_catalog.pg_publication")
	found.match(r.Pattern, names{name: "pubname", parts: 1})
	return c.each(ctx, found, "publication", r.Pattern, func(row []string) ([]*tusk.QueryResult, error) {
		this := *s
		this.title = "Publication " + row[0]
		this.filter("oid = " + this.parameter(row[1]))
		result, err := c.list(ctx, &this)
		if err != nil {
			return nil, err
		}
		result.Footers, err = c.published(ctx, row[1])
		return one(result, err)
	})
}

// published gives the footers of a publication: its tables and its schemas.
func (c catalog) published(ctx context.Context, oid string) ([]string, error) {
	filter, columns := "", ""
	if c.major >= 15 {
		filter = `, ' WHERE ' || pg_catalog.pg_get_expr(pr.prqual, pr.prrelid)`
		columns = `, ' (' || (SELECT pg_catalog.string_agg(a.attname, ', ')
    FROM pg_catalog.unnest(pr.prattrs::pg_catalog.int2[]) WITH ORDINALITY AS k(attnum, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = pr.prrelid AND a.attnum = k.attnum) || ')'`
	}
	footers, err := c.lines(ctx, section{sql: `SELECT 'Tables:', pg_catalog.concat('    "', n.nspname, '.', c.relname, '"'` + columns + filter + `)
FROM pg_catalog.pg_publication_rel pr
  JOIN pg_catalog.pg_publication p ON p.oid = pr.prpubid
  JOIN pg_catalog.pg_class c ON c.oid = pr.prrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE p.oid = $1 AND NOT p.puballtables
ORDER BY n.nspname, c.relname`}, oid)
	if err != nil || c.major < 15 {
		return footers, err
	}
	schemas, err := c.lines(ctx, section{sql: `SELECT 'Tables from schemas:', pg_catalog.concat('    "', n.nspname, '"')
FROM pg_catalog.pg_publication_namespace pn
  JOIN pg_catalog.pg_publication p ON p.oid = pn.pnpubid
  JOIN pg_catalog.pg_namespace n ON n.oid = pn.pnnspid
WHERE p.oid = $1 AND NOT p.puballtables
ORDER BY n.nspname`}, oid)
	return append(footers, schemas...), err
}

// listSubscriptions answers \dRs, for those of the current database. Unlike psql,
// which fails there, it shows a role that may not see a connection string, as few
// may, all else.
func listSubscriptions(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
	s := &selection{title: "List of subscriptions", order: "1"}
	s.column("Name", "subname")
	s.column("Owner", owner("subowner"))
	s.column("Enabled", "subenabled")
	s.column("Publication", "subpublications")
	if r.Verbose {
		rows, err := c.rows(ctx, `SELECT pg_catalog.has_column_privilege('pg_catalog.pg_subscription', 'subconninfo', 'SELECT')`)
		if err != nil {
			return nil, err
		}
		s.subscriptionDetails(c.major, rows[0][0] == "t")
	}
	s.join("pg_catalog.pg_subscription")
	s.filter(`subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`)
	s.match(r.Pattern, names{name: "subname", parts: 1})
	return one(c.list(ctx, s))
}

func (s *selection) subscriptionDetails(major int, conninfo bool) {
	s.column("Binary", "subbinary")
	if major >= 16 {
		s.column("Streaming", words("substream", "f", "off", "t", "on", "p", "parallel"))
	} else {
		s.column("Streaming", "substream")
	}
	if major >= 15 {
		s.column("Two-phase commit", "subtwophasestate")
		s.column("Disable on error", "subdisableonerr")
	}
	if major >= 16 {
		s.column("Origin", "suborigin")
		s.column("Password required", "subpasswordrequired")
		s.column("Run as owner?", "subrunasowner")
	}
	if major >= 17 {
		s.column("Failover", "subfailover")
	}
	s.column("Synchronous commit", "subsynccommit")
	if conninfo {
		s.column("Conninfo", "subconninfo")
	} else {
		s.column("Conninfo", "'No Access'")
	}
	if major >= 15 {
		s.column("Skip LSN", "subskiplsn")
	}
}
