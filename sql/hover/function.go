package hover

import (
	"fmt"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// function tells of the function that a call means, and of its overloads.
func (p *page) function(c *schema.Catalog, f *schema.Function) {
	if f == nil {
		return
	}
	p.code(Signature(f))
	p.prose(f.Comment)
	var facts []string
	switch f.Volatility {
	case schema.Immutable:
		facts = append(facts, "immutable")
	case schema.Stable:
		facts = append(facts, "stable")
	}
	if f.Strict {
		facts = append(facts, "null for a null argument")
	}
	if f.SecurityDefiner {
		facts = append(facts, "security definer")
	}
	if f.Language != "" && f.Language != "internal" && f.Language != "c" {
		facts = append(facts, "in "+f.Language)
	}
	if f.Origin != nil && f.Origin.Path != "" {
		facts = append(facts, fmt.Sprintf("from %s, line %d", f.Origin.Path, f.Origin.Line+1))
	}
	p.prose(strings.Join(facts, "; "))
	var others []string
	for other := range c.FunctionsNamed(f.Schema, f.Name) {
		if other == f {
			continue
		}
		if len(others) == 8 {
			others = append(others, "-- and more")
			break
		}
		others = append(others, Signature(other))
	}
	if len(others) > 0 {
		p.code(strings.Join(others, "\n"))
	}
}

// Signature writes a function with its arguments and its result.
func Signature(f *schema.Function) string {
	var arguments, columns []string
	for _, a := range f.Arguments {
		text := strings.TrimSpace(lexName(a.Name) + " " + a.Type)
		switch a.Mode {
		case schema.Out:
			text = "out " + text
		case schema.InOut:
			text = "inout " + text
		case schema.Variadic:
			text = "variadic " + text
		case schema.TableColumn:
			columns = append(columns, text)
			continue
		}
		if a.Default != "" {
			text += " default " + oneLine(a.Default)
		}
		arguments = append(arguments, text)
	}
	name := qualified(&f.Object)
	if f.Schema == "pg_catalog" {
		name = lex.QuoteIdentifier(f.Name)
	}
	out := fmt.Sprintf("%s %s(%s)", f.Kind, name, strings.Join(arguments, ", "))
	switch {
	case len(columns) > 0:
		out += " returns table (" + strings.Join(columns, ", ") + ")"
	case f.ReturnsSet:
		out += " returns setof " + f.Result
	case f.Result != "":
		out += " returns " + f.Result
	}
	return out
}

func lexName(name string) string {
	if name == "" {
		return ""
	}
	return lex.QuoteIdentifier(name)
}

func (p *page) operator(o *schema.Operator) {
	if o == nil {
		return
	}
	p.code(strings.TrimSpace(fmt.Sprintf("%s %s %s returns %s", o.Left, o.Name, o.Right, o.Result)))
	p.prose(o.Comment)
	if o.Function.Name != "" {
		p.prose("by " + o.Function.Name)
	}
}

// typeOf tells what a type is made of.
func (p *page) typeOf(c *schema.Catalog, display string) {
	reference, ok := c.TypeNamed(display)
	switch {
	case !ok:
		return
	case reference.Row != nil:
		p.relation(c, reference.Row)
		return
	}
	t := reference.Type
	text := fmt.Sprintf("%s %s", t.Kind, display)
	switch t.Kind {
	case schema.Enum:
		var labels []string
		for _, l := range t.Labels[:min(len(t.Labels), maxLines)] {
			labels = append(labels, "'"+strings.ReplaceAll(l, "'", "''")+"'")
		}
		text += " (" + strings.Join(labels, ", ") + ")"
	case schema.Composite:
		var fields []string
		for i := range t.Attributes {
			fields = append(fields, "  "+lex.QuoteIdentifier(t.Attributes[i].Name)+" "+t.Attributes[i].Type)
		}
		text += " (\n" + strings.Join(fields, ",\n") + "\n)"
	case schema.Domain, schema.Range, schema.Multirange:
		text += " of " + t.Of
		for i := range t.Constraints {
			text += "\n  " + t.Constraints[i].Definition
		}
	}
	p.code(text)
	p.prose(t.Comment)
}
