package destructive

import (
	"iter"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// statement is a statement's tokens without white space and comments. A word
// behind a dot is a name and has lost its keyword.
type statement struct {
	src    string
	tokens []lex.Token
	// closer gives, for each token that opens a parenthesis or a bracket, the
	// index of what closes it, len(tokens) if nothing does; for a CASE the index
	// of its END; and for every other token its own index.
	closer []int
	// inBlock says that a name may be a variable of PL/pgSQL.
	inBlock bool
}

// run is a range of tokens by index, [from, to). The empty run stands for a part
// that is not there.
type run struct{ from, to int }

func (r run) empty() bool { return r.from >= r.to }

// statements cuts a text at its semicolons, those of psql included, except where
// a command that is stored holds them: DO (…; …) of a rule and BEGIN ATOMIC … END
// of a routine. What opens such and does not close it takes the rest of the text,
// which a server refuses as a whole.
func statements(src string) iter.Seq[*statement] {
	return func(yield func(*statement) bool) {
		tokens := significant(src)
		from, depth, atomic := 0, 0, false
		for i, token := range tokens {
			switch {
			case token.Kind == lex.LParen:
				depth++
			case token.Kind == lex.RParen:
				depth--
			case token.Keyword == lex.KwAtomic && depth == 0 && tokens[max(i-1, from)].Keyword == lex.KwBegin:
				word := created(tokens[from:i])
				atomic = word == lex.KwFunction || word == lex.KwProcedure
			case token.Keyword == lex.KwEnd && atomic:
				previous := tokens[i-1]
				atomic = !separates(previous) && previous.Keyword != lex.KwAtomic
			case separates(token):
				if atomic || depth > 0 && created(tokens[from:i]) == lex.KwRule {
					continue
				}
				if from < i && !yield(newStatement(src, tokens[from:i])) {
					return
				}
				from, depth = i+1, 0
			}
		}
		if from < len(tokens) {
			yield(newStatement(src, tokens[from:]))
		}
	}
}

// separates reports whether a token ends a statement.
func separates(t lex.Token) bool { return t.Kind == lex.Semicolon || t.Kind == lex.MetaSemicolon }

// significant gives the tokens of a text that are neither trivia nor psql
// commands.
func significant(src string) []lex.Token {
	tokens := make([]lex.Token, 0, len(src)/6+1)
	lexer := lex.NewLexer(src, 0, lex.Options{})
	dot := false
	for {
		token := lexer.NextSignificant()
		switch {
		case token.Kind == lex.EOF:
			return tokens
		case token.Kind == lex.Meta:
			continue
		case dot:
			token.Keyword = lex.NotKeyword
		}
		dot = token.Kind == lex.Dot
		tokens = append(tokens, token)
	}
}

// created gives the word that says what a CREATE [OR REPLACE] creates.
func created(tokens []lex.Token) lex.Keyword {
	at := func(i int) lex.Keyword {
		if i < len(tokens) {
			return tokens[i].Keyword
		}
		return lex.NotKeyword
	}
	switch {
	case at(0) != lex.KwCreate:
		return lex.NotKeyword
	case at(1) == lex.KwOr && at(2) == lex.KwReplace:
		return at(3)
	}
	return at(1)
}

func newStatement(src string, tokens []lex.Token) *statement {
	s := &statement{src: src, tokens: tokens, closer: make([]int, len(tokens))}
	var open []int
	for i, token := range tokens {
		s.closer[i] = i
		switch {
		case token.Kind == lex.LParen, token.Kind == lex.LBracket, token.Keyword == lex.KwCase:
			open = append(open, i)
		case token.Kind == lex.RParen, token.Kind == lex.RBracket:
			// A CASE that is open within was the name of a column: SELECT 1 case.
			for len(open) > 0 && tokens[open[len(open)-1]].Keyword == lex.KwCase {
				open = open[:len(open)-1]
			}
			open = s.close(open, i)
		case token.Keyword == lex.KwEnd && len(open) > 0 && tokens[open[len(open)-1]].Keyword == lex.KwCase:
			open = s.close(open, i)
		}
	}
	for _, i := range open {
		if tokens[i].Keyword != lex.KwCase {
			s.closer[i] = len(tokens)
		}
	}
	return s
}

// close notes that the token i closes the last of those that are open.
func (s *statement) close(open []int, i int) []int {
	last := len(open) - 1
	if last < 0 {
		return open
	}
	s.closer[open[last]] = i
	return open[:last]
}

// at gives a token, and one of kind EOF outside of the statement.
func (s *statement) at(i int) lex.Token {
	if i < 0 || i >= len(s.tokens) {
		return lex.Token{}
	}
	return s.tokens[i]
}

// keywords reports whether the tokens from i on are these words.
func (s *statement) keywords(i int, words ...lex.Keyword) bool {
	for n, word := range words {
		if s.at(i+n).Keyword != word {
			return false
		}
	}
	return true
}

// after gives the index behind the token i, or behind the parenthesis that it
// opens.
func (s *statement) after(i int) int {
	if i >= len(s.tokens) {
		return len(s.tokens)
	}
	return min(s.closer[i]+1, len(s.tokens))
}

// level iterates over the tokens of a run that are in no parentheses and no CASE
// of the run; one that opens such stands for all of it.
func (s *statement) level(r run) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := r.from; i < r.to; i = s.after(i) {
			if !yield(i) {
				return
			}
		}
	}
}

// span gives the bytes that a run covers.
func (s *statement) span(r run) text.Span {
	if r.empty() {
		return text.Span{}
	}
	return text.Span{Start: s.tokens[r.from].Start, End: s.tokens[r.to-1].End}
}

// of gives a run as it is written.
func (s *statement) of(r run) string { return s.span(r).Of(s.src) }

// name reads a name with its qualifiers.
func (s *statement) name(i int) run {
	r := run{i, i}
	for s.at(r.to).Name() {
		r.to++
		if s.at(r.to).Kind != lex.Dot || !s.at(r.to+1).Name() {
			break
		}
		r.to++
	}
	return r
}

// relation is a table as DELETE, UPDATE and TRUNCATE name it (relation_expr in
// gram.y).
type relation struct {
	name run
	all  run // with ONLY, * and, where it may have one, the alias
}

// relation reads a table without an alias.
func (s *statement) relation(i int) relation {
	r := relation{all: run{i, i}}
	if s.at(i).Keyword == lex.KwOnly {
		i++
	}
	if s.at(i).Kind == lex.LParen {
		r.name = s.name(i + 1)
		r.all.to = s.after(i)
		return r
	}
	r.name = s.name(i)
	r.all.to = r.name.to
	if s.operator(r.all.to, "*") {
		r.all.to++
	}
	return r
}

// aliased reads a table that may have an alias, which SET without AS is not.
func (s *statement) aliased(i int) relation {
	r := s.relation(i)
	switch next := s.at(r.all.to); {
	case next.Keyword == lex.KwAs && s.at(r.all.to+1).Name():
		r.all.to += 2
	case next.Name() && next.Keyword != lex.KwSet && !reserved(next):
		r.all.to++
	}
	return r
}

// operator reports whether the token i is this operator.
func (s *statement) operator(i int, operator string) bool {
	token := s.at(i)
	return token.Kind == lex.Operator && token.Text(s.src) == operator
}

// reserved reports whether a token is a keyword that names nothing.
func reserved(t lex.Token) bool {
	return t.Keyword != lex.NotKeyword && t.Keyword.Category() == lex.Reserved
}

// fold gives a name as PostgreSQL stores it. It does not know the escapes of
// U&"…".
func fold(t lex.Token, src string) (name string, known bool) {
	word := t.Text(src)
	switch t.Kind {
	case lex.Ident:
		return strings.Map(func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				return r | 0x20
			}
			return r
		}, word), true
	case lex.QuotedIdent:
		return strings.ReplaceAll(strings.TrimSuffix(word[1:], `"`), `""`, `"`), true
	}
	return word, false
}
