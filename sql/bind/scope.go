package bind

import (
	"slices"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// scope is what the names of a query can mean: what is in its FROM, its common
// table expressions, and what is around it.
type scope struct {
	parent    *scope
	items     []visible
	ctes      []*cte
	windows   []tree.Node // WindowDefinitions
	outputs   []Column    // what ORDER BY can name besides
	variables []Variable
	label     string
	target    *item // of INSERT, UPDATE, DELETE and MERGE
}

// item is something in FROM (ParseNamespaceItem of PostgreSQL).
type item struct {
	name     string // its alias, or else its own name
	schema   string // of a relation without an alias
	relation *schema.Relation
	columns  []Column
	node     tree.Node // an AliasName, RangeVar or FunctionName
	row      string    // the type of a row of it, "" for record
	open     bool      // it may have more columns than are known
	cte      *cte
	scalar   bool // a function whose row is its value
}

// visible is how an item can be seen.
type visible struct {
	item    *item
	named   bool // by its name
	columns bool // its columns without the name
	joined  bool // it is a side of a join, whose system columns need its name
}

// cte is a common table expression. It is bound when it is first named.
type cte struct {
	name      string
	node      tree.Node // CommonTableExpr
	scope     *scope    // what its query sees
	columns   []Column
	state     cteState
	recursive bool
}

type cteState uint8

const (
	cteUnbound cteState = iota
	cteBinding
	cteBound
)

// inner gives the scope of a query within this one.
func (s *scope) inner() *scope { return &scope{parent: s} }

// cte finds a common table expression by its name.
func (s *scope) cte(name string) *cte {
	for ; s != nil; s = s.parent {
		for _, c := range slices.Backward(s.ctes) {
			if c.name == name {
				return c
			}
		}
	}
	return nil
}

// open reports whether something that is visible may have columns nobody knows.
func (s *scope) open() bool {
	for ; s != nil; s = s.parent {
		for _, v := range s.items {
			if v.item.open {
				return true
			}
		}
	}
	return false
}

// found is a column that a name means.
type found struct {
	item   *item
	column *Column
	count  int // how many there are in the nearest scope that has one
}

// column finds a column by an unqualified name: the nearest scope with one wins.
func (s *scope) column(name string) found {
	for ; s != nil; s = s.parent {
		if f := s.ownColumn(name); f.count > 0 {
			return f
		}
	}
	return found{}
}

// ownColumn finds a column of the scope's own items.
func (s *scope) ownColumn(name string) found {
	var f found
	for _, v := range s.items {
		if !v.columns {
			continue
		}
		for i := range v.item.columns {
			if v.item.columns[i].Name == name {
				if f.count == 0 {
					f.item, f.column = v.item, &v.item.columns[i]
				}
				f.count++
			}
		}
		if f.count == 0 && !v.joined {
			if c := v.item.systemColumn(name); c != nil {
				f = found{v.item, c, 1}
			}
		}
	}
	return f
}

// column finds a column of an item; count tells how many have the name.
func (i *item) column(name string) (c *Column, count int) {
	for at := range i.columns {
		if i.columns[at].Name == name {
			if c == nil {
				c = &i.columns[at]
			}
			count++
		}
	}
	if c == nil {
		if c = i.systemColumn(name); c != nil {
			count = 1
		}
	}
	return c, count
}

// systemColumn gives the column that every table has
// (https://www.postgresql.org/docs/current/ddl-system-columns.html), or nil.
func (i *item) systemColumn(name string) *Column {
	r := i.relation
	if r == nil || r.Kind == schema.View || i.cte != nil {
		return nil
	}
	t := ""
	switch name {
	case "tableoid":
		t = "oid"
	case "xmin", "xmax":
		t = "xid"
	case "cmin", "cmax":
		t = "cid"
	case "ctid":
		t = "tid"
	default:
		return nil
	}
	return &Column{Name: name, Type: t, Relation: r, NotNull: true}
}

// named finds an item by its name, and by its schema where one is given.
func (s *scope) named(schemaName, name string) (*item, int) {
	for ; s != nil; s = s.parent {
		var first *item
		count := 0
		for _, v := range s.items {
			if !v.named || v.item.name != name || name == "" {
				continue
			}
			if schemaName != "" && v.item.schema != schemaName {
				continue
			}
			if first == nil {
				first = v.item
			}
			count++
		}
		if first != nil {
			return first, count
		}
	}
	return nil, 0
}

// variable finds a variable of a body. A name of two parts is qualified by the
// function or the block, or a field of a record.
func (s *scope) variable(names []string) (v Variable, rest []string, ok bool) {
	for ; s != nil; s = s.parent {
		if len(names) > 1 && s.label != "" && names[0] == s.label {
			if v, ok := variableOf(s.variables, names[1]); ok {
				return v, names[2:], true
			}
		}
		if v, ok := variableOf(s.variables, names[0]); ok {
			return v, names[1:], true
		}
	}
	return Variable{}, nil, false
}

func variableOf(variables []Variable, name string) (Variable, bool) {
	for _, v := range slices.Backward(variables) {
		if v.Name == name && name != "" {
			return v, true
		}
	}
	return Variable{}, false
}

// columnsOf gives the columns of a relation.
func columnsOf(r *schema.Relation) []Column {
	columns := make([]Column, len(r.Columns))
	for i := range r.Columns {
		c := &r.Columns[i]
		columns[i] = Column{Name: c.Name, Type: c.Type, Relation: r, Source: c, NotNull: c.NotNull}
	}
	return columns
}

// relationItem makes an item of a relation; without one, of something unknown.
func (b *binder) relationItem(r *schema.Relation, node tree.Node) *item {
	i := &item{relation: r, node: node}
	if r == nil {
		i.open = true
		return i
	}
	i.name, i.schema = r.Name, r.Schema
	i.columns = columnsOf(r)
	i.row = rowType(r)
	return i
}
