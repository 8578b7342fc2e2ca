package tree

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// Value gives the text that a string literal means, its parts on several lines
// put together; of another node, the text of its tokens without white space and
// comments.
func (n Node) Value() string {
	var b strings.Builder
	for _, t := range n.Tokens() {
		if t.Keyword == lex.KwUescape {
			break // \ is the escape character of nearly all there are
		}
		if !t.Trivia() {
			b.WriteString(lex.Literal(t, n.tree.src))
		}
	}
	return b.String()
}
