package describe

import (
	"context"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// describeRelations answers \d: with a pattern and no letters, each relation of
// that name in full (describeTableDetails), else a list.
func describeRelations(ctx context.Context, c catalog, r Request) ([]*tusk.QueryResult, error) {
	if r.Pattern == "" || r.Name != "d" {
		return listRelations(ctx, c, r)
	}
	s := &selection{order: "1, 2"}
	s.column("schema", "n.nspname")
	s.column("name", "c.relname")
	s.column("oid", "c.oid")
	s.column("kind", "c.relkind")
	s.column("persistence", "c.relpersistence")
	s.column("indexed", "c.relhasindex")
	s.column("checked", "c.relchecks > 0")
	s.column("ruled", "c.relhasrules")
	s.column("triggered", "c.relhastriggers")
	s.column("partition", "c.relispartition")
	s.column("type", "CASE WHEN c.reloftype <> 0 THEN c.reloftype::pg_catalog.regtype::pg_catalog.text END")
	s.column("tablespace", "ts.spcname")
	s.column("method", "am.amname")
	s.column("options", `pg_catalog.array_to_string(
    c.reloptions || ARRAY(SELECT 'toast.' || x FROM pg_catalog.unnest(tc.reloptions) x), ', ')`)
	s.joinRelations()
	s.join("LEFT JOIN pg_catalog.pg_tablespace ts ON c.reltablespace = ts.oid")
	s.join("LEFT JOIN pg_catalog.pg_am am ON c.relam = am.oid")
	s.join("LEFT JOIN pg_catalog.pg_class tc ON c.reltoastrelid = tc.oid")
	s.match(r.Pattern, relationNames())
	return c.each(ctx, s, "relation", r.Pattern, func(row []string) ([]*tusk.QueryResult, error) {
		d := relation{
			catalog: c, verbose: r.Verbose,
			schema: row[0], name: row[1], oid: row[2], kind: row[3], persistence: row[4],
			indexed: row[5] == "t", checked: row[6] == "t", ruled: row[7] == "t", triggered: row[8] == "t",
			partition: row[9] == "t", typed: row[10], tablespace: row[11], method: row[12], options: row[13],
		}
		return one(d.describe(ctx))
	})
}

// relation is one relation to describe (describeOneTableDetails).
type relation struct {
	catalog
	verbose           bool
	schema, name, oid string
	kind              string // relkind, a letter
	persistence       string // relpersistence, a letter
	indexed           bool   // has indexes or had
	checked           bool   // has check constraints
	ruled             bool   // has rules or had
	triggered         bool   // has triggers or had
	partition         bool
	typed             string // the type of a typed table, or ""
	tablespace        string // "" is the database's
	method            string // for access, or ""
	options           string // of storage, with those of its TOAST table
}

// The kinds of relations that have something in common.
const (
	kindsWithColumns     = "rvmfcp" // with more than a type, and comments
	kindsWithStatistics  = "riImfp" // whose columns have a statistics target
	kindsWithCompression = "rpm"    // of their columns
	kindsWithIndexes     = "rmfpt"  // and constraints, policies, publications
	kindsWithStorage     = "rmfpIt" // and parents, partitions
	kindsWithTablespace  = "rmipIt"
	kindsPartitioned     = "pI"
	kindsOfView          = "vm"
	kindsOfIndex         = "iI"
)

// is reports whether the relation is of one of the kinds.
func (d *relation) is(kinds string) bool { return strings.Contains(kinds, d.kind) }

func (d *relation) describe(ctx context.Context) (*tusk.QueryResult, error) {
	columns, sections := d.columns(), d.sections()
	if d.is("S") {
		columns, sections = d.sequence(), []section{{shown: true, sql: sequenceOwner}}
	}
	columns.title = d.title()
	result, err := d.list(ctx, columns)
	if err != nil {
		return nil, err
	}
	result.Footers = []string{}
	for _, s := range sections {
		if !s.shown {
			continue
		}
		lines, err := d.lines(ctx, s, d.oid)
		if err != nil {
			return nil, err
		}
		result.Footers = append(result.Footers, lines...)
	}
	return result, nil
}

func (d *relation) title() string {
	kind, ok := map[string]string{
		"r": "table", "v": "view", "m": "materialized view", "i": "index", "I": "partitioned index",
		"S": "sequence", "t": "TOAST table", "c": "composite type", "f": "foreign table", "p": "partitioned table",
	}[d.kind]
	switch {
	case !ok:
		kind = "?" + d.kind + "?"
	case d.persistence == "u" && d.is("riIpS"):
		kind = "Unlogged " + kind
	default:
		kind = strings.ToUpper(kind[:1]) + kind[1:]
	}
	return kind + ` "` + d.schema + "." + d.name + `"`
}

// columns selects the relation's columns as psql shows them.
func (d *relation) columns() *selection {
	s := &selection{order: "a.attnum"}
	s.column("Column", "a.attname")
	s.column("Type", "pg_catalog.format_type(a.atttypid, a.atttypmod)")
	s.join("pg_catalog.pg_attribute a")
	if d.is(kindsWithColumns) {
		s.column("Collation", `(SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type t
    WHERE c.oid = a.attcollation AND t.oid = a.atttypid AND a.attcollation <> t.typcollation)`)
		s.column("Nullable", "CASE WHEN a.attnotnull THEN 'not null' END")
		s.column("Default", `CASE WHEN a.attidentity = 'a' THEN 'generated always as identity'
    WHEN a.attidentity = 'd' THEN 'generated by default as identity'
    WHEN a.attgenerated = 's' THEN 'generated always as (' || e.text || ') stored'
    WHEN a.attgenerated = 'v' THEN 'generated always as (' || e.text || ')'
    ELSE e.text END`)
		s.join(`LEFT JOIN pg_catalog.pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum AND a.atthasdef
  LEFT JOIN LATERAL pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) AS e(text) ON true`)
	}
	if d.is(kindsOfIndex) {
		s.column("Key?", yesNo("a.attnum <= i.indnkeyatts"))
		s.column("Definition", "pg_catalog.pg_get_indexdef(a.attrelid, a.attnum, true)")
		s.join("JOIN pg_catalog.pg_index i ON i.indexrelid = a.attrelid")
	}
	if d.is("f") {
		s.column("FDW options", foreignOptions("a.attfdwoptions"))
	}
	if d.verbose {
		s.column("Storage", words("a.attstorage", "p", "plain", "m", "main", "x", "extended", "e", "external"))
		if d.is(kindsWithCompression) {
			s.column("Compression", words("a.attcompression", "p", "pglz", "l", "lz4"))
		}
		if d.is(kindsWithStatistics) {
			s.column("Stats target", "NULLIF(a.attstattarget, -1)::pg_catalog.text")
		}
		if d.is(kindsWithColumns) {
			s.column("Description", "pg_catalog.col_description(a.attrelid, a.attnum)")
		}
	}
	s.filter("a.attrelid = " + s.parameter(d.oid))
	s.filter("a.attnum > 0")
	s.filter("NOT a.attisdropped")
	return s
}

// sequence selects what psql shows of a sequence.
func (d *relation) sequence() *selection {
	s := &selection{}
	s.column("Type", typeName("seqtypid"))
	s.column("Start", "seqstart")
	s.column("Minimum", "seqmin")
	s.column("Maximum", "seqmax")
	s.column("Increment", "seqincrement")
	s.column("Cycles?", yesNo("seqcycle"))
	s.column("Cache", "seqcache")
	s.join("pg_catalog.pg_sequence")
	s.filter("seqrelid = " + s.parameter(d.oid))
	return s
}
