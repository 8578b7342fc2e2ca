package schema

// Operator is an operator
// (https://www.postgresql.org/docs/current/catalog-pg-operator.html).
type Operator struct {
	Object
	Left       string // the left operand's type, "" for a prefix operator
	Right      string
	Result     string
	Function   Name
	Commutator Name // Name is "" where there is none
	Negator    Name
	Restrict   Name
	Join       Name
	Hashes     bool
	Merges     bool
}

// OperatorClass makes a type usable with an index method
// (https://www.postgresql.org/docs/current/catalog-pg-opclass.html).
type OperatorClass struct {
	Object
	Method  string
	Type    string
	Storage string // the type of the keys, "" for Type
	Family  Name
	Default bool
	Members []ClassMember // by kind and number; also those that are loose in the family
}

// ClassMember is an operator or a support function of an operator class.
type ClassMember struct {
	Number      int
	Operator    Name     // Name is "" for a function
	Function    Name     // Name is "" for an operator
	Arguments   []string // types
	Left, Right string   // the types that it is for
	OrderBy     Name     // the operator family of an ordering operator
}

// OperatorFamily groups operator classes
// (https://www.postgresql.org/docs/current/catalog-pg-opfamily.html).
type OperatorFamily struct {
	Object
	Method string
	Loose  []ClassMember // members that belong to no class
}

// Cast is a conversion between types
// (https://www.postgresql.org/docs/current/catalog-pg-cast.html). Its Name is "".
type Cast struct {
	Object
	Source, Target    string
	Context           CastContext
	Method            CastMethod
	Function          Name     // of WithFunction
	FunctionArguments []string // types
}

// CastContext says where a cast applies by itself.
type CastContext uint8

// The contexts (pg_cast.castcontext).
const (
	Explicit CastContext = iota
	OnAssignment
	Implicit
)

// CastMethod says how a cast converts.
type CastMethod uint8

// The methods (pg_cast.castmethod).
const (
	WithFunction CastMethod = iota
	WithoutFunction
	WithInOut
)

// Collation is a collation
// (https://www.postgresql.org/docs/current/catalog-pg-collation.html).
type Collation struct {
	Object
	Provider         string // libc, icu, builtin or default
	Collate, Ctype   string // of libc
	Locale, Rules    string // of the other providers
	Nondeterministic bool
}

// Conversion converts between encodings
// (https://www.postgresql.org/docs/current/catalog-pg-conversion.html).
type Conversion struct {
	Object
	From, To string // encodings
	Function Name
	Default  bool
}

// TextSearchObject is a text search configuration, dictionary, parser or
// template (https://www.postgresql.org/docs/current/textsearch-configuration.html).
type TextSearchObject struct {
	Object
	Kind      TextSearchKind
	Of        Name                // a configuration's parser, a dictionary's template
	Options   string              // of a dictionary: stopwords = 'english', …
	Functions []string            // of a parser or a template: START = prsd_start, …
	Mappings  []TextSearchMapping // of a configuration
}

// TextSearchMapping is the dictionaries that a kind of word is looked up in.
type TextSearchMapping struct {
	Token        string
	Dictionaries []Name
}

// TextSearchKind says what a text search object is.
type TextSearchKind uint8

// The kinds.
const (
	TextSearchConfiguration TextSearchKind = iota
	TextSearchDictionary
	TextSearchParser
	TextSearchTemplate
)

// Statistics is an extended statistics object
// (https://www.postgresql.org/docs/current/catalog-pg-statistic-ext.html).
type Statistics struct {
	Object
	Relation   Name
	Columns    []string
	Target     *int
	Definition string // CREATE STATISTICS …, as pg_get_statisticsobjdef writes it
}
