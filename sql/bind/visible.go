package bind

import (
	"iter"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// Visible is what can be named at a place.
type Visible struct{ scope *scope }

// Visible gives what can be named at a byte offset of the statement's text: that
// of the innermost clause with a scope of its own.
func (s *Statement) Visible(offset int) Visible {
	var best scopeAt
	size := 1 << 62
	for _, at := range s.scopes {
		span := at.node.Span()
		if span.Start <= offset && offset <= span.End && span.Len() <= size {
			best, size = at, span.Len()
		}
	}
	return Visible{best.scope}
}

// Named is something in FROM.
type Named struct {
	Name     string // as it is qualified
	Relation *schema.Relation
	Columns  []Column
	Node     tree.Node // an AliasName, a RangeVar or a FunctionName
	Level    int       // 0 in the nearest query, 1 in the one around it …
	Partial  bool      // it may have columns that nobody knows
}

// Items walks what FROM gave names, the nearest query first.
func (v Visible) Items() iter.Seq[Named] {
	return func(yield func(Named) bool) {
		level := 0
		for s := v.scope; s != nil; s = s.parent {
			for _, seen := range s.items {
				if !seen.named {
					continue
				}
				i := seen.item
				if !yield(Named{i.name, i.relation, i.columns, i.node, level, i.open}) {
					return
				}
			}
			if len(s.items) > 0 {
				level++
			}
		}
	}
}

// VisibleColumn is a column that can be named.
type VisibleColumn struct {
	Column
	Item      string // the name of what has it, "" for a column of USING
	Level     int    // 0 in the nearest query, 1 in the one around it …
	Ambiguous bool   // its name alone means another column, or several
}

// Columns walks the columns that can be named, in the order of FROM, the nearest
// query first.
func (v Visible) Columns() iter.Seq[VisibleColumn] {
	return func(yield func(VisibleColumn) bool) {
		level := 0
		taken := map[string]bool{}
		for s := v.scope; s != nil; s = s.parent {
			count := map[string]int{}
			for _, seen := range s.items {
				if seen.columns {
					for _, c := range seen.item.columns {
						count[c.Name]++
					}
				}
			}
			for _, seen := range s.items {
				for _, c := range seen.item.columns {
					if !seen.columns && (count[c.Name] > 0 || seen.item.name == "") {
						continue
					}
					if !yield(VisibleColumn{c, seen.item.name, level, !seen.columns || count[c.Name] > 1 || taken[c.Name]}) {
						return
					}
				}
			}
			for name := range count {
				taken[name] = true
			}
			if len(s.items) > 0 {
				level++
			}
		}
	}
}

// Item finds something in FROM, or a record, by its name, and by its schema where
// one is given.
func (v Visible) Item(schemaName, name string) (Named, bool) {
	if i, _ := v.scope.named(schemaName, name); i != nil {
		return Named{i.name, i.relation, i.columns, i.node, 0, i.open}, true
	}
	return Named{}, false
}

// Variables walks the variables that can be named, the innermost first.
func (v Visible) Variables() iter.Seq[Variable] {
	return func(yield func(Variable) bool) {
		seen := map[string]bool{}
		for s := v.scope; s != nil; s = s.parent {
			for i := len(s.variables) - 1; i >= 0; i-- {
				if name := s.variables[i].Name; name != "" && !seen[name] {
					seen[name] = true
					if !yield(s.variables[i]) {
						return
					}
				}
			}
		}
	}
}

// Block gives the variables of the block or the function of a label, and whether
// there is one.
func (v Visible) Block(label string) ([]Variable, bool) {
	for s := v.scope; s != nil; s = s.parent {
		if s.label == label && label != "" {
			return s.variables, true
		}
	}
	return nil, false
}

// CommonTable is a common table expression that can be named.
type CommonTable struct {
	Name    string
	Columns []Column
	Node    tree.Node // the CommonTableExpr
}

// CommonTables walks the common table expressions that can be named, the nearest
// first.
func (v Visible) CommonTables() iter.Seq[CommonTable] {
	return func(yield func(CommonTable) bool) {
		seen := map[string]bool{}
		for s := v.scope; s != nil; s = s.parent {
			for i := len(s.ctes) - 1; i >= 0; i-- {
				c := s.ctes[i]
				if c.name == "" || seen[c.name] {
					continue
				}
				seen[c.name] = true
				if !yield(CommonTable{c.name, c.columns, c.node}) {
					return
				}
			}
		}
	}
}

// Outputs gives the output columns that ORDER BY and GROUP BY can name.
func (v Visible) Outputs() []Column {
	if v.scope == nil {
		return nil
	}
	return v.scope.outputs
}

// Windows walks the names of the query's windows.
func (v Visible) Windows() iter.Seq[tree.Node] {
	return func(yield func(tree.Node) bool) {
		if v.scope == nil {
			return
		}
		for _, w := range v.scope.windows {
			if !yield(w.Field(tree.FieldName)) {
				return
			}
		}
	}
}

// Target gives the relation that the statement at this place changes, or nil.
func (v Visible) Target() *schema.Relation {
	for s := v.scope; s != nil; s = s.parent {
		if s.target != nil {
			return s.target.relation
		}
	}
	return nil
}

// Fields gives the fields of a variable that is a row or a record, as far as they
// are known.
func (s *Statement) Fields(v Variable) []Column {
	columns, _ := (&binder{Statement: s, known: map[string]typeInfo{}}).rowOf(v)
	return columns
}

// FieldsOf gives the fields of a composite value, and whether it is one.
func (s *Statement) FieldsOf(n tree.Node) ([]Column, bool) {
	if fields := s.references[unparenthesised(n)].Columns; len(fields) > 0 {
		return fields, true
	}
	return (&binder{Statement: s, known: map[string]typeInfo{}}).composite(s.types[n])
}
