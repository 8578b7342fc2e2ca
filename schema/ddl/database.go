package ddl

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

// Database gives the statements that make all that users made in a database, in
// an order in which an empty one takes them from top to bottom. What extensions
// bring comes with CREATE EXTENSION. Roles must be there already: see Roles.
func Database(catalog *schema.Catalog, options Options) (string, error) {
	return whole(catalog, options, func(*schema.Object) bool { return true })
}

// Schema is Database for one schema and what is in it. What it needs from others
// must be there.
func Schema(catalog *schema.Catalog, name string, options Options) (string, error) {
	return whole(catalog, options, func(o *schema.Object) bool { return o.Schema == name })
}

// Roles gives the statements that make the roles of the server, without their
// passwords, then their memberships, with the meaning of pg_dumpall
// --roles-only. It leaves out the roles that every server has.
func Roles(catalog *schema.Catalog, options Options) string {
	const bootstrap = 10 // BOOTSTRAP_SUPERUSERID of src/include/catalog/pg_authid.dat
	g := newGenerator(catalog, options)
	var statements []string
	var waiting []grantedRole
	mayGrant := map[grantedBy]bool{}
	for r := range catalog.Roles() {
		if strings.HasPrefix(r.Name, "pg_") {
			continue
		}
		if r.OID != bootstrap {
			statements = append(statements, g.role(r).create...)
		}
		for i := range r.MemberOf {
			m := &r.MemberOf[i]
			waiting = append(waiting, grantedRole{r, m})
			if grantor := catalog.Role(m.Grantor); grantor == nil || grantor.Superuser {
				mayGrant[grantedBy{m.Grantor, m.Role}] = true
			}
		}
	}
	// Who grants a role must have been granted it WITH ADMIN OPTION.
	for progress := true; progress; {
		progress = false
		waiting = slices.DeleteFunc(waiting, func(w grantedRole) bool {
			if !mayGrant[grantedBy{w.Grantor, w.Role}] {
				return false
			}
			statements = append(statements, g.membership(w.member, w.Membership))
			if w.Admin {
				mayGrant[grantedBy{w.member.Name, w.Role}] = true
			}
			progress = true
			return true
		})
	}
	for _, w := range waiting {
		statements = append(statements, g.membership(w.member, w.Membership))
	}
	return g.text(statements)
}

// grantedRole is a membership and who has it.
type grantedRole struct {
	member *schema.Role
	*schema.Membership
}

// grantedBy is a role with the one that grants it.
type grantedBy struct{ grantor, role string }

func whole(catalog *schema.Catalog, options Options, wanted func(*schema.Object) bool) (string, error) {
	g := newGenerator(catalog, options)
	g.whole = true
	ordered, err := g.ordered(wanted)
	if err != nil {
		return "", err
	}
	// The functions' bodies name what comes later.
	statements := []string{"SET check_function_bodies = off"}
	isSchema := func(n *node) bool { _, ok := n.object.(*schema.Schema); return ok }
	for _, n := range ordered {
		if isSchema(n) {
			statements = append(statements, n.parts.create...)
		}
	}
	for _, n := range ordered {
		statements = append(statements, n.parts.before...)
	}
	for _, n := range ordered {
		if !isSchema(n) {
			statements = append(statements, n.parts.create...)
		}
	}
	// An index of a partitioned table takes over those of its partitions.
	deepest := slices.Clone(ordered)
	slices.SortStableFunc(deepest, func(a, b *node) int { return cmp.Compare(g.depth(b.object), g.depth(a.object)) })
	for _, n := range deepest {
		statements = append(statements, n.parts.indexes...)
	}
	for _, n := range ordered {
		statements = append(statements, n.parts.after...)
	}
	for _, n := range ordered {
		statements = append(statements, n.parts.last...)
	}
	for r := range catalog.Roles() {
		statements = append(statements, g.defaults(r, wanted)...)
	}
	return g.text(statements), nil
}

// depth counts the partitioned tables above a partition.
func (g *generator) depth(o any) int {
	depth := 0
	for r, ok := o.(*schema.Relation); ok && r != nil && r.PartitionOf().Name != ""; depth++ {
		r = g.catalog.Relation(r.PartitionOf().Schema, r.PartitionOf().Name)
	}
	return depth
}

// made reports whether a user made an object, and no extension.
func made(o *schema.Object) bool {
	return o.Extension == "" && (o.OID == 0 || o.OID >= schema.FirstUserOID) && !schema.System(o.Schema)
}

// objects walks what users made, in the order that PostgreSQL's own pg_dump
// starts from (dbObjectTypePriorities of src/bin/pg_dump/pg_dump_sort.c).
func (g *generator) objects(yield func(object any, header *schema.Object)) {
	c := g.catalog
	for s := range c.Schemas() {
		if o := (schema.Object{Schema: s.Name, OID: s.OID, Extension: s.Extension}); made(&o) || s.Name == "public" {
			yield(s, &o)
		}
	}
	for e := range c.Extensions() {
		if e.Installed && e.Schema != "pg_catalog" {
			yield(e, &schema.Object{Schema: e.Schema})
		}
	}
	user := func(object any, o *schema.Object) {
		if made(o) {
			yield(object, o)
		}
	}
	for l := range c.Languages() {
		user(l, &l.Object)
	}
	for o := range c.Collations() {
		user(o, &o.Object)
	}
	for t := range c.Types() {
		user(t, &t.Object)
	}
	// CREATE TYPE … AS RANGE makes the constructors and their cast.
	ranges := map[schema.Name]bool{}
	for t := range c.Types() {
		if t.Kind == schema.Range || t.Kind == schema.Multirange {
			ranges[t.QualifiedName()] = true
		}
	}
	for f := range c.Functions() {
		if f.Language != "internal" || !ranges[f.QualifiedName()] {
			user(f, &f.Object)
		}
	}
	for m := range c.AccessMethods() {
		user(m, &m.Object)
	}
	for o := range c.Operators() {
		if o.Function.Name != "" { // else it is but some other's commutator
			user(o, &o.Object)
		}
	}
	for o := range c.OperatorFamilies() {
		user(o, &o.Object)
	}
	for o := range c.OperatorClasses() {
		user(o, &o.Object)
	}
	for o := range c.Casts() {
		if o.Method == schema.WithoutFunction { // the functions of others may rely on it
			user(o, &o.Object)
		}
	}
	for o := range c.Casts() {
		if o.Method != schema.WithoutFunction && !ranges[o.Function] {
			user(o, &o.Object)
		}
	}
	for o := range c.Conversions() {
		user(o, &o.Object)
	}
	for _, kind := range []schema.TextSearchKind{schema.TextSearchParser, schema.TextSearchTemplate, schema.TextSearchDictionary, schema.TextSearchConfiguration} {
		for t := range c.TextSearch() {
			if t.Kind == kind {
				user(t, &t.Object)
			}
		}
	}
	for w := range c.ForeignDataWrappers() {
		user(w, &w.Object)
	}
	for s := range c.ForeignServers() {
		user(s, &s.Object)
	}
	for r := range c.Relations() {
		if r.Persistence != schema.Temporary {
			user(r, &r.Object)
		}
	}
	for s := range c.Statistics() {
		user(s, &s.Object)
	}
	for p := range c.Publications() {
		user(p, &p.Object)
	}
	for t := range c.EventTriggers() {
		user(t, &t.Object)
	}
}

// known gives the names of Options.Unqualified's objects that mean the same
// without it.
func (g *generator) known() map[schema.Name]bool {
	if g.names != nil {
		return g.names
	}
	g.names = map[schema.Name]bool{}
	g.objects(func(_ any, o *schema.Object) {
		if o.Schema == g.options.Unqualified && o.Name != "" {
			g.names[o.QualifiedName()] = true
		}
	})
	for r := range g.catalog.Relations() {
		if r.Schema != g.options.Unqualified {
			continue
		}
		g.names[r.QualifiedName()] = true
		for _, x := range r.Indexes {
			g.names[schema.Name{Schema: r.Schema, Name: x.Name}] = true
		}
	}
	for n := range g.names {
		if g.catalog.Relation("pg_catalog", n.Name) != nil || g.isBuiltin(n.Name) {
			delete(g.names, n)
		}
	}
	return g.names
}

// isBuiltin reports whether a name without a schema means a function or a type
// of pg_catalog.
func (g *generator) isBuiltin(name string) bool {
	for range g.catalog.FunctionsNamed("pg_catalog", name) {
		return true
	}
	return g.catalog.Type("pg_catalog", name) != nil
}
