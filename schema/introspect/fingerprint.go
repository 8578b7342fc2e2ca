package introspect

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Fingerprint identifies the state of the system catalogs of a database.
type Fingerprint struct {
	rows     string // of the visible rows of the catalogs
	snapshot string // as of which, as pg_current_snapshot writes it
	quiet    bool   // no transaction that had begun to write was unfinished
}

// Same reports whether no DDL lies between two fingerprints of one database.
// VACUUM FULL of a system catalog looks like DDL.
func (f Fingerprint) Same(other Fingerprint) bool { return f.rows == other.rows && f.rows != "" }

// Rows gives what FingerprintOf makes the same fingerprint of, for a later process.
func (f Fingerprint) Rows() string { return f.rows }

// FingerprintOf gives the fingerprint that had these Rows.
func FingerprintOf(rows string) Fingerprint { return Fingerprint{rows: rows} }

// TakeFingerprint takes the fingerprint of conn's database; before is an
// earlier one, or the zero value. While nobody writes, that costs a round trip.
// Otherwise the server looks through the rows of its catalogs, which takes it
// time in proportion to the columns. Each row version counts by its place and
// the transaction that wrote it, as one snapshot sees them, so that neither
// transactions that ended after they were overtaken nor rollbacks mislead it,
// and ANALYZE and VACUUM, which write row counts in place, do not matter.
func TakeFingerprint(ctx context.Context, conn *pgx.Conn, before Fingerprint) (Fingerprint, error) {
	var now Fingerprint
	// Without an assigned transaction ID nothing can be written, so that the
	// same snapshot with none in progress sees the same rows.
	const selectSnapshot = `SELECT s::text, pg_catalog.pg_snapshot_xmin(s) = pg_catalog.pg_snapshot_xmax(s) FROM pg_catalog.pg_current_snapshot() AS s`
	err := conn.QueryRow(ctx, selectSnapshot).Scan(&now.snapshot, &now.quiet)
	if err != nil {
		return Fingerprint{}, fmt.Errorf("look for changes of the catalog: %w", err)
	}
	if now.quiet && before.quiet && now.snapshot == before.snapshot {
		return before, nil
	}
	err = conn.QueryRow(ctx, selectFingerprint).Scan(&now.rows, &now.snapshot, &now.quiet)
	if err != nil {
		return Fingerprint{}, fmt.Errorf("look for changes of the catalog: %w", err)
	}
	return now, nil
}

// selectFingerprint takes the catalogs that tell of objects. The server counts
// the snapshot of the same statement, so the two belong together.
var selectFingerprint = `SELECT (SELECT string_agg(x.rows, ' ') FROM (` + fingerprints(
	"pg_namespace", "pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_inherits", "pg_partitioned_table",
	"pg_sequence", "pg_foreign_table", "pg_trigger", "pg_rewrite", "pg_policy", "pg_proc", "pg_aggregate", "pg_type", "pg_enum", "pg_range",
	"pg_operator", "pg_opclass", "pg_opfamily", "pg_amop", "pg_amproc", "pg_cast", "pg_collation", "pg_conversion",
	"pg_ts_config", "pg_ts_config_map", "pg_ts_dict", "pg_ts_parser", "pg_ts_template", "pg_statistic_ext", "pg_language", "pg_am",
	"pg_extension", "pg_event_trigger", "pg_foreign_data_wrapper", "pg_foreign_server", "pg_publication", "pg_publication_rel",
	"pg_description", "pg_shdescription", "pg_default_acl", "pg_auth_members", "pg_db_role_setting", "pg_database", "pg_tablespace") + `
	UNION ALL ` + fingerprintOf("pg_roles", "r::text") + `
	UNION ALL ` + fingerprintOf("pg_user_mappings", "concat(r.umid, r.srvname, r.usename)") + `
	UNION ALL ` + fingerprintOf("pg_subscription", "concat(r.oid, r.subname, r.subowner, r.subenabled, r.subpublications)") + `) AS x),
	s::text, pg_catalog.pg_snapshot_xmin(s) = pg_catalog.pg_snapshot_xmax(s)
FROM pg_catalog.pg_current_snapshot() AS s`

// fingerprintOf gives the query of the fingerprint of what is open to all in a
// catalog that is not.
func fingerprintOf(catalog, text string) string {
	return `SELECT concat(count(*), ':', sum(pg_catalog.hashtextextended(` + text + `, 0))) FROM pg_catalog.` + catalog + ` r`
}

// fingerprints gives the query of the fingerprint of each catalog.
func fingerprints(catalogs ...string) string {
	queries := make([]string, len(catalogs))
	for i, c := range catalogs {
		queries[i] = `SELECT concat(count(*), ':', sum(pg_catalog.hashtidextended(ctid, xmin::text::int8))) AS rows FROM pg_catalog.` + c
	}
	return strings.Join(queries, "\nUNION ALL ")
}
