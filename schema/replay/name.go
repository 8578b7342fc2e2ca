package replay

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// temporary is the schema of temporary objects, whatever its real name is.
const temporary = "pg_temp"

// split gives the schema and the name of a dotted name; a catalog before them is
// read over.
func split(n tree.Node) schema.Name {
	names := n.Names()
	switch len(names) {
	case 0:
		return schema.Name{}
	case 1:
		return schema.Name{Name: names[0].Text}
	}
	name := schema.Name{Schema: names[len(names)-2].Text, Name: names[len(names)-1].Text}
	if strings.HasPrefix(name.Schema, "pg_temp") {
		name.Schema = temporary
	}
	return name
}

// newName gives the name of what a statement makes: in the first schema of the
// search_path that exists unless it says another one.
func (s *Session) newName(n tree.Node) schema.Name {
	name := split(n)
	if name.Schema == "" {
		name.Schema = s.creationSchema()
		if name.Schema == "" {
			s.refuse(n, "no schema has been selected to create in")
		}
		return name
	}
	s.schemaExists(n, name.Schema)
	return name
}

// schemaExists sees to it that there is a schema. One that nobody made may come
// from elsewhere: it is noted, and made, so that what is in it can be found.
func (s *Session) schemaExists(n tree.Node, name string) {
	if name == temporary || s.Catalog().Schema(name) != nil {
		return
	}
	s.note(n, "schema %q does not exist", name)
	s.edit.Put(&schema.Schema{Object: schema.Object{Name: name, Origin: s.origin}, Privileges: schema.AllPrivileges})
}

// creationSchema gives the current schema (current_schema()), "" for none.
func (s *Session) creationSchema() string {
	c := s.Catalog()
	for _, name := range c.SearchPath() {
		if name == "$user" {
			name = c.User()
		}
		if name == temporary || c.Schema(name) != nil {
			return name
		}
	}
	return ""
}

// object fills in what all objects have that a statement makes.
func (s *Session) object(name schema.Name) schema.Object {
	return schema.Object{Schema: name.Schema, Name: name.Name, Owner: s.Catalog().User(), Origin: s.origin}
}

// find gives the relation of a name, or nil.
func (s *Session) find(name schema.Name) *schema.Relation {
	c := s.Catalog()
	if name.Schema != "" {
		return c.Relation(name.Schema, name.Name)
	}
	return c.Resolve(name.Name)
}

// relation is find, and tells that there is none unless the statement says IF
// EXISTS.
func (s *Session) relation(statement, n tree.Node) *schema.Relation {
	r := s.find(split(n))
	if r == nil && n.Kind() != tree.None {
		s.missing(statement, n, "relation")
	}
	return r
}

func (s *Session) missing(statement, n tree.Node, what string) {
	if !statement.Has(lex.KwIf) {
		s.refuse(n, "%s %q does not exist", what, n.Text())
	}
}

// findIndex gives the index of a name and its relation, or nil.
func (s *Session) findIndex(name schema.Name) (*schema.Relation, *schema.Index) {
	c := s.Catalog()
	if name.Schema != "" {
		return c.Index(name.Schema, name.Name)
	}
	for _, in := range s.pathWithTemporary() {
		if r, index := c.Index(in, name.Name); index != nil {
			return r, index
		}
	}
	return nil, nil
}

func (s *Session) pathWithTemporary() []string {
	path := []string{temporary}
	for _, name := range s.Catalog().SearchPath() {
		if name == "$user" {
			name = s.Catalog().User()
		}
		path = append(path, name)
	}
	return append(path, "pg_catalog")
}

// taken reports whether a relation, an index or a composite type has a name.
func (s *Session) taken(name schema.Name) bool {
	c := s.Catalog()
	if c.Relation(name.Schema, name.Name) != nil {
		return true
	}
	if _, index := c.Index(name.Schema, name.Name); index != nil {
		return true
	}
	t := c.Type(name.Schema, name.Name)
	return t != nil && t.Kind == schema.Composite
}

// free reports whether a name can be given to a new relation. What the catalog
// below has is replaced: the script is what its writer works on.
func (s *Session) free(n tree.Node, name schema.Name) bool {
	old := s.Catalog().Relation(name.Schema, name.Name)
	if old != nil && old.Origin == nil && old.Extension == "" && !schema.System(name.Schema) {
		s.edit.Drop(old)
	}
	if !s.taken(name) {
		return true
	}
	s.refuse(n, "relation %q already exists", name.Name)
	return false
}

// maxName is the length of a name in bytes (NAMEDATALEN - 1).
const maxName = 63

// objectName puts the name of a constraint, index or sequence together, and cuts
// the longer of the first two parts where it gets too long (makeObjectName of
// src/backend/commands/indexcmds.c).
func objectName(name1, name2, label string) string {
	room := maxName - len(label) - 1
	if name2 != "" {
		room -= len(name2) + 1
	}
	one, two := len(name1), len(name2)
	for over := one - room; over > 0; over-- {
		if one > two {
			one--
		} else {
			two--
		}
	}
	name := clip(name1, one)
	if name2 != "" {
		name += "_" + clip(name2, two)
	}
	return name + "_" + label
}

// clip cuts a name to a number of bytes, not within a character.
func clip(name string, size int) string {
	for size > 0 && size < len(name) && !utf8.RuneStart(name[size]) {
		size--
	}
	return name[:size]
}

// choose gives the first name that is free: t_a_key, t_a_key1 …
// (ChooseRelationName, ChooseConstraintName).
func choose(name1, name2, label string, taken func(string) bool) string {
	for pass := 0; ; pass++ {
		suffixed := label
		if pass > 0 {
			suffixed += strconv.Itoa(pass)
		}
		if name := objectName(name1, name2, suffixed); !taken(name) {
			return name
		}
	}
}

// relationName chooses the name of an index or a sequence, constraint says
// whether a constraint will have it, too. The relation may not be in the catalog
// yet.
func (s *Session) relationName(r *schema.Relation, name2, label string, constraint bool) string {
	return choose(r.Name, name2, label, func(name string) bool {
		if s.taken(schema.Name{Schema: r.Schema, Name: name}) || hasIndex(r, name) {
			return true
		}
		return constraint && s.constraintTaken(r, name)
	})
}

func (s *Session) constraintName(r *schema.Relation, name2, label string) string {
	return choose(r.Name, name2, label, func(name string) bool { return s.constraintTaken(r, name) })
}

// constraintTaken reports whether a constraint in the relation's schema has a
// name that PostgreSQL would choose: it begins with that of its table.
func (s *Session) constraintTaken(r *schema.Relation, name string) bool {
	if constraintOf(r, name) != nil {
		return true
	}
	for i := range len(name) {
		if name[i] != '_' {
			continue
		}
		if other := s.Catalog().Relation(r.Schema, name[:i]); other != nil && other.Name != r.Name && constraintOf(other, name) != nil {
			return true
		}
	}
	return false
}

func hasIndex(r *schema.Relation, name string) bool {
	for i := range r.Indexes {
		if r.Indexes[i].Name == name {
			return true
		}
	}
	return false
}

func constraintOf(r *schema.Relation, name string) *schema.Constraint {
	for i := range r.Constraints {
		if r.Constraints[i].Name == name {
			return &r.Constraints[i]
		}
	}
	return nil
}

// joined is how PostgreSQL makes one part of a name of several columns
// (ChooseIndexNameAddition).
func joined(columns []string) string {
	name := ""
	for _, column := range columns {
		if name != "" {
			name += "_"
		}
		if name += column; len(name) > maxName {
			break
		}
	}
	return clip(name, min(len(name), maxName))
}

// quoted writes a qualified name as SQL. What is temporary is found without its
// schema.
func quoted(n schema.Name) string {
	if n.Schema == "" || n.Schema == temporary {
		return lex.QuoteIdentifier(n.Name)
	}
	return lex.QuoteIdentifier(n.Schema) + "." + lex.QuoteIdentifier(n.Name)
}

// columnNames gives the names of a node's children that are column names.
func columnNames(n tree.Node) []string {
	var names []string
	for child := range n.Children() {
		if child.Kind() == tree.ColumnName && child.Label() == 0 {
			names = append(names, child.Name())
		}
	}
	return names
}
