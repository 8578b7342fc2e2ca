package pgparse

import (
	"fmt"
	"unicode/utf8"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// What the parser is given at most. The C stack is what it may not exhaust: an
// expression, a list of joins or of UNIONs nests in the tree once per operator.
const (
	maxLength = 64 << 20 // bytes; the server's own limit is 1 GB
	maxDepth  = 5_000    // open parentheses, brackets and CASEs
	maxChain  = 50_000   // operators that apply to each other's results
)

// guard refuses what would crash or mislead the parser. It works on our own
// tokens: C strings end at a NUL byte, and the parser takes bytes that are not
// UTF-8 without a word, where the server says what guard says.
func guard(sql string) error {
	if len(sql) > maxLength {
		return unchecked("the statement is %d MB long; up to %d MB are checked", len(sql)>>20, maxLength>>20)
	}
	var n nesting
	lexer := lex.NewLexer(sql, 0, lex.Options{})
	for token := lexer.Next(); token.Kind != lex.EOF; token = lexer.Next() {
		if err := encoding(token, sql); err != nil {
			return err
		}
		n.read(token)
		switch {
		case len(n.levels) > maxDepth:
			return unchecked("the statement nests deeper than %d levels", maxDepth)
		case n.chain > maxChain:
			return unchecked("the statement chains more than %d operators", maxChain)
		}
	}
	return nil
}

// encoding finds what the server refuses as text in UTF-8.
func encoding(token lex.Token, sql string) error {
	switch {
	case token.Kind != lex.Invalid && !token.Quoted() && token.Kind != lex.LineComment:
		return nil // made of valid characters, or ASCII
	}
	for i := token.Start; i < token.End; {
		r, size := utf8.DecodeRuneInString(sql[i:])
		if r == 0 || r == utf8.RuneError && size == 1 {
			return &SyntaxError{
				Message: fmt.Sprintf("invalid byte sequence for encoding \"UTF8\": 0x%02x", sql[i]),
				Code:    "22021",
				Offset:  i,
			}
		}
		i += size
	}
	return nil
}

// nesting follows how deep the tree of a statement would be.
type nesting struct {
	levels []int // for each open bracket or CASE, the operators chained before it
	chain  int   // operators that apply to each other's results so far
}

func (n *nesting) read(token lex.Token) {
	switch token.Kind {
	case lex.LParen, lex.LBracket:
		n.levels = append(n.levels, n.chain)
	case lex.RParen, lex.RBracket:
		n.pop()
	case lex.Comma, lex.Semicolon:
		n.chain = n.base()
	case lex.Operator, lex.Typecast, lex.EqualsGreater:
		n.chain++
	case lex.Ident:
		switch token.Keyword {
		case lex.KwCase:
			n.levels = append(n.levels, n.chain)
		case lex.KwEnd:
			n.pop()
		case lex.KwAnd, lex.KwOr, lex.KwNot, lex.KwIs, lex.KwIsnull, lex.KwNotnull, lex.KwLike, lex.KwIlike, lex.KwSimilar,
			lex.KwIn, lex.KwBetween, lex.KwCollate, lex.KwAt, lex.KwJoin,
			lex.KwUnion, lex.KwIntersect, lex.KwExcept:
			n.chain++
		}
	}
}

// base is the length of the chain that the innermost open bracket stands in.
func (n *nesting) base() int {
	if len(n.levels) == 0 {
		return 0
	}
	return n.levels[len(n.levels)-1]
}

func (n *nesting) pop() {
	if last := len(n.levels) - 1; last >= 0 {
		n.chain = n.levels[last]
		n.levels = n.levels[:last]
	}
}
