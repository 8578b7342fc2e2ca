package tree

import (
	"math/bits"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree/internal/symbol"
)

// expected gathers what could stand at an item.
type expected struct {
	pos     int
	terms   set // all that could stand there
	needed  set // without what need not be there
	words   set // without the keywords that would be names
	options int // how many optional things that begin there are being tried
}

// at reports whether an item is the one that is watched. Nobody watches nil.
func (e *expected) at(pos int) bool { return e != nil && pos == e.pos }

func (e *expected) terminal(pos int, t symbol.Terminal) {
	if pos == e.pos {
		e.terms.add(t)
		e.words.add(t)
		if e.options == 0 {
			e.needed.add(t)
		}
	}
}

// optional notes a token that need not be there. Nobody watches nil.
func (e *expected) optional(pos int, t symbol.Terminal) {
	if e.at(pos) {
		e.terms.add(t)
		e.words.add(t)
	}
}

func (e *expected) class(pos int, s *set) {
	if pos == e.pos {
		e.terms.include(s)
		if !s.has(symbol.Ident) {
			e.words.include(s)
		}
		if e.options == 0 {
			e.needed.include(s)
		}
	}
}

// wanted parses once more and gathers what could stand at an item.
func (p *parser) wanted(rule int32, place int) *expected {
	p.edit(place, p.items) // rules that looked at it are to do so again
	p.watch = &expected{pos: place}
	p.run(rule)
	wanted := p.watch
	p.watch = nil
	p.edit(place, p.items)
	return wanted
}

// insertion is a token that a repair may put in, and what that costs.
type insertion struct {
	terminal symbol.Terminal
	cost     int
}

// insertions gives the tokens worth a try: a name, what closes or separates, and
// keywords where they are few.
func (e *expected) insertions() []insertion {
	var list []insertion
	add := func(cost int, terms ...symbol.Terminal) {
		for _, t := range terms {
			if e.terms.has(t) {
				list = append(list, insertion{t, cost})
			}
		}
	}
	add(2, symbol.Ident)
	for _, t := range []symbol.Terminal{symbol.RParen, symbol.Equal, symbol.LParen} {
		if e.needed.has(t) {
			list = append(list, insertion{t, 2})
		}
	}
	add(2, symbol.Comma, symbol.RBracket)
	if !e.terms.has(symbol.Ident) {
		add(2, symbol.String, symbol.Integer)
	}
	add(3, symbol.Dot, symbol.Semicolon)
	if keywords := e.needed.keywords(); len(keywords) <= 12 {
		for _, k := range keywords {
			list = append(list, insertion{symbol.Keyword(k), 4})
		}
	}
	return list
}

// closing chooses the token that brings the end of a text nearer.
func (e *expected) closing() symbol.Terminal {
	for _, t := range []symbol.Terminal{
		symbol.RParen, symbol.RBracket, symbol.Ident, symbol.String, symbol.Integer, symbol.Number,
		symbol.Keyword(lex.KwThen), symbol.Keyword(lex.KwEnd), symbol.Keyword(lex.KwSelect), symbol.Semicolon,
	} {
		if e.needed.has(t) {
			return t
		}
	}
	if keywords := e.needed.keywords(); len(keywords) > 0 {
		return symbol.Keyword(keywords[0])
	}
	for i, w := range e.needed {
		if w != 0 {
			return symbol.Terminal(i*64 + bits.TrailingZeros64(w))
		}
	}
	return symbol.Ident
}

func (s *set) has(t symbol.Terminal) bool { return s[t/64]&(1<<(t%64)) != 0 }

func (s *set) add(t symbol.Terminal) { s[t/64] |= 1 << (t % 64) }

func (s *set) include(other *set) {
	for i, w := range other {
		s[i] |= w
	}
}

// keywords gives the keywords of a set in alphabetical order.
func (s *set) keywords() []lex.Keyword {
	var list []lex.Keyword
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			if k := symbol.Terminal(i*64 + bits.TrailingZeros64(w)).AsKeyword(); k != lex.NotKeyword {
				list = append(list, k)
			}
		}
	}
	return list
}
