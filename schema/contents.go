package schema

import "slices"

// Contents gives what the catalog is made of, in the order of names: New makes the
// same catalog of it. Nobody may write to what the slices hold.
func (c *Catalog) Contents() Contents {
	return Contents{
		ServerVersion: c.serverVersion,
		Database:      c.database,
		User:          c.user,
		SearchPath:    c.searchPath,
		Level:         c.level,

		Relations:           contents(c.relations),
		Functions:           contents(c.functions),
		Types:               contents(c.types),
		Schemas:             contents(c.schemas),
		Operators:           contents(c.operators),
		OperatorClasses:     contents(c.operatorClasses),
		OperatorFamilies:    contents(c.operatorFamilies),
		Casts:               contents(c.casts),
		Collations:          contents(c.collations),
		Conversions:         contents(c.conversions),
		TextSearch:          contents(c.textSearch),
		Statistics:          contents(c.statistics),
		Languages:           contents(c.languages),
		AccessMethods:       contents(c.accessMethods),
		Extensions:          contents(c.extensions),
		EventTriggers:       contents(c.eventTriggers),
		ForeignDataWrappers: contents(c.foreignDataWrappers),
		ForeignServers:      contents(c.foreignServers),
		Publications:        contents(c.publications),
		Subscriptions:       contents(c.subscriptions),
		Roles:               contents(c.roles),
		Databases:           contents(c.databases),
		Tablespaces:         contents(c.tablespaces),
		Settings:            slices.Clone(c.settings),
	}
}

func contents[T any](s set[*T]) []T {
	items := make([]T, 0, s.size)
	for item := range s.all() {
		items = append(items, *item)
	}
	return items
}
