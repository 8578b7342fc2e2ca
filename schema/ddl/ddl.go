// Package ddl writes the DDL that makes an object of a catalog again, from the
// catalog alone: with the meaning of pg_dump --schema-only, in the form in which
// a careful person writes it.
//
// What the catalog does not know cannot be written: passwords, the options of
// user mappings, the connection strings of subscriptions, and rows.
package ddl

import (
	"fmt"
	"slices"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/schema"
)

// Options say what to leave out. The zero value writes all, and every name with
// its schema.
type Options struct {
	Unqualified  string // the schema whose objects are named without it
	NoOwner      bool
	NoPrivileges bool
	NoComments   bool
}

// Of gives the statements, each with its semicolon, that make an object again
// together with what has no life without it: of a table, its indexes, triggers,
// policies and the sequences that it owns. The object is a pointer to one of the
// catalog's: *schema.Relation, *schema.Function, *schema.Type and so on. It is
// an error of category tusk.Query to ask for what no DDL makes, such as
// a setting.
func Of(catalog *schema.Catalog, object any, options Options) (string, error) {
	g := newGenerator(catalog, options)
	o, err := g.object(object)
	if err != nil {
		return "", err
	}
	return g.text(o.all()), nil
}

// object is what the DDL of one object is made of.
type object struct {
	before  []string // what others need before the object itself can be: a shell type
	create  []string
	indexes []string
	after   []string // what may name any other object, once all are there: foreign keys, triggers
	last    []string // what reads rows or watches DDL: REFRESH, event triggers
}

func (o object) all() []string {
	var all []string
	for _, part := range [][]string{o.before, o.create, o.indexes, o.after, o.last} {
		all = append(all, part...)
	}
	return all
}

// generator writes the DDL of a catalog's objects.
type generator struct {
	catalog *schema.Catalog
	options Options
	whole   bool // a database or a schema is written, whose objects follow each other
	owned   map[column]*schema.Relation
	split   map[*schema.Relation]bool // those made in two steps, since they need what needs them
	names   map[schema.Name]bool      // see known
}

// column names a column of a table.
type column struct {
	table schema.Name
	name  string
}

func newGenerator(catalog *schema.Catalog, options Options) *generator {
	g := &generator{catalog: catalog, options: options, owned: map[column]*schema.Relation{}, split: map[*schema.Relation]bool{}}
	for r := range catalog.Relations() {
		if r.Sequence != nil && r.Sequence.OwnedByColumn != "" {
			g.owned[column{r.Sequence.OwnedBy, r.Sequence.OwnedByColumn}] = r
		}
	}
	return g
}

func (g *generator) object(o any) (object, error) {
	switch o := o.(type) {
	case *schema.Schema:
		return g.schema(o), nil
	case *schema.Relation:
		return g.relation(o), nil
	case *schema.Function:
		return g.function(o), nil
	case *schema.Type:
		return g.datatype(o), nil
	case *schema.Operator:
		return g.operator(o), nil
	case *schema.OperatorClass:
		return g.operatorClass(o), nil
	case *schema.OperatorFamily:
		return g.operatorFamily(o), nil
	case *schema.Cast:
		return g.cast(o), nil
	case *schema.Collation:
		return g.collation(o), nil
	case *schema.Conversion:
		return g.conversion(o), nil
	case *schema.TextSearchObject:
		return g.textSearch(o), nil
	case *schema.Statistics:
		return g.statistics(o), nil
	case *schema.Language:
		return g.language(o), nil
	case *schema.AccessMethod:
		return g.accessMethod(o), nil
	case *schema.Extension:
		return g.extension(o), nil
	case *schema.EventTrigger:
		return g.eventTrigger(o), nil
	case *schema.ForeignDataWrapper:
		return g.foreignDataWrapper(o), nil
	case *schema.ForeignServer:
		return g.foreignServer(o), nil
	case *schema.Publication:
		return g.publication(o), nil
	case *schema.Role:
		return g.role(o), nil
	}
	return object{}, &tusk.Error{
		Category: tusk.Query,
		Message:  fmt.Sprintf("no DDL can be made for %s", kindOf(o)),
		Hint:     "The catalog knows too little of it to make it again.",
	}
}

func kindOf(o any) string {
	switch o.(type) {
	case *schema.Subscription:
		return "a subscription"
	case *schema.Tablespace:
		return "a tablespace"
	case *schema.Database:
		return "a database"
	case *schema.Setting:
		return "a setting"
	}
	return "such an object"
}

// text ends statements with semicolons, with a blank line around those that
// span lines.
func (g *generator) text(statements []string) string {
	var b strings.Builder
	tall := false
	for i, s := range statements {
		s = g.shorten(s)
		before := tall
		tall = strings.Contains(s, "\n")
		if i > 0 && (before || tall) {
			b.WriteByte('\n')
		}
		b.WriteString(s)
		b.WriteString(";\n")
	}
	return b.String()
}

// common writes what every kind of object has: its owner, its privileges and
// its comment. The kind is as ALTER and COMMENT ON name it.
func (g *generator) common(o *schema.Object, kind, name string, first rights) []string {
	statements := slices.Concat(g.owner(kind, name, o.Owner), g.comment(kind+" "+name, o.Comment))
	if first.kind != "" {
		statements = append(statements, g.grants(first, name, "", o.Owner, o.ACL)...)
	}
	return statements
}

func (g *generator) owner(kind, name, owner string) []string {
	if owner == "" || g.options.NoOwner {
		return nil
	}
	return []string{"ALTER " + kind + " " + name + " OWNER TO " + ident(owner)}
}

func (g *generator) comment(target, comment string) []string {
	if comment == "" || g.options.NoComments {
		return nil
	}
	return []string{"COMMENT ON " + target + " IS " + literal(comment)}
}
