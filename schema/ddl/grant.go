package ddl

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

// rights are the privileges that an object of some kind has at first
// (https://www.postgresql.org/docs/current/ddl-priv.html), as letters of an
// aclitem.
type rights struct {
	kind          string // as GRANT … ON names it
	owner, public string
}

var (
	schemaRights    = rights{"SCHEMA", "UC", ""}
	functionRights  = rights{"FUNCTION", "X", "X"}
	procedureRights = rights{"PROCEDURE", "X", "X"}
	typeRights      = rights{"TYPE", "U", "U"}
	sequenceRights  = rights{"SEQUENCE", "rwU", ""}
	languageRights  = rights{"LANGUAGE", "U", "U"}
	wrapperRights   = rights{"FOREIGN DATA WRAPPER", "U", ""}
	serverRights    = rights{"FOREIGN SERVER", "U", ""}
	columnRights    = rights{"TABLE", "", ""}
)

func (g *generator) tableRights() rights {
	if g.catalog.ServerVersion() >= 170000 {
		return rights{"TABLE", "arwdDxtm", ""}
	}
	return rights{"TABLE", "arwdDxt", ""}
}

var privilegeWords = []struct {
	letter byte
	word   string
}{
	{'r', "SELECT"}, {'a', "INSERT"}, {'w', "UPDATE"}, {'d', "DELETE"}, {'D', "TRUNCATE"},
	{'x', "REFERENCES"}, {'t', "TRIGGER"}, {'m', "MAINTAIN"}, {'X', "EXECUTE"}, {'U', "USAGE"},
	{'C', "CREATE"}, {'T', "TEMPORARY"}, {'c', "CONNECT"}, {'s', "SET"}, {'A', "ALTER SYSTEM"},
}

// grants gives the REVOKEs and GRANTs that lead from the privileges that an
// object has at first to those of acl, which is nil for just these. With a
// column, they are about that column of the table.
func (g *generator) grants(first rights, name, column, owner string, acl []string) []string {
	if acl == nil || g.options.NoPrivileges {
		return nil
	}
	on := strings.TrimSpace(" ON " + first.kind + " " + name)
	items := make([]schema.Grant, len(acl))
	for i := range acl {
		items[i] = schema.ParseGrant(acl[i])
	}
	var statements []string
	for _, d := range []schema.Grant{{Plain: first.public, Grantor: owner}, {Grantee: owner, Plain: first.owner, Grantor: owner}} {
		if d.Plain == "" {
			continue
		}
		if i := slices.IndexFunc(items, func(i schema.Grant) bool { return sameGrant(i, d) }); i >= 0 {
			items = slices.Delete(items, i, i+1)
		} else {
			statements = append(statements, "REVOKE ALL "+on+" FROM "+grantee(d.Grantee))
		}
	}
	for _, i := range items {
		for _, part := range []struct{ letters, option string }{{i.Plain, ""}, {i.Options, " WITH GRANT OPTION"}} {
			if part.letters == "" {
				continue
			}
			grant := "GRANT " + first.privileges(part.letters, column) + " " + on + " TO " + grantee(i.Grantee) + part.option
			if i.Grantor == owner || owner == "" {
				statements = append(statements, grant)
				continue
			}
			statements = append(statements, "SET SESSION AUTHORIZATION "+literal(i.Grantor), grant, "RESET SESSION AUTHORIZATION")
		}
	}
	return statements
}

// defaults writes the ALTER DEFAULT PRIVILEGES of a role, in one schema or in
// all if wanted says so.
func (g *generator) defaults(r *schema.Role, wanted func(*schema.Object) bool) []string {
	var statements []string
	for _, d := range r.Defaults {
		if !wanted(&schema.Object{Schema: d.Schema}) {
			continue
		}
		prefix := "ALTER DEFAULT PRIVILEGES FOR ROLE " + ident(r.Name) + " "
		first := rights{kind: d.Kind}
		if d.Schema != "" {
			prefix += "IN SCHEMA " + ident(d.Schema) + " "
		} else {
			first = g.firstRights(d.Kind)
		}
		for _, s := range g.grants(first, "", "", r.Name, d.ACL) {
			statements = append(statements, prefix+s)
		}
	}
	return statements
}

// firstRights are the privileges without ALTER DEFAULT PRIVILEGES.
func (g *generator) firstRights(kind string) rights {
	first := rights{kind: kind}
	switch kind {
	case "TABLES":
		first.owner = g.tableRights().owner
	case "SEQUENCES":
		first.owner = sequenceRights.owner
	case "FUNCTIONS":
		first.owner, first.public = functionRights.owner, functionRights.public
	case "TYPES":
		first.owner, first.public = typeRights.owner, typeRights.public
	case "SCHEMAS":
		first.owner = schemaRights.owner
	case "LARGE OBJECTS":
		first.owner = "rw"
	}
	return first
}

// privileges writes letters as a list of words, or as ALL.
func (r rights) privileges(letters, column string) string {
	if column != "" {
		column = " (" + ident(column) + ")"
	} else if sameLetters(letters, r.owner) {
		return "ALL"
	}
	var words []string
	for _, p := range privilegeWords {
		if strings.IndexByte(letters, p.letter) >= 0 {
			words = append(words, p.word+column)
		}
	}
	return strings.Join(words, ", ")
}

func grantee(role string) string {
	if role == "" {
		return "PUBLIC"
	}
	return ident(role)
}

func sameGrant(a, b schema.Grant) bool {
	return a.Grantee == b.Grantee && a.Grantor == b.Grantor && sameLetters(a.Plain, b.Plain) && sameLetters(a.Options, b.Options)
}

func sameLetters(a, b string) bool {
	return len(a) == len(b) && !strings.ContainsFunc(a, func(r rune) bool { return !strings.ContainsRune(b, r) })
}
