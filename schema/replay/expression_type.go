package replay

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// typeOf gives the type of an expression, "" where it cannot be told.
func (sc *scope) typeOf(n tree.Node) string {
	switch n.Kind() {
	case tree.ColumnRef:
		if c := sc.column(n); c != nil {
			return c.Type
		}
		if names := n.Names(); len(names) == 1 { // a whole row
			if r := sc.session.find(schema.Name{Name: names[0].Text}); r != nil && sc.starOf(names) != nil {
				return quoted(r.QualifiedName())
			}
		}
	case tree.Literal:
		return literalType(n)
	case tree.TypeCast, tree.CastExpr:
		return sc.session.typeOf(n.Child(tree.TypeName))
	case tree.TypedLiteral:
		text := textOf(n)
		if at := strings.LastIndexByte(strings.TrimSuffix(text, "'"), '\''); at > 0 {
			text = text[:at]
		}
		if t, found := sc.session.Catalog().TypeNamed(strings.TrimSpace(text)); found {
			return t.String()
		}
	case tree.ParenExpr, tree.CollateClause:
		for child := range n.Children() {
			return sc.typeOf(child)
		}
	case tree.AndExpr, tree.OrExpr, tree.NotExpr, tree.IsExpr, tree.BetweenExpr, tree.LikeExpr, tree.InExpr, tree.ExistsExpr,
		tree.QuantifiedExpr, tree.OverlapsExpr, tree.UniqueExpr:
		return "boolean"
	case tree.BinaryExpr, tree.UnaryExpr:
		return sc.operatorType(n)
	case tree.FuncCall:
		if f := sc.called(n); f != nil {
			return sc.result(n, f.Result)
		}
	case tree.FuncExpr:
		return sc.specialType(n)
	case tree.SQLValueFunction:
		return valueType(specialName(n))
	case tree.CaseExpr:
		var types []string
		for when := range n.Children() {
			if when.Kind() == tree.CaseWhen {
				types = append(types, sc.typeOf(when.Field(tree.FieldResult)))
			}
		}
		if other := n.Field(tree.FieldElse); other.Exists() {
			types = append(types, sc.typeOf(other))
		}
		return commonOf(types)
	case tree.ArrayExpr:
		for element := range n.Children() {
			if element.Kind() == tree.ArrayItems {
				for element = range element.Children() {
					break
				}
			}
			of := sc.typeOf(element)
			if of == unknown {
				of = "text"
			}
			if of != "" {
				return strings.TrimSuffix(of, "[]") + "[]"
			}
			return ""
		}
	case tree.SubLink, tree.ArraySubquery:
		columns := sc.query(n.Child(tree.SelectStmt))
		if len(columns) != 1 {
			return ""
		}
		if n.Kind() == tree.ArraySubquery {
			return strings.TrimSuffix(columns[0].Type, "[]") + "[]"
		}
		return columns[0].Type
	case tree.RowExpr, tree.ImplicitRow:
		return "record"
	case tree.GroupingFunc:
		return "integer"
	case tree.AtTimeZone:
		for child := range n.Children() {
			switch sc.typeOf(child) {
			case "timestamp with time zone", unknown:
				return "timestamp without time zone"
			case "timestamp without time zone":
				return "timestamp with time zone"
			}
			break
		}
	case tree.Indirection:
		return sc.indirection(n)
	}
	return ""
}

func literalType(n tree.Node) string {
	text := n.Text()
	switch {
	case strings.EqualFold(text, "true"), strings.EqualFold(text, "false"):
		return "boolean"
	case strings.EqualFold(text, "null"), strings.ContainsAny(text, "'$"):
		if text[0] == 'b' || text[0] == 'B' || text[0] == 'x' || text[0] == 'X' {
			return "bit"
		}
		return unknown
	}
	value, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 0, 64)
	switch {
	case err != nil:
		return "numeric"
	case value > 1<<31-1:
		return "bigint"
	}
	return "integer"
}

func valueType(function string) string {
	switch function {
	case "current_date":
		return "date"
	case "current_time":
		return "time with time zone"
	case "current_timestamp":
		return "timestamp with time zone"
	case "localtime":
		return "time without time zone"
	case "localtimestamp":
		return "timestamp without time zone"
	}
	return "name"
}

// specialType gives the type of what has a syntax of its own.
func (sc *scope) specialType(n tree.Node) string {
	switch specialName(n) {
	case "nullif":
		for argument := range n.Children() {
			return sc.typeOf(argument)
		}
	case "coalesce", "greatest", "least":
		var types []string
		for argument := range n.Children() {
			types = append(types, sc.typeOf(argument))
		}
		return commonOf(types)
	case "extract":
		return "numeric"
	case "position":
		return "integer"
	case "btrim", "ltrim", "rtrim", "substring", "overlay", "normalize", "pg_collation_for", "merge_action":
		return "text"
	}
	return ""
}

// commonOf gives the type that several expressions have together.
func commonOf(types []string) string {
	if len(types) == 0 {
		return unknown
	}
	result := types[0]
	for _, t := range types[1:] {
		result = common(result, t)
	}
	return result
}

// operatorType looks the operator up by the types of its operands.
func (sc *scope) operatorType(n tree.Node) string {
	var operands []string
	for operand := range n.Children() {
		if operand.Kind() != tree.OperatorCall {
			operands = append(operands, sc.typeOf(operand))
		}
	}
	name := operatorName(n)
	switch name {
	case "=", "<>", "!=", "<", ">", "<=", ">=":
		return "boolean"
	}
	if len(operands) == 1 {
		operands = []string{"", operands[0]}
	}
	if len(operands) != 2 {
		return ""
	}
	left, right := operands[0], operands[1]
	if left == unknown {
		left = right
	}
	if right == unknown {
		right = left
	}
	results := map[string]bool{}
	result := ""
	for o := range sc.session.Catalog().OperatorsNamed("", name) {
		if o.Left == "" != (operands[0] == "") {
			continue
		}
		if o.Left == baseName(left) && o.Right == baseName(right) {
			return o.Result
		}
		results[o.Result], result = true, o.Result
	}
	if len(results) == 1 {
		return result
	}
	if name == "||" && (baseName(left) == "text" || baseName(right) == "text" || baseName(left) == "character varying" || baseName(left) == unknown) {
		return "text"
	}
	if slices.Contains(numbers[:], baseName(left)) && slices.Contains(numbers[:], baseName(right)) {
		return common(baseName(left), baseName(right))
	}
	return ""
}

func operatorName(n tree.Node) string {
	source := n.Tree().Source()
	if call := n.Child(tree.OperatorCall); call.Exists() {
		tokens := call.Tokens()
		for i := len(tokens) - 1; i >= 0; i-- {
			if text := tokens[i].Text(source); !tokens[i].Trivia() && text != ")" {
				return text
			}
		}
	}
	for t := range n.Own() {
		return t.Text(source)
	}
	return ""
}

// baseName is a type without modifiers: numeric for numeric(10,2).
func baseName(display string) string {
	open := strings.IndexByte(display, '(')
	if open < 0 {
		return display
	}
	end := strings.IndexByte(display, ')')
	return display[:open] + display[max(open, end+1):]
}

// called gives the function of a call: the one whose arguments fit best, nil
// where that cannot be told.
func (sc *scope) called(call tree.Node) *schema.Function {
	name := split(call.Child(tree.FunctionName))
	if name.Name == "" {
		return nil
	}
	var arguments []string
	for argument := range call.Children() {
		switch argument.Kind() {
		case tree.FunctionName, tree.SortClause, tree.FilterClause, tree.OverClause, tree.WithinGroup:
		case tree.NamedArgExpr:
			arguments = append(arguments, sc.typeOf(argument.Field(tree.FieldValue)))
		default:
			arguments = append(arguments, sc.typeOf(argument))
		}
	}
	var best *schema.Function
	bestScore, results := -1, map[string]bool{}
	for f := range sc.session.Catalog().FunctionsNamed(name.Schema, name.Name) {
		score := fits(f, arguments)
		if score < 0 {
			continue
		}
		results[f.Result] = true
		if score > bestScore {
			best, bestScore = f, score
		}
	}
	if len(results) > 1 && bestScore < 2*len(arguments) && slices.Contains(arguments, "") {
		return nil
	}
	return best
}

// fits tells how well the types of arguments fit a function, -1 when they do not.
func fits(f *schema.Function, arguments []string) int {
	score, at, required := 0, 0, 0
	for _, a := range f.Arguments {
		if !a.Input() {
			continue
		}
		if a.Default == "" && a.Mode != schema.Variadic {
			required++
		}
		if at < len(arguments) {
			switch given := baseName(arguments[at]); {
			case given == a.Type:
				score += 2
			case given == unknown || given == "" || strings.HasPrefix(a.Type, "any") || a.Mode == schema.Variadic:
				score++
			case slices.Contains(numbers[:], given) && slices.Contains(numbers[:], a.Type) && slices.Index(numbers[:], given) < slices.Index(numbers[:], a.Type):
				score++
			case a.Type == "text" && (given == "character varying" || given == "character" || given == "name"):
				score++
			}
		}
		at++
	}
	variadic := slices.ContainsFunc(f.Arguments, func(a schema.Argument) bool { return a.Mode == schema.Variadic })
	if len(arguments) < required || len(arguments) > at && !variadic {
		return -1
	}
	return score
}

// result gives a function's result; a polymorphic one is that of the arguments
// (https://www.postgresql.org/docs/current/extend-type-system.html#EXTEND-TYPES-POLYMORPHIC).
func (sc *scope) result(call tree.Node, declared string) string {
	if !strings.HasPrefix(declared, "any") {
		return declared
	}
	f := sc.called(call)
	if f == nil {
		return ""
	}
	var values []tree.Node
	for argument := range call.Children() {
		if argument.Kind() != tree.FunctionName {
			values = append(values, argument)
		}
	}
	at := 0
	for _, a := range f.Arguments {
		if !a.Input() {
			continue
		}
		if at < len(values) && strings.HasPrefix(a.Type, "any") {
			given := sc.typeOf(values[at])
			element := strings.TrimSuffix(given, "[]")
			switch {
			case given == "" || given == unknown:
			case isArray(a.Type) && !isArray(declared):
				return element
			case !isArray(a.Type) && isArray(declared):
				return baseName(given) + "[]"
			default:
				return baseName(given)
			}
		}
		at++
	}
	return ""
}

func isArray(polymorphic string) bool {
	return polymorphic == "anyarray" || polymorphic == "anycompatiblearray"
}

// indirection gives the type of a subscript or a field.
func (sc *scope) indirection(n tree.Node) string {
	current := ""
	for child := range n.Children() {
		switch child.Kind() {
		case tree.Subscript:
			if !strings.Contains(child.Text(), ":") {
				if current == "jsonb" {
					continue
				}
				current = strings.TrimSuffix(current, "[]")
			}
		case tree.FieldSelection:
			field := child.Child(tree.AttributeName).Name()
			found := ""
			for _, c := range sc.session.rowColumns(current) {
				if c.Name == field {
					found = c.Type
				}
			}
			current = found
		default:
			current = sc.typeOf(child)
		}
	}
	return current
}
