package complete

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/bind"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// probe is a name that nobody uses. It stands at the cursor while the statement is
// parsed: what the grammar makes of it is what can stand there.
const probe = "‸"

// place is the cursor with what stands around it.
type place struct {
	src     string // the statement with the probe in place of the word at the cursor
	at      int    // of the probe in src
	tree    *tree.Tree
	node    tree.Node // what the probe is, or a Node that does not exist where no name fits
	bound   *bind.Statement
	visible bind.Visible
	next    tree.Next // what can follow what stands before the cursor
	words   bool      // keywords can stand there

	qualifier []string // names with a dot before the word: schema and table, or either
	prefix    string   // of the word before the cursor, without its opening quote
	quoted    bool     // the word begins with a double quote
	literal   bool     // the cursor is in a string, and so is the name
	pl        bool     // src is the body of a PL/pgSQL function
	isCall    bool     // a parenthesis follows the word
	replace   text.Span
}

// source is the text that a place is looked for in: a file, or the body of a
// function in it.
type source struct {
	text   string
	tokens []lex.Token // of the statement
	shift  int         // from an offset in text to one in the file
	pl     bool        // the tokens are all of a PL/pgSQL body
	of     tree.Node   // the statement whose body it is
	body   tree.Body
}

// placeAt reads the statement around the cursor. It answers false where nothing
// can be offered: in comments, most strings and numbers, and where a new name is
// due.
func placeAt(r Request) (place, bool) {
	st := r.File.Covering(r.Offset)
	if st.Kind == sql.Meta || st.Kind == sql.CopyData {
		return place{}, false
	}
	return source{text: r.File.Text(), tokens: st.Tokens()}.place(r, r.Offset)
}

func (s source) place(r Request, offset int) (place, bool) {
	p := place{replace: text.Span{Start: offset, End: offset}}
	start, end := offset, offset
	if len(s.tokens) > 0 {
		start, end = min(offset, s.tokens[0].Start), max(offset, s.tokens[len(s.tokens)-1].End)
	}
	var before []lex.Token // the last tokens before the word that are no trivia, for its qualifier
	for i, token := range s.tokens {
		inside := token.Start < offset && offset < token.End
		touched := token.Start < offset && offset <= token.End
		open := token.Flags&lex.Unterminated != 0
		switch {
		case touched && token.Name():
			p.quoted = token.Quoted()
			p.prefix = strings.TrimPrefix(s.text[token.Start:offset], `"`)
			p.replace = token.Span
			if open {
				p.replace.End = offset // the rest was not meant to be in the name
			}
			continue
		case (inside || touched && open) && (token.Comment() || token.Literal()):
			if token.Comment() {
				return p, false
			}
			return s.inLiteral(r, i, offset)
		case touched && (token.Kind == lex.LineComment || token.Kind == lex.Integer || token.Kind == lex.Number || token.Kind == lex.Param):
			return p, false
		case token.Trivia():
			continue
		case token.Kind == lex.Semicolon && !s.pl && last(s.tokens[i:]):
			if token.Start >= p.replace.End {
				end = min(end, token.Start)
			} else { // another statement begins
				start, before = token.End, nil
			}
			continue
		}
		if token.End <= p.replace.Start {
			before = append(before, token)
			if len(before) > 4 {
				before = before[1:]
			}
		} else {
			p.isCall = p.isCall || token.Kind == lex.LParen && token.Start == p.replace.End
		}
	}
	for len(before) >= 2 && len(p.qualifier) < 2 && before[len(before)-1].Kind == lex.Dot && before[len(before)-2].Name() {
		name := lex.Identifier(before[len(before)-2].Text(s.text))
		p.qualifier = append([]string{name}, p.qualifier...)
		before = before[:len(before)-2]
	}
	p.src = s.text[start:p.replace.Start] + probe + s.text[p.replace.End:end]
	p.at = p.replace.Start - start
	p.parse(r, s)
	p.replace.Start, p.replace.End = p.replace.Start+s.shift, p.replace.End+s.shift
	return p, true
}

// last reports whether nothing but trivia follows the first token.
func last(tokens []lex.Token) bool {
	return !slices.ContainsFunc(tokens[1:], func(t lex.Token) bool { return !t.Trivia() })
}

// parse finds out what the grammar makes of the probe, and what that can mean.
func (p *place) parse(r Request, s source) {
	tokens := lex.Lex(p.src, lex.Options{})
	parser := new(tree.Parser)
	p.pl = s.pl
	if s.pl {
		p.tree = tree.ParsePL(p.src, tokens)
	} else {
		p.tree = parser.Parse(p.src, tokens)
	}
	p.node = p.tree.At(p.at + len(probe))
	for _, e := range p.tree.Errors() {
		if e.Span.Start == p.at {
			p.node = tree.Node{} // the grammar takes no name there
		}
	}
	if kind := p.node.Kind(); kind <= tree.Missing || p.node.Span().End < p.at {
		p.node = tree.Node{}
	}
	if len(p.qualifier) == 0 && !p.quoted {
		cut := 0
		for cut < len(tokens) && tokens[cut].End <= p.at {
			cut++
		}
		p.next, p.words = parser.Next(p.src, tokens[:cut], s.pl), true
	}
	scope := bind.Scope{Catalog: r.Catalog, Probe: probe, Near: &text.Span{Start: p.at, End: p.at + len(probe)}}
	switch {
	case r.Catalog == nil:
		return
	case s.of.Exists():
		body := s.body
		body.Statements = []*tree.Tree{p.tree}
		p.bound = bind.Body(body, s.of, scope)[0]
	default:
		p.bound = bind.Of(p.tree, scope)
	}
	p.visible = p.bound.Visible(p.at)
}

// after gives what can follow a keyword that stands at the cursor.
func (p *place) after(word string) tree.Next {
	text := p.src[:p.at] + word
	return new(tree.Parser).Next(text, lex.Lex(text, lex.Options{}), p.pl)
}

// inLiteral completes in a string: in the body of a function, and where the
// string is the name of something.
func (s source) inLiteral(r Request, i, offset int) (place, bool) {
	token := s.tokens[i]
	if s.pl {
		return s.named(r, token, offset)
	}
	t := tree.Parse(s.text, s.tokens)
	n := t.Statement()
	for inner := range n.Within() {
		if inner.Kind() == tree.CreateFunctionStmt || inner.Kind() == tree.DoStmt {
			n = inner
			break
		}
	}
	body, ok := n.Body()
	if !ok || body.Literal.Span() != token.Span {
		return s.named(r, token, offset)
	}
	shift := body.Offset(0)
	if len(body.Statements) == 0 || offset < shift {
		return place{}, false
	}
	inner := source{text: body.Statements[0].Source(), shift: shift, of: n, body: body}
	if body.Offset(len(inner.text)) != shift+len(inner.text) {
		return place{}, false // doubled quotes: its offsets are not those of the file
	}
	if inner.pl = body.Language == "plpgsql"; inner.pl {
		inner.tokens = lex.Lex(inner.text, lex.Options{})
	} else {
		inner.tokens = sql.New(inner.text).Covering(offset - shift).Tokens()
	}
	return inner.place(r, offset-shift)
}

// named completes a string that the place takes as the name of something: a label
// of an enum, a regclass.
func (s source) named(r Request, token lex.Token, offset int) (place, bool) {
	if token.Kind != lex.String || r.Catalog == nil {
		return place{}, false
	}
	p := place{literal: true, replace: text.Span{Start: token.Start + 1, End: token.End - 1}}
	if token.Flags&lex.Unterminated != 0 {
		p.replace.End = offset
	}
	p.prefix = s.text[p.replace.Start:offset]
	start, end := s.tokens[0].Start, s.tokens[len(s.tokens)-1].End
	closing := ""
	if token.Flags&lex.Unterminated != 0 {
		closing, end = "'", offset
	}
	p.src = s.text[start:p.replace.Start] + s.text[p.replace.Start:p.replace.End] + closing + s.text[min(p.replace.End, end):end]
	p.at = p.replace.Start - start
	p.parseLiteral(r, s)
	if !p.node.Exists() {
		return p, false
	}
	p.replace.Start, p.replace.End = p.replace.Start+s.shift, p.replace.End+s.shift
	return p, true
}

func (p *place) parseLiteral(r Request, s source) {
	tokens := lex.Lex(p.src, lex.Options{})
	scope := bind.Scope{Catalog: r.Catalog, Near: &text.Span{Start: p.at, End: p.at}}
	if s.pl {
		p.tree = tree.ParsePL(p.src, tokens)
	} else {
		p.tree = tree.Parse(p.src, tokens)
	}
	p.node = p.tree.At(p.at)
	if s.of.Exists() {
		body := s.body
		body.Statements = []*tree.Tree{p.tree}
		p.bound = bind.Body(body, s.of, scope)[0]
	} else {
		p.bound = bind.Of(p.tree, scope)
	}
	p.visible = p.bound.Visible(p.at)
}

// parent gives the nearest node of one of the kinds around the probe.
func (p *place) parent(kinds ...tree.Kind) tree.Node {
	for n := p.node.Parent(); n.Exists(); n = n.Parent() {
		for _, k := range kinds {
			if n.Kind() == k {
				return n
			}
		}
	}
	return tree.Node{}
}
