package bind

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// Body gives the meaning of the names in a routine's body, which is a literal of
// a statement: of a PL/pgSQL body one Statement, of one in SQL one for each of its
// statements, in the order of Body.Statements. Offsets count in the body's text.
// of is the statement that the body belongs to, a CreateFunctionStmt or a DoStmt.
func Body(body tree.Body, of tree.Node, in Scope) []*Statement {
	outer := newBinder(of.Tree(), in.Catalog)
	variables, label := outer.declared(of)
	in.Variables, in.Label = slices.Concat(in.Variables, variables), label
	if trigger := of.Field(tree.FieldReturns); trigger.Exists() {
		switch strings.ToLower(textOf(trigger)) {
		case "trigger", "pg_catalog.trigger":
			in.Variables = append(in.Variables, triggerVariables()...)
		case "event_trigger", "pg_catalog.event_trigger":
			in.Variables = append(in.Variables, Variable{Name: "tg_event", Type: "text"}, Variable{Name: "tg_tag", Type: "text"})
		}
	}
	var all []*Statement
	for _, t := range body.Statements {
		b := newBinder(t, in.Catalog)
		b.probe, b.near = in.Probe, in.Near
		for number, kind := range outer.parameters {
			b.parameters[number] = kind
		}
		if body.Language == "plpgsql" {
			s := b.outermost(in)
			s.variables = append(s.variables, Variable{Name: "found", Type: "boolean"}, Variable{Name: "sqlstate", Type: "text"}, Variable{Name: "sqlerrm", Type: "text"})
			b.pl(t.Root(), s)
		} else {
			b.statement(t.Statement(), b.outermost(in))
		}
		all = append(all, b.finish())
	}
	return all
}

// triggerVariables are what the body of a trigger function can name; which table
// it is for is not known there
// (https://www.postgresql.org/docs/current/plpgsql-trigger.html).
func triggerVariables() []Variable {
	variables := []Variable{{Name: "new"}, {Name: "old"}, {Name: "tg_nargs", Type: "integer"}, {Name: "tg_argv", Type: "text[]"}, {Name: "tg_relid", Type: "oid"}}
	for _, name := range []string{"tg_name", "tg_relname", "tg_table_name", "tg_table_schema"} {
		variables = append(variables, Variable{Name: name, Type: "name"})
	}
	for _, name := range []string{"tg_when", "tg_level", "tg_op"} {
		variables = append(variables, Variable{Name: name, Type: "text"})
	}
	return variables
}

// pl binds what stands in a node of PL/pgSQL.
func (b *binder) pl(n tree.Node, s *scope) {
	b.depth++
	defer func() { b.depth-- }()
	if b.depth > maxDepth {
		return
	}
	switch n.Kind() {
	case tree.PLBlock:
		b.plBlock(n, s)
		return
	case tree.PLLoop:
		b.plLoop(n, s)
		return
	case tree.PLExpr:
		b.plExpr(n, s)
		return
	case tree.PLPerform, tree.PLSelect:
		b.simpleSelect(n, s.inner(), nil)
		return
	case tree.PLAssign:
		t := ""
		for child := range n.Children() {
			if child.Kind() == tree.PLTarget {
				t = b.plTarget(child, s)
				continue
			}
			b.pl(child, s)
			if child.Kind() == tree.PLExpr {
				for value := range child.Children() {
					b.coerce(value, t)
					break
				}
			}
		}
		return
	case tree.PLTarget:
		b.plTarget(n, s)
		return
	case tree.PLForTarget, tree.CursorName:
		b.plName(n, s)
		return
	case tree.TypeName:
		b.typeName(n)
		return
	case tree.SelectStmt, tree.InsertStmt, tree.UpdateStmt, tree.DeleteStmt, tree.MergeStmt:
		b.query(n, s.inner())
		return
	case tree.PLExecSQL:
		for child := range n.Children() {
			if child.Kind() == tree.PLInto {
				b.plTargets(child, s)
				continue
			}
			b.nested(child, s)
		}
		return
	}
	b.within(n, s)
	for child := range n.Children() {
		b.pl(child, s)
	}
}

func (b *binder) plTargets(into tree.Node, s *scope) {
	for target := range into.Children() {
		if target.Kind() == tree.PLTarget {
			b.plTarget(target, s)
		}
	}
}

// plTarget binds what is assigned to and gives its type.
func (b *binder) plTarget(n tree.Node, s *scope) string {
	t := b.plName(n, s)
	for child := range n.Children() {
		if child.Kind() == tree.Subscript {
			b.expressions(child, s)
			t = b.subscripted(t)
		}
	}
	return t
}

func (b *binder) plName(n tree.Node, s *scope) string {
	var parts []string
	for _, name := range n.Names() {
		parts = append(parts, name.Text)
	}
	if len(parts) == 0 {
		return ""
	}
	if v, rest, ok := s.variable(parts); ok {
		return b.referVariable(n, v, rest)
	}
	return ""
}

// plExpr binds an expression, which may go on like a SELECT does.
func (b *binder) plExpr(n tree.Node, s *scope) {
	inner := s.inner()
	b.within(n, inner)
	if from := n.Child(tree.FromClause); from.Exists() {
		b.from(from, inner)
	}
	for child := range n.Children() {
		switch child.Kind() {
		case tree.FromClause:
		case tree.WhereClause, tree.HavingClause:
			for condition := range child.Children() {
				b.condition(condition, inner)
			}
		case tree.GroupClause:
			for item := range child.Children() {
				b.groupItem(item, inner)
			}
		case tree.SortClause:
			b.sortExpressions(child, inner)
		case tree.WindowClause, tree.LimitClause, tree.OffsetClause, tree.LockingClause:
			b.expressions(child, inner)
		default:
			b.expression(child, inner)
		}
	}
}

// plBlock binds a block with its declarations, each of which sees those before it.
func (b *binder) plBlock(n tree.Node, s *scope) {
	inner := s.inner()
	if label := n.Field(tree.FieldNew); label.Exists() {
		inner.label = label.Name()
	}
	b.within(n, inner)
	for child := range n.Children() {
		if child.Kind() == tree.PLDeclaration {
			b.plDeclaration(child, inner)
		} else {
			b.pl(child, inner)
		}
	}
}

func (b *binder) plDeclaration(n tree.Node, s *scope) {
	before := &scope{parent: s.parent, variables: slices.Clone(s.variables), label: s.label}
	b.within(n, before)
	name := n.Field(tree.FieldNew)
	v := Variable{Name: name.Name(), Definition: name, Type: b.declaredType(n)}
	if query := n.Field(tree.FieldQuery); query.Exists() {
		v.Type = "refcursor"
		arguments := before.inner()
		for a := range n.Children() {
			if a.Kind() == tree.PLCursorArgument {
				arguments.variables = append(arguments.variables, Variable{Name: a.Field(tree.FieldNew).Name(), Type: b.declaredType(a), Definition: a.Field(tree.FieldNew)})
			}
		}
		v.row = b.settled(b.query(query, arguments.inner()))
	} else if value := n.Field(tree.FieldDefault); value.Exists() {
		b.plExpr(value, before)
		for e := range value.Children() {
			b.coerce(e, v.Type)
			break
		}
	}
	if v.Type == "" { // ALIAS FOR
		for other := range n.Children() {
			if other.Kind() == tree.PLVariable && other != name {
				if of, _, ok := before.variable([]string{other.Name()}); ok {
					v.Type = of.Type
				}
			}
		}
	}
	if reference := n.Child(tree.PLTypeRef); reference.Exists() && v.Type == "" {
		if of, rest, ok := before.variable(withoutType(reference)); ok && len(rest) == 0 {
			v.Type = of.Type // variable%TYPE
		}
	}
	if reference := n.Child(tree.PLTypeRef); reference.Exists() && arrayBounds(n) {
		v.Type = arrayOf(v.Type)
	}
	b.refer(name, Reference{Kind: ToVariable, Type: v.Type, Definition: name})
	s.variables = append(s.variables, v)
}

func withoutType(n tree.Node) []string {
	var parts []string
	for _, name := range n.Names() {
		parts = append(parts, name.Text)
	}
	if len(parts) > 1 {
		parts = parts[:len(parts)-1]
	}
	return parts
}

func arrayBounds(n tree.Node) bool {
	for t := range n.Own() {
		if t.Kind == lex.LBracket || t.Keyword == lex.KwArray {
			return true
		}
	}
	return false
}

// plLoop binds a loop, whose FOR may make a variable of its own.
func (b *binder) plLoop(n tree.Node, s *scope) {
	inner := s.inner()
	if label := n.Field(tree.FieldNew); label.Exists() {
		inner.label = label.Name()
	}
	b.within(n, inner)
	for child := range n.Children() {
		switch child.Kind() {
		case tree.PLForInteger:
			name := child.Field(tree.FieldNew)
			for bound := range child.Children() {
				if bound != name {
					b.pl(bound, s)
				}
			}
			inner.variables = append(inner.variables, Variable{Name: name.Name(), Type: "integer", Definition: name})
			b.refer(name, Reference{Kind: ToVariable, Type: "integer", Definition: name})
		case tree.PLForQuery:
			columns := b.settled(b.query(child.Field(tree.FieldQuery), s.inner()))
			b.loopRow(child, columns, inner)
		case tree.PLForCursor:
			var columns []Column
			if v, _, ok := s.variable([]string{child.Child(tree.CursorName).Name()}); ok {
				columns = v.row
				b.plName(child.Child(tree.CursorName), s)
			}
			if target := child.Child(tree.PLForTarget); target.Exists() {
				// The loop's record is a new one, whatever else has its name.
				inner.variables = append(inner.variables, Variable{Name: target.Name(), Type: "record", Definition: target, row: columns})
				b.refer(target, Reference{Kind: ToVariable, Type: "record", Definition: target, Columns: columns})
			}
		default:
			b.pl(child, inner)
		}
	}
}

// loopRow gives the record that a FOR goes over with the columns of its query for
// the statements of the loop.
func (b *binder) loopRow(n tree.Node, columns []Column, s *scope) {
	for target := range n.Children() {
		if target.Kind() != tree.PLForTarget {
			continue
		}
		t := b.plName(target, s)
		v, rest, ok := s.variable([]string{target.Name()})
		if ok && len(rest) == 0 && (t == "record" || t == "") {
			v.row = columns
			s.variables = append(s.variables, v)
		}
	}
}

// rowOf gives the columns of a record as far as they are known.
func (b *binder) rowOf(v Variable) ([]Column, bool) {
	if v.row != nil {
		return v.row, true
	}
	return b.composite(v.Type)
}
