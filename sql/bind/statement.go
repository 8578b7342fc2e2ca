package bind

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// statement binds a statement of any kind.
func (b *binder) statement(n tree.Node, s *scope) {
	b.within(n, s)
	switch n.Kind() {
	case tree.SelectStmt, tree.InsertStmt, tree.UpdateStmt, tree.DeleteStmt, tree.MergeStmt:
		b.columns = b.output(b.query(n, s.inner()))
	case tree.ExplainStmt:
		for child := range n.Children() {
			if child.Kind() != tree.DefElem {
				b.nested(child, s)
			}
		}
		b.columns = []Column{{Name: "QUERY PLAN", Type: "text"}}
	case tree.DeclareCursorStmt, tree.CreateTableAsStmt, tree.ViewStmt:
		b.newNames(n)
		b.query(n.Field(tree.FieldQuery), s.inner())
	case tree.PrepareStmt:
		number := 0
		for child := range n.Children() {
			if child.Kind() == tree.TypeName {
				number++
				if t := bare(b.typeName(child)); t != "" && t != unknown {
					b.parameters[number] = t
				}
			}
		}
		b.query(n.Field(tree.FieldQuery), s.inner())
	case tree.CopyStmt:
		b.copy(n, s)
	case tree.CreateStmt, tree.CreateForeignTableStmt:
		b.createTable(n, s)
	case tree.AlterTableStmt:
		b.alterTable(n, s)
	case tree.IndexStmt, tree.CreatePolicyStmt, tree.AlterPolicyStmt, tree.CreateStatsStmt, tree.CreateTrigStmt, tree.RuleStmt:
		b.onRelation(n, s)
	case tree.CreateFunctionStmt, tree.DoStmt:
		b.routine(n, s)
	case tree.CallStmt:
		b.expressions(n, s)
	case tree.CommentStmt:
		b.comment(n, s)
	default:
		b.others(n, s)
	}
}

// nested binds a statement within another.
func (b *binder) nested(n tree.Node, s *scope) {
	columns := b.columns
	b.statement(n, s)
	b.columns = columns
}

// output gives the columns as a client is told them.
func (b *binder) output(columns []Column) []Column {
	columns = b.settled(columns)
	out := make([]Column, len(columns))
	for i, c := range columns {
		c.Type = display(c.Type)
		out[i] = c
	}
	return out
}

// newNames leaves out what a statement only names anew; it is there so that the
// other names of a statement are looked up.
func (b *binder) newNames(n tree.Node) {
	for child := range n.Children() {
		if child.Kind() == tree.RangeVar && child.Label() != tree.FieldNew {
			b.refer(child, Reference{Kind: ToRelation, Relation: b.relation(child)})
		}
	}
}

func (b *binder) copy(n tree.Node, s *scope) {
	if query := n.Field(tree.FieldQuery); query.Exists() {
		b.query(query, s.inner())
		return
	}
	i := b.changed(n, s)
	inner := s.inner()
	inner.items = []visible{{item: i, named: true, columns: true}}
	b.within(n, inner)
	for child := range n.Children() {
		switch child.Kind() {
		case tree.ColumnName:
			b.targetColumn(child, child, i, inner)
		case tree.WhereClause:
			for condition := range child.Children() {
				b.condition(condition, inner)
			}
		}
	}
}

// others binds the relations, types and expressions of statements that have no
// scope of their own.
func (b *binder) others(n tree.Node, s *scope) {
	missingOK := n.Has(lex.KwIf)
	for inner := range n.Within() {
		switch inner.Kind() {
		case tree.RangeVar:
			if inner.Label() == tree.FieldNew {
				continue
			}
			b.lookUp(inner, missingOK)
		case tree.ViewName, tree.MaterializedViewName, tree.SequenceName, tree.ForeignTableName:
			if inner.Label() != tree.FieldNew {
				b.lookUp(inner, missingOK)
			}
		}
	}
	for child := range n.Children() {
		if child.Kind() == tree.FuncCall || child.Kind() == tree.SelectStmt {
			b.expression(child, s)
		}
	}
}

// lookUp notes the relation that a name means.
func (b *binder) lookUp(n tree.Node, missingOK bool) *schema.Relation {
	before := len(b.problems)
	r := b.relation(n)
	if missingOK || n.Kind() != tree.RangeVar {
		b.problems = b.problems[:before] // composite types and indexes are no relations of the catalog
	}
	if r != nil {
		b.refer(n, Reference{Kind: ToRelation, Relation: r, Columns: columnsOf(r)})
	}
	return r
}

func (b *binder) comment(n tree.Node, s *scope) {
	for child := range n.Children() {
		switch child.Kind() {
		case tree.RangeVar, tree.ViewName, tree.MaterializedViewName, tree.SequenceName, tree.ForeignTableName:
			b.lookUp(child, true)
		case tree.ColumnRef:
			names := child.Names()
			if len(names) < 2 {
				continue
			}
			var r *schema.Relation
			if len(names) == 2 {
				r = b.catalog.Resolve(names[0].Text)
			} else {
				r = b.catalog.Relation(names[len(names)-3].Text, names[len(names)-2].Text)
			}
			if r != nil {
				if c := r.Column(names[len(names)-1].Text); c != nil {
					b.refer(child, Reference{Kind: ToColumn, Relation: r, Column: c, Type: c.Type})
				}
			}
		}
	}
}

// createTable binds the types, defaults and constraints of a new table, which see
// its columns.
func (b *binder) createTable(n tree.Node, s *scope) {
	i := &item{name: n.Field(tree.FieldNew).Name(), open: true}
	for inner := range n.Within() {
		switch inner.Kind() {
		case tree.ColumnDef:
			name := inner.Field(tree.FieldName)
			i.columns = append(i.columns, Column{Name: name.Name(), Type: b.typeName(inner.Child(tree.TypeName)), Node: name})
			b.refer(name, Reference{Kind: ToColumn, Type: i.columns[len(i.columns)-1].Type, Definition: name})
		case tree.RangeVar:
			if inner.Label() == tree.FieldNew {
				continue
			}
			if r := b.ownOr(inner, i); r != nil {
				if inner.Parent().Kind() != tree.References {
					i.columns = append(i.columns, columnsOf(r)...)
				}
			}
		}
	}
	inner := s.inner()
	inner.items = []visible{{item: i, named: true, columns: true}}
	b.within(n, inner)
	b.constraints(n, inner)
}

// ownOr looks up a relation that may be the new one itself.
func (b *binder) ownOr(n tree.Node, i *item) *schema.Relation {
	names := n.Names()
	if len(names) > 0 && names[len(names)-1].Text == i.name {
		return nil
	}
	r := b.relation(n)
	if r != nil {
		b.refer(n, Reference{Kind: ToRelation, Relation: r, Columns: columnsOf(r)})
	}
	return r
}

// constraints binds the expressions and column names within the definition of a
// table; those of REFERENCES are the other table's.
func (b *binder) constraints(n tree.Node, s *scope) {
	for child := range n.Children() {
		switch child.Kind() {
		case tree.CheckConstraint, tree.GeneratedConstraint, tree.DefaultConstraint, tree.ColumnDefault, tree.SetExpression:
			b.expressions(child, s)
		case tree.ColumnDef, tree.ColumnOptions:
			b.constraints(child, s)
		case tree.References:
			r := b.references[child.Child(tree.RangeVar)].Relation
			if r == nil {
				continue
			}
			other := b.relationScope(r, s)
			b.within(child, other)
			for name := range child.All(tree.ColumnName) {
				b.columnName(name, other)
			}
		case tree.TypeName, tree.RangeVar, tree.AlterColumnType:
		case tree.ColumnName:
			if child.Label() != tree.FieldName {
				b.possibly(child, s)
			}
		default:
			b.constraints(child, s)
		}
	}
}

// possibly notes what a column name means where that is known.
func (b *binder) possibly(n tree.Node, s *scope) {
	if f := s.ownColumn(n.Name()); f.count > 0 {
		b.referColumn(n, f)
	}
}

func (b *binder) alterTable(n tree.Node, s *scope) {
	first := true
	var r *schema.Relation
	missingOK := n.Has(lex.KwIf)
	for inner := range n.Within() {
		switch inner.Kind() {
		case tree.RangeVar, tree.ViewName, tree.MaterializedViewName, tree.ForeignTableName:
			if inner.Label() == tree.FieldNew {
				continue
			}
			found := b.lookUp(inner, missingOK)
			if first {
				r, first = found, false
			}
		case tree.TypeName:
			b.typeName(inner)
		}
	}
	inner := s.inner()
	i := b.relationItem(r, tree.Node{})
	i.open = true
	for def := range n.All(tree.ColumnDef) {
		i.columns = append(i.columns, Column{Name: def.Field(tree.FieldName).Name(), Type: b.references[def.Child(tree.TypeName)].Type, Node: def.Field(tree.FieldName)})
	}
	inner.items = []visible{{item: i, named: true, columns: true}}
	b.within(n, inner)
	for alter := range n.All(tree.AlterColumnType) {
		if using := alter.Field(tree.FieldUsing); using.Exists() {
			b.expression(using, inner)
		}
	}
	b.constraints(n, inner)
}

// onRelation binds what is said over the columns of one relation: indexes,
// policies, triggers and rules.
func (b *binder) onRelation(n tree.Node, s *scope) {
	var r *schema.Relation
	for child := range n.Children() {
		if child.Kind() == tree.RangeVar && child.Label() != tree.FieldNew && child.Label() != tree.FieldFrom {
			r = b.lookUp(child, false)
			break
		}
	}
	inner := b.relationScope(r, s)
	if n.Kind() == tree.RuleStmt || n.Kind() == tree.CreateTrigStmt {
		inner = s.inner()
		for _, name := range []string{"old", "new"} {
			row := b.relationItem(r, tree.Node{})
			row.name, row.schema = name, ""
			inner.items = append(inner.items, visible{item: row, named: true})
		}
	}
	b.within(n, inner)
	onTarget := b.relationScope(r, s)
	for child := range n.Children() {
		switch child.Kind() {
		case tree.RangeVar, tree.TypeName, tree.RoleName:
		case tree.IndexElem:
			b.indexElem(child, inner)
		case tree.ColumnName:
			b.columnName(child, onTarget)
		case tree.WhereClause:
			for condition := range child.Children() {
				b.condition(condition, inner)
			}
		case tree.SelectStmt, tree.InsertStmt, tree.UpdateStmt, tree.DeleteStmt:
			b.query(child, inner.inner())
		case tree.FunctionName:
			b.triggerFunction(child)
		default:
			switch child.Label() {
			case tree.FieldUsing, tree.FieldCheck, tree.FieldWhen:
				b.condition(child, inner)
				continue
			}
			for name := range child.All(tree.ColumnName) {
				b.columnName(name, onTarget)
			}
		}
	}
}

// triggerFunction notes which function a trigger calls: it takes no arguments.
func (b *binder) triggerFunction(n tree.Node) {
	for _, f := range b.overloads(n.Names()) {
		if len(f.InputTypes()) == 0 {
			b.refer(n, Reference{Kind: ToFunction, Function: f, Type: f.Result})
			return
		}
	}
}

// routine binds the types of a function's arguments, their defaults, and a body
// that is SQL itself. Those in literals are bound by Body.
func (b *binder) routine(n tree.Node, s *scope) {
	inner := s.inner()
	inner.variables, inner.label = b.declared(n)
	b.within(n, inner)
	for child := range n.Children() {
		switch child.Kind() {
		case tree.FunctionParameter:
			if value := child.Field(tree.FieldDefault); value.Exists() {
				b.expression(value, s)
				b.coerce(value, b.types[child])
			}
		case tree.TypeName:
			b.typeName(child)
		case tree.ReturnStmt:
			b.expressions(child, inner)
		case tree.ReturnsTable, tree.AliasName, tree.FunctionName:
		default:
			for st := range child.Within() {
				switch st.Kind() {
				case tree.ReturnStmt:
					b.expressions(st, inner)
				case tree.SelectStmt, tree.InsertStmt, tree.UpdateStmt, tree.DeleteStmt, tree.MergeStmt:
					if parent := st.Parent(); parent == child || parent.Kind() == tree.RoutineBody {
						b.query(st, inner.inner())
					}
				}
			}
		}
	}
}

// declared gives the arguments of a CREATE FUNCTION as variables.
func (b *binder) declared(n tree.Node) (variables []Variable, label string) {
	number := 0
	add := func(name tree.Node, t string, input bool) {
		v := Variable{Name: name.Name(), Type: t, Definition: name}
		variables = append(variables, v)
		b.refer(name, Reference{Kind: ToVariable, Type: t, Definition: name})
		if !input {
			return
		}
		number++
		if t != "" {
			b.parameters[number] = t
		}
	}
	for inner := range n.Within() {
		switch inner.Kind() {
		case tree.FunctionParameter:
			t := b.declaredType(inner)
			b.types[inner] = t
			add(inner.Field(tree.FieldName), t, !inner.Has(lex.KwOut))
		case tree.ReturnsTable:
			for column := range inner.Children() {
				add(column.Field(tree.FieldName), b.declaredType(column), false)
			}
		}
	}
	return variables, n.Field(tree.FieldNew).Name()
}

// declaredType gives the type in a declaration: a TypeName or t.c%TYPE.
func (b *binder) declaredType(n tree.Node) string {
	for child := range n.Children() {
		switch child.Kind() {
		case tree.TypeName:
			return b.typeName(child)
		case tree.FunctionType, tree.PLTypeRef:
			return b.copiedType(child)
		}
	}
	return ""
}

// copiedType gives the type of table.column%TYPE or table%ROWTYPE.
func (b *binder) copiedType(n tree.Node) string {
	text := strings.ToLower(n.Text())
	var names []string
	for _, name := range n.Names() {
		names = append(names, name.Text)
	}
	row := strings.HasSuffix(text, "rowtype")
	if len(names) > 0 && (names[len(names)-1] == "type" || names[len(names)-1] == "rowtype") {
		names = names[:len(names)-1]
	}
	if row {
		if t := b.coercionNamed(names); t != "" {
			return t
		}
		return ""
	}
	if len(names) < 2 {
		return ""
	}
	var r *schema.Relation
	if len(names) == 2 {
		r = b.catalog.Resolve(names[0])
	} else {
		r = b.catalog.Relation(names[len(names)-3], names[len(names)-2])
	}
	if r == nil {
		return ""
	}
	if c := r.Column(names[len(names)-1]); c != nil {
		b.refer(n, Reference{Kind: ToColumn, Relation: r, Column: c, Type: c.Type})
		return c.Type
	}
	return ""
}
