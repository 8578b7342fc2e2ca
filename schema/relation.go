package schema

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

// Persistence says how long a relation's rows live.
type Persistence uint8

// The persistences (pg_class.relpersistence).
const (
	Permanent Persistence = iota
	Unlogged
	Temporary
)

// Relation is a table or what can be read like one
// (https://www.postgresql.org/docs/current/catalog-pg-class.html).
type Relation struct {
	Object
	Kind          Kind
	Persistence   Persistence
	Privileges    Privileges
	EstimatedRows int64 // as of the last ANALYZE or VACUUM, -1 when there was none
	Bytes         int64 // on disk without indexes and TOAST, as of then
	Columns       []Column
	Constraints   []Constraint // by name; NOT NULL is a column's
	Indexes       []Index      // by name, also those behind constraints
	Triggers      []Trigger    // by name, without those of constraints
	Policies      []Policy     // by name
	Rules         []Rule       // by name, without a view's _RETURN
	Inherits      []Name       // parents in their order; of a partition, the partitioned table
	Definition    string       // of a view: the query, without a semicolon

	Partition *Partitioning // of a partitioned table and of a partition
	Sequence  *SequenceInfo // of a sequence
	Foreign   *ForeignInfo  // of a foreign table
	Storage   *Storage      // nil where all is as by default
}

// Partitioning is a relation's place in a tree of partitions
// (https://www.postgresql.org/docs/current/ddl-partitioning.html).
type Partitioning struct {
	Of    Name   // the partitioned table that this one is a part of
	Bound string // FOR VALUES …, or DEFAULT; "" when it is no partition
	Key   string // RANGE (a, b) of a partitioned table, "" when it is none
}

// SequenceInfo is how a sequence counts
// (https://www.postgresql.org/docs/current/catalog-pg-sequence.html).
type SequenceInfo struct {
	Type                       string // smallint, integer or bigint
	Start, Increment, Min, Max int64
	Cache                      int64
	Cycle                      bool
	OwnedBy                    Name   // the table of the column that it belongs to
	OwnedByColumn              string // "" when it belongs to none
	Identity                   bool   // it is the column's identity and has no life of its own
}

// ForeignInfo is where the rows of a foreign table are.
type ForeignInfo struct {
	Server  string
	Options []string // name=value
}

// Storage is how a relation is kept, where that is not the default.
type Storage struct {
	Options          []string // reloptions: fillfactor=70; of a view: security_barrier=true, check_option=local
	ToastOptions     []string
	AccessMethod     string // "" for the kind's own
	Tablespace       string // "" for the database's
	OfType           Name   // of a typed table
	ReplicaIdentity  ReplicaIdentity
	RowSecurity      bool
	ForceRowSecurity bool
	Unpopulated      bool   // of a materialized view: it cannot be read before a REFRESH
	ClusterOn        string // the index that CLUSTER uses
}

// ReplicaIdentity says what identifies a row to a subscriber. With an index, it
// is the one that Index.ReplicaIdentity marks.
type ReplicaIdentity uint8

// The replica identities (pg_class.relreplident).
const (
	ReplicaDefault ReplicaIdentity = iota
	ReplicaNothing
	ReplicaFull
	ReplicaIndex
)

// Column gives the column of a name, or nil.
func (r *Relation) Column(name string) *Column {
	for i := range r.Columns {
		if r.Columns[i].Name == name {
			return &r.Columns[i]
		}
	}
	return nil
}

// PrimaryKey gives the primary key, or nil.
func (r *Relation) PrimaryKey() *Constraint {
	for i := range r.Constraints {
		if r.Constraints[i].Kind == PrimaryKey {
			return &r.Constraints[i]
		}
	}
	return nil
}

// PartitionOf gives the partitioned table that the relation is a partition of;
// its name is "" when it is none.
func (r *Relation) PartitionOf() Name {
	if r.Partition == nil {
		return Name{}
	}
	return r.Partition.Of
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
	Inherited bool   // it comes from a parent and is not declared by the relation itself
	Default   string // the expression of the default, or of a generated column
	Comment   string
	Detail    *ColumnDetail // nil where all is as by default
}

// ColumnDetail is what few columns have.
type ColumnDetail struct {
	Collation                         Name     // where it is not the type's
	Storage                           string   // PLAIN, EXTERNAL, EXTENDED or MAIN, where it is not the type's
	Compression                       string   // pglz or lz4, where one is set
	Statistics                        *int     // the statistics target
	Options                           []string // n_distinct=5
	Foreign                           []string // FDW options: name=value
	ACL                               []string // aclitems
	NotNull                           string   // the name of the NOT NULL constraint, where it is not the one that PostgreSQL gives (18)
	NotNullNoInherit, NotNullNotValid bool
	Missing                           bool // the default stands for rows that are older than the column
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

// ConstraintKind says what a constraint demands.
type ConstraintKind uint8

// The kinds of constraint (pg_constraint.contype).
const (
	CheckConstraint ConstraintKind = iota
	PrimaryKey
	Unique
	ForeignKey
	Exclusion
	ConstraintTrigger
)

// String gives the kind as SQL writes it.
func (k ConstraintKind) String() string {
	return [...]string{"CHECK", "PRIMARY KEY", "UNIQUE", "FOREIGN KEY", "EXCLUDE", "CONSTRAINT TRIGGER"}[k]
}

// Action is what a foreign key does when the row that it refers to goes.
type Action uint8

// The actions (pg_constraint.confdeltype).
const (
	NoAction Action = iota
	Restrict
	Cascade
	SetNull
	SetDefault
)

// Constraint is a constraint of a table or a domain
// (https://www.postgresql.org/docs/current/catalog-pg-constraint.html).
type Constraint struct {
	Name                                                   string
	Kind                                                   ConstraintKind
	Columns                                                []string // of a key, in its order; of a check, those that it reads
	References                                             Name     // of a foreign key
	RefColumns                                             []string // as many as Columns, in their order
	OnUpdate                                               Action
	OnDelete                                               Action
	Deferrable, Deferred, NotValid, NotEnforced, NoInherit bool
	Inherited                                              bool   // it comes from a parent and is not declared by the relation itself
	Expression                                             string // of a check; in a domain's, VALUE stands for the value
	Definition                                             string // as pg_get_constraintdef writes it, "" where nobody asked the server
	Comment                                                string
}

// Index is an index of a table or a materialized view
// (https://www.postgresql.org/docs/current/catalog-pg-index.html).
type Index struct {
	Name             string
	OID              uint32
	Method           string     // btree, gin …
	Keys             []IndexKey // in the index's order
	Include          []string   // columns that it carries beside
	Predicate        string     // of a partial index
	Unique           bool
	NullsNotDistinct bool
	Invalid          bool // CREATE INDEX CONCURRENTLY did not end well, or a partition lacks it
	Clustered        bool // CLUSTER uses it
	ReplicaIdentity  bool
	Constraint       string // the one that it serves, "" for none
	PartitionOf      Name   // the partitioned table's index that this one is attached to
	Definition       string // CREATE INDEX …, as pg_get_indexdef writes it
	Tablespace       string
	Bytes            int64 // on disk, as of the last ANALYZE or VACUUM
	Statistics       []int // the targets of its keys where some are set; -1 for the others
	Comment          string
}

// IndexKey is a column or an expression of an index.
type IndexKey struct {
	Column                 string // "" for an expression
	Expression             string
	Descending, NullsFirst bool
}

// Trigger is a trigger of a relation
// (https://www.postgresql.org/docs/current/catalog-pg-trigger.html).
type Trigger struct {
	Name       string
	Function   Name
	Timing     Timing
	Events     Events
	Row        bool     // FOR EACH ROW
	Columns    []string // of UPDATE OF
	When       string   // the condition's expression
	Constraint bool     // CREATE CONSTRAINT TRIGGER
	Inherited  bool     // a partitioned table's trigger on its partition
	Enabled    Firing
	Definition string // as pg_get_triggerdef writes it
	Comment    string
}

// Timing says when a trigger fires.
type Timing uint8

// The timings.
const (
	Before Timing = iota
	After
	InsteadOf
)

// Events are what a trigger, a rule or a policy is for.
type Events uint8

// The events.
const (
	OnInsert Events = 1 << iota
	OnUpdate
	OnDelete
	OnTruncate
	OnSelect
	AllEvents = OnInsert | OnUpdate | OnDelete | OnSelect // of a policy FOR ALL
)

// Firing says in which sessions a trigger or a rule fires.
type Firing uint8

// The firings (pg_trigger.tgenabled).
const (
	FiresOnOrigin Firing = iota
	FiresNever
	FiresOnReplica
	FiresAlways
)

// Policy is a row security policy
// (https://www.postgresql.org/docs/current/catalog-pg-policy.html).
type Policy struct {
	Name        string
	For         Events
	Restrictive bool
	Roles       []string // empty for PUBLIC
	Using       string
	WithCheck   string
	Comment     string
}

// Rule is a rewrite rule
// (https://www.postgresql.org/docs/current/catalog-pg-rewrite.html).
type Rule struct {
	Name       string
	On         Events
	Instead    bool
	Enabled    Firing
	Definition string // as pg_get_ruledef writes it
	Comment    string
}
