package schema

// Role is a user or a group
// (https://www.postgresql.org/docs/current/catalog-pg-authid.html).
type Role struct {
	Object
	Login, Superuser, CreateDB, CreateRole, Replication, BypassRLS, NoInherit bool
	ConnectionLimit                                                           int          // -1 for none
	ValidUntil                                                                string       // "" for ever
	Config                                                                    []string     // ALTER ROLE … SET: name=value
	MemberOf                                                                  []Membership // by role
	Defaults                                                                  []DefaultPrivileges
}

// DefaultPrivileges are the privileges that what a role makes in the database
// has from the beginning
// (https://www.postgresql.org/docs/current/catalog-pg-default-acl.html).
type DefaultPrivileges struct {
	Schema string   // "" for all; those of a schema come on top of these
	Kind   string   // TABLES, SEQUENCES, FUNCTIONS, TYPES, SCHEMAS or LARGE OBJECTS
	ACL    []string // aclitems
}

// Membership is a role's belonging to another one
// (https://www.postgresql.org/docs/current/catalog-pg-auth-members.html).
type Membership struct {
	Role, Grantor       string
	Admin, Inherit, Set bool // Inherit and Set are true before PostgreSQL 16
}

// Database is a database of the server.
type Database struct{ Object }

// Tablespace is a tablespace of the server.
type Tablespace struct{ Object }

// Extension is an extension that is installed, or that can be
// (https://www.postgresql.org/docs/current/catalog-pg-extension.html). Its
// Schema is where its objects are, as far as it can be moved.
type Extension struct {
	Object
	Version   string // of the installed one, else the one that CREATE EXTENSION takes
	Installed bool
}

// Language is a procedural language.
type Language struct {
	Object
	Trusted, Procedural        bool
	Handler, Inline, Validator Name
}

// AccessMethod is an index or a table access method.
type AccessMethod struct {
	Object
	Table   bool
	Handler Name
}

// EventTrigger is a trigger on DDL
// (https://www.postgresql.org/docs/current/catalog-pg-event-trigger.html).
type EventTrigger struct {
	Object
	Event    string
	Function Name
	Tags     []string
	Enabled  Firing
}

// ForeignDataWrapper is a way to reach foreign servers.
type ForeignDataWrapper struct {
	Object
	Handler, Validator Name
	Options            []string // name=value
}

// ForeignServer is a server of a foreign data wrapper.
type ForeignServer struct {
	Object
	Wrapper, Type, Version string
	Options                []string // name=value
	Users                  []string // the roles with a user mapping; whose options are secrets and stay on the server
}

// Publication is what logical replication sends
// (https://www.postgresql.org/docs/current/catalog-pg-publication.html).
type Publication struct {
	Object
	AllTables       bool
	Publish         Events
	ViaRoot         bool
	GeneratedStored bool     // publish_generated_columns = stored (18)
	Schemas         []string // TABLES IN SCHEMA
	Tables          []PublishedTable
}

// PublishedTable is a table of a publication.
type PublishedTable struct {
	Table   Name
	Columns []string // nil for all
	Where   string   // "" for every row
}

// Subscription is what logical replication receives. Its connection string may
// hold a password and stays on the server.
type Subscription struct {
	Object
	Publications []string
	Enabled      bool
}

// Setting is a configuration parameter
// (https://www.postgresql.org/docs/current/view-pg-settings.html).
type Setting struct {
	Name        string
	Description string
	Category    string
	Type        string // bool, integer, real, string or enum
	Unit        string // such as 8kB, "" for none
	Context     string // who may set it, and when: user, superuser, sighup, postmaster …
	Default     string // boot_val
	Min, Max    string
	Values      []string // of an enum
}
