package describe

import "strings"

// Expressions that several commands show, made of a column's name.

// owner gives the name of a role.
func owner(oid string) string { return "pg_catalog.pg_get_userbyid(" + oid + ")" }

// comment gives the comment on an object of a catalog.
func comment(oid, catalog string) string {
	return "pg_catalog.obj_description(" + oid + ", '" + catalog + "')"
}

// typeName gives a type as SQL writes it.
func typeName(oid string) string { return "pg_catalog.format_type(" + oid + ", NULL)" }

// yesNo gives a condition in words.
func yesNo(condition string) string { return "CASE WHEN " + condition + " THEN 'yes' ELSE 'no' END" }

// privileges gives an access control list, one entry a line.
func privileges(acl string) string {
	return "CASE WHEN pg_catalog.array_length(" + acl + ", 1) = 0 THEN '(none)'" +
		" ELSE pg_catalog.array_to_string(" + acl + `, E'\n') END`
}

// foreignOptions gives the options of a foreign object in parentheses.
func foreignOptions(column string) string {
	return "CASE WHEN " + column + " IS NULL THEN '' ELSE '(' || " + optionList(column) + " || ')' END"
}

// optionList gives the options of a foreign object.
func optionList(column string) string {
	return "pg_catalog.array_to_string(ARRAY(SELECT pg_catalog.quote_ident(option_name) || ' ' ||" +
		" pg_catalog.quote_literal(option_value) FROM pg_catalog.pg_options_to_table(" + column + ")), ', ')"
}

// words gives the word for each value of a "char" column: pairs of a letter and
// its word.
func words(column string, pairs ...string) string {
	var b strings.Builder
	b.WriteString("CASE " + column)
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString(" WHEN '" + pairs[i] + "' THEN '" + pairs[i+1] + "'")
	}
	return b.String() + " END"
}

// userSchemas is true of what is neither the system's nor the standard's, where n
// is the namespace.
const userSchemas = "n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema'"

// hideSystem leaves out what belongs to the system, unless it was asked for.
func (s *selection) hideSystem(r Request) {
	if !r.System && r.Pattern == "" {
		s.filter(userSchemas)
	}
}
