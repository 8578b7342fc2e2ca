package destructive

import "github.com/tusk-lsp/tusk-lsp/sql/lex"

// when is a WHEN clause of a MERGE.
type when struct {
	kind  Kind // Delete, Update, or "" where it does neither
	match match
	and   run // the condition, empty where there is none
}

// match says for which rows a WHEN clause is asked.
type match uint8

const (
	matched     match = iota // rows of the target with one of the source
	notSource                // rows of the target without
	notInTarget              // rows of the source without one of the target
)

// merge reads MERGE INTO table [AS alias] USING source ON condition WHEN …
// [RETURNING …].
func (s *statement) merge(i int, names scope) change {
	c := change{all: run{i, s.until(i)}, scope: names}
	i++
	if s.at(i).Keyword == lex.KwInto {
		i++
	}
	target := s.aliased(i)
	c.object, c.target = target.name, target.all
	first := min(s.until(target.all.to, lex.KwWhen, lex.KwReturning), c.all.to)
	// The source may be a join with an ON of its own: the last one is MERGE's.
	on := first
	for i := range s.level(run{target.all.to, first}) {
		if s.tokens[i].Keyword == lex.KwOn {
			on = i
		}
	}
	c.odd = s.at(target.all.to).Keyword != lex.KwUsing || on == first
	c.source = run{target.all.to + 1, on}
	c.where = run{on + 1, first}
	for i := first; i < c.all.to && s.at(i).Keyword == lex.KwWhen; {
		next := min(s.until(i+1, lex.KwWhen, lex.KwReturning), c.all.to)
		c.when = append(c.when, s.when(run{i, next}))
		i = next
	}
	return c
}

// when reads WHEN [NOT] MATCHED [BY SOURCE | BY TARGET] [AND condition] THEN
// action.
func (s *statement) when(clause run) when {
	var w when
	then := min(s.until(clause.from+1, lex.KwThen, lex.KwWhen), clause.to)
	i := clause.from + 1
	if s.at(i).Keyword == lex.KwNot {
		w.match = notInTarget
		i++
	}
	i++
	if s.keywords(i, lex.KwBy) {
		if s.at(i+1).Keyword == lex.KwSource {
			w.match = notSource
		}
		i += 2
	}
	if s.at(i).Keyword == lex.KwAnd {
		w.and = run{i + 1, then}
	}
	switch s.at(then + 1).Keyword {
	case lex.KwDelete:
		w.kind = Delete
	case lex.KwUpdate:
		w.kind = Update
	}
	return w
}

// mergesAll reports whether a MERGE does a kind of change to every row. Each row
// with a partner in the source has the change of the clause that it comes to
// first, and so has each row without; whether a row has one, ON says.
func (s *statement) mergesAll(c change, kind Kind) bool {
	partners, lone := s.doesToAll(c, kind, matched), s.doesToAll(c, kind, notSource)
	on := s.condition(c.where)
	return partners && (lone || on.everyRow()) || lone && on.noRow()
}

// doesToAll reports whether all rows of a sort have the change.
func (s *statement) doesToAll(c change, kind Kind, rows match) bool {
	for _, w := range c.when {
		if w.match != rows {
			continue
		}
		switch {
		case w.and.empty():
			return w.kind == kind
		case s.condition(w.and).everyRow():
			return w.kind == kind
		case !s.condition(w.and).noRow():
			return false
		}
	}
	return false
}
