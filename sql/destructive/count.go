package destructive

import (
	"maps"
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// count gives the query for the number of rows that a change hits. A row that
// USING or FROM joins several times is changed once, and so is counted once.
func (f *finder) count(s *statement, all changes, c change, kind Kind) string {
	if c.odd || c.object.empty() || s.keywords(c.where.from, lex.KwCurrent, lex.KwOf) {
		return ""
	}
	q := query{statement: s, budget: f.budget}
	switch {
	case c.kind == "":
		q.merged(c, kind)
	case c.source.empty():
		q.sql("SELECT count(*) FROM ").part(c.target).clause(" WHERE ", c.where)
	default:
		q.sql("SELECT count(*) FROM ").part(c.target)
		q.sql(" WHERE EXISTS (SELECT 1 FROM ").part(c.source).clause(" WHERE ", c.where).sql(")")
	}
	return f.charge(q.within(c.scope, all.writes))
}

// rows gives the query for the number of rows in tables.
func (f *finder) rows(s *statement, tables []relation) string {
	q := query{statement: s, budget: f.budget}
	switch len(tables) {
	case 0:
	case 1:
		q.sql("SELECT count(*) FROM ").part(tables[0].all)
	default:
		glue := "SELECT "
		for _, table := range tables {
			q.sql(glue).sql("(SELECT count(*) FROM ").part(table.all).sql(")")
			glue = " + "
		}
	}
	return f.charge(q.done())
}

// charge takes a query from what all queries of a text may be long.
func (f *finder) charge(query string) string {
	if len(query) > f.budget {
		return ""
	}
	f.budget -= len(query)
	return query
}

// query is put together of words and of parts of a statement.
type query struct {
	*statement
	text   strings.Builder
	parts  []run // those in text
	budget int   // bytes that it may be long
	long   bool  // it would be longer and is not whole
}

func (q *query) sql(words string) *query {
	q.text.WriteString(words)
	return q
}

// part appends a part as it is written, but does not lock rows, which a
// read-only transaction refuses.
func (q *query) part(r run) *query {
	if r.empty() {
		return q
	}
	if q.text.Len()+q.span(r).Len() > q.budget {
		q.long = true
		return q
	}
	q.parts = append(q.parts, r)
	from := r.from
	for i := r.from; i < r.to; {
		end := q.locking(i)
		if end == i {
			i++
			continue
		}
		q.text.WriteString(q.of(run{from, i}))
		q.text.WriteString("\n") // a comment may have stood here
		from, i = end, end
	}
	q.text.WriteString(q.of(run{from, r.to}))
	return q
}

// done gives the query, and "" where it is too long.
func (q *query) done() string {
	if q.long {
		return ""
	}
	return q.text.String()
}

// clause appends a part that may be missing.
func (q *query) clause(words string, r run) *query {
	if r.empty() {
		return q
	}
	return q.sql(words).part(r)
}

// locking gives the index behind FOR UPDATE [OF tables] [NOWAIT | SKIP LOCKED] and
// its kin where that starts at i, and i where it does not.
func (s *statement) locking(i int) int {
	from := i
	switch {
	case s.keywords(i, lex.KwFor, lex.KwUpdate), s.keywords(i, lex.KwFor, lex.KwShare):
		i += 2
	case s.keywords(i, lex.KwFor, lex.KwKey, lex.KwShare):
		i += 3
	case s.keywords(i, lex.KwFor, lex.KwNo, lex.KwKey, lex.KwUpdate):
		i += 4
	default:
		return from
	}
	for s.at(i).Keyword == lex.KwOf || i > from && s.at(i).Kind == lex.Comma {
		i = s.name(i + 1).to
	}
	switch {
	case s.at(i).Keyword == lex.KwNowait:
		i++
	case s.keywords(i, lex.KwSkip, lex.KwLocked):
		i += 2
	}
	return i
}

// merged asks for the rows that a MERGE changes in one way: among the pairs that
// ON joins, and among the rows of the target without a partner.
func (q *query) merged(c change, kind Kind) {
	does := func(rows match) bool {
		return slices.ContainsFunc(c.when, func(w when) bool { return w.match == rows && w.kind == kind })
	}
	glue := "SELECT "
	if does(matched) {
		q.sql(glue).sql("(SELECT count(*) FROM ").part(c.target).sql(", ").part(c.source)
		q.sql(" WHERE (").part(c.where).sql(") AND ").first(c.when, matched, kind).sql(")")
		glue = " + "
	}
	if does(notSource) {
		q.sql(glue).sql("(SELECT count(*) FROM ").part(c.target)
		q.sql(" WHERE NOT EXISTS (SELECT 1 FROM ").part(c.source).sql(" WHERE ").part(c.where)
		q.sql(") AND ").first(c.when, notSource, kind).sql(")")
	}
}

// first appends the condition that the first clause for a row does this kind of
// change.
func (q *query) first(clauses []when, rows match, kind Kind) *query {
	q.sql("CASE")
	for _, w := range clauses {
		if w.match != rows {
			continue
		}
		q.sql(" WHEN ")
		if w.and.empty() {
			q.sql("true")
		}
		outcome := " THEN false"
		if w.kind == kind {
			outcome = " THEN true"
		}
		q.part(w.and).sql(outcome)
	}
	return q.sql(" ELSE false END")
}

// within gives the query with the parts of WITH that it names, and "" where these
// change rows, or where it cannot be told which they are.
func (q *query) within(names scope, writes []int) string {
	switch {
	case names.with == nil || q.long:
		return q.done()
	case names.with.depth > maxWith:
		return ""
	}
	used := map[commonTable]bool{}
	size := q.text.Len()
	for n := 0; n < len(q.parts); n++ { // it grows by the queries that are named
		for i := q.parts[n].from; i < q.parts[n].to; i++ {
			if !q.tokens[i].Name() {
				continue
			}
			name, known := fold(q.tokens[i], q.src)
			tables := names.lookup(name)
			switch {
			case !known || len(tables) > 1:
				return ""
			case len(tables) == 0 || used[tables[0]]:
				continue
			}
			definition := tables[0].run()
			size += q.span(definition).Len()
			if contains(definition, writes) || size > q.budget {
				return ""
			}
			used[tables[0]] = true
			q.parts = append(q.parts, definition)
		}
	}
	return q.including(used)
}

// maxWith bounds the WITH clauses, one in the other, that names are looked up in.
const maxWith = 8

// including gives the query with the queries that it uses before it, in the order of
// the text.
func (q *query) including(used map[commonTable]bool) string {
	if len(used) == 0 {
		return q.done()
	}
	tables := slices.SortedFunc(maps.Keys(used), func(a, b commonTable) int { return a.run().from - b.run().from })
	full := query{statement: q.statement, budget: q.budget}
	glue := "WITH "
	if tables[0].with.recursive {
		glue = "WITH RECURSIVE "
	}
	for _, table := range tables {
		if table.with.recursive != tables[0].with.recursive {
			return ""
		}
		full.sql(glue).part(table.run())
		glue = ", "
	}
	return full.sql(" ").sql(q.done()).done()
}

// contains reports whether one of some indexes, which are in order, is in a run.
func contains(r run, indexes []int) bool {
	i, _ := slices.BinarySearch(indexes, r.from)
	return i < len(indexes) && indexes[i] < r.to
}
