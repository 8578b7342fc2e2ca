package replay

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// typeOf gives the type that a TypeName or a FunctionType names, as format_type
// writes it. One that nobody knows, of an extension say, is noted and stays as
// it is written.
func (s *Session) typeOf(n tree.Node) string {
	if !n.Exists() {
		return ""
	}
	if n.Kind() == tree.FunctionType {
		return s.columnType(n)
	}
	declared := textOf(n)
	t, found := s.Catalog().TypeNamed(declared)
	if !found {
		if s.Catalog().Type("pg_catalog", "int4") == nil {
			return declared // no type is known
		}
		s.note(n, "type %q does not exist", declared)
		return strings.TrimSpace(strings.TrimPrefix(declared, "setof "))
	}
	if n.Label() != 0 || t.Modifiers == "" || n.Parent().Kind() != tree.FunctionParameter && n.Parent().Kind() != tree.ArgumentType {
		return t.String()
	}
	t.Modifiers = "" // of an argument nobody keeps them
	return t.String()
}

// signatureType is typeOf for an argument or a result of a function, which keep
// no modifiers: the 10 of varchar(10).
func (s *Session) signatureType(n tree.Node) string {
	if n.Kind() == tree.TypeName {
		if t, found := s.Catalog().TypeNamed(textOf(n)); found {
			return bare(t)
		}
	}
	return s.typeOf(n)
}

// bare writes a type without modifiers: character for character(1), interval for
// interval year.
func bare(t schema.TypeReference) string {
	t.Modifiers, t.Fields = "", ""
	text := t.String()
	switch {
	case t.Type == nil || t.Type.Schema != "pg_catalog":
	case t.Type.Name == "bpchar":
		return strings.Replace(text, "bpchar", "character", 1)
	case t.Type.Name == "bit":
		return strings.Replace(text, `"bit"`, "bit", 1)
	}
	return text
}

// columnType gives the type of table.column%TYPE.
func (s *Session) columnType(n tree.Node) string {
	var names []string
	for _, name := range n.Names() {
		names = append(names, name.Text)
	}
	if len(names) > 0 && names[len(names)-1] == "type" {
		names = names[:len(names)-1]
	}
	if n.Has(lex.KwSetof) {
		names = names[1:]
	}
	if len(names) > 1 {
		of := schema.Name{Name: names[len(names)-2]}
		if len(names) > 2 {
			of.Schema = names[len(names)-3]
		}
		if r := s.find(of); r != nil {
			if column := r.Column(names[len(names)-1]); column != nil {
				if t, found := s.Catalog().TypeNamed(column.Type); found {
					return bare(t)
				}
				return column.Type
			}
		}
	}
	s.note(n, "type %q does not exist", n.Text())
	return textOf(n)
}

// serial gives the type of a serial column, "" for another type
// (https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-SERIAL).
func serial(n tree.Node) string {
	switch strings.ToLower(n.Text()) {
	case "serial", "serial4":
		return "integer"
	case "bigserial", "serial8":
		return "bigint"
	case "smallserial", "serial2":
		return "smallint"
	}
	return ""
}

// textOf gives a node's text with one space for each stretch of white space and
// comments.
func textOf(n tree.Node) string {
	tokens := n.Tokens()
	var b strings.Builder
	space := false
	for _, t := range tokens {
		if t.Trivia() {
			space = t.Kind != lex.BlockComment || space
			continue
		}
		if space {
			b.WriteByte(' ')
		}
		space = false
		b.WriteString(t.Text(n.Tree().Source()))
	}
	return b.String()
}
