package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// grammar is what the .ebnf files say.
type grammar struct {
	rules []*rule // in the order of the files
	names map[string]*rule
}

// rule is Name = body .
type rule struct {
	name  string
	where string
	body  *expr
}

// node reports whether the rule makes a node of its name.
func (r *rule) node() bool { return unicode.IsUpper(rune(r.name[0])) }

// form says what an expression is.
type form uint8

const (
	terminal  form = iota // a token; text as written
	reference             // a rule, or a class of tokens
	sequence
	choice
	optional
	repeated
	list // first of parts, separated by the terminal in text
	positive
	negative
	native // a function of the parser; parts[0] tells what it may start with
	field  // label:x
	wrap   // ->Kind
)

type expr struct {
	form  form
	text  string
	parts []*expr
	where string
}

// read parses all .ebnf files of a folder.
func read(folder string) (*grammar, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.ebnf"))
	if err != nil {
		return nil, err
	}
	g := &grammar{names: map[string]*rule{}}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		p := reader{file: filepath.Base(file), src: string(src), line: 1}
		if err := p.rules(g); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// reader cuts the notation into words and parses them.
type reader struct {
	file, src string
	line      int
	pos       int
	word      string
}

func (p *reader) where() string { return fmt.Sprintf("%s:%d", p.file, p.line) }

func (p *reader) fail(format string, args ...any) {
	panic(fmt.Errorf("%s: %s", p.where(), fmt.Sprintf(format, args...)))
}

func (p *reader) rules(g *grammar) (err error) {
	defer func() {
		if e, ok := recover().(error); ok {
			err = e
		}
	}()
	for p.next(); p.word != ""; {
		r := &rule{name: p.word, where: p.where()}
		p.next()
		p.expect("=")
		r.body = p.choice()
		p.expect(".")
		if other := g.names[r.name]; other != nil {
			p.fail("%s is already defined at %s", r.name, other.where)
		}
		g.names[r.name] = r
		g.rules = append(g.rules, r)
	}
	return nil
}

// next reads the next word: a name, a quoted token or a mark.
func (p *reader) next() {
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		if c == '\n' {
			p.line++
		}
		switch {
		case unicode.IsSpace(rune(c)):
			p.pos++
			continue
		case strings.HasPrefix(p.src[p.pos:], "//"):
			for p.pos < len(p.src) && p.src[p.pos] != '\n' {
				p.pos++
			}
			continue
		}
		start := p.pos
		switch {
		case c == '\'' || c == '"':
			end := strings.IndexByte(p.src[p.pos+1:], c)
			if end < 0 {
				p.fail("unclosed quote")
			}
			p.pos += end + 2
		case strings.HasPrefix(p.src[p.pos:], "->"):
			p.pos += 2
		case letter(c):
			for p.pos < len(p.src) && letter(p.src[p.pos]) {
				p.pos++
			}
		default:
			p.pos++
		}
		p.word = p.src[start:p.pos]
		return
	}
	p.word = ""
}

func letter(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (p *reader) expect(word string) {
	if p.word != word {
		p.fail("%q where %q should be", p.word, word)
	}
	p.next()
}

func (p *reader) choice() *expr {
	e := &expr{form: choice, where: p.where(), parts: []*expr{p.sequence()}}
	for p.word == "|" {
		p.next()
		e.parts = append(e.parts, p.sequence())
	}
	if len(e.parts) == 1 {
		return e.parts[0]
	}
	return e
}

func (p *reader) sequence() *expr {
	e := &expr{form: sequence, where: p.where()}
	for p.word != "" && !strings.Contains("|.)]}", p.word) {
		e.parts = append(e.parts, p.item())
	}
	if len(e.parts) == 1 {
		return e.parts[0]
	}
	return e
}

func (p *reader) item() *expr {
	e := p.primary()
	if p.word == "%" {
		where := p.where()
		p.next()
		e = &expr{form: list, text: p.word, parts: []*expr{e}, where: where}
		p.next()
	}
	return e
}

func (p *reader) primary() *expr {
	e := &expr{where: p.where(), text: p.word}
	word := p.word
	p.next()
	enclosed := func(f form, end string) *expr {
		e.form, e.parts = f, []*expr{p.choice()}
		p.expect(end)
		return e
	}
	switch word[0] {
	case '(':
		inner := p.choice()
		p.expect(")")
		return inner
	case '[':
		return enclosed(optional, "]")
	case '{':
		return enclosed(repeated, "}")
	case '&':
		e.form, e.parts = positive, []*expr{p.primary()}
		return e
	case '!':
		e.form, e.parts = negative, []*expr{p.primary()}
		return e
	case '@':
		e.form, e.text = native, p.word
		p.next()
		p.expect("(")
		return enclosed(native, ")").named(e.text)
	case '\'', '"':
		return e
	}
	if word == "->" {
		e.form, e.text = wrap, p.word
		p.next()
		return e
	}
	if !letter(word[0]) {
		p.fail("%q makes no sense here", word)
	}
	if p.word == ":" {
		p.next()
		e.form, e.parts = field, []*expr{p.primary()}
		return e
	}
	if strings.ToUpper(word) == word {
		return e // a keyword or a class of tokens
	}
	e.form = reference
	return e
}

func (e *expr) named(name string) *expr {
	e.text = name
	return e
}
