package browse

import (
	"fmt"
	"slices"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/ddl"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// Object gives the object at a path of the tree: a *schema.Schema,
// *schema.Relation, *schema.Function or *schema.Type. A part of a relation leads
// to the relation.
func Object(c *schema.Catalog, path []string) (any, error) {
	switch {
	case len(path) == 1:
		if s := c.Schema(path[0]); s != nil {
			return s, nil
		}
	case len(path) >= 3:
		if object := inGroup(c, path[0], path[1], path[2]); object != nil {
			return object, nil
		}
	}
	return nil, nothingAt(strings.Join(path, " › "))
}

func nothingAt(place string) error {
	return tusk.NewError(tusk.Query, nil, "the catalog has nothing at %s", place).
		WithHint("Refresh the schema: it may have been dropped or renamed.")
}

func inGroup(c *schema.Catalog, schemaName, group, name string) any {
	switch group {
	case "functions", "procedures", "aggregates":
		bare, _, _ := strings.Cut(name, "(")
		for f := range c.FunctionsNamed(schemaName, bare) {
			if f.Name+"("+inputs(f)+")" == name {
				return f
			}
		}
	case "types", "domains":
		if t := c.Type(schemaName, name); t != nil {
			return t
		}
	default:
		if r := c.Relation(schemaName, name); r != nil {
			return r
		}
	}
	return nil
}

// DDL writes the statements that make the object at a path, or the objects of a
// name, again; without either, the whole database.
func DDL(c *schema.Catalog, path []string, name string) (string, error) {
	var objects []any
	switch {
	case len(path) > 0:
		object, err := Object(c, path)
		if err != nil {
			return "", err
		}
		objects = []any{object}
	case name != "":
		var err error
		if objects, err = Named(c, name); err != nil {
			return "", err
		}
	default:
		return ddl.Database(c, ddl.Options{})
	}
	var texts []string
	for _, object := range objects {
		text, err := ddl.Of(c, object, ddl.Options{})
		if s, ok := object.(*schema.Schema); ok {
			text, err = ddl.Schema(c, s.Name, ddl.Options{})
		}
		if err != nil {
			return "", err
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "\n"), nil
}

// Named gives the objects that a name as SQL writes it can mean: with its schema
// or by the search path, a relation, a type, all functions of the name, or a
// schema.
func Named(c *schema.Catalog, name string) ([]any, error) {
	var parts []string
	for _, token := range lex.Lex(name, lex.Options{}) {
		if token.Name() {
			parts = append(parts, lex.Identifier(token.Text(name)))
		}
	}
	var objects []any
	switch len(parts) {
	case 1:
		path := append([]string{"pg_catalog"}, c.SearchPath()...)
		if slices.Contains(c.SearchPath(), "pg_catalog") {
			path = c.SearchPath()
		}
		for _, in := range path {
			if objects = inSchema(c, in, parts[0]); len(objects) > 0 {
				return objects, nil
			}
		}
		if s := c.Schema(parts[0]); s != nil {
			return []any{s}, nil
		}
	case 2:
		objects = inSchema(c, parts[0], parts[1])
	}
	if len(objects) == 0 {
		return nil, nothingAt(fmt.Sprintf("the name %s", name))
	}
	return objects, nil
}

func inSchema(c *schema.Catalog, in, name string) []any {
	var objects []any
	if r := c.Relation(in, name); r != nil {
		objects = append(objects, r)
	}
	if t := c.Type(in, name); t != nil {
		objects = append(objects, t)
	}
	for f := range c.FunctionsNamed(in, name) {
		objects = append(objects, f)
	}
	return objects
}
