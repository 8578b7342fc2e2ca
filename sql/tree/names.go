package tree

import (
	"iter"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// Name is a part of a dotted name.
type Name struct {
	Text string // as the server stores it: see lex.Identifier; "*" for a star
	Span text.Span
}

// Names gives the parts of a name: catalog, schema and table of a RangeVar, table
// and column of a ColumnRef. What stands between the dots of other nodes is given
// too, as far as the nodes themselves, beside their children, have it.
func (n Node) Names() []Name {
	var names []Name
	for token := range n.Own() {
		switch {
		case token.Name():
			names = append(names, Name{lex.Identifier(token.Text(n.tree.src)), token.Span})
		case token.Kind == lex.Operator && token.Text(n.tree.src) == "*":
			names = append(names, Name{"*", token.Span})
		}
	}
	return names
}

// Name gives the last part of a name, "" when there is none.
func (n Node) Name() string {
	names := n.Names()
	if len(names) == 0 {
		return ""
	}
	return names[len(names)-1].Text
}

// All gives the nodes of a kind within the node, in the order of the text.
func (n Node) All(kind Kind) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for inner := range n.Within() {
			if inner.Kind() == kind && !yield(inner) {
				return
			}
		}
	}
}
