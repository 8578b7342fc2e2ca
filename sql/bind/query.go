package bind

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// query binds any statement that gives rows and gives its columns, bare literals
// still of unknown type. s is the query's own scope.
func (b *binder) query(n tree.Node, s *scope) []Column {
	b.depth++
	defer func() { b.depth-- }()
	if b.depth > maxDepth {
		return nil
	}
	switch n.Kind() {
	case tree.SelectStmt:
		return b.selectStmt(n, s)
	case tree.SimpleSelect:
		return b.simpleSelect(n, s, nil)
	case tree.SetOperation:
		return b.setOperation(n, s, nil)
	case tree.ValuesClause:
		return b.values(n, s, nil)
	case tree.SimpleTable:
		return b.simpleTable(n, s)
	case tree.InsertStmt:
		return b.insert(n, s)
	case tree.UpdateStmt:
		return b.update(n, s)
	case tree.DeleteStmt:
		return b.deleteStmt(n, s)
	case tree.MergeStmt:
		return b.mergeStmt(n, s)
	}
	return nil
}

// target is a list of columns that the items of a query shall become: those of
// an INSERT.
type target []Column

func (b *binder) selectStmt(n tree.Node, s *scope) []Column { return b.selectInto(n, s, nil) }

// selectInto binds a SelectStmt whose columns go to those of a target.
func (b *binder) selectInto(n tree.Node, s *scope, to target) []Column {
	b.within(n, s)
	if with := n.Child(tree.WithClause); with.Exists() {
		b.with(with, s)
	}
	var columns []Column
	body := tree.Node{}
	for child := range n.Children() {
		switch child.Kind() {
		case tree.SimpleSelect, tree.SetOperation, tree.ValuesClause, tree.SimpleTable, tree.SelectStmt:
			body = child
		}
	}
	inner := s
	switch body.Kind() {
	case tree.SimpleSelect:
		columns = b.simpleSelect(body, s, to)
	case tree.SetOperation:
		columns = b.setOperation(body, s, to)
		inner = &scope{parent: s}
		i := &item{columns: columns, open: openColumns(columns)}
		inner.items = []visible{{item: i, columns: true}}
	case tree.ValuesClause:
		columns = b.values(body, s, to)
		inner = &scope{parent: s, items: []visible{{item: &item{columns: columns}, columns: true}}}
	case tree.SimpleTable:
		columns = b.simpleTable(body, s)
	case tree.SelectStmt:
		columns = b.selectInto(body, s.inner(), to)
		inner = &scope{parent: s, outputs: columns}
	}
	if inner.outputs == nil {
		inner.outputs = columns
	}
	for child := range n.Children() {
		switch child.Kind() {
		case tree.SortClause:
			b.within(child, inner)
			for by := range child.Children() {
				for key := range by.Children() {
					if key.Kind() != tree.OperatorCall {
						b.sortItem(key, inner, true)
					}
				}
			}
		case tree.LimitClause, tree.OffsetClause:
			limits := &scope{parent: s.parent, ctes: s.ctes, variables: s.variables, label: s.label}
			for value := range child.Children() {
				b.expression(value, limits)
				b.coerce(value, "bigint")
			}
		case tree.LockingClause:
			for rv := range child.Children() {
				if rv.Kind() != tree.RangeVar {
					continue
				}
				i, _ := s.named("", rv.Name())
				if i == nil && !s.open() {
					b.problem("42P01", rv, fmt.Sprintf("relation %q in FOR UPDATE clause not found in FROM clause", rv.Name()))
				} else if i != nil {
					b.refer(rv, Reference{Kind: ToItem, Relation: i.relation, Columns: i.columns, Definition: i.node})
				}
			}
		}
	}
	return columns
}

// sortItem binds an item of ORDER BY, or of GROUP BY or DISTINCT ON, which may
// name an output column or its number; in ORDER BY the output's name wins, in
// GROUP BY that of an input column (findTargetlistEntrySQL92 of
// src/backend/parser/parse_clause.c).
func (b *binder) sortItem(n tree.Node, s *scope, order bool) {
	if n.Kind() == tree.ColumnRef {
		if names := n.Names(); len(names) == 1 && names[0].Text != "*" {
			if !order {
				if f := s.ownColumn(names[0].Text); f.count > 0 {
					b.expression(n, s)
					return
				}
			}
			var match []Column
			for _, c := range s.outputs {
				if c.Name == names[0].Text {
					match = append(match, c)
				}
			}
			if len(match) > 1 && !b.sameOutputs(match) {
				b.problem("42702", n, fmt.Sprintf("ORDER BY %q is ambiguous", names[0].Text))
			}
			if len(match) > 0 {
				c := match[0]
				t := knownType(c.Type)
				b.types[n] = t
				b.refer(n, Reference{Kind: ToOutput, Relation: c.Relation, Column: c.Source, Type: t, Definition: c.Node})
				return
			}
		}
	}
	if n.Kind() == tree.Literal {
		if position, err := strconv.Atoi(n.Text()); err == nil {
			b.types[n] = "integer"
			if (position < 1 || position > len(s.outputs)) && !openColumns(s.outputs) {
				b.problem("42P10", n, fmt.Sprintf("ORDER BY position %d is not in select list", position))
			} else if position >= 1 && position <= len(s.outputs) {
				c := s.outputs[position-1]
				b.refer(n, Reference{Kind: ToOutput, Relation: c.Relation, Column: c.Source, Type: c.Type, Definition: c.Node})
			}
			return
		}
	}
	b.expression(n, s)
}

// sameOutputs reports whether output columns of one name have one meaning.
func (b *binder) sameOutputs(columns []Column) bool {
	value := func(c Column) string {
		if v := c.Node.Field(tree.FieldValue); v.Exists() {
			if r := b.references[v]; r.Kind == ToColumn && r.Column != nil {
				return fmt.Sprintf("%p", r.Column)
			}
			return v.Value()
		}
		return ""
	}
	for _, c := range columns[1:] {
		first := columns[0]
		if c.Source != nil && c.Source == first.Source {
			continue
		}
		if value(c) == "" || value(c) != value(first) {
			return false
		}
	}
	return true
}

func (b *binder) with(n tree.Node, s *scope) {
	recursive := n.Has(lex.KwRecursive)
	var all []*cte
	for child := range n.Children() {
		if child.Kind() != tree.CommonTableExpr {
			continue
		}
		c := &cte{name: child.Field(tree.FieldName).Name(), node: child, recursive: recursive}
		if slices.ContainsFunc(all, func(o *cte) bool { return o.name == c.name }) && c.name != "" {
			b.problem("42712", child.Field(tree.FieldName), fmt.Sprintf("WITH query name %q specified more than once", c.name))
		}
		b.refer(child.Field(tree.FieldName), Reference{Kind: ToCTE, Definition: child.Field(tree.FieldName)})
		all = append(all, c)
		if recursive {
			c.scope = s
			s.ctes = append(s.ctes, c)
			continue
		}
		c.scope = &scope{parent: s.parent, ctes: slices.Clone(s.ctes), variables: s.variables, label: s.label}
		s.ctes = append(s.ctes, c)
	}
	for _, c := range all {
		b.bindCTE(c)
	}
	b.within(n, &scope{parent: s.parent, ctes: s.ctes, variables: s.variables, label: s.label})
}

// bindCTE binds the query of a common table expression once.
func (b *binder) bindCTE(c *cte) {
	if c.state != cteUnbound {
		return
	}
	c.state = cteBinding
	query := c.node.Field(tree.FieldQuery)
	outer := &scope{parent: c.scope.parent, ctes: c.scope.ctes, variables: c.scope.variables, label: c.scope.label}
	inner := outer.inner()
	if set := setOperationOf(query); c.recursive && set.Exists() {
		b.recursive[set] = c // what it gives is known from its first part
	}
	columns := b.query(query, inner)
	c.columns = b.cteColumns(c, columns, true)
	c.state = cteBound
	name := c.node.Field(tree.FieldName)
	b.refer(name, Reference{Kind: ToCTE, Definition: name, Columns: c.columns})
}

// cteColumns names the columns of a common table expression, and adds those of
// SEARCH and CYCLE.
func (b *binder) cteColumns(c *cte, columns []Column, report bool) []Column {
	columns = b.settled(columns)
	i := &item{name: c.name, columns: columns, open: openColumns(columns)}
	i.columns = withoutOpen(columns)
	at := 0
	for child := range c.node.Children() {
		if child.Kind() != tree.ColumnName || child.Name() == "" {
			continue
		}
		if at == 0 {
			i.columns = slices.Clone(i.columns)
		}
		switch {
		case at < len(i.columns):
			i.columns[at].Name, i.columns[at].Node = child.Name(), child
		case i.open:
			i.columns = append(i.columns, Column{Name: child.Name(), Node: child})
		case report:
			b.problem("42P10", child, fmt.Sprintf("WITH query %q has %d columns available but more columns specified", c.name, len(i.columns)))
			at = 1 << 30
		}
		if report && at < len(i.columns) {
			b.refer(child, Reference{Kind: ToColumn, Type: i.columns[at].Type, Definition: child})
		}
		at++
	}
	for clause := range c.node.Children() {
		if !report {
			break // the recursive part does not see them
		}
		added := func(t string, nth int) {
			k := 0
			for name := range clause.Fields(tree.FieldNew) {
				if k == nth {
					i.columns = append(slices.Clip(i.columns), Column{Name: name.Name(), Type: t, Node: name})
				}
				k++
			}
		}
		switch clause.Kind() {
		case tree.SearchClause:
			if clause.Has(lex.KwBreadth) {
				added("record", 0)
			} else {
				added("record[]", 0)
			}
		case tree.CycleClause:
			mark := "boolean"
			for value := range clause.Children() {
				if value.Kind() == tree.Literal || value.Kind() == tree.TypedLiteral {
					mark = knownType(b.expression(value, &scope{}))
				}
			}
			added(mark, 0)
			added("record[]", 1)
		}
	}
	if i.open {
		i.columns = append(slices.Clip(i.columns), Column{open: true})
	}
	return i.columns
}

// setOperationOf gives the set operation that a query is, or a Node that does
// not exist.
func setOperationOf(query tree.Node) tree.Node {
	for query.Kind() == tree.SelectStmt {
		if query.Child(tree.SetOperation).Exists() {
			return query.Child(tree.SetOperation)
		}
		query = query.Child(tree.SelectStmt)
	}
	return tree.Node{}
}

// settled gives bare literals the type text.
func (b *binder) settled(columns []Column) []Column {
	out := columns
	for i, c := range columns {
		if c.Type == unknown {
			if &out[0] == &columns[0] {
				out = slices.Clone(columns)
			}
			out[i].Type = "text"
		}
	}
	return out
}

func openColumns(columns []Column) bool {
	return slices.ContainsFunc(columns, func(c Column) bool { return c.open })
}

func withoutOpen(columns []Column) []Column {
	if !openColumns(columns) {
		return columns
	}
	return slices.DeleteFunc(slices.Clone(columns), func(c Column) bool { return c.open && c.Name == "" })
}

func (b *binder) simpleTable(n tree.Node, s *scope) []Column {
	i := b.rangeVar(n.Child(tree.RangeVar), s)
	s.items = append(s.items, visible{item: i, named: true, columns: true})
	if i.open {
		return append([]Column{{open: true}}, i.columns...)
	}
	return i.columns
}

func (b *binder) values(n tree.Node, s *scope, to target) []Column {
	b.within(n, s)
	type value struct {
		node tree.Node
		kind string
	}
	var rows [][]value
	for row := range n.Children() {
		if row.Kind() != tree.ValuesRow {
			continue
		}
		const first = 100 // rows that tell the types of all
		if span := row.Span(); b.near != nil && len(rows) >= first && (span.End < b.near.Start || b.near.End < span.Start) {
			continue
		}
		var items []value
		for child := range row.Children() {
			if isStar(child) {
				for _, c := range b.star(child, s) {
					items = append(items, value{kind: c.Type})
				}
				continue
			}
			t := b.expression(child, s)
			if len(items) < len(to) {
				b.coerce(child, to[len(items)].Type)
				if t == unknown || t == "" {
					b.wanted[child] = to[len(items)].Type
				}
			}
			items = append(items, value{child, b.types[child]})
		}
		rows = append(rows, items)
	}
	if len(rows) == 0 {
		return nil
	}
	columns := make([]Column, len(rows[0]))
	for at := range columns {
		var all []tree.Node
		var types []string
		for _, row := range rows {
			if at < len(row) {
				all = append(all, row[at].node)
				types = append(types, row[at].kind)
			}
		}
		t := types[0]
		if len(to) == 0 {
			if len(rows) > 1 {
				t = b.agree(n, all, types, "VALUES")
			} else if t == unknown {
				b.coerce(all[0], "text")
			}
		}
		columns[at] = Column{Name: "column" + strconv.Itoa(at+1), Type: t}
	}
	return columns
}

// setOperation binds UNION, INTERSECT and EXCEPT.
func (b *binder) setOperation(n tree.Node, s *scope, to target) []Column {
	var parts [][]Column
	var operands []tree.Node
	for child := range n.Children() {
		if child.Kind() == tree.Missing || child.Kind() == tree.Error {
			continue
		}
		var columns []Column
		inner := &scope{parent: s.parent, ctes: s.ctes, variables: s.variables, label: s.label}
		switch child.Kind() {
		case tree.SelectStmt:
			columns = b.selectInto(child, inner.inner(), nil)
		case tree.SetOperation:
			columns = b.setOperation(child, inner, nil)
		default:
			b.within(child, inner)
			columns = b.query(child, inner)
		}
		parts = append(parts, columns)
		operands = append(operands, child)
		if c := b.recursive[n]; len(parts) == 1 && c != nil {
			c.columns = b.cteColumns(c, columns, false)
		}
	}
	if len(parts) < 2 {
		return slices.Concat(parts...)
	}
	left, right := parts[0], parts[1]
	if openColumns(left) || openColumns(right) {
		out := slices.Clone(left)
		for i := range out {
			out[i].Type = ""
		}
		if !openColumns(out) {
			return out
		}
		return append(out, Column{open: true})
	}
	if len(left) != len(right) {
		if !broken(n) {
			b.problem("42601", operands[1], fmt.Sprintf("each %s query must have the same number of columns", setWord(n)))
		}
		return left
	}
	out := make([]Column, len(left))
	for i := range left {
		t, mismatch := b.common([]string{left[i].Type, right[i].Type})
		if left[i].Type == unknown && right[i].Type == unknown {
			t = "text"
		}
		if mismatch {
			b.problem("42804", operands[1], fmt.Sprintf("%s types %s and %s cannot be matched", setWord(n), bare(left[i].Type), bare(right[i].Type)))
		}
		for _, part := range parts[:2] {
			if part[i].Type == unknown {
				b.coerce(part[i].Node.Field(tree.FieldValue), t)
			}
		}
		out[i] = Column{Name: left[i].Name, Type: t, NotNull: left[i].NotNull && right[i].NotNull, Node: left[i].Node}
	}
	return out
}

func setWord(n tree.Node) string {
	switch {
	case n.Has(lex.KwIntersect):
		return "INTERSECT"
	case n.Has(lex.KwExcept):
		return "EXCEPT"
	}
	return "UNION"
}

func (b *binder) simpleSelect(n tree.Node, s *scope, to target) []Column {
	b.within(n, s)
	if w := n.Child(tree.WindowClause); w.Exists() {
		for definition := range w.Children() {
			if definition.Kind() == tree.WindowDefinition {
				s.windows = append(s.windows, definition)
			}
		}
	}
	if from := n.Child(tree.FromClause); from.Exists() {
		b.from(from, s)
	}
	if into := n.Child(tree.PLInto); into.Exists() {
		b.plTargets(into, s)
	}
	columns := b.targets(n, s, to)
	s.outputs = columns
	if where := n.Child(tree.WhereClause); where.Exists() {
		for condition := range where.Children() {
			b.condition(condition, s)
		}
	}
	if having := n.Child(tree.HavingClause); having.Exists() {
		for condition := range having.Children() {
			b.condition(condition, s)
		}
	}
	if group := n.Child(tree.GroupClause); group.Exists() {
		b.within(group, s)
		for child := range group.Children() {
			b.groupItem(child, s)
		}
	}
	if distinct := n.Child(tree.DistinctClause); distinct.Exists() {
		for child := range distinct.Children() {
			b.sortItem(child, s, true)
		}
	}
	for _, definition := range s.windows {
		if definition.Parent().Parent() == n {
			b.refer(definition.Field(tree.FieldName), Reference{Kind: ToWindow, Definition: definition.Field(tree.FieldName)})
			b.windowDef(definition.Child(tree.WindowDef), s)
		}
	}
	return columns
}

func (b *binder) groupItem(n tree.Node, s *scope) {
	switch n.Kind() {
	case tree.GroupingSet:
		for child := range n.Children() {
			b.groupItem(child, s)
		}
	case tree.EmptyGroupingSet:
	case tree.ImplicitRow, tree.ParenExpr:
		for child := range n.Children() {
			b.groupItem(child, s)
		}
	default:
		b.sortItem(n, s, false)
	}
}

// targets binds the items of a SELECT or RETURNING list and gives its columns.
func (b *binder) targets(n tree.Node, s *scope, to target) []Column {
	var columns []Column
	for child := range n.Children() {
		if child.Kind() != tree.ResTarget {
			continue
		}
		if len(columns) > maxColumns {
			columns = columns[:maxColumns]
		}
		value := child.Field(tree.FieldValue)
		switch {
		case !value.Exists():
			if child.Text() == "*" {
				columns = append(columns, b.all(child, s)...)
			}
		case isStar(value):
			columns = append(columns, b.star(value, s)...)
		default:
			t := b.expression(value, s)
			if at := len(columns); at < len(to) && !openColumns(columns) {
				b.coerce(value, to[at].Type)
			}
			c := Column{Type: t, Node: child, NotNull: b.notNull(value)}
			c.Name = b.outputName(value)
			if r := b.references[b.unchanged(value)]; r.Kind == ToColumn {
				c.Relation, c.Source = r.Relation, r.Column
			}
			if t == "record" {
				c.fields = b.recordColumns(value)
			}
			if r := b.references[unparenthesised(value)]; r.Kind == ToItem {
				c.Relation = r.Relation
			}
			if label := child.Field(tree.FieldName); label.Exists() {
				c.Name = label.Name()
				if names := label.Names(); len(names) == 0 {
					c.Name = lex.Identifier(label.Text())
				}
				b.refer(label, Reference{Kind: ToOutput, Relation: c.Relation, Column: c.Source, Type: t, Definition: child})
			}
			columns = append(columns, c)
		}
	}
	return columns[:min(len(columns), maxColumns)]
}

// maxColumns is how many columns a query can give (MaxTupleAttributeNumber of
// src/include/access/htup_details.h).
const maxColumns = 1664

// unchanged gives the value within parentheses and casts to the type that it has.
func (b *binder) unchanged(n tree.Node) tree.Node {
	for {
		inner := unparenthesised(n)
		if inner.Kind() == tree.TypeCast || inner.Kind() == tree.CastExpr {
			for child := range inner.Children() {
				if child.Kind() != tree.TypeName && b.types[child] == b.types[inner] && child.Kind() != tree.Literal {
					inner = child
				}
				break
			}
		}
		if inner == n {
			return n
		}
		n = inner
	}
}

func unparenthesised(n tree.Node) tree.Node {
	for n.Kind() == tree.ParenExpr {
		next := tree.Node{}
		for child := range n.Children() {
			next = child
			break
		}
		n = next
	}
	return n
}

// notNull reports whether an expression cannot be null, as far as it is told by
// what it is.
func (b *binder) notNull(n tree.Node) bool {
	switch n.Kind() {
	case tree.ColumnRef:
		r := b.references[n]
		return r.Kind == ToColumn && b.full[n]
	case tree.Literal:
		return !n.Has(lex.KwNull)
	case tree.ParenExpr:
		return b.notNull(unparenthesised(n))
	case tree.ExistsExpr, tree.RowExpr, tree.ImplicitRow, tree.ArraySubquery, tree.ArrayExpr, tree.SQLValueFunction, tree.IsExpr:
		return true
	case tree.TypeCast, tree.CastExpr:
		for child := range n.Children() {
			return b.notNull(child)
		}
	case tree.FuncExpr:
		if specialName(n) == "coalesce" {
			for child := range n.Children() {
				if b.notNull(child) {
					return true
				}
			}
		}
	case tree.FuncCall:
		f := b.references[n.Child(tree.FunctionName)].Function
		return f != nil && f.Schema == "pg_catalog" && (f.Name == "count" || f.Name == "now" || f.Name == "row_number" || f.Name == "rank" || f.Name == "dense_rank")
	}
	return false
}

// all gives the columns of a lone star.
func (b *binder) all(n tree.Node, s *scope) []Column {
	var columns []Column
	open := false
	some := false
	for _, v := range s.items {
		if v.columns {
			some = true
			columns = append(columns, v.item.columns...)
			open = open || v.item.open
		}
	}
	b.refer(n, Reference{Kind: ToStar, Columns: columns})
	if !some && !broken(n.Parent()) && !n.Parent().Child(tree.FromClause).Exists() && n.Parent().Kind() == tree.SimpleSelect {
		b.problem("42601", n, "SELECT * with no tables specified is not valid")
	}
	if open {
		columns = append([]Column{{open: true}}, columns...)
	}
	return columns
}

// outputName gives the name of an output column without a label.
func (b *binder) outputName(value tree.Node) string {
	name, strength := figureName(value)
	// A bare true or false was a cast before PostgreSQL 15.
	if v := b.catalog.ServerVersion(); strength == boolStrength && v > 0 && v < 150000 {
		return "bool"
	}
	return cmp.Or(name, "?column?")
}

// boolStrength marks a bare true or false.
const boolStrength = -1

// figureName gives the name that the server gives an output column, and how sure
// it is of it: FigureColnameInternal of src/backend/parser/parse_target.c.
func figureName(n tree.Node) (name string, strength int) {
	switch n.Kind() {
	case tree.ColumnRef:
		names := n.Names()
		for i := len(names) - 1; i >= 0; i-- {
			if names[i].Text != "*" {
				return names[i].Text, 2
			}
		}
	case tree.Indirection:
		var last, first tree.Node
		for child := range n.Children() {
			if !first.Exists() {
				first = child
			}
			if child.Kind() == tree.FieldSelection && child.Child(tree.AttributeName).Exists() {
				last = child
			}
		}
		if last.Exists() {
			name := last.Child(tree.AttributeName)
			if names := name.Names(); len(names) > 0 {
				return names[0].Text, 2
			}
			return lex.Identifier(name.Text()), 2
		}
		return figureName(first)
	case tree.FuncCall:
		names := n.Child(tree.FunctionName).Names()
		if len(names) > 0 {
			return names[len(names)-1].Text, 2
		}
		return lex.Identifier(n.Child(tree.FunctionName).Text()), 2
	case tree.FuncExpr:
		if n.Has(lex.KwTreat) {
			break
		}
		return specialName(n), 2
	case tree.SQLValueFunction, tree.JsonExpr, tree.JsonAggregate:
		for t := range n.Own() {
			return lex.Identifier(t.Text(n.Tree().Source())), 2
		}
	case tree.XmlExpr:
		for t := range n.Own() {
			return lex.Identifier(t.Text(n.Tree().Source())), 2
		}
	case tree.TypeCast, tree.CastExpr:
		var argument tree.Node
		for child := range n.Children() {
			if child.Kind() != tree.TypeName && !argument.Exists() {
				argument = child
			}
		}
		if name, strength := figureName(argument); strength > 1 {
			return name, strength
		}
		return internalName(n.Child(tree.TypeName).Tokens(), n.Tree().Source()), 1
	case tree.TypedLiteral:
		tokens := n.Tokens()
		for i, t := range tokens {
			if isString(t) {
				return internalName(tokens[:i], n.Tree().Source()), 1
			}
		}
	case tree.ParenExpr:
		return figureName(unparenthesised(n))
	case tree.CollateClause:
		for child := range n.Children() {
			return figureName(child)
		}
	case tree.CaseExpr:
		if e := n.Field(tree.FieldElse); e.Exists() {
			if name, strength := figureName(e); strength > 1 {
				return name, strength
			}
		}
		return "case", 1
	case tree.ArrayExpr, tree.ArraySubquery:
		return "array", 2
	case tree.ExistsExpr:
		return "exists", 2
	case tree.GroupingFunc:
		return "grouping", 2
	case tree.RowExpr, tree.ImplicitRow:
		return "row", 2
	case tree.AtTimeZone:
		return "timezone", 2
	case tree.OverlapsExpr:
		return "overlaps", 2
	case tree.IsExpr:
		for t := range n.Own() {
			if t.Keyword == lex.KwNormalized && !n.Has(lex.KwNot) {
				return "is_normalized", 2
			}
		}
	case tree.SubLink:
		return firstName(n.Child(tree.SelectStmt))
	case tree.NamedArgExpr:
		return figureName(n.Field(tree.FieldValue))
	case tree.Literal:
		if n.Has(lex.KwTrue) || n.Has(lex.KwFalse) {
			return "", boolStrength
		}
	}
	return "", 0
}

// firstName gives the name of the first column of a query in an expression.
func firstName(query tree.Node) (string, int) {
	for query.Kind() == tree.SelectStmt || query.Kind() == tree.SetOperation {
		next := tree.Node{}
		for child := range query.Children() {
			switch child.Kind() {
			case tree.SimpleSelect, tree.SetOperation, tree.SelectStmt, tree.ValuesClause:
				if !next.Exists() {
					next = child
				}
			}
		}
		query = next
	}
	switch query.Kind() {
	case tree.ValuesClause:
		return "column1", 2
	case tree.SimpleSelect:
		first := query.Child(tree.ResTarget)
		if label := first.Field(tree.FieldName); label.Exists() {
			return label.Name(), 2
		}
		return figureName(first.Field(tree.FieldValue))
	}
	return "", 0
}

// internalName gives the name that a type has in pg_type, which a cast gives its
// column: int4 for integer.
func internalName(tokens []lex.Token, source string) string {
	last := ""
	depth := 0
	words := ""
	for _, t := range tokens {
		switch {
		case t.Kind == lex.LParen || t.Kind == lex.LBracket:
			depth++
		case t.Kind == lex.RParen || t.Kind == lex.RBracket:
			depth--
		case depth > 0 || t.Trivia() || t.Keyword == lex.KwSetof || t.Keyword == lex.KwArray:
		case t.Kind == lex.Dot:
			words = ""
		case t.Name():
			last = lex.Identifier(t.Text(source))
			if t.Kind != lex.Ident {
				return last // "char" is no char
			}
			if words != "" {
				words += " "
			}
			words += last
		}
	}
	switch words {
	case "int", "integer":
		return "int4"
	case "smallint":
		return "int2"
	case "bigint":
		return "int8"
	case "real":
		return "float4"
	case "float", "double precision":
		return "float8"
	case "decimal", "dec":
		return "numeric"
	case "boolean":
		return "bool"
	case "character", "char", "nchar", "national character", "national char":
		return "bpchar"
	case "character varying", "char varying", "national character varying", "national char varying", "nchar varying", "varchar":
		return "varchar"
	case "bit varying":
		return "varbit"
	case "timestamp with time zone":
		return "timestamptz"
	case "timestamp without time zone":
		return "timestamp"
	case "time with time zone":
		return "timetz"
	case "time without time zone":
		return "time"
	}
	if strings.HasPrefix(words, "interval ") {
		return "interval"
	}
	return last
}
