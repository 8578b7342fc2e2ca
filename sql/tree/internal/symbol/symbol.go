// Package symbol names the terminal symbols of the grammar: what the parser of
// sql/tree and the generator of its tables must agree on.
package symbol

import (
	"strconv"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// Terminal is a kind of token as the grammar sees it: a class of literals, a
// punctuation mark, a particular operator, a keyword, or one of the grammar's own
// words (from FirstWord on).
type Terminal uint16

// The terminals that are no keywords.
const (
	EOF Terminal = iota
	Ident
	Variable // :name of psql and the placeholders of client libraries, which stand for a name or a value
	Integer
	Number
	String
	Bit
	Hex
	Param
	Op      // an operator that has no terminal of its own
	Invalid // a token that no statement can have

	LParen
	RParen
	LBracket
	RBracket
	Comma
	Dot
	Semicolon
	Colon
	DotDot
	Typecast
	ColonEquals
	EqualsGreater
	Plus
	Minus
	Star
	Slash
	Percent
	Caret
	Less
	Greater
	Equal
	LessEqual
	GreaterEqual
	NotEqual
	Hash

	firstKeyword
)

// Names are the terminals of the grammar's notation that are no keywords.
// Punctuation stands between quotes there.
func Names() map[string]Terminal {
	return map[string]Terminal{
		"IDENT": Ident, "VARIABLE": Variable, "ICONST": Integer, "FCONST": Number, "SCONST": String,
		"BCONST": Bit, "XCONST": Hex, "PARAM": Param, "OP": Op, "EOF": EOF,
		"'('": LParen, "')'": RParen, "'['": LBracket, "']'": RBracket, "','": Comma, "'.'": Dot, "';'": Semicolon,
		"':'": Colon, "'..'": DotDot, "'::'": Typecast, "':='": ColonEquals, "'=>'": EqualsGreater,
		"'+'": Plus, "'-'": Minus, "'*'": Star, "'/'": Slash, "'%'": Percent, "'^'": Caret, "'<'": Less, "'>'": Greater,
		"'='": Equal, "'<='": LessEqual, "'>='": GreaterEqual, "'<>'": NotEqual, "'#'": Hash,
	}
}

// Keyword gives the terminal of a keyword.
func Keyword(k lex.Keyword) Terminal { return firstKeyword + Terminal(k) }

// AsKeyword gives the keyword of a terminal, or NotKeyword.
func (t Terminal) AsKeyword() lex.Keyword {
	if t <= firstKeyword || t >= FirstWord() {
		return lex.NotKeyword
	}
	return lex.Keyword(t - firstKeyword)
}

// FirstWord is the terminal of the first of the grammar's own words.
func FirstWord() Terminal { return lastKeyword + 1 }

const lastKeyword = firstKeyword + Terminal(lex.KwZone)

var byKind = [...]Terminal{
	lex.Ident: Ident, lex.QuotedIdent: Ident, lex.UnicodeIdent: Ident,
	lex.String: String, lex.EscapeString: String, lex.UnicodeString: String, lex.NationalStr: String, lex.DollarString: String,
	lex.BitString: Bit, lex.HexString: Hex, lex.Integer: Integer, lex.Number: Number, lex.Param: Param,
	lex.EqualsGreater: EqualsGreater, lex.Typecast: Typecast, lex.ColonEquals: ColonEquals, lex.DotDot: DotDot,
	lex.Dot: Dot, lex.Comma: Comma, lex.Semicolon: Semicolon, lex.Colon: Colon,
	lex.LParen: LParen, lex.RParen: RParen, lex.LBracket: LBracket, lex.RBracket: RBracket,
	lex.Variable: Variable, lex.Placeholder: Variable, lex.MetaColon: Colon, lex.MetaSemicolon: Semicolon,
	lex.CopyData: Invalid, lex.Meta: Invalid, lex.Operator: Op, lex.Invalid: Invalid,
}

// Of gives the terminal of a token that is not trivia. Keywords are told by the
// lexer.
func Of(t lex.Token, src string) Terminal {
	switch t.Kind {
	case lex.Ident:
		if t.Keyword != lex.NotKeyword {
			return Keyword(t.Keyword)
		}
		return Ident
	case lex.Operator:
		return operator(t.Text(src))
	case lex.Variable:
		return variable(t.Text(src))
	case lex.Integer:
		if len(t.Text(src)) > 9 {
			return integer(t.Text(src))
		}
	}
	return byKind[t.Kind]
}

// integer tells what PostgreSQL takes for an integer from what is too big for
// one, and a number then (process_integer_literal of scan.l).
func integer(text string) Terminal {
	digits, base := strings.ReplaceAll(text, "_", ""), 10
	if len(digits) > 2 && digits[0] == '0' {
		switch digits[1] | 0x20 {
		case 'x':
			digits, base = digits[2:], 16
		case 'o':
			digits, base = digits[2:], 8
		case 'b':
			digits, base = digits[2:], 2
		}
	}
	if _, err := strconv.ParseInt(digits, base, 32); err != nil {
		return Number
	}
	return Integer
}

// variable tells :'name', which is a literal, and :"name", which is a name.
func variable(text string) Terminal {
	switch {
	case len(text) > 1 && text[1] == '\'':
		return String
	case len(text) > 1 && text[1] == '"':
		return Ident
	}
	return Variable
}

func operator(text string) Terminal {
	switch text {
	case "+":
		return Plus
	case "-":
		return Minus
	case "*":
		return Star
	case "/":
		return Slash
	case "%":
		return Percent
	case "^":
		return Caret
	case "<":
		return Less
	case ">":
		return Greater
	case "=":
		return Equal
	case "<=":
		return LessEqual
	case ">=":
		return GreaterEqual
	case "<>", "!=":
		return NotEqual
	case "#":
		return Hash
	}
	return Op
}
