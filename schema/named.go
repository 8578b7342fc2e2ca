package schema

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// TypeReference is a type as an expression or a column has it.
type TypeReference struct {
	Type       *Type     // nil for the row of a relation
	Row        *Relation // nil but for the row of a relation
	Dimensions int       // of an array, 0 for none
	Modifiers  string    // what stands between the parentheses: 10,2
	Fields     string    // of an interval: year to month
}

// String gives the type as format_type writes it while the search_path is
// empty (https://www.postgresql.org/docs/current/functions-info.html).
func (t TypeReference) String() string {
	text := t.element()
	if t.Dimensions > 0 {
		text += "[]"
	}
	return text
}

func (t TypeReference) element() string {
	if t.Row != nil {
		return qualified(t.Row.QualifiedName())
	}
	modifiers := strings.Join(strings.Fields(t.Modifiers), "")
	if t.Type.Schema != pgCatalog {
		return qualified(t.Type.QualifiedName()) + parenthesised(modifiers)
	}
	switch t.Type.Name {
	case "int2":
		return "smallint"
	case "int4":
		return "integer"
	case "int8":
		return "bigint"
	case "float4":
		return "real"
	case "float8":
		return "double precision"
	case "bool":
		return "boolean"
	case "varchar":
		return "character varying" + parenthesised(modifiers)
	case "bpchar":
		if modifiers == "" {
			return "bpchar"
		}
		return "character" + parenthesised(modifiers)
	case "varbit":
		return "bit varying" + parenthesised(modifiers)
	case "bit":
		if modifiers == "" {
			return `"bit"`
		}
		return "bit" + parenthesised(modifiers)
	case "numeric":
		if modifiers != "" && !strings.Contains(modifiers, ",") {
			modifiers += ",0"
		}
		return "numeric" + parenthesised(modifiers)
	case "json":
		return "json"
	case "timestamp":
		return "timestamp" + parenthesised(modifiers) + " without time zone"
	case "timestamptz":
		return "timestamp" + parenthesised(modifiers) + " with time zone"
	case "time":
		return "time" + parenthesised(modifiers) + " without time zone"
	case "timetz":
		return "time" + parenthesised(modifiers) + " with time zone"
	case "interval":
		if t.Fields != "" {
			return "interval " + t.Fields + parenthesised(modifiers)
		}
		return "interval" + parenthesised(modifiers)
	}
	return lex.QuoteIdentifier(t.Type.Name) + parenthesised(modifiers)
}

func parenthesised(modifiers string) string {
	if modifiers == "" {
		return ""
	}
	return "(" + modifiers + ")"
}

// qualified writes a name with its schema. What is temporary is in a schema that
// has another name in each session, and is found without it.
func qualified(n Name) string {
	if n.Schema == pgTemp {
		return lex.QuoteIdentifier(n.Name)
	}
	return lex.QuoteIdentifier(n.Schema) + "." + lex.QuoteIdentifier(n.Name)
}

// TypeNamed gives the type of a text as format_type or a declaration writes
// it: character varying(20)[], timestamptz, app."Mood". SETOF is read over. An
// unqualified name is looked up by the search path. It reports whether there is
// such a type.
func (c *Catalog) TypeNamed(display string) (TypeReference, bool) {
	var t TypeReference
	rest := strings.TrimSpace(display)
	if len(rest) > 6 && strings.EqualFold(rest[:6], "setof ") {
		rest = strings.TrimSpace(rest[6:])
	}
	for strings.HasSuffix(rest, "]") {
		open := strings.LastIndexByte(rest, '[')
		if open < 0 {
			return TypeReference{}, false
		}
		rest = strings.TrimSpace(rest[:open])
		t.Dimensions++
	}
	if n := len(rest) - len(" array"); n > 0 && strings.EqualFold(rest[n:], " array") {
		rest = strings.TrimSpace(rest[:n])
		t.Dimensions++
	}
	names, words, modifiers, ok := splitType(rest)
	if !ok {
		return TypeReference{}, false
	}
	t.Modifiers = modifiers
	switch {
	case len(names) == 2:
		t.Type, t.Row = c.Type(names[0], names[1]), c.Relation(names[0], names[1])
	case words != "":
		if name := spelling(words, modifiers); name != "" {
			t.Type = c.Type(pgCatalog, name)
			switch {
			case name == "interval":
				t.Fields = strings.TrimPrefix(words, "interval ")
			case modifiers == "" && (name == "bpchar" || name == "bit"):
				t.Modifiers = "1"
			}
			break
		}
		names = []string{words}
		fallthrough
	default:
		for _, schema := range c.typePath {
			if t.Type, t.Row = c.Type(schema, names[0]), c.Relation(schema, names[0]); t.Type != nil || t.Row != nil {
				break
			}
		}
	}
	if t.Type == nil && t.Row == nil && t.Dimensions == 0 && strings.HasPrefix(names[len(names)-1], "_") {
		// An array type has the name of its element's type behind an underscore.
		quoted := make([]string, len(names))
		for i, name := range names {
			quoted[i] = lex.QuoteIdentifier(name)
		}
		quoted[len(names)-1] = lex.QuoteIdentifier(names[len(names)-1][1:])
		element, found := c.TypeNamed(strings.Join(quoted, "."))
		element.Dimensions++
		return element, found
	}
	if t.Type != nil {
		t.Row = nil
	}
	return t, t.Type != nil || t.Row != nil
}

// splitType takes the name of a type apart: the parts of a qualified or quoted
// name, or else words in lower case with one space between them; and what
// stands between the parentheses.
func splitType(text string) (names []string, words, modifiers string, ok bool) {
	tokens := lex.Lex(text, lex.Options{})
	qualified := slices.ContainsFunc(tokens, func(t lex.Token) bool { return t.Kind == lex.Dot || t.Name() && t.Kind != lex.Ident })
	var spelled []string
	for i := 0; i < len(tokens); i++ {
		switch t := tokens[i]; {
		case t.Name() && t.Flags == 0:
			spelled = append(spelled, lex.Identifier(t.Text(text)))
		case t.Kind == lex.LParen:
			end := slices.IndexFunc(tokens[i:], func(t lex.Token) bool { return t.Kind == lex.RParen })
			if end < 0 {
				return nil, "", "", false
			}
			modifiers = text[t.End:tokens[i+end].Start]
			i += end
		case !t.Trivia() && t.Kind != lex.Dot:
			return nil, "", "", false
		}
	}
	if !qualified {
		spelled = []string{strings.Join(spelled, " ")}
		words = spelled[0]
	}
	return spelled, words, modifiers, len(spelled) == 1 && spelled[0] != "" || len(spelled) == 2
}

// spelling gives the name in pg_catalog of a type that SQL spells otherwise
// (https://www.postgresql.org/docs/current/datatype.html#DATATYPE-TABLE), or "".
func spelling(words, modifiers string) string {
	switch words {
	case "int", "integer", "serial", "serial4":
		return "int4"
	case "smallint", "smallserial", "serial2":
		return "int2"
	case "bigint", "bigserial", "serial8":
		return "int8"
	case "real":
		return "float4"
	case "double precision":
		return "float8"
	case "float":
		// Up to 24 binary digits fit a float4
		// (https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-FLOAT).
		if modifiers == "" || len(modifiers) > 1 && modifiers > "24" {
			return "float8"
		}
		return "float4"
	case "decimal", "dec":
		return "numeric"
	case "boolean":
		return "bool"
	case "character", "char", "national character", "national char", "nchar":
		return "bpchar"
	case "character varying", "char varying", "national character varying", "national char varying", "nchar varying":
		return "varchar"
	case "bit":
		return "bit"
	case "bit varying":
		return "varbit"
	case "timestamp without time zone":
		return "timestamp"
	case "timestamp with time zone":
		return "timestamptz"
	case "time without time zone":
		return "time"
	case "time with time zone":
		return "timetz"
	}
	if strings.HasPrefix(words, "interval ") { // interval year to month
		return "interval"
	}
	return ""
}
