// Package outline gives the shape of an SQL text: its symbols, what folds in it,
// and what surrounds a place.
package outline

import (
	"sort"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// Kind says what a symbol is.
type Kind uint8

// The kinds of symbol.
const (
	Statement Kind = iota
	Table
	View
	Column
	Constraint
	Index
	Function
	Variable
	Type
	Label
	Schema
	Sequence
	Trigger
	Query // a common table expression
	Other
)

// Symbol is something that a text defines, or a statement.
type Symbol struct {
	Name     string
	Detail   string // such as "table"
	Kind     Kind
	Span     text.Span // all of it, in bytes of the file
	NameSpan text.Span // of its name, within Span
	Children []Symbol
}

// maxName is how long the text of a statement without a name is cut, in bytes.
const maxName = 60

// Symbols gives the symbols of a file in their order.
func Symbols(f *sql.File) []Symbol {
	var all []Symbol
	parser := new(tree.Parser)
	for _, st := range f.Statements() {
		if st.Kind != sql.SQL {
			continue
		}
		n := parser.Of(st, f.Text()).Statement()
		if !n.Exists() {
			continue
		}
		all = append(all, symbolOf(n))
	}
	return all
}

// kinds tell what the statements that define something define.
var kinds = map[tree.Kind]struct {
	kind   Kind
	detail string
}{
	tree.CreateStmt: {Table, "table"}, tree.CreateForeignTableStmt: {Table, "foreign table"}, tree.CreateTableAsStmt: {Table, "table"},
	tree.ViewStmt: {View, "view"}, tree.IndexStmt: {Index, "index"}, tree.CreateFunctionStmt: {Function, "function"},
	tree.CreateTrigStmt: {Trigger, "trigger"}, tree.CreateSeqStmt: {Sequence, "sequence"}, tree.CreateSchemaStmt: {Schema, "schema"},
	tree.CreateEnumStmt: {Type, "enum"}, tree.CompositeTypeStmt: {Type, "type"}, tree.CreateDomainStmt: {Type, "domain"},
	tree.CreateRangeStmt: {Type, "range type"}, tree.CreatePolicyStmt: {Other, "policy"}, tree.RuleStmt: {Other, "rule"},
	tree.CreateRoleStmt: {Other, "role"}, tree.CreateExtensionStmt: {Other, "extension"}, tree.CreatePublicationStmt: {Other, "publication"},
	tree.CreateSubscriptionStmt: {Other, "subscription"}, tree.CreateStatsStmt: {Other, "statistics"}, tree.PrepareStmt: {Query, "prepared statement"},
	tree.DeclareCursorStmt: {Query, "cursor"},
}

func symbolOf(n tree.Node) Symbol {
	s := Symbol{Kind: Statement, Span: n.Span(), NameSpan: n.Span()}
	what, defines := kinds[n.Kind()]
	name := n.Field(tree.FieldNew)
	if defines && len(name.Tokens()) > 0 {
		s.Name, s.Kind, s.Detail, s.NameSpan = name.Text(), what.kind, what.detail, name.Span()
		if name.Kind() == tree.ProcedureName {
			s.Detail = "procedure"
		}
		if name.Kind() == tree.MaterializedViewName {
			s.Kind, s.Detail = View, "materialized view"
		}
	} else {
		s.Name = firstLine(n)
		if tokens := n.Tokens(); len(tokens) > 0 {
			s.NameSpan = tokens[0].Span
		}
	}
	s.Children = children(n)
	return s
}

// firstLine gives the beginning of a statement on one line.
func firstLine(n tree.Node) string {
	text := n.Text()
	if len(text) > 4*maxName {
		text = text[:4*maxName]
	}
	text = strings.ToValidUTF8(strings.Join(strings.Fields(text), " "), "")
	if len(text) <= maxName {
		return text
	}
	return strings.ToValidUTF8(text[:maxName], "") + "…"
}

// children gives what a statement defines in itself.
func children(n tree.Node) []Symbol {
	var all []Symbol
	add := func(whole, name tree.Node, kind Kind, detail string) {
		if len(name.Tokens()) > 0 {
			all = append(all, Symbol{Name: name.Text(), Detail: detail, Kind: kind, Span: whole.Span(), NameSpan: name.Span()})
		}
	}
	for inner := range n.Within() {
		switch inner.Kind() {
		case tree.ColumnDef, tree.AttributeDef:
			add(inner, inner.Field(tree.FieldName), Column, inner.Child(tree.TypeName).Text())
		case tree.CommonTableExpr:
			add(inner, inner.Field(tree.FieldName), Query, "common table expression")
		case tree.FunctionParameter:
			if inner.Parent().Kind() == tree.CreateFunctionStmt {
				add(inner, inner.Field(tree.FieldName), Variable, "argument")
			}
		}
	}
	if n.Kind() == tree.CreateStmt || n.Kind() == tree.CreateForeignTableStmt {
		for name := range n.All(tree.ConstraintName) {
			add(name.Parent(), name, Constraint, "constraint")
		}
	}
	if body, ok := n.Body(); ok && body.Language == "plpgsql" {
		for _, t := range body.Statements {
			for d := range t.Root().All(tree.PLDeclaration) {
				name := d.Field(tree.FieldNew)
				if len(name.Tokens()) == 0 {
					continue
				}
				all = append(all, Symbol{Name: name.Text(), Kind: Variable, Detail: d.Child(tree.TypeName).Text(), Span: moved(body, d.Span()), NameSpan: moved(body, name.Span())})
			}
		}
	}
	return all
}

// moved gives the span in the file of one in a body's text.
func moved(body tree.Body, s text.Span) text.Span {
	return text.Span{Start: body.Offset(s.Start), End: body.Offset(s.End)}
}

// Fold is a stretch of text that can be folded.
type Fold struct {
	Span    text.Span // in bytes of the file
	Comment bool
	Region  bool
}

// Folds gives what can be folded, in the order of the text.
func Folds(f *sql.File) []Fold {
	var all []Fold
	parser := new(tree.Parser)
	src := f.Text()
	add := func(fold Fold) {
		if strings.IndexByte(fold.Span.Of(src), '\n') >= 0 {
			all = append(all, fold)
		}
	}
	var regions []int
	lines := text.Span{Start: -1} // a run of line comments
	flush := func() {
		if lines.Start >= 0 {
			add(Fold{Span: lines, Comment: true})
		}
		lines = text.Span{Start: -1}
	}
	for _, st := range f.Statements() {
		for _, token := range st.Tokens() {
			switch token.Kind {
			case lex.LineComment:
				word := strings.ToLower(strings.TrimSpace(strings.TrimLeft(token.Text(src), "-")))
				switch {
				case strings.HasPrefix(word, "region"), strings.HasPrefix(word, "#region"):
					flush()
					regions = append(regions, token.Start)
					continue
				case strings.HasPrefix(word, "endregion"), strings.HasPrefix(word, "#endregion"):
					flush()
					if last := len(regions) - 1; last >= 0 {
						add(Fold{Span: text.Span{Start: regions[last], End: token.End}, Region: true})
						regions = regions[:last]
					}
					continue
				}
				if lines.Start < 0 {
					lines.Start = token.Start
				}
				lines.End = token.End
			case lex.BlockComment:
				flush()
				add(Fold{Span: token.Span, Comment: true})
			case lex.Space:
				if strings.Count(token.Text(src), "\n") > 1 {
					flush()
				}
			case lex.CopyData:
				flush()
				add(Fold{Span: token.Span})
			default:
				flush()
			}
		}
		if st.Kind != sql.SQL {
			continue
		}
		t := parser.Of(st, src)
		for n := range t.Nodes() {
			fold(n, add, func(s text.Span) text.Span { return s })
		}
		for n := range t.Statement().Within() {
			if body, ok := n.Body(); ok {
				for _, inner := range body.Statements {
					for n := range inner.Nodes() {
						fold(n, add, func(s text.Span) text.Span { return moved(body, s) })
					}
				}
			}
		}
	}
	flush()
	return all
}

// fold adds a node that is worth folding.
func fold(n tree.Node, add func(Fold), place func(text.Span) text.Span) {
	switch n.Kind() {
	case tree.Root, tree.PLRoot, tree.Error, tree.Missing:
		return
	case tree.SelectStmt, tree.CaseExpr, tree.CommonTableExpr, tree.PLBlock, tree.PLIf, tree.PLLoop, tree.PLCase, tree.ValuesClause, tree.FuncCall, tree.CreateFunctionStmt:
	default:
		if n.Parent().Kind() != tree.Root && n.Parent().Kind() != tree.PLRoot {
			return
		}
	}
	if span := n.Span(); span.Len() > 0 {
		add(Fold{Span: place(span)})
	}
}

// Surroundings gives the spans around a byte offset, from the word to the file, each
// strictly within the next.
func Surroundings(f *sql.File, offset int) []text.Span {
	file := text.Span{Start: 0, End: len(f.Text())}
	var all []text.Span // from the outside in
	within := func(s text.Span) {
		around := file
		if len(all) > 0 {
			around = all[len(all)-1]
		}
		if s.Len() > 0 && s != around && s.Start >= around.Start && s.End <= around.End && s.Start <= offset && offset <= s.End {
			all = append(all, s)
		}
	}
	st := f.Covering(offset)
	if st.Kind == sql.SQL {
		t := tree.Of(st, f.Text())
		descend(t, offset, within, func(s text.Span) text.Span { return s })
		for n := range t.Statement().Within() {
			body, ok := n.Body()
			if !ok || len(body.Statements) == 0 || offset < body.Offset(0) || offset > body.Literal.Span().End {
				continue
			}
			for _, inner := range body.Statements {
				if span := moved(body, inner.Root().Span()); span.Start <= offset && offset <= span.End {
					at := sort.Search(len(inner.Source()), func(at int) bool { return body.Offset(at) >= offset })
					descend(inner, at, within, func(s text.Span) text.Span { return moved(body, s) })
				}
			}
		}
	}
	var out []text.Span
	for i := len(all) - 1; i >= 0; i-- {
		out = append(out, all[i])
	}
	return append(out, file)
}

// descend tells the nodes around an offset, the outermost first, and the token.
func descend(t *tree.Tree, offset int, within func(text.Span), place func(text.Span) text.Span) {
	var path []tree.Node
	for n := t.At(offset); n.Exists(); n = n.Parent() {
		path = append(path, n)
	}
	for i := len(path) - 1; i >= 0; i-- {
		within(place(path[i].Span()))
	}
	for _, token := range t.Tokens() {
		if !token.Trivia() && token.Start <= offset && offset < token.End {
			within(place(token.Span))
		}
	}
}
