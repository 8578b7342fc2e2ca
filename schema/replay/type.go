package replay

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// startType begins a type, or gives nil when the server would refuse it.
func (s *Session) startType(n tree.Node, kind schema.TypeKind, category byte) *schema.Type {
	name := n.Field(tree.FieldNew)
	full := s.newName(name)
	old := s.Catalog().Type(full.Schema, full.Name)
	if old != nil && old.Origin != nil && !(old.Base != nil && old.Base.Shell) || s.Catalog().Relation(full.Schema, full.Name) != nil {
		s.refuse(name, "type %q already exists", full.Name)
	}
	if s.refused {
		return nil
	}
	return &schema.Type{Object: s.object(full), Kind: kind, Category: category, Privileges: schema.AllPrivileges}
}

func (s *Session) createComposite(n tree.Node) {
	t := s.startType(n, schema.Composite, 'C')
	if t == nil {
		return
	}
	for attribute := range n.Children() {
		if attribute.Kind() == tree.AttributeDef {
			t.Attributes = append(t.Attributes, s.attributeOf(attribute, len(t.Attributes)))
		}
	}
	s.edit.Put(t)
}

func (s *Session) attributeOf(n tree.Node, at int) schema.Column {
	c := schema.Column{Name: n.Field(tree.FieldName).Name(), Type: s.typeOf(n.Child(tree.TypeName)), Attnum: int16(at + 1)}
	if collation := n.Child(tree.CollateClause); collation.Exists() {
		s.collate(collation, &c)
	}
	return c
}

// alterComposite plays ALTER TYPE … ADD ATTRIBUTE and its likes.
func (s *Session) alterComposite(n, name tree.Node) {
	t := s.typeNamed(n, name)
	if t == nil {
		return
	}
	for action := range n.Children() {
		attribute := action.Child(tree.AttributeName)
		at := slices.IndexFunc(t.Attributes, func(c schema.Column) bool { return c.Name == attribute.Name() })
		switch action.Kind() {
		case tree.AddColumn:
			made := s.attributeOf(action.Child(tree.AttributeDef), 0)
			for _, c := range t.Attributes {
				made.Attnum = max(made.Attnum, c.Attnum+1)
			}
			t.Attributes = append(t.Attributes, made)
			continue
		case tree.DropColumn, tree.AlterColumnType:
		default:
			continue
		}
		switch {
		case at < 0 && !action.Has(lex.KwIf):
			s.refuse(attribute, "column %q of relation %q does not exist", attribute.Name(), t.Name)
		case at < 0:
		case action.Kind() == tree.DropColumn:
			t.Attributes = slices.Delete(t.Attributes, at, at+1)
		default:
			t.Attributes[at].Type, t.Attributes[at].TypeOID = s.typeOf(action.Child(tree.TypeName)), 0
		}
	}
	s.edit.Put(t)
	s.retypeTables(t)
}

// retypeTables gives the tables OF a type its columns.
func (s *Session) retypeTables(t *schema.Type) {
	for r := range s.Catalog().Relations() {
		if r.Storage == nil || r.Storage.OfType != t.QualifiedName() {
			continue
		}
		copied := altered(r)
		copied.Columns = nil
		for _, attribute := range t.Attributes {
			if own := r.Column(attribute.Name); own != nil {
				attribute.NotNull, attribute.Default = own.NotNull, own.Default
			}
			copied.Columns = append(copied.Columns, attribute)
		}
		s.edit.Put(copied)
	}
}

// typeNamed gives a copy of the type of a name that may be written to, or nil and
// refuses the statement.
func (s *Session) typeNamed(statement, n tree.Node) *schema.Type {
	full := split(n)
	var t *schema.Type
	if full.Schema != "" {
		t = s.Catalog().Type(full.Schema, full.Name)
	} else {
		t = s.Catalog().ResolveType(full.Name)
	}
	if t == nil {
		s.missing(statement, n, "type")
		return nil
	}
	copied := *t
	copied.Attributes = slices.Clone(t.Attributes)
	copied.Labels = slices.Clone(t.Labels)
	copied.Constraints = slices.Clone(t.Constraints)
	return &copied
}

func (s *Session) createEnum(n tree.Node) {
	t := s.startType(n, schema.Enum, 'E')
	if t == nil {
		return
	}
	for value := range n.Fields(tree.FieldValue) {
		t.Labels = append(t.Labels, value.Value())
	}
	s.edit.Put(t)
}

func (s *Session) alterEnum(n tree.Node) {
	t := s.typeNamed(n, n.Child(tree.CompositeTypeName))
	if t == nil {
		return
	}
	label := n.Field(tree.FieldNew)
	if slices.Contains(t.Labels, label.Value()) {
		if !n.Has(lex.KwIf) {
			s.refuse(label, "enum label %q already exists", label.Value())
		}
		return
	}
	at := len(t.Labels)
	if near := n.Field(tree.FieldNeighbour); near.Exists() {
		if at = slices.Index(t.Labels, near.Value()); at < 0 {
			s.refuse(near, "%q is not an existing enum label", near.Value())
			return
		}
		if n.Has(lex.KwAfter) {
			at++
		}
	}
	if from := n.Field(tree.FieldFrom); from.Exists() {
		if at = slices.Index(t.Labels, from.Value()); at < 0 {
			s.refuse(from, "%q is not an existing enum label", from.Value())
			return
		}
		t.Labels[at] = label.Value()
	} else {
		t.Labels = slices.Insert(t.Labels, at, label.Value())
	}
	s.edit.Put(t)
}

// createRange makes a range type with its multirange and its constructors
// (https://www.postgresql.org/docs/current/rangetypes.html#RANGETYPES-DEFINING).
func (s *Session) createRange(n tree.Node) {
	t := s.startType(n, schema.Range, 'R')
	if t == nil {
		return
	}
	t.Range = new(schema.RangeType)
	multirange := schema.Name{Schema: t.Schema, Name: multirangeName(t.Name)}
	for property := range n.Children() {
		if property.Kind() != tree.DefElem {
			continue
		}
		value := property.Child(tree.TypeName)
		switch property.Field(tree.FieldName).Name() {
		case "subtype":
			t.Of = s.signatureType(value)
		case "multirange_type_name":
			if multirange = namedBy(value); multirange.Schema == "" {
				multirange.Schema = t.Schema
			}
		case "subtype_opclass":
			t.Range.OperatorClass = namedBy(value)
		case "collation":
			t.Range.Collation = namedBy(value)
		case "canonical":
			t.Range.Canonical = namedBy(value)
		case "subtype_diff":
			t.Range.Difference = namedBy(value)
		}
	}
	t.Range.Multirange = multirange
	s.edit.Put(t)
	multi := &schema.Type{Object: s.object(multirange), Kind: schema.Multirange, Category: 'R', Privileges: schema.AllPrivileges, Of: t.Of}
	s.edit.Put(multi)
	own, many := quoted(t.QualifiedName()), quoted(multirange)
	constructor := func(name, result string, strict bool, arguments ...schema.Argument) {
		s.edit.Put(&schema.Function{
			Object: s.object(schema.Name{Schema: t.Schema, Name: name}), Arguments: arguments, Result: result, Strict: strict,
			Volatility: schema.Immutable, Parallel: schema.ParallelSafe, Privileges: schema.AllPrivileges, Language: "internal", Body: new(schema.Body),
		})
	}
	constructor(t.Name, own, false, schema.Argument{Type: t.Of}, schema.Argument{Type: t.Of})
	constructor(t.Name, own, false, schema.Argument{Type: t.Of}, schema.Argument{Type: t.Of}, schema.Argument{Type: "text"})
	constructor(multirange.Name, many, true)
	constructor(multirange.Name, many, true, schema.Argument{Type: own})
	constructor(multirange.Name, many, true, schema.Argument{Type: own + "[]", Mode: schema.Variadic})
}

// multirangeName is the name that PostgreSQL gives (makeMultirangeTypeName).
func multirangeName(name string) string {
	if at := strings.Index(name, "range"); at >= 0 {
		return name[:at] + "multi" + name[at:]
	}
	const suffix = "_multirange"
	return clip(name, min(len(name), maxName-len(suffix))) + suffix
}

// namedBy gives the name that a property has as a type.
func namedBy(n tree.Node) schema.Name {
	if generic := n.Child(tree.GenericType); generic.Exists() {
		return split(generic)
	}
	return schema.Name{Name: strings.ToLower(n.Text())}
}

func (s *Session) createDomain(n tree.Node) {
	t := s.startType(n, schema.Domain, 'U')
	if t == nil {
		return
	}
	t.Of = s.typeOf(n.Child(tree.TypeName))
	if of, found := s.Catalog().TypeNamed(t.Of); found && of.Type != nil {
		t.Category = of.Type.Category
		if of.Dimensions > 0 {
			t.Category = 'A'
		}
		if of.Row != nil {
			t.Category = 'C'
		}
	}
	for c := range n.Children() {
		s.domainConstraint(c, t)
	}
	s.sortDomain(t)
}

func (s *Session) sortDomain(t *schema.Type) {
	slices.SortFunc(t.Constraints, func(a, b schema.Constraint) int { return strings.Compare(a.Name, b.Name) })
	s.edit.Put(t)
}

func (s *Session) domainConstraint(n tree.Node, t *schema.Type) {
	switch n.Kind() {
	case tree.NotNullConstraint:
		t.NotNull = true
	case tree.DefaultConstraint:
		t.Default = s.expression(n)
	case tree.CollateClause:
		c := schema.Column{}
		s.collate(n, &c)
		t.Collation = c.Detail.Collation
	case tree.CheckConstraint:
		c := schema.Constraint{Kind: schema.CheckConstraint, Name: n.Field(tree.FieldName).Name(), Expression: s.expression(n)}
		readAttributes(n, &c)
		has := func(name string) bool {
			return slices.ContainsFunc(t.Constraints, func(other schema.Constraint) bool { return other.Name == name })
		}
		if c.Name == "" {
			c.Name = choose(t.Name, "", "check", has)
		} else if has(c.Name) {
			s.refuse(n, "constraint %q for domain %q already exists", c.Name, t.Name)
			return
		}
		t.Constraints = append(t.Constraints, c)
	}
}

func (s *Session) alterDomain(n tree.Node) {
	t := s.typeNamed(n, n.Child(tree.DomainName))
	if t == nil {
		return
	}
	name := n.Child(tree.ConstraintName)
	at := slices.IndexFunc(t.Constraints, func(c schema.Constraint) bool { return c.Name == name.Name() })
	switch {
	case n.Has(lex.KwDefault):
		t.Default = s.qualifiedText(n.Field(tree.FieldDefault))
	case n.Has(lex.KwNot) || n.Has(lex.KwDrop) && n.Has(lex.KwNull):
		t.NotNull = n.Has(lex.KwSet)
	case name.Exists() && at < 0:
		if !n.Has(lex.KwIf) && name.Name() != t.Name+"_not_null" {
			s.refuse(name, "constraint %q of domain %q does not exist", name.Name(), t.Name)
			return
		}
		t.NotNull = t.NotNull && !n.Has(lex.KwDrop)
	case name.Exists() && n.Has(lex.KwDrop):
		t.Constraints = slices.Delete(t.Constraints, at, at+1)
	case name.Exists():
		t.Constraints[at].NotValid = false
	default:
		for c := range n.Children() {
			s.domainConstraint(c, t)
		}
	}
	s.sortDomain(t)
}
