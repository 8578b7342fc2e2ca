package replay

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// notAKey marks a key that is an index and no constraint.
const notAKey = schema.ConstraintTrigger

// columnKey reads UNIQUE or PRIMARY KEY behind a column.
func (s *Session) columnKey(n tree.Node, column string, kind schema.ConstraintKind) key {
	k := s.newKey(n, kind)
	k.constraint.Columns = []string{column}
	k.index.Keys = []schema.IndexKey{{Column: column}}
	return k
}

// newKey reads what keys of columns and of tables have alike.
func (s *Session) newKey(n tree.Node, kind schema.ConstraintKind) key {
	k := key{node: n}
	k.constraint.Name, k.constraint.Kind = n.Field(tree.FieldName).Name(), kind
	k.index.Method, k.index.Unique = "btree", kind != schema.Exclusion
	k.index.NullsNotDistinct = n.Has(lex.KwNulls) && !n.Has(lex.KwNot)
	k.index.Tablespace = n.Child(tree.TablespaceName).Name()
	for attribute := range n.Children() {
		if attribute.Kind() == tree.ConstraintAttribute {
			constraintAttribute(attribute, &k.constraint)
		}
	}
	return k
}

// tableKey reads a PRIMARY KEY, UNIQUE or EXCLUDE constraint of a table.
func (s *Session) tableKey(n tree.Node, d *definition) {
	kinds := map[tree.Kind]schema.ConstraintKind{
		tree.PrimaryKeyConstraint: schema.PrimaryKey, tree.UniqueConstraint: schema.Unique, tree.ExclusionConstraint: schema.Exclusion,
	}
	k := s.newKey(n, kinds[n.Kind()])
	if existing := n.Child(tree.IndexName); existing.Exists() {
		s.keyOfIndex(existing, k, d)
		return
	}
	for include := range n.Fields(tree.FieldInclude) {
		k.index.Include = append(k.index.Include, include.Name())
	}
	if k.constraint.Kind == schema.Exclusion {
		if k.index.Method = n.Child(tree.AccessMethodName).Name(); k.index.Method == "" {
			k.index.Method = "btree"
		}
		for element := range n.Children() {
			if element.Kind() != tree.ExclusionElem {
				continue
			}
			part := s.indexKey(element.Child(tree.IndexElem))
			k.index.Keys = append(k.index.Keys, part)
			if part.Column != "" {
				k.constraint.Columns = append(k.constraint.Columns, part.Column)
			}
		}
		k.index.Predicate = s.qualifiedText(n.Field(tree.FieldWhere))
		k.constraint.Definition = s.definition(n)
	} else {
		if n.Has(lex.KwOverlaps) {
			k.index.Method = "gist"
			k.constraint.Definition = s.definition(n)
		}
		k.constraint.Columns = columnNames(n)
		for _, name := range k.constraint.Columns {
			column := d.Column(name)
			if column == nil {
				s.refuse(n, "column %q named in key does not exist", name)
				return
			}
			if k.constraint.Kind == schema.PrimaryKey {
				column.NotNull = true
			}
			k.index.Keys = append(k.index.Keys, schema.IndexKey{Column: name})
		}
	}
	d.keys = append(d.keys, k)
}

// definition writes a constraint of a table without its name. It is kept where the
// parts of the model do not tell all.
func (s *Session) definition(n tree.Node) string {
	if name := n.Field(tree.FieldName); name.Exists() {
		return strings.TrimSpace(s.textBehind(n, name.Span().End))
	}
	return s.qualifiedText(n)
}

// keyOfIndex makes a constraint of an index that is there.
func (s *Session) keyOfIndex(n tree.Node, k key, d *definition) {
	at := slices.IndexFunc(d.Indexes, func(x schema.Index) bool { return x.Name == n.Name() })
	if at < 0 {
		s.refuse(n, "index %q does not exist", n.Name())
		return
	}
	index := &d.Indexes[at]
	if k.constraint.Name == "" {
		k.constraint.Name = index.Name
	}
	index.Name, index.Constraint = k.constraint.Name, k.constraint.Name
	for _, part := range index.Keys {
		k.constraint.Columns = append(k.constraint.Columns, part.Column)
		if column := d.Column(part.Column); column != nil && k.constraint.Kind == schema.PrimaryKey {
			column.NotNull = true
		}
	}
	d.Constraints = append(d.Constraints, k.constraint)
}

// addKeys makes the indexes and constraints of a table's keys: the primary key
// first, one for those that are the same (transformIndexConstraints of
// src/backend/parser/parse_utilcmd.c).
func (s *Session) addKeys(d *definition) {
	if s.refused {
		return
	}
	slices.SortStableFunc(d.keys, func(a, b key) int { return primaryFirst(a) - primaryFirst(b) })
	var made []key
	for _, k := range d.keys {
		if k.constraint.Kind == schema.PrimaryKey && d.PrimaryKey() != nil {
			s.refuse(k.node, "multiple primary keys for table %q are not allowed", d.Name)
			return
		}
		if k.node.Exists() && slices.ContainsFunc(made, func(other key) bool { return sameKey(other, k) }) {
			continue
		}
		made = append(made, k)
		s.addKey(d.Relation, k)
	}
}

func primaryFirst(k key) int {
	if k.constraint.Kind == schema.PrimaryKey {
		return 0
	}
	return 1
}

func sameKey(a, b key) bool {
	return a.constraint.Kind != notAKey && b.constraint.Kind != notAKey && slices.Equal(a.index.Keys, b.index.Keys) && slices.Equal(a.index.Include, b.index.Include) &&
		a.constraint.Kind != schema.Exclusion && b.constraint.Kind != schema.Exclusion && a.constraint.Deferrable == b.constraint.Deferrable &&
		(a.constraint.Name == "" || b.constraint.Name == "" || a.constraint.Name == b.constraint.Name)
}

// addKey makes the index and the constraint of a key, and their names.
func (s *Session) addKey(r *schema.Relation, k key) {
	k.index.Name = k.constraint.Name
	switch {
	case k.index.Name != "":
		if s.taken(schema.Name{Schema: r.Schema, Name: k.index.Name}) || hasIndex(r, k.index.Name) || k.constraint.Kind != notAKey && constraintOf(r, k.index.Name) != nil {
			s.refuse(k.node, "relation %q already exists", k.index.Name)
			return
		}
	case k.constraint.Kind == schema.PrimaryKey:
		k.index.Name = s.relationName(r, "", "pkey", true)
	case k.constraint.Kind == notAKey:
		k.index.Name = s.relationName(r, joined(indexColumnNames(k.index)), "idx", false)
	case k.constraint.Kind == schema.Exclusion:
		k.index.Name = s.relationName(r, joined(indexColumnNames(k.index)), "excl", true)
	default:
		k.index.Name = s.relationName(r, joined(indexColumnNames(k.index)), "key", true)
	}
	if k.index.Definition != "" {
		k.index.Definition = createIndex(k.index)
	}
	if k.constraint.Kind != notAKey {
		k.constraint.Name, k.index.Constraint = k.index.Name, k.index.Name
		r.Constraints = append(r.Constraints, k.constraint)
	}
	r.Indexes = append(r.Indexes, k.index)
}

// addCheck adds a CHECK constraint of a column or a table.
func (s *Session) addCheck(n tree.Node, r *schema.Relation) string {
	c := schema.Constraint{Kind: schema.CheckConstraint, Name: n.Field(tree.FieldName).Name(), Expression: s.expression(n), NoInherit: n.Has(lex.KwInherit)}
	c.Columns = s.columnsIn(n, r)
	readAttributes(n, &c)
	switch at := constraintOf(r, c.Name); {
	case c.Name == "" && len(c.Columns) == 1:
		c.Name = s.constraintName(r, c.Columns[0], "check")
	case c.Name == "":
		c.Name = s.constraintName(r, "", "check")
	case at != nil && at.Inherited && at.Kind == c.Kind:
		at.Inherited = r.PartitionOf().Name != "" // the parent's and the table's own are one
		return c.Name
	case at != nil:
		s.refuse(n, "constraint %q for relation %q already exists", c.Name, r.Name)
		return ""
	}
	r.Constraints = append(r.Constraints, c)
	return c.Name
}

// addNotNull adds a NOT NULL constraint of a table.
func (s *Session) addNotNull(n tree.Node, r *schema.Relation) {
	name := n.Child(tree.ColumnName)
	column := r.Column(name.Name())
	if column == nil {
		s.refuse(name, "column %q of relation %q does not exist", name.Name(), r.Name)
		return
	}
	column.NotNull = true
	s.nameNotNull(n, column, r)
}

// nameNotNull keeps the name of a NOT NULL constraint that is not the one that
// PostgreSQL 18 would give it.
func (s *Session) nameNotNull(n tree.Node, column *schema.Column, r *schema.Relation) {
	if name := n.Field(tree.FieldName).Name(); name != "" {
		s.keepNotNullName(r, column, name)
	}
	if n.Has(lex.KwInherit) {
		detail(column).NotNullNoInherit = true
	}
}

// keepNotNullName keeps the name of a NOT NULL constraint, which is one of its own
// since PostgreSQL 18.
func (s *Session) keepNotNullName(r *schema.Relation, column *schema.Column, name string) {
	switch version := s.Catalog().ServerVersion(); {
	case 0 < version && version < 180000, !column.NotNull:
	case name != r.Name+"_"+column.Name+"_not_null":
		detail(column).NotNull = name
	case column.Detail != nil:
		column.Detail.NotNull = ""
	}
}

// addForeignKey adds a FOREIGN KEY, or the REFERENCES of a column. What it refers
// to may be unknown: then it is noted.
func (s *Session) addForeignKey(n tree.Node, r *schema.Relation) {
	c := schema.Constraint{Kind: schema.ForeignKey, Name: n.Field(tree.FieldName).Name(), Columns: columnNames(n)}
	if len(c.Columns) == 0 {
		c.Columns = []string{n.Parent().Field(tree.FieldName).Name()}
	}
	for _, name := range c.Columns {
		if r.Column(name) == nil {
			s.refuse(n, "column %q referenced in foreign key constraint does not exist", name)
			return
		}
	}
	references := n.Child(tree.References)
	c.References = split(references.Child(tree.RangeVar))
	c.RefColumns = columnNames(references)
	to := r
	if !(c.References.Name == r.Name && (c.References.Schema == "" || c.References.Schema == r.Schema)) {
		to = s.find(c.References)
	}
	if to == nil {
		s.note(references.Child(tree.RangeVar), "relation %q does not exist", references.Child(tree.RangeVar).Text())
		if c.References.Schema == "" {
			c.References.Schema = r.Schema
		}
	} else {
		c.References = to.QualifiedName()
		if primary := to.PrimaryKey(); len(c.RefColumns) == 0 && primary != nil {
			c.RefColumns = primary.Columns
		}
	}
	if references.Has(lex.KwFull) || references.Has(lex.KwPeriod) || references.Child(tree.OnDelete).Child(tree.ColumnName).Exists() {
		if n.Child(tree.ColumnName).Exists() {
			c.Definition = s.definition(n)
		}
	}
	c.OnUpdate, c.OnDelete = actionOf(references.Child(tree.OnUpdate)), actionOf(references.Child(tree.OnDelete))
	readAttributes(n, &c)
	if c.Name == "" {
		c.Name = s.constraintName(r, joined(c.Columns), "fkey")
	} else if constraintOf(r, c.Name) != nil {
		s.refuse(n, "constraint %q for relation %q already exists", c.Name, r.Name)
		return
	}
	r.Constraints = append(r.Constraints, c)
}

func actionOf(n tree.Node) schema.Action {
	switch {
	case n.Has(lex.KwRestrict):
		return schema.Restrict
	case n.Has(lex.KwCascade):
		return schema.Cascade
	case n.Has(lex.KwNull):
		return schema.SetNull
	case n.Has(lex.KwDefault):
		return schema.SetDefault
	}
	return schema.NoAction
}

// readAttributes reads the attributes of a constraint: within it in a table's,
// behind it in a column's.
func readAttributes(n tree.Node, c *schema.Constraint) {
	for attribute := range n.Children() {
		if attribute.Kind() == tree.ConstraintAttribute {
			constraintAttribute(attribute, c)
		}
	}
	if kind := n.Parent().Kind(); kind != tree.ColumnDef && kind != tree.ColumnOptions {
		return
	}
	for attribute := range n.Parent().Children() {
		if attribute.Kind() == tree.ConstraintAttribute && previousConstraint(attribute) == n {
			constraintAttribute(attribute, c)
		}
	}
}

func constraintAttribute(n tree.Node, c *schema.Constraint) {
	not := n.Has(lex.KwNot)
	switch {
	case n.Has(lex.KwDeferrable):
		c.Deferrable = !not
		c.Deferred = c.Deferred && !not
	case n.Has(lex.KwInitially):
		c.Deferred = n.Has(lex.KwDeferred)
		c.Deferrable = c.Deferrable || c.Deferred
	case n.Has(lex.KwValid):
		c.NotValid = true
	case n.Has(lex.KwEnforced):
		c.NotEnforced, c.NotValid = not, not
	case n.Has(lex.KwInherit):
		c.NoInherit = true
	}
}

// columnsIn gives the columns of a relation that an expression reads.
func (s *Session) columnsIn(n tree.Node, r *schema.Relation) []string {
	columns := []string{}
	for reference := range n.All(tree.ColumnRef) {
		names := reference.Names()
		if len(names) == 0 {
			continue
		}
		name := names[0].Text
		if r.Column(name) == nil && len(names) > 1 {
			name = names[1].Text
		}
		if r.Column(name) != nil && !slices.Contains(columns, name) {
			columns = append(columns, name)
		}
	}
	slices.SortFunc(columns, func(a, b string) int { return place(r, a) - place(r, b) })
	return columns
}

func place(r *schema.Relation, column string) int {
	return slices.IndexFunc(r.Columns, func(c schema.Column) bool { return c.Name == column })
}

// expression gives the text of the expression in a constraint: of CHECK (a > 0),
// the a > 0.
func (s *Session) expression(n tree.Node) string {
	for child := range n.Children() {
		if kind := child.Kind(); child.Label() == 0 && kind != tree.ConstraintAttribute && kind != tree.ConstraintName {
			return s.qualifiedText(child)
		}
	}
	return ""
}

// renamed gives an expression with a column's new name.
func renamed(expression, column, to string) string {
	if !strings.Contains(strings.ToLower(expression), strings.ToLower(column)) {
		return expression
	}
	var b strings.Builder
	last := 0
	tokens := lex.Lex(expression, lex.Options{})
	for i, t := range tokens {
		if !t.Name() || lex.Identifier(t.Text(expression)) != column || i+1 < len(tokens) && (tokens[i+1].Kind == lex.LParen || tokens[i+1].Kind == lex.Dot) {
			continue
		}
		b.WriteString(expression[last:t.Start])
		b.WriteString(lex.QuoteIdentifier(to))
		last = t.End
	}
	return b.String() + expression[last:]
}
