package schema

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

// Type is a data type that is not an array or the row of a relation
// (https://www.postgresql.org/docs/current/catalog-pg-type.html).
type Type struct {
	Object
	Kind        TypeKind
	Category    byte // pg_type.typcategory, such as 'N' for numbers
	Preferred   bool // of its category
	ArrayOID    uint32
	Privileges  Privileges
	Labels      []string     // of an enum, in its order
	Attributes  []Column     // of a composite type
	Of          string       // what a domain, range or multirange is made of, as format_type writes it
	NotNull     bool         // of a domain
	Default     string       // of a domain: the expression; of a base type: the text
	Collation   Name         // of a domain or a base type, where it is not the default
	Constraints []Constraint // of a domain, by name
	Base        *BaseType    // of a base type that is not built in
	Range       *RangeType   // of a range
}

// BaseType is how a base type is kept and written.
type BaseType struct {
	Input, Output, Receive, Send  Name
	ModifierInput, ModifierOutput Name
	Analyze, Subscript            Name
	Length                        int // bytes, -1 for variable, -2 for a C string
	ByValue                       bool
	Alignment                     string // char, int2, int4 or double
	Storage                       string // plain, external, extended or main
	Delimiter                     string
	Element                       string // of a type that can be subscripted, as format_type writes it
	Collatable                    bool
	Shell                         bool // CREATE TYPE name; and no more yet
}

// RangeType is how a range type orders its values
// (https://www.postgresql.org/docs/current/catalog-pg-range.html).
type RangeType struct {
	OperatorClass Name
	Collation     Name
	Canonical     Name
	Difference    Name
	Multirange    Name
}
