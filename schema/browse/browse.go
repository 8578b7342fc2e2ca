// Package browse cuts a catalog into the nodes of a tree view: schemas, the
// groups of objects in them, the objects, and what belongs to those. A view asks
// for the children of one node at a time, page by page.
package browse

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

// Node is a node of the tree.
type Node struct {
	Path        []string `json:"path"`                  // from the root, as Children takes it
	Kind        string   `json:"kind"`                  // schema, group, table, column …
	Label       string   `json:"label"`                 // the name that people read
	Detail      string   `json:"detail,omitempty"`      // a column's type, a function's arguments
	Description string   `json:"description,omitempty"` // the comment
	Children    int      `json:"children"`              // how many it has, 0 for a leaf; -1 for some that nobody counted
	Rows        *int64   `json:"rows,omitempty"`        // of a table: the estimate
	Bytes       *int64   `json:"bytes,omitempty"`       // of a table or an index: its size
	Hidden      bool     `json:"hidden,omitempty"`      // the current role may not look into it
	Matched     []int    `json:"matched,omitempty"`     // of what a search found: the bytes of the label that matched
}

// Options say which children to give.
type Options struct {
	Filter string // only names that contain it, in any case
	Offset int    // of the first node, from 0
	Limit  int    // of nodes, 0 for all
	System bool   // also PostgreSQL's own schemas
}

// Page is some of a node's children.
type Page struct {
	Nodes []Node `json:"nodes"`
	Total int    `json:"total"` // of children that pass the filter
}

// Children gives the children of the node at a path; the root's is empty. A path
// that leads nowhere is an error of category Query.
func Children(c *schema.Catalog, path []string, o Options) (Page, error) {
	nodes, err := children(c, path, o)
	if err != nil {
		return Page{}, err
	}
	if o.Filter != "" {
		wanted := strings.ToLower(o.Filter)
		nodes = slices.DeleteFunc(nodes, func(n Node) bool { return !strings.Contains(strings.ToLower(n.Label), wanted) })
	}
	page := Page{Nodes: nodes, Total: len(nodes)}
	from := min(max(o.Offset, 0), len(nodes))
	page.Nodes = nodes[from:]
	if o.Limit > 0 && len(page.Nodes) > o.Limit {
		page.Nodes = page.Nodes[:o.Limit]
	}
	return page, nil
}

// children gives all children of a node.
func children(c *schema.Catalog, path []string, o Options) ([]Node, error) {
	switch len(path) {
	case 0:
		return schemas(c, o.System), nil
	case 1:
		if c.Schema(path[0]) != nil {
			return groups(c, path), nil
		}
	case 2:
		if g := groupNamed(path[1]); g != nil && c.Schema(path[0]) != nil {
			return sorted(g.objects(c, path)), nil
		}
	case 3:
		if nodes := parts(c, path); nodes != nil {
			return nodes, nil
		}
	case 4:
		if r := c.Relation(path[0], path[2]); r != nil {
			if p := partNamed(path[3]); p != nil {
				return p.nodes(c, r, path), nil
			}
		}
	}
	return nil, nothingAt(strings.Join(path, " › "))
}

// schemas lists them, PostgreSQL's own last.
func schemas(c *schema.Catalog, system bool) []Node {
	var nodes []Node
	for s := range c.SchemasWithPrefix("") {
		if schema.System(s.Name) && !system {
			continue
		}
		nodes = append(nodes, schemaNode(c, s))
	}
	slices.SortStableFunc(nodes, func(a, b Node) int {
		return cmp.Or(compareBool(schema.System(a.Label), schema.System(b.Label)), strings.Compare(a.Label, b.Label))
	})
	return nodes
}

func schemaNode(c *schema.Catalog, s *schema.Schema) Node {
	return Node{
		Path: []string{s.Name}, Kind: "schema", Label: s.Name, Description: s.Comment,
		Children: some(!empty(c, s.Name)), Hidden: s.Privileges&schema.MayUse == 0,
	}
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// empty reports whether nothing that the tree shows is in a schema.
func empty(c *schema.Catalog, name string) bool {
	for range c.RelationsWithPrefix(name, "") {
		return false
	}
	for range c.FunctionsWithPrefix(name, "") {
		return false
	}
	for range c.TypesWithPrefix(name, "") {
		return false
	}
	return true
}

// group is the objects of one kind in a schema.
type group struct {
	name    string
	objects func(c *schema.Catalog, path []string) []Node
}

func groupNamed(name string) *group {
	for _, g := range allGroups() {
		if g.name == name {
			return &g
		}
	}
	return nil
}

// allGroups are the groups in the order that a view shows them.
func allGroups() []group {
	return []group{
		{"tables", relations(schema.Table, schema.PartitionedTable)},
		{"views", relations(schema.View)},
		{"materialized views", relations(schema.MaterializedView)},
		{"foreign tables", relations(schema.ForeignTable)},
		{"sequences", relations(schema.Sequence)},
		{"functions", functions(schema.PlainFunction, schema.Window)},
		{"procedures", functions(schema.Procedure)},
		{"aggregates", functions(schema.Aggregate)},
		{"types", types(schema.Base, schema.Composite, schema.Enum, schema.Range, schema.Multirange)},
		{"domains", types(schema.Domain)},
	}
}

// groups gives those groups of a schema that are not empty.
func groups(c *schema.Catalog, path []string) []Node {
	var nodes []Node
	for _, g := range allGroups() {
		if count := len(g.objects(c, append(path[:1:1], g.name))); count > 0 {
			nodes = append(nodes, Node{Path: append(path[:1:1], g.name), Kind: "group", Label: g.name, Children: count})
		}
	}
	return nodes
}

// relations lists the relations of some kinds. Partitions stand under the table
// that they are a part of.
func relations(kinds ...schema.Kind) func(*schema.Catalog, []string) []Node {
	return func(c *schema.Catalog, path []string) []Node {
		var nodes []Node
		for r := range c.RelationsWithPrefix(path[0], "") {
			if !slices.Contains(kinds, r.Kind) || r.PartitionOf().Name != "" {
				continue
			}
			nodes = append(nodes, relation(r, append(path[:2:2], r.Name)))
		}
		return nodes
	}
}

func relation(r *schema.Relation, path []string) Node {
	n := Node{
		Path: path, Kind: r.Kind.String(), Label: r.Name, Description: r.Comment,
		Hidden: r.Privileges&schema.MaySelect == 0,
	}
	if r.EstimatedRows >= 0 && r.Kind != schema.View && r.Kind != schema.Sequence {
		n.Rows, n.Bytes = &r.EstimatedRows, &r.Bytes
	}
	n.Children = some(len(r.Columns)+len(r.Constraints)+len(r.Rules) > 0 || r.Kind == schema.PartitionedTable)
	return n
}

// some is the number of children that nobody counted.
func some(any bool) int {
	if any {
		return -1
	}
	return 0
}

func functions(kinds ...schema.FunctionKind) func(*schema.Catalog, []string) []Node {
	return func(c *schema.Catalog, path []string) []Node {
		var nodes []Node
		for f := range c.FunctionsWithPrefix(path[0], "") {
			if slices.Contains(kinds, f.Kind) {
				nodes = append(nodes, function(f, path[1]))
			}
		}
		return nodes
	}
}

func function(f *schema.Function, group string) Node {
	return Node{
		Path: []string{f.Schema, group, f.Name + "(" + inputs(f) + ")"}, Kind: f.Kind.String(), Label: f.Name,
		Detail: "(" + inputs(f) + ")" + result(f), Description: f.Comment,
	}
}

// inputs gives the arguments that a call passes.
func inputs(f *schema.Function) string {
	var list []string
	for _, a := range f.Arguments {
		if !a.Input() {
			continue
		}
		list = append(list, strings.TrimSpace(a.Name+" "+a.Type))
	}
	return strings.Join(list, ", ")
}

func result(f *schema.Function) string {
	switch {
	case f.Result == "":
		return ""
	case f.ReturnsSet:
		return " → setof " + f.Result
	}
	return " → " + f.Result
}

func types(kinds ...schema.TypeKind) func(*schema.Catalog, []string) []Node {
	return func(c *schema.Catalog, path []string) []Node {
		var nodes []Node
		for t := range c.TypesWithPrefix(path[0], "") {
			if !slices.Contains(kinds, t.Kind) {
				continue
			}
			nodes = append(nodes, typeNode(t))
		}
		return nodes
	}
}

func typeNode(t *schema.Type) Node {
	group := "types"
	if t.Kind == schema.Domain {
		group = "domains"
	}
	return Node{
		Path: []string{t.Schema, group, t.Name}, Kind: t.Kind.String(), Label: t.Name, Detail: t.Of, Description: t.Comment,
		Children: len(t.Labels) + len(t.Attributes),
	}
}

// parts gives what an object consists of: the groups of a relation, the labels of
// an enum, the attributes of a composite type.
func parts(c *schema.Catalog, path []string) []Node {
	if path[1] == "types" {
		if t := c.Type(path[0], path[2]); t != nil {
			return members(t, path)
		}
		return nil
	}
	r := c.Relation(path[0], path[2])
	if r == nil {
		return nil
	}
	nodes := []Node{}
	for _, p := range allParts() {
		if count := len(p.nodes(c, r, path)); count > 0 {
			nodes = append(nodes, Node{Path: append(path[:3:3], p.name), Kind: "group", Label: p.name, Children: count})
		}
	}
	return nodes
}

func members(t *schema.Type, path []string) []Node {
	nodes := []Node{}
	for _, label := range t.Labels {
		nodes = append(nodes, Node{Path: append(path[:3:3], label), Kind: "label", Label: label})
	}
	for _, a := range t.Attributes {
		nodes = append(nodes, Node{Path: append(path[:3:3], a.Name), Kind: "attribute", Label: a.Name, Detail: a.Type, Description: a.Comment})
	}
	return nodes
}

// part is one kind of thing that a relation has.
type part struct {
	name  string
	nodes func(c *schema.Catalog, r *schema.Relation, path []string) []Node
}

func partNamed(name string) *part {
	for _, p := range allParts() {
		if p.name == name {
			return &p
		}
	}
	return nil
}

func allParts() []part {
	return []part{
		{"columns", columns},
		{"constraints", constraints},
		{"indexes", indexes},
		{"triggers", triggers},
		{"policies", policies},
		{"rules", rules},
		{"partitions", partitions},
	}
}

// partitions lists the tables that a relation's rows are in, and those that
// inherit from it.
func partitions(c *schema.Catalog, r *schema.Relation, _ []string) []Node {
	var nodes []Node
	for child := range c.Children(r.QualifiedName()) {
		n := relation(child, []string{child.Schema, groupOf(child.Kind), child.Name})
		if child.Partition != nil {
			n.Detail = child.Partition.Bound
		}
		nodes = append(nodes, n)
	}
	return nodes
}

// groupOf names the group that lists a kind of relation.
func groupOf(kind schema.Kind) string {
	switch kind {
	case schema.View:
		return "views"
	case schema.MaterializedView:
		return "materialized views"
	case schema.ForeignTable:
		return "foreign tables"
	case schema.Sequence:
		return "sequences"
	}
	return "tables"
}

func columns(_ *schema.Catalog, r *schema.Relation, path []string) []Node {
	var key []string
	if k := r.PrimaryKey(); k != nil {
		key = k.Columns
	}
	return each(r.Columns, path, "columns", func(c *schema.Column, n *Node) {
		n.Kind, n.Label, n.Detail, n.Description = "column", c.Name, c.Type, c.Comment
		if slices.Contains(key, c.Name) {
			n.Kind = "key column"
		} else if c.NotNull {
			n.Detail += " not null"
		}
	})
}

func constraints(_ *schema.Catalog, r *schema.Relation, path []string) []Node {
	return each(r.Constraints, path, "constraints", func(k *schema.Constraint, n *Node) {
		n.Kind, n.Label, n.Detail, n.Description = strings.ToLower(k.Kind.String()), k.Name, k.Definition, k.Comment
	})
}

func indexes(_ *schema.Catalog, r *schema.Relation, path []string) []Node {
	return each(r.Indexes, path, "indexes", func(x *schema.Index, n *Node) {
		n.Kind, n.Label, n.Detail, n.Description = "index", x.Name, x.Definition, x.Comment
		n.Bytes = &x.Bytes
	})
}

func triggers(_ *schema.Catalog, r *schema.Relation, path []string) []Node {
	return each(r.Triggers, path, "triggers", func(t *schema.Trigger, n *Node) {
		n.Kind, n.Label, n.Detail, n.Description = "trigger", t.Name, t.Definition, t.Comment
	})
}

func policies(_ *schema.Catalog, r *schema.Relation, path []string) []Node {
	return each(r.Policies, path, "policies", func(p *schema.Policy, n *Node) {
		n.Kind, n.Label, n.Detail, n.Description = "policy", p.Name, p.Using, p.Comment
	})
}

func rules(_ *schema.Catalog, r *schema.Relation, path []string) []Node {
	return each(r.Rules, path, "rules", func(x *schema.Rule, n *Node) {
		n.Kind, n.Label, n.Detail, n.Description = "rule", x.Name, x.Definition, x.Comment
	})
}

// each makes a node of each of a relation's things.
func each[T any](items []T, path []string, group string, fill func(*T, *Node)) []Node {
	nodes := make([]Node, len(items))
	for i := range items {
		fill(&items[i], &nodes[i])
		nodes[i].Path = append(path[:3:3], group, nodes[i].Label)
	}
	return nodes
}

func sorted(nodes []Node) []Node {
	slices.SortStableFunc(nodes, func(a, b Node) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)), strings.Compare(a.Detail, b.Detail))
	})
	return nodes
}
