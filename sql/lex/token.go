// Package lex cuts any text into the tokens of PostgreSQL, psql and the
// placeholders of client libraries. It never fails and loses no byte: the
// tokens of a text tile it.
//
// The rules are those of src/backend/parser/scan.l of PostgreSQL 18 with
// standard_conforming_strings on, and of psqlscan.l and psqlscanslash.l for
// what belongs to psql.
package lex

import "github.com/tusk-lsp/tusk-lsp/sql/text"

// Kind says what a token is.
type Kind uint8

// The kinds of token. EOF is the zero value, for readers that look past the
// last token; the lexer itself never returns it in a list.
const (
	EOF Kind = iota

	Space        // white space: blank, tab, \n, \r, \f, \v
	LineComment  // -- up to the line end, which is not part of it
	BlockComment // /* … */, which nest

	Ident         // a name or a keyword without quotes
	QuotedIdent   // "…"
	UnicodeIdent  // U&"…"
	String        // '…'
	EscapeString  // E'…'
	UnicodeString // U&'…'
	NationalStr   // N'…'
	BitString     // B'…'
	HexString     // X'…'
	DollarString  // $tag$…$tag$

	Integer // 12, 0x1F, 0o17, 0b1, with _ between digits
	Number  // 1.5, .5, 1e3: what has a point or an exponent
	Param   // $1

	Operator      // any operator, of one character or several
	EqualsGreater // =>
	Typecast      // ::
	ColonEquals   // :=
	DotDot        // ..
	Dot
	Comma
	Semicolon
	Colon
	LParen
	RParen
	LBracket
	RBracket

	Variable      // psql's :name, :'name', :"name" and :{?name}
	Meta          // a psql command with its arguments, from the backslash on
	MetaSemicolon // psql's \; which separates statements that are sent together
	MetaColon     // psql's \: which is a colon and no variable
	Placeholder   // what Options.Placeholders asks for
	CopyData      // lines for COPY … FROM STDIN with the \. line; made by package sql only

	Invalid // NUL, a byte that is not UTF-8, or a character that no rule knows
)

var kindNames = [...]string{
	EOF:           "EOF",
	Space:         "Space",
	LineComment:   "LineComment",
	BlockComment:  "BlockComment",
	Ident:         "Ident",
	QuotedIdent:   "QuotedIdent",
	UnicodeIdent:  "UnicodeIdent",
	String:        "String",
	EscapeString:  "EscapeString",
	UnicodeString: "UnicodeString",
	NationalStr:   "NationalStr",
	BitString:     "BitString",
	HexString:     "HexString",
	DollarString:  "DollarString",
	Integer:       "Integer",
	Number:        "Number",
	Param:         "Param",
	Operator:      "Operator",
	EqualsGreater: "EqualsGreater",
	Typecast:      "Typecast",
	ColonEquals:   "ColonEquals",
	DotDot:        "DotDot",
	Dot:           "Dot",
	Comma:         "Comma",
	Semicolon:     "Semicolon",
	Colon:         "Colon",
	LParen:        "LParen",
	RParen:        "RParen",
	LBracket:      "LBracket",
	RBracket:      "RBracket",
	Variable:      "Variable",
	Meta:          "Meta",
	MetaSemicolon: "MetaSemicolon",
	MetaColon:     "MetaColon",
	Placeholder:   "Placeholder",
	CopyData:      "CopyData",
	Invalid:       "Invalid",
}

// String gives the name of the constant.
func (k Kind) String() string { return kindNames[k] }

// Flags say what is wrong with a token.
type Flags uint8

// The flags.
const (
	Unterminated Flags = 1 << iota // the text ends before the literal or comment does
	Junk                           // a number or parameter runs into letters, as in 12ab, or 0x has no digits
)

// Token is a piece of text.
type Token struct {
	text.Span         // embedded, and so few fields, that a Token travels in registers
	Keyword   Keyword // of an Ident that is a keyword
	Kind      Kind
	Flags     Flags
}

// Text gives the token's bytes in the text that its offsets count in.
func (t Token) Text(src string) string { return t.Of(src) }

// Trivia reports whether the token is white space or a comment.
func (t Token) Trivia() bool {
	return t.Kind == Space || t.Kind == LineComment || t.Kind == BlockComment
}

// Separator reports whether the token stands between statements: a semicolon or
// psql's \;.
func (t Token) Separator() bool { return t.Kind == Semicolon || t.Kind == MetaSemicolon }

// Comment reports whether the token is a comment.
func (t Token) Comment() bool { return t.Kind == LineComment || t.Kind == BlockComment }

// Literal reports whether the token is a quoted string of any form.
func (t Token) Literal() bool { return String <= t.Kind && t.Kind <= DollarString }

// Name reports whether the token is an identifier of any form; it may be a
// keyword.
func (t Token) Name() bool { return Ident <= t.Kind && t.Kind <= UnicodeIdent }

// Quoted reports whether the token has quotes or comment marks of its own, so
// that it can be unterminated and can hold anything.
func (t Token) Quoted() bool {
	return t.Kind == BlockComment || QuotedIdent <= t.Kind && t.Kind <= DollarString
}
