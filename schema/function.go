package schema

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
	Object
	Kind            FunctionKind
	Arguments       []Argument
	Result          string // as format_type writes it, "" for a procedure
	ReturnsSet      bool
	Strict          bool
	SecurityDefiner bool
	Leakproof       bool
	Volatility      Volatility
	Parallel        Parallel
	Privileges      Privileges
	Language        string
	Body            *Body          // nil for built-in ones
	Aggregate       *AggregateInfo // of an aggregate
}

// Volatility says how far the result depends on more than the arguments.
type Volatility uint8

// The volatilities; Volatile is what CREATE FUNCTION takes by itself.
const (
	Volatile Volatility = iota
	Stable
	Immutable
)

// Parallel says whether parallel workers may call a function.
type Parallel uint8

// The parallel safeties; ParallelUnsafe is what CREATE FUNCTION takes by itself.
const (
	ParallelUnsafe Parallel = iota
	ParallelRestricted
	ParallelSafe
)

// Body is what a function does.
type Body struct {
	Source     string   // prosrc: the text between the quotes of AS; of a C function, the symbol
	SQL        string   // RETURN … or BEGIN ATOMIC … END, as pg_get_function_sqlbody writes it
	Library    string   // of a C function
	Config     []string // SET clauses: name=value
	Cost, Rows float64  // 0 for the default
	Support    Name
	Transforms []string // the types of TRANSFORM FOR TYPE
}

// AggregateInfo is how an aggregate is computed
// (https://www.postgresql.org/docs/current/catalog-pg-aggregate.html). Names of
// functions are "" where there is none.
type AggregateInfo struct {
	Kind                            AggregateKind
	DirectArguments                 int // of an ordered-set aggregate
	Transition, Final, Combine      Name
	Serialize, Deserialize          Name
	StateType                       string
	StateSpace                      int // bytes, 0 for the default
	Initial                         *string
	FinalExtra                      bool
	FinalModify, MovingFinalModify  string // READ_ONLY, SHAREABLE or READ_WRITE
	MovingTransition, MovingInverse Name
	MovingFinal                     Name
	MovingStateType                 string
	MovingStateSpace                int
	MovingInitial                   *string
	MovingFinalExtra                bool
	SortOperator                    Name
}

// AggregateKind says how an aggregate takes its rows.
type AggregateKind uint8

// The kinds (pg_aggregate.aggkind).
const (
	NormalAggregate AggregateKind = iota
	OrderedSet
	HypotheticalSet
)

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
	Type    string // as format_type writes it
	Default string // the expression, "" when a call must give the argument
}

// Input reports whether a call of a function passes the argument.
func (a Argument) Input() bool { return a.Mode == In || a.Mode == InOut || a.Mode == Variadic }

// InputTypes gives the types of the arguments that a call passes, which tell
// overloads apart.
func (f *Function) InputTypes() []string {
	types := make([]string, 0, len(f.Arguments))
	for _, a := range f.Arguments {
		if a.Input() {
			types = append(types, a.Type)
		}
	}
	return types
}
