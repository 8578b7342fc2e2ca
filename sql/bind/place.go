package bind

import (
	"sort"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// Place is a statement of a file, or the body of a function in it, with its
// meaning.
type Place struct {
	*Statement
	body *tree.Body // nil for a statement of the file itself
}

// At gives the statement at a byte offset of a file: where it is in a function's
// body that is a literal, that of the body. It answers false for what is not for
// the server, such as psql's commands.
func At(f *sql.File, offset int, c *schema.Catalog) (Place, bool) {
	st := f.Covering(offset)
	if st.Kind != sql.SQL {
		return Place{}, false
	}
	t := tree.Of(st, f.Text())
	for n := range t.Statement().Within() {
		if n.Kind() != tree.CreateFunctionStmt && n.Kind() != tree.DoStmt || n.Span().Start > offset || offset > n.Span().End {
			continue
		}
		body, ok := n.Body()
		if !ok || len(body.Statements) == 0 || offset < body.Offset(0) || offset > body.Literal.Span().End {
			break
		}
		at := insideBody(body, offset)
		bound := Body(body, n, Scope{Catalog: c, Near: &text.Span{Start: at, End: at}})
		i := sort.Search(len(bound), func(i int) bool { return bound[i].tree.Root().Span().End >= at })
		return Place{bound[min(i, len(bound)-1)], &body}, true
	}
	return Place{Statement: Of(t, Scope{Catalog: c, Near: &text.Span{Start: offset, End: offset}})}, true
}

// insideBody gives the offset in a body's text of one in the file.
func insideBody(body tree.Body, offset int) int {
	return sort.Search(len(body.Statements[0].Source()), func(at int) bool { return body.Offset(at) >= offset })
}

// Inside gives the offset in the statement's text of one in the file.
func (p Place) Inside(offset int) int {
	if p.body == nil {
		return offset
	}
	return insideBody(*p.body, offset)
}

// Outside gives the span in the file of one in the statement's text.
func (p Place) Outside(s text.Span) text.Span {
	if p.body == nil {
		return s
	}
	return text.Span{Start: p.body.Offset(s.Start), End: p.body.Offset(s.End)}
}

// Symbol is a name in a statement with its meaning.
type Symbol struct {
	Reference
	Node tree.Node // the node that the name is, or is a part of
	Span text.Span // of the name alone
}

// Symbol gives the name at a byte offset of the statement's text, and whether there
// is one that means something.
func (s *Statement) Symbol(offset int) (Symbol, bool) {
	for n := s.tree.At(offset); n.Exists(); n = n.Parent() {
		for _, symbol := range s.symbols(n) {
			if symbol.Span.Start <= offset && offset <= symbol.Span.End {
				return symbol, true
			}
		}
		switch n.Kind() {
		case tree.ColumnRef, tree.RangeVar, tree.FunctionName, tree.SimpleSelect, tree.SelectStmt:
			return Symbol{}, false
		}
	}
	return Symbol{}, false
}

// symbols gives the names of a node: of t.c the item and the column.
func (s *Statement) symbols(n tree.Node) []Symbol {
	r, ok := s.references[n]
	owner, owned := s.owners[n]
	if !ok && !owned {
		return nil
	}
	if r.Kind == ToOperator {
		for t := range n.Own() {
			return []Symbol{{r, n, t.Span}}
		}
	}
	names := n.Names()
	if len(names) == 0 || r.Kind == ToType || n.Kind() == tree.ResTarget {
		return []Symbol{{r, n, n.Span()}}
	}
	var all []Symbol
	if owned && len(names) > 1 {
		all = append(all, Symbol{owner, n, names[len(names)-2].Span})
	}
	if ok {
		all = append(all, Symbol{r, n, names[len(names)-1].Span})
	}
	return all
}

// Same reports whether two names mean the same thing.
func (r Reference) Same(other Reference) bool {
	switch {
	case r.Kind == Nothing || other.Kind == Nothing:
		return false
	case r.Definition.Exists() || other.Definition.Exists():
		return r.Definition == other.Definition
	case r.Column != nil || other.Column != nil:
		return r.Column == other.Column && r.Relation == other.Relation
	case r.Kind == ToFunction:
		return other.Kind == ToFunction && r.Function == other.Function
	case r.Kind == ToOperator:
		return other.Kind == ToOperator && r.Operator == other.Operator
	case r.Kind == ToType:
		return other.Kind == ToType && r.Type == other.Type
	case r.Kind == ToRelation || r.Kind == ToItem:
		return (other.Kind == ToRelation || other.Kind == ToItem) && r.Relation == other.Relation && r.Relation != nil
	}
	return false
}

// Occurrences gives the names in the statement that mean the same as a symbol, in
// the order of the text.
func (s *Statement) Occurrences(of Symbol) []Symbol {
	var all []Symbol
	for n := range s.tree.Nodes() {
		for _, symbol := range s.symbols(n) {
			if symbol.Same(of.Reference) {
				all = append(all, symbol)
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Span.Start < all[j].Span.Start })
	return all
}

// Defined gives the span of a symbol's name where the statement itself defines it,
// in the statement's text.
func (s *Statement) Defined(symbol Symbol) (text.Span, bool) {
	n := symbol.Definition
	if !n.Exists() || n.Tree() != s.tree {
		return text.Span{}, false
	}
	if label := n.Field(tree.FieldName); label.Exists() {
		n = label
	}
	return n.Span(), true
}

// Renamable reports whether the statement gives a thing its name, so that another
// one does as well.
func (s *Statement) Renamable(symbol Symbol) bool {
	n := symbol.Definition
	if !n.Exists() || n.Tree() != s.tree {
		return false
	}
	switch n.Kind() {
	case tree.RangeVar, tree.FunctionName:
		return false // it goes by its own name
	case tree.ResTarget:
		return n.Field(tree.FieldName).Exists()
	}
	return true
}

// References gives the spans in a file of all names that mean the same as a symbol
// of the place: what the statement itself defines is only there, objects of the
// database are in all statements. Spans are in the order of the text.
func (p Place) References(f *sql.File, of Symbol) []text.Span {
	var spans []text.Span
	add := func(in Place) {
		for _, o := range in.Occurrences(of) {
			spans = append(spans, in.Outside(o.Span))
		}
	}
	if of.Definition.Exists() {
		add(p)
		return spans
	}
	for _, st := range f.Statements() {
		if st.Kind != sql.SQL {
			continue
		}
		t := tree.Of(st, f.Text())
		add(Place{Statement: Of(t, Scope{Catalog: p.catalog})})
		for n := range t.Statement().Within() {
			body, ok := n.Body()
			if !ok {
				continue
			}
			for _, inner := range Body(body, n, Scope{Catalog: p.catalog}) {
				add(Place{inner, &body})
			}
		}
	}
	return spans
}
