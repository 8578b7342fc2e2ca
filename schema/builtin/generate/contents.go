package main

import (
	"iter"
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

// firstUnpinned is where the OIDs begin that initdb gives as they come, and that
// differ between builds (FirstUnpinnedObjectId of
// src/include/access/transam.h).
const firstUnpinned = 12000

// bootstrapSuperuser is the OID of the role that owns what initdb makes
// (BOOTSTRAP_SUPERUSERID of src/include/catalog/pg_authid.dat).
const bootstrapSuperuser = 10

// byInitdb gives what initdb makes on every machine: neither the bootstrap
// superuser, whose name is the user's choice, nor the collations of the
// operating system.
func byInitdb(c *schema.Catalog) schema.Contents {
	contents := neutral(c.Objects())
	contents.ServerVersion = c.ServerVersion() / 10000 * 10000
	contents.SearchPath = []string{"public"}
	contents.Extensions = slices.DeleteFunc(contents.Extensions, func(e schema.Extension) bool { return !e.Installed })
	contents.Collations = slices.DeleteFunc(contents.Collations, func(o schema.Collation) bool { return o.OID == 0 })
	contents.Roles = slices.DeleteFunc(contents.Roles, func(r schema.Role) bool { return r.OID == bootstrapSuperuser })
	for setting := range c.Settings() {
		contents.Settings = append(contents.Settings, withoutPlaces(*setting))
	}
	return contents
}

// madeBy gives what an extension makes, and the extension itself.
func madeBy(c *schema.Catalog, extension string) schema.Contents {
	contents := neutral(func(yield func(schema.AnyObject) bool) {
		if yield(c.Extension(extension)) {
			c.Members(extension)(yield)
		}
	})
	contents.ServerVersion = c.ServerVersion() / 10000 * 10000
	return contents
}

// withoutPlaces leaves out what depends on the build: places in the file system
// and the values of what cannot be set.
func withoutPlaces(s schema.Setting) schema.Setting {
	if s.Category == "Preset Options" || strings.Contains(s.Default, "/") && s.Type == "string" {
		s.Default = ""
	}
	return s
}

// neutral gives copies of objects without what another server has otherwise:
// owners, privileges, sizes, and the OIDs that initdb and CREATE EXTENSION give
// as they come. Databases are left out.
func neutral(objects iter.Seq[schema.AnyObject]) schema.Contents {
	var c schema.Contents
	for object := range objects {
		switch o := object.(type) {
		case *schema.Relation:
			r := add(&c.Relations, *o)
			header(&r.Object)
			r.Privileges, r.EstimatedRows, r.Bytes = schema.AllPrivileges, -1, 0
			r.Columns = columns(r.Columns)
			r.Indexes = slices.Clone(r.Indexes)
			for i := range r.Indexes {
				r.Indexes[i].OID, r.Indexes[i].Bytes = pinned(r.Indexes[i].OID), 0
			}
		case *schema.Function:
			f := add(&c.Functions, *o)
			header(&f.Object)
			f.Privileges = schema.AllPrivileges
		case *schema.Type:
			t := add(&c.Types, *o)
			header(&t.Object)
			t.Privileges, t.ArrayOID, t.Attributes = schema.AllPrivileges, pinned(t.ArrayOID), columns(t.Attributes)
		case *schema.Schema:
			s := add(&c.Schemas, *o)
			header(&s.Object)
			s.Privileges = schema.AllPrivileges
		case *schema.Operator:
			header(&add(&c.Operators, *o).Object)
		case *schema.OperatorClass:
			header(&add(&c.OperatorClasses, *o).Object)
		case *schema.OperatorFamily:
			header(&add(&c.OperatorFamilies, *o).Object)
		case *schema.Cast:
			header(&add(&c.Casts, *o).Object)
		case *schema.Collation:
			header(&add(&c.Collations, *o).Object)
		case *schema.Conversion:
			header(&add(&c.Conversions, *o).Object)
		case *schema.TextSearchObject:
			header(&add(&c.TextSearch, *o).Object)
		case *schema.Language:
			header(&add(&c.Languages, *o).Object)
		case *schema.AccessMethod:
			header(&add(&c.AccessMethods, *o).Object)
		case *schema.Extension:
			header(&add(&c.Extensions, *o).Object)
		case *schema.ForeignDataWrapper:
			header(&add(&c.ForeignDataWrappers, *o).Object)
		case *schema.Tablespace:
			header(&add(&c.Tablespaces, *o).Object)
		case *schema.Role:
			r := add(&c.Roles, *o)
			header(&r.Object)
			r.MemberOf = slices.Clone(r.MemberOf)
			for i := range r.MemberOf {
				r.MemberOf[i].Grantor = ""
			}
		}
	}
	return c
}

// add appends a copy of an object and gives it.
func add[T any](list *[]T, object T) *T {
	*list = append(*list, object)
	return &(*list)[len(*list)-1]
}

func header(o *schema.Object) {
	o.OID, o.Owner, o.ACL = pinned(o.OID), "", nil
}

func columns(columns []schema.Column) []schema.Column {
	columns = slices.Clone(columns)
	for i := range columns {
		columns[i].TypeOID = pinned(columns[i].TypeOID)
		if d := columns[i].Detail; d != nil && d.ACL != nil {
			without := *d
			without.ACL = nil
			columns[i].Detail = &without
		}
	}
	return columns
}

// pinned gives an OID that is the same in all servers of a major, else 0.
func pinned(oid uint32) uint32 {
	if oid < firstUnpinned {
		return oid
	}
	return 0
}
