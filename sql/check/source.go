package check

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/pgparse"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// Source is a statement as a parser can read it: what psql or a client library
// would have replaced is replaced by something of the same length, so that
// offsets in the source are offsets in the statement. A check by a server sends
// Text and gives the position that it gets back to Blames, Locate and Message.
type Source struct {
	Text string // as long as the statement's text

	own    string // the statement's text
	span   text.Span
	tokens []lex.Token // of the statement, without trivia; offsets of the file
	wild   []int       // indexes in tokens of variables that may hold any text
	open   bool        // \if … \endif inside: which branch counts is not known
}

// NewSource reads a statement of kind sql.SQL.
func NewSource(s sql.Statement) *Source {
	src := &Source{own: s.Text(), span: s.Span, tokens: significant(s)}
	b := []byte(src.own)
	for i, token := range src.tokens {
		if wild := src.replace(b[token.Start-s.Span.Start:token.End-s.Span.Start], token.Kind); wild {
			src.wild = append(src.wild, i)
		}
	}
	src.Text = string(b)
	return src
}

// replace overwrites what no server would see, and reports whether it could have
// stood for anything.
func (s *Source) replace(b []byte, kind lex.Kind) (wild bool) {
	switch kind {
	case lex.Variable:
		switch b[1] {
		case '\'', '"': // psql quotes the value, so this is a literal or a name
			b[0] = ' '
		case '{': // TRUE or FALSE
			fill(b, "true")
		default:
			b[0] = ' '
			if lex.LookupKeyword(string(b[1:])) != lex.NotKeyword {
				b[1] = '_'
			}
			return true
		}
	case lex.Placeholder:
		if b[0] == '{' {
			fill(b, "x")
			return true
		}
		if len(b) == 1 {
			b[0] = '1'
		} else {
			fill(b, "$1")
		}
	case lex.Meta:
		if lex.MetaCommand(string(b)) != "" { // a backslash by itself is an error
			fill(b, "")
			s.open = true
		}
	case lex.MetaColon:
		b[0] = ' '
	}
	return false
}

// fill overwrites b with word and blanks.
func fill(b []byte, word string) {
	for i := copy(b, word); i < len(b); i++ {
		b[i] = ' '
	}
}

// check asks the grammar, and where it refuses, asks again in the ways in which
// a right statement could be refused.
func (s *Source) check(p *pgparse.Parser) error {
	err := p.Check(s.Text)
	if err == nil && !pgparse.Available {
		err = s.checkTree()
	}
	e, ok := errors.AsType[*pgparse.SyntaxError](err)
	if !ok {
		return err
	}
	if older, ok := s.downgrade(); ok {
		if err = p.Check(older); err == nil {
			return nil
		}
		if e, ok = errors.AsType[*pgparse.SyntaxError](err); !ok {
			return err
		}
	}
	if !s.Blames(e.Offset) {
		return nil
	}
	return e
}

// checkTree asks our own grammar, where PostgreSQL's is not built in. It finds
// nearly all that PostgreSQL does, at the same token.
func (s *Source) checkTree() error {
	found := tree.Parse(s.Text, lex.Lex(s.Text, lex.Options{})).Errors()
	if len(found) == 0 {
		return nil
	}
	at := found[0].Span
	e := &pgparse.SyntaxError{Code: "42601", Offset: at.Start, Message: "syntax error at end of input"}
	if at.Len() > 0 {
		e.Message = fmt.Sprintf("syntax error at or near %q", at.Of(s.Text))
	}
	return e
}

// Blames reports whether an error at a byte offset of the text can be the
// statement's own fault. It is not when it is found at a variable that may hold
// any text, or right behind one: the value may be what the grammar misses.
func (s *Source) Blames(offset int) bool {
	if s.open {
		return false
	}
	at := s.span.Start + offset
	for _, i := range s.wild {
		behind := s.span.End // the end of what the variable spoils
		if i+1 < len(s.tokens) {
			behind = s.tokens[i+1].End
		}
		if offset < 0 || s.tokens[i].Start <= at && (at < behind || behind == s.span.End) {
			return false
		}
	}
	return true
}

// Locate gives the bytes of the file to mark for an error at a byte offset of
// the text: the token there, at the end of the text the last token, and the
// whole statement where the offset is unknown (negative). Of a token that is
// never closed it is the first line.
func (s *Source) Locate(offset int) text.Span {
	if offset < 0 || len(s.tokens) == 0 {
		return s.span
	}
	at := s.span.Start + offset
	token := s.tokens[len(s.tokens)-1]
	for _, t := range s.tokens {
		if at < t.End {
			token = t
			break
		}
	}
	return s.mark(token)
}

// firstToken gives the bytes of the file to mark for the statement as a whole.
func (s *Source) firstToken() text.Span {
	if len(s.tokens) == 0 {
		return s.span
	}
	return s.mark(s.tokens[0])
}

// Message gives a parser's message about an error at a byte offset of the text
// in terms of what the user wrote: a parser that read a replacement quotes that,
// and one that found an open quote quotes all that follows.
func (s *Source) Message(message string, offset int) string {
	const near = ` at or near "`
	i := strings.Index(message, near)
	if i < 0 || offset < 0 {
		return message
	}
	quoted := strings.TrimSuffix(message[i+len(near):], `"`)
	if !strings.HasPrefix(s.own[min(offset, len(s.own)):], quoted) {
		span := s.Locate(offset).Shift(-s.span.Start)
		quoted = span.Of(s.own)
	}
	if line := strings.IndexAny(quoted, "\r\n"); line >= 0 {
		quoted = quoted[:line] + "…"
	}
	return message[:i+len(near)] + quoted + `"`
}

func (s *Source) mark(token lex.Token) text.Span {
	span := text.Span{Start: token.Start, End: min(token.End, s.span.End)}
	if token.Flags&lex.Unterminated != 0 {
		first := span.Shift(-s.span.Start).Of(s.own)
		if i := strings.IndexAny(first, "\r\n"); i >= 0 {
			span.End = span.Start + i
		}
	}
	return span
}
