package replay

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

func (s *Session) createIndex(n tree.Node) {
	r := s.relation(n, n.Child(tree.RangeVar))
	if r == nil {
		s.refuse(n.Child(tree.RangeVar), "relation %q does not exist", n.Child(tree.RangeVar).Text())
		return
	}
	index := schema.Index{Name: n.Field(tree.FieldNew).Name(), Method: n.Child(tree.AccessMethodName).Name(), Unique: n.Has(lex.KwUnique)}
	switch index.Method {
	case "":
		index.Method = "btree"
	case "rtree":
		index.Method = "gist" // as PostgreSQL reads it since 8.2
	}
	for element := range n.Children() {
		if element.Kind() != tree.IndexElem {
			continue
		}
		part := s.indexKey(element)
		if part.Column != "" && r.Column(part.Column) == nil {
			s.refuse(element, "column %q does not exist", part.Column)
			return
		}
		if element.Label() == tree.FieldInclude {
			index.Include = append(index.Include, part.Column)
		} else {
			index.Keys = append(index.Keys, part)
		}
	}
	index.NullsNotDistinct = n.Has(lex.KwDistinct) && !n.Has(lex.KwNot)
	index.Tablespace = n.Child(tree.TablespaceName).Name()
	index.Predicate = s.expression(n.Child(tree.WhereClause))
	index.Definition = s.indexText(n, r)
	if name := index.Name; name != "" {
		full := schema.Name{Schema: r.Schema, Name: name}
		if s.taken(full) {
			if !n.Has(lex.KwIf) {
				s.replaceIndex(n.Field(tree.FieldNew), r, index)
			}
			return
		}
	}
	s.addIndex(r, index, n.Has(lex.KwOnly))
}

// indexText writes what a CREATE INDEX says from ON on, where the parts of the
// model do not tell all; "" where they do.
func (s *Session) indexText(n tree.Node, r *schema.Relation) string {
	told := true
	for part := range n.Within() {
		switch part.Kind() {
		case tree.OpclassName, tree.RelOption:
			told = false
		case tree.CollateClause:
			told = told && part.Parent().Kind() != tree.IndexElem
		}
	}
	if told {
		return ""
	}
	of := n.Child(tree.RangeVar)
	return " ON " + quoted(r.QualifiedName()) + n.Tree().Source()[of.Span().End:n.Span().End]
}

// replaceIndex is for an index that there is: one of a table that the catalog
// below has is made anew, as the script says it.
func (s *Session) replaceIndex(n tree.Node, r *schema.Relation, index schema.Index) {
	if r.Origin != nil || !hasIndex(r, index.Name) {
		s.refuse(n, "relation %q already exists", index.Name)
		return
	}
	r = altered(r)
	r.Indexes = slices.DeleteFunc(r.Indexes, func(x schema.Index) bool { return x.Name == index.Name })
	s.edit.Put(r)
	s.addIndex(r, index, false)
}

// createIndex completes what indexText has begun.
func createIndex(index schema.Index) string {
	create := "CREATE INDEX "
	if index.Unique {
		create = "CREATE UNIQUE INDEX "
	}
	return create + lex.QuoteIdentifier(index.Name) + index.Definition
}

// addIndex adds an index to a relation and, where that is a partitioned table, to
// its partitions unless only it shall have it.
func (s *Session) addIndex(r *schema.Relation, index schema.Index, only bool) {
	r = altered(r)
	s.addKey(r, key{constraint: schema.Constraint{Name: index.Name, Kind: notAKey}, index: index})
	if s.refused {
		return
	}
	name := r.Indexes[len(r.Indexes)-1].Name
	sortParts(r)
	s.edit.Put(r)
	if r.Kind != schema.PartitionedTable || only {
		return
	}
	for partition := range s.Catalog().Children(r.QualifiedName()) {
		if partition.Kind == schema.ForeignTable {
			continue // it has no indexes
		}
		child := altered(partition)
		copied := key{index: clonedIndex(index), constraint: schema.Constraint{Kind: notAKey}}
		copied.index.PartitionOf = schema.Name{Schema: r.Schema, Name: name}
		if s.attach(child, &copied) {
			s.edit.Put(child)
			continue
		}
		s.addIndex(partition, copied.index, false)
	}
}

// indexKey reads a column or an expression of an index.
func (s *Session) indexKey(n tree.Node) schema.IndexKey {
	k := schema.IndexKey{Column: n.Child(tree.ColumnName).Name(), Descending: n.Has(lex.KwDesc)}
	k.NullsFirst = k.Descending
	switch {
	case n.Has(lex.KwFirst):
		k.NullsFirst = true
	case n.Has(lex.KwLast):
		k.NullsFirst = false
	}
	if k.Column == "" {
		for child := range n.Children() {
			if k.Column = plainColumn(child); k.Column != "" {
				break
			}
			k.Expression = s.qualifiedText(child)
			if kind := child.Kind(); kind != tree.FuncCall && !strings.HasPrefix(k.Expression, "(") {
				k.Expression = "(" + k.Expression + ")"
			}
			break
		}
	}
	return k
}

// plainColumn gives the column of (a) or (a COLLATE "C"), "" of another
// expression.
func plainColumn(n tree.Node) string {
	switch n.Kind() {
	case tree.ColumnRef:
		return n.Name()
	case tree.ParenExpr, tree.CollateClause:
		for child := range n.Children() {
			return plainColumn(child)
		}
	}
	return ""
}

// indexColumnNames gives the columns of an index as they are called in its name,
// none twice (ChooseIndexColumnNames).
func indexColumnNames(index schema.Index) []string {
	var names []string
	add := func(name string) {
		unique := name
		for i := 1; ; i++ {
			if !slices.Contains(names, unique) {
				break
			}
			suffix := strconv.Itoa(i)
			unique = clip(name, min(len(name), maxName-len(suffix))) + suffix
		}
		names = append(names, unique)
	}
	for _, k := range index.Keys {
		switch {
		case k.Column != "":
			add(k.Column)
		default:
			add(expressionName(k.Expression))
		}
	}
	for _, name := range index.Include {
		add(name)
	}
	return names
}

// expressionName gives what an expression of an index is called: by its function
// or type, else expr.
func expressionName(expression string) string {
	text := "SELECT " + expression
	statement := tree.Parse(text, lex.Lex(text, lex.Options{})).Statement()
	if name := targetName(statement.Child(tree.SimpleSelect).Child(tree.ResTarget)); name != "?column?" {
		return name
	}
	return "expr"
}
