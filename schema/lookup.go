package schema

import (
	"iter"
	"slices"
	"strings"
	"sync"
)

// Schema gives the schema of a name, or nil. The name is as the server stores
// it: unquoted, lower case unless it was quoted. So are those of all lookups.
func (c *Catalog) Schema(name string) *Schema { return c.schemas.named("", name) }

// Relation gives the relation of a schema and a name, or nil.
func (c *Catalog) Relation(schema, name string) *Relation { return c.relations.named(schema, name) }

// Type gives the type of a schema and a name, or nil.
func (c *Catalog) Type(schema, name string) *Type { return c.types.named(schema, name) }

// Function gives the function with these types of input arguments, or nil.
func (c *Catalog) Function(schema, name string, types ...string) *Function {
	f, _ := c.functions.get(key{schema, fold(name), name, signature(types...)})
	return f
}

// Operator gives the operator of two operand types, or nil. A prefix operator
// has no left one: "".
func (c *Catalog) Operator(schema, name, left, right string) *Operator {
	o, _ := c.operators.get(key{schema, name, name, signature(left, right)})
	return o
}

// Cast gives the cast between two types, written as format_type writes them, or nil.
func (c *Catalog) Cast(source, target string) *Cast {
	cast, _ := c.casts.get(key{signature: signature(source, target)})
	return cast
}

// CastsFrom walks the casts of a source type.
func (c *Catalog) CastsFrom(source string) iter.Seq[*Cast] {
	return c.casts.allNamed("", "", "", signature(source, ""))
}

// Collation gives the collation of a schema and a name, or nil.
func (c *Catalog) Collation(schema, name string) *Collation { return c.collations.named(schema, name) }

// OperatorClass gives the operator class of a schema, a name and an access
// method, or nil.
func (c *Catalog) OperatorClass(schema, name, method string) *OperatorClass {
	o, _ := c.operatorClasses.get(key{schema, fold(name), name, method})
	return o
}

// OperatorFamily gives the operator family of a schema, a name and an access
// method, or nil.
func (c *Catalog) OperatorFamily(schema, name, method string) *OperatorFamily {
	o, _ := c.operatorFamilies.get(key{schema, fold(name), name, method})
	return o
}

// Conversion gives the conversion of a schema and a name, or nil.
func (c *Catalog) Conversion(schema, name string) *Conversion {
	return c.conversions.named(schema, name)
}

// TextSearchObject gives the text search object of a kind, a schema and a name, or nil.
func (c *Catalog) TextSearchObject(kind TextSearchKind, schema, name string) *TextSearchObject {
	wanted := TextSearchObject{Object: Object{Schema: schema, Name: name}, Kind: kind}
	o, _ := c.textSearch.get(keyOf(&wanted))
	return o
}

// StatisticsObject gives the extended statistics of a schema and a name, or nil.
func (c *Catalog) StatisticsObject(schema, name string) *Statistics {
	return c.statistics.named(schema, name)
}

// Language gives the language of a name, or nil.
func (c *Catalog) Language(name string) *Language { return c.languages.named("", name) }

// AccessMethod gives the access method of a name, or nil.
func (c *Catalog) AccessMethod(name string) *AccessMethod { return c.accessMethods.named("", name) }

// Extension gives the extension of a name, or nil.
func (c *Catalog) Extension(name string) *Extension { return c.extensions.named("", name) }

// EventTrigger gives the event trigger of a name, or nil.
func (c *Catalog) EventTrigger(name string) *EventTrigger { return c.eventTriggers.named("", name) }

// ForeignDataWrapper gives the foreign data wrapper of a name, or nil.
func (c *Catalog) ForeignDataWrapper(name string) *ForeignDataWrapper {
	return c.foreignDataWrappers.named("", name)
}

// ForeignServer gives the foreign server of a name, or nil.
func (c *Catalog) ForeignServer(name string) *ForeignServer { return c.foreignServers.named("", name) }

// Publication gives the publication of a name, or nil.
func (c *Catalog) Publication(name string) *Publication { return c.publications.named("", name) }

// Subscription gives the subscription of a name, or nil.
func (c *Catalog) Subscription(name string) *Subscription { return c.subscriptions.named("", name) }

// Role gives the role of a name, or nil.
func (c *Catalog) Role(name string) *Role { return c.roles.named("", name) }

// Tablespace gives the tablespace of a name, or nil.
func (c *Catalog) Tablespace(name string) *Tablespace { return c.tablespaces.named("", name) }

// Setting gives the setting of a name in any case, or nil.
func (c *Catalog) Setting(name string) *Setting {
	i := slices.IndexFunc(c.settings, func(s Setting) bool { return strings.EqualFold(s.Name, name) })
	if i < 0 {
		return nil
	}
	return &c.settings[i]
}

// Resolve gives the relation that an unqualified name means: the first on the
// search path. pg_temp and pg_catalog come first unless the path lists them
// elsewhere.
func (c *Catalog) Resolve(name string) *Relation { return resolve(c.relations, c.typePath, name) }

// ResolveType is Resolve for types.
func (c *Catalog) ResolveType(name string) *Type { return resolve(c.types, c.typePath, name) }

func resolve[T any](s set[*T], path []string, name string) *T {
	for _, schema := range path {
		if item := s.named(schema, name); item != nil {
			return item
		}
	}
	return nil
}

// FunctionsNamed walks the overloads of a function. Schema "" means those that
// an unqualified name can reach, in the order of the search path, which never
// has pg_temp; one hides those with the same input types in later schemas.
func (c *Catalog) FunctionsNamed(schema, name string) iter.Seq[*Function] {
	return overloads(c.functions, c.path, schema, name)
}

// OperatorsNamed is FunctionsNamed for operators.
func (c *Catalog) OperatorsNamed(schema, name string) iter.Seq[*Operator] {
	return overloads(c.operators, c.path, schema, name)
}

func overloads[P AnyObject](s set[P], path []string, schema, name string) iter.Seq[P] {
	folded := fold(name)
	if schema != "" {
		return s.allNamed(schema, folded, name, "")
	}
	return func(yield func(P) bool) {
		for i, schema := range path {
			for o := range s.allNamed(schema, folded, name, "") {
				hidden := slices.ContainsFunc(path[:i], func(earlier string) bool {
					_, found := s.get(key{earlier, folded, name, o.signature()})
					return found
				})
				if !hidden && !yield(o) {
					return
				}
			}
		}
	}
}

// RelationsWithPrefix walks the relations of a schema whose names start with
// prefix in any case, ordered by name without regard to case. Schema "" means
// those that an unqualified name can reach, in the order of the search path,
// with those of an implicit pg_catalog last. Each step costs the same however
// many relations there are.
func (c *Catalog) RelationsWithPrefix(schema, prefix string) iter.Seq[*Relation] {
	return withPrefix(c.relations, c.listed(schema), c.typePath, prefix, schema == "")
}

// FunctionsWithPrefix is RelationsWithPrefix for functions. An overload never
// hides another.
func (c *Catalog) FunctionsWithPrefix(schema, prefix string) iter.Seq[*Function] {
	schemas := c.listed(schema)
	if schema == "" {
		schemas = slices.DeleteFunc(schemas, func(name string) bool { return name == pgTemp })
	}
	return withPrefix(c.functions, schemas, nil, prefix, false)
}

// TypesWithPrefix is RelationsWithPrefix for types.
func (c *Catalog) TypesWithPrefix(schema, prefix string) iter.Seq[*Type] {
	return withPrefix(c.types, c.listed(schema), c.typePath, prefix, schema == "")
}

// SchemasWithPrefix walks the schemas whose names start with prefix in any
// case, ordered by name without regard to case.
func (c *Catalog) SchemasWithPrefix(prefix string) iter.Seq[*Schema] {
	return withPrefix(c.schemas, []string{""}, nil, prefix, false)
}

// listed gives the schemas to list for a schema argument of a prefix lookup,
// in a slice of the caller's own.
func (c *Catalog) listed(schema string) []string {
	if schema != "" {
		return []string{schema}
	}
	listed := slices.Clone(c.typePath)
	if !slices.Contains(c.searchPath, pgCatalog) {
		listed = slices.DeleteFunc(listed, func(name string) bool { return name == pgCatalog })
		listed = append(listed, pgCatalog)
	}
	return listed
}

// withPrefix gives the items of schemas whose names start with prefix. With
// visible, it leaves out those that another schema of path hides.
func withPrefix[T any](s set[*T], schemas, path []string, prefix string, visible bool) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for _, schema := range schemas {
			for k, item := range s.withPrefix(schema, prefix) {
				if visible && resolve(s, path, k.name) != item {
					continue
				}
				if !yield(item) {
					return
				}
			}
		}
	}
}

// part is what is found by another name than that of the relation that has it.
type part struct {
	relation *Relation
	at       int // of the index or the constraint in its list
}

// What leads to a part, first in its signature.
const (
	partIndex  = "i" // the index's schema and name
	partChild  = "c" // the parent's schema and name
	partRefers = "f" // those of the table that a foreign key points to
	partOwned  = "s" // those of the table that a sequence belongs to
)

// parts walks the parts of a relation with their keys.
func parts(r *Relation) iter.Seq[entry[part]] {
	return func(yield func(entry[part]) bool) {
		add := func(name Name, kind, detail string, at int) bool {
			if kind != partIndex {
				kind = signature(kind, r.Schema, r.Name, detail)
			}
			return yield(entry[part]{key{name.Schema, fold(name.Name), name.Name, kind}, part{r, at}})
		}
		for i := range r.Indexes {
			if !add(Name{r.Schema, r.Indexes[i].Name}, partIndex, "", i) {
				return
			}
		}
		for i, parent := range r.Inherits {
			if !add(parent, partChild, "", i) {
				return
			}
		}
		if of := r.PartitionOf(); of.Name != "" && !slices.Contains(r.Inherits, of) {
			if !add(of, partChild, "", 0) {
				return
			}
		}
		for i := range r.Constraints {
			if k := &r.Constraints[i]; k.Kind == ForeignKey && !add(k.References, partRefers, k.Name, i) {
				return
			}
		}
		if r.Sequence != nil && r.Sequence.OwnedByColumn != "" {
			add(r.Sequence.OwnedBy, partOwned, "", 0)
		}
	}
}

func (c *Catalog) partsOf(of Name, kind string) iter.Seq[part] {
	return c.parts.allNamed(of.Schema, fold(of.Name), of.Name, kind)
}

func (c *Catalog) relatedTo(of Name, kind string) iter.Seq[*Relation] {
	return func(yield func(*Relation) bool) {
		for p := range c.partsOf(of, kind) {
			if !yield(p.relation) {
				return
			}
		}
	}
}

// Children walks the partitions of a partitioned table, or the tables that
// inherit from a table, not the children of those.
func (c *Catalog) Children(parent Name) iter.Seq[*Relation] { return c.relatedTo(parent, partChild) }

// OwnedSequences walks the sequences that belong to a table's columns.
func (c *Catalog) OwnedSequences(table Name) iter.Seq[*Relation] {
	return c.relatedTo(table, partOwned)
}

// ReferencesTo walks the foreign keys that point to a table, each with the
// table that has it.
func (c *Catalog) ReferencesTo(table Name) iter.Seq2[*Relation, *Constraint] {
	return func(yield func(*Relation, *Constraint) bool) {
		for p := range c.partsOf(table, partRefers) {
			if !yield(p.relation, &p.relation.Constraints[p.at]) {
				return
			}
		}
	}
}

// Index gives the index of a schema and a name with the relation that it is
// of, or nil.
func (c *Catalog) Index(schema, name string) (*Relation, *Index) {
	for p := range c.partsOf(Name{schema, name}, partIndex) {
		return p.relation, &p.relation.Indexes[p.at]
	}
	return nil, nil
}

// oidIndex is made when it is first asked.
type oidIndex struct {
	once      sync.Once
	relations map[uint32]*Relation
	functions map[uint32]*Function
	types     map[uint32]*Type
}

func (c *Catalog) oids() *oidIndex {
	x := c.byOID
	x.once.Do(func() {
		x.relations, x.functions, x.types = byOID(c.relations), byOID(c.functions), byOID(c.types)
	})
	return x
}

func byOID[P AnyObject](s set[P]) map[uint32]P {
	byOID := make(map[uint32]P, s.size)
	for o := range s.all() {
		if oid := o.header().OID; oid != 0 {
			byOID[oid] = o
		}
	}
	return byOID
}

// RelationByOID gives the relation of an OID, or nil. The first such lookup of
// a catalog goes over all its objects.
func (c *Catalog) RelationByOID(oid uint32) *Relation { return c.oids().relations[oid] }

// FunctionByOID is RelationByOID for functions.
func (c *Catalog) FunctionByOID(oid uint32) *Function { return c.oids().functions[oid] }

// TypeByOID is RelationByOID for types.
func (c *Catalog) TypeByOID(oid uint32) *Type { return c.oids().types[oid] }
