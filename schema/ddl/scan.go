package ddl

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// token is a token of an SQL text with the name that it writes, if it is one.
type token struct {
	lex.Token
	text string // as it stands
	name string // of an identifier, as the server stores it
}

// significant gives the tokens of a text without space and comments.
func significant(sql string) []token {
	var tokens []token
	l := lex.NewLexer(sql, 0, lex.Options{})
	for t := l.NextSignificant(); t.Kind != lex.EOF; t = l.NextSignificant() {
		written := token{Token: t, text: t.Text(sql)}
		if t.Name() {
			written.name = lex.Identifier(written.text)
		}
		tokens = append(tokens, written)
	}
	return tokens
}

// named gives the qualified names that stand in an SQL text with the span of
// each one's schema and dot. It looks into strings that name an object, too:
// 'shop.orders_id_seq'::regclass.
func named(sql string, yield func(name schema.Name, start, end int)) {
	tokens := significant(sql)
	for i := range tokens {
		t := tokens[i]
		if t.Kind == lex.String && i+2 < len(tokens) && tokens[i+1].Kind == lex.Typecast && strings.HasPrefix(tokens[i+2].text, "reg") {
			inner := strings.ReplaceAll(strings.Trim(t.text, "'"), "''", "'")
			named(inner, func(name schema.Name, _, _ int) { yield(name, -1, -1) })
		}
		if t.name == "" || i+2 >= len(tokens) || tokens[i+1].Kind != lex.Dot || i > 0 && tokens[i-1].Kind == lex.Dot {
			continue
		}
		last := tokens[i+2]
		if last.name == "" && last.Kind != lex.Operator {
			continue
		}
		name := last.name
		if last.Kind == lex.Operator {
			name = last.text
		}
		yield(schema.Name{Schema: t.name, Name: name}, t.Span.Start, last.Span.Start)
	}
}

// shorten leaves the schema of Options.Unqualified out of the names of a
// statement. What is no object of that schema keeps its dot: it is a column.
func (g *generator) shorten(sql string) string {
	if g.options.Unqualified == "" || !strings.Contains(sql, ident(g.options.Unqualified)+".") {
		return sql
	}
	var b strings.Builder
	from := 0
	named(sql, func(name schema.Name, start, end int) {
		if start >= 0 && name.Schema == g.options.Unqualified && g.known()[name] {
			b.WriteString(sql[from:start])
			from = end
		}
	})
	return b.String() + sql[from:]
}

// indexOptions gives the parenthesized storage parameters of a CREATE INDEX, or
// "".
func indexOptions(definition string) string {
	tokens := significant(definition)
	for i, depth := 0, 0; i < len(tokens); i++ {
		switch {
		case tokens[i].Kind == lex.LParen:
			depth++
		case tokens[i].Kind == lex.RParen:
			depth--
		case depth == 0 && tokens[i].Kind == lex.Ident && tokens[i].name == "with" && i+1 < len(tokens):
			for j := i + 1; j < len(tokens); j++ {
				if tokens[j].Kind == lex.RParen {
					return definition[tokens[i+1].Span.Start:tokens[j].Span.End]
				}
			}
		}
	}
	return ""
}

// clauseAt gives the place of a keyword outside of parentheses, or the end.
func clauseAt(definition, keyword string) int {
	depth := 0
	for _, t := range significant(definition) {
		switch {
		case t.Kind == lex.LParen:
			depth++
		case t.Kind == lex.RParen:
			depth--
		case depth == 0 && t.Kind == lex.Ident && t.name == keyword:
			return t.Span.Start
		}
	}
	return len(definition)
}
