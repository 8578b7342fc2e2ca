package describe

import (
	"context"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// relationNames are those of a pg_class c in the pg_namespace n.
func relationNames() names {
	return names{schema: "n.nspname", name: "c.relname", visible: "pg_catalog.pg_table_is_visible(c.oid)", parts: 3}
}

// joinRelations starts a FROM clause with relations and their schemas.
func (s *selection) joinRelations() {
	s.join("pg_catalog.pg_class c")
	s.join("LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace")
}

// relationKinds are the letters of \dtvmisE with the relkinds they list, and
// what psql calls them.
var relationKinds = []struct{ letter, relkinds, plural string }{
	{"t", "'r','p'", "tables"},
	{"i", "'i','I'", "indexes"},
	{"v", "'v'", "views"},
	{"m", "'m'", "materialized views"},
	{"s", "'S'", "sequences"},
	{"E", "'f'", "foreign tables"},
}

// relationType is a relation's kind in words.
func relationType() string {
	return words("c.relkind",
		"r", "table", "v", "view", "m", "materialized view", "i", "index", "S", "sequence", "t", "TOAST table",
		"f", "foreign table", "p", "partitioned table", "I", "partitioned index")
}

// listRelations answers \dt, \di, … and \d without a pattern (listTables).
func listRelations(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
	letters := r.Name[1:]
	if letters == "" {
		letters = "tvmsE"
	}
	plural := "relations"
	wanted := []string{}
	for _, k := range relationKinds {
		if strings.Contains(letters, k.letter) {
			wanted = append(wanted, k.relkinds)
			plural = k.plural
		}
	}
	if len(wanted) != 1 {
		plural = "relations"
	}
	system := r.System || r.Pattern != "" // a pattern finds the system's, too
	if strings.Contains(letters, "t") && system {
		wanted = append(wanted, "'t'")
	}
	indexes := strings.Contains(letters, "i")
	stored := indexes || strings.ContainsAny(letters, "tm")

	s := &selection{title: "List of " + plural, order: "1, 2"}
	s.column("Schema", "n.nspname")
	s.column("Name", "c.relname")
	s.column("Type", relationType())
	s.column("Owner", owner("c.relowner"))
	if indexes {
		s.column("Table", "c2.relname")
	}
	if r.Verbose {
		s.column("Persistence", words("c.relpersistence", "p", "permanent", "t", "temporary", "u", "unlogged"))
		if stored {
			s.column("Access method", "am.amname")
		}
		s.column("Size", "pg_catalog.pg_size_pretty(pg_catalog.pg_table_size(c.oid))")
		s.column("Description", comment("c.oid", "pg_class"))
	}
	s.joinRelations()
	if stored {
		s.join("LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam")
	}
	if indexes {
		s.join("LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid")
		s.join("LEFT JOIN pg_catalog.pg_class c2 ON i.indrelid = c2.oid")
	}
	s.filter("c.relkind IN (" + strings.Join(wanted, ",") + ")")
	if !system {
		s.filter("n.nspname !~ '^pg_toast'")
	}
	s.hideSystem(r)
	s.match(r.Pattern, relationNames())
	result, err := c.list(ctx, s)
	switch {
	case err != nil:
		return nil, err
	case len(result.Rows) > 0:
	case r.Pattern != "":
		result = report(`Did not find any %s named "%s".`, plural, r.Pattern)
	default:
		result = report("Did not find any %s.", plural)
	}
	return one(result, nil)
}

// listPartitioned answers \dP.
func listPartitioned(_ int, r Request) *selection {
	letters := r.Name[2:]
	tables, indexes := strings.Contains(letters, "t"), strings.Contains(letters, "i")
	nested := strings.Contains(letters, "n")
	both := tables == indexes
	s := &selection{title: "List of partitioned relations"}
	kinds := "'p','I'"
	switch {
	case both:
		tables, indexes = true, true
	case tables:
		s.title, kinds = "List of partitioned tables", "'p'"
	default:
		s.title, kinds = "List of partitioned indexes", "'I'"
	}
	parents := nested || r.Pattern != ""

	s.column("Schema", "n.nspname")
	s.column("Name", "c.relname")
	s.column("Owner", owner("c.relowner"))
	s.order = `"Schema"`
	if both {
		s.column("Type", relationType())
		s.order += `, "Type" DESC`
	}
	if parents {
		s.column("Parent name", "inh.inhparent::pg_catalog.regclass")
		s.order += `, "Parent name" NULLS FIRST`
	}
	s.order += `, "Name"`
	if indexes {
		s.column("Table", "c2.oid::pg_catalog.regclass")
	}
	if r.Verbose {
		s.column("Access method", "am.amname")
		if nested {
			s.column("Leaf partition size", "s.direct")
		}
		s.column("Total size", "s.total")
		s.column("Description", comment("c.oid", "pg_class"))
	}
	s.joinRelations()
	if indexes {
		s.join("LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid")
		s.join("LEFT JOIN pg_catalog.pg_class c2 ON i.indrelid = c2.oid")
	}
	if parents {
		s.join("LEFT JOIN pg_catalog.pg_inherits inh ON c.oid = inh.inhrelid")
	}
	if r.Verbose {
		s.join("LEFT JOIN pg_catalog.pg_am am ON c.relam = am.oid")
		s.join(`CROSS JOIN LATERAL (SELECT
    pg_catalog.pg_size_pretty(pg_catalog.sum(CASE WHEN ppt.isleaf AND ppt.level = 1
      THEN pg_catalog.pg_table_size(ppt.relid) ELSE 0 END)) AS direct,
    pg_catalog.pg_size_pretty(pg_catalog.sum(pg_catalog.pg_table_size(ppt.relid))) AS total
    FROM pg_catalog.pg_partition_tree(c.oid) ppt) s`)
	}
	s.filter("c.relkind IN (" + kinds + ")")
	if !parents {
		s.filter("NOT c.relispartition")
	}
	if r.Pattern == "" {
		s.filter(userSchemas + " AND n.nspname !~ '^pg_toast'")
	}
	s.match(r.Pattern, relationNames())
	return s
}
