package schema

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// FirstUserOID is where the OIDs of objects begin that initdb did not make
// (FirstNormalObjectId of src/include/access/transam.h).
const FirstUserOID = 16384

// System reports whether a schema is PostgreSQL's own: users make none whose name
// begins with pg_.
func System(schema string) bool {
	return strings.HasPrefix(schema, "pg_") || schema == "information_schema"
}

// Name is a qualified name as the server stores it, without quotes.
type Name struct{ Schema, Name string }

// Object is what every object of a database has.
//
// All texts of a catalog (types, expressions, definitions) are as PostgreSQL
// writes them while its search_path is empty: names outside pg_catalog are
// qualified.
type Object struct {
	OID       uint32   // 0 when no server gave it
	Schema    string   // "" for what belongs to none, such as a role
	Name      string   // as the server stores it, without quotes
	Owner     string   // "" when unknown
	ACL       []string // aclitems as PostgreSQL writes them: role=arwdDxtm/grantor; nil for the default privileges
	Extension string   // the one that made it, "" for none
	Comment   string
	Origin    *Origin // nil for what a server told
}

// header lets the lookups treat objects of all kinds alike.
func (o *Object) header() *Object { return o }

// QualifiedName gives the object's schema and name.
func (o *Object) QualifiedName() Name { return Name{o.Schema, o.Name} }

// Origin is the text that an object comes from. Several objects may share one.
type Origin struct {
	Path   string    // of the file, "" for the script that is being edited
	Line   int       // 0-based, of the statement's first byte
	Span   text.Span // of the statement, in bytes of the file
	Script bool      // the statement stands in the same script, before the place that asks
}

// Privileges are what the current role may do with an object. Where nobody knows
// them they are AllPrivileges.
type Privileges uint16

// The privileges (https://www.postgresql.org/docs/current/ddl-priv.html).
const (
	MaySelect Privileges = 1 << iota // also for some column only
	MayInsert
	MayUpdate
	MayDelete
	MayTruncate
	MayReference
	MayTrigger
	MayMaintain // since PostgreSQL 17
	MayUse      // USAGE of a schema, type, sequence, language or server
	MayCreate
	MayExecute
	AllPrivileges = MayCreate<<2 - 1
)

// Schema is a namespace
// (https://www.postgresql.org/docs/current/ddl-schemas.html).
type Schema struct {
	Object
	Privileges Privileges // without MayUse, a query can name nothing in it
}

// HeaderOf gives what an object has in common with all others. Nobody may write to
// it.
func HeaderOf(o AnyObject) *Object { return o.header() }
