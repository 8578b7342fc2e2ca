// Package bind tells what the names of a statement mean and of what types its
// expressions are, by PostgreSQL's own rules (src/backend/parser), from a tree
// that may be broken and a catalog that may not know all.
//
// Types are texts as format_type writes them while the search_path is empty; ""
// is a type that cannot be told, and "unknown" that of a bare literal. What
// cannot be told makes no problem: a problem is what the server would refuse.
package bind

import (
	"slices"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// Column is a column that a query gives, or that something in FROM has.
type Column struct {
	Name     string
	Type     string           // with its modifiers: numeric(10,2)
	Relation *schema.Relation // where it comes from as it is, else nil
	Source   *schema.Column   // of Relation, or an attribute of a composite type; nil for what is computed
	NotNull  bool             // it cannot be null, as far as constraints tell
	Node     tree.Node        // what names it in the text: a ResTarget, ColumnName …; it need not exist
	open     bool             // it stands for columns that nobody knows
	fields   []Column         // of a record, where they are known
}

// Kind says what a name means.
type Kind uint8

// The kinds of Reference.
const (
	Nothing     Kind = iota
	ToRelation       // a relation of the catalog
	ToCTE            // a common table expression
	ToItem           // something in FROM by its alias or name, or a row of it
	ToColumn         // a column
	ToOutput         // an output column by its name or number, in ORDER BY and GROUP BY
	ToFunction       // a function, aggregate or procedure
	ToType           // a type
	ToOperator       // an operator
	ToVariable       // a variable of PL/pgSQL or an argument of a function
	ToStar           // the columns of *
	ToWindow         // a window of the WINDOW clause
	ToParameter      // $1
)

// Reference is what a node of the tree means.
type Reference struct {
	Kind       Kind
	Relation   *schema.Relation // of ToRelation, of ToColumn where it is one of a relation, of ToItem
	Column     *schema.Column   // of ToColumn, where the catalog has it
	Function   *schema.Function
	Operator   *schema.Operator
	Type       string    // of a value
	Definition tree.Node // where the text itself defines it: an AliasName, a CTEName, a ResTarget, a PLVariable …
	Columns    []Column  // of ToRelation, ToCTE, ToItem and ToStar
}

// Problem is what the server refuses.
type Problem struct {
	Code    string // SQLSTATE: 42P01, 42703 …
	Span    text.Span
	Message string // as the server words it
}

// Variable is what a body can name besides columns.
type Variable struct {
	Name       string // "" for one that only has a position
	Type       string
	Definition tree.Node // where the text defines it
	row        []Column  // of a record whose query is known
}

// Scope is what a statement can see besides its own names.
type Scope struct {
	Catalog   *schema.Catalog
	Label     string           // of the function, by which arguments can be qualified
	Variables []Variable       // arguments, which columns hide
	Rows      []NamedRow       // NEW and OLD of a rule or a trigger
	Relation  *schema.Relation // whose columns an expression of a constraint or a policy sees, or nil
	Near      *text.Span       // the place that is of interest, nil for all: of very long lists of values, only what is there is bound
	Probe     string           // a name that stands for what is still to be typed: its type is unknown, and it is no problem
}

// NamedRow is a relation's row under a name of its own.
type NamedRow struct {
	Name     string
	Relation *schema.Relation
}

// Statement is a statement with the meaning of its names. It is immutable and
// safe for concurrent use.
type Statement struct {
	tree       *tree.Tree
	catalog    *schema.Catalog
	columns    []Column
	problems   []Problem
	references map[tree.Node]Reference
	owners     map[tree.Node]Reference // what t means in t.c
	types      map[tree.Node]string
	scopes     []scopeAt
	parameters map[int]string
	wanted     map[tree.Node]string
}

// scopeAt is what is visible within a node.
type scopeAt struct {
	node  tree.Node
	scope *scope
}

// Of gives the meaning of a statement's names. It takes time in proportion to the
// text and the columns of the relations that it names.
func Of(t *tree.Tree, in Scope) *Statement {
	b := newBinder(t, in.Catalog)
	b.probe, b.near = in.Probe, in.Near
	b.statement(t.Statement(), b.outermost(in))
	return b.finish()
}

func newBinder(t *tree.Tree, catalog *schema.Catalog) *binder {
	return &binder{
		Statement: &Statement{
			tree:       t,
			catalog:    catalog,
			references: map[tree.Node]Reference{},
			owners:     map[tree.Node]Reference{},
			types:      map[tree.Node]string{},
			parameters: map[int]string{},
			wanted:     map[tree.Node]string{},
		},
		known:     map[string]typeInfo{},
		operators: map[string][]candidate{},
		recursive: map[tree.Node]*cte{},
		full:      map[tree.Node]bool{},
	}
}

func (b *binder) outermost(in Scope) *scope {
	s := &scope{variables: in.Variables, label: in.Label}
	for _, row := range in.Rows {
		item := b.relationItem(row.Relation, tree.Node{})
		item.name, item.schema = row.Name, ""
		s.items = append(s.items, visible{item: item, named: true})
	}
	if in.Relation != nil {
		s.items = append(s.items, visible{item: b.relationItem(in.Relation, tree.Node{}), named: true, columns: true})
	}
	return s
}

func (b *binder) finish() *Statement {
	slices.SortStableFunc(b.problems, func(x, y Problem) int { return x.Span.Start - y.Span.Start })
	return b.Statement
}

// binder makes a Statement.
type binder struct {
	*Statement
	known     map[string]typeInfo    // by bare type
	operators map[string][]candidate // by schema and name
	ranges    map[string]string      // range types by their multirange types, nil before they are asked for
	recursive map[tree.Node]*cte     // by the set operation that the query is
	full      map[tree.Node]bool     // the ColumnRefs that are never null
	probe     string
	near      *text.Span
	depth     int
}

// Tree gives the tree of the statement.
func (s *Statement) Tree() *tree.Tree { return s.tree }

// Catalog gives the catalog that the statement was bound against.
func (s *Statement) Catalog() *schema.Catalog { return s.catalog }

// Columns gives the columns that the statement returns, none where it returns
// none. Types are as Describe tells them: never that of a bare literal.
func (s *Statement) Columns() []Column { return s.columns }

// Problems gives what the server would refuse, in the order of the text.
func (s *Statement) Problems() []Problem { return s.problems }

// Refers tells what a node means: a RangeVar, ColumnRef, FunctionName, TypeName,
// operator expression, AliasName, CTEName, WindowName, ColumnName or ParamRef.
func (s *Statement) Refers(n tree.Node) Reference { return s.references[n] }

// TypeOf gives the type of an expression, "" where it cannot be told.
func (s *Statement) TypeOf(n tree.Node) string { return s.types[n] }

// Wanted gives the type that the place of an expression wants, such as that of
// the column which it is compared with or inserted into, "" where it wants none.
func (s *Statement) Wanted(n tree.Node) string { return s.wanted[n] }

// Parameters gives the types of $1, $2 … as far as they can be told, by number.
func (s *Statement) Parameters() map[int]string { return s.parameters }

func (b *binder) problem(code string, n tree.Node, message string) {
	b.problems = append(b.problems, Problem{Code: code, Span: n.Span(), Message: message})
}

func (b *binder) refer(n tree.Node, r Reference) {
	if n.Exists() {
		b.references[n] = r
	}
}

// within notes what can be seen in a node.
func (b *binder) within(n tree.Node, s *scope) {
	if n.Exists() {
		b.scopes = append(b.scopes, scopeAt{n, s})
	}
}
