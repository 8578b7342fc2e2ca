package replay

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

func (s *Session) drop(n tree.Node) {
	cascade := n.Has(lex.KwCascade)
	if of := n.Child(tree.RangeVar); of.Exists() && n.Has(lex.KwOn) {
		s.dropPart(n, of)
		return
	}
	// What depends on another one of the list goes with it.
	listed := map[tree.Node]bool{}
	for name := range n.Children() {
		listed[name] = s.named(name) != nil
	}
	for name := range n.Children() {
		if !listed[name] || s.named(name) != nil {
			s.dropNamedBy(n, name, cascade)
		}
	}
}

// dropNamedBy drops the object that one of the names of a DROP is for.
func (s *Session) dropNamedBy(n, name tree.Node, cascade bool) {
	c := s.Catalog()
	switch name.Kind() {
	case tree.RangeVar, tree.ViewName, tree.MaterializedViewName, tree.ForeignTableName, tree.SequenceName:
		if r := s.relation(n, name); r != nil {
			s.dropRelation(r, cascade)
		}
	case tree.IndexName:
		s.dropIndex(n, name)
	case tree.TypeName:
		if !n.Has(lex.KwCast) && !n.Has(lex.KwTransform) {
			s.dropType(n, name, cascade)
		} else if name.Label() == tree.FieldFrom && n.Has(lex.KwCast) {
			s.dropCast(n, name)
		}
	case tree.SchemaName:
		s.dropSchema(n, name, cascade)
	case tree.ObjectWithArgs:
		s.dropObject(n, name, cascade)
	case tree.ExtensionName:
		s.dropExtension(n, name)
	case tree.OpfamilyName:
		if o, is := s.named(name).(*schema.OperatorFamily); is {
			s.edit.Drop(o)
			for class := range c.OperatorClasses() {
				if class.Family == o.QualifiedName() && class.Method == o.Method {
					s.edit.Drop(class)
				}
			}
		}
	default:
		if o := s.named(name); o != nil {
			s.edit.Drop(o)
		} else if name.Kind() != tree.AccessMethodName || n.Has(lex.KwMethod) {
			s.missing(n, name, "object")
		}
	}
}

func (s *Session) dropNamed(n tree.Node) {
	for name := range n.Children() {
		if o := s.named(name); o != nil {
			s.edit.Drop(o)
		}
	}
}

func (s *Session) dropCast(n, from tree.Node) {
	noted := len(s.problems)
	cast := s.Catalog().Cast(s.signatureType(from), s.signatureType(n.Field(tree.FieldTo)))
	s.problems = s.problems[:noted]
	if cast != nil {
		s.edit.Drop(cast)
	} else {
		s.missing(n, from, "cast from type")
	}
}

// resolve gives a name with the schema where has finds it on the search_path.
func (s *Session) resolve(name schema.Name, has func(schema string) bool) schema.Name {
	if name.Schema != "" {
		return name
	}
	for _, in := range s.pathWithTemporary() {
		if has(in) {
			name.Schema = in
			break
		}
	}
	return name
}

// named gives the object of a name, whose node tells the kind, or nil.
func (s *Session) named(n tree.Node) schema.AnyObject {
	c, name := s.Catalog(), n.Name()
	full := func(has func(schema string) bool) schema.Name { return s.resolve(split(n), has) }
	switch n.Kind() {
	case tree.RangeVar, tree.ViewName, tree.MaterializedViewName, tree.ForeignTableName, tree.SequenceName:
		return present(s.find(split(n)))
	case tree.TypeName, tree.CompositeTypeName, tree.DomainName:
		if t, found := c.TypeNamed(textOf(n)); found {
			return present(t.Type)
		}
	case tree.ObjectWithArgs:
		if n.Child(tree.OperatorName).Exists() {
			return present(s.operator(n))
		}
		f, _ := s.findFunction(n)
		return present(f)
	case tree.SchemaName:
		return present(c.Schema(name))
	case tree.CollationName:
		at := full(func(in string) bool { return c.Collation(in, name) != nil })
		return present(c.Collation(at.Schema, at.Name))
	case tree.ConversionName:
		at := full(func(in string) bool { return c.Conversion(in, name) != nil })
		return present(c.Conversion(at.Schema, at.Name))
	case tree.StatisticsName:
		at := full(func(in string) bool { return c.StatisticsObject(in, name) != nil })
		return present(c.StatisticsObject(at.Schema, at.Name))
	case tree.TextSearchConfigName, tree.TextSearchDictionaryName, tree.TextSearchParserName, tree.TextSearchTemplateName:
		kind := map[tree.Kind]schema.TextSearchKind{
			tree.TextSearchConfigName: schema.TextSearchConfiguration, tree.TextSearchDictionaryName: schema.TextSearchDictionary,
			tree.TextSearchParserName: schema.TextSearchParser, tree.TextSearchTemplateName: schema.TextSearchTemplate,
		}[n.Kind()]
		at := full(func(in string) bool { return c.TextSearchObject(kind, in, name) != nil })
		return present(c.TextSearchObject(kind, at.Schema, at.Name))
	case tree.OpclassName:
		method := n.Parent().Child(tree.AccessMethodName).Name()
		at := full(func(in string) bool { return c.OperatorClass(in, name, method) != nil })
		return present(c.OperatorClass(at.Schema, at.Name, method))
	case tree.OpfamilyName:
		method := n.Parent().Child(tree.AccessMethodName).Name()
		at := full(func(in string) bool { return c.OperatorFamily(in, name, method) != nil })
		return present(c.OperatorFamily(at.Schema, at.Name, method))
	case tree.ExtensionName:
		return present(c.Extension(name))
	case tree.LanguageName:
		return present(c.Language(name))
	case tree.AccessMethodName:
		return present(c.AccessMethod(name))
	case tree.EventTriggerName:
		return present(c.EventTrigger(name))
	case tree.WrapperName:
		return present(c.ForeignDataWrapper(name))
	case tree.ServerName:
		return present(c.ForeignServer(name))
	case tree.PublicationName:
		return present(c.Publication(name))
	case tree.SubscriptionName:
		return present(c.Subscription(name))
	case tree.RoleName:
		return present(c.Role(name))
	case tree.TablespaceName:
		return present(c.Tablespace(name))
	}
	return nil
}

// present gives nil for a pointer that is nil, and not an object that holds one.
func present[P interface {
	comparable
	schema.AnyObject
}](o P) schema.AnyObject {
	var none P
	if o == none {
		return nil
	}
	return o
}

// dropRelation drops a relation with what cannot be without it: its sequences,
// its partitions, foreign keys that refer to it; with cascade also what inherits
// it, views that read it and columns of its row type.
func (s *Session) dropRelation(r *schema.Relation, cascade bool) {
	name := r.QualifiedName()
	s.edit.Drop(r)
	for sequence := range s.Catalog().OwnedSequences(name) {
		s.edit.Drop(sequence)
	}
	for child := range s.Catalog().Children(name) {
		if cascade || child.PartitionOf() == name {
			s.dropRelation(child, cascade)
		}
	}
	for of, c := range s.Catalog().ReferencesTo(name) {
		s.removeConstraint(of, c.Name)
	}
	for st := range s.Catalog().Statistics() {
		if st.Relation == name {
			s.edit.Drop(st)
		}
	}
	for p := range s.Catalog().Publications() {
		if slices.ContainsFunc(p.Tables, func(t schema.PublishedTable) bool { return t.Table == name }) {
			copied := *p
			copied.Tables = slices.DeleteFunc(slices.Clone(p.Tables), func(t schema.PublishedTable) bool { return t.Table == name })
			s.edit.Put(&copied)
		}
	}
	if !cascade {
		return
	}
	if r.Kind == schema.Sequence {
		s.dropDefaults(name)
		return
	}
	s.dropViews(name, "")
	s.dropUsers(quoted(name))
}

// dropDefaults drops the defaults that a sequence gives.
func (s *Session) dropDefaults(sequence schema.Name) {
	for r := range s.Catalog().Relations() {
		var copied *schema.Relation
		for i, column := range r.Columns {
			if strings.HasPrefix(column.Default, "nextval('") && (strings.Contains(column.Default, "'"+quoted(sequence)+"'") || strings.Contains(column.Default, "'"+sequence.Name+"'")) {
				if copied == nil {
					copied = altered(r)
				}
				copied.Columns[i].Default = ""
			}
		}
		if copied != nil {
			s.edit.Put(copied)
		}
	}
}

func (s *Session) removeConstraint(r *schema.Relation, name string) {
	copied := altered(s.Catalog().Relation(r.Schema, r.Name))
	copied.Constraints = slices.DeleteFunc(copied.Constraints, func(c schema.Constraint) bool { return c.Name == name })
	copied.Indexes = slices.DeleteFunc(copied.Indexes, func(x schema.Index) bool { return x.Constraint == name })
	s.edit.Put(copied)
}

// dropViews drops the views that read a relation, or a column of it.
func (s *Session) dropViews(name schema.Name, column string) {
	for view := range s.viewsOf(name) {
		if column == "" || mentions(view.Definition, column) {
			s.dropRelation(view, true)
		}
	}
}

// viewsOf gives the views whose query names a relation.
func (s *Session) viewsOf(name schema.Name) func(func(*schema.Relation) bool) {
	return func(yield func(*schema.Relation) bool) {
		for view := range s.Catalog().Relations() {
			if !strings.Contains(view.Definition, name.Name) {
				continue
			}
			for reference := range parsed(view.Definition).Root().All(tree.RangeVar) {
				if split(reference) == name {
					if !yield(view) {
						return
					}
					break
				}
			}
		}
	}
}

func parsed(text string) *tree.Tree { return tree.Parse(text, lex.Lex(text, lex.Options{})) }

func mentions(query, column string) bool {
	for reference := range parsed(query).Root().All(tree.ColumnRef) {
		if name := reference.Name(); name == column || name == "*" {
			return true
		}
	}
	return false
}

// dropUsers drops what has a type: columns, functions, types made of it, casts
// and operators.
func (s *Session) dropUsers(display string) {
	uses := func(other string) bool { return baseName(strings.TrimSuffix(other, "[]")) == display }
	for r := range s.Catalog().Relations() {
		for _, column := range r.Columns {
			if !uses(column.Type) {
				continue
			}
			if r.Kind == schema.View || r.Kind == schema.MaterializedView {
				s.dropRelation(r, true)
				break
			}
			if r.Partition != nil && reads(r.Partition.Key, column.Name) {
				s.dropRelation(r, true)
				break
			}
			s.removeColumn(s.Catalog().Relation(r.Schema, r.Name), column.Name, true)
		}
	}
	for f := range s.Catalog().Functions() {
		if uses(f.Result) || slices.ContainsFunc(f.Arguments, func(a schema.Argument) bool { return uses(a.Type) }) {
			s.edit.Drop(f)
		}
	}
	for o := range s.Catalog().Operators() {
		if uses(o.Left) || uses(o.Right) {
			s.edit.Drop(o)
		}
	}
	for o := range s.Catalog().Casts() {
		if uses(o.Source) || uses(o.Target) {
			s.edit.Drop(o)
		}
	}
	for o := range s.Catalog().OperatorClasses() {
		if uses(o.Type) {
			s.edit.Drop(o)
		}
	}
	for t := range s.Catalog().Types() {
		if uses(t.Of) && t.Kind != schema.Multirange {
			s.removeType(t)
			s.dropUsers(quoted(t.QualifiedName()))
		}
		if slices.ContainsFunc(t.Attributes, func(c schema.Column) bool { return uses(c.Type) }) {
			copied := *t
			copied.Attributes = slices.DeleteFunc(slices.Clone(t.Attributes), func(c schema.Column) bool { return uses(c.Type) })
			s.edit.Put(&copied)
		}
	}
}

func (s *Session) dropType(n, name tree.Node, cascade bool) {
	t, found := s.Catalog().TypeNamed(textOf(name))
	if !found || t.Type == nil {
		s.missing(n, name, "type")
		return
	}
	s.removeType(t.Type)
	if !cascade {
		return
	}
	for r := range s.Catalog().Relations() {
		if r.Storage != nil && r.Storage.OfType == t.Type.QualifiedName() {
			s.dropRelation(r, true)
		}
	}
	s.dropUsers(quoted(t.Type.QualifiedName()))
}

// removeType takes away a type, of a range type also what CREATE TYPE has made
// with it: the multirange type and the constructors.
func (s *Session) removeType(t *schema.Type) {
	s.edit.Drop(t)
	if t.Range == nil {
		return
	}
	if multi := s.Catalog().Type(t.Range.Multirange.Schema, t.Range.Multirange.Name); multi != nil {
		s.edit.Drop(multi)
	}
	for _, name := range []string{t.Name, t.Range.Multirange.Name} {
		for f := range s.Catalog().FunctionsNamed(t.Schema, name) {
			if f.Language == "internal" {
				s.edit.Drop(f)
			}
		}
	}
}

func (s *Session) dropIndex(n, name tree.Node) {
	r, index := s.findIndex(split(name))
	if index == nil {
		s.missing(n, name, "index")
		return
	}
	s.removeIndex(r, index.Name)
}

// removeIndex takes away an index, with those of partitions that are attached to
// it.
func (s *Session) removeIndex(r *schema.Relation, name string) {
	copied := altered(r)
	copied.Indexes = slices.DeleteFunc(copied.Indexes, func(x schema.Index) bool { return x.Name == name })
	s.edit.Put(copied)
	of := schema.Name{Schema: r.Schema, Name: name}
	for child := range s.Catalog().Children(r.QualifiedName()) {
		for _, x := range child.Indexes {
			if x.PartitionOf == of {
				s.removeIndex(s.Catalog().Relation(child.Schema, child.Name), x.Name)
			}
		}
	}
}

func (s *Session) dropSchema(n, name tree.Node, cascade bool) {
	if s.Catalog().Schema(name.Name()) == nil {
		s.missing(n, name, "schema")
		return
	}
	if cascade {
		for r := range s.Catalog().Relations() {
			if r.Schema == name.Name() && s.Catalog().Relation(r.Schema, r.Name) != nil {
				s.dropRelation(r, true)
			}
		}
		for t := range s.Catalog().Types() {
			if t.Schema == name.Name() {
				s.dropUsers(quoted(t.QualifiedName()))
			}
		}
		for f := range s.Catalog().Functions() {
			if f.Schema == name.Name() {
				s.dropTriggers(f.QualifiedName())
			}
		}
	}
	if !s.edit.DropSchema(name.Name(), cascade) {
		s.refuse(name, "cannot drop schema %s because other objects depend on it", name.Name())
	}
}

// dropObject drops a function, a procedure, an aggregate or an operator.
func (s *Session) dropObject(n, name tree.Node, cascade bool) {
	if operator := name.Child(tree.OperatorName); operator.Exists() {
		if o := s.operator(name); o != nil {
			s.edit.Drop(o)
		} else {
			s.missing(n, name, "operator")
		}
		return
	}
	f := s.function(n, name)
	if f == nil {
		return
	}
	s.edit.Drop(f)
	if cascade && s.Catalog().Function(f.Schema, f.Name) == nil {
		s.dropTriggers(f.QualifiedName())
	}
	if cascade {
		s.dropCallers(f)
	}
}

// operator gives the operator that a node names with its operands, or nil.
func (s *Session) operator(n tree.Node) *schema.Operator {
	name := n.Child(tree.OperatorName)
	in := ""
	if names := name.Names(); len(names) > 0 && names[0].Text != "*" {
		in = names[0].Text
	}
	var operands []string
	noted := len(s.problems)
	for operand := range n.Children() {
		if operand.Kind() == tree.TypeName {
			operands = append(operands, s.signatureType(operand))
		}
	}
	s.problems = s.problems[:noted] // that there is no such operator says enough
	if n.Has(lex.KwNone) {
		operands = append([]string{""}, operands...)
	}
	for o := range s.Catalog().OperatorsNamed(in, operatorText(name)) {
		if len(operands) == 2 && o.Left == operands[0] && o.Right == operands[1] {
			return o
		}
	}
	return nil
}

// dropTriggers drops the triggers that call a function.
func (s *Session) dropTriggers(function schema.Name) {
	calls := func(t schema.Trigger) bool { return t.Function == function }
	for r := range s.Catalog().Relations() {
		if slices.ContainsFunc(r.Triggers, calls) {
			copied := altered(r)
			copied.Triggers = slices.DeleteFunc(copied.Triggers, calls)
			s.edit.Put(copied)
		}
	}
	for t := range s.Catalog().EventTriggers() {
		if t.Function == function {
			s.edit.Drop(t)
		}
	}
}

// dropCallers drops what is made of a function: operators, casts, aggregates and
// the types whose input it is.
func (s *Session) dropCallers(f *schema.Function) {
	name := f.QualifiedName()
	for o := range s.Catalog().Operators() {
		if o.Function == name {
			s.edit.Drop(o)
		}
	}
	for o := range s.Catalog().Casts() {
		if o.Function == name {
			s.edit.Drop(o)
		}
	}
	for other := range s.Catalog().Functions() {
		if a := other.Aggregate; a != nil && (a.Transition == name || a.Final == name) {
			s.edit.Drop(other)
		}
	}
	for t := range s.Catalog().Types() {
		if t.Base != nil && (t.Base.Input == name || t.Base.Output == name) {
			s.removeType(t)
			s.dropUsers(quoted(t.QualifiedName()))
		}
	}
}

func (s *Session) dropExtension(n, name tree.Node) {
	extension := s.Catalog().Extension(name.Name())
	if extension == nil || !extension.Installed {
		s.missing(n, name, "extension")
		return
	}
	for o := range s.Catalog().Members(extension.Name) {
		s.edit.Drop(o)
	}
	s.edit.Drop(extension)
}

// dropPart drops a trigger, a policy or a rule of a relation.
func (s *Session) dropPart(n, of tree.Node) {
	r := s.relation(n, of)
	if r == nil {
		return
	}
	copied := altered(r)
	var name string
	found := false
	switch {
	case n.Child(tree.TriggerName).Exists():
		name = n.Child(tree.TriggerName).Name()
		is := func(t schema.Trigger) bool { return t.Name == name }
		found = slices.ContainsFunc(copied.Triggers, is)
		copied.Triggers = slices.DeleteFunc(copied.Triggers, is)
		copied.Constraints = slices.DeleteFunc(copied.Constraints, func(c schema.Constraint) bool { return c.Name == name && c.Kind == schema.ConstraintTrigger })
	case n.Child(tree.PolicyName).Exists():
		name = n.Child(tree.PolicyName).Name()
		is := func(p schema.Policy) bool { return p.Name == name }
		found = slices.ContainsFunc(copied.Policies, is)
		copied.Policies = slices.DeleteFunc(copied.Policies, is)
	default:
		name = n.Child(tree.RuleName).Name()
		is := func(rule schema.Rule) bool { return rule.Name == name }
		found = slices.ContainsFunc(copied.Rules, is)
		copied.Rules = slices.DeleteFunc(copied.Rules, is)
	}
	if !found && !n.Has(lex.KwIf) {
		s.refuse(n, "%q for relation %q does not exist", name, r.Name)
		return
	}
	s.edit.Put(copied)
	if n.Child(tree.TriggerName).Exists() {
		s.descend(copied, func(child *schema.Relation) {
			child.Triggers = slices.DeleteFunc(child.Triggers, func(t schema.Trigger) bool { return t.Name == name && t.Inherited })
		})
	}
}

// dropColumn plays DROP COLUMN.
func (s *Session) dropColumn(n tree.Node, r *schema.Relation) {
	column := s.columnOf(n, r)
	if column == nil {
		return
	}
	if n.Parent().Has(lex.KwOnly) {
		for child := range s.Catalog().Children(r.QualifiedName()) {
			own := altered(child)
			own.Column(column.Name).Inherited = false
			s.edit.Put(own)
		}
	}
	s.removeColumn(r, column.Name, n.Has(lex.KwCascade))
}

// removeColumn takes away a column with what is made of it: constraints, indexes,
// sequences, foreign keys of others, and the columns that inherit it.
func (s *Session) removeColumn(of *schema.Relation, name string, cascade bool) {
	r := altered(of)
	r.Columns = slices.DeleteFunc(r.Columns, func(c schema.Column) bool { return c.Name == name })
	var gone []string
	r.Constraints = slices.DeleteFunc(r.Constraints, func(c schema.Constraint) bool {
		if slices.Contains(c.Columns, name) || c.Kind == schema.ForeignKey && c.References == r.QualifiedName() && slices.Contains(c.RefColumns, name) {
			gone = append(gone, c.Name)
			return true
		}
		return false
	})
	r.Indexes = slices.DeleteFunc(r.Indexes, func(x schema.Index) bool {
		return slices.Contains(gone, x.Constraint) && x.Constraint != "" || slices.Contains(x.Include, name) || reads(x.Predicate, name) ||
			slices.ContainsFunc(x.Keys, func(k schema.IndexKey) bool { return k.Column == name || reads(k.Expression, name) })
	})
	s.edit.Put(r)
	for other, c := range s.Catalog().ReferencesTo(r.QualifiedName()) {
		if other.Name != r.Name && slices.Contains(c.RefColumns, name) {
			s.removeConstraint(other, c.Name)
		}
	}
	for sequence := range s.Catalog().OwnedSequences(r.QualifiedName()) {
		if sequence.Sequence.OwnedByColumn == name {
			s.edit.Drop(sequence)
		}
	}
	for st := range s.Catalog().Statistics() {
		if st.Relation == r.QualifiedName() && slices.Contains(st.Columns, name) {
			s.edit.Drop(st)
		}
	}
	if cascade {
		for _, column := range r.Columns {
			if column.Generated != schema.NotGenerated && reads(column.Default, name) {
				s.removeColumn(s.Catalog().Relation(r.Schema, r.Name), column.Name, true)
			}
		}
		s.dropViews(r.QualifiedName(), name)
	}
	for child := range s.Catalog().Children(r.QualifiedName()) {
		if own := child.Column(name); own != nil && own.Inherited && !slices.ContainsFunc(child.Inherits, func(parent schema.Name) bool {
			other := s.find(parent)
			return other != nil && other.Column(name) != nil
		}) {
			s.removeColumn(child, name, cascade)
		}
	}
}

// reads reports whether an expression names a column.
func reads(expression, column string) bool {
	return strings.Contains(strings.ToLower(expression), strings.ToLower(column)) && renamed(expression, column, column+"_") != expression
}

// dropConstraint plays DROP CONSTRAINT.
func (s *Session) dropConstraint(n tree.Node, r *schema.Relation) {
	name := n.Child(tree.ConstraintName)
	c := constraintOf(r, name.Name())
	if c == nil {
		if s.dropNotNull(name.Name(), r) || n.Has(lex.KwIf) {
			return
		}
		s.refuse(name, "constraint %q of relation %q does not exist", name.Name(), r.Name)
		return
	}
	dropped := *c
	s.removeConstraint(r, c.Name)
	if dropped.Kind == schema.PrimaryKey || dropped.Kind == schema.Unique {
		for other, k := range s.Catalog().ReferencesTo(r.QualifiedName()) {
			if n.Has(lex.KwCascade) && slices.Equal(k.RefColumns, dropped.Columns) {
				s.removeConstraint(other, k.Name)
			}
		}
	}
	s.descend(s.Catalog().Relation(r.Schema, r.Name), func(child *schema.Relation) {
		same := func(k schema.Constraint) bool {
			switch {
			case !k.Inherited || k.Kind != dropped.Kind:
				return false
			case dropped.Kind == schema.CheckConstraint:
				return k.Name == dropped.Name
			}
			return slices.Equal(k.Columns, dropped.Columns)
		}
		for _, k := range child.Constraints {
			if same(k) {
				child.Indexes = slices.DeleteFunc(child.Indexes, func(x schema.Index) bool { return x.Constraint == k.Name })
			}
		}
		child.Constraints = slices.DeleteFunc(child.Constraints, same)
	})
}

// dropNotNull drops a NOT NULL constraint by its name (18).
func (s *Session) dropNotNull(name string, r *schema.Relation) bool {
	for i := range r.Columns {
		if notNullName(r, r.Columns[i]) == name {
			r.Columns[i].NotNull = false
			if r.Columns[i].Detail != nil {
				r.Columns[i].Detail.NotNull = ""
			}
			s.edit.Put(r)
			return true
		}
	}
	return false
}
