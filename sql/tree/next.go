package tree

import (
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree/internal/symbol"
)

// Next is what can follow the beginning of a statement.
type Next struct {
	Keywords []lex.Keyword // as words of the grammar, not as names; in alphabetical order
	Words    []string      // the grammar's own words that are no keywords, in lower case: elsif, modulus …
	Name     bool          // a name
	String   bool          // a string
	Number   bool          // a number
	Paren    bool          // an opening parenthesis
	End      bool          // nothing: the statement can end there
}

// Next gives what can follow tokens, which are the beginning of a statement or,
// with pl, of the body of a PL/pgSQL function. Where they leave the grammar, it is
// what can follow the nearest text that does not.
func (p *Parser) Next(src string, tokens []lex.Token, pl bool) Next {
	rule := int32(ruleRoot)
	if pl {
		rule = rulePLRoot
	}
	q := &p.scratch
	q.reset(itemsOf(src, tokens, pl))
	q.pl = pl
	budget := stepsPerToken * (len(q.items) + 100)
	ends := q.run(rule)
	if end := len(q.items) - 1; !ends && q.far == end-1 {
		// The last word may be the first of two, such as NOT LIKE.
		if wanted := q.wanted(rule, end); len(wanted.words.keywords()) > 0 {
			return Next{Keywords: wanted.words.keywords()}
		}
	}
	for repairs := 0; !ends && q.far < len(q.items)-1 && !q.tooDeep; repairs++ {
		if repairs == maxRepairs || q.steps > budget {
			q.leaveOut(q.far, len(q.items)-1-q.far)
		} else {
			q.repair(rule, q.far, q.wanted(rule, q.far))
		}
		ends = q.run(rule)
	}
	if q.tooDeep {
		return Next{}
	}
	wanted := q.wanted(rule, len(q.items)-1)
	var own []string
	for i, word := range words {
		if wanted.words.has(symbol.FirstWord() + symbol.Terminal(i)) {
			own = append(own, word)
		}
	}
	return Next{
		Keywords: wanted.words.keywords(),
		Words:    own,
		Name:     wanted.terms.has(symbol.Ident),
		String:   wanted.terms.has(symbol.String),
		Number:   wanted.terms.has(symbol.Integer),
		Paren:    wanted.terms.has(symbol.LParen),
		End:      ends,
	}
}
