package replay

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// rename plays ALTER … RENAME.
func (s *Session) rename(n tree.Node) {
	to := n.Field(tree.FieldNew).Name()
	switch of := n.Child(tree.RangeVar); {
	case n.Child(tree.TriggerName).Exists(), n.Child(tree.PolicyName).Exists(), n.Child(tree.RuleName).Exists():
		s.renamePart(n, of, to)
		return
	case n.Child(tree.DomainName).Exists() && n.Child(tree.ConstraintName).Exists():
		s.renameDomainConstraint(n, to)
		return
	}
	name := first(n)
	switch name.Kind() {
	case tree.RangeVar, tree.ViewName, tree.MaterializedViewName, tree.ForeignTableName, tree.SequenceName:
		r := s.relation(n, name)
		switch column, constraint := n.Child(tree.ColumnName), n.Child(tree.ConstraintName); {
		case r == nil:
			s.renameAnyIndex(n, name, to)
		case constraint.Exists():
			s.renameConstraint(constraint, r, to)
		case column.Exists():
			s.renameColumn(column, r, to)
		case s.taken(schema.Name{Schema: r.Schema, Name: to}):
			s.refuse(n.Field(tree.FieldNew), "relation %q already exists", to)
		default:
			s.moveRelation(r, schema.Name{Schema: r.Schema, Name: to})
		}
	case tree.IndexName:
		s.renameAnyIndex(n, name, to)
	case tree.CompositeTypeName, tree.DomainName:
		if attribute := n.Child(tree.AttributeName); attribute.Exists() {
			s.renameAttribute(n, name, attribute, to)
			return
		}
		if t := s.typeNamed(n, name); t != nil {
			s.moveType(t, schema.Name{Schema: t.Schema, Name: to})
		}
	case tree.ObjectWithArgs:
		if f := s.function(n, name); f != nil {
			s.edit.Change(f, func(h *schema.Object) { h.Name = to })
			s.repointTriggers(f.QualifiedName(), schema.Name{Schema: f.Schema, Name: to})
		}
	case tree.SchemaName:
		s.renameSchema(n, name, to)
	default:
		s.renameNamed(name, to)
	}
}

// first gives the name of what an ALTER is about: its first child.
func first(n tree.Node) tree.Node {
	for child := range n.Children() {
		return child
	}
	return tree.Node{}
}

// setSchema plays ALTER … SET SCHEMA.
func (s *Session) setSchema(n tree.Node) {
	to := n.Field(tree.FieldTo).Name()
	s.schemaExists(n.Field(tree.FieldTo), to)
	name := first(n)
	switch name.Kind() {
	case tree.RangeVar, tree.ViewName, tree.MaterializedViewName, tree.ForeignTableName, tree.SequenceName:
		if r := s.relation(n, name); r != nil {
			s.moveRelation(r, schema.Name{Schema: to, Name: r.Name})
		}
	case tree.CompositeTypeName, tree.DomainName:
		if t := s.typeNamed(n, name); t != nil {
			s.moveType(t, schema.Name{Schema: to, Name: t.Name})
		}
	default:
		o := s.named(name)
		if o == nil {
			s.missing(n, name, "object")
			return
		}
		s.edit.Change(o, func(h *schema.Object) { h.Schema = to })
		if f, is := o.(*schema.Function); is {
			s.repointTriggers(f.QualifiedName(), schema.Name{Schema: to, Name: f.Name})
		}
	}
}

// setOwner plays ALTER … OWNER TO.
func (s *Session) setOwner(n tree.Node) {
	if o := s.named(first(n)); o != nil {
		s.edit.Change(o, func(h *schema.Object) { h.Owner = s.role(n.Child(tree.RoleName)) })
	}
}

func (s *Session) renameNamed(name tree.Node, to string) {
	if o := s.named(name); o != nil {
		s.edit.Change(o, func(h *schema.Object) { h.Name = to })
	}
}

// moveRelation gives a relation another name or schema, and tells it to all that
// name it.
func (s *Session) moveRelation(r *schema.Relation, to schema.Name) {
	from := r.QualifiedName()
	copied := altered(r)
	copied.Schema, copied.Name = to.Schema, to.Name
	for i := range copied.Columns {
		s.keepNotNullName(copied, &copied.Columns[i], notNullName(r, r.Columns[i]))
	}
	for i := range copied.Constraints {
		if copied.Constraints[i].References == from {
			copied.Constraints[i].References = to
		}
	}
	for i := range copied.Indexes {
		copied.Indexes[i].Definition = onAnother(copied.Indexes[i].Definition, from, to)
	}
	for i := range copied.Triggers {
		copied.Triggers[i].Definition = onAnother(copied.Triggers[i].Definition, from, to)
	}
	for i := range copied.Rules {
		copied.Rules[i].Definition = strings.Replace(copied.Rules[i].Definition, quoted(from), quoted(to), 1)
	}
	s.edit.Replace(r, copied)
	for other, c := range s.Catalog().ReferencesTo(from) {
		changed := altered(s.Catalog().Relation(other.Schema, other.Name))
		constraintOf(changed, c.Name).References = to
		s.edit.Put(changed)
	}
	for child := range s.Catalog().Children(from) {
		changed := altered(child)
		for i := range changed.Inherits {
			if changed.Inherits[i] == from {
				changed.Inherits[i] = to
			}
		}
		if changed.PartitionOf() == from {
			changed.Partition.Of = to
			for i := range changed.Indexes {
				if of := &changed.Indexes[i].PartitionOf; of.Name != "" && of.Schema == from.Schema {
					of.Schema = to.Schema
				}
			}
		}
		s.edit.Put(changed)
	}
	for sequence := range s.Catalog().OwnedSequences(from) {
		changed := altered(sequence)
		changed.Sequence.OwnedBy = to
		changed.Schema = to.Schema
		s.edit.Replace(sequence, changed)
		if changed.Schema != sequence.Schema {
			s.repointDefaults(sequence.QualifiedName(), changed.QualifiedName())
		}
	}
	if r.Kind == schema.Sequence {
		s.repointDefaults(from, to)
		return
	}
	for st := range s.Catalog().Statistics() {
		if st.Relation == from {
			c := *st
			c.Relation = to
			c.Definition = strings.Replace(st.Definition, " FROM "+quoted(from), " FROM "+quoted(to), 1)
			s.edit.Put(&c)
		}
	}
	s.repointViews(from, to)
	s.retype(quoted(from), quoted(to))
}

// onAnother writes the new name of a relation into what is ON it.
func onAnother(definition string, from, to schema.Name) string {
	return strings.Replace(definition, " ON "+quoted(from), " ON "+quoted(to), 1)
}

// repointDefaults tells the defaults that a sequence gives its new name.
func (s *Session) repointDefaults(from, to schema.Name) {
	for r := range s.Catalog().Relations() {
		var copied *schema.Relation
		for i, column := range r.Columns {
			if !strings.HasPrefix(column.Default, "nextval('"+quoted(from)+"'") {
				continue
			}
			if copied == nil {
				copied = altered(r)
			}
			copied.Columns[i].Default = "nextval('" + quoted(to) + "'" + strings.TrimPrefix(column.Default, "nextval('"+quoted(from)+"'")
		}
		if copied != nil {
			s.edit.Put(copied)
		}
	}
}

// repointViews writes the new name of a relation into the queries of views.
func (s *Session) repointViews(from, to schema.Name) {
	for view := range s.viewsOf(from) {
		copied := altered(view)
		var b strings.Builder
		last := 0
		for reference := range parsed(view.Definition).Root().All(tree.RangeVar) {
			if split(reference) == from {
				span := reference.Span()
				b.WriteString(view.Definition[last:span.Start] + quoted(to))
				last = span.End
			}
		}
		copied.Definition = b.String() + view.Definition[last:]
		s.edit.Put(copied)
	}
}

func (s *Session) repointTriggers(from, to schema.Name) {
	if from == to {
		return
	}
	for r := range s.Catalog().Relations() {
		if !slices.ContainsFunc(r.Triggers, func(t schema.Trigger) bool { return t.Function == from }) {
			continue
		}
		copied := altered(r)
		for i := range copied.Triggers {
			if copied.Triggers[i].Function == from {
				copied.Triggers[i].Function = to
			}
		}
		s.edit.Put(copied)
	}
}

// moveType gives a type another name or schema.
func (s *Session) moveType(t *schema.Type, to schema.Name) {
	old := t.QualifiedName()
	if to == old {
		return
	}
	if s.Catalog().Type(to.Schema, to.Name) != nil || s.Catalog().Relation(to.Schema, to.Name) != nil {
		s.refuse(tree.Node{}, "type %q already exists", to.Name)
		return
	}
	before := s.Catalog().Type(old.Schema, old.Name)
	t.Schema, t.Name = to.Schema, to.Name
	if t.Range != nil && old.Schema != to.Schema {
		s.moveMultirange(t, to.Schema)
	}
	s.edit.Replace(before, t)
	s.retype(quoted(old), quoted(to))
}

func (s *Session) moveMultirange(t *schema.Type, to string) {
	multi := s.Catalog().Type(t.Range.Multirange.Schema, t.Range.Multirange.Name)
	if multi == nil {
		return
	}
	copied, info := *multi, *t.Range
	copied.Schema, info.Multirange.Schema = to, to
	t.Range = &info
	s.edit.Replace(multi, &copied)
	s.retype(quoted(multi.QualifiedName()), quoted(copied.QualifiedName()))
}

// retype writes the new name of a type wherever the old one stands.
func (s *Session) retype(from, to string) {
	changed := func(display string) (string, bool) {
		if rest, found := strings.CutPrefix(display, from); found && (rest == "" || rest[0] == '(' || rest[0] == '[') {
			return to + rest, true
		}
		return display, false
	}
	for r := range s.Catalog().Relations() {
		var copied *schema.Relation
		for i := range r.Columns {
			if display, is := changed(r.Columns[i].Type); is {
				if copied == nil {
					copied = altered(r)
				}
				copied.Columns[i].Type = display
			}
		}
		if copied != nil {
			s.edit.Put(copied)
		}
	}
	for f := range s.Catalog().Functions() {
		_, is := changed(f.Result)
		for _, a := range f.Arguments {
			_, argument := changed(a.Type)
			is = is || argument
		}
		if !is {
			continue
		}
		copied := *f
		copied.Result, _ = changed(f.Result)
		copied.Arguments = slices.Clone(f.Arguments)
		for i := range copied.Arguments {
			copied.Arguments[i].Type, _ = changed(copied.Arguments[i].Type)
		}
		s.edit.Replace(f, &copied)
	}
	for t := range s.Catalog().Types() {
		of, is := changed(t.Of)
		for _, a := range t.Attributes {
			_, attribute := changed(a.Type)
			is = is || attribute
		}
		if !is {
			continue
		}
		copied := *t
		copied.Of, copied.Attributes = of, slices.Clone(t.Attributes)
		for i := range copied.Attributes {
			copied.Attributes[i].Type, _ = changed(copied.Attributes[i].Type)
		}
		s.edit.Put(&copied)
	}
	for o := range s.Catalog().Operators() {
		left, isLeft := changed(o.Left)
		right, isRight := changed(o.Right)
		if result, is := changed(o.Result); is || isLeft || isRight {
			copied := *o
			copied.Left, copied.Right, copied.Result = left, right, result
			s.edit.Replace(o, &copied)
		}
	}
	for o := range s.Catalog().Casts() {
		source, isSource := changed(o.Source)
		if target, is := changed(o.Target); is || isSource {
			copied := *o
			copied.Source, copied.Target = source, target
			s.edit.Replace(o, &copied)
		}
	}
	for o := range s.Catalog().OperatorClasses() {
		if of, is := changed(o.Type); is {
			copied := *o
			copied.Type = of
			s.edit.Put(&copied)
		}
	}
}

// renameColumn gives a column another name, in what is made of it, too.
func (s *Session) renameColumn(n tree.Node, r *schema.Relation, to string) {
	name := n.Name()
	if r.Column(name) == nil {
		s.refuse(n, "column %q does not exist", name)
		return
	}
	if r.Column(to) != nil {
		s.refuse(n, "column %q of relation %q already exists", to, r.Name)
		return
	}
	s.renameColumnOf(r, name, to)
}

func (s *Session) renameColumnOf(of *schema.Relation, name, to string) {
	r := altered(of)
	column := r.Column(name)
	column.Name = to
	s.keepNotNullName(r, column, notNullName(of, *of.Column(name)))
	for i := range r.Columns {
		if column := &r.Columns[i]; column.Generated != schema.NotGenerated {
			column.Default = renamed(column.Default, name, to)
		}
	}
	for i := range r.Constraints {
		c := &r.Constraints[i]
		c.Columns = replaced(c.Columns, name, to)
		c.Expression = renamed(c.Expression, name, to)
		c.Definition = renamed(c.Definition, name, to)
		if c.References == r.QualifiedName() {
			c.RefColumns = replaced(c.RefColumns, name, to)
		}
	}
	for i := range r.Indexes {
		x := &r.Indexes[i]
		x.Include = replaced(x.Include, name, to)
		x.Predicate = renamed(x.Predicate, name, to)
		x.Definition = renamed(x.Definition, name, to)
		x.Keys = slices.Clone(x.Keys)
		for k := range x.Keys {
			if x.Keys[k].Column == name {
				x.Keys[k].Column = to
			}
			x.Keys[k].Expression = renamed(x.Keys[k].Expression, name, to)
		}
	}
	for i := range r.Triggers {
		r.Triggers[i].Columns = replaced(r.Triggers[i].Columns, name, to)
		r.Triggers[i].Definition = renamed(r.Triggers[i].Definition, name, to)
	}
	for i := range r.Policies {
		r.Policies[i].Using = renamed(r.Policies[i].Using, name, to)
		r.Policies[i].WithCheck = renamed(r.Policies[i].WithCheck, name, to)
	}
	s.edit.Put(r)
	for other, c := range s.Catalog().ReferencesTo(r.QualifiedName()) {
		if other.QualifiedName() == r.QualifiedName() || !slices.Contains(c.RefColumns, name) {
			continue
		}
		changed := altered(s.Catalog().Relation(other.Schema, other.Name))
		at := constraintOf(changed, c.Name)
		at.RefColumns = replaced(at.RefColumns, name, to)
		s.edit.Put(changed)
	}
	for sequence := range s.Catalog().OwnedSequences(r.QualifiedName()) {
		if sequence.Sequence.OwnedByColumn == name {
			changed := altered(sequence)
			changed.Sequence.OwnedByColumn = to
			s.edit.Put(changed)
		}
	}
	for st := range s.Catalog().Statistics() {
		if st.Relation == r.QualifiedName() && slices.Contains(st.Columns, name) {
			c := *st
			c.Columns = replaced(st.Columns, name, to)
			s.edit.Put(&c)
		}
	}
	for child := range s.Catalog().Children(r.QualifiedName()) {
		if child.Column(name) != nil {
			s.renameColumnOf(child, name, to)
		}
	}
}

// replaced gives a list with another name in the place of one.
func replaced(names []string, name, to string) []string {
	if !slices.Contains(names, name) {
		return names
	}
	names = slices.Clone(names)
	for i := range names {
		if names[i] == name {
			names[i] = to
		}
	}
	return names
}

func (s *Session) renameConstraint(n tree.Node, r *schema.Relation, to string) {
	name := n.Name()
	r = altered(r)
	c := constraintOf(r, name)
	if c == nil {
		for i := range r.Columns {
			if notNullName(r, r.Columns[i]) == name {
				detail(&r.Columns[i]).NotNull = to
				s.edit.Put(r)
				return
			}
		}
		s.refuse(n, "constraint %q for table %q does not exist", name, r.Name)
		return
	}
	check := c.Kind == schema.CheckConstraint
	c.Name = to
	for i := range r.Indexes {
		if r.Indexes[i].Constraint == name {
			r.Indexes[i].Name, r.Indexes[i].Constraint = to, to
		}
	}
	sortParts(r)
	s.edit.Put(r)
	if check {
		s.descend(r, func(child *schema.Relation) {
			if own := constraintOf(child, name); own != nil {
				own.Name = to
			}
		})
	}
}

func (s *Session) renameDomainConstraint(n tree.Node, to string) {
	t := s.typeNamed(n, n.Child(tree.DomainName))
	if t == nil {
		return
	}
	for i := range t.Constraints {
		if t.Constraints[i].Name == n.Child(tree.ConstraintName).Name() {
			t.Constraints[i].Name = to
		}
	}
	s.sortDomain(t)
}

// renameAnyIndex renames an index, also one that ALTER TABLE names.
func (s *Session) renameAnyIndex(n, name tree.Node, to string) {
	r, index := s.findIndex(split(name))
	if index == nil {
		if name.Kind() == tree.IndexName {
			if other := s.find(split(name)); other != nil {
				s.moveRelation(other, schema.Name{Schema: other.Schema, Name: to})
				return
			}
			s.missing(n, name, "relation")
		}
		return
	}
	s.problems, s.refused = nil, false // it is an index, not a table
	if s.taken(schema.Name{Schema: r.Schema, Name: to}) {
		s.refuse(n.Field(tree.FieldNew), "relation %q already exists", to)
		return
	}
	old := schema.Name{Schema: r.Schema, Name: index.Name}
	copied := altered(r)
	for i := range copied.Indexes {
		if copied.Indexes[i].Name != old.Name {
			continue
		}
		if c := constraintOf(copied, copied.Indexes[i].Constraint); c != nil {
			c.Name, copied.Indexes[i].Constraint = to, to
		}
		copied.Indexes[i].Name = to
		copied.Indexes[i].Definition = strings.Replace(copied.Indexes[i].Definition, "INDEX "+lex.QuoteIdentifier(old.Name), "INDEX "+lex.QuoteIdentifier(to), 1)
	}
	sortParts(copied)
	s.edit.Put(copied)
	for child := range s.Catalog().Children(r.QualifiedName()) {
		changed := altered(child)
		for i := range changed.Indexes {
			if changed.Indexes[i].PartitionOf == old {
				changed.Indexes[i].PartitionOf.Name = to
			}
		}
		s.edit.Put(changed)
	}
}

func (s *Session) renameAttribute(n, name, attribute tree.Node, to string) {
	t := s.typeNamed(n, name)
	if t == nil {
		return
	}
	for i := range t.Attributes {
		if t.Attributes[i].Name == attribute.Name() {
			t.Attributes[i].Name = to
			s.edit.Put(t)
			for r := range s.Catalog().Relations() {
				if r.Storage != nil && r.Storage.OfType == t.QualifiedName() && r.Column(attribute.Name()) != nil {
					s.renameColumnOf(r, attribute.Name(), to)
				}
			}
			return
		}
	}
	s.refuse(attribute, "column %q does not exist", attribute.Name())
}

// renamePart renames a trigger, a policy or a rule.
func (s *Session) renamePart(n, of tree.Node, to string) {
	r := s.relation(n, of)
	if r == nil {
		return
	}
	r = altered(r)
	for i := range r.Triggers {
		if name := n.Child(tree.TriggerName); name.Exists() && r.Triggers[i].Name == name.Name() {
			r.Triggers[i].Name = to
		}
	}
	for i := range r.Policies {
		if name := n.Child(tree.PolicyName); name.Exists() && r.Policies[i].Name == name.Name() {
			r.Policies[i].Name = to
		}
	}
	for i := range r.Rules {
		if name := n.Child(tree.RuleName); name.Exists() && r.Rules[i].Name == name.Name() {
			r.Rules[i].Name = to
		}
	}
	sortParts(r)
	s.edit.Put(r)
}

// renameSchema moves all that is in a schema.
func (s *Session) renameSchema(n, name tree.Node, to string) {
	old := s.Catalog().Schema(name.Name())
	if old == nil {
		s.missing(n, name, "schema")
		return
	}
	copied := *old
	copied.Name = to
	s.edit.Put(&copied)
	for o := range s.Catalog().In(old.Name) {
		at := schema.Name{Schema: to, Name: o.QualifiedName().Name}
		switch o := o.(type) {
		case *schema.Relation:
			if r := s.Catalog().Relation(o.Schema, o.Name); r != nil {
				s.moveRelation(r, at)
			}
		case *schema.Type:
			if t := s.Catalog().Type(o.Schema, o.Name); t != nil {
				copied := *t
				s.moveType(&copied, at)
			}
		case *schema.Function:
			if f := s.Catalog().Function(o.Schema, o.Name, o.InputTypes()...); f != nil {
				s.edit.Change(f, func(h *schema.Object) { h.Schema = to })
				s.repointTriggers(f.QualifiedName(), at)
			}
		default:
			s.edit.Change(o, func(h *schema.Object) { h.Schema = to })
		}
	}
	s.edit.DropSchema(old.Name, true)
}

// comment plays COMMENT ON.
func (s *Session) comment(n tree.Node) {
	text := n.Field(tree.FieldComment).Value()
	name := first(n)
	of := n.Child(tree.RangeVar)
	switch name.Kind() {
	case tree.IndexName:
		if r, index := s.findIndex(split(name)); index != nil {
			copied := altered(r)
			for i := range copied.Indexes {
				if copied.Indexes[i].Name == index.Name {
					copied.Indexes[i].Comment = text
				}
			}
			s.edit.Put(copied)
		}
	case tree.ColumnRef:
		s.commentColumn(name, text)
	case tree.ConstraintName, tree.TriggerName, tree.PolicyName, tree.RuleName:
		if of.Exists() {
			s.commentPart(n, name, of, text)
		}
	default:
		if o := s.named(name); o != nil && !n.Has(lex.KwCast) {
			s.edit.Change(o, func(h *schema.Object) { h.Comment = text })
		}
	}
}

func (s *Session) commentColumn(n tree.Node, text string) {
	names := n.Names()
	if len(names) < 2 {
		return
	}
	of := schema.Name{Name: names[len(names)-2].Text}
	if len(names) > 2 {
		of.Schema = names[len(names)-3].Text
	}
	column := names[len(names)-1].Text
	if r := s.find(of); r != nil {
		copied := altered(r)
		if at := copied.Column(column); at != nil {
			at.Comment = text
			s.edit.Put(copied)
			return
		}
		s.refuse(n, "column %q of relation %q does not exist", column, r.Name)
		return
	}
	if t, found := s.Catalog().TypeNamed(quoted(of)); found && t.Type != nil && t.Type.Kind == schema.Composite {
		copied := *t.Type
		copied.Attributes = each(t.Type.Attributes, func(c *schema.Column) {
			if c.Name == column {
				c.Comment = text
			}
		})
		s.edit.Put(&copied)
		return
	}
	s.refuse(n, "relation %q does not exist", of.Name)
}

func (s *Session) commentPart(n, name, of tree.Node, text string) {
	r := s.relation(n, of)
	if r == nil {
		return
	}
	r = altered(r)
	switch name.Kind() {
	case tree.ConstraintName:
		if c := constraintOf(r, name.Name()); c != nil {
			c.Comment = text
		}
	case tree.TriggerName:
		for i := range r.Triggers {
			if r.Triggers[i].Name == name.Name() {
				r.Triggers[i].Comment = text
			}
		}
	case tree.PolicyName:
		for i := range r.Policies {
			if r.Policies[i].Name == name.Name() {
				r.Policies[i].Comment = text
			}
		}
	case tree.RuleName:
		for i := range r.Rules {
			if r.Rules[i].Name == name.Name() {
				r.Rules[i].Comment = text
			}
		}
	}
	s.edit.Put(r)
}
