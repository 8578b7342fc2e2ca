package schema

import "strings"

// TypeReference is a type as an expression or a column has it.
type TypeReference struct {
	Type       *Type     // nil for the row of a relation
	Row        *Relation // nil but for the row of a relation
	Dimensions int       // of an array, 0 for none
	Modifiers  string    // what stands between the parentheses: 10,2
}

// TypeNamed gives the type of a text as format_type or a declaration writes
// it: character varying(20)[], timestamptz, app."Mood". The fields of an
// interval and SETOF are read over. An unqualified name is looked up by the
// search path. It reports whether there is such a type.
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
	if t.Type != nil {
		t.Row = nil
	}
	return t, t.Type != nil || t.Row != nil
}

// splitType takes the name of a type apart: the parts of a qualified or quoted
// name, or else words in lower case with one space between them; and what
// stands between the parentheses.
func splitType(text string) (names []string, words, modifiers string, ok bool) {
	var name strings.Builder
	quoted := false
	for i := 0; i < len(text); i++ {
		switch ch := text[i]; {
		case ch == '"':
			quoted = true
			for i++; i < len(text) && (text[i] != '"' || strings.HasPrefix(text[i:], `""`)); i++ {
				if text[i] == '"' {
					i++
				}
				name.WriteByte(text[i])
			}
			if i >= len(text) {
				return nil, "", "", false
			}
		case ch == '.':
			names = append(names, strings.TrimSpace(name.String()))
			name.Reset()
		case ch == '(':
			end := strings.IndexByte(text[i:], ')')
			if end < 0 {
				return nil, "", "", false
			}
			modifiers = text[i+1 : i+end]
			name.WriteByte(' ') // timestamp(3)with time zone
			i += end
		default:
			if 'A' <= ch && ch <= 'Z' {
				ch += 'a' - 'A' // others keep their case: which they fold to is up to the server's encoding
			}
			name.WriteByte(ch)
		}
	}
	names = append(names, strings.TrimSpace(name.String()))
	if !quoted && len(names) == 1 {
		words = strings.Join(strings.Fields(name.String()), " ")
	}
	return names, words, modifiers, len(names) <= 2 && names[0] != ""
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
