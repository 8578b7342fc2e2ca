package bind

import (
	"fmt"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// operation binds an operator with its operands and gives the type of the result.
func (b *binder) operation(n tree.Node, s *scope) string {
	if t, ok := negative(n); ok {
		for operand := range n.Children() {
			b.types[operand] = t
		}
		return t
	}
	var operands []tree.Node
	var types []string
	schemaName, name := operatorName(n)
	for child := range n.Children() {
		if child.Kind() == tree.OperatorCall {
			continue
		}
		types = append(types, b.expression(child, s))
		operands = append(operands, child)
	}
	if name == "" || n.Kind() == tree.BinaryExpr && len(operands) != 2 || len(operands) == 0 {
		return ""
	}
	if n.Kind() == tree.UnaryExpr && name == "+" && types[0] != unknown && b.info(bare(types[0])).category == 'N' {
		return types[0]
	}
	return b.operator(n, schemaName, name, operands, types)
}

// negative gives the type of a negative number, which is a literal to the server.
func negative(n tree.Node) (string, bool) {
	if n.Kind() != tree.UnaryExpr || n.Tree().Source()[n.Span().Start] != '-' {
		return "", false
	}
	for child := range n.Children() {
		if child.Kind() != tree.Literal {
			return "", false
		}
		for t := range child.Own() {
			if t.Kind != lex.Integer && t.Kind != lex.Number {
				return "", false
			}
			return numberType("-" + t.Text(n.Tree().Source())), true
		}
	}
	return "", false
}

// operatorName gives an operator's schema, "" where none is written, and name.
func operatorName(n tree.Node) (schemaName, name string) {
	source := n.Tree().Source()
	if call := n.Child(tree.OperatorCall); call.Exists() {
		for t := range call.Own() {
			switch {
			case t.Keyword == lex.KwOperator, t.Kind == lex.LParen, t.Kind == lex.RParen, t.Kind == lex.Dot:
			case t.Name():
				schemaName = lex.Identifier(t.Text(source))
			default:
				name = t.Text(source)
			}
		}
	} else {
		for t := range n.Own() {
			name = t.Text(source)
		}
	}
	if name == "!=" {
		name = "<>"
	}
	return schemaName, name
}

// compare binds operands to an operator that is not written as one.
func (b *binder) compare(n tree.Node, name string, operands []tree.Node, types []string) string {
	return b.operator(n, "", name, operands, types)
}

func isRow(n tree.Node) bool { return n.Kind() == tree.RowExpr || n.Kind() == tree.ImplicitRow }

// operator chooses the operator for operands, notes it and gives its result
// (https://www.postgresql.org/docs/current/typeconv-oper.html).
func (b *binder) operator(n tree.Node, schemaName, name string, operands []tree.Node, types []string) string {
	if len(operands) == 2 && isRow(operands[0]) {
		switch {
		case isRow(operands[1]):
			b.rows(operands[0], operands[1])
			return "boolean"
		case operands[1].Kind() == tree.SubLink:
			return "boolean"
		}
	}
	arguments := make([]string, len(types))
	for i, t := range types {
		arguments[i] = bare(t)
	}
	candidates := b.operatorCandidates(schemaName, name, len(operands))
	c, how := b.chooseOperator(candidates, arguments)
	switch how {
	case chosen:
	case none:
		if !broken(n) && !b.unsureOf(arguments) {
			b.problem("42883", n, "operator does not exist: "+operatorText(name, arguments))
		}
		return comparison(name)
	case ambiguous:
		if !broken(n) {
			b.problem("42725", n, "operator is not unique: "+operatorText(name, arguments))
		}
		return comparison(name)
	default:
		return b.agreed(candidates, arguments)
	}
	for i, operand := range operands {
		b.coerce(operand, c.parameters[i])
	}
	// A literal beside a value wants to be of the value's own type: an enum's label, say.
	if len(operands) == 2 {
		for i, operand := range operands {
			if other := types[1-i]; other != "" && other != unknown && c.operator.Left == c.operator.Right {
				b.wanted[operand] = other
			}
		}
	}
	t := b.concrete(c.operator.Result, c.parameters, arguments)
	if _, known := b.references[n]; !known {
		b.refer(n, Reference{Kind: ToOperator, Operator: c.operator, Type: t})
	}
	return t
}

// comparison gives the result of operators that nobody makes another of.
func comparison(name string) string {
	switch name {
	case "=", "<>", "<", ">", "<=", ">=", "~~", "!~~", "~~*", "!~~*":
		return "boolean"
	}
	return ""
}

func operatorText(name string, arguments []string) string {
	if len(arguments) == 1 {
		return name + " " + arguments[0]
	}
	return fmt.Sprintf("%s %s %s", arguments[0], name, arguments[1])
}

// unsureOf reports whether a type is among them that nobody knows enough of.
func (b *binder) unsureOf(types []string) bool {
	for _, t := range types {
		if t == "" || t != unknown && !b.info(t).found {
			return true
		}
	}
	return false
}

// agreed gives the result that all fitting candidates have, "" where they differ.
func (b *binder) agreed(candidates []candidate, arguments []string) string {
	result := ""
	for _, c := range b.fitting(candidates, arguments) {
		t := b.concrete(c.result(), c.parameters, arguments)
		if result != "" && t != result {
			return ""
		}
		result = t
	}
	return result
}

func (c candidate) result() string {
	if c.operator != nil {
		return c.operator.Result
	}
	return c.function.Result
}

func (b *binder) operatorCandidates(schemaName, name string, operands int) []candidate {
	key := fmt.Sprintf("%d %s.%s", operands, schemaName, name)
	if all, ok := b.operators[key]; ok {
		return all
	}
	var all []candidate
	for o := range b.catalog.OperatorsNamed(schemaName, name) {
		if (o.Left == "") != (operands == 1) {
			continue
		}
		c := candidate{operator: o, parameters: []string{o.Left, o.Right}}
		if operands == 1 {
			c.parameters = c.parameters[1:]
		}
		all = append(all, c)
	}
	b.operators[key] = all
	return all
}

// chooseOperator is oper of src/backend/parser/parse_oper.c: an operator of just
// these types comes first, where a literal is taken for the type of the other
// operand; and one of the types that domains are made of.
func (b *binder) chooseOperator(candidates []candidate, arguments []string) (candidate, outcome) {
	exact := func(types ...string) (candidate, bool) {
		for _, c := range candidates {
			if len(c.parameters) == len(types) && c.parameters[0] == types[0] && c.parameters[len(types)-1] == types[len(types)-1] {
				return c, true
			}
		}
		return candidate{}, false
	}
	if len(arguments) == 1 {
		if c, ok := exact(arguments[0]); ok && arguments[0] != unknown {
			return c, chosen
		}
		return b.choose(candidates, arguments)
	}
	left, right := arguments[0], arguments[1]
	if left == unknown && right != "" {
		left = right
	} else if right == unknown && left != "" {
		right = left
	}
	if left != unknown {
		if c, ok := exact(left, right); ok {
			return c, chosen
		}
		if left == right {
			if base := b.baseType(left); base != left {
				if c, ok := exact(base, base); ok {
					return c, chosen
				}
			}
		}
	}
	return b.choose(candidates, arguments)
}

// coercionNamed gives the type that a function is named like, for int4('7').
func (b *binder) coercionNamed(names []string) string {
	var t *schema.Type
	var r *schema.Relation
	if len(names) == 1 {
		if t = b.catalog.ResolveType(names[0]); t == nil {
			r = b.catalog.Resolve(names[0])
		}
	} else if t = b.catalog.Type(names[len(names)-2], names[len(names)-1]); t == nil {
		r = b.catalog.Relation(names[len(names)-2], names[len(names)-1])
	}
	switch {
	case t != nil:
		return bare(schema.TypeReference{Type: t}.String())
	case r != nil && r.Kind != schema.Sequence:
		return bare(rowType(r))
	}
	return ""
}
