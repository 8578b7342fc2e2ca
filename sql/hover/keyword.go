package hover

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/bind"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// keywordTexts has a line for each keyword: the keyword, the page of PostgreSQL's
// manual, and what it does.
//
//go:embed keywords.txt
var keywordTexts string

// keywordAt tells about the keyword at an offset, as a phrase where it is one.
func keywordAt(s *bind.Statement, offset int) (Text, bool) {
	src := s.Tree().Source()
	var words []lex.Token
	at := -1
	for _, t := range s.Tree().Tokens() {
		if t.Trivia() {
			continue
		}
		if t.Start <= offset && offset < t.End {
			at = len(words)
		}
		words = append(words, t)
		if at >= 0 && len(words) > at+3 {
			break
		}
	}
	if at < 0 || words[at].Keyword == lex.NotKeyword {
		return Text{}, false
	}
	for size := 3; size >= 1; size-- {
		for first := max(0, at-size+1); first <= at && first+size <= len(words); first++ {
			var phrase []string
			for _, t := range words[first : first+size] {
				phrase = append(phrase, strings.ToLower(t.Text(src)))
			}
			name, manual, text, ok := keywordText(strings.Join(phrase, " "))
			if !ok {
				continue
			}
			var p page
			p.own(fmt.Sprintf("**%s**", strings.ToUpper(name)), strings.ToUpper(name))
			link := fmt.Sprintf("https://www.postgresql.org/docs/%s/%s", edition(s), manual)
			p.own(fmt.Sprintf("%s\n\n[PostgreSQL's manual](%s)", text, link), text+"\n\n"+link)
			span := words[first].Span
			span.End = words[first+size-1].End
			return p.text(span), true
		}
	}
	return Text{}, false
}

// edition gives the major version whose manual fits.
func edition(s *bind.Statement) string {
	if major := s.Catalog().ServerVersion() / 10000; major >= 10 {
		return fmt.Sprint(major)
	}
	return "current"
}

func keywordText(phrase string) (name, page, text string, ok bool) {
	rest := keywordTexts
	for rest != "" {
		line, after, _ := strings.Cut(rest, "\n")
		rest = after
		name, line, found := strings.Cut(line, " | ")
		if !found || name != phrase {
			continue
		}
		page, text, _ := strings.Cut(line, " | ")
		return name, page, text, true
	}
	return "", "", "", false
}
