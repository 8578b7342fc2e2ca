package tree

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// Body is what a function or a DO block does, where that is the text of a
// literal: AS $$ … $$. The bodies BEGIN ATOMIC … END and RETURN … are nodes of
// the statement itself.
type Body struct {
	Language   string  // in lower case: plpgsql, sql …
	Literal    Node    // the literal
	Statements []*Tree // of a PL/pgSQL body one, with the root PLRoot; of an SQL one, its statements; none for other languages

	text    string // what the literal means
	start   int    // of the text in the literal's source, behind the opening quote
	escapes []int  // where the text is one byte shorter than the source, as offsets in the text
}

// Body gives the body of a CreateFunctionStmt or a DoStmt, and false when there
// is none in a literal. It parses the body on each call.
func (n Node) Body() (Body, bool) {
	if n.Kind() != CreateFunctionStmt && n.Kind() != DoStmt {
		return Body{}, false
	}
	b := Body{Literal: n.Field(FieldAs), Language: "sql"}
	if n.Kind() == DoStmt {
		b.Language = "plpgsql"
	}
	for name := range n.All(LanguageName) {
		b.Language = languageName(name)
	}
	if !b.Literal.Exists() || !b.read() {
		return Body{}, false
	}
	switch b.Language {
	case "plpgsql":
		b.Statements = []*Tree{ParsePL(b.text, lex.Lex(b.text, lex.Options{}))}
	case "sql":
		file := sql.New(b.text)
		for _, st := range file.Statements() {
			b.Statements = append(b.Statements, Of(st, b.text))
		}
	}
	return b, true
}

// ParsePL gives the tree of the body of a PL/pgSQL function; its root is a
// PLRoot. It is Parse in all else.
func ParsePL(src string, tokens []lex.Token) *Tree {
	return new(Parser).scratch.tree(src, tokens, rulePLRoot)
}

func languageName(n Node) string {
	text := n.Text()
	if strings.HasPrefix(text, "'") {
		return strings.ToLower(strings.Trim(text, "'"))
	}
	return lex.Identifier(text)
}

// read takes the text out of the literal. Of those forms that need more than
// doubled quotes to be read, such as E'…', it reads none with an escape.
func (b *Body) read() bool {
	tokens := b.Literal.Tokens()
	if len(tokens) != 1 {
		return false // a literal in several lines
	}
	source := tokens[0].Text(b.Literal.tree.src)
	switch tokens[0].Kind {
	case lex.DollarString:
		tag := source[:strings.IndexByte(source[1:], '$')+2]
		b.start = len(tag)
		b.text = strings.TrimSuffix(source[b.start:], tag)
		return true
	case lex.String, lex.EscapeString:
		b.start = strings.IndexByte(source, '\'') + 1
		inner := strings.TrimSuffix(source[b.start:], "'")
		if tokens[0].Kind == lex.EscapeString && strings.Contains(inner, `\`) {
			return false
		}
		return b.undouble(inner)
	}
	return false
}

func (b *Body) undouble(inner string) bool {
	var text strings.Builder
	for i := 0; i < len(inner); i++ {
		text.WriteByte(inner[i])
		if inner[i] == '\'' && i+1 < len(inner) && inner[i+1] == '\'' {
			b.escapes = append(b.escapes, text.Len())
			i++
		}
	}
	b.text = text.String()
	return true
}

// Offset gives the place of an offset in the body's text in the text that the
// literal's own offsets count in.
func (b *Body) Offset(at int) int {
	more := 0
	for more < len(b.escapes) && b.escapes[more] <= at {
		more++
	}
	return b.Literal.Span().Start + b.start + at + more
}
