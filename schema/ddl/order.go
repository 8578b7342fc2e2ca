package ddl

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

// node is an object among those that are written.
type node struct {
	object any
	parts  object
	needs  []*node
}

// ref is what the DDL of another object names: a qualified name, or that of a
// kind which has no schema.
type ref struct {
	kind string
	name schema.Name
}

// ordered gives the wanted objects so that each comes after those that its
// statements name. The catalog has no dependencies, and needs none: all its
// texts name what they use with its schema. Objects that need each other are
// made in two steps, as pg_dump does.
func (g *generator) ordered(wanted func(*schema.Object) bool) ([]*node, error) {
	nodes, err := g.nodes(wanted)
	if err != nil {
		return nil, err
	}
	for _, circle := range circles(nodes) {
		if len(circle) == 1 {
			continue
		}
		for _, n := range circle {
			if r, ok := n.object.(*schema.Relation); ok && r.Kind != schema.Sequence {
				g.split[r] = true
			}
		}
	}
	if len(g.split) > 0 {
		if nodes, err = g.nodes(wanted); err != nil {
			return nil, err
		}
	}
	var ordered []*node
	for _, circle := range circles(nodes) {
		ordered = append(ordered, circle...)
	}
	return ordered, nil
}

// nodes writes the objects and finds what each needs.
func (g *generator) nodes(wanted func(*schema.Object) bool) ([]*node, error) {
	var nodes []*node
	var failed error
	providers := map[ref][]*node{}
	companions := map[*node][]*node{}
	g.objects(func(o any, header *schema.Object) {
		if !wanted(header) {
			return
		}
		parts, err := g.object(o)
		if err != nil {
			failed = err
			return
		}
		n := &node{object: o, parts: parts}
		nodes = append(nodes, n)
		for _, r := range g.provides(o, header) {
			providers[r] = append(providers[r], n)
		}
	})
	if failed != nil {
		return nil, failed
	}
	for _, n := range nodes {
		if e, ok := n.object.(*schema.Extension); ok {
			for member := range g.catalog.Members(e.Name) {
				made := ref{name: member.QualifiedName()}
				providers[made] = append(providers[made], n)
			}
		}
	}
	for _, n := range nodes {
		n.needs = g.needs(n, providers)
		switch n.object.(type) {
		case *schema.OperatorClass, *schema.Cast:
			for _, t := range n.needs {
				if _, ok := t.object.(*schema.Type); ok {
					companions[t] = append(companions[t], n)
				}
			}
		}
	}
	// Keys and expressions use the operator classes and the casts of types
	// without naming them.
	for _, n := range nodes {
		if _, ok := n.object.(*schema.Relation); ok {
			for _, t := range n.needs {
				n.needs = append(n.needs, companions[t]...)
			}
		}
	}
	return nodes, nil
}

// provides tells how others name an object.
func (g *generator) provides(o any, header *schema.Object) []ref {
	name := ref{name: header.QualifiedName()}
	switch o := o.(type) {
	case *schema.Schema, *schema.Publication, *schema.EventTrigger, *schema.Cast:
		return nil
	case *schema.Extension:
		return []ref{{"extension", schema.Name{Name: o.Name}}}
	case *schema.Language:
		return []ref{{"language", schema.Name{Name: o.Name}}}
	case *schema.AccessMethod:
		return []ref{{"access method", schema.Name{Name: o.Name}}}
	case *schema.ForeignDataWrapper:
		return []ref{{"wrapper", schema.Name{Name: o.Name}}}
	case *schema.ForeignServer:
		return []ref{{"server", schema.Name{Name: o.Name}}}
	case *schema.Type:
		if o.Range != nil {
			return []ref{name, {name: o.Range.Multirange}}
		}
	case *schema.Relation:
		refs := []ref{name}
		for i := range o.Columns {
			if s := g.owned[column{o.QualifiedName(), o.Columns[i].Name}]; s != nil && (s.Sequence.Identity || g.isSerial(o, &o.Columns[i], s)) {
				refs = append(refs, ref{name: s.QualifiedName()})
			}
		}
		return refs
	}
	return []ref{name}
}

// needs gives the nodes that must come before one.
func (g *generator) needs(n *node, providers map[ref][]*node) []*node {
	var needs []*node
	seen := map[*node]bool{n: true}
	add := func(r ref) {
		for _, p := range providers[r] {
			if !seen[p] && !forward(n, p) {
				seen[p] = true
				needs = append(needs, p)
			}
		}
	}
	unscoped := func(kind, name string) { add(ref{kind, schema.Name{Name: name}}) }
	switch o := n.object.(type) {
	case *schema.Function:
		unscoped("language", o.Language)
	case *schema.ForeignServer:
		unscoped("wrapper", o.Wrapper)
	case *schema.OperatorClass:
		unscoped("access method", o.Method)
	case *schema.OperatorFamily:
		unscoped("access method", o.Method)
	case *schema.Relation:
		unscoped("access method", storage(o).AccessMethod)
		if o.Foreign != nil {
			unscoped("server", o.Foreign.Server)
		}
	}
	for _, s := range n.parts.create {
		named(s, func(name schema.Name, _, _ int) { add(ref{name: name}) })
	}
	return needs
}

// forward reports whether an object may name another one before that is there:
// an operator its commutator, and the functions of a type the type, of which
// CREATE TYPE name has made a shell.
func forward(from, to *node) bool {
	switch t := to.object.(type) {
	case *schema.Operator:
		_, ok := from.object.(*schema.Operator)
		return ok
	case *schema.Type:
		f, ok := from.object.(*schema.Function)
		if !ok || len(to.parts.before) == 0 {
			return false
		}
		if t.Base != nil && t.Base.Shell {
			return true
		}
		for _, s := range to.parts.create {
			if !strings.HasPrefix(s, "CREATE TYPE ") {
				continue
			}
			found := false
			named(s, func(name schema.Name, _, _ int) { found = found || name == f.QualifiedName() })
			return found
		}
	}
	return false
}

// circles gives the strongly connected components of the nodes (Tarjan 1972),
// each after those that it needs, and otherwise in the nodes' order. Those of
// one node are no circles but places in the order.
func circles(nodes []*node) [][]*node {
	type state struct {
		index, low int
		open       bool
	}
	states := make(map[*node]*state, len(nodes))
	var found [][]*node
	var stack []*node
	var visit func(n *node) *state
	visit = func(n *node) *state {
		s := &state{len(states), len(states), true}
		states[n] = s
		stack = append(stack, n)
		for _, m := range n.needs {
			if t := states[m]; t == nil {
				s.low = min(s.low, visit(m).low)
			} else if t.open {
				s.low = min(s.low, t.index)
			}
		}
		if s.low != s.index {
			return s
		}
		for i := len(stack) - 1; ; i-- {
			states[stack[i]].open = false
			if stack[i] == n {
				found = append(found, append([]*node(nil), stack[i:]...))
				stack = stack[:i]
				return s
			}
		}
	}
	for _, n := range nodes {
		if states[n] == nil {
			visit(n)
		}
	}
	return found
}
