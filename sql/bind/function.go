package bind

import (
	"fmt"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// callName gives the name that a call gives its column.
func callName(n tree.Node) string {
	name, _ := figureName(n)
	return name
}

// isArgument reports whether a child of a FuncCall is an argument.
func isArgument(k tree.Kind) bool {
	switch k {
	case tree.FunctionName, tree.ProcedureName, tree.SortClause, tree.FilterClause, tree.OverClause, tree.WithinGroup, tree.Missing, tree.Error:
		return false
	}
	return true
}

// argument is an argument of a call.
type argument struct {
	node tree.Node // the value
	name string    // of a named one
	kind string    // its bare type
}

// arguments binds a call's arguments; those of WITHIN GROUP come last.
func (b *binder) arguments(call tree.Node, s *scope) []argument {
	var all []argument
	for child := range call.Children() {
		if !isArgument(child.Kind()) {
			continue
		}
		a := argument{node: child}
		if child.Kind() == tree.NamedArgExpr {
			a.name, a.node = child.Field(tree.FieldName).Name(), child.Field(tree.FieldValue)
		}
		a.kind = bare(b.expression(a.node, s))
		if child != a.node {
			b.types[child] = a.kind
		}
		all = append(all, a)
	}
	if within := call.Child(tree.WithinGroup); within.Exists() {
		for by := range within.All(tree.SortBy) {
			if by.Parent().Parent() != within {
				continue
			}
			for child := range by.Children() {
				if child.Kind() != tree.OperatorCall {
					all = append(all, argument{node: child, kind: bare(b.expression(child, s))})
				}
			}
		}
	}
	return all
}

// argumentTypes gives the bare types of the arguments of a call that was bound.
func (b *binder) argumentTypes(call tree.Node) []string {
	var types []string
	for child := range call.Children() {
		if isArgument(child.Kind()) {
			types = append(types, bare(b.types[child]))
		}
	}
	return types
}

// overloads gives the functions of a name as it is written.
func (b *binder) overloads(names []tree.Name) []*schema.Function {
	schemaName := ""
	if len(names) > 1 {
		schemaName = names[len(names)-2].Text
	}
	if len(names) == 0 {
		return nil
	}
	var all []*schema.Function
	for f := range b.catalog.FunctionsNamed(schemaName, names[len(names)-1].Text) {
		all = append(all, f)
	}
	return all
}

// call binds a FuncCall and gives the type of its result.
func (b *binder) call(n tree.Node, s *scope) string {
	name := n.Child(tree.FunctionName)
	if !name.Exists() {
		name = n.Child(tree.ProcedureName)
	}
	arguments := b.arguments(n, s)
	b.aroundCall(n, s)
	names := name.Names()
	if len(names) == 0 {
		return ""
	}
	types := make([]string, len(arguments))
	var named []string
	for i, a := range arguments {
		types[i] = a.kind
		if a.name != "" {
			named = append(named, a.name)
		}
	}
	variadicCall := n.Field(tree.FieldVariadic).Exists()
	overloads := b.overloads(names)
	if n.Child(tree.WithinGroup).Exists() {
		if f := b.orderedSet(overloads, types, arguments); f != nil {
			return b.called(n, name, f.function, f.parameters, types)
		}
	}
	c, how := b.choose(b.callCandidates(overloads, len(arguments), named, variadicCall), types)
	if len(arguments) == 1 && len(named) == 0 && (how == none || how != chosen || c.parameters[0] != types[0]) {
		if t := b.functionCast(names, types[0], how); t != "" {
			b.coerce(arguments[0].node, t)
			b.refer(name, Reference{Kind: ToType, Type: t})
			return t
		}
	}
	switch how {
	case chosen:
	case unsure:
		b.refer(name, Reference{Kind: ToFunction, Function: c.function})
		return b.agreed(b.callCandidates(overloads, len(arguments), named, variadicCall), types)
	default:
		if len(overloads) > 0 { // the nearest, for who asks about it
			b.refer(name, Reference{Kind: ToFunction, Function: overloads[0]})
		}
		if len(arguments) == 1 && b.isField(arguments[0], names) {
			return b.fieldCall(n, arguments[0], names)
		}
		if broken(n) || b.unsureOf(types) {
			return ""
		}
		if how == ambiguous {
			b.problem("42725", name, fmt.Sprintf("function %s is not unique", callText(names, arguments)))
		} else {
			b.problem("42883", name, fmt.Sprintf("function %s does not exist", callText(names, arguments)))
		}
		return ""
	}
	for i, a := range arguments {
		b.coerce(a.node, c.parameters[i])
	}
	return b.called(n, name, c.function, c.parameters, types)
}

// called notes which function a call means and gives the type of its result.
func (b *binder) called(n, name tree.Node, f *schema.Function, parameters, types []string) string {
	result := f.Result
	if f.Kind == schema.Procedure && result == "" {
		result = "record"
	}
	t := b.concrete(result, parameters, types)
	if polymorphic(result) && t == "" {
		any, compatible, ok := b.consistent(parameters, types)
		if ok && !any.undetermined && !compatible.undetermined && !strings.HasPrefix(result, "anycompatible") && !broken(n) && !b.unsureOf(types) {
			b.problem("42804", name, "could not determine polymorphic type because input has type unknown")
		}
	}
	b.refer(name, Reference{Kind: ToFunction, Function: f, Type: t})
	if t == "anyarray" || t == "" {
		return t
	}
	return display(t)
}

// orderedSet finds an ordered-set aggregate, whose direct arguments stand before
// those of WITHIN GROUP.
func (b *binder) orderedSet(overloads []*schema.Function, types []string, arguments []argument) *candidate {
	var candidates []candidate
	for _, f := range overloads {
		if f.Aggregate == nil {
			continue
		}
		inputs := f.InputTypes()
		switch {
		case f.Aggregate.Kind == schema.HypotheticalSet:
			c := candidate{function: f}
			for range types {
				c.parameters = append(c.parameters, `"any"`)
			}
			candidates = append(candidates, c)
		case len(inputs) == len(types):
			candidates = append(candidates, candidate{function: f, parameters: inputs})
		}
	}
	c, how := b.choose(candidates, types)
	if how != chosen {
		return nil
	}
	for i, a := range arguments {
		b.coerce(a.node, c.parameters[i])
	}
	return &c
}

// functionCast gives the type that a call like text(x) casts to, "" when it is
// none.
func (b *binder) functionCast(names []tree.Name, from string, how outcome) string {
	var parts []string
	for _, n := range names {
		parts = append(parts, n.Text)
	}
	t := b.coercionNamed(parts)
	if t == "" || from == "" {
		return ""
	}
	base, source := b.baseType(t), b.baseType(from)
	switch {
	case from == unknown:
		return t
	case base == source:
		return t
	}
	if cast := b.catalog.Cast(source, base); cast != nil {
		if cast.Method == schema.WithoutFunction {
			return t
		}
		if cast.Method == schema.WithInOut && how == none {
			return t
		}
		return ""
	}
	if how == none && (b.info(base).category == 'S' || b.info(source).category == 'S') && b.info(source).kind != schema.Composite && source != "record" && b.pathway(source, base, schema.Explicit) {
		return t
	}
	return ""
}

// isField reports whether f(x) means the field f of a composite x.
func (b *binder) isField(a argument, names []tree.Name) bool {
	columns, ok := b.composite(a.kind)
	return ok && len(names) == 1 && hasColumn(columns, names[0].Text)
}

func (b *binder) fieldCall(n tree.Node, a argument, names []tree.Name) string {
	columns, _ := b.composite(a.kind)
	if r := b.references[unparenthesised(a.node)]; r.Kind == ToItem {
		columns = r.Columns
	}
	c, _ := columnIn(columns, names[0].Text)
	b.refer(n, Reference{Kind: ToColumn, Relation: c.Relation, Column: c.Source, Type: c.Type, Definition: c.Node})
	return c.Type
}

func callText(names []tree.Name, arguments []argument) string {
	var out strings.Builder
	for i, n := range names {
		if i > 0 {
			out.WriteByte('.')
		}
		out.WriteString(n.Text)
	}
	out.WriteByte('(')
	for i, a := range arguments {
		if i > 0 {
			out.WriteString(", ")
		}
		if a.name != "" {
			out.WriteString(a.name + " => ")
		}
		out.WriteString(a.kind)
	}
	out.WriteByte(')')
	return out.String()
}

// aroundCall binds what stands around the arguments of a call.
func (b *binder) aroundCall(n tree.Node, s *scope) {
	for child := range n.Children() {
		switch child.Kind() {
		case tree.SortClause:
			b.sortExpressions(child, s)
		case tree.FilterClause:
			for condition := range child.Children() {
				b.condition(condition, s)
			}
		case tree.OverClause:
			if w := child.Child(tree.WindowName); w.Exists() {
				b.window(w, s)
			}
			b.windowDef(child.Child(tree.WindowDef), s)
		}
	}
}

// window looks a window up by its name.
func (b *binder) window(n tree.Node, s *scope) {
	for in := s; in != nil; in = in.parent {
		for _, definition := range in.windows {
			if name := definition.Field(tree.FieldName); name.Name() == n.Name() {
				b.refer(n, Reference{Kind: ToWindow, Definition: name})
				return
			}
		}
		if len(in.windows) > 0 || len(in.items) > 0 {
			break
		}
	}
	if n.Name() != "" {
		b.problem("42704", n, fmt.Sprintf("window %q does not exist", n.Name()))
	}
}

func (b *binder) windowDef(n tree.Node, s *scope) {
	if base := n.Field(tree.FieldBase); base.Exists() {
		b.window(base, s)
	}
	if partition := n.Child(tree.PartitionClause); partition.Exists() {
		for child := range partition.Children() {
			b.groupItem(child, s)
		}
	}
	if order := n.Child(tree.SortClause); order.Exists() {
		b.sortExpressions(order, s)
	}
	if frame := n.Child(tree.FrameClause); frame.Exists() {
		b.expressions(frame, s)
	}
}

// sortExpressions binds ORDER BY where output columns are not meant.
func (b *binder) sortExpressions(n tree.Node, s *scope) {
	for by := range n.Children() {
		for child := range by.Children() {
			if child.Kind() != tree.OperatorCall {
				b.expression(child, s)
			}
		}
	}
}

// specialName gives the name of the function behind a syntax of its own.
func specialName(n tree.Node) string {
	first := true
	name := ""
	for t := range n.Own() {
		if first {
			name, first = strings.ToLower(t.Text(n.Tree().Source())), false
			if name != "trim" && name != "collation" && name != "substring" {
				return name
			}
			continue
		}
		switch {
		case name == "collation":
			return "pg_collation_for"
		case t.Keyword == lex.KwLeading:
			return "ltrim"
		case t.Keyword == lex.KwTrailing:
			return "rtrim"
		}
	}
	if name == "trim" {
		return "btrim"
	}
	return name
}

// special gives the type of what has a syntax of its own.
func (b *binder) special(n tree.Node, s *scope) string {
	var operands []tree.Node
	var types []string
	for child := range n.Children() {
		if child.Kind() == tree.Missing || child.Kind() == tree.Error {
			continue
		}
		t := b.expression(child, s)
		if child.Kind() == tree.NamedArgExpr {
			child = child.Field(tree.FieldValue)
		}
		types = append(types, bare(t))
		operands = append(operands, child)
	}
	name := specialName(n)
	coerceAll := func(c candidate) {
		for i, o := range operands {
			if i < len(c.parameters) {
				b.coerce(o, c.parameters[i])
			}
		}
	}
	switch name {
	case "nullif":
		if len(operands) == 2 {
			b.compare(n, "=", operands, []string{b.types[operands[0]], b.types[operands[1]]})
			if t := b.types[operands[0]]; t != unknown {
				return t
			}
			return "text"
		}
		return ""
	case "coalesce", "greatest", "least":
		return b.together(n, operands, strings.ToUpper(name))
	case "extract":
		if len(types) == 1 {
			return b.builtin("extract", []string{"text", types[0]}, func(c candidate) { b.coerce(operands[0], c.parameters[1]) })
		}
		return "numeric"
	case "position":
		if len(types) == 2 {
			return b.builtin("position", []string{types[1], types[0]}, func(c candidate) {
				b.coerce(operands[1], c.parameters[0])
				b.coerce(operands[0], c.parameters[1])
			})
		}
		return "integer"
	case "substring":
		if n.Has(lex.KwFor) && !n.Has(lex.KwFrom) && len(types) == 2 { // from 1
			return b.builtin("substring", []string{types[0], "integer", types[1]}, func(c candidate) {
				b.coerce(operands[0], c.parameters[0])
				b.coerce(operands[1], c.parameters[2])
			})
		}
		return b.builtin(name, types, coerceAll)
	case "normalize":
		return "text"
	case "pg_collation_for", "merge_action":
		return "text"
	}
	return b.builtin(name, types, coerceAll)
}

// returning gives the type of a JSON constructor's RETURNING, else its own.
func (b *binder) returning(n tree.Node, otherwise string) string {
	if t := n.Child(tree.TypeName); t.Exists() {
		return b.typeName(t)
	}
	return otherwise
}

func (b *binder) json(n tree.Node, s *scope) string {
	name := ""
	for t := range n.Own() {
		name = strings.ToLower(t.Text(n.Tree().Source()))
		break
	}
	kind := "json" // but jsonb where something in it is one
	for child := range n.Children() {
		switch child.Kind() {
		case tree.TypeName:
		case tree.SelectStmt:
			b.query(child, s.inner())
		case tree.SortClause:
			b.sortExpressions(child, s)
		case tree.FilterClause, tree.OverClause:
		case tree.JsonKeyValue, tree.JsonArgument:
			for value := range child.Children() {
				if bare(b.expression(value, s)) == "jsonb" && child.Kind() == tree.JsonKeyValue {
					kind = "jsonb"
				}
			}
		default:
			if bare(b.expression(child, s)) == "jsonb" {
				kind = "jsonb"
			}
		}
	}
	for child := range n.Children() {
		switch child.Kind() {
		case tree.FilterClause:
			for condition := range child.Children() {
				b.condition(condition, s)
			}
		case tree.OverClause:
			if w := child.Child(tree.WindowName); w.Exists() {
				b.window(w, s)
			}
			b.windowDef(child.Child(tree.WindowDef), s)
		}
	}
	switch name {
	case "json_serialize", "json_value":
		return b.returning(n, "text")
	case "json_exists":
		return "boolean"
	case "json_query":
		return b.returning(n, "jsonb")
	}
	if name == "json" || name == "json_scalar" {
		kind = "json"
	}
	return b.returning(n, kind)
}

func (b *binder) xml(n tree.Node, s *scope) string {
	name := ""
	for t := range n.Own() {
		name = strings.ToLower(t.Text(n.Tree().Source()))
		break
	}
	for child := range n.Children() {
		if child.Kind() == tree.TypeName {
			continue
		}
		if child.Kind() == tree.XmlAttribute {
			b.expressions(child, s)
			continue
		}
		b.expression(child, s)
	}
	switch name {
	case "xmlexists":
		return "boolean"
	case "xmlserialize":
		return b.returning(n, "text")
	}
	return "xml"
}
