package complete

import (
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// source is a relation that the statement names, wherever in it.
type source struct {
	schema, name string
	alias        string // "" where it has none
}

// called is the name by which columns of the source are qualified.
func (s source) called() string {
	if s.alias != "" {
		return s.alias
	}
	return s.name
}

// sources gives the relations that the statement names and the names of its
// common table expressions.
func (p *place) sources() (named []source, ctes []string) {
	expect, list := false, false // a relation comes next; a comma brings another
	for i := 0; i < len(p.tokens); i++ {
		switch {
		case p.is(i, lex.KwFrom) && !p.opens(i, "extract", "substring", "trim", "overlay"):
			expect, list = true, true
		case p.is(i, lex.KwJoin, lex.KwInto, lex.KwUpdate):
			expect = true
		case p.is(i, lex.KwUsing) && p.is(0, lex.KwDelete, lex.KwMerge):
			expect, list = true, true
		case p.text(i) == "," && list:
			expect = true
		case p.is(i, lex.KwOnly, lex.KwLateral, lex.KwTable) && expect:
		case expect && p.plain(i) && i != p.cursor():
			var s source
			s, i = p.source(i)
			named = append(named, s)
			expect = false
		default:
			expect = false
			if p.is(i, clauses...) {
				list = false
			}
			if p.plain(i) && p.is(i+1, lex.KwAs) && i+2 < len(p.tokens) && p.text(i+2) == "(" && p.is(0, lex.KwWith) {
				ctes = append(ctes, p.name(i))
			}
		}
	}
	return named, ctes
}

// cursor is the token right after a word at the cursor that is not there.
func (p *place) cursor() int {
	if len(p.qualifier) > 0 {
		return p.before - 2*len(p.qualifier) // the qualified name itself is being typed
	}
	return -1
}

// plain reports whether token i can be the name of a relation or an alias.
func (p *place) plain(i int) bool {
	if i >= len(p.tokens) || !p.tokens[i].Name() {
		return false
	}
	k := p.tokens[i].Keyword
	return k == lex.NotKeyword || k.Category() == lex.Unreserved || k.Category() == lex.ColName
}

// source reads a name with its alias, and gives the index of its last token.
func (p *place) source(i int) (source, int) {
	s := source{name: p.name(i)}
	for i+2 < len(p.tokens) && p.text(i+1) == "." && p.tokens[i+2].Name() {
		s.schema, s.name = s.name, p.name(i+2)
		i += 2
	}
	next := i + 1
	if p.is(next, lex.KwAs) {
		next++
	}
	if p.plain(next) && !p.is(next, lex.KwSet, lex.KwValues) && !(next == p.before && p.prefix == "" && next > i+1) {
		s.alias = p.name(next)
		i = next
	}
	return s, i
}
