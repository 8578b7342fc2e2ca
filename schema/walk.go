package schema

import "iter"

// each walks objects where they lie.
func each[T any](items []T) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for i := range items {
			if !yield(&items[i]) {
				return
			}
		}
	}
}

// Operators walks the operators of the database.
func (c *Catalog) Operators() iter.Seq[*Operator] { return each(c.contents.Operators) }

// OperatorClasses walks the operator classes.
func (c *Catalog) OperatorClasses() iter.Seq[*OperatorClass] { return each(c.contents.OperatorClasses) }

// OperatorFamilies walks the operator families.
func (c *Catalog) OperatorFamilies() iter.Seq[*OperatorFamily] {
	return each(c.contents.OperatorFamilies)
}

// Casts walks the casts.
func (c *Catalog) Casts() iter.Seq[*Cast] { return each(c.contents.Casts) }

// Collations walks the collations.
func (c *Catalog) Collations() iter.Seq[*Collation] { return each(c.contents.Collations) }

// Conversions walks the conversions.
func (c *Catalog) Conversions() iter.Seq[*Conversion] { return each(c.contents.Conversions) }

// TextSearch walks the text search configurations, dictionaries, parsers and templates.
func (c *Catalog) TextSearch() iter.Seq[*TextSearchObject] { return each(c.contents.TextSearch) }

// Statistics walks the extended statistics.
func (c *Catalog) Statistics() iter.Seq[*Statistics] { return each(c.contents.Statistics) }

// Languages walks the languages.
func (c *Catalog) Languages() iter.Seq[*Language] { return each(c.contents.Languages) }

// AccessMethods walks the access methods.
func (c *Catalog) AccessMethods() iter.Seq[*AccessMethod] { return each(c.contents.AccessMethods) }

// EventTriggers walks the event triggers.
func (c *Catalog) EventTriggers() iter.Seq[*EventTrigger] { return each(c.contents.EventTriggers) }

// ForeignDataWrappers walks the foreign data wrappers.
func (c *Catalog) ForeignDataWrappers() iter.Seq[*ForeignDataWrapper] {
	return each(c.contents.ForeignDataWrappers)
}

// ForeignServers walks the foreign servers.
func (c *Catalog) ForeignServers() iter.Seq[*ForeignServer] { return each(c.contents.ForeignServers) }

// Publications walks the publications.
func (c *Catalog) Publications() iter.Seq[*Publication] { return each(c.contents.Publications) }

// Subscriptions walks the subscriptions.
func (c *Catalog) Subscriptions() iter.Seq[*Subscription] { return each(c.contents.Subscriptions) }

// Databases walks the databases of the server.
func (c *Catalog) Databases() iter.Seq[*Database] { return each(c.contents.Databases) }

// Tablespaces walks the tablespaces of the server.
func (c *Catalog) Tablespaces() iter.Seq[*Tablespace] { return each(c.contents.Tablespaces) }

// Settings walks the settings of the server.
func (c *Catalog) Settings() iter.Seq[*Setting] { return each(c.contents.Settings) }
