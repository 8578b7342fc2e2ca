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

import (
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

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

// Find lists what a statement destroys, in the order of the text. Statements that
// psql's \; joins are looked into one by one; its variables must have been
// replaced. Any text is safe to ask about, and takes time in proportion to its
// length.
//
// It looks into WITH, COPY (…) TO, EXPLAIN where that executes, and the body of
// DO in PL/pgSQL, as far as that is not put together while it runs. PREPARE
// counts as if it executed, since EXECUTE does not show what it runs. What a
// statement only stores, the commands of CREATE FUNCTION and CREATE RULE, does
// not count. Neither do statements that replace or move what is stored without
// a word of the above: INSERT … ON CONFLICT DO UPDATE, ALTER COLUMN TYPE, DETACH
// PARTITION, REASSIGN OWNED. Of a column's properties (DEFAULT, NOT NULL,
// EXPRESSION, IDENTITY) and of OPTIONS the rows do not depend: an ALTER that drops
// these does not count.
func Find(statement string) []Action { return find(statement, 0) }

// maxDepth bounds how deep blocks and the literals that they execute are looked
// into. Each level reads its text again.
const maxDepth = 8

// find is Find at a depth of blocks in blocks.
func find(src string, depth int) []Action {
	var actions []Action
	f := finder{depth: depth, budget: 4*len(src) + 4096}
	for s := range statements(src) {
		actions = append(actions, f.find(s)...)
	}
	return actions
}

// finder is what the statements of a text share.
type finder struct {
	depth  int // of blocks in blocks
	budget int // bytes that Counts may still take, so that all together stay linear
}

// find tells the statements apart that destroy by themselves, that hold others,
// and all others.
func (f *finder) find(s *statement) []Action {
	switch s.at(0).Keyword {
	case lex.KwTruncate:
		return []Action{f.truncate(s)}
	case lex.KwDrop:
		return []Action{f.drop(s)}
	case lex.KwAlter:
		return s.alter()
	case lex.KwDo:
		return f.do(s)
	case lex.KwExecute:
		if f.depth > 0 {
			return f.executes(s)
		}
	}
	start, runs := s.executed()
	if !runs {
		return nil
	}
	prepared := s.at(0).Keyword == lex.KwPrepare
	var actions []Action
	changes := s.changes(start)
	for _, c := range changes.found {
		for _, kind := range c.kinds() {
			a := Action{
				Kind:   kind,
				Span:   s.span(c.all),
				Object: s.of(c.object),
				Whole:  s.whole(c, kind),
			}
			if !prepared {
				a.Count = f.count(s, changes, c, kind)
			}
			actions = append(actions, a)
		}
	}
	return actions
}
