package ddl

import (
	"strconv"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

func (g *generator) operator(p *schema.Operator) object {
	name := operator(p.QualifiedName())
	var lines []string
	add := func(word, value string) {
		if value != "" {
			lines = append(lines, word+" = "+value)
		}
	}
	other := func(n schema.Name) string {
		if n.Name == "" {
			return ""
		}
		return operatorCall(n)
	}
	add("FUNCTION", qualified(p.Function))
	add("LEFTARG", p.Left)
	add("RIGHTARG", p.Right)
	add("COMMUTATOR", other(p.Commutator))
	add("NEGATOR", other(p.Negator))
	add("RESTRICT", function(p.Restrict))
	add("JOIN", function(p.Join))
	if p.Hashes {
		lines = append(lines, "HASHES")
	}
	if p.Merges {
		lines = append(lines, "MERGES")
	}
	create := "CREATE OPERATOR " + name + " (\n    " + strings.Join(lines, ",\n    ") + "\n)"
	left := p.Left
	if left == "" {
		left = "NONE"
	}
	return object{create: append([]string{create}, g.common(&p.Object, "OPERATOR", name+" ("+left+", "+p.Right+")", rights{})...)}
}

func (g *generator) operatorClass(c *schema.OperatorClass) object {
	name := qualified(c.QualifiedName())
	create := "CREATE OPERATOR CLASS " + name
	if c.Default {
		create += "\n    DEFAULT"
	}
	create += "\n    FOR TYPE " + c.Type + " USING " + ident(c.Method)
	if c.Family.Name != "" && c.Family != c.QualifiedName() {
		create += " FAMILY " + qualified(c.Family)
	}
	var members []string
	if c.Storage != "" {
		members = append(members, "STORAGE "+c.Storage)
	}
	for i := range c.Members {
		members = append(members, member(&c.Members[i]))
	}
	if len(members) == 0 {
		members = append(members, "STORAGE "+c.Type)
	}
	create += " AS\n    " + strings.Join(members, ",\n    ")
	return object{create: append([]string{create}, g.common(&c.Object, "OPERATOR CLASS", name+" USING "+ident(c.Method), rights{})...)}
}

func member(m *schema.ClassMember) string {
	n := strconv.Itoa(m.Number)
	if m.Operator.Name == "" {
		s := "FUNCTION " + n
		if m.Left != "" {
			s += " (" + m.Left + ", " + m.Right + ")"
		}
		return s + " " + qualified(m.Function) + "(" + strings.Join(m.Arguments, ", ") + ")"
	}
	s := "OPERATOR " + n + " " + operator(m.Operator) + " (" + m.Left + ", " + m.Right + ")"
	if m.OrderBy.Name != "" {
		s += " FOR ORDER BY " + qualified(m.OrderBy)
	}
	return s
}

func (g *generator) operatorFamily(f *schema.OperatorFamily) object {
	name := qualified(f.QualifiedName()) + " USING " + ident(f.Method)
	var o object
	common := g.common(&f.Object, "OPERATOR FAMILY", name, rights{})
	if g.madeByClass(f) {
		o.after = common
	} else {
		o.create = append([]string{"CREATE OPERATOR FAMILY " + name}, common...)
	}
	if len(f.Loose) > 0 {
		members := make([]string, len(f.Loose))
		for i := range f.Loose {
			members[i] = member(&f.Loose[i])
		}
		o.after = append(o.after, "ALTER OPERATOR FAMILY "+name+" ADD\n    "+strings.Join(members, ",\n    "))
	}
	return o
}

// madeByClass reports whether an operator class of the family's name follows,
// which makes its family itself.
func (g *generator) madeByClass(f *schema.OperatorFamily) bool {
	if !g.whole || f.Comment != "" {
		return false
	}
	for c := range g.catalog.OperatorClasses() {
		if c.QualifiedName() == f.QualifiedName() && c.Family == f.QualifiedName() && c.Method == f.Method && c.Owner == f.Owner {
			return true
		}
	}
	return false
}

func (g *generator) cast(c *schema.Cast) object {
	name := "CAST (" + c.Source + " AS " + c.Target + ")"
	create := "CREATE " + name
	switch c.Method {
	case schema.WithFunction:
		create += " WITH FUNCTION " + qualified(c.Function) + "(" + strings.Join(c.FunctionArguments, ", ") + ")"
	case schema.WithoutFunction:
		create += " WITHOUT FUNCTION"
	case schema.WithInOut:
		create += " WITH INOUT"
	}
	create += [...]string{schema.Explicit: "", schema.OnAssignment: " AS ASSIGNMENT", schema.Implicit: " AS IMPLICIT"}[c.Context]
	return object{create: append([]string{create}, g.comment(name, c.Comment)...)}
}

func (g *generator) collation(c *schema.Collation) object {
	var lines []string
	add := func(word, value string) {
		if value != "" {
			lines = append(lines, word+" = "+value)
		}
	}
	text := func(word, value string) {
		if value != "" {
			add(word, literal(value))
		}
	}
	add("provider", c.Provider)
	if c.Provider == "libc" && c.Collate == c.Ctype {
		text("locale", c.Collate)
	} else {
		text("locale", c.Locale)
		text("lc_collate", c.Collate)
		text("lc_ctype", c.Ctype)
	}
	text("rules", c.Rules)
	if c.Nondeterministic {
		add("deterministic", "false")
	}
	name := qualified(c.QualifiedName())
	create := "CREATE COLLATION " + name + " (" + strings.Join(lines, ", ") + ")"
	return object{create: append([]string{create}, g.common(&c.Object, "COLLATION", name, rights{})...)}
}

func (g *generator) conversion(c *schema.Conversion) object {
	name := qualified(c.QualifiedName())
	create := "CREATE "
	if c.Default {
		create += "DEFAULT "
	}
	create += "CONVERSION " + name + " FOR " + literal(c.From) + " TO " + literal(c.To) + " FROM " + qualified(c.Function)
	return object{create: append([]string{create}, g.common(&c.Object, "CONVERSION", name, rights{})...)}
}

func (g *generator) textSearch(t *schema.TextSearchObject) object {
	kind := [...]string{
		schema.TextSearchConfiguration: "TEXT SEARCH CONFIGURATION", schema.TextSearchDictionary: "TEXT SEARCH DICTIONARY",
		schema.TextSearchParser: "TEXT SEARCH PARSER", schema.TextSearchTemplate: "TEXT SEARCH TEMPLATE",
	}[t.Kind]
	name := qualified(t.QualifiedName())
	var lines []string
	switch t.Kind {
	case schema.TextSearchConfiguration:
		lines = []string{"PARSER = " + qualified(t.Of)}
	case schema.TextSearchDictionary:
		lines = []string{"TEMPLATE = " + qualified(t.Of)}
		if t.Options != "" {
			lines = append(lines, t.Options)
		}
	default:
		lines = t.Functions
	}
	statements := []string{"CREATE " + kind + " " + name + " (\n    " + strings.Join(lines, ",\n    ") + "\n)"}
	for _, m := range t.Mappings {
		statements = append(statements, "ALTER "+kind+" "+name+" ADD MAPPING FOR "+ident(m.Token)+" WITH "+qualifiedList(m.Dictionaries))
	}
	if t.Kind == schema.TextSearchParser || t.Kind == schema.TextSearchTemplate {
		return object{create: append(statements, g.comment(kind+" "+name, t.Comment)...)}
	}
	return object{create: append(statements, g.common(&t.Object, kind, name, rights{})...)}
}

func (g *generator) statistics(s *schema.Statistics) object {
	name := qualified(s.QualifiedName())
	definition := s.Definition
	if definition == "" {
		definition = "CREATE STATISTICS " + name + " ON " + idents(s.Columns) + " FROM " + qualified(s.Relation)
	}
	statements := []string{definition}
	if s.Target != nil {
		statements = append(statements, "ALTER STATISTICS "+name+" SET STATISTICS "+strconv.Itoa(*s.Target))
	}
	return object{after: append(statements, g.common(&s.Object, "STATISTICS", name, rights{})...)}
}
