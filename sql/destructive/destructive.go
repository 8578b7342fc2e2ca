// Package destructive says what the text of a statement destroys, so that the
// user can be asked before it runs. It needs no server and no catalog, and it
// fails closed: where the text leaves open whether rows or objects are lost, it
// says that they are.
//
// What it cannot see, since it is not in the text: what functions, procedures,
// triggers, rules, foreign keys with CASCADE, and statements prepared before do.
// It reads text as a server with standard_conforming_strings on does, which is
// the default since PostgreSQL 9.1.
package destructive

import "github.com/tusk-lsp/tusk-lsp/sql/text"

// Kind says how an Action destroys.
type Kind string

// The kinds of Action.
const (
	Delete    Kind = "delete"     // DELETE, or MERGE with it
	Update    Kind = "update"     // UPDATE, or MERGE with it: the old values are lost
	Truncate  Kind = "truncate"   // TRUNCATE
	Drop      Kind = "drop"       // DROP of anything
	AlterDrop Kind = "alter-drop" // a part of an object is dropped, such as a column or a constraint
	Execute   Kind = "execute"    // a block runs SQL that it puts together itself: it may do any of the above
)

// Action is one thing that a statement destroys. It is a value without
// references to anything mutable.
type Action struct {
	Kind Kind

	// Span is the part of the statement that does it, in bytes of the
	// statement's text: the DELETE from its first word on, the one DROP of an
	// ALTER TABLE.
	Span text.Span

	// Object is what is hit as the text names it, "" where the text does not
	// tell: the table of a DELETE, all names of a DROP or TRUNCATE, the table of
	// an ALTER TABLE.
	Object string

	// Type is the sort of object that is dropped, in lower case: "table",
	// "materialized view", "column". It is "" for other kinds.
	Type string

	// Whole says that every row is hit: no WHERE, or one that no row decides on
	// (true, 1 = 1, now() > '2020-01-01') and that is not known to be false. The
	// comparison of a column with itself counts, though it spares NULLs, and so
	// does LIKE '%'. A TRUNCATE is always whole.
	Whole bool

	// Count is a query of one row and column, the number of rows hit, for a
	// read-only transaction: "" where there are no rows to count or the text
	// does not suffice. It numbers parameters as the statement does. The rows of
	// a table that is truncated or dropped count, those that CASCADE reaches do
	// not; what triggers and rules change is not known to it.
	Count string
}
