// Package schema is the model of a database: its relations, functions and
// types, with the lookups that completion and navigation need.
package schema

import (
	"slices"
	"strings"
)

const (
	pgCatalog = "pg_catalog"
	pgTemp    = "pg_temp"
)

// Contents is what a Catalog is made of, in any order.
type Contents struct {
	ServerVersion int    // server_version_num: 180001
	Database      string // its name
	User          string // the current role, "" without a server
	SearchPath    []string
	Level         Level

	Schemas             []Schema
	Relations           []Relation
	Functions           []Function
	Types               []Type
	Operators           []Operator
	OperatorClasses     []OperatorClass
	OperatorFamilies    []OperatorFamily
	Casts               []Cast
	Collations          []Collation
	Conversions         []Conversion
	TextSearch          []TextSearchObject
	Statistics          []Statistics
	Languages           []Language
	AccessMethods       []AccessMethod
	Extensions          []Extension
	EventTriggers       []EventTrigger
	ForeignDataWrappers []ForeignDataWrapper
	ForeignServers      []ForeignServer
	Publications        []Publication
	Subscriptions       []Subscription
	Roles               []Role
	Databases           []Database
	Tablespaces         []Tablespace
	Settings            []Setting
}

// Level says how much of a database a catalog knows.
type Level uint8

// The levels.
const (
	Complete  Level = iota
	NamesOnly       // schemas, and the names and kinds of relations, functions and types: what a first look needs
)

// Catalog is a database at one moment. It is immutable and safe for concurrent
// use, and so is all that its methods give: nobody may write to it. Catalogs
// that come from each other by Edit and On share what they have in common.
type Catalog struct {
	serverVersion int
	database      string
	user          string
	level         Level
	searchPath    []string
	path          []string // the order of resolution of functions and operators
	typePath      []string // that of relations and types
	settings      []Setting

	relations           set[*Relation]
	parts               set[part]
	functions           set[*Function]
	types               set[*Type]
	schemas             set[*Schema]
	operators           set[*Operator]
	operatorClasses     set[*OperatorClass]
	operatorFamilies    set[*OperatorFamily]
	casts               set[*Cast]
	collations          set[*Collation]
	conversions         set[*Conversion]
	textSearch          set[*TextSearchObject]
	statistics          set[*Statistics]
	languages           set[*Language]
	accessMethods       set[*AccessMethod]
	extensions          set[*Extension]
	eventTriggers       set[*EventTrigger]
	foreignDataWrappers set[*ForeignDataWrapper]
	foreignServers      set[*ForeignServer]
	publications        set[*Publication]
	subscriptions       set[*Subscription]
	roles               set[*Role]
	databases           set[*Database]
	tablespaces         set[*Tablespace]

	columns *columnMemory
	byOID   *oidIndex
}

// New indexes contents. What the slices hold belongs to the catalog from then
// on; nobody may write to it.
func New(contents Contents) *Catalog {
	c := &Catalog{
		serverVersion: contents.ServerVersion,
		database:      contents.Database,
		user:          contents.User,
		level:         contents.Level,
		searchPath:    contents.SearchPath,
		settings:      slices.Clone(contents.Settings),

		relations:           newObjects(contents.Relations),
		functions:           newObjects(contents.Functions),
		types:               newObjects(contents.Types),
		schemas:             newObjects(contents.Schemas),
		operators:           newObjects(contents.Operators),
		operatorClasses:     newObjects(contents.OperatorClasses),
		operatorFamilies:    newObjects(contents.OperatorFamilies),
		casts:               newObjects(contents.Casts),
		collations:          newObjects(contents.Collations),
		conversions:         newObjects(contents.Conversions),
		textSearch:          newObjects(contents.TextSearch),
		statistics:          newObjects(contents.Statistics),
		languages:           newObjects(contents.Languages),
		accessMethods:       newObjects(contents.AccessMethods),
		extensions:          newObjects(contents.Extensions),
		eventTriggers:       newObjects(contents.EventTriggers),
		foreignDataWrappers: newObjects(contents.ForeignDataWrappers),
		foreignServers:      newObjects(contents.ForeignServers),
		publications:        newObjects(contents.Publications),
		subscriptions:       newObjects(contents.Subscriptions),
		roles:               newObjects(contents.Roles),
		databases:           newObjects(contents.Databases),
		tablespaces:         newObjects(contents.Tablespaces),
		columns:             new(columnMemory),
		byOID:               new(oidIndex),
	}
	slices.SortStableFunc(c.settings, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) })
	var links []entry[part]
	for r := range c.relations.all() {
		links = slices.AppendSeq(links, parts(r))
	}
	c.parts = newSet(links)
	c.setPath()
	return c
}

// newObjects makes the set of the objects of one kind.
func newObjects[T any, P interface {
	*T
	AnyObject
}](items []T) set[P] {
	entries := make([]entry[P], len(items))
	for i := range items {
		object := P(&items[i])
		entries[i] = entry[P]{keyOf(object), object}
	}
	return newSet(entries)
}

// On gives the catalog of what c has and, where c has nothing of that
// identity, of what below has: a live or offline catalog over the built-in
// one. What c is about, such as its search path, stays; settings are those of
// c unless it has none. It shares what the two have, and costs in proportion
// to the smaller one of each kind of object.
func (c *Catalog) On(below *Catalog) *Catalog {
	next := *c
	next.byOID = new(oidIndex)
	next.relations, next.parts = c.relationsOver(below)
	if c.relations.size < below.relations.size {
		next.columns = below.columns
	}
	next.functions = c.functions.over(below.functions)
	next.types = c.types.over(below.types)
	next.schemas = c.schemas.over(below.schemas)
	next.operators = c.operators.over(below.operators)
	next.operatorClasses = c.operatorClasses.over(below.operatorClasses)
	next.operatorFamilies = c.operatorFamilies.over(below.operatorFamilies)
	next.casts = c.casts.over(below.casts)
	next.collations = c.collations.over(below.collations)
	next.conversions = c.conversions.over(below.conversions)
	next.textSearch = c.textSearch.over(below.textSearch)
	next.statistics = c.statistics.over(below.statistics)
	next.languages = c.languages.over(below.languages)
	next.accessMethods = c.accessMethods.over(below.accessMethods)
	next.extensions = c.extensions.over(below.extensions)
	next.eventTriggers = c.eventTriggers.over(below.eventTriggers)
	next.foreignDataWrappers = c.foreignDataWrappers.over(below.foreignDataWrappers)
	next.foreignServers = c.foreignServers.over(below.foreignServers)
	next.publications = c.publications.over(below.publications)
	next.subscriptions = c.subscriptions.over(below.subscriptions)
	next.roles = c.roles.over(below.roles)
	next.databases = c.databases.over(below.databases)
	next.tablespaces = c.tablespaces.over(below.tablespaces)
	if len(c.settings) == 0 {
		next.settings = below.settings
	}
	next.setPath()
	return &next
}

// relationsOver gives the relations of both catalogs with their parts.
func (c *Catalog) relationsOver(below *Catalog) (set[*Relation], set[part]) {
	if c.relations.size < below.relations.size {
		both := *below
		for r := range c.relations.all() {
			both.change(r, false)
		}
		return both.relations, both.parts
	}
	both := *c
	for k, r := range below.relations.from(key{}) {
		if _, found := c.relations.get(k); !found {
			both.change(r, false)
		}
	}
	return both.relations, both.parts
}

// setPath works out where names are looked up
// (https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-SEARCH-PATH).
func (c *Catalog) setPath() {
	c.path = nil
	for _, name := range c.searchPath {
		if name == "$user" {
			if name = c.user; c.Schema(name) == nil {
				continue
			}
		}
		if !slices.Contains(c.path, name) {
			c.path = append(c.path, name)
		}
	}
	if !slices.Contains(c.path, pgCatalog) {
		c.path = slices.Insert(c.path, 0, pgCatalog)
	}
	c.typePath = c.path
	if !slices.Contains(c.path, pgTemp) {
		c.typePath = append([]string{pgTemp}, c.path...)
	}
	c.path = slices.DeleteFunc(slices.Clone(c.path), func(name string) bool { return name == pgTemp })
}

// ServerVersion is the server's server_version_num, such as 180001.
func (c *Catalog) ServerVersion() int { return c.serverVersion }

// Database is the database's name.
func (c *Catalog) Database() string { return c.database }

// User is the current role, "" without a server.
func (c *Catalog) User() string { return c.user }

// Level says how much of the database the catalog knows.
func (c *Catalog) Level() Level { return c.level }

// SearchPath gives the schemas that unqualified names are looked up in, without
// the implicit pg_temp and pg_catalog
// (https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-PATH).
func (c *Catalog) SearchPath() []string { return c.searchPath }
