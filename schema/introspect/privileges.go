package introspect

import "github.com/tusk-lsp/tusk-lsp/schema"

// The letters of privileges in an aclitem
// (https://www.postgresql.org/docs/current/ddl-priv.html#PRIVILEGE-ABBREVS-TABLE).
var letters = map[byte]schema.Privileges{
	'r': schema.MaySelect, 'a': schema.MayInsert, 'w': schema.MayUpdate, 'd': schema.MayDelete, 'D': schema.MayTruncate,
	'x': schema.MayReference, 't': schema.MayTrigger, 'm': schema.MayMaintain, 'U': schema.MayUse, 'C': schema.MayCreate, 'X': schema.MayExecute,
}

// privileges works out what the current role may do. It does so from the access
// lists, as to ask the server for each object takes it seconds for many.
func (l *loader) privileges() {
	c := &l.contents
	for i := range c.Schemas {
		s := &c.Schemas[i]
		s.Privileges = l.may(&s.Object, 0)
		if l.roles["pg_read_all_data"] || l.roles["pg_write_all_data"] {
			s.Privileges |= schema.MayUse
		}
	}
	for i := range c.Relations {
		r := &c.Relations[i]
		r.Privileges = l.may(&r.Object, 0) | l.everywhere()
		for j := range r.Columns {
			if detail := r.Columns[j].Detail; detail != nil {
				r.Privileges |= l.granted(detail.ACL)
			}
		}
	}
	for i := range c.Functions {
		f := &c.Functions[i]
		f.Privileges = l.may(&f.Object, schema.MayExecute)
	}
	for i := range c.Types {
		t := &c.Types[i]
		t.Privileges = l.may(&t.Object, schema.MayUse)
	}
}

// may gives the privileges for an object of which PUBLIC has some by default.
func (l *loader) may(o *schema.Object, public schema.Privileges) schema.Privileges {
	switch {
	case l.superuser:
		return schema.AllPrivileges
	case o.ACL != nil:
		return l.granted(o.ACL)
	case l.roles[o.Owner]:
		return schema.AllPrivileges
	}
	return public
}

// everywhere gives the privileges of the predefined roles for all relations
// (https://www.postgresql.org/docs/current/predefined-roles.html).
func (l *loader) everywhere() schema.Privileges {
	var may schema.Privileges
	if l.roles["pg_read_all_data"] {
		may |= schema.MaySelect
	}
	if l.roles["pg_write_all_data"] {
		may |= schema.MayInsert | schema.MayUpdate | schema.MayDelete
	}
	if l.roles["pg_maintain"] {
		may |= schema.MayMaintain
	}
	return may
}

// granted gives the privileges that aclitems give to the current role.
func (l *loader) granted(acl []string) schema.Privileges {
	var may schema.Privileges
	for _, item := range acl {
		g := schema.ParseGrant(item)
		if g.Grantee != "" && !l.roles[g.Grantee] {
			continue
		}
		for _, letter := range []byte(g.Plain + g.Options) {
			may |= letters[letter]
		}
	}
	return may
}
