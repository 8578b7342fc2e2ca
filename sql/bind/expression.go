package bind

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// maxDepth is how deep expressions and queries are followed.
const maxDepth = 1500

// expressions binds all children of a node.
func (b *binder) expressions(n tree.Node, s *scope) {
	for child := range n.Children() {
		switch child.Kind() {
		case tree.TypeName:
			b.typeName(child)
		default:
			b.expression(child, s)
		}
	}
}

// condition binds an expression that has to be a boolean.
func (b *binder) condition(n tree.Node, s *scope) {
	b.expression(n, s)
	b.coerce(n, "boolean")
}

// expression binds an expression and gives its type.
func (b *binder) expression(n tree.Node, s *scope) string {
	b.depth++
	t := ""
	if b.depth <= maxDepth {
		t = b.typeOf(n, s)
	}
	b.depth--
	if t != "" {
		b.types[n] = t
	}
	return t
}

func (b *binder) typeOf(n tree.Node, s *scope) string {
	switch n.Kind() {
	case tree.ColumnRef:
		return b.columnRef(n, s)
	case tree.ParamRef:
		if t, known := b.parameters[parameterNumber(n)]; known {
			b.refer(n, Reference{Kind: ToParameter, Type: t})
			return t
		}
		if v, _, ok := s.variable([]string{n.Text()}); ok {
			b.refer(n, Reference{Kind: ToVariable, Type: v.Type, Definition: v.Definition})
			return v.Type
		}
		return unknown
	case tree.Literal:
		return literalType(n)
	case tree.TypeCast, tree.CastExpr:
		return b.cast(n, s)
	case tree.TypedLiteral:
		return b.typedLiteral(n, s)
	case tree.ParenExpr:
		t := ""
		for child := range n.Children() {
			t = b.expression(child, s)
		}
		return t
	case tree.CollateClause:
		t := ""
		for child := range n.Children() {
			if child.Kind() == tree.CollationName {
				b.collation(child)
			} else {
				t = b.expression(child, s)
			}
		}
		return t
	case tree.AndExpr, tree.OrExpr, tree.NotExpr:
		for child := range n.Children() {
			b.condition(child, s)
		}
		return "boolean"
	case tree.IsExpr:
		return b.isExpr(n, s)
	case tree.BetweenExpr:
		return b.between(n, s)
	case tree.InExpr:
		return b.in(n, s)
	case tree.LikeExpr:
		b.like(n, s)
		return "boolean"
	case tree.QuantifiedExpr:
		return b.quantified(n, s)
	case tree.OverlapsExpr:
		b.expressions(n, s)
		return "boolean"
	case tree.ExistsExpr, tree.UniqueExpr:
		b.query(n.Child(tree.SelectStmt), s.inner())
		return "boolean"
	case tree.BinaryExpr, tree.UnaryExpr:
		return b.operation(n, s)
	case tree.FuncCall:
		return b.call(n, s)
	case tree.FuncExpr:
		return b.special(n, s)
	case tree.SQLValueFunction:
		return valueFunction(n)
	case tree.CaseExpr:
		return b.caseExpr(n, s)
	case tree.ArrayExpr:
		return b.array(n, s)
	case tree.SubLink:
		return b.scalar(n, s)
	case tree.ArraySubquery:
		columns := b.query(n.Child(tree.SelectStmt), s.inner())
		if len(columns) != 1 {
			return ""
		}
		t := columns[0].Type
		if t == unknown {
			t = "text"
		}
		return arrayOf(t)
	case tree.RowExpr, tree.ImplicitRow:
		b.expressionList(n, s)
		return "record"
	case tree.GroupingFunc:
		b.expressions(n, s)
		return "integer"
	case tree.AtTimeZone:
		return b.atTimeZone(n, s)
	case tree.Indirection:
		return b.indirection(n, s)
	case tree.JsonExpr, tree.JsonAggregate:
		return b.json(n, s)
	case tree.XmlExpr:
		return b.xml(n, s)
	case tree.NamedArgExpr:
		return b.expression(n.Field(tree.FieldValue), s)
	case tree.SelectStmt, tree.InsertStmt, tree.UpdateStmt, tree.DeleteStmt, tree.MergeStmt:
		b.query(n, s.inner())
		return ""
	case tree.TypeName:
		return b.typeName(n)
	case tree.SetToDefault, tree.Missing, tree.Error, tree.CollationName, tree.AliasName, tree.ColumnLabel:
		return ""
	}
	b.expressions(n, s)
	return ""
}

// expressionList binds the items of a list, where a star stands for columns.
func (b *binder) expressionList(n tree.Node, s *scope) (types []string) {
	for child := range n.Children() {
		if isStar(child) {
			for _, c := range b.star(child, s) {
				types = append(types, c.Type)
			}
			continue
		}
		types = append(types, b.expression(child, s))
	}
	return types
}

// collation looks a collation up by its name.
func (b *binder) collation(n tree.Node) {
	names := n.Names()
	if len(names) == 0 {
		return
	}
	name := names[len(names)-1].Text
	schemas := append(slices.Clone(b.catalog.SearchPath()), "pg_catalog")
	if len(names) > 1 {
		schemas = []string{names[len(names)-2].Text}
	}
	known := false
	for _, schemaName := range schemas {
		known = known || b.catalog.Collation(schemaName, name) != nil
	}
	if !known && b.catalog.Collation("pg_catalog", "C") != nil {
		b.problem("42704", n, fmt.Sprintf("collation %q does not exist", name))
	}
}

// object looks up what the text of a literal names that becomes a regclass or one
// of its likes (https://www.postgresql.org/docs/current/datatype-oid.html).
func (b *binder) object(n tree.Node, kind string) {
	if n.Kind() != tree.Literal || len(n.Tokens()) != 1 || !isString(n.Tokens()[0]) {
		return
	}
	text := n.Value()
	var names []string
	for _, t := range lex.Lex(text, lex.Options{}) {
		switch {
		case t.Name():
			names = append(names, lex.Identifier(t.Text(text)))
		case t.Kind != lex.Dot && !t.Trivia():
			return // a number, or an argument list
		}
	}
	schemaName := ""
	switch len(names) {
	case 1:
	case 2:
		schemaName = names[0]
	default:
		return
	}
	name := names[len(names)-1]
	switch kind {
	case "regclass":
		b.relationText(n, schemaName, name)
	case "regproc":
		for f := range b.catalog.FunctionsNamed(schemaName, name) {
			b.refer(n, Reference{Kind: ToFunction, Function: f})
			return
		}
		b.problem("42883", n, fmt.Sprintf("function %q does not exist", text))
	case "regtype":
		if _, found := b.catalog.TypeNamed(text); !found && b.coercionNamed(names) == "" && !strings.Contains(text, " ") {
			b.problem("42704", n, fmt.Sprintf("type %q does not exist", text))
		}
	case "regrole":
		if b.catalog.Role(name) == nil && schemaName == "" && b.catalog.Level() == schema.Complete {
			b.problem("42704", n, fmt.Sprintf("role %q does not exist", name))
		}
	}
}

// relationText looks up what the text of a regclass names: also an index, or a
// composite type.
func (b *binder) relationText(n tree.Node, schemaName, name string) {
	r := b.catalog.Resolve(name)
	in := append(slices.Clone(b.catalog.SearchPath()), "pg_catalog", "pg_temp")
	if schemaName != "" {
		r, in = b.catalog.Relation(schemaName, name), []string{schemaName}
	}
	if r != nil {
		b.refer(n, Reference{Kind: ToRelation, Relation: r, Columns: columnsOf(r)})
		return
	}
	for _, s := range in {
		if of, _ := b.catalog.Index(s, name); of != nil || s == "pg_toast" {
			return
		}
	}
	names := []string{name}
	if schemaName != "" {
		names = []string{schemaName, name}
	}
	if b.coercionNamed(names) == "" {
		b.problem("42P01", n, fmt.Sprintf("relation %q does not exist", n.Value()))
	}
}

func literalType(n tree.Node) string {
	for t := range n.Own() {
		source := t.Text(n.Tree().Source())
		switch t.Kind {
		case lex.BitString, lex.HexString:
			return "bit"
		case lex.Integer, lex.Number:
			return numberType(source)
		}
		switch t.Keyword {
		case lex.KwTrue, lex.KwFalse:
			return "boolean"
		}
		return unknown
	}
	return unknown
}

func numberType(source string) string {
	source = strings.ReplaceAll(source, "_", "")
	base := 0
	if digits := strings.TrimPrefix(source, "-"); len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		base = 10 // 017 is no octal number
	}
	value, err := strconv.ParseInt(source, base, 64)
	switch {
	case err != nil:
		return "numeric"
	case value > 1<<31-1 || value < -1<<31:
		return "bigint"
	}
	return "integer"
}

func valueFunction(n tree.Node) string {
	name, modifier := "", ""
	for t := range n.Own() {
		if t.Keyword != 0 {
			name = t.Keyword.String()
		} else if t.Kind == lex.Integer {
			modifier = "(" + t.Text(n.Tree().Source()) + ")"
		}
	}
	switch strings.ToLower(name) {
	case "current_date":
		return "date"
	case "current_time":
		return "time" + modifier + " with time zone"
	case "current_timestamp":
		return "timestamp" + modifier + " with time zone"
	case "localtime":
		return "time" + modifier + " without time zone"
	case "localtimestamp":
		return "timestamp" + modifier + " without time zone"
	case "system_user":
		return "text"
	}
	return "name"
}

// columnRef finds what a name means: a column, a variable or a row, in the order
// of transformColumnRef of src/backend/parser/parse_expr.c.
func (b *binder) columnRef(n tree.Node, s *scope) string {
	names := n.Names()
	if len(names) == 0 {
		return ""
	}
	parts := make([]string, len(names))
	for i := range names {
		parts[i] = names[i].Text
	}
	if b.probe != "" && parts[len(parts)-1] == b.probe {
		return unknown
	}
	if parts[len(parts)-1] == "*" { // in an expression, the whole row
		schemaName := ""
		if len(parts) > 2 {
			schemaName = parts[len(parts)-3]
		}
		b.star(n, s)
		if i, _ := s.named(schemaName, parts[max(0, len(parts)-2)]); i != nil && !i.open {
			return cmp.Or(i.row, "record")
		}
		return ""
	}
	switch len(parts) {
	case 1:
		if f := s.column(parts[0]); f.count > 0 {
			if f.count > 1 {
				b.problem("42702", n, fmt.Sprintf("column reference %q is ambiguous", parts[0]))
			}
			return b.referColumn(n, f)
		}
	default:
		schemaName, item, column := "", parts[0], parts[1]
		if len(parts) > 2 {
			schemaName, item, column = parts[len(parts)-3], parts[len(parts)-2], parts[len(parts)-1]
		}
		if i, _ := s.named(schemaName, item); i != nil {
			b.owners[n] = itemReference(i)
			c, count := i.column(column)
			switch {
			case count > 1:
				b.problem("42702", n, fmt.Sprintf("column reference %q is ambiguous", column))
				fallthrough
			case count == 1:
				return b.referColumn(n, found{i, c, count})
			}
			if i.open {
				return ""
			}
			if t, ok := b.attributeFunction(n, column, i); ok {
				return t
			}
			b.problem("42703", n, fmt.Sprintf("column %s.%s does not exist", item, column))
			return ""
		}
	}
	if v, rest, ok := s.variable(parts); ok {
		return b.referVariable(n, v, rest)
	}
	if len(parts) == 1 {
		if i, _ := s.named("", parts[0]); i != nil {
			return b.referRow(n, i)
		}
		if !s.open() {
			b.problem("42703", n, fmt.Sprintf("column %q does not exist", parts[0]))
		}
		return ""
	}
	if !s.open() {
		b.problem("42P01", n, fmt.Sprintf("missing FROM-clause entry for table %q", parts[max(0, len(parts)-2)]))
	}
	return ""
}

// itemReference tells what the name of something in FROM means.
func itemReference(i *item) Reference {
	r := Reference{Kind: ToItem, Relation: i.relation, Columns: i.columns, Definition: i.node}
	if i.cte != nil && i.node.Kind() == tree.RangeVar { // it goes by its own name
		r.Kind, r.Definition = ToCTE, i.cte.node.Field(tree.FieldName)
	}
	if i.relation != nil && i.node.Kind() == tree.RangeVar {
		r.Kind, r.Definition = ToRelation, tree.Node{}
	}
	return r
}

func (b *binder) referColumn(n tree.Node, f found) string {
	c := f.column
	b.refer(n, Reference{Kind: ToColumn, Relation: c.Relation, Column: c.Source, Type: c.Type, Definition: c.Node, Columns: c.fields})
	b.full[n] = c.NotNull
	return c.Type
}

func (b *binder) referVariable(n tree.Node, v Variable, fields []string) string {
	t := v.Type
	for i, field := range fields {
		columns, ok := b.composite(t)
		if i == 0 {
			columns, ok = b.rowOf(v)
		}
		if !ok {
			t = ""
			break
		}
		c, count := columnIn(columns, field)
		if count == 0 {
			t = ""
			break
		}
		t = c.Type
	}
	b.refer(n, Reference{Kind: ToVariable, Type: t, Definition: v.Definition})
	return t
}

func (b *binder) referRow(n tree.Node, i *item) string {
	t := i.row
	if t == "" {
		t = "record"
	}
	if i.open {
		t = ""
	}
	r := Reference{Kind: ToItem, Relation: i.relation, Type: t, Columns: i.columns, Definition: i.node}
	b.refer(n, r)
	return t
}

// attributeFunction takes x.f for f(x), which PostgreSQL takes too.
func (b *binder) attributeFunction(n tree.Node, name string, i *item) (string, bool) {
	argument := i.row
	if argument == "" {
		argument = "record"
	}
	for f := range b.catalog.FunctionsNamed("", name) {
		if inputs := f.InputTypes(); len(inputs) == 1 && b.coercible(argument, inputs[0], schema.Implicit) {
			b.refer(n, Reference{Kind: ToFunction, Function: f, Type: f.Result})
			return b.concrete(f.Result, inputs, []string{argument}), true
		}
	}
	return "", false
}

// isStar reports whether a node is a.* or a composite value's (x).*.
func isStar(n tree.Node) bool {
	switch n.Kind() {
	case tree.ColumnRef:
		names := n.Names()
		return len(names) > 0 && names[len(names)-1].Text == "*"
	case tree.Indirection:
		last := tree.Node{}
		for child := range n.Children() {
			last = child
		}
		return last.Kind() == tree.FieldSelection && !last.Child(tree.AttributeName).Exists() && last.Name() == "*"
	case tree.ParenExpr:
		for child := range n.Children() {
			return isStar(child)
		}
	}
	return false
}

// star gives the columns that a star stands for.
func (b *binder) star(n tree.Node, s *scope) []Column {
	if n.Kind() == tree.ParenExpr {
		for child := range n.Children() {
			return b.star(child, s)
		}
	}
	if n.Kind() == tree.Indirection {
		t := b.indirection(n, s)
		columns, ok := b.composite(t)
		if !ok && t == "record" {
			columns = b.recordColumns(n)
			ok = columns != nil
		}
		if !ok {
			return []Column{{open: true}}
		}
		b.refer(n, Reference{Kind: ToStar, Columns: columns})
		return plain(columns)
	}
	names := n.Names()
	if len(names) < 2 {
		return nil
	}
	schemaName := ""
	if len(names) > 2 {
		schemaName = names[len(names)-3].Text
	}
	name := names[len(names)-2].Text
	if i, _ := s.named(schemaName, name); i != nil {
		b.refer(n, Reference{Kind: ToStar, Relation: i.relation, Columns: i.columns, Definition: i.node})
		b.owners[n] = itemReference(i)
		if i.open {
			return append([]Column{{open: true}}, i.columns...)
		}
		return i.columns
	}
	if v, _, ok := s.variable([]string{name}); ok {
		b.refer(n, Reference{Kind: ToVariable, Type: v.Type, Definition: v.Definition})
		if columns, ok := b.rowOf(v); ok {
			return plain(columns)
		}
		return []Column{{open: true}}
	}
	if !s.open() {
		b.problem("42P01", n, fmt.Sprintf("missing FROM-clause entry for table %q", name))
	}
	return []Column{{open: true}}
}

// plain gives columns that come from a value and no relation.
func plain(columns []Column) []Column {
	out := make([]Column, len(columns))
	for i, c := range columns {
		out[i] = Column{Name: c.Name, Type: c.Type}
	}
	return out
}

// recordColumns gives the columns of the record that a function call in (f(x)).*
// gives.
func (b *binder) recordColumns(n tree.Node) []Column {
	inner := n
	for inner.Kind() == tree.Indirection || inner.Kind() == tree.ParenExpr {
		next := tree.Node{}
		for child := range inner.Children() {
			next = child
			break
		}
		inner = next
	}
	switch inner.Kind() {
	case tree.FuncCall:
		if f := b.references[inner.Child(tree.FunctionName)].Function; f != nil {
			return b.outColumns(f, inner)
		}
	case tree.ColumnRef:
		return b.references[inner].Columns
	case tree.RowExpr, tree.ImplicitRow:
		var columns []Column
		i := 0
		for child := range inner.Children() {
			i++
			columns = append(columns, Column{Name: "f" + strconv.Itoa(i), Type: b.types[child]})
		}
		return columns
	}
	return nil
}

// indirection gives the type of a subscript or a field.
func (b *binder) indirection(n tree.Node, s *scope) string {
	t, first, whole := "", true, tree.Node{}
	subscripts, slice := 0, false
	// Subscripts in a row are of one array, however many dimensions it has.
	take := func() {
		if subscripts > 0 && t != "" {
			t = b.taken(t, slice)
		}
		subscripts, slice = 0, false
	}
	for child := range n.Children() {
		if first {
			t, whole, first = b.expression(child, s), child, false
			continue
		}
		switch child.Kind() {
		case tree.Subscript:
			subscripts++
			slice = slice || isSlice(child)
			b.expressions(child, s)
		case tree.FieldSelection:
			take()
			name := child.Child(tree.AttributeName)
			if !name.Exists() {
				return t // .*
			}
			t = b.field(n, whole, child, name, t, s)
		}
		whole = tree.Node{}
	}
	take()
	return t
}

// isSlice reports whether a Subscript is one of [1:2].
func isSlice(n tree.Node) bool {
	for token := range n.Own() {
		if token.Kind == lex.Colon {
			return true
		}
	}
	return false
}

// taken gives the type of what subscripts take out of a value.
func (b *binder) taken(t string, slice bool) string {
	if !slice {
		return b.subscripted(t)
	}
	switch base := b.baseType(t); {
	case base == "int2vector" || base == "oidvector":
		return arrayOf(b.elementOf(base))
	case b.info(bare(t)).kind == schema.Domain:
		return b.domainOf(t)
	}
	return t
}

// field gives the type of a field of a composite value.
func (b *binder) field(n, whole, selection, name tree.Node, t string, s *scope) string {
	if t == "" {
		return ""
	}
	columns, ok := b.composite(t)
	if !ok && t == "record" && whole.Exists() {
		columns = b.recordColumns(whole)
	}
	if r := b.references[unparenthesised(whole)]; r.Kind == ToItem && len(r.Columns) > 0 {
		columns = r.Columns // of the relation as they are
	}
	c, count := columnIn(columns, name.Name())
	if count > 0 {
		b.refer(selection, Reference{Kind: ToColumn, Relation: c.Relation, Column: c.Source, Type: c.Type})
		return c.Type
	}
	for f := range b.catalog.FunctionsNamed("", name.Name()) {
		if inputs := f.InputTypes(); len(inputs) == 1 && b.coercible(bare(t), inputs[0], schema.Implicit) {
			b.refer(selection, Reference{Kind: ToFunction, Function: f, Type: f.Result})
			return b.concrete(f.Result, inputs, []string{bare(t)})
		}
	}
	switch {
	case broken(n):
	case ok:
		b.problem("42703", name, fmt.Sprintf("column %q not found in data type %s", name.Name(), bare(t)))
	case len(columns) > 0:
		b.problem("42703", name, fmt.Sprintf("could not identify column %q in record data type", name.Name()))
	}
	return ""
}

// cast binds a cast; an unknown literal takes the type.
func (b *binder) cast(n tree.Node, s *scope) string {
	name := n.Child(tree.TypeName)
	t := b.typeName(name)
	for child := range n.Children() {
		if child.Kind() == tree.TypeName {
			continue
		}
		if child.Kind() == tree.ArrayExpr && t != "" && isArray(bare(t)) {
			b.arrayAs(child, s, strings.TrimSuffix(t, "[]"))
			continue
		}
		b.expression(child, s)
		b.coerce(child, t)
	}
	return t
}

// typedLiteral gives the type of date '2026-01-01'.
func (b *binder) typedLiteral(n tree.Node, s *scope) string {
	b.expressions(n, s)
	tokens := n.Tokens()
	source := n.Tree().Source()
	end, fields := len(tokens), ""
	for i, t := range tokens {
		if isString(t) {
			end = i
			fields = strings.TrimSpace(source[t.End:n.Span().End])
			break
		}
	}
	if end == 0 || end == len(tokens) {
		return ""
	}
	declared := strings.TrimSpace(source[n.Span().Start:tokens[end].Start])
	if fields != "" && strings.EqualFold(declared, "interval") {
		declared += " " + fields
	}
	switch strings.ToLower(declared) {
	case "char", "character", "nchar", "national character", "national char":
		return "character" // no length is given, so it has none
	case "bit":
		return "bit"
	}
	reference, found := b.catalog.TypeNamed(strings.ToLower(declared))
	if strings.Contains(declared, `"`) {
		reference, found = b.catalog.TypeNamed(declared)
	}
	if !found {
		if name := n.Child(tree.FunctionName); name.Exists() && b.catalog.Type("pg_catalog", "int4") != nil {
			b.problem("42704", name, fmt.Sprintf("type %q does not exist", name.Text()))
		}
		return ""
	}
	return reference.String()
}

func isString(t lex.Token) bool {
	switch t.Kind {
	case lex.String, lex.EscapeString, lex.DollarString, lex.UnicodeString, lex.NationalStr:
		return true
	}
	return false
}

func (b *binder) isExpr(n tree.Node, s *scope) string {
	var types []string
	var operands []tree.Node
	for child := range n.Children() {
		types = append(types, b.expression(child, s))
		operands = append(operands, child)
	}
	if len(operands) == 2 { // DISTINCT FROM
		b.compare(n, "=", operands, types)
	} else if len(operands) == 1 && (n.Has(lex.KwTrue) || n.Has(lex.KwFalse) || n.Has(lex.KwUnknown)) {
		b.coerce(operands[0], "boolean")
	}
	return "boolean"
}

func (b *binder) between(n tree.Node, s *scope) string {
	var types []string
	var operands []tree.Node
	for child := range n.Children() {
		types = append(types, b.expression(child, s))
		operands = append(operands, child)
	}
	if len(operands) == 3 {
		b.compare(n, ">=", operands[:2], types[:2])
		b.compare(n, "<=", []tree.Node{operands[0], operands[2]}, []string{types[0], types[2]})
	}
	return "boolean"
}

// in binds x IN (…), whose items have a type together where they have one.
func (b *binder) in(n tree.Node, s *scope) string {
	var left tree.Node
	var items []tree.Node
	for child := range n.Children() {
		if !left.Exists() {
			left = child
			b.expression(child, s)
			continue
		}
		if child.Kind() == tree.SelectStmt {
			columns := b.query(child, s.inner())
			if len(columns) == 1 && !isRow(left) {
				b.compare(n, "=", []tree.Node{left, child}, []string{b.types[left], knownType(columns[0].Type)})
			}
			continue
		}
		b.expression(child, s)
		items = append(items, child)
	}
	if len(items) == 0 {
		return "boolean"
	}
	if isRow(left) {
		for _, i := range items {
			b.rows(left, i)
		}
		return "boolean"
	}
	for _, i := range items {
		b.compare(n, "=", []tree.Node{left, i}, []string{b.types[left], b.types[i]})
	}
	return "boolean"
}

func knownType(t string) string {
	if t == unknown {
		return "text"
	}
	return t
}

// rows compares two rows item by item.
func (b *binder) rows(left, right tree.Node) {
	var of [2][]tree.Node
	for i, row := range []tree.Node{left, right} {
		for child := range row.Children() {
			of[i] = append(of[i], child)
		}
	}
	for i := range min(len(of[0]), len(of[1])) {
		l, r := of[0][i], of[1][i]
		b.compare(l, "=", []tree.Node{l, r}, []string{b.types[l], b.types[r]})
	}
}

func (b *binder) like(n tree.Node, s *scope) {
	var operands []tree.Node
	var types []string
	for child := range n.Children() {
		types = append(types, b.expression(child, s))
		operands = append(operands, child)
	}
	if len(operands) < 2 {
		return
	}
	name := "~~"
	switch not := n.Has(lex.KwNot); {
	case n.Has(lex.KwSimilar):
		name = "~"
		types[1] = "text"
		b.coerce(operands[1], "text")
	case n.Has(lex.KwIlike) && not:
		name = "!~~*"
	case n.Has(lex.KwIlike):
		name = "~~*"
	case not:
		name = "!~~"
	}
	b.compare(n, name, operands[:2], types[:2])
	if len(operands) > 2 {
		b.coerce(operands[2], "text")
	}
}

// quantified binds x = ANY (…).
func (b *binder) quantified(n tree.Node, s *scope) string {
	left, leftType := tree.Node{}, ""
	for child := range n.Children() {
		switch {
		case child.Kind() == tree.OperatorCall:
		case child.Kind() != tree.Quantified:
			left, leftType = child, b.expression(child, s)
		default:
			for inner := range child.Children() {
				if inner.Kind() == tree.SelectStmt {
					columns := b.query(inner, s.inner())
					if _, name := operatorName(n); len(columns) == 1 && !isRow(left) && n.Kind() == tree.QuantifiedExpr && !isWord(name) {
						b.compare(n, name, []tree.Node{left, inner}, []string{leftType, knownType(columns[0].Type)})
					}
					continue
				}
				t := b.expression(inner, s)
				if t == unknown && leftType != unknown {
					b.coerce(inner, arrayOf(bare(leftType)))
				} else if element := b.elementOf(bare(t)); element != "" {
					b.coerce(left, element)
				}
			}
		}
	}
	return "boolean"
}

// isWord reports whether an operator is written as one, such as LIKE.
func isWord(operator string) bool {
	return operator == "" || operator[0] >= 'A' && operator[0] <= 'Z' || operator[0] >= 'a' && operator[0] <= 'z'
}

func (b *binder) caseExpr(n tree.Node, s *scope) string {
	argument := n.Field(tree.FieldArgument)
	argumentType := ""
	if argument.Exists() {
		argumentType = b.expression(argument, s)
		if argumentType == unknown {
			b.coerce(argument, "text")
			argumentType = "text"
		}
	}
	var results []tree.Node
	if e := n.Field(tree.FieldElse); e.Exists() { // which the server takes first
		b.expression(e, s)
		results = append(results, e)
	}
	for when := range n.Children() {
		if when.Kind() != tree.CaseWhen {
			continue
		}
		result := when.Field(tree.FieldResult)
		for child := range when.Children() {
			if child == result {
				continue
			}
			if argument.Exists() {
				t := b.expression(child, s)
				b.compare(child, "=", []tree.Node{argument, child}, []string{argumentType, t})
			} else {
				b.condition(child, s)
			}
		}
		b.expression(result, s)
		results = append(results, result)
	}
	return b.together(n, results, "CASE")
}

// together gives expressions the type that they have in common.
func (b *binder) together(n tree.Node, all []tree.Node, what string) string {
	types := make([]string, len(all))
	for i, e := range all {
		types[i] = b.types[e]
	}
	return b.agree(n, all, types, what)
}

// agree is together for expressions of these types.
func (b *binder) agree(n tree.Node, all []tree.Node, types []string, what string) string {
	t, mismatch := b.common(types)
	if mismatch && !broken(n) {
		b.problem("42804", n, what+" types "+mismatched(types)+" cannot be matched")
	}
	for _, e := range all {
		b.coerce(e, t)
	}
	return t
}

// mismatched names the first two types that have nothing in common.
func mismatched(types []string) string {
	first := ""
	for _, t := range types {
		switch {
		case t == unknown || t == "":
		case first == "":
			first = bare(t)
		case bare(t) != first:
			return first + " and " + bare(t)
		}
	}
	return first
}

func (b *binder) array(n tree.Node, s *scope) string {
	return b.arrayAs(n, s, "")
}

// arrayAs binds ARRAY[…] with elements of a type, "" for that which they have.
func (b *binder) arrayAs(n tree.Node, s *scope, element string) string {
	var items []tree.Node
	var collect func(tree.Node)
	nested := false
	collect = func(list tree.Node) {
		for child := range list.Children() {
			if child.Kind() == tree.ArrayItems {
				collect(child)
				continue
			}
			nested = nested || child.Kind() == tree.ArrayExpr
			if child.Kind() == tree.ArrayExpr && element != "" {
				b.types[child] = b.arrayAs(child, s, element)
			} else {
				b.expression(child, s)
			}
			items = append(items, child)
		}
	}
	collect(n)
	if element != "" {
		for _, i := range items {
			b.coerce(i, element)
		}
		return arrayOf(element)
	}
	if len(items) == 0 {
		return ""
	}
	t := b.together(n, items, "ARRAY")
	if t == "" {
		return ""
	}
	if t == "int2vector" || t == "oidvector" {
		return t + "[]"
	}
	return arrayOf(t)
}

// scalar gives the type of a query in parentheses.
func (b *binder) scalar(n tree.Node, s *scope) string {
	columns := b.query(n.Child(tree.SelectStmt), s.inner())
	if len(columns) != 1 {
		if len(columns) > 1 && !openColumns(columns) && n.Label() == 0 && n.Parent().Kind() == tree.ResTarget {
			b.problem("42601", n, "subquery must return only one column")
		}
		return ""
	}
	return knownType(columns[0].Type)
}

func (b *binder) atTimeZone(n tree.Node, s *scope) string {
	var types []string
	var operands []tree.Node
	for child := range n.Children() {
		types = append(types, b.expression(child, s))
		operands = append(operands, child)
	}
	if len(operands) == 0 {
		return ""
	}
	arguments := []string{types[0]}
	if len(operands) > 1 {
		arguments = []string{types[1], types[0]}
	}
	return b.builtin("timezone", arguments, func(c candidate) {
		if len(operands) > 1 {
			b.coerce(operands[1], c.parameters[0])
			b.coerce(operands[0], c.parameters[1])
		}
	})
}

// builtin gives the result of a function of pg_catalog that has a syntax of its
// own.
func (b *binder) builtin(name string, arguments []string, use func(candidate)) string {
	bareTypes := make([]string, len(arguments))
	for i, t := range arguments {
		bareTypes[i] = bare(t)
	}
	var overloads []*schema.Function
	for f := range b.catalog.FunctionsNamed("pg_catalog", name) {
		overloads = append(overloads, f)
	}
	c, how := b.choose(b.callCandidates(overloads, len(arguments), nil, false), bareTypes)
	if how != chosen {
		return ""
	}
	if use != nil {
		use(c)
	}
	return b.concrete(c.function.Result, c.parameters, bareTypes)
}
