package schema

import (
	"fmt"
	"slices"
	"strings"
)

// AnyObject is an object of any kind: *Relation, *Function, *Type, *Schema and
// the others that Contents has lists of, except settings.
type AnyObject interface {
	QualifiedName() Name
	header() *Object
	signature() string // what tells it from others of its kind, schema and name
}

func (o *Object) signature() string { return "" }

func (f *Function) signature() string { return signature(f.InputTypes()...) }

func (o *Operator) signature() string { return signature(o.Left, o.Right) }

func (c *Cast) signature() string { return signature(c.Source, c.Target) }

func (c *OperatorClass) signature() string { return c.Method }

func (f *OperatorFamily) signature() string { return f.Method }

func (o *TextSearchObject) signature() string { return string('0' + rune(o.Kind)) }

func signature(types ...string) string { return strings.Join(types, "\x00") }

// OriginOf gives the text that an object comes from, nil for one that a server told.
func OriginOf(o AnyObject) *Origin { return o.header().Origin }

// OIDOf gives the OID of an object, 0 when no server gave it.
func OIDOf(o AnyObject) uint32 { return o.header().OID }

func keyOf(o AnyObject) key {
	h := o.header()
	if _, extension := o.(*Extension); extension { // it has no schema in its name
		return key{"", fold(h.Name), h.Name, ""}
	}
	return key{h.Schema, fold(h.Name), h.Name, o.signature()}
}

// Edit makes the successor of a catalog, which it leaves as it is. Each change
// costs in proportion to itself, not to the catalog. An Edit is for one
// goroutine at a time; the catalogs that it gives are for all.
type Edit struct {
	catalog   *Catalog
	published bool // the catalog is in other hands and stays as it is
}

// Edit starts a change of the catalog.
func (c *Catalog) Edit() *Edit { return &Edit{c, true} }

// Catalog gives the catalog with all changes so far, for good or to look into
// it between two changes.
func (e *Edit) Catalog() *Catalog {
	e.published = true
	return e.catalog
}

// writable gives the catalog for the next change.
func (e *Edit) writable() *Catalog {
	if e.published {
		next := *e.catalog
		next.byOID = new(oidIndex)
		e.catalog, e.published = &next, false
	}
	return e.catalog
}

// Put adds an object, in the place of the one with the same identity: its
// kind, schema and name, of a function also the types of its input arguments,
// of an operator and a cast those of its operands, of an operator class and a
// family the access method, of a text search object its kind. The object
// belongs to the catalog from then on; nobody may write to it. Objects that
// name it, such as foreign keys that point to it, stay as they are.
func (e *Edit) Put(o AnyObject) { e.writable().change(o, false) }

// Drop takes away the object with the identity of o, if there is one. What
// depends on it stays.
func (e *Edit) Drop(o AnyObject) { e.writable().change(o, true) }

// Replace is a Drop and a Put: a new name or new argument types for an object.
func (e *Edit) Replace(old, with AnyObject) {
	e.Drop(old)
	e.Put(with)
}

// Change is a Replace by a copy whose Object part is changed: a new owner or a
// new comment, say.
func (e *Edit) Change(o AnyObject, change func(*Object)) { e.Replace(o, changedCopy(o, change)) }

func changedCopy(o AnyObject, change func(*Object)) AnyObject {
	switch o := o.(type) {
	case *Relation:
		return with(o, change)
	case *Function:
		return with(o, change)
	case *Type:
		return with(o, change)
	case *Schema:
		return with(o, change)
	case *Operator:
		return with(o, change)
	case *OperatorClass:
		return with(o, change)
	case *OperatorFamily:
		return with(o, change)
	case *Cast:
		return with(o, change)
	case *Collation:
		return with(o, change)
	case *Conversion:
		return with(o, change)
	case *TextSearchObject:
		return with(o, change)
	case *Statistics:
		return with(o, change)
	case *Language:
		return with(o, change)
	case *AccessMethod:
		return with(o, change)
	case *Extension:
		return with(o, change)
	case *EventTrigger:
		return with(o, change)
	case *ForeignDataWrapper:
		return with(o, change)
	case *ForeignServer:
		return with(o, change)
	case *Publication:
		return with(o, change)
	case *Subscription:
		return with(o, change)
	case *Role:
		return with(o, change)
	case *Database:
		return with(o, change)
	case *Tablespace:
		return with(o, change)
	}
	panic(fmt.Sprintf("schema: %T is no object of a catalog", o))
}

func with[T any, P interface {
	*T
	AnyObject
}](o P, change func(*Object)) AnyObject {
	c := P(new(T))
	*c = *o
	change(c.header())
	return c
}

// SetSearchPath sets the schemas of unqualified names, as in SET search_path:
// "$user" stands for the schema of the current role's name.
func (e *Edit) SetSearchPath(path []string) {
	c := e.writable()
	c.searchPath = slices.Clone(path)
	c.setPath()
}

// DropSchema takes away a schema and, with cascade, all that is in it. Without
// cascade a schema that holds something stays. It reports whether the schema
// is gone.
func (e *Edit) DropSchema(name string, cascade bool) bool {
	var inside []AnyObject
	for o := range e.catalog.In(name) {
		inside = append(inside, o)
	}
	if len(inside) > 0 && !cascade {
		return false
	}
	for _, o := range inside {
		e.Drop(o)
	}
	if s := e.catalog.Schema(name); s != nil {
		e.Drop(s)
	}
	return true
}

// changed gives the set with or without o.
func changed[P AnyObject](s set[P], o P, drop bool) set[P] {
	if drop {
		return s.drop(keyOf(o))
	}
	return s.put(keyOf(o), o)
}

// change puts or drops an object.
func (c *Catalog) change(o AnyObject, drop bool) {
	switch o := o.(type) {
	case *Relation:
		k := keyOf(o)
		if old, found := c.relations.get(k); found {
			for entry := range parts(old) {
				c.parts = c.parts.drop(entry.key)
			}
		}
		c.relations = changed(c.relations, o, drop)
		if !drop {
			for entry := range parts(o) {
				c.parts = c.parts.put(entry.key, entry.value)
			}
		}
	case *Function:
		c.functions = changed(c.functions, o, drop)
	case *Type:
		c.types = changed(c.types, o, drop)
	case *Schema:
		c.schemas = changed(c.schemas, o, drop)
		c.setPath()
	case *Operator:
		c.operators = changed(c.operators, o, drop)
	case *OperatorClass:
		c.operatorClasses = changed(c.operatorClasses, o, drop)
	case *OperatorFamily:
		c.operatorFamilies = changed(c.operatorFamilies, o, drop)
	case *Cast:
		c.casts = changed(c.casts, o, drop)
	case *Collation:
		c.collations = changed(c.collations, o, drop)
	case *Conversion:
		c.conversions = changed(c.conversions, o, drop)
	case *TextSearchObject:
		c.textSearch = changed(c.textSearch, o, drop)
	case *Statistics:
		c.statistics = changed(c.statistics, o, drop)
	case *Language:
		c.languages = changed(c.languages, o, drop)
	case *AccessMethod:
		c.accessMethods = changed(c.accessMethods, o, drop)
	case *Extension:
		c.extensions = changed(c.extensions, o, drop)
	case *EventTrigger:
		c.eventTriggers = changed(c.eventTriggers, o, drop)
	case *ForeignDataWrapper:
		c.foreignDataWrappers = changed(c.foreignDataWrappers, o, drop)
	case *ForeignServer:
		c.foreignServers = changed(c.foreignServers, o, drop)
	case *Publication:
		c.publications = changed(c.publications, o, drop)
	case *Subscription:
		c.subscriptions = changed(c.subscriptions, o, drop)
	case *Role:
		c.roles = changed(c.roles, o, drop)
	case *Database:
		c.databases = changed(c.databases, o, drop)
	case *Tablespace:
		c.tablespaces = changed(c.tablespaces, o, drop)
	default:
		panic(fmt.Sprintf("schema: %T is no object of a catalog", o))
	}
}
