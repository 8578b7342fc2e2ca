package schema

// Schema is a namespace
// (https://www.postgresql.org/docs/current/ddl-schemas.html).
type Schema struct {
	Name    string
	Comment string
}

// Extension is an installed extension
// (https://www.postgresql.org/docs/current/catalog-pg-extension.html).
type Extension struct {
	Name, Version string
	Schema        string // where its objects are, as far as it can be moved
	Comment       string
}

// Role is a user or a group
// (https://www.postgresql.org/docs/current/catalog-pg-authid.html).
type Role struct {
	Name  string
	Login bool // it can begin a session
}

// Name is a qualified name as the server stores it, without quotes.
type Name struct{ Schema, Name string }

// Kind says what a relation is.
type Kind uint8

// The kinds of relation that SQL can name in FROM.
const (
	Table Kind = iota
	PartitionedTable
	View
	MaterializedView
	ForeignTable
	Sequence
)

// String gives the kind as PostgreSQL's messages name it.
func (k Kind) String() string {
	switch k {
	case Table:
		return "table"
	case PartitionedTable:
		return "partitioned table"
	case View:
		return "view"
	case MaterializedView:
		return "materialized view"
	case ForeignTable:
		return "foreign table"
	case Sequence:
		return "sequence"
	}
	return "relation"
}

// Relation is a table or what can be read like one
// (https://www.postgresql.org/docs/current/catalog-pg-class.html).
type Relation struct {
	OID           uint32
	Schema, Name  string
	Kind          Kind
	Columns       []Column // in the table's order, without dropped and system columns
	PrimaryKey    Key      // without columns when there is none
	Unique        []Key    // UNIQUE constraints, by name
	ForeignKeys   []ForeignKey
	Checks        []Check
	Indexes       []Index // those that back no constraint
	Comment       string
	EstimatedRows int64 // as of the last ANALYZE or VACUUM, -1 when there was none
	PartitionOf   Name  // the parent of a partition; it may be partitioned itself
}

// Column gives the column of a name, or nil.
func (r *Relation) Column(name string) *Column {
	for i := range r.Columns {
		if r.Columns[i].Name == name {
			return &r.Columns[i]
		}
	}
	return nil
}

// Column is a column of a relation, or an attribute of a composite type
// (https://www.postgresql.org/docs/current/catalog-pg-attribute.html).
type Column struct {
	Name      string
	Type      string // as format_type writes it: character varying(20)
	TypeOID   uint32
	Attnum    int16 // 1-based attribute number; dropped columns leave gaps
	NotNull   bool
	Identity  Identity
	Generated Generated
	Default   string // the expression of the default, or of a generated column
	Comment   string
}

// Identity says whether a column numbers its rows.
type Identity uint8

// GENERATED … AS IDENTITY.
const (
	NoIdentity Identity = iota
	ByDefault
	Always
)

// Generated says whether a column is computed from others.
type Generated uint8

// GENERATED ALWAYS AS (…). Virtual exists since PostgreSQL 18.
const (
	NotGenerated Generated = iota
	Stored
	Virtual
)

// Key is a primary key or a UNIQUE constraint.
type Key struct {
	Name    string
	Columns []string // in the key's order
}

// ForeignKey is a reference to the rows of another relation. Columns and
// RefColumns are of one length and in one order.
type ForeignKey struct {
	Name       string
	Columns    []string
	References Name
	RefColumns []string
}

// Check is a CHECK constraint of a table or a domain.
type Check struct {
	Name       string
	Expression string // in a domain's, VALUE stands for the value
}

// Index is an index that somebody made for speed, or for uniqueness of
// expressions or of some rows only.
type Index struct {
	Name       string
	Unique     bool
	Definition string // CREATE INDEX …, as pg_get_indexdef writes it
}

// FunctionKind says how a function is called.
type FunctionKind uint8

// The kinds of function (pg_proc.prokind).
const (
	PlainFunction FunctionKind = iota
	Aggregate
	Window
	Procedure
)

// String gives the kind as PostgreSQL's documentation names it.
func (k FunctionKind) String() string {
	switch k {
	case Aggregate:
		return "aggregate"
	case Window:
		return "window function"
	case Procedure:
		return "procedure"
	}
	return "function"
}

// Function is a function, aggregate or procedure
// (https://www.postgresql.org/docs/current/catalog-pg-proc.html). Overloads are
// several Functions of one name.
type Function struct {
	OID          uint32
	Schema, Name string
	Kind         FunctionKind
	Arguments    []Argument
	Result       string // as format_type writes it, "" for a procedure
	ReturnsSet   bool
	Comment      string
}

// Mode says what an argument is for.
type Mode uint8

// The argument modes; TableColumn is a column of RETURNS TABLE.
const (
	In Mode = iota
	Out
	InOut
	Variadic
	TableColumn
)

// Argument is an argument of a function.
type Argument struct {
	Name    string // "" when it has none
	Mode    Mode
	Type    string
	Default string // the expression, "" when a call must give the argument
}

// Input reports whether a call of a function passes the argument.
func (a Argument) Input() bool { return a.Mode == In || a.Mode == InOut || a.Mode == Variadic }

// TypeKind says what a type is made of.
type TypeKind uint8

// The kinds of type (pg_type.typtype).
const (
	Base TypeKind = iota
	Composite
	Domain
	Enum
	Range
	Multirange
	Pseudo
)

// String gives the kind as PostgreSQL's documentation names it.
func (k TypeKind) String() string {
	switch k {
	case Composite:
		return "composite type"
	case Domain:
		return "domain"
	case Enum:
		return "enum"
	case Range:
		return "range type"
	case Multirange:
		return "multirange type"
	case Pseudo:
		return "pseudo-type"
	}
	return "type"
}

// Type is a data type that is not an array or the row of a table
// (https://www.postgresql.org/docs/current/catalog-pg-type.html).
type Type struct {
	OID          uint32
	Schema, Name string
	Kind         TypeKind
	Labels       []string // of an enum, in its order
	Attributes   []Column // of a composite type
	Of           string   // what a domain or a range is made of, as format_type writes it
	NotNull      bool     // of a domain
	Default      string   // of a domain: the expression
	Checks       []Check  // of a domain
	Comment      string
}
