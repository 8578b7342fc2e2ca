package destructive

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// do looks into the body of DO [LANGUAGE name] 'body'. One in another language
// than PL/pgSQL may do anything, and so may one that is not there.
func (f *finder) do(s *statement) []Action {
	language, body := "plpgsql", lex.Token{}
	for i := 1; i < len(s.tokens); i++ {
		token := s.tokens[i]
		switch {
		case token.Keyword == lex.KwLanguage:
			i++
			language = strings.Trim(s.at(i).Text(s.src), `'"`)
		case token.Literal():
			body = token
		}
	}
	if body.Kind == lex.EOF || !strings.EqualFold(language, "plpgsql") {
		return []Action{{Kind: Execute, Span: s.span(run{0, len(s.tokens)})}}
	}
	return f.inside(s.src, body, block)
}

// inside looks into a literal with a function like find. What it cannot read may
// do anything.
func (f *finder) inside(src string, literal lex.Token, look func(src string, depth int) []Action) []Action {
	content, offset, known := content(literal, src)
	if !known || f.depth >= maxDepth {
		return []Action{{Kind: Execute, Span: literal.Span}}
	}
	actions := look(content, f.depth+1)
	for i := range actions {
		actions[i].Count = "" // it may use variables of the block
		if offset > 0 {
			actions[i].Span = actions[i].Span.Shift(offset)
		} else {
			actions[i].Span = literal.Span
		}
	}
	return actions
}

// content gives what a literal says, and where that starts in src if it stands
// there byte for byte, else 0. It does not know escapes by number, nor literals
// that go on in a later line.
func content(literal lex.Token, src string) (content string, offset int, known bool) {
	word := literal.Text(src)
	switch {
	case literal.Flags&lex.Unterminated != 0:
		return "", 0, false
	case literal.Kind == lex.DollarString:
		tag := strings.IndexByte(word[1:], '$') + 2
		return word[tag : len(word)-tag], literal.Start + tag, true
	case literal.Kind != lex.String && literal.Kind != lex.EscapeString:
		return "", 0, false
	}
	start := strings.IndexByte(word, '\'') + 1
	word = word[start : len(word)-1]
	if !strings.ContainsAny(word, `'\`) {
		return word, literal.Start + start, true
	}
	var b strings.Builder
	for i := 0; i < len(word); i++ {
		switch {
		case word[i] == '\'':
			i++
			if i == len(word) || word[i] != '\'' {
				return "", 0, false
			}
		case word[i] == '\\' && literal.Kind == lex.EscapeString:
			i++
			escape := strings.IndexByte(`bfnrt`, word[i])
			if escape < 0 && strings.IndexByte(`\'"`, word[i]) < 0 {
				return "", 0, false
			}
			if escape >= 0 {
				b.WriteByte("\b\f\n\r\t"[escape])
				continue
			}
		}
		b.WriteByte(word[i])
	}
	return b.String(), 0, true
}

// block lists what a block of PL/pgSQL destroys. It does not read the language,
// but knows the words that destructive statements start with, wherever they
// stand: behind THEN, LOOP or IN as well as behind a semicolon. So what a block
// only explains or prepares counts too.
func block(body string, depth int) []Action {
	var actions []Action
	f := finder{depth: depth}
	b := blockText{body, significant(body)}
	for i := 0; i < len(b.tokens); {
		if !b.starts(i) {
			i++
			continue
		}
		end := b.end(i)
		s := newStatement(body, b.tokens[i:end])
		s.inBlock = true
		actions = append(actions, f.find(s)...)
		i = end
	}
	return actions
}

// blockText is the text of a block with its tokens.
type blockText struct {
	src    string
	tokens []lex.Token
}

func (b blockText) at(i int) lex.Token {
	if i < 0 || i >= len(b.tokens) {
		return lex.Token{}
	}
	return b.tokens[i]
}

// end gives the index at which a statement ends that starts at i: at the
// semicolon, or where another starts behind LOOP or in the parentheses of WITH.
func (b blockText) end(i int) int {
	whole := b.definition(i)
	for i++; i < len(b.tokens); i++ {
		if separates(b.tokens[i]) || !whole && b.starts(i) {
			break
		}
	}
	return i
}

// starts reports whether a statement that may destroy starts at i.
func (b blockText) starts(i int) bool {
	next, previous := b.at(i+1), b.at(i-1)
	named := next.Name() && !reserved(next)
	switch b.tokens[i].Keyword {
	case lex.KwDelete:
		return next.Keyword == lex.KwFrom && previous.Keyword != lex.KwSelect && previous.Kind != lex.Comma
	case lex.KwUpdate:
		switch previous.Keyword {
		case lex.KwDo, lex.KwKey: // ON CONFLICT DO UPDATE, FOR NO KEY UPDATE
			return false
		case lex.KwFor: // a lock, or OPEN cursor FOR UPDATE table SET …
			return named && next.Keyword != lex.KwOf && next.Keyword != lex.KwNowait && next.Keyword != lex.KwSkip && !b.word(i+1, "loop")
		}
		if next.Keyword == lex.KwSet && b.at(i+2).Keyword != lex.KwSet { // of a MERGE
			return false
		}
		return named || next.Keyword == lex.KwOnly
	case lex.KwMerge:
		return next.Keyword == lex.KwInto
	case lex.KwTruncate:
		return named || next.Keyword == lex.KwTable || next.Keyword == lex.KwOnly
	case lex.KwDrop:
		return objectWord(next.Keyword)
	case lex.KwDo:
		return next.Literal() || next.Keyword == lex.KwLanguage
	case lex.KwExecute:
		switch next.Keyword {
		case lex.KwOn, lex.KwFunction, lex.KwProcedure: // GRANT EXECUTE ON, CREATE TRIGGER … EXECUTE FUNCTION
			return previous.Keyword != lex.KwGrant && b.opens(i)
		}
		return next.Kind != lex.Comma
	}
	return b.definition(i)
}

// definition reports whether a statement starts at i whose parts look like
// statements and are none: CREATE, ALTER and DROP.
func (b blockText) definition(i int) bool {
	switch b.tokens[i].Keyword {
	case lex.KwCreate, lex.KwAlter, lex.KwDrop:
		return b.opens(i) && (objectWord(b.at(i+1).Keyword) || b.at(i+1).Keyword == lex.KwOr)
	}
	return false
}

// opens reports whether a statement of PL/pgSQL may start at i.
func (b blockText) opens(i int) bool {
	switch previous := b.at(i - 1); previous.Keyword {
	case lex.KwBegin, lex.KwThen, lex.KwElse:
		return true
	default:
		return previous.Kind == lex.EOF || separates(previous) || b.word(i-1, "loop") || b.word(i-1, ">>")
	}
}

func (b blockText) word(i int, word string) bool { return strings.EqualFold(b.at(i).Text(b.src), word) }

// objectWord reports whether the type of an object in DROP, ALTER and CREATE can
// start with the word.
func objectWord(k lex.Keyword) bool {
	switch k {
	case lex.NotKeyword:
		return false
	case lex.KwTable, lex.KwUser, lex.KwForeign, lex.KwDefault:
		return true
	}
	return k.Category() != lex.Reserved
}

// executes looks into EXECUTE of a block where it is given a plain literal. What
// it puts together may do anything.
func (f *finder) executes(s *statement) []Action {
	switch next := s.at(2); {
	case !s.at(1).Literal():
	case next.Kind == lex.EOF, next.Keyword == lex.KwInto, next.Keyword == lex.KwUsing,
		strings.EqualFold(next.Text(s.src), "loop"):
		return f.inside(s.src, s.at(1), find)
	}
	return []Action{{Kind: Execute, Span: s.span(run{0, len(s.tokens)})}}
}
