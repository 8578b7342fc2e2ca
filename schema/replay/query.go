package replay

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// scope is what names mean at a place of a query.
type scope struct {
	session *Session
	outer   *scope
	with    map[string][]schema.Column // common table expressions
	from    []source
}

// source is what FROM names once.
type source struct {
	name    string
	columns []schema.Column
	merged  []string // columns that a USING or NATURAL join shows once, through the source on its left
}

// outputColumns gives the columns that a query makes, with the names that a list
// before it gives them. The type of a column is "" where it cannot be told.
func (s *Session) outputColumns(query tree.Node, names []string) []schema.Column {
	columns := (&scope{session: s}).query(query)
	named := make([]schema.Column, len(columns))
	for i, c := range columns {
		named[i] = schema.Column{Name: c.Name, Type: c.Type, Attnum: int16(i + 1), Detail: c.Detail}
		if i < len(names) {
			named[i].Name = names[i]
		}
		if c.Type == unknown {
			named[i].Type = "text"
		}
	}
	return named
}

// unknown is the type of a string literal that nothing has said the type of.
const unknown = "unknown"

// query gives the columns of a query, or of a statement with RETURNING.
func (sc *scope) query(n tree.Node) []schema.Column {
	if n.Kind() == tree.SelectStmt || n.Child(tree.WithClause).Exists() {
		sc = &scope{session: sc.session, outer: sc}
		sc.withClause(n.Child(tree.WithClause))
	}
	switch n.Kind() {
	case tree.SelectStmt:
		for child := range n.Children() {
			switch child.Kind() {
			case tree.SetOperation, tree.SimpleSelect, tree.ValuesClause, tree.SimpleTable, tree.SelectStmt:
				return sc.query(child)
			}
		}
	case tree.SetOperation:
		return sc.setOperation(n)
	case tree.SimpleSelect:
		return sc.simple(n)
	case tree.ValuesClause:
		return sc.values(n)
	case tree.SimpleTable:
		if r := sc.session.find(split(n.Child(tree.RangeVar))); r != nil {
			return r.Columns
		}
	case tree.InsertStmt, tree.UpdateStmt, tree.DeleteStmt, tree.MergeStmt:
		inner := &scope{session: sc.session, outer: sc}
		target := n.Child(tree.RangeVar)
		if r := sc.session.find(split(target)); r != nil {
			name := r.Name
			if alias := n.Field(tree.FieldAlias); alias.Exists() {
				name = alias.Name()
			}
			inner.from = []source{{name: name, columns: r.Columns}}
		}
		inner.fromList(n.Child(tree.FromClause))
		return inner.targets(n.Child(tree.ReturningClause))
	}
	return nil
}

// withClause reads WITH.
func (sc *scope) withClause(n tree.Node) {
	if !n.Exists() {
		return
	}
	sc.with = map[string][]schema.Column{}
	for cte := range n.Children() {
		if cte.Kind() != tree.CommonTableExpr {
			continue
		}
		name, names, query := cte.Field(tree.FieldName).Name(), columnNames(cte), cte.Field(tree.FieldQuery)
		if n.Has(lex.KwRecursive) {
			// What it is itself is told by the part that does not name it.
			if first := query.Child(tree.SetOperation); first.Exists() {
				for left := range first.Children() {
					sc.with[name] = renameColumns(sc.query(left), names)
					break
				}
			}
		}
		columns := renameColumns(sc.query(query), names)
		for _, clause := range []tree.Kind{tree.SearchClause, tree.CycleClause} {
			for added := range cte.Child(clause).Fields(tree.FieldNew) {
				columns = append(columns, schema.Column{Name: added.Name()})
			}
		}
		sc.with[name] = columns
	}
}

func renameColumns(columns []schema.Column, names []string) []schema.Column {
	renamed := slices.Clone(columns)
	for i := range min(len(names), len(renamed)) {
		renamed[i].Name = names[i]
	}
	for i := len(renamed); i < len(names); i++ {
		renamed = append(renamed, schema.Column{Name: names[i]})
	}
	return renamed
}

// setOperation takes the names of the left side, and a type of the right one
// where the left one has none of its own.
func (sc *scope) setOperation(n tree.Node) []schema.Column {
	var columns []schema.Column
	first := true
	for side := range n.Children() {
		of := sc.query(side)
		if first {
			columns, first = slices.Clone(of), false
			continue
		}
		for i := range min(len(of), len(columns)) {
			columns[i].Type = common(columns[i].Type, of[i].Type)
		}
	}
	return columns
}

// numbers are in the order in which one is converted to the next by itself.
var numbers = [...]string{"smallint", "integer", "bigint", "numeric", "real", "double precision"}

// common gives the type that two branches of UNION or CASE have together, as far
// as it is told by numbers and strings without a type. Modifiers stay only where
// both have them.
func common(a, b string) string {
	switch {
	case a == b || b == "":
		return a
	case a == unknown || a == "":
		return baseName(b)
	}
	a, b = baseName(a), baseName(b)
	if slices.Index(numbers[:], b) > slices.Index(numbers[:], a) && slices.Contains(numbers[:], a) {
		return b
	}
	return a
}

func (sc *scope) values(n tree.Node) []schema.Column {
	var columns []schema.Column
	for row := range n.Children() {
		at := 0
		for value := range row.Children() {
			if at == len(columns) {
				columns = append(columns, schema.Column{Name: "column" + strconv.Itoa(at+1), Type: sc.typeOf(value)})
			} else {
				columns[at].Type = common(columns[at].Type, sc.typeOf(value))
			}
			at++
		}
	}
	return columns
}

func (sc *scope) simple(n tree.Node) []schema.Column {
	inner := &scope{session: sc.session, outer: sc}
	inner.fromList(n.Child(tree.FromClause))
	return inner.targets(n)
}

func (sc *scope) fromList(n tree.Node) {
	for item := range n.Children() {
		sc.tableReference(item)
	}
}

// tableReference adds what an item of FROM names.
func (sc *scope) tableReference(n tree.Node) {
	alias := n.Child(tree.Alias)
	name, names := alias.Field(tree.FieldName).Name(), columnNames(alias)
	add := func(columns []schema.Column, otherwise string) {
		if name == "" {
			name = otherwise
		}
		sc.from = append(sc.from, source{name: name, columns: renameColumns(columns, names)})
	}
	switch n.Kind() {
	case tree.TableRef:
		relation := n.Child(tree.RangeVar)
		full := split(relation)
		if full.Schema == "" {
			if columns, found := sc.commonTable(full.Name); found {
				add(columns, full.Name)
				return
			}
		}
		if r := sc.session.find(full); r != nil {
			add(r.Columns, full.Name)
			return
		}
		add(nil, full.Name)
	case tree.RangeSubselect:
		add(sc.query(n.Child(tree.SelectStmt)), "")
	case tree.RangeFunction:
		sc.function(n)
	case tree.JoinExpr:
		sc.join(n)
	case tree.ParenJoin:
		inner := &scope{session: sc.session, outer: sc.outer, with: sc.with}
		inner.fromList(n)
		if name != "" {
			add(inner.star(), "")
			return
		}
		sc.from = append(sc.from, inner.from...)
	case tree.RangeTableFunc, tree.JsonTable:
		var columns []schema.Column
		for column := range n.All(tree.XmlColumn) {
			columns = append(columns, sc.definedColumn(column))
		}
		for column := range n.All(tree.JsonColumn) {
			if column.Field(tree.FieldName).Exists() {
				columns = append(columns, sc.definedColumn(column))
			}
		}
		add(columns, map[tree.Kind]string{tree.RangeTableFunc: "xmltable", tree.JsonTable: "json_table"}[n.Kind()])
	}
}

// definedColumn reads a column of XMLTABLE, JSON_TABLE or a column definition
// list.
func (sc *scope) definedColumn(n tree.Node) schema.Column {
	c := schema.Column{Name: n.Field(tree.FieldName).Name(), Type: "integer"} // FOR ORDINALITY
	if t := n.Child(tree.TypeName); t.Exists() {
		c.Type = sc.session.typeOf(t)
	}
	return c
}

func (sc *scope) commonTable(name string) ([]schema.Column, bool) {
	for at := sc; at != nil; at = at.outer {
		if columns, found := at.with[name]; found {
			return columns, true
		}
	}
	return nil, false
}

// function adds a function in FROM.
func (sc *scope) function(n tree.Node) {
	alias := n.Child(tree.Alias)
	if !alias.Exists() {
		alias = n.Child(tree.FuncAlias)
	}
	name := alias.Field(tree.FieldName).Name()
	var columns []schema.Column
	for definition := range alias.Children() {
		if definition.Kind() == tree.ColumnDefinition {
			columns = append(columns, sc.definedColumn(definition))
		}
	}
	if columns == nil {
		for call := range n.Within() {
			if kind := call.Kind(); kind != tree.FuncCall && kind != tree.FuncExpr && kind != tree.SQLValueFunction && kind != tree.CastExpr {
				continue
			}
			if parent := call.Parent().Kind(); parent != tree.RangeFunction && parent != tree.RowsFromItem {
				continue
			}
			called := targetNameOf(call)
			if name == "" {
				name = called
			}
			own := name
			if n.Child(tree.RowsFromItem).Exists() {
				own = called
			}
			columns = append(columns, sc.functionColumns(call, own)...)
		}
	}
	if n.Has(lex.KwOrdinality) {
		columns = append(columns, schema.Column{Name: "ordinality", Type: "bigint"})
	}
	sc.from = append(sc.from, source{name: name, columns: renameColumns(columns, columnNames(alias))})
}

// functionColumns gives the columns of a function's result: those of its row, or
// one that has the name of the function or of its alias.
func (sc *scope) functionColumns(call tree.Node, name string) []schema.Column {
	f := sc.called(call)
	if f != nil {
		var columns []schema.Column
		for _, a := range f.Arguments {
			if a.Mode == schema.TableColumn || a.Mode == schema.Out || a.Mode == schema.InOut {
				columns = append(columns, schema.Column{Name: a.Name, Type: sc.result(call, a.Type)})
			}
		}
		if len(columns) == 1 && columns[0].Name == "" {
			columns[0].Name = name
		}
		if len(columns) > 0 {
			return columns
		}
	}
	result := sc.typeOf(call)
	if columns := sc.session.rowColumns(result); columns != nil {
		return columns
	}
	return []schema.Column{{Name: name, Type: result}}
}

// rowColumns gives the columns of a row type, nil of another type.
func (s *Session) rowColumns(display string) []schema.Column {
	t, found := s.Catalog().TypeNamed(display)
	switch {
	case !found || t.Dimensions > 0:
	case t.Row != nil:
		return t.Row.Columns
	case t.Type.Kind == schema.Composite:
		return t.Type.Attributes
	}
	return nil
}

// join adds both sides of a join.
func (sc *scope) join(n tree.Node) {
	var sides []tree.Node
	for child := range n.Children() {
		switch child.Kind() {
		case tree.OnClause, tree.UsingClause:
		default:
			sides = append(sides, child)
		}
	}
	if len(sides) != 2 {
		return
	}
	left := len(sc.from)
	sc.tableReference(sides[0])
	right := len(sc.from)
	sc.tableReference(sides[1])
	merged := columnNames(n.Child(tree.UsingClause))
	if n.Has(lex.KwNatural) {
		for _, of := range sc.from[left:right] {
			for _, column := range of.columns {
				if sc.has(right, column.Name) {
					merged = append(merged, column.Name)
				}
			}
		}
	}
	for i := right; i < len(sc.from); i++ {
		sc.from[i].merged = append(slices.Clone(sc.from[i].merged), merged...)
	}
	if len(merged) > 0 {
		sc.mergedFirst(left, merged)
	}
}

func (sc *scope) has(from int, column string) bool {
	for _, of := range sc.from[from:] {
		for _, c := range of.columns {
			if c.Name == column {
				return true
			}
		}
	}
	return false
}

// mergedFirst marks the columns of a USING join, which come first in *.
func (sc *scope) mergedFirst(left int, merged []string) {
	var shared []schema.Column
	for _, name := range merged {
		for _, of := range sc.from[left:] {
			if at := slices.IndexFunc(of.columns, func(c schema.Column) bool { return c.Name == name }); at >= 0 {
				if i := slices.IndexFunc(shared, func(c schema.Column) bool { return c.Name == name }); i >= 0 {
					shared[i].Type = common(shared[i].Type, of.columns[at].Type)
				} else {
					shared = append(shared, of.columns[at])
				}
			}
		}
	}
	for i := left; i < len(sc.from); i++ {
		sc.from[i].merged = append(slices.Clone(sc.from[i].merged), merged...)
	}
	sc.from = slices.Insert(sc.from, left, source{columns: shared})
}

// star gives the columns of *.
func (sc *scope) star() []schema.Column {
	var columns []schema.Column
	for _, of := range sc.from {
		for _, c := range of.columns {
			if !slices.Contains(of.merged, c.Name) {
				columns = append(columns, c)
			}
		}
	}
	return columns
}

// targets gives the columns of a SELECT or RETURNING list.
func (sc *scope) targets(n tree.Node) []schema.Column {
	var columns []schema.Column
	for target := range n.Children() {
		if target.Kind() != tree.ResTarget {
			continue
		}
		value := target.Field(tree.FieldValue)
		if !value.Exists() {
			columns = append(columns, sc.star()...)
			continue
		}
		if names := value.Names(); value.Kind() == tree.ColumnRef && len(names) > 1 && names[len(names)-1].Text == "*" {
			columns = append(columns, sc.starOf(names[:len(names)-1])...)
			continue
		}
		if value.Kind() == tree.Indirection && strings.HasSuffix(value.Text(), "*") {
			for operand := range value.Children() {
				columns = append(columns, sc.session.rowColumns(sc.typeOf(operand))...)
				break
			}
			continue
		}
		column := schema.Column{Name: targetName(target), Type: sc.typeOf(value)}
		if value.Kind() == tree.ColumnRef {
			if c := sc.column(value); c != nil && c.Detail != nil {
				column.Detail = keepCollation(c.Detail)
			}
		}
		columns = append(columns, column)
	}
	return columns
}

func keepCollation(d *schema.ColumnDetail) *schema.ColumnDetail {
	if d.Collation.Name == "" {
		return nil
	}
	return &schema.ColumnDetail{Collation: d.Collation}
}

// starOf gives the columns of t.* or s.t.*.
func (sc *scope) starOf(names []tree.Name) []schema.Column {
	name := names[len(names)-1].Text
	for at := sc; at != nil; at = at.outer {
		for _, of := range at.from {
			if of.name == name && of.name != "" {
				return of.columns
			}
		}
	}
	return nil
}

// column gives the column that a ColumnRef means, or nil.
func (sc *scope) column(n tree.Node) *schema.Column {
	names := n.Names()
	if len(names) == 0 {
		return nil
	}
	name := names[len(names)-1].Text
	for at := sc; at != nil; at = at.outer {
		for i := range at.from {
			of := &at.from[i]
			if len(names) > 1 && of.name != names[len(names)-2].Text {
				continue
			}
			if k := slices.IndexFunc(of.columns, func(c schema.Column) bool { return c.Name == name }); k >= 0 {
				return &of.columns[k]
			}
		}
	}
	return nil
}

// targetName gives the name of a column of a SELECT list (FigureColname of
// src/backend/parser/parse_target.c).
func targetName(n tree.Node) string {
	if name := n.Field(tree.FieldName); name.Exists() {
		return name.Name()
	}
	return targetNameOf(n.Field(tree.FieldValue))
}

func targetNameOf(n tree.Node) string {
	if name, _ := figure(n); name != "" {
		return name
	}
	return "?column?"
}

// figure gives the name that an expression suggests, and whether it is a good one
// rather than that of a type.
func figure(n tree.Node) (name string, good bool) {
	switch n.Kind() {
	case tree.ColumnRef:
		names := n.Names()
		for i := len(names) - 1; i >= 0; i-- {
			if names[i].Text != "*" {
				return names[i].Text, true
			}
		}
	case tree.Indirection:
		last := ""
		var operand tree.Node
		for child := range n.Children() {
			if child.Kind() == tree.FieldSelection {
				if field := child.Child(tree.AttributeName); field.Exists() {
					last = field.Name()
				}
			} else if !operand.Exists() {
				operand = child
			}
		}
		if last != "" {
			return last, true
		}
		return figure(operand)
	case tree.FuncCall:
		return n.Child(tree.FunctionName).Name(), true
	case tree.FuncExpr, tree.SQLValueFunction, tree.JsonExpr, tree.JsonAggregate, tree.XmlExpr:
		return specialName(n), true
	case tree.CollateClause, tree.ParenExpr:
		for child := range n.Children() {
			return figure(child)
		}
	case tree.TypeCast, tree.CastExpr:
		for child := range n.Children() {
			if name, good := figure(child); good {
				return name, true
			}
			break
		}
		return typeWord(n.Child(tree.TypeName)), false
	case tree.TypedLiteral:
		if name := n.Child(tree.FunctionName); name.Exists() {
			return name.Name(), false
		}
		return typeWord(n), false
	case tree.Literal:
		if word := n.Text(); strings.EqualFold(word, "true") || strings.EqualFold(word, "false") {
			return "bool", false // PostgreSQL reads them as casts
		}
	case tree.CaseExpr:
		if name, good := figure(n.Field(tree.FieldElse)); good {
			return name, true
		}
		return "case", false
	case tree.ExistsExpr:
		return "exists", true
	case tree.ArrayExpr, tree.ArraySubquery:
		return "array", true
	case tree.RowExpr, tree.ImplicitRow:
		return "row", true
	case tree.GroupingFunc:
		return "grouping", true
	case tree.AtTimeZone:
		return "timezone", true
	case tree.OverlapsExpr:
		return "overlaps", true
	case tree.SubLink:
		query := n.Child(tree.SelectStmt)
		for query.Child(tree.SelectStmt).Exists() {
			query = query.Child(tree.SelectStmt)
		}
		for set := query.Child(tree.SetOperation); set.Exists(); set = set.Child(tree.SetOperation) {
			query = set
		}
		if target := query.Child(tree.SimpleSelect).Child(tree.ResTarget); target.Exists() {
			if name := target.Field(tree.FieldName); name.Exists() {
				return name.Name(), true
			}
			return figure(target.Field(tree.FieldValue))
		}
		if query.Child(tree.ValuesClause).Exists() {
			return "column1", true
		}
	case tree.IsExpr:
		if n.Has(lex.KwNormalized) {
			return "is_normalized", true
		}
	}
	return "", false
}

// specialName gives the function behind what has a syntax of its own.
func specialName(n tree.Node) string {
	word := strings.ToLower(n.Text())
	if end := strings.IndexFunc(word, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }); end >= 0 {
		word = word[:end]
	}
	switch word {
	case "trim":
		switch {
		case n.Has(lex.KwLeading):
			return "ltrim"
		case n.Has(lex.KwTrailing):
			return "rtrim"
		}
		return "btrim"
	case "collation":
		return "pg_collation_for"
	case "substring":
		if n.Has(lex.KwSimilar) {
			return "substring"
		}
	case "treat":
		return typeWord(n.Child(tree.TypeName))
	}
	return word
}

// typeWord gives the name of a type as a column is called by it.
func typeWord(n tree.Node) string {
	if generic := n.Child(tree.GenericType); generic.Exists() {
		return generic.Name()
	}
	text := strings.ToLower(textOf(n))
	if end := strings.IndexAny(text, "('["); end >= 0 && !strings.Contains(text, "with time zone") {
		text = strings.TrimSpace(text[:end])
	}
	words := []struct{ begins, name string }{
		{"timestamp", "timestamp"}, {"time", "time"}, {"interval", "interval"}, {"int", "int4"}, {"smallint", "int2"}, {"bigint", "int8"},
		{"real", "float4"}, {"float", "float8"}, {"double", "float8"}, {"dec", "numeric"}, {"numeric", "numeric"}, {"bool", "bool"},
		{"bit varying", "varbit"}, {"bit", "bit"}, {"varchar", "varchar"}, {"character varying", "varchar"}, {"char varying", "varchar"},
		{"national character varying", "varchar"}, {"national char varying", "varchar"}, {"nchar varying", "varchar"},
		{"char", "bpchar"}, {"national", "bpchar"}, {"nchar", "bpchar"}, {"json", "json"},
	}
	for _, word := range words {
		if strings.HasPrefix(text, word.begins) {
			if strings.Contains(text, "with time zone") && word.name != "interval" {
				return word.name + "tz"
			}
			return word.name
		}
	}
	return text
}

// replacement is a text that stands for a node's.
type replacement struct {
	node tree.Node
	text string
}

// qualifiedText gives the text of an expression, a query or a statement, the names
// of relations with their schemas, so that it means the same under another
// search_path; and what is given in the place of some nodes.
func (s *Session) qualifiedText(n tree.Node, others ...replacement) string {
	if !n.Exists() {
		return ""
	}
	var with []string
	for cte := range n.All(tree.CommonTableExpr) {
		with = append(with, cte.Field(tree.FieldName).Name())
	}
	source, span := n.Tree().Source(), n.Span()
	var b strings.Builder
	last := span.Start
	for inner := range n.Within() {
		in := inner.Span()
		if in.Start < last {
			continue
		}
		by := ""
		if at := slices.IndexFunc(others, func(r replacement) bool { return r.node == inner }); at >= 0 {
			by = others[at].text
		} else if inner.Kind() == tree.RangeVar {
			full := split(inner)
			r := s.find(full)
			if full.Schema != "" || slices.Contains(with, full.Name) || r == nil || r.Schema == "pg_catalog" {
				continue
			}
			by = quoted(r.QualifiedName())
		} else {
			continue
		}
		b.WriteString(source[last:in.Start])
		b.WriteString(by)
		last = in.End
	}
	b.WriteString(text.Span{Start: last, End: span.End}.Of(source))
	return b.String()
}
