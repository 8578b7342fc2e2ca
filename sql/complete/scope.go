package complete

import (
	"slices"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// source is what a FROM, or a clause like it, gives columns of.
type source struct {
	schema, name string
	alias        string // "" where it has none
	at           int    // its first token
	within       tokens // the parentheses that it can be seen in
	query        tokens // the query of a subquery
}

// tokens is a range of the place's tokens, half-open.
type tokens struct{ start, end int }

func (r tokens) contains(i int) bool { return r.start <= i && i < r.end }

// called is the name by which columns of the source are qualified.
func (s source) called() string {
	if s.alias != "" {
		return s.alias
	}
	return s.name
}

// scope is what the statement names, wherever in it.
type scope struct {
	sources []source
	ctes    map[string]tokens // the queries of common table expressions
	known   map[tokens][]schema.Column
}

// parenthesis is an open one while the statement is read; the statement itself
// is the outermost.
type parenthesis struct {
	start   int
	expect  bool   // a relation comes next
	list    bool   // a comma brings another relation
	call    bool   // of a function whose arguments FROM may separate
	derived bool   // a subquery that stands for a relation
	cte     string // the common table expression that it defines
	sources int    // how many sources there were before
}

// scope reads the statement once.
func (p *place) scope() scope {
	s := scope{ctes: map[string]tokens{}, known: map[tokens][]schema.Column{}}
	open := []parenthesis{{}}
	for i := 0; i < len(p.tokens); i++ {
		now := &open[len(open)-1]
		switch {
		case p.tokens[i].Kind == lex.LParen:
			inner := parenthesis{start: i + 1, derived: now.expect, sources: len(s.sources)}
			if now.expect = false; i > 0 {
				inner.call = slices.Contains(fromCalls, p.name(i-1))
				inner.cte = p.definedBefore(i)
			}
			open = append(open, inner)
		case p.tokens[i].Kind == lex.RParen && len(open) > 1:
			s.close(*now, i)
			open = open[:len(open)-1]
			if now.cte != "" {
				s.ctes[now.cte] = tokens{now.start, i}
			} else if now.derived {
				derived := source{at: now.start - 1, query: tokens{now.start, i}}
				i = p.readAlias(&derived, i)
				s.sources = append(s.sources, derived)
			}
		case p.is(i, lex.KwFrom) && !now.call, p.is(i, lex.KwUsing) && p.is(0, lex.KwDelete, lex.KwMerge):
			now.expect, now.list = true, true
		case p.is(i, lex.KwJoin, lex.KwInto, lex.KwUpdate):
			now.expect = true
		case p.tokens[i].Kind == lex.Comma:
			now.expect = now.list
		case now.expect && p.is(i, lex.KwOnly, lex.KwLateral, lex.KwTable):
		case now.expect && p.plain(i) && !p.typing(i):
			named := source{name: p.name(i), at: i}
			i = p.readSource(&named)
			s.sources = append(s.sources, named)
			now.expect = false
		default:
			now.expect = false
			now.list = now.list && !p.is(i, clauses...)
		}
	}
	for _, unclosed := range slices.Backward(open) {
		s.close(unclosed, len(p.tokens)+1)
	}
	return s
}

// fromCalls are the functions whose arguments FROM may separate.
var fromCalls = []string{"extract", "substring", "trim", "overlay"}

// close says of the sources in a parenthesis that they are seen up to its end.
func (s *scope) close(p parenthesis, end int) {
	for i := p.sources; i < len(s.sources); i++ {
		if s.sources[i].within.end == 0 {
			s.sources[i].within = tokens{p.start, end + 1}
		}
	}
}

// visible gives the sources whose columns can be named before token at: those
// of its own query and of the queries around it.
func (s *scope) visible(at int) []source {
	var out []source
	for _, source := range s.sources {
		if source.within.contains(at) {
			out = append(out, source)
		}
	}
	return out
}

// columns gives the columns of a source: those of its relation, or the names in
// the select list of its query.
func (s *scope) columns(p *place, catalog *schema.Catalog, of source) []schema.Column {
	query := of.query
	if of.schema == "" && query == (tokens{}) {
		query = s.ctes[of.name]
	}
	if query != (tokens{}) {
		return s.queryColumns(p, catalog, query)
	}
	var r *schema.Relation
	switch {
	case catalog == nil:
	case of.schema != "":
		r = catalog.Relation(of.schema, of.name)
	default:
		r = catalog.Resolve(of.name)
	}
	if r == nil {
		return nil
	}
	return r.Columns
}

// maxColumns is how many columns a select list may have at most
// (MaxTupleAttributeNumber of src/include/access/htup_details.h).
const maxColumns = 1664

// queryColumns answers once per query: a recursive one that selects all of
// itself adds nothing, and stars over stars stay within maxColumns.
func (s *scope) queryColumns(p *place, catalog *schema.Catalog, query tokens) []schema.Column {
	if columns, begun := s.known[query]; begun {
		return columns
	}
	s.known[query] = nil
	names, all := p.selectList(query)
	var columns []schema.Column
	for _, name := range names {
		columns = append(columns, schema.Column{Name: name})
	}
	for _, inner := range s.sources {
		if all && inner.within.start == query.start {
			columns = append(columns, s.columns(p, catalog, inner)...)
		}
	}
	s.known[query] = columns[:min(len(columns), maxColumns)]
	return s.known[query]
}

// selectList gives the names that a query's select list makes, as far as they
// show, and whether it has a star.
func (p *place) selectList(query tokens) (names []string, star bool) {
	if !p.is(query.start, lex.KwSelect) {
		return nil, false
	}
	depth := 0
	for i := query.start + 1; i <= query.end; i++ {
		ends := i == query.end || depth == 0 && (p.tokens[i].Kind == lex.Comma || p.is(i, clauses...))
		last := i - 1
		for ends && last-2 > query.start && p.tokens[last-1].Kind == lex.Typecast {
			last -= 2 // a cast takes the name of what it converts
		}
		switch {
		case ends && (p.plain(last) || p.tokens[last].Name() && p.is(last-1, lex.KwAs)):
			names = append(names, p.name(last))
		case ends && p.text(last) == "*":
			star = true
		case ends && p.tokens[last].Kind == lex.RParen:
			if name := p.callEnding(last); name != "" {
				names = append(names, name)
			}
		case p.tokens[i].Kind == lex.LParen:
			depth++
		case p.tokens[i].Kind == lex.RParen:
			depth--
		}
		if ends && (i == query.end || p.tokens[i].Kind != lex.Comma) {
			break
		}
	}
	return names, star
}

// callEnding gives the function whose call ends with token i, which names its
// column, or "".
func (p *place) callEnding(i int) string {
	for depth := 0; i > 0; i-- {
		switch p.tokens[i].Kind {
		case lex.RParen:
			depth++
		case lex.LParen:
			if depth--; depth == 0 {
				if p.tokens[i-1].Name() && p.tokens[i-1].Keyword.Category() != lex.Reserved {
					return p.name(i - 1)
				}
				return ""
			}
		}
	}
	return ""
}

// definedBefore gives the common table expression whose query token i opens:
// name AS [NOT] [MATERIALIZED] (, or "".
func (p *place) definedBefore(i int) string {
	i--
	if p.is(i, lex.KwMaterialized) {
		i--
	}
	if p.is(i, lex.KwNot) {
		i--
	}
	if !p.is(i, lex.KwAs) || !p.plain(i-1) || i < 2 {
		return ""
	}
	if p.is(i-2, lex.KwWith, lex.KwRecursive) || p.tokens[i-2].Kind == lex.Comma {
		return p.name(i - 1)
	}
	return ""
}

// typing reports whether the name that starts at token i is the one at the
// cursor, and so is not finished.
func (p *place) typing(i int) bool {
	return len(p.qualifier) > 0 && i == p.before-2*len(p.qualifier)
}

// plain reports whether token i can be the name of a relation or an alias.
func (p *place) plain(i int) bool {
	if i < 0 || i >= len(p.tokens) || !p.tokens[i].Name() {
		return false
	}
	k := p.tokens[i].Keyword
	return k == lex.NotKeyword || k.Category() == lex.Unreserved || k.Category() == lex.ColName
}

// readSource reads the name that starts at s.at with its alias, and gives the
// index of the last token.
func (p *place) readSource(s *source) int {
	i := s.at
	for i+2 < len(p.tokens) && p.tokens[i+1].Kind == lex.Dot && p.tokens[i+2].Name() {
		s.schema, s.name = s.name, p.name(i+2)
		i += 2
	}
	return p.readAlias(s, i)
}

// readAlias reads the alias behind token i, if there is one, and gives the
// index of the last token.
func (p *place) readAlias(s *source, i int) int {
	next := i + 1
	if p.is(next, lex.KwAs) {
		next++
	}
	if p.plain(next) && !p.is(next, lex.KwSet, lex.KwValues) && !p.typing(next) {
		s.alias = p.name(next)
		return next
	}
	return i
}
