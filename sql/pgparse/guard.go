package pgparse

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// What the parser is given at most. It builds its tree without recursion, and
// took a million of each construct without harm where whoever walks the tree
// would have run out of stack (measured with stacks of 1 and of 8 MB). So these
// limits leave a wide margin, and a server with its default max_stack_depth gives
// up well below them.
const (
	maxLength = 64 << 20 // bytes
	maxDepth  = 5_000    // open parentheses, brackets and CASEs
	maxChain  = 20_000   // operators, joins and UNIONs that apply to each other's results
)

// guard refuses what would crash or mislead the parser. It works on our own
// tokens: C strings end at a NUL byte, and the parser takes bytes that are not
// UTF-8 without a word, where the server says what guard says. Junk is the first
// token that is no token to PostgreSQL, or nil.
func guard(sql string) (junk *SyntaxError, refusal error) {
	if len(sql) > maxLength {
		return nil, unchecked("it is %d MB long, and up to %d MB are checked", len(sql)>>20, maxLength>>20)
	}
	var n nesting
	lexer := lex.NewLexer(sql, 0, lex.Options{})
	for token := lexer.Next(); token.Kind != lex.EOF; token = lexer.Next() {
		if err := encoding(token, sql); err != nil {
			return nil, err
		}
		if token.Flags != 0 && junk == nil {
			junk = lexical(token, sql)
		}
		n.read(token)
		switch {
		case len(n.levels) > maxDepth:
			return nil, unchecked("it nests deeper than %d levels", maxDepth)
		case n.chain > maxChain:
			return nil, unchecked("it chains more than %d operators", maxChain)
		}
	}
	return junk, nil
}

// encoding finds what the server refuses as text in UTF-8.
func encoding(token lex.Token, sql string) error {
	if token.Kind != lex.Invalid && token.Kind != lex.LineComment && token.Kind != lex.Meta && !token.Quoted() {
		return nil // made of whole characters
	}
	for i := token.Start; i < token.End; {
		r, size := utf8.DecodeRuneInString(sql[i:])
		if r == 0 || r == utf8.RuneError && size == 1 {
			return &SyntaxError{
				Message: `invalid byte sequence for encoding "UTF8": ` + sequence(sql[i:]),
				Code:    "22021", // character_not_in_repertoire
				Offset:  i,
			}
		}
		i += size
	}
	return nil
}

// sequence writes the bytes that the first one of s says are one character, as
// report_invalid_encoding in mbutils.c does.
func sequence(s string) string {
	n := 1
	switch c := s[0]; {
	case c&0xE0 == 0xC0:
		n = 2
	case c&0xF0 == 0xE0:
		n = 3
	case c&0xF8 == 0xF0:
		n = 4
	}
	var bytes []string
	for i := range min(n, len(s)) {
		bytes = append(bytes, fmt.Sprintf("0x%02x", s[i]))
	}
	return strings.Join(bytes, " ")
}

// lexical puts a flag of the lexer into the words of scan.l.
func lexical(token lex.Token, sql string) *SyntaxError {
	message := "trailing junk after numeric literal"
	switch word := token.Text(sql); {
	case token.Flags&lex.Unterminated != 0:
		message = unterminated[token.Kind]
	case token.Kind == lex.Param:
		message = "trailing junk after parameter"
	case len(word) <= 3 && len(word) > 1 && word[0] == '0':
		switch word[1] {
		case 'x', 'X':
			message = "invalid hexadecimal integer"
		case 'o', 'O':
			message = "invalid octal integer"
		case 'b', 'B':
			message = "invalid binary integer"
		}
	}
	if message == "" {
		message = "syntax error" // a placeholder that is open, which is no token of PostgreSQL's
	}
	return &SyntaxError{
		Message: fmt.Sprintf(`%s at or near "%s"`, message, token.Text(sql)),
		Code:    "42601",
		Offset:  token.Start,
	}
}

var unterminated = map[lex.Kind]string{
	lex.String:        "unterminated quoted string",
	lex.EscapeString:  "unterminated quoted string",
	lex.UnicodeString: "unterminated quoted string",
	lex.NationalStr:   "unterminated quoted string",
	lex.BitString:     "unterminated bit string literal",
	lex.HexString:     "unterminated hexadecimal string literal",
	lex.DollarString:  "unterminated dollar-quoted string",
	lex.QuotedIdent:   "unterminated quoted identifier",
	lex.UnicodeIdent:  "unterminated quoted identifier",
	lex.BlockComment:  "unterminated /* comment",
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
