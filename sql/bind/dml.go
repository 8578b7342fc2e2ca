package bind

import (
	"fmt"
	"slices"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// changed binds the relation that a statement changes; common table expressions
// are none.
func (b *binder) changed(n tree.Node, s *scope) *item {
	rv := n.Child(tree.RangeVar)
	r := b.relation(rv)
	i := b.relationItem(r, rv)
	if names := rv.Names(); len(names) > 0 {
		i.name = names[len(names)-1].Text
	}
	b.refer(rv, Reference{Kind: ToRelation, Relation: r, Columns: i.columns})
	if a := n.Field(tree.FieldAlias); a.Exists() {
		i.name, i.schema, i.node = a.Name(), "", a
		b.refer(a, Reference{Kind: ToItem, Relation: r, Columns: i.columns, Definition: a})
	}
	s.target = i
	return i
}

// targetColumn finds a column of the changed relation.
func (b *binder) targetColumn(n, name tree.Node, i *item, s *scope) (Column, bool) {
	if name.Name() == "" {
		return Column{}, false
	}
	for k := range i.columns {
		if c := &i.columns[k]; c.Name == name.Name() {
			b.refer(name, Reference{Kind: ToColumn, Relation: c.Relation, Column: c.Source, Type: c.Type})
			return b.assigned(n, *c, s), true
		}
	}
	if !i.open {
		b.problem("42703", name, fmt.Sprintf("column %q of relation %q does not exist", name.Name(), i.relation.Name))
	}
	return Column{open: true}, false
}

// assigned gives the part of a column that a subscript or a field makes the
// target.
func (b *binder) assigned(n tree.Node, c Column, s *scope) Column {
	subscripted, slice := false, false
	take := func() {
		if subscripted {
			c.Type = b.taken(c.Type, slice)
		}
		subscripted, slice = false, false
	}
	for part := range n.Children() {
		switch part.Kind() {
		case tree.Subscript:
			b.expressions(part, s)
			subscripted, slice = true, slice || isSlice(part)
		case tree.FieldSelection:
			take()
			name := part.Child(tree.AttributeName)
			columns, ok := b.composite(c.Type)
			field, count := columnIn(columns, name.Name())
			if ok && count == 0 && !broken(n) {
				b.problem("42703", name, fmt.Sprintf("cannot assign to field %q of column %q because there is no such column in data type %s", name.Name(), c.Name, bare(c.Type)))
			}
			c.Type = field.Type
		}
	}
	take()
	return c
}

func (b *binder) insert(n tree.Node, s *scope) []Column {
	b.within(n, s)
	if with := n.Child(tree.WithClause); with.Exists() {
		b.with(with, s)
	}
	i := b.changed(n, s)
	onTarget := &scope{parent: s.parent, ctes: s.ctes, variables: s.variables, label: s.label, target: i}
	var to target
	listed := false
	for child := range n.Children() {
		if child.Kind() != tree.InsertColumn {
			continue
		}
		listed = true
		b.within(child, onTarget)
		c, _ := b.targetColumn(child, child.Child(tree.ColumnName), i, onTarget)
		to = append(to, c)
	}
	if !listed {
		to = i.columns
	}
	if query := n.Child(tree.SelectStmt); query.Exists() {
		source := &scope{parent: s.parent, ctes: s.ctes, variables: s.variables, label: s.label, target: i}
		columns := b.selectInto(query, source.inner(), to)
		if len(columns) > len(to) && !i.open && !openColumns(columns) && !broken(query) {
			b.problem("42601", query, "INSERT has more expressions than target columns")
		} else if len(columns) < len(to) && listed && !openColumns(columns) && !broken(query) {
			b.problem("42601", n.Child(tree.InsertColumn), "INSERT has more target columns than expressions")
		}
	}
	seen := visible{item: i, named: true, columns: true}
	if conflict := n.Child(tree.OnConflictClause); conflict.Exists() {
		b.conflict(conflict, i, s)
	}
	return b.returningClause(n, s, i, []visible{seen})
}

func (b *binder) conflict(n tree.Node, i *item, s *scope) {
	here := visible{item: i, named: true, columns: true}
	excluded := *i
	excluded.name, excluded.schema = "excluded", ""
	infer := &scope{parent: s.parent, items: []visible{here}, ctes: s.ctes, variables: s.variables, label: s.label}
	update := &scope{parent: s.parent, items: []visible{here, {item: &excluded, named: true}}, ctes: s.ctes, variables: s.variables, label: s.label, target: i}
	b.within(n, update)
	for child := range n.Children() {
		switch child.Kind() {
		case tree.IndexElem:
			b.within(child, infer)
			b.indexElem(child, infer)
		case tree.WhereClause:
			in := update
			if child.Label() == tree.FieldWhere {
				in = infer
			}
			for condition := range child.Children() {
				b.condition(condition, in)
			}
		case tree.SetClause:
			b.set(child, i, update)
		}
	}
}

// indexElem binds a column or an expression of an index.
func (b *binder) indexElem(n tree.Node, s *scope) {
	for child := range n.Children() {
		switch child.Kind() {
		case tree.CollationName, tree.OpclassName, tree.RelOption:
		case tree.ColumnName:
			b.columnName(child, s)
		default:
			b.expression(child, s)
		}
	}
}

// columnName binds a ColumnName that is one of the items in scope.
func (b *binder) columnName(n tree.Node, s *scope) string {
	if n.Name() == "" {
		return ""
	}
	if f := s.ownColumn(n.Name()); f.count > 0 {
		return b.referColumn(n, f)
	}
	if !s.open() {
		b.problem("42703", n, fmt.Sprintf("column %q does not exist", n.Name()))
	}
	return ""
}

// set binds a SetClause: targets see only the changed relation.
func (b *binder) set(n tree.Node, i *item, s *scope) {
	onTarget := &scope{parent: s.parent, ctes: s.ctes, variables: s.variables, label: s.label, target: i}
	var to []Column
	for child := range n.Children() {
		if child.Kind() == tree.SetTarget {
			b.within(child, onTarget)
			c, _ := b.targetColumn(child, child.Child(tree.ColumnName), i, s)
			to = append(to, c)
		}
	}
	value := n.Field(tree.FieldValue)
	if !value.Exists() {
		return
	}
	b.within(value, s)
	if len(to) == 1 && to[0].Type != "" {
		b.wanted[value] = to[0].Type
	}
	b.expression(value, s)
	switch {
	case len(to) == 1:
		b.coerce(value, to[0].Type)
	case isRow(value):
		at := 0
		for child := range value.Children() {
			if at < len(to) {
				b.coerce(child, to[at].Type)
			}
			at++
		}
	}
}

func (b *binder) update(n tree.Node, s *scope) []Column {
	b.within(n, s)
	if with := n.Child(tree.WithClause); with.Exists() {
		b.with(with, s)
	}
	i := b.changed(n, s)
	s.items = append(s.items, visible{item: i, named: true, columns: true})
	if from := n.Child(tree.FromClause); from.Exists() {
		b.fromBeside(from, s)
	}
	for child := range n.Children() {
		if child.Kind() == tree.SetClause {
			b.set(child, i, s)
		}
	}
	b.where(n, s)
	return b.returningClause(n, s, i, s.items)
}

// fromBeside binds a FROM that does not see the changed relation sideways.
func (b *binder) fromBeside(clause tree.Node, s *scope) {
	b.within(clause, s)
	first := len(s.items)
	for child := range clause.Children() {
		if fromItem(child.Kind()) {
			added := b.tableRef(child, s, s.items[first:])
			b.unique(added, s.items)
			s.items = append(s.items, added...)
		}
	}
}

func (b *binder) where(n tree.Node, s *scope) {
	if where := n.Child(tree.WhereClause); where.Exists() {
		for condition := range where.Children() {
			b.condition(condition, s)
		}
	}
}

func (b *binder) deleteStmt(n tree.Node, s *scope) []Column {
	b.within(n, s)
	if with := n.Child(tree.WithClause); with.Exists() {
		b.with(with, s)
	}
	i := b.changed(n, s)
	s.items = append(s.items, visible{item: i, named: true, columns: true})
	first := len(s.items)
	for child := range n.Children() {
		if fromItem(child.Kind()) {
			added := b.tableRef(child, s, s.items[first:])
			b.unique(added, s.items)
			s.items = append(s.items, added...)
		}
	}
	b.where(n, s)
	return b.returningClause(n, s, i, s.items)
}

func (b *binder) mergeStmt(n tree.Node, s *scope) []Column {
	b.within(n, s)
	if with := n.Child(tree.WithClause); with.Exists() {
		b.with(with, s)
	}
	i := b.changed(n, s)
	onTarget := visible{item: i, named: true, columns: true}
	outside := &scope{parent: s.parent, ctes: s.ctes, variables: s.variables, label: s.label}
	var source []visible
	if from := n.Field(tree.FieldSource); from.Exists() {
		b.within(from, outside)
		source = b.tableRef(from, outside, nil)
	}
	b.unique(source, []visible{onTarget})
	both := append([]visible{onTarget}, source...)
	s.items = both
	if condition := n.Field(tree.FieldCondition); condition.Exists() {
		b.condition(condition, s)
	}
	for when := range n.Children() {
		if when.Kind() != tree.MergeWhenClause {
			continue
		}
		seen := &scope{parent: s.parent, ctes: s.ctes, variables: s.variables, label: s.label, target: i, items: both}
		switch {
		case when.Has(lex.KwNot) && when.Has(lex.KwSource):
			seen.items = both[:1]
		case when.Has(lex.KwNot):
			seen.items = source
		}
		b.mergeWhen(when, i, seen)
	}
	return b.returningClause(n, s, i, append(slices.Clone(source), onTarget))
}

func (b *binder) mergeWhen(n tree.Node, i *item, s *scope) {
	b.within(n, s)
	if condition := n.Field(tree.FieldCondition); condition.Exists() {
		b.condition(condition, s)
	}
	onTarget := &scope{parent: s.parent, ctes: s.ctes, target: i}
	var to target
	for child := range n.Children() {
		switch child.Kind() {
		case tree.SetClause:
			b.set(child, i, s)
		case tree.InsertColumn:
			b.within(child, onTarget)
			c, _ := b.targetColumn(child, child.Child(tree.ColumnName), i, onTarget)
			to = append(to, c)
		case tree.ValuesRow:
			if to == nil {
				to = i.columns
			}
			at := 0
			for value := range child.Children() {
				b.expression(value, s)
				if at < len(to) {
					b.coerce(value, to[at].Type)
				}
				at++
			}
		}
	}
}

// returningClause binds RETURNING, which sees the changed rows, since PostgreSQL
// 18 as they were and as they are.
func (b *binder) returningClause(n tree.Node, s *scope, i *item, seen []visible) []Column {
	clause := n.Child(tree.ReturningClause)
	if !clause.Exists() {
		return nil
	}
	inner := &scope{parent: s.parent, ctes: s.ctes, variables: s.variables, label: s.label, items: append([]visible{}, seen...)}
	if v := b.catalog.ServerVersion(); v == 0 || v >= 180000 {
		old, new := "old", "new"
		for option := range clause.Children() {
			if option.Kind() != tree.ReturningOption {
				continue
			}
			name := option.Field(tree.FieldName)
			if option.Has(lex.KwOld) {
				old = name.Name()
			} else {
				new = name.Name()
			}
			b.refer(name, Reference{Kind: ToItem, Relation: i.relation, Columns: i.columns, Definition: name})
		}
		for _, name := range []string{old, new} {
			if other, _ := inner.named("", name); other != nil && len(inner.items) > 0 && hasOwn(inner, name) {
				continue
			}
			row := *i
			row.name, row.schema = name, ""
			row.columns = make([]Column, len(i.columns))
			copy(row.columns, i.columns)
			for c := range row.columns {
				row.columns[c].NotNull = false
			}
			inner.items = append(inner.items, visible{item: &row, named: true})
		}
	}
	b.within(clause, inner)
	return b.targets(clause, inner, nil)
}

func hasOwn(s *scope, name string) bool {
	for _, v := range s.items {
		if v.named && v.item.name == name {
			return true
		}
	}
	return false
}

// relationScope gives the scope of expressions over a relation's columns, as
// those of constraints, policies and indexes are.
func (b *binder) relationScope(r *schema.Relation, s *scope) *scope {
	inner := s.inner()
	inner.items = []visible{{item: b.relationItem(r, tree.Node{}), named: true, columns: true}}
	return inner
}
