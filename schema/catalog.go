// Package schema is the model of a database: its relations, functions and
// types, with the lookups that completion and navigation need.
package schema

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

const pgCatalog = "pg_catalog"

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
// use, and so is all that its methods give: nobody may write to it.
type Catalog struct {
	serverVersion int
	database      string
	searchPath    []string
	path          []string // the order of resolution, with the implicit pg_catalog
	relations     index[Relation]
	functions     index[Function]
	types         index[Type]
	schemas       index[Schema]
	extensions    []Extension
	roles         []Role
	contents      Contents // for the kinds without an index of their own
}

// New indexes contents. What the slices hold belongs to the catalog from then
// on; nobody may write to it.
func New(contents Contents) *Catalog {
	c := &Catalog{
		serverVersion: contents.ServerVersion,
		database:      contents.Database,
		searchPath:    contents.SearchPath,
		path:          contents.SearchPath,
		extensions:    sortedByName(contents.Extensions, func(e Extension) string { return e.Name }),
		roles:         sortedByName(contents.Roles, func(r Role) string { return r.Name }),
		contents:      contents,
	}
	if !slices.Contains(c.path, pgCatalog) {
		c.path = append([]string{pgCatalog}, c.path...)
	}
	c.relations = newIndex(contents.Relations, func(r *Relation) (string, string) { return r.Schema, r.Name })
	c.functions = newIndex(contents.Functions, func(f *Function) (string, string) { return f.Schema, f.Name })
	c.types = newIndex(contents.Types, func(t *Type) (string, string) { return t.Schema, t.Name })
	c.schemas = newIndex(contents.Schemas, func(s *Schema) (string, string) { return "", s.Name })
	return c
}

// ServerVersion is the server's server_version_num, such as 180001.
func (c *Catalog) ServerVersion() int { return c.serverVersion }

// Database is the database's name.
func (c *Catalog) Database() string { return c.database }

// SearchPath gives the schemas that unqualified names are looked up in, without
// the implicit pg_catalog
// (https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-PATH).
func (c *Catalog) SearchPath() []string { return c.searchPath }

// Relations gives all relations, by schema and then by name.
func (c *Catalog) Relations() []Relation { return c.relations.items }

// Functions gives all functions, by schema and then by name.
func (c *Catalog) Functions() []Function { return c.functions.items }

// Types gives all types, by schema and then by name.
func (c *Catalog) Types() []Type { return c.types.items }

// Schemas gives all schemas by name.
func (c *Catalog) Schemas() []Schema { return c.schemas.items }

// Extensions gives the installed extensions by name.
func (c *Catalog) Extensions() []Extension { return c.extensions }

// Roles gives the roles of the server by name.
func (c *Catalog) Roles() []Role { return c.roles }

// Schema gives the schema of a name, or nil. The name is as the server stores
// it: unquoted, lower case unless it was quoted.
func (c *Catalog) Schema(name string) *Schema { return c.schemas.find("", name) }

// Relation gives the relation of a schema and a name as the server stores
// them, or nil.
func (c *Catalog) Relation(schema, name string) *Relation { return c.relations.find(schema, name) }

// Resolve gives the relation that an unqualified name means: the first on the
// search path. pg_catalog comes first unless the path lists it elsewhere.
func (c *Catalog) Resolve(name string) *Relation { return c.relations.resolve(c.path, name) }

// RelationsWithPrefix gives the relations of a schema whose names start with
// prefix in any case, ordered by name without regard to case. Schema "" means
// those that an unqualified name can reach, in the order of the search path,
// with those of an implicit pg_catalog last. Each step costs the same however
// many relations there are.
func (c *Catalog) RelationsWithPrefix(schema, prefix string) iter.Seq[*Relation] {
	return c.relations.withPrefix(c.listed(schema), c.path, prefix, schema == "")
}

// FunctionsWithPrefix is RelationsWithPrefix for functions. An overload never
// hides another.
func (c *Catalog) FunctionsWithPrefix(schema, prefix string) iter.Seq[*Function] {
	return c.functions.withPrefix(c.listed(schema), c.path, prefix, false)
}

// TypesWithPrefix is RelationsWithPrefix for types.
func (c *Catalog) TypesWithPrefix(schema, prefix string) iter.Seq[*Type] {
	return c.types.withPrefix(c.listed(schema), c.path, prefix, schema == "")
}

// SchemasWithPrefix gives the schemas whose names start with prefix in any
// case, ordered by name without regard to case.
func (c *Catalog) SchemasWithPrefix(prefix string) iter.Seq[*Schema] {
	return c.schemas.withPrefix([]string{""}, nil, prefix, false)
}

// listed gives the schemas to list for a schema argument of a prefix lookup.
func (c *Catalog) listed(schema string) []string {
	if schema != "" {
		return []string{schema}
	}
	if len(c.path) > len(c.searchPath) {
		return append(slices.Clone(c.searchPath), pgCatalog)
	}
	return c.path
}

func sortedByName[T any](items []T, name func(T) string) []T {
	return slices.SortedFunc(slices.Values(items), func(a, b T) int { return strings.Compare(name(a), name(b)) })
}

// index is a list of objects that is sorted by schema, by case-folded name and
// by name, so that a binary search finds names and prefixes.
type index[T any] struct {
	items  []T
	folded []string // the case-folded names of items
	ranges map[string][2]int
	name   func(*T) (schema, name string)
}

func newIndex[T any](items []T, name func(*T) (schema, name string)) index[T] {
	type key struct {
		schema, folded, name string
		item                 int
	}
	keys := make([]key, len(items))
	for i := range items {
		schema, name := name(&items[i])
		keys[i] = key{schema, fold(name), name, i}
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(
			strings.Compare(a.schema, b.schema),
			strings.Compare(a.folded, b.folded),
			strings.Compare(a.name, b.name),
			cmp.Compare(a.item, b.item))
	})
	x := index[T]{make([]T, len(items)), make([]string, len(items)), map[string][2]int{}, name}
	for i, k := range keys {
		x.items[i], x.folded[i] = items[k.item], k.folded
		r, found := x.ranges[k.schema]
		if !found {
			r[0] = i
		}
		r[1] = i + 1
		x.ranges[k.schema] = r
	}
	return x
}

// fold does not allocate for a name in lower case, as most are.
func fold(name string) string { return strings.ToLower(name) }

// seek gives the first item of a schema whose folded name is not before
// folded, and the end of the schema.
func (x *index[T]) seek(schema, folded string) (from, end int) {
	r := x.ranges[schema]
	from, _ = slices.BinarySearch(x.folded[r[0]:r[1]], folded)
	return r[0] + from, r[1]
}

// find gives the first item of a schema and an exact name.
func (x *index[T]) find(schema, name string) *T {
	folded := fold(name)
	for i, end := x.seek(schema, folded); i < end && x.folded[i] == folded; i++ {
		if _, n := x.name(&x.items[i]); n == name {
			return &x.items[i]
		}
	}
	return nil
}

// resolve gives the item that an unqualified name means.
func (x *index[T]) resolve(path []string, name string) *T {
	for _, schema := range path {
		if item := x.find(schema, name); item != nil {
			return item
		}
	}
	return nil
}

// withPrefix gives the items of schemas whose names start with prefix. With
// visible, it leaves out those that another schema of path hides.
func (x *index[T]) withPrefix(schemas, path []string, prefix string, visible bool) iter.Seq[*T] {
	folded := fold(prefix)
	return func(yield func(*T) bool) {
		for _, schema := range schemas {
			for i, end := x.seek(schema, folded); i < end && strings.HasPrefix(x.folded[i], folded); i++ {
				item := &x.items[i]
				if visible {
					if _, name := x.name(item); x.resolve(path, name) != item {
						continue
					}
				}
				if !yield(item) {
					return
				}
			}
		}
	}
}
