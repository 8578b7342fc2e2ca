// Package hover tells about the name at a place of an SQL text: what it is, of
// what type, and what else there is to know of it.
package hover

import (
	"fmt"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/bind"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// Text is what is told, in two forms.
type Text struct {
	Markdown string // names and comments of the database cannot break out of it
	Plain    string
	Span     text.Span // of the name, in the statement's text
}

// maxLines is how many columns or overloads are listed.
const maxLines = 40

// At tells about the name at a byte offset of a statement's text, and false where
// there is nothing to tell.
func At(s *bind.Statement, offset int) (Text, bool) {
	var p page
	symbol, ok := s.Symbol(offset)
	if !ok {
		return keywordAt(s, offset)
	}
	switch symbol.Kind {
	case bind.ToRelation:
		p.relation(s.Catalog(), symbol.Relation)
	case bind.ToCTE:
		p.columns("common table expression "+lex.QuoteIdentifier(name(symbol)), symbol.Columns)
	case bind.ToItem, bind.ToStar:
		p.item(s, symbol)
	case bind.ToColumn, bind.ToOutput:
		p.column(s.Catalog(), symbol)
	case bind.ToFunction:
		p.function(s.Catalog(), symbol.Function)
	case bind.ToType:
		p.typeOf(s.Catalog(), symbol.Type)
	case bind.ToOperator:
		p.operator(symbol.Operator)
	case bind.ToVariable:
		p.code("variable " + name(symbol) + typed(symbol.Type))
	case bind.ToParameter:
		p.code(symbol.Node.Text() + typed(symbol.Type))
	case bind.ToWindow:
		p.code("window " + name(symbol) + " as " + strings.TrimSpace(symbol.Definition.Parent().Child(tree.WindowDef).Text()))
	}
	if len(p.markdown) == 0 {
		return Text{}, false
	}
	return p.text(symbol.Span), true
}

func name(s bind.Symbol) string {
	if names := s.Node.Names(); len(names) > 0 {
		return names[len(names)-1].Text
	}
	return s.Node.Text()
}

func typed(t string) string {
	if t == "" || t == "unknown" {
		return ""
	}
	return " " + t
}

// page gathers paragraphs.
type page struct{ markdown, plain []string }

func (p *page) text(span text.Span) Text {
	return Text{strings.Join(p.markdown, "\n\n"), strings.Join(p.plain, "\n\n"), span}
}

// code adds text that is shown as SQL.
func (p *page) code(text string) {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	p.markdown = append(p.markdown, fence+"sql\n"+text+"\n"+fence)
	p.plain = append(p.plain, text)
}

// prose adds a text of the database, such as a comment, as it is.
func (p *page) prose(text string) {
	if text = strings.TrimSpace(text); text == "" {
		return
	}
	p.markdown = append(p.markdown, escape(text))
	p.plain = append(p.plain, text)
}

// own adds Markdown of our own.
func (p *page) own(markdown, plain string) {
	p.markdown = append(p.markdown, markdown)
	p.plain = append(p.plain, plain)
}

// escape makes Markdown show a text as it is: no link, image, HTML or code begins
// in it.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '\n':
			b.WriteString("  \n")
		case strings.ContainsRune("\\`*_{}[]()#+-.!|>~:", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ':
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func (p *page) item(s *bind.Statement, symbol bind.Symbol) {
	if symbol.Relation != nil && symbol.Kind == bind.ToItem {
		p.relation(s.Catalog(), symbol.Relation)
		return
	}
	what := "subquery " + lex.QuoteIdentifier(name(symbol))
	if symbol.Kind == bind.ToStar {
		what = fmt.Sprintf("%d columns", len(symbol.Columns))
	}
	p.columns(what, symbol.Columns)
}

// columns lists the columns of what is no relation of the catalog.
func (p *page) columns(title string, columns []bind.Column) {
	width := 0
	for _, c := range columns {
		width = max(width, len(lex.QuoteIdentifier(c.Name)))
	}
	lines := []string{"-- " + oneLine(title)}
	for i, c := range columns {
		if i == maxLines {
			lines = append(lines, fmt.Sprintf("-- %d more", len(columns)-maxLines))
			break
		}
		lines = append(lines, fmt.Sprintf("%-*s %s", width, lex.QuoteIdentifier(c.Name), c.Type))
	}
	p.code(strings.Join(lines, "\n"))
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// qualified writes an object's name with its schema.
func qualified(o *schema.Object) string {
	if o.Schema == "" {
		return lex.QuoteIdentifier(o.Name)
	}
	return lex.QuoteIdentifier(o.Schema) + "." + lex.QuoteIdentifier(o.Name)
}
