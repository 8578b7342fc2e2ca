package ddl

import (
	"strconv"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

func (g *generator) datatype(t *schema.Type) object {
	var o object
	name := qualified(t.QualifiedName())
	kind := "TYPE"
	switch t.Kind {
	case schema.Enum:
		labels := make([]string, len(t.Labels))
		for i, l := range t.Labels {
			labels[i] = "\n    " + literal(l)
		}
		o.create = append(o.create, "CREATE TYPE "+name+" AS ENUM ("+strings.Join(labels, ",")+closing(len(labels)))
	case schema.Composite:
		lines := make([]string, len(t.Attributes))
		for i := range t.Attributes {
			a := &t.Attributes[i]
			lines[i] = "\n    " + ident(a.Name) + " " + a.Type
			if c := collation(a); c.Name != "" {
				lines[i] += " COLLATE " + qualified(c)
			}
		}
		o.create = append(o.create, "CREATE TYPE "+name+" AS ("+strings.Join(lines, ",")+closing(len(lines)))
	case schema.Domain:
		kind = "DOMAIN"
		o.create = append(o.create, domain(t))
	case schema.Range:
		if t.Range != nil && t.Range.Canonical.Name != "" {
			o.before = append(o.before, "CREATE TYPE "+name)
		}
		o.create = append(o.create, rangeType(t))
	case schema.Base:
		if t.Base == nil {
			return o
		}
		o.before = append(o.before, "CREATE TYPE "+name)
		if t.Base.Shell {
			break
		}
		o.create = append(o.create, baseType(t))
	default:
		return o // a multirange comes with its range
	}
	o.create = append(o.create, g.common(&t.Object, kind, name, rights{})...)
	o.create = append(o.create, g.grants(typeRights, name, "", t.Owner, t.ACL)...)
	for i := range t.Attributes {
		a := &t.Attributes[i]
		o.create = append(o.create, g.comment("COLUMN "+name+"."+ident(a.Name), a.Comment)...)
	}
	for i := range t.Constraints {
		k := &t.Constraints[i]
		if k.NotValid {
			o.create = append(o.create, "ALTER DOMAIN "+name+" ADD "+domainConstraint(k))
		}
		o.create = append(o.create, g.comment("CONSTRAINT "+ident(k.Name)+" ON DOMAIN "+name, k.Comment)...)
	}
	return o
}

// closing ends a list of lines.
func closing(lines int) string {
	if lines == 0 {
		return ")"
	}
	return "\n)"
}

func domain(t *schema.Type) string {
	s := "CREATE DOMAIN " + qualified(t.QualifiedName()) + " AS " + t.Of
	if t.Collation.Name != "" {
		s += " COLLATE " + qualified(t.Collation)
	}
	if t.Default != "" {
		s += " DEFAULT " + t.Default
	}
	if t.NotNull {
		s += " NOT NULL"
	}
	for i := range t.Constraints {
		if k := &t.Constraints[i]; !k.NotValid {
			s += "\n    " + domainConstraint(k)
		}
	}
	return s
}

func domainConstraint(k *schema.Constraint) string {
	definition := k.Definition
	if definition == "" {
		definition = "CHECK (" + k.Expression + ")"
	}
	return "CONSTRAINT " + ident(k.Name) + " " + definition
}

func rangeType(t *schema.Type) string {
	lines := []string{"SUBTYPE = " + t.Of}
	if r := t.Range; r != nil {
		for _, part := range []struct {
			word string
			name schema.Name
		}{
			{"SUBTYPE_OPCLASS", r.OperatorClass}, {"COLLATION", r.Collation}, {"CANONICAL", r.Canonical},
			{"SUBTYPE_DIFF", r.Difference}, {"MULTIRANGE_TYPE_NAME", r.Multirange},
		} {
			if part.name.Name != "" {
				lines = append(lines, part.word+" = "+qualified(part.name))
			}
		}
	}
	return "CREATE TYPE " + qualified(t.QualifiedName()) + " AS RANGE (\n    " + strings.Join(lines, ",\n    ") + "\n)"
}

func baseType(t *schema.Type) string {
	b := t.Base
	var lines []string
	add := func(word, value string) {
		if value != "" {
			lines = append(lines, word+" = "+value)
		}
	}
	add("INPUT", function(b.Input))
	add("OUTPUT", function(b.Output))
	add("RECEIVE", function(b.Receive))
	add("SEND", function(b.Send))
	add("TYPMOD_IN", function(b.ModifierInput))
	add("TYPMOD_OUT", function(b.ModifierOutput))
	add("ANALYZE", function(b.Analyze))
	add("SUBSCRIPT", function(b.Subscript))
	if b.Length < 0 {
		add("INTERNALLENGTH", "VARIABLE")
	} else {
		add("INTERNALLENGTH", strconv.Itoa(b.Length))
	}
	if b.ByValue {
		lines = append(lines, "PASSEDBYVALUE")
	}
	add("ALIGNMENT", b.Alignment)
	add("STORAGE", b.Storage)
	if t.Category != 'U' && t.Category != 0 {
		add("CATEGORY", literal(string(t.Category)))
	}
	if t.Preferred {
		add("PREFERRED", "true")
	}
	if t.Default != "" {
		add("DEFAULT", literal(t.Default))
	}
	add("ELEMENT", b.Element)
	if b.Delimiter != "" && b.Delimiter != "," {
		add("DELIMITER", literal(b.Delimiter))
	}
	if b.Collatable {
		add("COLLATABLE", "true")
	}
	return "CREATE TYPE " + qualified(t.QualifiedName()) + " (\n    " + strings.Join(lines, ",\n    ") + "\n)"
}
