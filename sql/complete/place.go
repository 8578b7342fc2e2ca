package complete

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// slot is what the grammar expects at the cursor, roughly.
type slot uint8

const (
	statementSlot  slot = iota // a statement begins
	expressionSlot             // a value
	relationSlot               // a relation to read or write
	typeSlot                   // a data type
	operatorSlot               // after a value: operators and the next clause
)

// place is the cursor with what stands around it.
type place struct {
	slot      slot
	src       string
	tokens    []lex.Token // of the statement, without trivia and the word at the cursor
	before    int         // how many of tokens stand before the cursor
	qualifier []string    // names with a dot before the word: schema and table, or either
	prefix    string      // of the word before the cursor, without its opening quote
	quoted    bool        // the word begins with a double quote
	isCall    bool        // a parenthesis follows the word
	reads     bool        // a relation is read there, so that a call that returns rows can stand for it
	replace   text.Span
}

// placeAt reads the statement around the cursor. It answers false where nothing
// can be offered: in comments, strings and numbers, and where a new name is due.
func placeAt(f *sql.File, offset int) (place, bool) {
	st := f.Covering(offset)
	p := place{src: f.Text(), replace: text.Span{Start: offset, End: offset}}
	if st.Kind == sql.Meta || st.Kind == sql.CopyData {
		return p, false
	}
	for _, token := range st.Tokens() {
		inside := token.Start < offset && offset < token.End
		touched := token.Start < offset && offset <= token.End
		open := token.Flags&lex.Unterminated != 0
		switch {
		case touched && token.Name():
			p.quoted = token.Quoted()
			p.prefix = strings.TrimPrefix(p.src[token.Start:offset], `"`)
			p.replace = token.Span
			if open {
				p.replace.End = offset // the rest was not meant to be in the name
			}
			continue
		case (inside || touched && open) && (token.Comment() || token.Literal()),
			touched && (token.Kind == lex.LineComment || token.Kind == lex.Integer || token.Kind == lex.Number):
			return p, false
		case token.Trivia() || token.Kind == lex.Semicolon:
			continue
		}
		if token.End <= offset {
			p.before = len(p.tokens) + 1
		}
		p.tokens = append(p.tokens, token)
	}
	p.isCall = p.before < len(p.tokens) && p.tokens[p.before].Kind == lex.LParen && p.tokens[p.before].Start == p.replace.End
	at := p.before
	for at >= 2 && len(p.qualifier) < 2 && p.text(at-1) == "." && p.tokens[at-2].Name() {
		p.qualifier = append([]string{p.name(at - 2)}, p.qualifier...)
		at -= 2
	}
	if at > 0 && p.text(at-1) == "." {
		return p, false
	}
	var ok bool
	p.slot, ok = p.slotBefore(at)
	last := at - 1
	p.reads = p.is(last, lex.KwFrom) && !p.is(last-1, lex.KwDelete) || p.is(last, lex.KwJoin) ||
		last > 0 && p.tokens[last].Kind == lex.Comma && p.is(p.clause(last), lex.KwFrom)
	return p, ok
}

func (p *place) text(i int) string { return p.tokens[i].Text(p.src) }

// is reports whether token i is one of the keywords.
func (p *place) is(i int, keywords ...lex.Keyword) bool {
	return i >= 0 && i < len(p.tokens) && slices.Contains(keywords, p.tokens[i].Keyword)
}

// name is the identifier of token i as PostgreSQL stores it.
func (p *place) name(i int) string {
	word := p.text(i)
	if p.tokens[i].Quoted() {
		word = strings.TrimSuffix(strings.TrimPrefix(word, `"`), `"`)
		return strings.ReplaceAll(word, `""`, `"`)
	}
	return strings.ToLower(word)
}

// slotBefore judges by the tokens before token at.
func (p *place) slotBefore(at int) (slot, bool) {
	if at == 0 {
		return statementSlot, true
	}
	last := at - 1
	switch word := p.text(last); {
	case word == "::":
		return typeSlot, true
	case word == ",":
		if p.is(p.clause(last), lex.KwFrom, lex.KwUsing, lex.KwTruncate) {
			return relationSlot, true
		}
		return expressionSlot, true
	case word == "(":
		return expressionSlot, true
	case word == ")":
		return operatorSlot, true
	}
	switch {
	case p.is(last, lex.KwAs):
		switch {
		case p.is(0, lex.KwCreate) && p.clause(last) <= 0, p.is(0, lex.KwExplain):
			return statementSlot, true
		case p.opens(last, "cast"):
			return typeSlot, true
		}
		return 0, false
	case p.is(last, lex.KwFrom):
		if p.opens(last, fromCalls...) || p.is(last-1, lex.KwDistinct) && p.is(last-2, lex.KwIs, lex.KwNot) {
			return expressionSlot, true
		}
		return relationSlot, true
	case p.is(last, lex.KwJoin, lex.KwInto, lex.KwUpdate, lex.KwOnly, lex.KwReferences, lex.KwTruncate):
		return relationSlot, !p.is(last-1, lex.KwFor, lex.KwDo, lex.KwOn) || p.is(last, lex.KwInto)
	case p.is(last, lex.KwUsing):
		return relationSlot, p.is(0, lex.KwDelete, lex.KwMerge)
	case p.is(last, lex.KwTable, lex.KwView, lex.KwExists):
		return relationSlot, !p.is(0, lex.KwCreate)
	case p.is(last, lex.KwWith, lex.KwRecursive):
		return 0, false
	case p.is(last, lex.KwExplain, lex.KwAnalyze):
		return statementSlot, true
	case p.is(last, lex.KwNull, lex.KwTrue, lex.KwFalse, lex.KwEnd):
		return operatorSlot, true
	}
	token := p.tokens[last]
	if token.Keyword != lex.NotKeyword && token.Keyword.Category() == lex.Reserved || token.Kind == lex.Operator || p.startsValue(last) {
		return expressionSlot, true
	}
	return operatorSlot, true
}

// startsValue reports whether a value follows token i though it is neither an
// operator nor a reserved word.
func (p *place) startsValue(i int) bool {
	return p.is(i, lex.KwSet, lex.KwBy, lex.KwBetween, lex.KwValues) ||
		len(p.text(i)) == 1 && strings.Contains("=<>+-*/%^[:", p.text(i)) && !(p.text(i) == "*" && i > 0 && p.is(i-1, lex.KwSelect))
}

// clauses are the keywords that begin a clause, or a statement.
var clauses = []lex.Keyword{
	lex.KwSelect, lex.KwFrom, lex.KwWhere, lex.KwGroup, lex.KwOrder, lex.KwHaving, lex.KwOn, lex.KwUsing,
	lex.KwSet, lex.KwReturning, lex.KwValues, lex.KwInto, lex.KwUpdate, lex.KwLimit, lex.KwWindow, lex.KwTruncate,
}

// clause finds the keyword that begins the clause of token i, in the same
// parentheses: its index, or -1.
func (p *place) clause(i int) int {
	depth := 0
	for i--; i >= 0; i-- {
		switch p.text(i) {
		case ")":
			depth++
		case "(":
			if depth == 0 {
				return -1
			}
			depth--
		default:
			if depth == 0 && slices.Contains(clauses, p.tokens[i].Keyword) {
				return i
			}
		}
	}
	return -1
}

// opens reports whether token i stands in the parentheses of one of these
// functions.
func (p *place) opens(i int, functions ...string) bool {
	depth := 0
	for i--; i > 0; i-- {
		switch p.text(i) {
		case ")":
			depth++
		case "(":
			if depth == 0 {
				return slices.Contains(functions, strings.ToLower(p.text(i-1)))
			}
			depth--
		}
	}
	return false
}
