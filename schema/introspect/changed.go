package introspect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

// Marks tell the relations of a database that changed from those that did not: by
// OID, of the rows of the system catalogs that describe each.
type Marks map[uint32]int64

// TakeMarks takes the marks of conn's database. The server looks through the rows
// of its catalogs, as for a Fingerprint.
func TakeMarks(ctx context.Context, conn *pgx.Conn) (Marks, error) {
	rows, err := conn.Query(ctx, selectMarks)
	if err != nil {
		return nil, fmt.Errorf("look for changed relations: %w", err)
	}
	marks := Marks{}
	var relation uint32
	var mark int64
	_, err = pgx.ForEachRow(rows, []any{&relation, &mark}, func() error {
		marks[relation] = mark
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for changed relations: %w", err)
	}
	return marks, nil
}

// selectMarks takes each row version by its place and the transaction that wrote
// it, in each catalog otherwise: the same place and transaction in two of them
// must not make up for each other.
var selectMarks = func() string {
	sources := []string{
		`SELECT oid, ctid, xmin FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')`,
		`SELECT c.oid, t.ctid, t.xmin FROM pg_catalog.pg_class c JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid`,
		`SELECT attrelid, ctid, xmin FROM pg_catalog.pg_attribute`,
		`SELECT adrelid, ctid, xmin FROM pg_catalog.pg_attrdef`,
		`SELECT conrelid, ctid, xmin FROM pg_catalog.pg_constraint`,
		`SELECT indrelid, ctid, xmin FROM pg_catalog.pg_index`,
		`SELECT i.indrelid, c.ctid, c.xmin FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid`,
		`SELECT i.indrelid, a.ctid, a.xmin FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indexrelid`,
		`SELECT i.indrelid, h.ctid, h.xmin FROM pg_catalog.pg_index i JOIN pg_catalog.pg_inherits h ON h.inhrelid = i.indexrelid`,
		`SELECT i.indrelid, d.ctid, d.xmin FROM pg_catalog.pg_index i JOIN pg_catalog.pg_description d ON d.objoid = i.indexrelid AND d.classoid = 'pg_catalog.pg_class'::regclass`,
		`SELECT inhrelid, ctid, xmin FROM pg_catalog.pg_inherits`,
		`SELECT partrelid, ctid, xmin FROM pg_catalog.pg_partitioned_table`,
		`SELECT seqrelid, ctid, xmin FROM pg_catalog.pg_sequence`,
		`SELECT ftrelid, ctid, xmin FROM pg_catalog.pg_foreign_table`,
		`SELECT tgrelid, ctid, xmin FROM pg_catalog.pg_trigger`,
		`SELECT ev_class, ctid, xmin FROM pg_catalog.pg_rewrite`,
		`SELECT polrelid, ctid, xmin FROM pg_catalog.pg_policy`,
		`SELECT objoid, ctid, xmin FROM pg_catalog.pg_description WHERE classoid = 'pg_catalog.pg_class'::regclass`,
		`SELECT o.conrelid, d.ctid, d.xmin FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_description d ON d.objoid = o.oid AND d.classoid = 'pg_catalog.pg_constraint'::regclass`,
		`SELECT o.tgrelid, d.ctid, d.xmin FROM pg_catalog.pg_trigger o JOIN pg_catalog.pg_description d ON d.objoid = o.oid AND d.classoid = 'pg_catalog.pg_trigger'::regclass`,
		`SELECT o.ev_class, d.ctid, d.xmin FROM pg_catalog.pg_rewrite o JOIN pg_catalog.pg_description d ON d.objoid = o.oid AND d.classoid = 'pg_catalog.pg_rewrite'::regclass`,
		`SELECT o.polrelid, d.ctid, d.xmin FROM pg_catalog.pg_policy o JOIN pg_catalog.pg_description d ON d.objoid = o.oid AND d.classoid = 'pg_catalog.pg_policy'::regclass`,
	}
	for i, source := range sources {
		sources[i] = fmt.Sprintf("SELECT relation, pg_catalog.hashtidextended(row, txid::text::int8 * %d + %d) FROM (%s) AS s%d (relation, row, txid)", len(sources), i, source, i)
	}
	return `SELECT m.relation, bit_xor(m.mark) FROM (` + strings.Join(sources, "\nUNION ALL ") + `) AS m (relation, mark)
		JOIN pg_catalog.pg_class c ON c.oid = m.relation WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') GROUP BY m.relation`
}()

// Changed gives the catalog of conn's database now, where before is an earlier one
// and marks were taken before that was read. Of the relations it reads those that
// have changed; the other kinds of object, which are few, it reads whole. Where a
// name has changed, which others may have in their definitions, or a role, it does
// what Load does. The sizes of the other relations, which VACUUM and ANALYZE write
// in place, stay as they were. It gives the marks for the next time.
func Changed(ctx context.Context, conn *pgx.Conn, before *schema.Catalog, marks Marks, options Options) (*schema.Catalog, Marks, error) {
	now, err := TakeMarks(ctx, conn)
	if err != nil {
		return nil, nil, err
	}
	changed := []uint32{}
	for relation, mark := range now {
		if was, known := marks[relation]; !known || was != mark {
			changed = append(changed, relation)
		}
	}
	slices.Sort(changed)
	options.only = changed
	contents, err := read(ctx, conn, options, everything)
	if err != nil && !changedMeanwhile(err) {
		return nil, nil, err
	}
	if err != nil || namesChanged(before, &contents) {
		options.only = nil
		catalog, err := Load(ctx, conn, options)
		return catalog, now, err
	}
	again := map[uint32]bool{}
	for _, relation := range changed {
		again[relation] = true
	}
	for r := range before.Relations() {
		_, there := now[r.OID]
		if (there || r.OID < schema.FirstUserOID) && !again[r.OID] {
			contents.Relations = append(contents.Relations, *r)
		}
	}
	return schema.New(contents), now, nil
}

// namesChanged reports whether something that others can name has another name
// than before, or a role is another one, of whose privileges all objects tell.
func namesChanged(before *schema.Catalog, now *schema.Contents) bool {
	for i := range now.Relations {
		r := &now.Relations[i]
		if was := before.RelationByOID(r.OID); was != nil && relationRenamed(was, r) {
			return true
		}
	}
	type identity struct {
		kind string
		oid  uint32
	}
	names := map[identity]schema.Name{}
	roles := map[string]*schema.Role{}
	for o := range before.Objects() {
		if role, is := o.(*schema.Role); is {
			roles[role.Name] = role
		}
		if _, is := o.(*schema.Relation); !is {
			names[identity{fmt.Sprintf("%T", o), schema.OIDOf(o)}] = o.QualifiedName()
		}
	}
	others := *now
	others.Relations = nil
	for o := range schema.New(others).Objects() {
		if role, is := o.(*schema.Role); is && (roles[role.Name] == nil || !schema.Equal(roles[role.Name], role)) {
			return true
		}
		if was, known := names[identity{fmt.Sprintf("%T", o), schema.OIDOf(o)}]; known && schema.OIDOf(o) != 0 && was != o.QualifiedName() {
			return true
		}
	}
	return len(roles) != len(now.Roles)
}

func relationRenamed(was, is *schema.Relation) bool {
	if was.QualifiedName() != is.QualifiedName() {
		return true
	}
	for _, c := range is.Columns {
		if i := slices.IndexFunc(was.Columns, func(o schema.Column) bool { return o.Attnum == c.Attnum }); i >= 0 && was.Columns[i].Name != c.Name {
			return true
		}
	}
	for _, x := range is.Indexes {
		if i := slices.IndexFunc(was.Indexes, func(o schema.Index) bool { return o.OID == x.OID }); i >= 0 && was.Indexes[i].Name != x.Name {
			return true
		}
	}
	return false
}
