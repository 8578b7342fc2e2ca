package sql

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// Kind says who a statement is for.
type Kind uint8

// The kinds of statement.
const (
	Blank    Kind = iota // no statement: white space and comments
	SQL                  // for the server
	Meta                 // a psql command such as \d
	CopyData             // the lines for COPY … FROM STDIN, with the \. that ends them
)

// Statement is a statement in one version of a file. It is immutable and safe
// for concurrent use; it keeps its file's text in memory.
type Statement struct {
	Kind Kind

	// Span is the statement proper: without the white space and comments
	// around it and without the semicolon.
	Span text.Span

	// Outer is Span with what belongs to no other statement: white space,
	// comments and empty statements before it, the semicolon behind it. The
	// Outers of a file tile it; the last one reaches the end of the text.
	Outer text.Span

	file *File
}

// Text is the text of Span.
func (s Statement) Text() string { return s.Span.Of(s.file.Text()) }

// Tokens gives the tokens of Outer, white space and comments included. Their
// offsets are bytes of the file. It lexes anew on each call, which takes about
// 5 ns per byte; so an unchanged statement costs no memory.
func (s Statement) Tokens() []lex.Token {
	tokens := make([]lex.Token, 0, s.Outer.Len()/3+8)
	from := s.Outer.Start
	if from == 0 && strings.HasPrefix(s.file.Text(), bom) {
		from = len(bom)
		tokens = append(tokens, lex.Token{Kind: lex.Space, Span: text.Span{End: from}})
	}
	if s.Kind == CopyData {
		tokens = s.lex(tokens, from, s.Span.Start)
		tokens = append(tokens, lex.Token{Kind: lex.CopyData, Span: s.Span})
		from = s.Span.End
	}
	return s.lex(tokens, from, s.Outer.End)
}

// lex appends the tokens of the file's bytes [from, to).
func (s Statement) lex(tokens []lex.Token, from, to int) []lex.Token {
	lexer := lex.NewLexer(s.file.Text()[:to], from, s.file.opts)
	for token := lexer.Next(); token.Kind != lex.EOF; token = lexer.Next() {
		tokens = append(tokens, token)
	}
	return tokens
}

// bom is the byte order mark that some editors write at the start of a file, and
// that psql skips there.
const bom = "\ufeff"
