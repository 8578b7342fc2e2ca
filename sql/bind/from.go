package bind

import (
	"fmt"
	"slices"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// from binds the items of a FROM or a USING and makes them visible in the scope.
func (b *binder) from(clause tree.Node, s *scope) {
	b.within(clause, s)
	for child := range clause.Children() {
		if fromItem(child.Kind()) {
			added := b.tableRef(child, s, s.items)
			b.unique(added, s.items)
			s.items = append(s.items, added...)
		}
	}
}

func fromItem(k tree.Kind) bool {
	switch k {
	case tree.TableRef, tree.RangeSubselect, tree.RangeFunction, tree.RangeTableFunc, tree.JsonTable, tree.JoinExpr, tree.ParenJoin:
		return true
	}
	return false
}

// unique reports names that are there twice.
func (b *binder) unique(added, before []visible) {
	for _, v := range added {
		for _, other := range before {
			if v.named && other.named && v.item.name == other.item.name && v.item.name != "" &&
				(v.item.schema == other.item.schema || v.item.schema == "" || other.item.schema == "") && v.item.node.Exists() {
				b.problem("42712", v.item.node, fmt.Sprintf("table name %q specified more than once", v.item.name))
				break
			}
		}
	}
}

// tableRef binds something in FROM. lateral is what stands before it, which
// functions and LATERAL subqueries see.
func (b *binder) tableRef(n tree.Node, s *scope, lateral []visible) []visible {
	b.depth++
	defer func() { b.depth-- }()
	if b.depth > maxDepth {
		return nil
	}
	switch n.Kind() {
	case tree.TableRef:
		return []visible{{item: b.relationRef(n, s), named: true, columns: true}}
	case tree.RangeSubselect:
		return b.subselect(n, s, lateral)
	case tree.RangeFunction:
		return b.rangeFunction(n, beside(s, lateral))
	case tree.RangeTableFunc, tree.JsonTable:
		return b.tableFunction(n, beside(s, lateral))
	case tree.JoinExpr:
		return b.join(n, s, lateral)
	case tree.ParenJoin:
		return b.parenJoin(n, s, lateral)
	}
	return nil
}

// beside gives the scope of what sees the items that stand before it.
func beside(s *scope, lateral []visible) *scope {
	return &scope{parent: s.parent, items: slices.Clip(lateral), ctes: s.ctes, variables: s.variables, label: s.label}
}

// relationRef binds a TableRef.
func (b *binder) relationRef(n tree.Node, s *scope) *item {
	rv := n.Child(tree.RangeVar)
	i := b.rangeVar(rv, s)
	b.alias(n.Child(tree.Alias), i)
	if sample := n.Child(tree.TableSample); sample.Exists() {
		b.sampling(sample.Child(tree.FunctionName))
		for child := range sample.Children() {
			if child.Kind() != tree.FunctionName {
				b.expression(child, s)
			}
		}
	}
	return i
}

// sampling looks up the method of a TABLESAMPLE.
func (b *binder) sampling(n tree.Node) {
	for _, f := range b.overloads(n.Names()) {
		if f.Result == "tsm_handler" {
			b.refer(n, Reference{Kind: ToFunction, Function: f})
			return
		}
	}
	switch n.Name() {
	case "", "bernoulli", "system": // those that PostgreSQL itself has
	default:
		b.problem("42704", n, fmt.Sprintf("tablesample method %s does not exist", n.Name()))
	}
}

// rangeVar binds the name of a relation, or of a common table expression.
func (b *binder) rangeVar(rv tree.Node, s *scope) *item {
	names := rv.Names()
	if len(names) == 0 {
		return b.relationItem(nil, rv)
	}
	name := names[len(names)-1].Text
	if len(names) == 1 {
		if c := s.cte(name); c != nil {
			b.bindCTE(c)
			i := &item{name: name, node: rv, cte: c, open: c.state != cteBound && c.columns == nil}
			i.columns = slices.Clone(c.columns)
			b.refer(rv, Reference{Kind: ToCTE, Definition: c.node.Field(tree.FieldName), Columns: i.columns})
			return i
		}
	}
	r := b.relation(rv)
	i := b.relationItem(r, rv)
	i.name = name
	if r == nil && len(names) > 1 {
		i.schema = names[len(names)-2].Text
	}
	b.refer(rv, Reference{Kind: ToRelation, Relation: r, Columns: i.columns})
	return i
}

// relation looks a relation up by its name in the text, nil where there is none;
// that is a problem.
func (b *binder) relation(rv tree.Node) *schema.Relation {
	names := rv.Names()
	if len(names) == 0 {
		return nil
	}
	name := names[len(names)-1].Text
	if len(names) == 1 {
		if r := b.catalog.Resolve(name); r != nil {
			return r
		}
		b.problem("42P01", rv, fmt.Sprintf("relation %q does not exist", name))
		return nil
	}
	schemaName := names[len(names)-2].Text
	if r := b.catalog.Relation(schemaName, name); r != nil {
		return r
	}
	if schemaName == "pg_toast" {
		return nil
	}
	b.problem("42P01", rv, fmt.Sprintf("relation \"%s.%s\" does not exist", schemaName, name))
	return nil
}

// alias gives an item the alias and the column names of an Alias or FuncAlias.
func (b *binder) alias(n tree.Node, i *item) {
	if !n.Exists() {
		return
	}
	if name := n.Field(tree.FieldName); name.Exists() && name.Name() != "" {
		i.name, i.schema = name.Name(), ""
		i.node = name
	}
	at := 0
	renamed := false
	for c := range n.Children() {
		if c.Kind() != tree.ColumnName || c.Name() == "" {
			continue
		}
		if !renamed {
			i.columns = slices.Clone(i.columns)
			renamed = true
		}
		switch {
		case at < len(i.columns):
			i.columns[at].Name = c.Name()
			i.columns[at].Node = c
		case i.open:
			i.columns = append(i.columns, Column{Name: c.Name(), Node: c})
		default:
			b.problem("42P10", c, fmt.Sprintf("table %q has %d columns available but more columns specified", i.name, len(i.columns)))
			at = 1 << 30
		}
		if at < len(i.columns) {
			b.refer(c, Reference{Kind: ToColumn, Type: i.columns[at].Type, Column: i.columns[at].Source, Relation: i.columns[at].Relation, Definition: c})
		}
		at++
	}
	if name := n.Field(tree.FieldName); name.Exists() {
		b.refer(name, Reference{Kind: ToItem, Relation: i.relation, Columns: i.columns, Definition: name})
	}
}

func (b *binder) subselect(n tree.Node, s *scope, lateral []visible) []visible {
	outer := &scope{parent: s.parent, ctes: s.ctes, variables: s.variables, label: s.label}
	if n.Has(lex.KwLateral) {
		outer = beside(s, lateral)
	}
	i := &item{}
	i.columns = b.settled(b.query(n.Child(tree.SelectStmt), outer.inner()))
	i.open = openColumns(i.columns)
	i.columns = withoutOpen(i.columns)
	b.alias(n.Child(tree.Alias), i)
	return []visible{{item: i, named: true, columns: true}}
}

// join binds a JoinExpr.
func (b *binder) join(n tree.Node, s *scope, lateral []visible) []visible {
	var operands []tree.Node
	for child := range n.Children() {
		if fromItem(child.Kind()) {
			operands = append(operands, child)
		}
	}
	if len(operands) == 0 {
		return nil
	}
	left := b.tableRef(operands[0], s, lateral)
	if len(operands) == 1 {
		return left
	}
	right := b.tableRef(operands[1], s, slices.Concat(lateral, left))
	b.unique(right, left)
	leftOuter, rightOuter := n.Has(lex.KwRight) || n.Has(lex.KwFull), n.Has(lex.KwLeft) || n.Has(lex.KwFull)
	left, right = nullable(left, leftOuter), nullable(right, rightOuter)
	both := slices.Concat(left, right)
	for i := range both {
		both[i].joined = true
	}

	using := n.Child(tree.UsingClause)
	natural := n.Has(lex.KwNatural)
	if !using.Exists() && !natural {
		if on := n.Child(tree.OnClause); on.Exists() {
			inside := beside(s, both)
			inside.parent = s.parent
			b.within(on, inside)
			for condition := range on.Children() {
				b.condition(condition, inside)
			}
		}
		return both
	}
	if using.Exists() {
		b.within(using, beside(s, both))
	}
	return b.merge(n, using, left, right)
}

// nullable gives the items of the side of an outer join that may have no row.
func nullable(items []visible, yes bool) []visible {
	if !yes {
		return items
	}
	out := make([]visible, len(items))
	for k, v := range items {
		i := *v.item
		i.columns = slices.Clone(i.columns)
		for c := range i.columns {
			i.columns[c].NotNull = false
		}
		v.item = &i
		out[k] = v
	}
	return out
}

// merge makes the columns of USING and NATURAL, which come first and once
// (https://www.postgresql.org/docs/current/queries-table-expressions.html#QUERIES-JOIN).
func (b *binder) merge(n, using tree.Node, left, right []visible) []visible {
	type wanted struct {
		name string
		node tree.Node
	}
	leftColumns, rightColumns := columnsIn(left), columnsIn(right)
	leftOpen, rightOpen := openItems(left), openItems(right)
	var names []wanted
	if using.Exists() {
		for c := range using.Children() {
			if c.Kind() == tree.ColumnName && c.Name() != "" {
				names = append(names, wanted{c.Name(), c})
			}
		}
	} else {
		for _, c := range leftColumns {
			if hasColumn(rightColumns, c.Name) {
				names = append(names, wanted{c.Name, tree.Node{}})
			}
		}
	}
	joined := &item{open: leftOpen || rightOpen}
	for _, w := range names {
		l, lCount := columnIn(leftColumns, w.name)
		r, rCount := columnIn(rightColumns, w.name)
		switch {
		case lCount == 0 && !leftOpen && using.Exists():
			b.problem("42703", w.node, fmt.Sprintf("column %q specified in USING clause does not exist in left table", w.name))
		case rCount == 0 && !rightOpen && using.Exists():
			b.problem("42703", w.node, fmt.Sprintf("column %q specified in USING clause does not exist in right table", w.name))
		case lCount > 1 && using.Exists():
			b.problem("42702", w.node, fmt.Sprintf("common column name %q appears more than once in left table", w.name))
		case rCount > 1 && using.Exists():
			b.problem("42702", w.node, fmt.Sprintf("common column name %q appears more than once in right table", w.name))
		}
		merged := l
		if lCount == 0 {
			merged = r
		}
		if rCount > 0 && lCount > 0 {
			common, _ := b.common([]string{l.Type, r.Type})
			switch {
			case n.Has(lex.KwFull):
				merged = Column{Type: common, Node: w.node}
			case n.Has(lex.KwRight):
				merged = r
			case !n.Has(lex.KwLeft) && l.Type != common && r.Type == common:
				merged = r // the one that needs no conversion
			}
			if merged.Type != common && common != "" {
				merged = Column{Type: common, NotNull: merged.NotNull}
			}
		}
		merged.Name = w.name
		if w.node.Exists() {
			b.refer(w.node, Reference{Kind: ToColumn, Relation: merged.Relation, Column: merged.Source, Type: merged.Type, Definition: merged.Node})
		}
		joined.columns = append(joined.columns, merged)
	}
	out := make([]visible, 0, len(left)+len(right)+2)
	for _, v := range slices.Concat(left, right) {
		v.columns = false
		out = append(out, v)
	}
	if a := using.Child(tree.AliasName); a.Exists() {
		named := &item{name: a.Name(), node: a, columns: joined.columns}
		b.unique([]visible{{item: named, named: true}}, out)
		out = append(out, visible{item: named, named: true})
		b.refer(a, Reference{Kind: ToItem, Definition: a, Columns: named.columns})
	}
	isMerged := func(name string) bool {
		return slices.ContainsFunc(names, func(w wanted) bool { return w.name == name })
	}
	all := slices.Clone(joined.columns)
	for _, c := range slices.Concat(leftColumns, rightColumns) {
		if !isMerged(c.Name) {
			all = append(all, c)
		}
	}
	whole := &item{columns: all, open: joined.open}
	return append(out, visible{item: whole, columns: true})
}

// columnsIn gives the columns that items show without their names.
func columnsIn(items []visible) []Column {
	var all []Column
	for _, v := range items {
		if v.columns {
			all = append(all, v.item.columns...)
		}
	}
	return all
}

func openItems(items []visible) bool {
	return slices.ContainsFunc(items, func(v visible) bool { return v.item.open })
}

func hasColumn(columns []Column, name string) bool {
	return slices.ContainsFunc(columns, func(c Column) bool { return c.Name == name })
}

func columnIn(columns []Column, name string) (c Column, count int) {
	for i := range columns {
		if columns[i].Name == name {
			if count == 0 {
				c = columns[i]
			}
			count++
		}
	}
	return c, count
}

// parenJoin binds a join in parentheses, whose alias hides what is in it.
func (b *binder) parenJoin(n tree.Node, s *scope, lateral []visible) []visible {
	var inner []visible
	for child := range n.Children() {
		if fromItem(child.Kind()) {
			inner = b.tableRef(child, s, lateral)
		}
	}
	a := n.Child(tree.Alias)
	if !a.Exists() {
		return inner
	}
	i := &item{columns: columnsIn(inner), open: openItems(inner)}
	b.alias(a, i)
	return []visible{{item: i, named: true, columns: true}}
}

// rangeFunction binds functions in FROM, which see what stands before them.
func (b *binder) rangeFunction(n tree.Node, s *scope) []visible {
	b.within(n, s)
	i := &item{}
	alias := n.Child(tree.Alias)
	declared := n.Child(tree.FuncAlias)
	name := alias.Field(tree.FieldName).Name()
	if declared.Exists() {
		name = declared.Field(tree.FieldName).Name()
	}
	only := true
	for child := range n.Children() {
		call, definitions := child, declared
		switch child.Kind() {
		case tree.Alias, tree.FuncAlias:
			continue
		case tree.RowsFromItem:
			definitions, call, only = child, tree.Node{}, false
			for inner := range child.Children() {
				if inner.Kind() != tree.ColumnDefinition {
					call = inner
				}
			}
		case tree.Missing, tree.Error:
			continue
		}
		if unnested := b.unnests(call, s); unnested != nil {
			i.columns, only = append(i.columns, unnested...), false
			i.node, i.name = call.Child(tree.FunctionName), callName(call)
			continue
		}
		columns, row, scalar, open := b.functionColumns(call, definitions, name, s)
		i.columns = append(i.columns, columns...)
		i.open = i.open || open
		i.node, i.name = call.Child(tree.FunctionName), callName(call)
		if only {
			i.row, i.scalar = row, scalar
		}
	}
	if !only {
		i.row, i.scalar = "", false
	}
	if n.Has(lex.KwOrdinality) {
		i.columns = append(slices.Clone(i.columns), Column{Name: "ordinality", Type: "bigint", NotNull: true})
		i.row, i.scalar = "", false
	}
	b.alias(alias, i)
	b.alias(declared, i)
	return []visible{{item: i, named: true, columns: true}}
}

// functionColumns gives the columns of a call in FROM: those of its OUT arguments,
// of the row type that it gives, of its column definition list, or one named
// after the alias or the function.
func (b *binder) functionColumns(call, definitions tree.Node, alias string, s *scope) (columns []Column, row string, scalar, open bool) {
	t := b.expression(call, s)
	for d := range definitions.Children() {
		if d.Kind() == tree.ColumnDefinition {
			columns = append(columns, Column{Name: d.Field(tree.FieldName).Name(), Type: b.typeName(d.Child(tree.TypeName)), Node: d.Field(tree.FieldName)})
		}
	}
	if columns != nil {
		return columns, "", false, false
	}
	f := b.references[call.Child(tree.FunctionName)].Function
	if f != nil && bare(t) == "record" {
		columns = b.outColumns(f, call)
		return columns, "", false, columns == nil
	}
	if columns, ok := b.composite(t); ok {
		for c := range columns {
			columns[c].NotNull = false
			columns[c].Relation, columns[c].Node = nil, tree.Node{}
		}
		return columns, bare(t), false, false
	}
	if t == "" && f == nil {
		open = true
	}
	name := alias
	if name == "" {
		name = callName(call)
	}
	if f != nil && bare(t) != "record" {
		if out := b.outColumns(f, call); len(out) == 1 {
			name = out[0].Name
		}
	}
	return []Column{{Name: name, Type: t}}, t, true, open
}

// unnests gives the columns of unnest(a, b …), which FROM takes for several calls
// (https://www.postgresql.org/docs/current/functions-array.html); nil of all else.
func (b *binder) unnests(call tree.Node, s *scope) []Column {
	name := call.Child(tree.FunctionName)
	if names := name.Names(); call.Kind() != tree.FuncCall || len(names) != 1 || names[0].Text != "unnest" {
		return nil
	}
	var columns []Column
	for child := range call.Children() {
		switch {
		case child.Kind() == tree.FunctionName:
		case !isArgument(child.Kind()) || child.Kind() == tree.NamedArgExpr:
			return nil
		default:
			columns = append(columns, Column{Name: "unnest", Node: child})
		}
	}
	if len(columns) < 2 {
		return nil
	}
	for i := range columns {
		columns[i].Type = b.builtin("unnest", []string{b.expression(columns[i].Node, s)}, nil)
		columns[i].Node = tree.Node{}
	}
	for f := range b.catalog.FunctionsNamed("", "unnest") {
		b.refer(name, Reference{Kind: ToFunction, Function: f})
		break
	}
	return columns
}

// outColumns gives the columns of a function's OUT arguments or RETURNS TABLE.
func (b *binder) outColumns(f *schema.Function, call tree.Node) []Column {
	var columns []Column
	parameters, arguments := f.InputTypes(), b.argumentTypes(call)
	for _, a := range f.Arguments {
		if a.Mode == schema.In || a.Mode == schema.Variadic {
			continue
		}
		name := a.Name
		if name == "" {
			name = fmt.Sprintf("column%d", len(columns)+1)
		}
		columns = append(columns, Column{Name: name, Type: b.concrete(a.Type, parameters, arguments)})
	}
	return columns
}

// tableFunction binds XMLTABLE and JSON_TABLE.
func (b *binder) tableFunction(n tree.Node, s *scope) []visible {
	b.within(n, s)
	i := &item{name: "xmltable"}
	if n.Kind() == tree.JsonTable {
		i.name = "json_table"
	}
	b.tableColumns(n, s, i)
	b.alias(n.Child(tree.Alias), i)
	return []visible{{item: i, named: true, columns: true}}
}

func (b *binder) tableColumns(n tree.Node, s *scope, i *item) {
	for child := range n.Children() {
		switch child.Kind() {
		case tree.XmlColumn, tree.JsonColumn:
			if name := child.Field(tree.FieldName); name.Exists() {
				c := Column{Name: name.Name(), Type: "integer", Node: name}
				if t := child.Child(tree.TypeName); t.Exists() {
					c.Type = b.typeName(t)
				}
				i.columns = append(i.columns, c)
			}
			b.tableColumns(child, s, i)
		case tree.Alias, tree.TypeName, tree.ColumnName, tree.Missing, tree.Error:
		case tree.XmlNamespace, tree.JsonArgument:
			b.expressions(child, s)
		default:
			b.expression(child, s)
		}
	}
}
