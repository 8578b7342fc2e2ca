package browse

import "github.com/tusk-lsp/tusk-lsp/schema"

// Find gives the nodes of what a search finds, the best first: relations, their
// columns, functions, types and schemas whose names have the letters of query in
// its order (see schema.Catalog.Search).
func Find(c *schema.Catalog, query string, limit int) []Node {
	nodes := []Node{}
	for _, match := range c.Search(query, schema.FindAll, limit) {
		if n, ok := found(c, match); ok {
			n.Matched = match.Positions
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// found gives the node of a match.
func found(c *schema.Catalog, match schema.Match) (Node, bool) {
	switch o := match.Object.(type) {
	case *schema.Schema:
		return schemaNode(c, o), true
	case *schema.Function:
		return function(o, groupOfFunction(o.Kind)), true
	case *schema.Type:
		return typeNode(o), true
	case *schema.Relation:
		path := []string{o.Schema, groupOf(o.Kind), o.Name}
		if match.Column == nil {
			return relation(o, path), true
		}
		for _, n := range columns(c, o, path) {
			if n.Label == match.Column.Name {
				return n, true
			}
		}
	}
	return Node{}, false
}

func groupOfFunction(kind schema.FunctionKind) string {
	switch kind {
	case schema.Aggregate:
		return "aggregates"
	case schema.Procedure:
		return "procedures"
	}
	return "functions"
}
