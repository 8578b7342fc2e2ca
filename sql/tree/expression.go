package tree

import (
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree/internal/symbol"
)

// precedence orders the operators of expressions, the loosest first
// (https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-PRECEDENCE
// and the %left and %nonassoc lines of gram.y).
type precedence uint8

const (
	anything precedence = iota
	byOr
	byAnd
	byNot
	byIs
	byComparison
	byLike // BETWEEN, IN, LIKE, ILIKE, SIMILAR
	byOperator
	byAddition
	byMultiplication
	byPower
	byAt
	byCollate
	byUnaryMinus
	byTypecast
)

// next tells how tight an operator may bind that follows one of this precedence
// and its operand: as tight, if they associate.
func (b precedence) next() precedence {
	switch b {
	case byIs, byComparison, byLike:
		return b - 1
	}
	return b
}

func keyword(k lex.Keyword) symbol.Terminal { return symbol.Keyword(k) }

// aExpr matches any expression: a_expr of gram.y.
func (p *parser) aExpr() bool { return p.expression(anything, false) }

// bExpr matches an expression that can stand where AND, IN or IS would end it:
// b_expr of gram.y.
func (p *parser) bExpr() bool { return p.expression(anything, true) }

// expression matches an expression whose operators bind tighter than loosest.
func (p *parser) expression(loosest precedence, basic bool) bool {
	if !p.deeper() {
		return p.fail()
	}
	defer func() { p.depth-- }()
	start := p.mark()
	// What an operand on the right did not take stays untaken: a < b < c is an
	// error, NOT a < b < c, too.
	tightest := byTypecast
	if p.next() == keyword(lex.KwNot) {
		tightest = byNot
	}
	if !p.prefix(basic) {
		return false
	}
	for {
		binds := p.infix(basic)
		if binds <= loosest || binds > tightest {
			p.wantOperator(loosest, basic)
			p.fail()
			return true
		}
		before := p.mark()
		closed, ok := p.operation(start, binds, basic)
		if !ok {
			p.back(before)
			return true
		}
		tightest = byTypecast
		if !closed {
			tightest = binds.next()
		}
	}
}

// prefix matches an operand with the operators before it.
func (p *parser) prefix(basic bool) bool {
	start := p.mark()
	unary := func(kind Kind, binds precedence) bool {
		if !p.expression(binds, basic) {
			return false
		}
		p.wrap(kind, start)
		return true
	}
	switch next := p.next(); next {
	case symbol.Plus, symbol.Minus:
		p.consume()
		return unary(UnaryExpr, byUnaryMinus-1) // it associates to the right
	case symbol.Op, symbol.Hash:
		p.consume()
		return unary(UnaryExpr, byOperator)
	case keyword(lex.KwOperator):
		if p.rule(ruleOperatorCall) {
			return unary(UnaryExpr, byOperator)
		}
		p.back(start)
	case keyword(lex.KwNot):
		if basic {
			return p.fail()
		}
		p.consume()
		return unary(NotExpr, byNot-1)
	}
	if p.watch.at(p.pos) {
		for _, t := range []symbol.Terminal{symbol.Plus, symbol.Minus, symbol.Op, keyword(lex.KwNot)} {
			p.watch.terminal(p.pos, t)
		}
	}
	return p.rule(inlineCExpr)
}

// infix tells how tight the next token binds as an operator behind an operand;
// anything means that it is none.
func (p *parser) infix(basic bool) precedence {
	switch p.next() {
	case symbol.Plus, symbol.Minus:
		return byAddition
	case symbol.Star, symbol.Slash, symbol.Percent:
		return byMultiplication
	case symbol.Caret:
		return byPower
	case symbol.Less, symbol.Greater, symbol.Equal, symbol.LessEqual, symbol.GreaterEqual, symbol.NotEqual:
		return byComparison
	case symbol.Op, symbol.Hash, keyword(lex.KwOperator):
		return byOperator
	case symbol.Typecast:
		return byTypecast
	case keyword(lex.KwIs):
		return byIs
	}
	if basic {
		return anything
	}
	switch p.next() {
	case keyword(lex.KwOr):
		return byOr
	case keyword(lex.KwAnd):
		return byAnd
	case keyword(lex.KwIsnull), keyword(lex.KwNotnull):
		return byIs
	case keyword(lex.KwBetween), keyword(lex.KwIn), keyword(lex.KwLike), keyword(lex.KwIlike), keyword(lex.KwSimilar):
		return byLike
	case keyword(lex.KwNot):
		p.seen = max(p.seen, p.pos+1)
		switch p.items[p.pos+1].terminal {
		case keyword(lex.KwBetween), keyword(lex.KwIn), keyword(lex.KwLike), keyword(lex.KwIlike), keyword(lex.KwSimilar):
			return byLike
		}
	case keyword(lex.KwAt):
		p.seen = max(p.seen, p.pos+1)
		switch p.items[p.pos+1].terminal {
		case keyword(lex.KwTime), keyword(lex.KwLocal):
			return byAt
		}
	case keyword(lex.KwCollate):
		return byCollate
	case keyword(lex.KwOverlaps):
		return byTypecast
	}
	return anything
}

// wantOperator tells who watches that an operator could stand here.
func (p *parser) wantOperator(loosest precedence, basic bool) {
	if p.watch.at(p.pos + 1) {
		p.wantRest(loosest, basic)
	}
	if !p.watch.at(p.pos) {
		return
	}
	want := func(binds precedence, terms ...symbol.Terminal) {
		for _, t := range terms {
			if binds > loosest {
				p.watch.optional(p.pos, t)
			}
		}
	}
	want(byAddition, symbol.Plus, symbol.Minus)
	want(byMultiplication, symbol.Star, symbol.Slash, symbol.Percent)
	want(byPower, symbol.Caret)
	want(byComparison, symbol.Less, symbol.Greater, symbol.Equal, symbol.LessEqual, symbol.GreaterEqual, symbol.NotEqual)
	want(byOperator, symbol.Op, keyword(lex.KwOperator))
	want(byTypecast, symbol.Typecast)
	want(byIs, keyword(lex.KwIs))
	if basic {
		return
	}
	want(byOr, keyword(lex.KwOr))
	want(byAnd, keyword(lex.KwAnd))
	want(byIs, keyword(lex.KwIsnull), keyword(lex.KwNotnull))
	want(byLike, keyword(lex.KwBetween), keyword(lex.KwIn), keyword(lex.KwLike), keyword(lex.KwIlike), keyword(lex.KwSimilar), keyword(lex.KwNot))
	want(byAt, keyword(lex.KwAt))
	want(byCollate, keyword(lex.KwCollate))
}

// wantRest tells who watches the item behind an operator of two words what its
// second word could be.
func (p *parser) wantRest(loosest precedence, basic bool) {
	switch next := p.next(); {
	case basic:
	case next == keyword(lex.KwNot) && byLike > loosest:
		for _, k := range []lex.Keyword{lex.KwBetween, lex.KwIn, lex.KwLike, lex.KwIlike, lex.KwSimilar} {
			p.watch.optional(p.pos+1, keyword(k))
		}
	case next == keyword(lex.KwAt) && byAt > loosest:
		p.watch.optional(p.pos+1, keyword(lex.KwTime))
		p.watch.optional(p.pos+1, keyword(lex.KwLocal))
	}
}

// operation matches an operator with what follows it, and makes a node of it with
// the operand from start on. closed says that it does not end in an operand, so
// that any operator may follow.
func (p *parser) operation(start mark, binds precedence, basic bool) (closed, ok bool) {
	finish := func(kind Kind, ok bool) (bool, bool) {
		if ok {
			p.wrap(kind, start)
		}
		return false, ok
	}
	switch binds {
	case byTypecast:
		if p.next() == keyword(lex.KwOverlaps) {
			p.consume()
			return finish(OverlapsExpr, p.rule(inlineRow))
		}
		p.consume()
		_, ok := finish(TypeCast, p.rule(ruleTypeName))
		return true, ok
	case byCollate:
		p.consume()
		_, ok := finish(CollateClause, p.rule(ruleCollationName))
		return true, ok
	case byAt:
		p.consume()
		if p.next() == keyword(lex.KwLocal) {
			p.consume()
			finish(AtTimeZone, true)
			return true, true
		}
		return finish(AtTimeZone, p.token(keyword(lex.KwTime)) && p.token(keyword(lex.KwZone)) && p.expression(byAt, false))
	case byIs:
		closed, ok := p.is(basic)
		finish(IsExpr, ok)
		return closed, ok
	case byOr:
		p.consume()
		return finish(OrExpr, p.expression(byOr, false))
	case byAnd:
		p.consume()
		return finish(AndExpr, p.expression(byAnd, false))
	case byLike:
		return p.like(start)
	case byOperator:
		if p.next() == keyword(lex.KwOperator) {
			if !p.rule(ruleOperatorCall) {
				return false, false
			}
		} else {
			p.consume()
		}
	default:
		p.consume()
	}
	if !basic && p.quantifier() {
		p.wrap(QuantifiedExpr, start)
		return true, true
	}
	return finish(BinaryExpr, p.expression(binds, basic))
}

// quantifier matches ANY, SOME or ALL with its query or array, behind an operator.
func (p *parser) quantifier() bool {
	before := p.mark()
	if p.rule(ruleQuantified) {
		return true
	}
	p.back(before)
	return false
}

// is matches IS with what it tests.
func (p *parser) is(basic bool) (closed, ok bool) {
	if p.next() != keyword(lex.KwIs) {
		p.consume() // ISNULL, NOTNULL
		return true, true
	}
	p.consume()
	before := p.mark()
	if p.rule(inlineIsDistinct) {
		return false, p.expression(byIs, basic)
	}
	p.back(before)
	if basic {
		return true, p.rule(inlineIsBasicTest)
	}
	return true, p.rule(inlineIsTest)
}

// like matches [NOT] BETWEEN, IN, LIKE, ILIKE and SIMILAR TO.
func (p *parser) like(start mark) (closed, ok bool) {
	if p.next() == keyword(lex.KwNot) {
		p.consume()
	}
	finish := func(kind Kind, ok bool) (bool, bool) {
		if ok {
			p.wrap(kind, start)
		}
		return false, ok
	}
	operator := p.next()
	p.consume()
	switch operator {
	case keyword(lex.KwBetween):
		if next := p.next(); next == keyword(lex.KwSymmetric) || next == keyword(lex.KwAsymmetric) {
			p.consume()
		}
		return finish(BetweenExpr, p.rule(inlineBExpr) && p.token(keyword(lex.KwAnd)) && p.expression(byLike, false))
	case keyword(lex.KwIn):
		_, ok := finish(InExpr, p.rule(inlineInList))
		return true, ok
	case keyword(lex.KwSimilar):
		if !p.token(keyword(lex.KwTo)) {
			return false, false
		}
	default:
		if p.quantifier() {
			p.wrap(QuantifiedExpr, start)
			return true, true
		}
	}
	if !p.expression(byLike, false) {
		return false, false
	}
	if p.next() == keyword(lex.KwEscape) {
		p.consume()
		return finish(LikeExpr, p.expression(byLike, false))
	}
	p.fail()
	return finish(LikeExpr, true)
}

// queryAhead reports whether the next parenthesis has a query behind it, as far
// as its first words tell.
func (p *parser) queryAhead() bool {
	return p.opensQuery != nil && p.opensQuery[p.pos] || p.watch.at(p.pos) || p.watch.at(p.pos+1) || p.fail()
}

// inPL reports whether the text is PL/pgSQL, where INTO names variables.
func (p *parser) inPL() bool { return p.pl || p.fail() }
