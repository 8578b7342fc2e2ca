package tree

import (
	"slices"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree/internal/symbol"
)

// A text that the grammar refuses is repaired at the token where it leaves the
// grammar, by putting in a token or leaving some out, and parsed again: the
// result is the tree of a text without errors. What the memoised rules found
// before the repair still holds, so that a repair costs little more than what
// stands behind it.

const (
	maxRepairs    = 12 // then the rest of the text is left out
	maxAtEnd      = 64 // tokens that are put in at the end, to close what is open
	maxSkip       = 48 // tokens that one repair leaves out
	repairHorizon = 6  // a repair that gets that far has proved itself
	stepsPerToken = 4_000
)

// tree parses tokens from a rule of the grammar on.
func (p *parser) tree(src string, tokens []lex.Token, rule int32) *Tree {
	p.reset(itemsOf(src, tokens, rule == rulePLRoot))
	p.pl = rule == rulePLRoot
	t := &Tree{src: src, tokens: tokens}
	budget := stepsPerToken * (len(p.items) + 100)
	atEnd := 0
	for repairs := 0; !p.run(rule); {
		place := p.far
		end := place == len(p.items)-1
		span := p.span(place, tokens)
		known := len(t.errors) > 0 && t.errors[len(t.errors)-1].Span == span
		if end && atEnd == maxAtEnd || p.tooDeep {
			if !known {
				t.errors = append(t.errors, SyntaxError{Span: span})
			}
			p.giveUp()
			break
		}
		wanted := p.wanted(rule, place)
		if !known {
			t.errors = append(t.errors, SyntaxError{Span: span, Expected: wanted.needed.keywords()})
		}
		switch {
		case end:
			atEnd++
			p.put(place, wanted.closing())
		case repairs == maxRepairs || p.steps > budget:
			p.leaveOut(place, len(p.items)-1-place)
		default:
			repairs++
			p.repair(rule, place, wanted)
		}
	}
	p.finish(t)
	return t
}

// reset makes p ready for other items. It keeps the memory that it has, up to a
// bound.
func (p *parser) reset(items []item) {
	const keep = 1 << 16
	fresh := parser{items: items, opensQuery: queries(items)}
	if cap(p.nodes) <= keep && cap(p.links) <= keep && len(p.memo.table) <= keep {
		fresh.nodes, fresh.links, fresh.kids, fresh.memo = p.nodes[:0], p.links[:0], p.kids[:0], p.memo
		fresh.memo.clear()
	}
	*p = fresh
}

// itemsOf gives what the grammar sees of tokens. Semicolons around a statement
// are none of it.
func itemsOf(src string, tokens []lex.Token, pl bool) []item {
	items := make([]item, 0, len(tokens)*2/3+2)
	escape := 0 // what UESCAPE '!' lacks behind a U&'…' or U&"…"
	for i, token := range tokens {
		if token.Trivia() || token.Separator() && len(items) == 0 {
			continue
		}
		switch {
		case token.Kind == lex.UnicodeString || token.Kind == lex.UnicodeIdent:
			escape = 2
		case escape == 2 && token.Keyword == lex.KwUescape, escape == 1 && token.Kind == lex.String:
			if escape--; escape == 0 { // to the grammar it is part of the token before
				before := &items[len(items)-1]
				escaped := tokens[before.token]
				before.broken = escaped.Flags != 0 || !lex.RightUescape(escaped, src, token.Text(src))
			}
			continue
		default:
			escape = 0
		}
		it := item{terminal: symbol.Of(token, src), token: int32(i), broken: token.Flags != 0 || token.Kind == lex.Invalid || !lex.RightEscapes(token, src)}
		if token.Kind == lex.Ident && it.terminal == symbol.Ident {
			it.terminal = wordOf(token.Text(src), pl)
		}
		if last := len(items) - 1; last >= 0 && items[last].terminal == symbol.Dot && missesName(tokens, i) {
			items = append(items, item{terminal: symbol.Ident, virtual: true, token: int32(i)})
		}
		items = append(items, it)
	}
	for len(items) > 0 && items[len(items)-1].terminal == symbol.Semicolon {
		items = items[:len(items)-1]
	}
	return append(items, item{terminal: symbol.EOF, virtual: true, token: int32(len(tokens))})
}

// wordOf tells the grammar's own words from other names. The reserved ones are
// names like others outside of PL/pgSQL.
func wordOf(name string, pl bool) symbol.Terminal {
	at, found := slices.BinarySearchFunc(words[:], name, compareFolded)
	if !found || !pl && slices.Contains(reservedWords[:], words[at]) {
		return symbol.Ident
	}
	return symbol.FirstWord() + symbol.Terminal(at)
}

// compareFolded orders a word, which is in lower case, and a name in any case.
func compareFolded(word, name string) int {
	for i := range min(len(word), len(name)) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if word[i] != c {
			return int(word[i]) - int(c)
		}
	}
	return len(word) - len(name)
}

// missesName reports whether a name was left out between a dot and the token:
// to the grammar, SELECT a. FROM t selects the column "from", which nobody means.
func missesName(tokens []lex.Token, i int) bool {
	k := tokens[i].Keyword
	return k != lex.NotKeyword && k.Category() == lex.Reserved && tokens[i-1].Trivia()
}

// queries marks the parentheses that a query follows, so that nested ones need
// no looking ahead.
func queries(items []item) []bool {
	var marks []bool
	for i := len(items) - 2; i >= 0; i-- {
		if items[i].terminal != symbol.LParen {
			continue
		}
		next := items[i+1].terminal
		switch next.AsKeyword() {
		case lex.KwSelect, lex.KwValues, lex.KwWith, lex.KwTable:
		default:
			if next != symbol.LParen || marks == nil || !marks[i+1] {
				continue
			}
		}
		if marks == nil {
			marks = make([]bool, len(items))
		}
		marks[i] = true
	}
	return marks
}

// run parses the items as they are and reports whether the grammar takes all.
func (p *parser) run(rule int32) bool {
	p.pos, p.kids, p.far, p.depth = 0, p.kids[:0], 0, 0
	if p.rule(rule) && p.next() == symbol.EOF {
		return true
	}
	p.fail()
	return false
}

// span gives the place of an item in the text.
func (p *parser) span(place int, tokens []lex.Token) text.Span {
	if at := int(p.items[place].token); at < len(tokens) {
		return tokens[at].Span
	}
	if len(tokens) == 0 {
		return text.Span{}
	}
	for i := len(tokens) - 1; ; i-- {
		if i == 0 || !tokens[i].Trivia() && !tokens[i].Separator() {
			return text.Span{Start: tokens[i].End, End: tokens[i].End}
		}
	}
}

// edit replaces items from a place on and forgets what depended on them.
func (p *parser) edit(place int, items []item) {
	p.items = items
	p.opensQuery = queries(items)
	p.memo = p.memo.before(place)
}

// put puts a token in.
func (p *parser) put(place int, t symbol.Terminal) {
	skipped := p.items[place].skipped
	items := slices.Insert(slices.Clone(p.items), place, item{terminal: t, virtual: true, token: p.items[place].token, skipped: skipped})
	items[place+1].skipped = 0
	p.edit(place, items)
}

// leaveOut removes count items; they stay as the skipped ones of the next.
func (p *parser) leaveOut(place, count int) {
	items := slices.Clone(p.items)
	skipped := items[place+count].skipped
	for _, it := range items[place : place+count] {
		skipped += it.skipped
		if !it.virtual {
			skipped++
		}
	}
	items = slices.Delete(items, place, place+count)
	items[place].skipped = skipped
	p.edit(place, items)
}

// repair tries what could mend the text at a place and keeps what gets furthest
// for the least change.
func (p *parser) repair(rule int32, place int, wanted *expected) {
	original, memo := p.items, p.memo
	behind := len(original) - place
	bestScore, bestItems := -1<<30, []item(nil)
	try := func(cost int) {
		done := p.run(rule)
		reached := behind
		if !done {
			reached = behind - (len(p.items) - p.far)
		}
		if score := 2*min(reached, repairHorizon) - cost; score > bestScore && reached > 0 {
			bestScore, bestItems = score, p.items
		}
		p.items, p.memo = original, memo
	}
	found := original[place].terminal
	for _, t := range wanted.insertions() {
		p.put(place, t.terminal)
		try(t.cost)
	}
	if wanted.terms.has(symbol.Ident) && found.AsKeyword() != lex.NotKeyword {
		p.leaveOut(place, 1) // a reserved word as a name
		p.put(place, symbol.Ident)
		try(3)
	}
	if query := symbol.Keyword(lex.KwSelect); place == 0 && wanted.terms.has(query) {
		p.put(place, query) // SELECT is what most statements begin with
		try(4)
		p.leaveOut(place, 1)
		p.put(place, query)
		try(5)
	}
	if p.chain(rule, place, len(original), wanted) {
		try(2 + 2*(len(p.items)-len(original)))
	} else {
		p.items, p.memo = original, memo
	}
	p.skips(place, wanted, func(count int) {
		cost := 1 + 2*min(count, 8)
		for _, it := range original[place : place+count] {
			if k := it.terminal.AsKeyword(); k != lex.NotKeyword && k.Category() == lex.Reserved {
				cost += 6 // WHERE and its like were meant
			}
		}
		p.leaveOut(place, count)
		try(cost)
	})
	if bestItems == nil {
		p.leaveOut(place, len(original)-1-place)
		return
	}
	p.edit(place, bestItems)
}

// chain puts tokens in until the one at a place fits: ON and a name before the
// WHERE behind an unfinished join. It reports whether that came true.
func (p *parser) chain(rule int32, place, size int, wanted *expected) bool {
	const longest = 4
	for range longest {
		at := place + len(p.items) - size
		p.put(at, wanted.closing())
		if p.run(rule) || p.far > at+1 {
			return true
		}
		if p.far <= at {
			return false
		}
		wanted = p.wanted(rule, at+1)
	}
	return false
}

// skips gives the numbers of items after which something wanted stands.
func (p *parser) skips(place int, wanted *expected, try func(count int)) {
	depth, tried := 0, 0
	for i := place; i < len(p.items)-1 && i < place+maxSkip && tried < 3; i++ {
		switch p.items[i].terminal {
		case symbol.LParen, symbol.LBracket:
			depth++
		case symbol.RParen, symbol.RBracket:
			depth--
		}
		if next := p.items[i+1].terminal; depth <= 0 && (wanted.terms.has(next) || i+2 == len(p.items)) {
			tried++
			try(i + 1 - place)
		}
		if depth < 0 {
			return // what closes an outer parenthesis stays
		}
	}
}

// giveUp makes one Error of all items, for a text that no repair can mend.
func (p *parser) giveUp() {
	p.pos, p.kids = len(p.items)-1, p.kids[:0]
	p.leaf(Error, 0, p.pos)
	p.wrap(Root, mark{})
}

// finish copies what the root holds into the tree, each node before its children.
func (p *parser) finish(t *Tree) {
	t.items, t.steps = p.items, p.steps
	root := p.kids[0].node
	if last := p.items[len(p.items)-1]; last.skipped > 0 { // what stands behind the statement
		at := int32(len(p.items) - 1)
		own := p.nodes[root]
		links := append(slices.Clone(p.links[own.kids:own.kids+own.count]), kid{p.node(node{kind: Error, from: at, to: at}), 0})
		own.kids, own.count, own.to = int32(len(p.links)), own.count+1, at+1
		p.links = append(p.links, links...)
		p.nodes[root] = own
	}
	t.nodes, t.parents, t.links = make([]node, 0, len(p.nodes)), make([]int32, 0, len(p.nodes)), make([]kid, 0, len(p.nodes))
	type entry struct{ old, parent, link int32 }
	stack := []entry{{root, -1, -1}}
	for len(stack) > 0 {
		e := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		id := int32(len(t.nodes))
		if e.link >= 0 {
			t.links[e.link].node = id
		}
		n := p.nodes[e.old]
		from := n.kids
		n.kids = int32(len(t.links))
		t.links = append(t.links, p.links[from:from+n.count]...)
		t.nodes = append(t.nodes, n)
		t.parents = append(t.parents, e.parent)
		for i := n.count - 1; i >= 0; i-- {
			stack = append(stack, entry{t.links[n.kids+i].node, id, n.kids + i})
		}
	}
}
