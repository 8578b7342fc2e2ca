// Package introspect reads a catalog from a live server, PostgreSQL 14 or
// later, for any role: what the role may not see is left out.
package introspect

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/schema"
)

// Options of Load.
type Options struct {
	// Progress is called by the loading goroutine before each part and at the
	// end; it must not block.
	Progress func(Progress)
	// Builtin is the catalog of what initdb makes in a server of the same
	// major. When the server has as many such objects, those of them that can
	// be many are not read: the caller lays the result over Builtin (On).
	Builtin *schema.Catalog

	// Incomplete is told, once, why the definitions of views, indexes and their
	// likes could not be read: the server cannot write one of them. All else is
	// there. nil: nobody is told.
	Incomplete func(error)

	only []uint32 // the OIDs of the relations to read; nil for all
}

// Progress says how far a load is.
type Progress struct {
	Reading     string // what comes next: "relations", "" at the end
	Done, Total int    // parts of the catalog
}

// Load reads the catalog of conn's database in one read-only, repeatable-read
// transaction, so that what it reads fits together. DDL that goes on meanwhile
// can make the server complain of an object that is gone; Load then tries once
// more. The connection is left as it was. Errors are the driver's; after ctx
// ended in the middle, the connection is closed.
func Load(ctx context.Context, conn *pgx.Conn, options Options) (*schema.Catalog, error) {
	contents, err := read(ctx, conn, options, everything)
	if changedMeanwhile(err) {
		contents, err = read(ctx, conn, options, everything)
	}
	if changedMeanwhile(err) {
		if options.Incomplete != nil {
			options.Incomplete(err)
		}
		contents, err = read(ctx, conn, options, withoutDefinitions)
	}
	if err != nil {
		return nil, err
	}
	return schema.New(contents), nil
}

// definitions are the functions by which the server writes what it has parsed.
var definitions = regexp.MustCompile(`pg_catalog\.pg_get_(?:\w+def|expr|function_\w+)\([^()]*\)`)

// withoutDefinitions is everything but what the server would have to write.
func withoutDefinitions(l *loader) []part {
	parts := everything(l)
	for i := range parts {
		parts[i].query = definitions.ReplaceAllString(parts[i].query, "''::text")
	}
	return parts
}

// Names reads what a first look at a database needs, in one round trip: its
// schemas, and the names and kinds of relations, functions and types that
// initdb did not make. The catalog's level is NamesOnly.
func Names(ctx context.Context, conn *pgx.Conn) (*schema.Catalog, error) {
	contents, err := read(ctx, conn, Options{}, onlyNames)
	if err != nil {
		return nil, err
	}
	contents.Level = schema.NamesOnly
	for i := range contents.Schemas {
		contents.Schemas[i].Privileges = schema.AllPrivileges // nobody has asked
	}
	for i := range contents.Relations {
		contents.Relations[i].Privileges = schema.AllPrivileges
	}
	for i := range contents.Functions {
		contents.Functions[i].Privileges = schema.AllPrivileges
	}
	for i := range contents.Types {
		contents.Types[i].Privileges = schema.AllPrivileges
	}
	return schema.New(contents), nil
}

// The SQLSTATEs of functions such as pg_get_viewdef for what was dropped after
// the snapshot was taken
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
const (
	internalError      = "XX000" // cache lookup failed for …
	undefinedTable     = "42P01"
	undefinedColumn    = "42703"
	undefinedObject    = "42704"
	undefinedFunction  = "42883"
	invalidSchemaName  = "3F000"
	objectNotInAState  = "55000"
	snapshotIsOutdated = "40001"
)

func changedMeanwhile(err error) bool {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Code {
	case internalError, undefinedTable, undefinedColumn, undefinedObject, undefinedFunction, invalidSchemaName, objectNotInAState, snapshotIsOutdated:
		return true
	}
	return false
}

// part is a query of the catalog and what takes its rows.
type part struct {
	name  string // for Progress
	query string // $1 is the OID from which on objects are read
	scan  func(pgx.Rows) error

	ofRelations bool // it reads relations or their parts; $1 is compared by >= alone
}

// read runs the parts in one transaction.
func read(ctx context.Context, conn *pgx.Conn, options Options, parts func(*loader) []part) (schema.Contents, error) {
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return schema.Contents{}, fmt.Errorf("begin to read the catalog: %w", err)
	}
	l := loader{relations: map[uint32]int{}, names: map[uint32][]string{}, strings: map[string]string{}}
	err = l.load(ctx, tx, options, parts)
	// A read-only transaction has nothing to keep. A rollback that fails after
	// an error says nothing new.
	if rollback := tx.Rollback(ctx); err == nil {
		err = rollback
	}
	return l.contents, err
}

// loader gathers the contents of a catalog, query by query.
type loader struct {
	contents  schema.Contents
	superuser bool
	roles     map[string]bool     // those whose privileges the current role has
	relations map[uint32]int      // places in contents, by OID
	names     map[uint32][]string // of a relation's columns by attnum - 1, "" for dropped ones
	strings   map[string]string   // one copy of each text that many objects have
}

func (l *loader) load(ctx context.Context, tx pgx.Tx, options Options, parts func(*loader) []part) error {
	if err := l.session(ctx, tx); err != nil {
		return fmt.Errorf("read the catalog: %w", err)
	}
	if err := supported(l.contents.ServerVersion); err != nil {
		return err
	}
	from, err := l.firstOID(ctx, tx, options.Builtin)
	if err != nil {
		return fmt.Errorf("read the catalog: %w", err)
	}
	all := parts(l)
	progress := func(reading string, done int) {
		if options.Progress != nil {
			options.Progress(Progress{Reading: reading, Done: done, Total: len(all)})
		}
	}
	var batch pgx.Batch
	for i, p := range all {
		query, arguments := p.query, []any{from}
		switch {
		case !strings.Contains(query, "$1"):
			arguments = nil
		case p.ofRelations && options.only != nil:
			query, arguments = strings.ReplaceAll(query, ">= $1", "= ANY ($1)"), []any{options.only}
		}
		batch.Queue(query, arguments...).Query(func(rows pgx.Rows) error {
			progress(p.name, i)
			for rows.Next() {
				if err := p.scan(rows); err != nil {
					return fmt.Errorf("%s: %w", p.name, err)
				}
			}
			if err := rows.Err(); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			return nil
		})
	}
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("read the catalog: %w", err)
	}
	l.privileges()
	progress("", len(all))
	return nil
}

// oldest is the first server_version_num that the queries are for.
const oldest = 140000

func supported(version int) error {
	if version >= oldest {
		return nil
	}
	return tusk.NewError(tusk.Query, nil, "the catalog of a server of PostgreSQL %d cannot be read", version/10000).
		WithHint("Upgrade the server to PostgreSQL 14 or later.")
}

// session reads what the session is, and sets it up: after that, all that the
// server writes has qualified names.
func (l *loader) session(ctx context.Context, tx pgx.Tx) error {
	const query = `SELECT current_setting('server_version_num')::int, current_database(), current_user, current_schemas(false),
		(SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user),
		ARRAY(SELECT rolname::text FROM pg_catalog.pg_roles WHERE pg_catalog.pg_has_role(oid, 'USAGE'))`
	var batch pgx.Batch
	batch.Queue(query).QueryRow(func(row pgx.Row) error {
		var roles []string
		c := &l.contents
		if err := row.Scan(&c.ServerVersion, &c.Database, &c.User, &c.SearchPath, &l.superuser, &roles); err != nil {
			return err
		}
		l.roles = make(map[string]bool, len(roles))
		for _, name := range roles {
			l.roles[name] = true
		}
		return nil
	})
	batch.Queue(`SET LOCAL search_path = ''`)
	batch.Queue(`SET LOCAL statement_timeout = '60s'`)
	// pg_get_viewdef and its likes lock the relations that they name, for reading.
	batch.Queue(`SET LOCAL lock_timeout = '2s'`)
	return tx.SendBatch(ctx, &batch).Close()
}

// firstOID gives the OID from which on objects are read: those before it are
// left to the built-in catalog when that has as many of them as the server.
func (l *loader) firstOID(ctx context.Context, tx pgx.Tx, builtin *schema.Catalog) (uint32, error) {
	if builtin == nil || builtin.ServerVersion()/10000 != l.contents.ServerVersion/10000 {
		return 0, nil
	}
	const query = `SELECT (SELECT count(*) FROM pg_catalog.pg_class WHERE oid < $1 AND relkind IN ('r', 'v') AND relnamespace IN ('pg_catalog'::regnamespace, to_regnamespace('information_schema'))),
		(SELECT count(*) FROM pg_catalog.pg_operator WHERE oid < $1)`
	var relations, operators int
	err := tx.QueryRow(ctx, query, uint32(schema.FirstUserOID)).Scan(&relations, &operators)
	if err != nil {
		return 0, err
	}
	for r := range builtin.Relations() {
		if r.Kind == schema.Table || r.Kind == schema.View {
			relations--
		}
	}
	for range builtin.Operators() {
		operators--
	}
	if relations != 0 || operators != 0 {
		return 0, nil
	}
	return schema.FirstUserOID, nil
}

// everything is all that a catalog has, relations before their parts.
func everything(l *loader) []part {
	c := &l.contents
	return []part{
		{name: "schemas", query: selectSchemas, scan: objects(&c.Schemas)},
		{name: "roles", query: selectRoles, scan: objects(&c.Roles)},
		{name: "relations", query: selectRelations, scan: l.relation, ofRelations: true},
		{name: "columns", query: selectColumns, scan: l.column, ofRelations: true},
		{name: "constraints", query: selectConstraints, scan: l.constraint, ofRelations: true},
		{name: "indexes", query: selectIndexes, scan: l.index, ofRelations: true},
		{name: "triggers", query: selectTriggers, scan: partsOf(l, func(r *schema.Relation, t schema.Trigger) { r.Triggers = append(r.Triggers, t) }), ofRelations: true},
		{name: "rules", query: selectRules, scan: partsOf(l, func(r *schema.Relation, u schema.Rule) { r.Rules = append(r.Rules, u) }), ofRelations: true},
		{name: "policies", query: selectPolicies, scan: partsOf(l, func(r *schema.Relation, p schema.Policy) { r.Policies = append(r.Policies, p) }), ofRelations: true},
		{name: "functions", query: selectFunctions, scan: objects(&c.Functions)},
		{name: "types", query: selectTypes, scan: objects(&c.Types)},
		{name: "operators", query: selectOperators, scan: objects(&c.Operators)},
		{name: "operator classes", query: selectOperatorClasses, scan: objects(&c.OperatorClasses)},
		{name: "operator families", query: selectOperatorFamilies, scan: objects(&c.OperatorFamilies)},
		{name: "casts", query: selectCasts, scan: objects(&c.Casts)},
		{name: "collations", query: selectCollations, scan: objects(&c.Collations)},
		{name: "conversions", query: selectConversions, scan: objects(&c.Conversions)},
		{name: "text search configurations", query: selectTextSearchConfigurations, scan: objects(&c.TextSearch)},
		{name: "text search dictionaries", query: selectTextSearchDictionaries, scan: objects(&c.TextSearch)},
		{name: "text search parsers", query: selectTextSearchParsers, scan: objects(&c.TextSearch)},
		{name: "text search templates", query: selectTextSearchTemplates, scan: objects(&c.TextSearch)},
		{name: "statistics", query: selectStatistics, scan: objects(&c.Statistics)},
		{name: "languages", query: selectLanguages, scan: objects(&c.Languages)},
		{name: "access methods", query: selectAccessMethods, scan: objects(&c.AccessMethods)},
		{name: "extensions", query: selectExtensions, scan: objects(&c.Extensions)},
		{name: "event triggers", query: selectEventTriggers, scan: objects(&c.EventTriggers)},
		{name: "foreign-data wrappers", query: selectForeignDataWrappers, scan: objects(&c.ForeignDataWrappers)},
		{name: "foreign servers", query: selectForeignServers, scan: objects(&c.ForeignServers)},
		{name: "publications", query: selectPublications(c.ServerVersion), scan: objects(&c.Publications)},
		{name: "subscriptions", query: selectSubscriptions, scan: objects(&c.Subscriptions)},
		{name: "databases", query: selectDatabases, scan: objects(&c.Databases)},
		{name: "tablespaces", query: selectTablespaces, scan: objects(&c.Tablespaces)},
		{name: "settings", query: selectSettings, scan: objects(&c.Settings)},
	}
}

// objects takes rows of one object each, in JSON with the names of its fields.
func objects[T any](list *[]T) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var object T
		err := rows.Scan(&object)
		*list = append(*list, object)
		return err
	}
}

// partsOf takes rows of the OID of a relation and a part of it in JSON.
func partsOf[T any](l *loader, add func(*schema.Relation, T)) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var relation uint32
		var item T
		if err := rows.Scan(&relation, &item); err != nil {
			return err
		}
		if r := l.find(relation); r != nil {
			add(r, item)
		}
		return nil
	}
}

// find gives a relation that was read, or nil.
func (l *loader) find(oid uint32) *schema.Relation {
	i, found := l.relations[oid]
	if !found {
		return nil
	}
	return &l.contents.Relations[i]
}

// intern gives the one copy of a text.
func (l *loader) intern(text string) string {
	if one, found := l.strings[text]; found {
		return one
	}
	l.strings[text] = text
	return text
}
