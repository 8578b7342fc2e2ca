package schema

import "iter"

// Size counts objects.
type Size struct{ Relations, Functions, Types int }

// Size counts the catalog's objects.
func (c *Catalog) Size() Size { return Size{c.relations.size, c.functions.size, c.types.size} }

// Relations walks all relations, by schema and then by name.
func (c *Catalog) Relations() iter.Seq[*Relation] { return c.relations.all() }

// Functions walks all functions, by schema and then by name.
func (c *Catalog) Functions() iter.Seq[*Function] { return c.functions.all() }

// Types walks all types, by schema and then by name.
func (c *Catalog) Types() iter.Seq[*Type] { return c.types.all() }

// Schemas walks the schemas by name.
func (c *Catalog) Schemas() iter.Seq[*Schema] { return c.schemas.all() }

// Operators walks the operators.
func (c *Catalog) Operators() iter.Seq[*Operator] { return c.operators.all() }

// OperatorClasses walks the operator classes.
func (c *Catalog) OperatorClasses() iter.Seq[*OperatorClass] { return c.operatorClasses.all() }

// OperatorFamilies walks the operator families.
func (c *Catalog) OperatorFamilies() iter.Seq[*OperatorFamily] { return c.operatorFamilies.all() }

// Casts walks the casts, by source and then by target.
func (c *Catalog) Casts() iter.Seq[*Cast] { return c.casts.all() }

// Collations walks the collations.
func (c *Catalog) Collations() iter.Seq[*Collation] { return c.collations.all() }

// Conversions walks the conversions.
func (c *Catalog) Conversions() iter.Seq[*Conversion] { return c.conversions.all() }

// TextSearch walks the text search configurations, dictionaries, parsers and templates.
func (c *Catalog) TextSearch() iter.Seq[*TextSearchObject] { return c.textSearch.all() }

// Statistics walks the extended statistics.
func (c *Catalog) Statistics() iter.Seq[*Statistics] { return c.statistics.all() }

// Languages walks the languages.
func (c *Catalog) Languages() iter.Seq[*Language] { return c.languages.all() }

// AccessMethods walks the access methods.
func (c *Catalog) AccessMethods() iter.Seq[*AccessMethod] { return c.accessMethods.all() }

// Extensions walks the extensions by name.
func (c *Catalog) Extensions() iter.Seq[*Extension] { return c.extensions.all() }

// EventTriggers walks the event triggers.
func (c *Catalog) EventTriggers() iter.Seq[*EventTrigger] { return c.eventTriggers.all() }

// ForeignDataWrappers walks the foreign data wrappers.
func (c *Catalog) ForeignDataWrappers() iter.Seq[*ForeignDataWrapper] {
	return c.foreignDataWrappers.all()
}

// ForeignServers walks the foreign servers.
func (c *Catalog) ForeignServers() iter.Seq[*ForeignServer] { return c.foreignServers.all() }

// Publications walks the publications.
func (c *Catalog) Publications() iter.Seq[*Publication] { return c.publications.all() }

// Subscriptions walks the subscriptions.
func (c *Catalog) Subscriptions() iter.Seq[*Subscription] { return c.subscriptions.all() }

// Roles walks the roles of the server by name.
func (c *Catalog) Roles() iter.Seq[*Role] { return c.roles.all() }

// Databases walks the databases of the server.
func (c *Catalog) Databases() iter.Seq[*Database] { return c.databases.all() }

// Tablespaces walks the tablespaces of the server.
func (c *Catalog) Tablespaces() iter.Seq[*Tablespace] { return c.tablespaces.all() }

// Settings walks the settings of the server by name.
func (c *Catalog) Settings() iter.Seq[*Setting] {
	return func(yield func(*Setting) bool) {
		for i := range c.settings {
			if !yield(&c.settings[i]) {
				return
			}
		}
	}
}

// Objects walks all objects, kind by kind.
func (c *Catalog) Objects() iter.Seq[AnyObject] {
	return func(yield func(AnyObject) bool) {
		_ = walk(c.relations, yield) &&
			walk(c.functions, yield) &&
			walk(c.types, yield) &&
			walk(c.schemas, yield) &&
			walk(c.operators, yield) &&
			walk(c.operatorClasses, yield) &&
			walk(c.operatorFamilies, yield) &&
			walk(c.casts, yield) &&
			walk(c.collations, yield) &&
			walk(c.conversions, yield) &&
			walk(c.textSearch, yield) &&
			walk(c.statistics, yield) &&
			walk(c.languages, yield) &&
			walk(c.accessMethods, yield) &&
			walk(c.extensions, yield) &&
			walk(c.eventTriggers, yield) &&
			walk(c.foreignDataWrappers, yield) &&
			walk(c.foreignServers, yield) &&
			walk(c.publications, yield) &&
			walk(c.subscriptions, yield) &&
			walk(c.roles, yield) &&
			walk(c.databases, yield) &&
			walk(c.tablespaces, yield)
	}
}

func walk[P AnyObject](s set[P], yield func(AnyObject) bool) bool {
	for o := range s.all() {
		if !yield(o) {
			return false
		}
	}
	return true
}

// Members walks the objects that an extension made.
func (c *Catalog) Members(extension string) iter.Seq[AnyObject] {
	return func(yield func(AnyObject) bool) {
		for o := range c.Objects() {
			if o.header().Extension == extension && !yield(o) {
				return
			}
		}
	}
}

// In walks the objects of a schema, kind by kind.
func (c *Catalog) In(schema string) iter.Seq[AnyObject] {
	return func(yield func(AnyObject) bool) {
		_ = walkIn(c.relations, schema, yield) &&
			walkIn(c.functions, schema, yield) &&
			walkIn(c.types, schema, yield) &&
			walkIn(c.operators, schema, yield) &&
			walkIn(c.operatorClasses, schema, yield) &&
			walkIn(c.operatorFamilies, schema, yield) &&
			walkIn(c.collations, schema, yield) &&
			walkIn(c.conversions, schema, yield) &&
			walkIn(c.textSearch, schema, yield) &&
			walkIn(c.statistics, schema, yield)
	}
}

func walkIn[P AnyObject](s set[P], schema string, yield func(AnyObject) bool) bool {
	for _, o := range s.withPrefix(schema, "") {
		if !yield(o) {
			return false
		}
	}
	return true
}
