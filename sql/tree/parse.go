package tree

import (
	"slices"

	"github.com/tusk-lsp/tusk-lsp/sql/tree/internal/symbol"
)

//go:generate go run ./generate

// rule is a rule of the grammar: it makes a node of its kind, or none.
type rule struct {
	operation int32
	kind      Kind
	memo      uint8 // its place among the rules whose results are kept, from 1; 0 for none
}

// operation is a piece of a rule.
type operation struct {
	code  opcode
	empty bool   // it matches nothing, too
	first uint16 // the set of terminals that it can begin with
	a, b  int32
	table int32 // of a choice with many alternatives, its place in dispatch; 0 for none
}

type opcode uint8

const (
	opToken    opcode = iota // a: the terminal
	opClass                  // any terminal of first
	opRule                   // a: the rule
	opSequence               // children[a:a+b], one after the other
	opChoice                 // the first of children[a:a+b] that matches
	opOptional               // a, or nothing
	opRepeated               // a, any number of times
	opList                   // a, separated by the terminal b
	opAhead                  // a matches here; consumes nothing
	opNotAhead
	opNative // a: a rule that is written in Go
	opField  // a, whose nodes get the field b
	opWrap   // what the rule has matched so far becomes a node of kind a
)

// item is a token that the grammar sees: one of the text, or one that a repair
// put in.
type item struct {
	terminal symbol.Terminal
	virtual  bool  // it is not in the text
	broken   bool  // the lexer found it wrong: a literal that does not end, say
	skipped  int32 // so many tokens of the text before it were left out by repairs
	token    int32 // its place among the tokens; of a virtual one, that of the next real one
}

// maxDepth bounds how deep rules may nest. PostgreSQL's own parser gives up at a
// depth of 10,000 symbols (YYMAXDEPTH).
const maxDepth = 12_000

// parser matches the grammar against items, from the top down with ordered
// choice. It never repairs anything: see repair.go.
type parser struct {
	items []item // the last one is EOF
	nodes []node
	kids  []kid // the stack of nodes that are no one's children yet
	links []kid // children of nodes
	pos   int   // the next item

	base, from int // of the rule that runs: its first kid, its first item
	depth      int
	tooDeep    bool // something nests deeper than maxDepth: no repair helps
	steps      int
	far        int // the furthest item that something failed at
	seen       int // the furthest item that anything looked at since a memoised rule began
	memo       memo
	pl         bool   // the text is the body of a PL/pgSQL function
	opensQuery []bool // by item: a parenthesis with a query behind it

	watch *expected // what could stand at an item, nil when nobody asks
}

// kid is a node under a parent.
type kid struct {
	node  int32
	field Field
}

// mark is a state of the parser to go back to.
type mark struct{ pos, kids int }

func (p *parser) mark() mark { return mark{p.pos, len(p.kids)} }

func (p *parser) back(m mark) { p.pos, p.kids = m.pos, p.kids[:m.kids] }

func (p *parser) next() symbol.Terminal { return p.items[p.pos].terminal }

// fail notes how far the text makes sense.
func (p *parser) fail() bool {
	p.far = max(p.far, p.pos)
	return false
}

// consume takes the next item.
func (p *parser) consume() {
	it := &p.items[p.pos]
	if it.skipped > 0 {
		p.leaf(Error, p.pos, p.pos)
	}
	if it.virtual {
		p.leaf(Missing, p.pos, p.pos+1)
	}
	if it.broken {
		p.leaf(Error, p.pos, p.pos+1)
	}
	p.pos++
	p.seen = max(p.seen, p.pos)
}

// leaf makes a node without children.
func (p *parser) leaf(kind Kind, from, to int) {
	p.kids = append(p.kids, kid{p.node(node{kind: kind, from: int32(from), to: int32(to)}), 0})
}

func (p *parser) node(n node) int32 {
	p.nodes = append(p.nodes, n)
	return int32(len(p.nodes) - 1)
}

// token takes the next item if it is t.
func (p *parser) token(t symbol.Terminal) bool {
	if p.next() != t {
		if p.watch != nil {
			p.watch.terminal(p.pos, t)
		}
		return p.fail()
	}
	p.consume()
	return true
}

// wrap makes a node of the kids and items from a mark on.
func (p *parser) wrap(kind Kind, from mark) {
	n := node{kind: kind, from: int32(from.pos), to: int32(p.pos), kids: int32(len(p.links)), count: int32(len(p.kids) - from.kids)}
	p.links = append(p.links, p.kids[from.kids:]...)
	p.kids = append(p.kids[:from.kids], kid{p.node(n), 0})
}

// deeper goes one rule deeper, unless that is too deep. Who came back goes up
// with p.depth--.
func (p *parser) deeper() bool {
	if p.depth == maxDepth {
		p.tooDeep = true
		return false
	}
	p.depth++
	return true
}

// rule matches a rule of the grammar.
func (p *parser) rule(id int32) bool {
	r := &rules[id]
	if r.memo > 0 {
		return p.memoised(r)
	}
	return p.apply(r)
}

func (p *parser) apply(r *rule) bool {
	if !p.deeper() {
		return p.fail()
	}
	base, from := p.base, p.from
	start := p.mark()
	p.base, p.from = start.kids, start.pos
	ok := p.match(r.operation)
	p.base, p.from = base, from
	p.depth--
	if ok && r.kind != None {
		p.wrap(r.kind, start)
	}
	return ok
}

// memoised is apply for a rule whose results are kept.
func (p *parser) memoised(r *rule) bool {
	start := p.mark()
	key := memoKey(r.memo, p.pos)
	if known := p.memo.find(key); known != nil {
		p.seen, p.far = max(p.seen, int(known.seen)), max(p.far, int(known.far))
		if known.end < 0 {
			return false
		}
		p.kids = append(p.kids, kid{known.node, 0})
		p.pos = int(known.end)
		return true
	}
	seen, far := p.seen, p.far
	p.seen, p.far = p.pos, 0
	ok := p.apply(r)
	found := result{key: key, end: -1, seen: int32(p.seen), far: int32(p.far)}
	p.seen, p.far = max(p.seen, seen), max(p.far, far)
	if ok {
		if len(p.kids) != start.kids+1 {
			return true
		}
		found.end, found.node = int32(p.pos), p.kids[start.kids].node
	}
	p.memo.keep(found)
	return ok
}

// begins reports whether an operation can match something here. At the watched
// item everything can, so that it tells what it wants.
func (p *parser) begins(op *operation) bool {
	return sets[op.first].has(p.next()) || p.watch.at(p.pos)
}

// match runs an operation. When it fails, the position and the kids are left as
// they are at the failure: whoever has an alternative goes back.
func (p *parser) match(id int32) bool {
	op := &operations[id]
	p.steps++
	switch op.code {
	case opToken:
		return p.token(symbol.Terminal(op.a))
	case opClass:
		if !sets[op.first].has(p.next()) {
			if p.watch != nil {
				p.watch.class(p.pos, &sets[op.first])
			}
			return p.fail()
		}
		p.consume()
		return true
	case opRule:
		return p.rule(op.a)
	case opSequence:
		for _, child := range children[op.a : op.a+op.b] {
			if !p.match(child) {
				return false
			}
		}
		return true
	case opChoice:
		return p.choice(op)
	case opOptional:
		if child := &operations[op.a]; p.begins(child) {
			p.try(op.a)
		} else {
			p.fail()
		}
		return true
	case opRepeated:
		child := &operations[op.a]
		for p.begins(child) {
			if start := p.pos; !p.try(op.a) || p.pos == start {
				return true
			}
		}
		p.fail()
		return true
	case opList:
		if !p.match(op.a) {
			return false
		}
		for {
			if p.next() != symbol.Terminal(op.b) {
				p.watch.optional(p.pos, symbol.Terminal(op.b))
				p.fail()
				return true
			}
			start := p.mark()
			p.consume()
			if !p.match(op.a) {
				p.back(start)
				return true
			}
		}
	case opAhead, opNotAhead:
		return p.ahead(op.a) == (op.code == opAhead) || p.fail()
	case opNative:
		return native(p, op.a)
	case opField:
		start := len(p.kids)
		if !p.match(op.a) {
			return false
		}
		for i := start; i < len(p.kids); i++ {
			p.kids[i].field = Field(op.b)
		}
		return true
	case opWrap:
		p.wrap(Kind(op.a), mark{p.from, p.base})
		return true
	}
	return false
}

// try matches what need not be there.
func (p *parser) try(id int32) bool {
	start, watched := p.mark(), p.watch.at(p.pos)
	if watched {
		p.watch.options++
	}
	ok := p.match(id)
	if watched {
		p.watch.options--
	}
	if !ok {
		p.back(start)
	}
	return ok
}

// choice tries the alternatives in order.
func (p *parser) choice(op *operation) bool {
	if p.watch != nil {
		return p.watchedChoice(op)
	}
	start, next := p.mark(), p.next()
	skip := int32(0)
	if op.table != 0 {
		skip = int32(dispatch[op.table][next])
	}
	for _, child := range children[op.a+skip : op.a+op.b] {
		alternative := &operations[child]
		if !alternative.empty && !sets[alternative.first].has(next) {
			continue
		}
		if p.match(child) {
			return true
		}
		p.back(start)
	}
	return p.fail()
}

// watchedChoice is choice while someone watches. What an alternative needed is
// not needed when another one comes to the watched item; and when one ends
// there, the others are tried, too, to tell what they could take.
func (p *parser) watchedChoice(op *operation) bool {
	start, before := p.mark(), p.watch.needed
	failed := before
	for i, child := range children[op.a : op.a+op.b] {
		alternative := &operations[child]
		if !alternative.empty && !p.begins(alternative) {
			continue
		}
		p.watch.needed = before
		if !p.match(child) {
			p.back(start)
			failed.include(&p.watch.needed)
			continue
		}
		if p.watch.at(p.pos) {
			p.tellOthers(op, i+1, start)
		} else {
			p.watch.needed.include(&failed)
		}
		return true
	}
	p.watch.needed = failed
	return p.fail()
}

// tellOthers runs the alternatives that an earlier one keeps from being tried.
func (p *parser) tellOthers(op *operation, from int, start mark) {
	end, kids := p.pos, slices.Clone(p.kids)
	p.watch.options++
	for _, child := range children[op.a+int32(from) : op.a+op.b] {
		p.back(start)
		p.match(child)
	}
	p.watch.options--
	p.pos, p.kids = end, kids
}

// ahead matches and consumes nothing. What it fails at is no place of an error.
func (p *parser) ahead(id int32) bool {
	start, far, watch := p.mark(), p.far, p.watch
	p.watch = nil
	ok := p.match(id)
	p.back(start)
	p.far, p.watch = far, watch
	return ok
}
