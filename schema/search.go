package schema

import (
	"cmp"
	"container/heap"
	"math/bits"
	"slices"
	"strings"
)

// Kinds says what a search looks for.
type Kinds uint8

// The kinds of object that a search finds.
const (
	FindRelations Kinds = 1 << iota
	FindColumns
	FindFunctions
	FindTypes
	FindSchemas
	FindAll Kinds = 1<<iota - 1
)

// Match is what a search found.
type Match struct {
	Object    AnyObject // of a column, its relation
	Column    *Column   // nil unless a column was found
	Quality   Quality
	Positions []int // the bytes of the name that the query matched, 0-based

	rank  uint64
	order order // of matches of the same rank
}

// order is where the search meets a match: by kind, schema, name and column.
type order uint64

func (k Kinds) at(chunk, entry, column int) order {
	return order(k)<<56 | order(chunk)<<32 | order(entry)<<16 | order(column)
}

// Quality says how well a name matches, the best first.
type Quality uint8

// The qualities. With WordStarts, every run of the query starts a word of the
// name: ordit and oi find order_items.
const (
	Exact Quality = iota
	ExactFolded
	Prefix
	WordStarts
	Subsequence
)

// Search gives the objects of some kinds whose names match a query, the best
// limit of them: by quality, then those on the search path before other ones
// and the system's last, then shorter ones, then by kind, schema and name. A query with a dot, pub.ord,
// matches the schema and the name each; it finds no schemas.
func (c *Catalog) Search(query string, kinds Kinds, limit int) []Match {
	schema, name, qualified := strings.Cut(query, ".")
	if !qualified {
		schema, name = "", query
	}
	s := search{catalog: c, query: newPattern(name), schema: newPattern(schema), limit: limit, tiers: map[string]uint64{}}
	if limit <= 0 || query == "" {
		return nil
	}
	if kinds&FindRelations != 0 {
		find(&s, FindRelations, c.relations)
	}
	if kinds&FindColumns != 0 {
		s.columns()
	}
	if kinds&FindFunctions != 0 {
		find(&s, FindFunctions, c.functions)
	}
	if kinds&FindTypes != 0 {
		find(&s, FindTypes, c.types)
	}
	if kinds&FindSchemas != 0 && !qualified {
		find(&s, FindSchemas, c.schemas)
	}
	found := []Match(s.best)
	slices.SortFunc(found, Match.compare)
	for i := range found {
		found[i].Positions = s.query.positions(found[i].name(), found[i].Quality)
	}
	return found
}

func (m Match) name() string {
	if m.Column != nil {
		return m.Column.Name
	}
	return m.Object.header().Name
}

func (m Match) compare(other Match) int {
	if m.rank != other.rank {
		return cmp.Compare(m.rank, other.rank)
	}
	return cmp.Compare(m.order, other.order)
}

// search keeps the best matches in a heap, the worst of them on top.
type search struct {
	catalog       *Catalog
	query, schema pattern
	limit         int
	tiers         map[string]uint64 // of schemas; out for those that the query leaves out
	best          matches
}

type matches []Match

func (m matches) Len() int           { return len(m) }
func (m matches) Less(i, j int) bool { return m[i].compare(m[j]) > 0 }
func (m matches) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *matches) Push(x any)        { *m = append(*m, x.(Match)) }
func (m *matches) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

func (s *search) add(m Match) {
	if len(s.best) < s.limit {
		heap.Push(&s.best, m)
	} else if m.compare(s.best[0]) < 0 {
		s.best[0] = m
		heap.Fix(&s.best, 0)
	}
}

// worst gives the rank that a match must not exceed to be of use.
func (s *search) worst() uint64 {
	if len(s.best) < s.limit {
		return ^uint64(0)
	}
	return s.best[0].rank
}

const out = ^uint64(0)

// tier orders schemas: those of the search path, other ones, the system's.
func (s *search) tier(schema string) uint64 {
	tier, known := s.tiers[schema]
	if !known {
		switch {
		case s.schema.text != "" && s.schema.match(schema, fold(schema)) == noMatch:
			tier = out
		case System(schema) && schema != pgTemp:
			tier = 2
		case schema == "" || slices.Contains(s.catalog.typePath, schema):
			tier = 0
		default:
			tier = 1
		}
		s.tiers[schema] = tier
	}
	return tier
}

func rank(q Quality, tier uint64, length int) uint64 {
	return uint64(q)<<32 | tier<<16 | uint64(length)
}

// bound gives the best rank that a name with a hint can have.
func (s *search) bound(tier uint64, h hint) uint64 {
	length := int(h.length)
	switch {
	case s.query.text == "":
		return rank(Prefix, tier, length)
	case h.first == s.query.folded[0] && h.pairs&s.query.pairs == s.query.pairs:
		if length == len(s.query.text) || length == len(s.query.folded) {
			return rank(Exact, tier, length)
		}
		return rank(Prefix, tier, length)
	case s.query.mayStartWords(h):
		return rank(WordStarts, tier, length)
	}
	return rank(Subsequence, tier, length)
}

// find looks for objects by their names. A name of the rank of the worst match
// is worse, as it comes later.
func find[P AnyObject](s *search, kind Kinds, in set[P]) {
	for at, c := range in.chunks {
		marks := c.marks()
		if marks.any&s.query.letters != s.query.letters {
			continue
		}
		for i, letters := range marks.letters {
			if letters&s.query.letters != s.query.letters || s.bound(0, marks.hints[i]) >= s.worst() {
				continue
			}
			e := c.entries[i]
			tier := s.tier(e.schema)
			if tier == out || s.bound(tier, marks.hints[i]) >= s.worst() {
				continue
			}
			if quality := s.query.match(e.name, e.folded); quality <= Subsequence {
				s.add(Match{Object: e.value, Quality: quality, rank: rank(quality, tier, int(marks.hints[i].length)), order: kind.at(at, i, 0)})
			}
		}
	}
}

// columns looks for columns by their names. A name is gone over once however many
// relations have it.
func (s *search) columns() {
	chunks := s.catalog.relations.chunks
	for _, x := range s.catalog.columns.of(chunks) {
		for i, letters := range x.marks.letters {
			if letters&s.query.letters != s.query.letters {
				continue
			}
			n, hint := &x.names[i], x.marks.hints[i]
			if best := s.bound(0, hint); best > s.worst() || s.hopeless(best, x.order(n.at[0])) { // n is read only if need be
				continue
			}
			quality := s.query.match(n.name, n.folded)
			if quality > Subsequence {
				continue
			}
			for _, at := range n.at {
				in := x.place[at.chunk]
				if in < 0 {
					continue
				}
				if s.hopeless(rank(quality, 0, int(hint.length)), x.order(at)) {
					break // so are those behind it
				}
				e := chunks[in].entries[at.relation]
				if tier := s.tier(e.schema); tier != out {
					s.add(Match{Object: e.value, Column: &e.value.Columns[at.column], Quality: quality,
						rank: rank(quality, tier, int(hint.length)), order: x.order(at)})
				}
			}
		}
	}
}

// order gives the place of a column, or that before all if it is not there any
// more.
func (x *indexed) order(at columnAt) order {
	if in := x.place[at.chunk]; in >= 0 {
		return FindColumns.at(in, int(at.relation), int(at.column))
	}
	return FindColumns.at(0, 0, 0)
}

// hopeless reports whether a match, of a rank and a place at best, is none of the
// best.
func (s *search) hopeless(rank uint64, at order) bool {
	worst := s.worst()
	return rank > worst || rank == worst && s.best[0].order < at
}

// marks is what the search needs of some names to pass most of them by without
// reading them.
type marks struct {
	any     uint64   // the letters of all
	letters []uint64 // of each
	hints   []hint
}

// hint bounds how well a name can match.
type hint struct {
	starts uint64 // the letters that start its words
	pairs  uint64 // of bytes side by side in the folded name
	first  byte   // of the folded name
	length uint8  // bytes, as far as a byte counts
}

func (m *marks) add(name, folded string) {
	set := letters(folded)
	h := hint{length: uint8(min(len(name), 255)), pairs: pairs(folded)}
	if folded != "" {
		h.first = folded[0]
	}
	if len(folded) == len(name) {
		for starts := wordStarts(name); starts != 0; starts &= starts - 1 {
			at := bits.TrailingZeros64(starts)
			h.starts |= letters(folded[at : at+1])
		}
	}
	m.any |= set
	m.letters = append(m.letters, set)
	m.hints = append(m.hints, h)
}

// marks gives the chunk's marks, made when they are first asked for.
func (c *chunk[V]) marks() *marks {
	c.once.Do(func() {
		for _, e := range c.entries {
			c.marked.add(e.name, e.folded)
		}
	})
	return &c.marked
}

// letters gives the set of a folded name's bytes: the letters and digits have
// a bit each, others share.
func letters(folded string) (set uint64) {
	for i := range len(folded) {
		switch ch := folded[i]; {
		case 'a' <= ch && ch <= 'z':
			set |= 1 << (ch - 'a')
		case '0' <= ch && ch <= '9':
			set |= 1 << (26 + ch - '0')
		default:
			set |= 1 << (36 + ch%28)
		}
	}
	return set
}

// pairs gives the set of the pairs of bytes side by side in a folded name. Pairs
// share bits.
func pairs(folded string) (set uint64) {
	for i := 1; i < len(folded); i++ {
		set |= pair(folded[i-1], folded[i])
	}
	return set
}

func pair(a, b byte) uint64 { return 1 << ((a*37 ^ b) % 64) }

// pattern is a query, made ready to be matched with many names.
type pattern struct {
	text, folded   string
	letters, pairs uint64
}

func newPattern(text string) pattern {
	folded := fold(text)
	return pattern{text, folded, letters(folded), pairs(folded)}
}

// mayStartWords reports whether a name with a hint may match by its words: each
// byte of the query starts one or stands behind the byte before it.
func (p pattern) mayStartWords(h hint) bool {
	for i := range len(p.folded) {
		if h.starts&letters(p.folded[i:i+1]) == 0 && (i == 0 || h.pairs&pair(p.folded[i-1], p.folded[i]) == 0) {
			return false
		}
	}
	return true
}

// match gives how well a name matches, noMatch when it does not.
func (p pattern) match(name, folded string) Quality {
	if strings.HasPrefix(folded, p.folded) {
		switch {
		case name == p.text:
			return Exact
		case len(folded) == len(p.folded):
			return ExactFolded
		}
		return Prefix
	}
	var steps [64]uint64
	if p.wordStarts(name, folded, steps[:0]) != nil {
		return WordStarts
	}
	last := -1
	for i := range len(p.folded) {
		at := strings.IndexByte(folded[last+1:], p.folded[i])
		if at < 0 {
			return noMatch
		}
		last += at + 1
	}
	return Subsequence
}

const noMatch = Subsequence + 1

// wordStarts gives the bits of the bytes of a name that start a word, of its
// first 64 ones.
func wordStarts(name string) (starts uint64) {
	class := func(ch byte) int {
		switch {
		case 'a' <= ch && ch <= 'z', ch >= 0x80:
			return 1
		case 'A' <= ch && ch <= 'Z':
			return 2
		case '0' <= ch && ch <= '9':
			return 3
		}
		return 0
	}
	before := 0
	for i := range min(len(name), 64) {
		now := class(name[i])
		if now != 0 && now != before && !(now == 1 && before == 2) {
			starts |= 1 << i
		}
		before = now
	}
	return starts
}

// wordStarts follows the query through the first 64 bytes of a name, at all
// places at once: a bit of steps[i] says that byte i of the query can be that
// byte of the name, where each byte goes on behind the one before it or starts
// a later word. It gives nil when the query does not match so.
func (p pattern) wordStarts(name, folded string, steps []uint64) []uint64 {
	if len(p.folded) > len(folded) || len(folded) != len(name) {
		return nil
	}
	starts := wordStarts(name)
	allowed := starts
	for i := range len(p.folded) {
		var here uint64
		for rest := allowed; rest != 0; rest &= rest - 1 {
			if at := bits.TrailingZeros64(rest); at < len(folded) && folded[at] == p.folded[i] {
				here |= 1 << at
			}
		}
		if here == 0 {
			return nil
		}
		steps = append(steps, here)
		allowed = here<<1 | starts&^(here&-here|(here&-here-1))
	}
	return steps
}

// trace goes back through the steps of wordStarts, along the longest runs.
func trace(steps []uint64) []int {
	positions := make([]int, len(steps))
	last := len(steps) - 1
	positions[last] = bits.TrailingZeros64(steps[last])
	for i := last - 1; i >= 0; i-- {
		next := positions[i+1]
		if next > 0 && steps[i]&(1<<(next-1)) != 0 {
			positions[i] = next - 1
			continue
		}
		positions[i] = bits.Len64(steps[i]&(1<<next-1)) - 1
	}
	return positions
}

// positions gives the bytes of a name that the query matches.
func (p pattern) positions(name string, quality Quality) []int {
	folded := fold(name)
	if len(folded) != len(name) {
		return nil // the bytes of the one are not those of the other
	}
	switch quality {
	case WordStarts:
		return trace(p.wordStarts(name, folded, nil))
	case Subsequence:
		positions := make([]int, 0, len(p.folded))
		last := -1
		for i := range len(p.folded) {
			last += strings.IndexByte(folded[last+1:], p.folded[i]) + 1
			positions = append(positions, last)
		}
		return positions
	}
	positions := make([]int, len(p.folded))
	for i := range positions {
		positions[i] = i
	}
	return positions
}
