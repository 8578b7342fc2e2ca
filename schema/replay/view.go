package replay

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

func (s *Session) createView(n tree.Node) {
	name := n.Field(tree.FieldNew)
	query := n.Field(tree.FieldQuery)
	full := s.newNameOf(n, name)
	if full.Schema != temporary && split(name).Schema == "" && s.readsTemporary(query) {
		full.Schema = temporary
	}
	var d *definition
	if old := s.Catalog().Relation(full.Schema, full.Name); n.Has(lex.KwOr) && old != nil && old.Kind == schema.View {
		d = &definition{Relation: altered(old)}
		d.Origin, d.Storage = s.origin, nil
	} else if d = s.startRelation(n, name, full, schema.View); d == nil {
		return
	}
	if d.Persistence = persistence(n); d.Schema == temporary {
		d.Persistence = schema.Temporary
	}
	names := columnNames(n)
	if n.Has(lex.KwRecursive) {
		// It is WITH RECURSIVE name (columns) AS (query) SELECT columns FROM name.
		sc := &scope{session: s, with: map[string][]schema.Column{}}
		if set := query.Child(tree.SetOperation); set.Exists() {
			for left := range set.Children() {
				sc.with[full.Name] = renameColumns(sc.query(left), names)
				break
			}
		}
		d.Columns = nil
		for i, c := range renameColumns(sc.query(query), names) {
			d.Columns = append(d.Columns, schema.Column{Name: c.Name, Type: c.Type, Attnum: int16(i + 1)})
		}
	} else {
		before := d.Columns
		d.Columns = s.outputColumns(query, names)
		for i := range min(len(before), len(d.Columns)) {
			d.Columns[i].Default, d.Columns[i].Comment = before[i].Default, before[i].Comment
		}
		if s.Catalog().Schema("pg_catalog") == nil && len(d.Columns) == 0 {
			s.note(query, "the columns of view %q cannot be told", d.Name)
		}
	}
	d.Definition = s.viewText(query, names)
	s.storage(d.Relation, n)
	if n.Has(lex.KwCheck) {
		value := "cascaded"
		if n.Has(lex.KwLocal) {
			value = "local"
		}
		storageOf(d.Relation).Options = withOption(storageOf(d.Relation).Options, "check_option", value)
	}
	s.edit.Put(d.Relation)
}

// viewText writes the query of a view such that its columns have the names that a
// list gives them.
func (s *Session) viewText(query tree.Node, names []string) string {
	var named []replacement
	stars := false
	for target := range query.Child(tree.SimpleSelect).Children() {
		if target.Kind() != tree.ResTarget {
			continue
		}
		stars = stars || strings.HasSuffix(target.Text(), "*")
		if at := len(named); at < len(names) {
			named = append(named, replacement{target, s.qualifiedText(target.Field(tree.FieldValue)) + " AS " + lex.QuoteIdentifier(names[at])})
		}
	}
	switch {
	case len(names) == 0:
		return s.qualifiedText(query)
	case len(named) == len(names) && !stars:
		return s.qualifiedText(query, named...)
	}
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = lex.QuoteIdentifier(name)
	}
	return "SELECT * FROM (" + s.qualifiedText(query) + ") AS named (" + strings.Join(list, ", ") + ")"
}

// statisticsText writes a CREATE STATISTICS with the name that it makes.
func (s *Session) statisticsText(n tree.Node, name schema.Name) string {
	if given := n.Field(tree.FieldNew); given.Exists() {
		return s.qualifiedText(n, replacement{given, quoted(name)})
	}
	for t := range n.Own() {
		if t.Keyword == lex.KwStatistics {
			return "CREATE STATISTICS " + quoted(name) + s.textBehind(n, t.End)
		}
	}
	return ""
}

// readsTemporary reports whether a query names a temporary relation; then its
// view is temporary, too.
func (s *Session) readsTemporary(query tree.Node) bool {
	for name := range query.All(tree.RangeVar) {
		if r := s.find(split(name)); r != nil && r.Schema == temporary {
			return true
		}
	}
	return false
}

func (s *Session) createStatistics(n tree.Node) {
	var columns, expressions []string
	for element := range n.Children() {
		if element.Kind() != tree.StatsElem {
			continue
		}
		if column := element.Child(tree.ColumnName); column.Exists() {
			columns = append(columns, column.Name())
			continue
		}
		for expression := range element.Children() {
			expressions = append(expressions, s.qualifiedText(expression))
		}
	}
	of := n.Child(tree.TableRef).Child(tree.RangeVar)
	r := s.find(split(of))
	if r == nil {
		s.refuse(of, "relation %q does not exist", of.Text())
		return
	}
	var full schema.Name
	if name := n.Field(tree.FieldNew); name.Exists() {
		full = s.newName(name)
	} else {
		names := slices.Clone(columns)
		for range expressions {
			names = append(names, "expr")
		}
		full = schema.Name{Schema: r.Schema, Name: choose(r.Name, joined(names), "stat", func(name string) bool {
			return s.Catalog().StatisticsObject(r.Schema, name) != nil
		})}
	}
	if s.Catalog().StatisticsObject(full.Schema, full.Name) != nil {
		if !n.Has(lex.KwIf) {
			s.refuse(n.Field(tree.FieldNew), "statistics object %q already exists", full.Name)
		}
		return
	}
	s.edit.Put(&schema.Statistics{Object: s.object(full), Relation: r.QualifiedName(), Columns: columns, Definition: s.statisticsText(n, full)})
}
