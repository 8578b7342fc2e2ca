package describe

import "strings"

// names are the expressions that a pattern is matched against.
type names struct {
	schema      string // "" where the objects have none
	name        string
	alternative string // another name of the same object, or ""
	visible     string // holds for what an unqualified pattern finds, or ""
	parts       int    // of a qualified name, with the database's; 0 is any number
	literal     bool   // whether regular expressions are off: operators are made of their characters
}

// pattern is what a user wrote for the names of objects, as a regular expression
// for each part (processSQLNamePattern and patternToSQLRegex in PostgreSQL's
// src/fe_utils/string_utils.c).
type pattern struct {
	schema, name string // "" is none
	database     string // as it is: it is compared, not matched
	dots         int    // that separate names
}

// everything is the regular expression of the pattern *.
const everything = "^(.*)$"

// parsePattern reads a pattern of up to three names, or of one where the objects
// have no schema: then dots are nothing special.
func parsePattern(text string, n names) pattern {
	var p pattern
	most := 1
	if n.schema != "" {
		most = 3
	}
	parts := []string{""}
	quoted := false
	add := func(expression, literal string) {
		parts[len(parts)-1] += expression
		if p.dots == 0 {
			p.database += literal
		}
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		char := text[i : i+1]
		switch {
		case c == '"' && quoted && strings.HasPrefix(text[i+1:], `"`):
			add(`"`, `"`)
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && 'A' <= c && c <= 'Z':
			add(strings.ToLower(char), strings.ToLower(char))
		case !quoted && c == '*':
			add(".*", char)
		case !quoted && c == '?':
			add(".", char)
		case !quoted && c == '.':
			p.dots++
			if len(parts) < most {
				parts = append(parts, "")
			} else {
				add(char, "")
			}
		case c == '$': // a letter of names
			add(`\$`, char)
		case (quoted || n.literal) && strings.IndexByte(`|*+?()[]{}.^$\`, c) >= 0:
			add(`\`+char, char)
		case c == '[' && strings.HasPrefix(text[i+1:], "]"): // of an array type
			add(`\[`, char)
		default:
			add(char, char)
		}
	}
	for i, part := range parts {
		parts[i] = "^(" + part + ")$"
	}
	last := len(parts) - 1
	p.name = parts[last]
	if last > 0 {
		p.schema = parts[last-1]
	}
	if last < 2 {
		p.database = ""
	}
	return p
}
