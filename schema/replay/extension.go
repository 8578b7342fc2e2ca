package replay

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// moved gives the objects of an extension with another schema in the place of
// one, in the names of types, too. What is in other schemas stays.
func moved(c schema.Contents, from, to string, origin *schema.Origin) schema.Contents {
	m := mover{from, to, lex.QuoteIdentifier(from) + ".", lex.QuoteIdentifier(to) + ".", origin}
	c.Relations = each(c.Relations, func(r *schema.Relation) {
		m.object(&r.Object)
		r.Columns = m.columns(r.Columns)
	})
	c.Functions = each(c.Functions, func(f *schema.Function) {
		m.object(&f.Object)
		f.Result = m.typeName(f.Result)
		f.Arguments = each(f.Arguments, func(a *schema.Argument) { a.Type = m.typeName(a.Type) })
	})
	c.Types = each(c.Types, func(t *schema.Type) {
		m.object(&t.Object)
		t.Of = m.typeName(t.Of)
		t.Attributes = m.columns(t.Attributes)
	})
	c.Operators = each(c.Operators, func(o *schema.Operator) {
		m.object(&o.Object)
		o.Left, o.Right, o.Result = m.typeName(o.Left), m.typeName(o.Right), m.typeName(o.Result)
		m.name(&o.Function)
	})
	c.OperatorClasses = each(c.OperatorClasses, func(o *schema.OperatorClass) {
		m.object(&o.Object)
		o.Type, o.Storage = m.typeName(o.Type), m.typeName(o.Storage)
		m.name(&o.Family)
	})
	c.OperatorFamilies = each(c.OperatorFamilies, func(o *schema.OperatorFamily) { m.object(&o.Object) })
	c.Casts = each(c.Casts, func(o *schema.Cast) {
		m.object(&o.Object)
		o.Source, o.Target = m.typeName(o.Source), m.typeName(o.Target)
		m.name(&o.Function)
	})
	c.Collations = each(c.Collations, func(o *schema.Collation) { m.object(&o.Object) })
	c.TextSearch = each(c.TextSearch, func(o *schema.TextSearchObject) { m.object(&o.Object) })
	c.Schemas = each(c.Schemas, func(o *schema.Schema) { o.Origin = origin })
	c.Languages = each(c.Languages, func(o *schema.Language) { o.Origin = origin })
	c.AccessMethods = each(c.AccessMethods, func(o *schema.AccessMethod) { o.Origin = origin })
	c.ForeignDataWrappers = each(c.ForeignDataWrappers, func(o *schema.ForeignDataWrapper) { o.Origin = origin })
	c.Extensions = each(c.Extensions, func(o *schema.Extension) {
		if o.Origin = origin; o.Schema == from {
			o.Schema = to
		}
	})
	return c
}

type mover struct {
	from, to             string
	qualifier, qualified string // with the point
	origin               *schema.Origin
}

func (m mover) object(o *schema.Object) {
	if o.Origin = m.origin; o.Schema == m.from {
		o.Schema = m.to
	}
}

func (m mover) name(n *schema.Name) {
	if n.Schema == m.from {
		n.Schema = m.to
	}
}

func (m mover) typeName(display string) string {
	if rest, found := strings.CutPrefix(display, m.qualifier); found {
		return m.qualified + rest
	}
	return display
}

func (m mover) columns(columns []schema.Column) []schema.Column {
	return each(columns, func(c *schema.Column) { c.Type = m.typeName(c.Type) })
}

// each gives a list of changed copies.
func each[T any](items []T, change func(*T)) []T {
	changed := make([]T, len(items))
	for i, item := range items {
		change(&item)
		changed[i] = item
	}
	return changed
}
