package destructive

import (
	"math/big"
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// truth is what the text of a condition tells about its outcome: the set of what
// is possible. Where no row has a say, one outcome holds for all of them.
type truth uint8

const (
	isTrue  truth = 1 << iota // for all rows
	isFalse                   // for all rows
	isNull                    // for all rows
	varies                    // from row to row

	notNull  = isTrue | isFalse // one of them
	constant = notNull | isNull
)

// everyRow reports whether the condition holds, or may hold, for all rows alike.
func (t truth) everyRow() bool { return t&isTrue != 0 }

// noRow reports whether it holds for none.
func (t truth) noRow() bool { return t&(isTrue|varies) == 0 }

func (t truth) not() truth {
	return t.each(func(t truth) truth {
		switch t {
		case isTrue:
			return isFalse
		case isFalse:
			return isTrue
		}
		return t
	})
}

func (t truth) and(u truth) truth {
	return t.each(func(t truth) truth {
		return u.each(func(u truth) truth {
			switch {
			case t == isFalse || u == isFalse:
				return isFalse
			case t == isTrue || t == u:
				return u
			case u == isTrue:
				return t
			}
			return varies // NULL and what varies: never true, but under a NOT it may be
		})
	})
}

func (t truth) or(u truth) truth { return t.not().and(u.not()).not() }

// each gives the outcomes of f for each possible outcome.
func (t truth) each(f func(truth) truth) truth {
	var result truth
	for one := isTrue; one <= varies; one <<= 1 {
		if t&one != 0 {
			result |= f(one)
		}
	}
	return result
}

// value is what the text tells of an expression: its truth, and where it is a
// plain literal, that literal.
type value struct {
	truth   truth
	literal string // the text of a number, or a string with its quotes; else ""
	number  bool
}

// maxNesting bounds the parentheses that a condition is followed into. No server
// with its default max_stack_depth takes as many.
const maxNesting = 10_000

// condition evaluates what stands behind WHERE, ON or WHEN … AND.
func (s *statement) condition(r run) truth {
	if s.keywords(r.from, lex.KwCurrent, lex.KwOf) { // the row of a cursor
		return varies
	}
	return s.value(r, 0).truth
}

// value evaluates an expression by PostgreSQL's order of precedence, from OR,
// which binds least, to literals
// (https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-PRECEDENCE).
// Each step looks at the tokens of its own level of parentheses and at no other's
// twice, so that the whole is linear.
func (s *statement) value(r run, nesting int) value {
	if nesting > maxNesting {
		return value{truth: constant}
	}
	if r = s.bare(r); s.list(r) {
		return value{truth: s.dependence(r)}
	}
	return s.disjunction(r, nesting)
}

// list reports whether parentheses hold a query or a row and not an expression.
func (s *statement) list(r run) bool {
	switch s.at(r.from).Keyword {
	case lex.KwSelect, lex.KwWith, lex.KwValues, lex.KwTable:
		return true
	}
	for i := range s.level(r) {
		if s.tokens[i].Kind == lex.Comma {
			return true
		}
	}
	return false
}

// disjunction evaluates what OR joins.
func (s *statement) disjunction(r run, nesting int) value {
	parts := s.split(r, lex.KwOr)
	if len(parts) == 1 {
		return s.conjunction(r, nesting)
	}
	result := isFalse
	for _, part := range parts {
		result = result.or(s.conjunction(part, nesting).truth)
	}
	return value{truth: result}
}

// conjunction evaluates what AND joins.
func (s *statement) conjunction(r run, nesting int) value {
	parts := s.split(r, lex.KwAnd)
	if len(parts) == 1 {
		return s.negation(r, nesting)
	}
	result := isTrue
	for _, part := range parts {
		result = result.and(s.negation(part, nesting).truth)
	}
	return value{truth: result}
}

// split cuts a run at the words AND or OR of its level. The AND of a BETWEEN is
// none.
func (s *statement) split(r run, word lex.Keyword) []run {
	var parts []run
	from, between := r.from, false
	for i := range s.level(r) {
		switch keyword := s.tokens[i].Keyword; {
		case keyword == lex.KwBetween:
			between = true
		case keyword == lex.KwAnd && between:
			between = false
		case keyword == word:
			parts = append(parts, run{from, i})
			from = i + 1
		}
	}
	return append(parts, run{from, r.to})
}

// negation evaluates NOT and what follows it.
func (s *statement) negation(r run, nesting int) value {
	if s.at(r.from).Keyword != lex.KwNot {
		return s.test(r, nesting)
	}
	negative := false
	for ; r.from < r.to && s.at(r.from).Keyword == lex.KwNot; r.from++ {
		negative = !negative
	}
	result := s.test(r, nesting).truth
	if negative {
		result = result.not()
	}
	return value{truth: result}
}

// test evaluates IS [NOT] NULL, TRUE, FALSE, UNKNOWN and DISTINCT FROM.
func (s *statement) test(r run, nesting int) value {
	at, n := s.last(r, func(t lex.Token) bool {
		return t.Keyword == lex.KwIs || t.Keyword == lex.KwIsnull || t.Keyword == lex.KwNotnull
	})
	if n == 0 {
		return s.comparison(r, nesting)
	}
	left, right := run{r.from, at}, run{at + 1, r.to}
	negative := s.tokens[at].Keyword == lex.KwNotnull
	if s.at(right.from).Keyword == lex.KwNot {
		negative = true
		right.from++
	}
	word := s.at(right.from).Keyword
	switch {
	case n > 1: // IS does not chain
		return value{truth: s.dependence(r)}
	case word == lex.KwDistinct && s.sameColumn(left, run{right.from + 2, r.to}):
		return value{truth: truthOf(negative)}
	case right.empty():
		word = lex.KwNull
	case right.to > right.from+1 || !slices.Contains([]lex.Keyword{lex.KwNull, lex.KwUnknown, lex.KwTrue, lex.KwFalse}, word):
		return value{truth: s.dependence(r)}
	}
	return value{truth: s.value(left, nesting+1).truth.each(func(subject truth) truth {
		switch {
		case subject == varies:
			return varies
		case word == lex.KwTrue:
			return truthOf((subject == isTrue) != negative)
		case word == lex.KwFalse:
			return truthOf((subject == isFalse) != negative)
		}
		return truthOf((subject == isNull) != negative)
	})}
}

// comparison evaluates =, <> and the like, and LIKE '%'.
func (s *statement) comparison(r run, nesting int) value {
	at, n := s.last(r, func(t lex.Token) bool {
		switch t.Keyword {
		case lex.KwLike, lex.KwIlike, lex.KwBetween, lex.KwIn:
			return true
		}
		_, known := comparisons[t.Text(s.src)]
		return known && t.Kind == lex.Operator
	})
	switch {
	case n == 0 && s.bare(r) != r:
		return s.value(r, nesting+1)
	case n == 0:
		return s.operand(r)
	}
	left, right := run{r.from, at}, run{at + 1, r.to}
	outcomes, compares := comparisons[s.tokens[at].Text(s.src)]
	switch {
	case n > 1: // comparisons do not chain
		return value{truth: s.dependence(r)}
	case !compares && s.matchesAll(at, right):
		return value{truth: isTrue}
	case !compares:
		return value{truth: s.dependence(r)}
	case s.sameColumn(left, right):
		return value{truth: truthOf(outcomes.equal)}
	}
	a, b := s.value(left, nesting+1), s.value(right, nesting+1)
	switch {
	case a.truth == isNull || b.truth == isNull:
		return value{truth: isNull}
	case a.truth == varies || b.truth == varies:
		return value{truth: varies}
	case (a.truth|b.truth)&varies != 0:
		return value{truth: varies | constant}
	}
	if order, known := a.compare(b); known {
		return value{truth: truthOf([]bool{outcomes.less, outcomes.equal, outcomes.greater}[order+1])}
	}
	// Strings that differ are not equal; how they sort is up to the collation.
	if strings := a.literal != "" && b.literal != "" && !a.number && !b.number; strings && outcomes.less == outcomes.greater {
		return value{truth: truthOf(outcomes.less)}
	}
	return value{truth: constant}
}

// comparisons gives what each operator says where its left side is less than,
// equal to, or greater than its right one.
var comparisons = map[string]struct{ less, equal, greater bool }{
	"=":  {equal: true},
	"<>": {less: true, greater: true},
	"!=": {less: true, greater: true},
	"<":  {less: true},
	"<=": {less: true, equal: true},
	">":  {greater: true},
	">=": {equal: true, greater: true},
}

// matchesAll reports whether LIKE or ILIKE at an index has a pattern that all
// strings match.
func (s *statement) matchesAll(at int, pattern run) bool {
	like := s.tokens[at].Keyword == lex.KwLike || s.tokens[at].Keyword == lex.KwIlike
	if !like || s.at(at-1).Keyword == lex.KwNot || pattern.to != pattern.from+1 {
		return false
	}
	text := s.of(pattern)
	return len(text) > len("''") && "'"+strings.Trim(text, "'%")+"'" == "''" && s.tokens[pattern.from].Kind == lex.String
}

// operand evaluates what has no operator that is known here.
func (s *statement) operand(r run) value {
	first := s.at(r.from)
	switch r.to - r.from {
	case 1:
		switch {
		case first.Keyword == lex.KwTrue:
			return value{truth: isTrue}
		case first.Keyword == lex.KwFalse:
			return value{truth: isFalse}
		case first.Keyword == lex.KwNull:
			return value{truth: isNull}
		case first.Kind == lex.Integer || first.Kind == lex.Number:
			return value{truth: notNull, literal: first.Text(s.src), number: true}
		case first.Kind == lex.String:
			return value{truth: spelled(first.Text(s.src)), literal: first.Text(s.src)}
		}
	case 2:
		if number := s.at(r.from + 1); (s.operator(r.from, "-") || s.operator(r.from, "+")) &&
			(number.Kind == lex.Integer || number.Kind == lex.Number) {
			return value{truth: notNull, literal: first.Text(s.src) + number.Text(s.src), number: true}
		}
		if s.boolean(first) { // boolean 't'
			return s.cast(r.from+1, first)
		}
	case 3: // 't'::boolean
		if s.at(r.from+1).Kind == lex.Typecast {
			return s.cast(r.from, s.at(r.from+2))
		}
	case 6: // CAST ('t' AS boolean)
		if first.Keyword == lex.KwCast && s.at(r.from+3).Keyword == lex.KwAs {
			return s.cast(r.from+2, s.at(r.from+4))
		}
	}
	return value{truth: s.dependence(r)}
}

// cast evaluates a token as a value of a type.
func (s *statement) cast(i int, to lex.Token) value {
	literal := s.operand(run{i, i + 1})
	switch {
	case literal.truth == isNull:
		return value{truth: isNull}
	case literal.literal == "" || !s.boolean(to):
		return value{truth: s.dependence(run{i, i + 1})}
	case literal.number && strings.Trim(literal.literal, "0") == "":
		return value{truth: isFalse}
	}
	return value{truth: literal.truth}
}

// boolean reports whether a token names the type boolean.
func (s *statement) boolean(t lex.Token) bool {
	return t.Keyword == lex.KwBoolean || strings.EqualFold(t.Text(s.src), "bool")
}

// spelled reads a string as a boolean as far as boolin does (bool.c), which takes
// any beginning of these words.
func spelled(literal string) truth {
	word := strings.ToLower(strings.Trim(literal, "' \t\n\r\f\v"))
	if word == "" {
		return notNull
	}
	switch {
	case strings.HasPrefix("true", word), strings.HasPrefix("yes", word), word == "on", word == "1":
		return isTrue
	case strings.HasPrefix("false", word), strings.HasPrefix("no", word), word == "of", word == "off", word == "0":
		return isFalse
	}
	return notNull
}

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

// compare gives -1, 0 or 1 where the order of two values is known.
func (v value) compare(w value) (order int, known bool) {
	switch {
	case v.literal != "" && w.literal != "":
		if v.number && w.number {
			return compareNumbers(v.literal, w.literal)
		}
		return 0, v.number == w.number && v.literal == w.literal
	case v.truth == isFalse && w.truth == isTrue:
		return -1, true
	case v.truth == isTrue && w.truth == isFalse:
		return 1, true
	}
	return 0, v.truth == w.truth && (v.truth == isTrue || v.truth == isFalse)
}

// compareNumbers compares numbers of a moderate size.
func compareNumbers(a, b string) (order int, known bool) {
	const digits = "+-.0123456789"
	if len(a) > 100 || len(b) > 100 || strings.Trim(a, digits) != "" || strings.Trim(b, digits) != "" {
		return 0, false
	}
	x, ok := new(big.Rat).SetString(a)
	if !ok {
		return 0, false
	}
	y, ok := new(big.Rat).SetString(b)
	if !ok {
		return 0, false
	}
	return x.Cmp(y), true
}

// last finds the last token of a run's level that a test accepts, and counts
// them.
func (s *statement) last(r run, accepts func(lex.Token) bool) (at, n int) {
	for i := range s.level(r) {
		if accepts(s.tokens[i]) {
			at = i
			n++
		}
	}
	return at, n
}

// sameColumn reports whether two runs name the same column or parameter, with or
// without its table. In a block the table must be there in both or in neither:
// id = r.id compares with the field of a variable.
func (s *statement) sameColumn(a, b run) bool {
	a, b = s.bare(a), s.bare(b)
	if !s.column(a) || !s.column(b) || s.inBlock && a.to-a.from != b.to-b.from {
		return false
	}
	for !a.empty() && !b.empty() {
		a.to, b.to = a.to-1, b.to-1
		x, y := s.tokens[a.to], s.tokens[b.to]
		if x.Kind == lex.Dot && y.Kind == lex.Dot {
			continue
		}
		left, known := fold(x, s.src)
		right, also := fold(y, s.src)
		if left != right || known != also {
			return false
		}
	}
	return true
}

// bare takes the parentheses around an expression away.
func (s *statement) bare(r run) run {
	for !r.empty() && s.tokens[r.from].Kind == lex.LParen && s.closer[r.from] == r.to-1 {
		r = run{r.from + 1, r.to - 1}
	}
	return r
}

// column reports whether a run is a column's name or a parameter, and nothing
// else.
func (s *statement) column(r run) bool {
	if r.to == r.from+1 && s.tokens[r.from].Kind == lex.Param {
		return true
	}
	return !r.empty() && s.name(r.from).to == r.to && !reserved(s.tokens[r.from])
}
