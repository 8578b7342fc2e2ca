package destructive

import (
	"slices"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// changes are the statements in a statement that change rows.
type changes struct {
	found []change
	// writes holds the indexes at which a change or an INSERT starts, in order.
	writes []int
	tables map[int]bool // the indexes at which the queries of WITH clauses start
}

// change is a DELETE, an UPDATE, or a MERGE that does one of them.
type change struct {
	all    run // from its first word on
	object run
	target run // the object with ONLY and its alias
	source run // the tables of USING, or of an UPDATE's FROM
	where  run // the condition, or a MERGE's ON
	when   []when
	kind   Kind  // of a MERGE: ""
	scope  scope // whose names it may use
	odd    bool  // a clause that is not known stands where it may say which rows are hit
}

// with is the list of a WITH clause.
type with struct {
	recursive bool
	queries   []run          // name [(columns)] AS (…) and what belongs to it
	bodies    []int          // where the statement in the parentheses starts
	index     map[string]int // by folded name
	outer     scope          // of the statement that the clause belongs to
	main      int            // where that statement goes on
	depth     int            // clauses around this one
}

// scope is the queries of WITH clauses that a statement can name.
type scope struct {
	with  *with // nil where there are none
	limit int   // how many queries of the list come before the statement
}

// commonTable is a query of a WITH clause.
type commonTable struct {
	with  *with
	index int
}

func (t commonTable) run() run { return t.with.queries[t.index] }

// lookup gives the queries of a name, from the innermost clause on. More than one
// means that a name hides another.
func (names scope) lookup(name string) []commonTable {
	var found []commonTable
	for ; names.with != nil; names = names.with.outer {
		if i, ok := names.with.index[name]; ok && (i < names.limit || names.with.recursive) {
			found = append(found, commonTable{names.with, i})
		}
	}
	return found
}

// changes walks through a statement that starts at start.
func (s *statement) changes(start int) changes {
	c := changes{tables: map[int]bool{}}
	// A change starts where a statement may: at the start, behind WITH, and in
	// the parentheses of WITH.
	starts := map[int]scope{start: {}}
	for i := start; i < len(s.tokens); i++ {
		switch s.tokens[i].Keyword {
		case lex.KwWith:
			outer := starts[i]
			w := s.with(i, outer)
			if w == nil {
				continue
			}
			for n, body := range w.bodies {
				starts[body] = scope{w, n}
				c.tables[w.queries[n].from] = true
			}
			starts[w.main] = scope{w, len(w.bodies)}
		case lex.KwInsert, lex.KwDelete, lex.KwUpdate, lex.KwMerge:
			names, ok := starts[i]
			if !ok {
				continue
			}
			c.writes = append(c.writes, i)
			switch s.tokens[i].Keyword {
			case lex.KwDelete:
				c.found = append(c.found, s.deletion(i, names))
			case lex.KwUpdate:
				c.found = append(c.found, s.update(i, names))
			case lex.KwMerge:
				c.found = append(c.found, s.merge(i, names))
			}
		}
	}
	return c
}

// with reads the clause that starts at i, and gives nil where the word WITH
// starts another.
func (s *statement) with(i int, outer scope) *with {
	w := &with{index: map[string]int{}, outer: outer}
	if outer.with != nil {
		w.depth = outer.with.depth + 1
	}
	i++
	if next := s.at(i + 1); s.at(i).Keyword == lex.KwRecursive && next.Keyword != lex.KwAs && next.Kind != lex.LParen {
		w.recursive = true
		i++
	}
	for {
		query, body := s.commonTable(i)
		if query.empty() {
			break
		}
		name, _ := fold(s.at(i), s.src)
		w.index[name] = len(w.queries)
		w.queries = append(w.queries, query)
		w.bodies = append(w.bodies, body)
		i = query.to
		if s.at(i).Kind != lex.Comma {
			break
		}
		i++
	}
	w.main = i
	if len(w.queries) == 0 {
		return nil
	}
	return w
}

// commonTable reads name [(columns)] AS [[NOT] MATERIALIZED] (statement) [SEARCH …]
// [CYCLE …] (common_table_expr in gram.y).
func (s *statement) commonTable(i int) (query run, body int) {
	query.from = i
	if !s.at(i).Name() || reserved(s.at(i)) {
		return run{}, 0
	}
	i++
	if s.at(i).Kind == lex.LParen {
		i = s.after(i)
	}
	if s.at(i).Keyword != lex.KwAs {
		return run{}, 0
	}
	i++
	if s.at(i).Keyword == lex.KwNot {
		i++
	}
	if s.at(i).Keyword == lex.KwMaterialized {
		i++
	}
	if s.at(i).Kind != lex.LParen {
		return run{}, 0
	}
	body = i + 1
	i = s.after(i)
	if s.at(i).Keyword == lex.KwSearch { // DEPTH FIRST BY columns SET column
		i = s.until(i, lex.KwSet, lex.KwWith) + 2
	}
	if s.at(i).Keyword == lex.KwCycle { // columns SET column [TO value DEFAULT value] USING column
		i = s.until(i, lex.KwUsing, lex.KwWith) + 2
	}
	query.to = min(i, len(s.tokens))
	return query, body
}

// until gives the index of the next token with one of these keywords that is in
// no parentheses, or the end of what a statement at i would be.
func (s *statement) until(i int, words ...lex.Keyword) int {
	for ; i < len(s.tokens); i = s.after(i) {
		token := s.tokens[i]
		if token.Kind == lex.RParen || token.Kind == lex.RBracket || slices.Contains(words, token.Keyword) {
			return i
		}
	}
	return len(s.tokens)
}

// deletion reads DELETE FROM table [AS alias] [USING tables] [WHERE condition]
// [RETURNING …].
func (s *statement) deletion(i int, names scope) change {
	c := change{kind: Delete, all: run{i, s.until(i)}, scope: names}
	i++
	if s.at(i).Keyword == lex.KwFrom {
		i++
	}
	return s.clauses(c, s.aliased(i), lex.KwUsing)
}

// update reads UPDATE table [AS alias] SET … [FROM tables] [WHERE condition]
// [RETURNING …].
func (s *statement) update(i int, names scope) change {
	c := change{kind: Update, all: run{i, s.until(i)}, scope: names}
	return s.clauses(c, s.aliased(i+1), lex.KwFrom)
}

// clauses reads what follows the table of a DELETE or UPDATE, whose other tables
// the word sources introduces.
func (s *statement) clauses(c change, target relation, sources lex.Keyword) change {
	c.object, c.target = target.name, target.all
	first := s.at(c.target.to)
	if c.target.to >= c.all.to {
		first = lex.Token{}
	}
	switch first.Keyword {
	case lex.KwUsing, lex.KwWhere, lex.KwReturning, lex.KwSet:
	default:
		c.odd = first.Kind != lex.EOF // such as FOR PORTION OF
	}
	end := min(s.until(c.target.to, lex.KwReturning), c.all.to)
	clause := run{c.target.to, end}
	where := end
	for i := range s.level(clause) {
		switch word := s.tokens[i].Keyword; {
		case word == lex.KwWhere:
			where = i
			c.where = run{i + 1, end}
		case word == sources && c.source.empty() && s.at(i-1).Keyword != lex.KwDistinct:
			c.source = run{i + 1, end}
		}
		if where < end {
			break
		}
	}
	if !c.source.empty() {
		c.source.to = where
	}
	return c
}

// kinds gives what the change does, once each.
func (c change) kinds() []Kind {
	if c.kind != "" {
		return []Kind{c.kind}
	}
	var kinds []Kind
	for _, w := range c.when {
		if w.kind != "" && !slices.Contains(kinds, w.kind) {
			kinds = append(kinds, w.kind)
		}
	}
	return kinds
}

// whole reports whether the change hits every row.
func (s *statement) whole(c change, kind Kind) bool {
	if c.kind == "" {
		return s.mergesAll(c, kind)
	}
	return c.where.empty() || s.condition(c.where).everyRow()
}
