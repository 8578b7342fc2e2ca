package ddl

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// ident writes a name, in quotes where it needs them.
func ident(name string) string { return lex.QuoteIdentifier(name) }

// idents writes names as a list.
func idents(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = ident(n)
	}
	return strings.Join(quoted, ", ")
}

// qualified writes a name with its schema.
func qualified(n schema.Name) string {
	if n.Schema == "" {
		return ident(n.Name)
	}
	return ident(n.Schema) + "." + ident(n.Name)
}

func qualifiedList(names []schema.Name) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = qualified(n)
	}
	return strings.Join(quoted, ", ")
}

// operator writes an operator's name, which takes no quotes.
func operator(n schema.Name) string {
	if n.Schema == "" {
		return n.Name
	}
	return ident(n.Schema) + "." + n.Name
}

// operatorCall is operator where the grammar wants OPERATOR(…) around a
// qualified name.
func operatorCall(n schema.Name) string { return "OPERATOR(" + operator(n) + ")" }

// literal writes a string for standard_conforming_strings = on.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func literals(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = literal(v)
	}
	return strings.Join(quoted, ", ")
}

// dollar writes a function's body between dollars that it does not hold.
func dollar(body string) string {
	tag := "$$"
	for suffix := "_"; strings.Contains(body+"$", tag); suffix += "_" {
		tag = "$" + suffix + "$"
	}
	return tag + body + tag
}

// parameters writes storage parameters (fillfactor=70) as WITH takes them.
func parameters(options []string, prefix string) []string {
	written := make([]string, len(options))
	for i, o := range options {
		name, value, _ := strings.Cut(o, "=")
		if !bare(value) {
			value = literal(value)
		}
		written[i] = prefix + parameterName(name) + "=" + value
	}
	return written
}

// parameterName quotes the parts of a dotted name.
func parameterName(name string) string {
	parts := strings.Split(name, ".")
	for i := range parts {
		parts[i] = ident(parts[i])
	}
	return strings.Join(parts, ".")
}

// bare reports whether a parameter's value is a number or a word.
func bare(value string) bool {
	tokens := lex.Lex(value, lex.Options{})
	if len(tokens) == 2 && value[0] == '-' {
		tokens = tokens[1:]
	}
	return len(tokens) == 1 && (tokens[0].Kind == lex.Integer || tokens[0].Kind == lex.Number) ||
		value == "true" || value == "false" || value == "on" || value == "off" || ident(value) == value
}

// foreignOptions writes OPTIONS (name 'value', …), or "".
func foreignOptions(options []string) string {
	if len(options) == 0 {
		return ""
	}
	written := make([]string, len(options))
	for i, o := range options {
		name, value, _ := strings.Cut(o, "=")
		written[i] = ident(name) + " " + literal(value)
	}
	return "OPTIONS (" + strings.Join(written, ", ") + ")"
}

// setting writes "name TO value" of a SET clause, from name=value. The value of
// a list of names is a list; that of any other parameter is one string.
func setting(assignment string) string {
	name, value, _ := strings.Cut(assignment, "=")
	written := literal(value)
	switch strings.ToLower(name) {
	case "search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries",
		"shared_preload_libraries", "unix_socket_directories":
		// The parameters marked GUC_LIST_QUOTE in src/backend/utils/misc/guc_tables.c.
		var names []string
		for _, n := range splitNames(value) {
			names = append(names, literal(n))
		}
		if len(names) > 0 {
			written = strings.Join(names, ", ")
		}
	}
	return parameterName(name) + " TO " + written
}

// splitNames cuts a list of names such as shop, "$user".
func splitNames(list string) []string {
	var names []string
	for i := 0; i < len(list); {
		switch {
		case list[i] == ' ' || list[i] == ',':
			i++
		case list[i] == '"':
			var name strings.Builder
			for i++; i < len(list); i++ {
				if list[i] == '"' {
					i++
					if i == len(list) || list[i] != '"' {
						break
					}
				}
				name.WriteByte(list[i])
			}
			names = append(names, name.String())
		default:
			end := i
			for end < len(list) && list[end] != ',' {
				end++
			}
			names = append(names, strings.TrimRight(list[i:end], " "))
			i = end
		}
	}
	return names
}

// chosenName is the name that PostgreSQL chooses for what belongs to a table
// and some columns (makeObjectName of src/backend/commands/indexcmds.c), as long as no
// other one has it.
func chosenName(table, columns, label string) string {
	overhead := len(label) + 1
	if columns != "" {
		overhead++
	}
	const longest = 63
	for available := longest - overhead; len(table)+len(columns) > available; {
		if len(table) > len(columns) {
			table = table[:len(table)-1]
		} else {
			columns = columns[:len(columns)-1]
		}
	}
	table, columns = strings.ToValidUTF8(table, ""), strings.ToValidUTF8(columns, "")
	if columns != "" {
		table += "_" + columns
	}
	return table + "_" + label
}
