package replay

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

func (s *Session) createFunction(n tree.Node) {
	name := n.Field(tree.FieldNew)
	f := &schema.Function{Object: s.object(s.newName(name)), Privileges: schema.AllPrivileges, Body: new(schema.Body)}
	if n.Has(lex.KwProcedure) {
		f.Kind = schema.Procedure
	}
	f.Arguments = s.parameters(n)
	s.functionResult(n, f)
	f.Language = "sql"
	for child := range n.Children() {
		switch child.Kind() {
		case tree.LanguageName:
			if f.Language = child.Name(); f.Language == "" {
				f.Language = strings.ToLower(child.Value())
			}
		case tree.FunctionOption, tree.VariableSetStmt:
			s.functionOption(child, f)
		case tree.RoutineBody:
			f.Body.SQL = textOf(child)
		}
	}
	if as := n.Field(tree.FieldAs); as.Exists() {
		f.Body.Source = as.Value()
		if symbol := n.Field(tree.FieldSymbol); symbol.Exists() {
			f.Body.Library, f.Body.Source = f.Body.Source, symbol.Value()
		}
	}
	s.putFunction(name, f, n.Has(lex.KwReplace))
}

// putFunction adds a function, in the place of the one with its arguments where
// it may take that.
func (s *Session) putFunction(at tree.Node, f *schema.Function, replace bool) {
	if s.refused {
		return
	}
	old := s.Catalog().Function(f.Schema, f.Name, f.InputTypes()...)
	if old != nil && !replace && old.Origin != nil {
		s.refuse(at, "function %q already exists with same argument types", f.Name)
		return
	}
	if old != nil {
		f.Owner, f.ACL, f.Comment = old.Owner, old.ACL, old.Comment
		f.OID = old.OID
	}
	s.edit.Put(f)
}

// parameters reads the arguments of a function, the columns of RETURNS TABLE last.
func (s *Session) parameters(n tree.Node) []schema.Argument {
	var arguments []schema.Argument
	for p := range n.Children() {
		if p.Kind() == tree.FunctionParameter {
			arguments = append(arguments, s.parameter(p))
		}
	}
	for column := range n.Child(tree.ReturnsTable).Children() {
		a := s.parameter(column)
		a.Mode = schema.TableColumn
		arguments = append(arguments, a)
	}
	return arguments
}

func (s *Session) parameter(n tree.Node) schema.Argument {
	a := schema.Argument{Name: n.Field(tree.FieldName).Name(), Default: s.qualifiedText(n.Field(tree.FieldDefault)), Mode: mode(n.Child(tree.ParameterMode))}
	a.Type = s.signatureType(typeNode(n))
	return a
}

// typeNode gives the child that is a type.
func typeNode(n tree.Node) tree.Node {
	for child := range n.Children() {
		if kind := child.Kind(); (kind == tree.TypeName || kind == tree.FunctionType) && child.Label() == 0 {
			return child
		}
	}
	return tree.Node{}
}

func mode(n tree.Node) schema.Mode {
	switch {
	case n.Has(lex.KwInout), n.Has(lex.KwIn) && n.Has(lex.KwOut):
		return schema.InOut
	case n.Has(lex.KwOut):
		return schema.Out
	case n.Has(lex.KwVariadic):
		return schema.Variadic
	}
	return schema.In
}

// functionResult works out what a function returns
// (https://www.postgresql.org/docs/current/sql-createfunction.html, RETURNS).
func (s *Session) functionResult(n tree.Node, f *schema.Function) {
	returns := n.Field(tree.FieldReturns)
	var out []string
	for _, a := range f.Arguments {
		if a.Mode == schema.Out || a.Mode == schema.InOut || a.Mode == schema.TableColumn {
			out = append(out, a.Type)
		}
	}
	switch {
	case f.Kind == schema.Procedure:
	case n.Child(tree.ReturnsTable).Exists():
		f.ReturnsSet = true
		f.Result = rowOf(out)
	case returns.Exists():
		f.Result = s.signatureType(returns)
		f.ReturnsSet = returns.Has(lex.KwSetof)
	case len(out) > 0:
		f.Result = rowOf(out)
	}
}

func rowOf(out []string) string {
	if len(out) == 1 {
		return out[0]
	}
	return "record"
}

func (s *Session) functionOption(n tree.Node, f *schema.Function) {
	if n.Kind() == tree.VariableSetStmt {
		s.functionSetting(n, f)
		return
	}
	switch {
	case n.Has(lex.KwStrict):
		f.Strict = true
	case n.Has(lex.KwInput):
		f.Strict = n.Has(lex.KwReturns)
	case n.Has(lex.KwImmutable):
		f.Volatility = schema.Immutable
	case n.Has(lex.KwStable):
		f.Volatility = schema.Stable
	case n.Has(lex.KwVolatile):
		f.Volatility = schema.Volatile
	case n.Has(lex.KwSecurity):
		f.SecurityDefiner = n.Has(lex.KwDefiner)
	case n.Has(lex.KwLeakproof):
		f.Leakproof = !n.Has(lex.KwNot)
	case n.Has(lex.KwWindow):
		f.Kind = schema.Window
	case n.Has(lex.KwCost):
		f.Body.Cost = float(n)
	case n.Has(lex.KwRows):
		f.Body.Rows = float(n)
	case n.Has(lex.KwSupport):
		f.Body.Support = s.functionName(n.Child(tree.FunctionName))
	case n.Has(lex.KwParallel):
		switch strings.ToLower(n.Name()) {
		case "safe":
			f.Parallel = schema.ParallelSafe
		case "restricted":
			f.Parallel = schema.ParallelRestricted
		default:
			f.Parallel = schema.ParallelUnsafe
		}
	}
}

func float(n tree.Node) float64 {
	for t := range n.Own() {
		if value, err := strconv.ParseFloat(t.Text(n.Tree().Source()), 64); err == nil {
			return value
		}
	}
	return 0
}

func (s *Session) functionSetting(n tree.Node, f *schema.Function) {
	name := strings.ToLower(n.Child(tree.SettingName).Text())
	config := slices.Clone(f.Body.Config)
	switch {
	case n.Has(lex.KwReset) && n.Has(lex.KwAll):
		config = nil
	case n.Has(lex.KwReset), n.Has(lex.KwDefault):
		config = withoutOption(config, name)
	case name != "":
		var values []string
		for value := range n.All(tree.SettingValue) {
			text := settingText(value)
			if name == "search_path" {
				text = lex.QuoteIdentifier(text)
			}
			values = append(values, text)
		}
		config = withOption(config, name, strings.Join(values, ", "))
	}
	f.Body.Config = config
}

// functionName resolves the name of a function as far as it is known.
func (s *Session) functionName(n tree.Node) schema.Name {
	name := split(n)
	if name.Schema == "" {
		for f := range s.Catalog().FunctionsNamed("", name.Name) {
			return f.QualifiedName()
		}
		name.Schema = s.creationSchema()
	}
	return name
}

// function gives the function that a statement names, by its arguments where it
// tells them, or refuses the statement.
func (s *Session) function(statement, n tree.Node) *schema.Function {
	f, unique := s.findFunction(n)
	switch {
	case f == nil:
		s.missing(statement, n, "function")
	case !unique:
		s.refuse(n, "function name %q is not unique", f.Name)
		return nil
	}
	return f
}

// findFunction gives the function of a name with or without arguments, nil when
// there is none, and whether the name alone tells it.
func (s *Session) findFunction(n tree.Node) (found *schema.Function, unique bool) {
	var name schema.Name
	for child := range n.Children() {
		switch child.Kind() {
		case tree.FunctionName, tree.ProcedureName, tree.RoutineName, tree.AggregateName:
			name = split(child)
		}
	}
	wanted, told := s.argumentTypes(n)
	unique = true
	for f := range s.Catalog().FunctionsNamed(name.Schema, name.Name) {
		input := slices.Equal(f.InputTypes(), wanted.input)
		switch {
		case told && input:
			return f, true
		case told && !slices.Equal(allTypes(f), wanted.all):
		case found == nil:
			found = f
		case f.Schema == found.Schema && !told:
			unique = false
		}
	}
	return found, unique
}

// signature is the types of arguments: of those that a call passes, and of all.
type signature struct{ input, all []string }

// allTypes gives the types of all arguments but the columns of RETURNS TABLE.
func allTypes(f *schema.Function) []string {
	types := []string{}
	for _, a := range f.Arguments {
		if a.Mode != schema.TableColumn {
			types = append(types, a.Type)
		}
	}
	return types
}

// argumentTypes reads f(a, b), and whether there are parentheses at all.
func (s *Session) argumentTypes(n tree.Node) (types signature, told bool) {
	types = signature{[]string{}, []string{}}
	noted := len(s.problems)
	for child := range n.Children() {
		if child.Kind() != tree.ArgumentType {
			continue
		}
		of := s.signatureType(typeNode(child))
		types.all = append(types.all, of)
		if !child.Has(lex.KwOut) || child.Has(lex.KwIn) {
			types.input = append(types.input, of)
		}
	}
	s.problems = s.problems[:noted] // that there is no such function says enough
	for t := range n.Own() {
		told = told || t.Kind == lex.LParen
	}
	return types, told
}

func (s *Session) alterFunction(n tree.Node) {
	f := s.function(n, n.Child(tree.ObjectWithArgs))
	if f == nil {
		return
	}
	copied := *f
	body := schema.Body{}
	if f.Body != nil {
		body = *f.Body
	}
	copied.Body = &body
	for option := range n.Children() {
		if kind := option.Kind(); kind == tree.FunctionOption || kind == tree.VariableSetStmt {
			s.functionOption(option, &copied)
		}
	}
	s.edit.Put(&copied)
}
