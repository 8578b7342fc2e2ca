package replay

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

func (s *Session) createSchema(n tree.Node) {
	name := n.Field(tree.FieldNew).Name()
	if name == "" {
		name = s.role(n.Child(tree.RoleName))
	}
	if old := s.Catalog().Schema(name); old != nil {
		if !n.Has(lex.KwIf) && old.Origin != nil {
			s.refuse(n, "schema %q already exists", name)
		}
		return
	}
	made := &schema.Schema{Object: s.object(schema.Name{Name: name}), Privileges: schema.AllPrivileges}
	if owner := n.Child(tree.RoleName); owner.Exists() {
		made.Owner = s.role(owner)
	}
	s.edit.Put(made)
	path := s.Catalog().SearchPath()
	s.edit.SetSearchPath(append([]string{name}, path...))
	for element := range n.Children() {
		if play := s.player(element.Kind()); play != nil {
			play(element)
		}
	}
	s.edit.SetSearchPath(path)
}

// createExtension makes an extension and, where it is known, what is in it.
func (s *Session) createExtension(n tree.Node) {
	name := n.Field(tree.FieldNew)
	if n.Has(lex.KwLanguage) {
		if s.Catalog().Language(name.Name()) == nil {
			s.edit.Put(&schema.Language{Object: s.object(schema.Name{Name: name.Name()})})
		}
		return
	}
	s.install(name.Name(), n.Child(tree.SchemaName).Name())
	if s.Catalog().Extension(name.Name()) == nil {
		s.note(name, "what is in extension %q is not known", name.Name())
		s.edit.Put(&schema.Extension{Object: s.object(schema.Name{Name: name.Name()}), Installed: true})
	}
}

// install puts the objects of an extension into a schema, "" for where CREATE
// EXTENSION takes them by itself.
func (s *Session) install(name, in string) {
	if old := s.Catalog().Extension(name); old != nil && old.Installed || s.options.Extension == nil {
		return
	}
	contents, known := s.options.Extension(name)
	if !known {
		return
	}
	if in == "" {
		in = s.creationSchema()
	}
	extension := schema.New(moved(contents, "public", in, s.origin))
	for o := range extension.Objects() {
		s.edit.Put(o)
	}
	made := &schema.Extension{Object: s.object(schema.Name{Schema: in, Name: name}), Installed: true}
	if old := extension.Extension(name); old != nil {
		made.Version, made.Comment = old.Version, old.Comment
		made.Schema = old.Schema
	}
	s.edit.Put(made)
}

// createNamed makes what is no more to SQL text than its name.
func (s *Session) createNamed(n tree.Node) {
	name := n.Field(tree.FieldNew)
	o := s.object(schema.Name{Name: name.Name()})
	var made schema.AnyObject
	switch n.Kind() {
	case tree.CreatePLangStmt:
		made = &schema.Language{Object: o, Trusted: n.Has(lex.KwTrusted), Procedural: true}
	case tree.CreateAmStmt:
		made = &schema.AccessMethod{Object: o, Table: n.Has(lex.KwTable)}
	case tree.CreateEventTrigStmt:
		made = &schema.EventTrigger{Object: o, Event: n.Field(tree.FieldEvent).Name(), Function: s.functionName(n.Child(tree.FunctionName))}
	case tree.CreateFdwStmt:
		made = &schema.ForeignDataWrapper{Object: o, Options: genericOptions(n)}
	case tree.CreateForeignServerStmt:
		if n.Has(lex.KwIf) && s.Catalog().ForeignServer(o.Name) != nil {
			return
		}
		made = &schema.ForeignServer{Object: o, Wrapper: n.Child(tree.WrapperName).Name(), Options: genericOptions(n)}
	case tree.CreatePublicationStmt:
		made = s.publication(n, o)
	case tree.CreateSubscriptionStmt:
		made = &schema.Subscription{Object: o}
	case tree.CreateRoleStmt:
		o.Owner = ""
		made = &schema.Role{Object: o}
	}
	s.edit.Put(made)
}

func (s *Session) publication(n tree.Node, o schema.Object) *schema.Publication {
	p := &schema.Publication{Object: o, AllTables: n.Has(lex.KwAll), Publish: schema.OnInsert | schema.OnUpdate | schema.OnDelete | schema.OnTruncate}
	for item := range n.Children() {
		switch item.Kind() {
		case tree.PublishedTable:
			if r := s.relation(n, item.Child(tree.RangeVar)); r != nil {
				p.Tables = append(p.Tables, schema.PublishedTable{Table: r.QualifiedName(), Columns: columnNames(item)})
			}
		case tree.PublishedSchema:
			p.Schemas = append(p.Schemas, item.Child(tree.SchemaName).Name())
		}
	}
	return p
}

// define plays CREATE AGGREGATE, OPERATOR, TYPE (…), TEXT SEARCH and COLLATION.
func (s *Session) define(n tree.Node) {
	name := n.Field(tree.FieldNew)
	switch name.Kind() {
	case tree.AggregateName:
		s.createAggregate(n, name)
	case tree.OperatorName:
		s.createOperator(n, name)
	case tree.CompositeTypeName:
		s.createBase(n)
	case tree.CollationName:
		full := s.newName(name)
		if s.Catalog().Collation(full.Schema, full.Name) != nil {
			if !n.Has(lex.KwIf) {
				s.refuse(name, "collation %q already exists", full.Name)
			}
			return
		}
		s.edit.Put(&schema.Collation{Object: s.object(full)})
	default:
		kinds := map[tree.Kind]schema.TextSearchKind{
			tree.TextSearchConfigName: schema.TextSearchConfiguration, tree.TextSearchDictionaryName: schema.TextSearchDictionary,
			tree.TextSearchParserName: schema.TextSearchParser, tree.TextSearchTemplateName: schema.TextSearchTemplate,
		}
		if kind, found := kinds[name.Kind()]; found {
			s.edit.Put(&schema.TextSearchObject{Object: s.object(s.newName(name)), Kind: kind})
		}
	}
}

// createBase makes a base type, or a shell for one.
func (s *Session) createBase(n tree.Node) {
	t := s.startType(n, schema.Base, 'U')
	if t == nil {
		return
	}
	t.Base = &schema.BaseType{Shell: !n.Child(tree.DefElem).Exists()}
	if t.Base.Shell {
		t.Category, t.Kind = 'P', schema.Base
	}
	for property := range n.Children() {
		if property.Kind() != tree.DefElem {
			continue
		}
		value := property.Child(tree.TypeName)
		switch property.Field(tree.FieldName).Name() {
		case "input":
			t.Base.Input = namedBy(value)
		case "output":
			t.Base.Output = namedBy(value)
		case "category":
			if text := literalIn(property); text != "" {
				t.Category = text[0]
			}
		case "element":
			t.Base.Element = s.signatureType(value)
		}
	}
	s.edit.Put(t)
}

func (s *Session) createAggregate(n, name tree.Node) {
	f := &schema.Function{Object: s.object(s.newName(name)), Kind: schema.Aggregate, Privileges: schema.AllPrivileges, Language: "internal", Volatility: schema.Immutable, Body: new(schema.Body), Aggregate: new(schema.AggregateInfo)}
	f.Arguments = s.parameters(n)
	var state, final string
	for property := range n.Children() {
		if property.Kind() != tree.DefElem {
			continue
		}
		value := property.Child(tree.TypeName)
		switch property.Field(tree.FieldName).Name() {
		case "basetype":
			if text := strings.ToLower(value.Text()); text != "" && text != `"any"` && literalIn(property) != "ANY" {
				f.Arguments = []schema.Argument{{Type: s.signatureType(value)}}
			}
		case "parallel":
			switch strings.ToLower(textOf(property.Child(tree.TypeName))) {
			case "safe":
				f.Parallel = schema.ParallelSafe
			case "restricted":
				f.Parallel = schema.ParallelRestricted
			}
		case "stype", "stype1":
			state = s.signatureType(value)
		case "sfunc", "sfunc1":
			f.Aggregate.Transition = s.resolvedFunction(namedBy(value))
		case "finalfunc":
			f.Aggregate.Final = s.resolvedFunction(namedBy(value))
			for found := range s.Catalog().FunctionsNamed(f.Aggregate.Final.Schema, f.Aggregate.Final.Name) {
				if final == "" || slices.Equal(found.InputTypes()[:min(1, len(found.InputTypes()))], []string{state}) {
					final = found.Result
				}
			}
		}
	}
	f.Aggregate.StateType, f.Result = state, state
	switch element := strings.TrimSuffix(state, "[]"); {
	case strings.HasPrefix(state, "any"), !strings.HasPrefix(final, "any") && final != "":
		f.Result = cmp.Or(final, state)
	case isArray(final):
		f.Result = element + "[]"
	case final != "":
		f.Result = element
	}
	s.putFunction(name, f, n.Has(lex.KwReplace))
}

func (s *Session) resolvedFunction(name schema.Name) schema.Name {
	if name.Schema == "" {
		for f := range s.Catalog().FunctionsNamed("", name.Name) {
			return f.QualifiedName()
		}
	}
	return name
}

func (s *Session) createOperator(n, name tree.Node) {
	full := schema.Name{Name: operatorText(name)}
	if names := name.Names(); len(names) > 0 && names[0].Text != "*" {
		full.Schema = names[0].Text
	} else {
		full.Schema = s.creationSchema()
	}
	o := &schema.Operator{Object: s.object(full)}
	for property := range n.Children() {
		if property.Kind() != tree.DefElem {
			continue
		}
		value := property.Child(tree.TypeName)
		switch property.Field(tree.FieldName).Name() {
		case "leftarg":
			o.Left = s.signatureType(value)
		case "rightarg":
			o.Right = s.signatureType(value)
		case "procedure", "function":
			o.Function = s.resolvedFunction(namedBy(value))
		}
	}
	for f := range s.Catalog().FunctionsNamed(o.Function.Schema, o.Function.Name) {
		types := f.InputTypes()
		if o.Left == "" && slices.Equal(types, []string{o.Right}) || slices.Equal(types, []string{o.Left, o.Right}) {
			o.Result = f.Result
		}
	}
	s.edit.Put(o)
}

// operatorText gives an operator without its schema.
func operatorText(n tree.Node) string {
	tokens := n.Tokens()
	if len(tokens) == 0 {
		return ""
	}
	return tokens[len(tokens)-1].Text(n.Tree().Source())
}

func (s *Session) createCast(n tree.Node) {
	c := &schema.Cast{Object: s.object(schema.Name{}), Source: s.signatureType(n.Field(tree.FieldFrom)), Target: s.signatureType(n.Field(tree.FieldTo))}
	switch {
	case n.Has(lex.KwImplicit):
		c.Context = schema.Implicit
	case n.Has(lex.KwAssignment):
		c.Context = schema.OnAssignment
	}
	switch {
	case n.Has(lex.KwInout):
		c.Method = schema.WithInOut
	case n.Has(lex.KwWithout):
		c.Method = schema.WithoutFunction
	default:
		if f := s.function(n, n.Child(tree.ObjectWithArgs)); f != nil {
			c.Function, c.FunctionArguments = f.QualifiedName(), f.InputTypes()
		}
	}
	s.edit.Put(c)
}

func (s *Session) createOperatorClass(n tree.Node) {
	c := &schema.OperatorClass{
		Object: s.object(s.newName(n.Field(tree.FieldNew))), Method: n.Child(tree.AccessMethodName).Name(),
		Type: s.signatureType(n.Child(tree.TypeName)), Default: n.Has(lex.KwDefault),
	}
	c.Family = split(n.Child(tree.OpfamilyName))
	if c.Family.Name == "" {
		c.Family = c.QualifiedName()
		s.edit.Put(&schema.OperatorFamily{Object: s.object(c.Family), Method: c.Method})
	} else if c.Family.Schema == "" {
		c.Family.Schema = c.Schema
	}
	s.edit.Put(c)
}

func (s *Session) createOperatorFamily(n tree.Node) {
	s.edit.Put(&schema.OperatorFamily{Object: s.object(s.newName(n.Field(tree.FieldNew))), Method: n.Child(tree.AccessMethodName).Name()})
}

func (s *Session) createConversion(n tree.Node) {
	s.edit.Put(&schema.Conversion{Object: s.object(s.newName(n.Field(tree.FieldNew))), Default: n.Has(lex.KwDefault), Function: s.functionName(n.Child(tree.FunctionName))})
}
