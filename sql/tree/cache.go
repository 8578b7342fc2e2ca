package tree

import (
	"math"

	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/recent"
)

// Cache keeps trees by the text of their statements, so that an edit costs the
// tree of the statement that it touches, wherever in the file the others move.
// It is safe for concurrent use.
type Cache struct{ trees *recent.Texts[*Tree] }

// maxCached bounds the text whose trees are kept. A tree takes some 30 times the
// memory of its text.
const maxCached = 2 << 20

// NewCache gives a cache without trees.
func NewCache() *Cache { return &Cache{recent.New[*Tree](math.MaxInt, maxCached)} }

// Of gives the tree of a statement. Its offsets count from the start of the
// statement's Outer.
func (c *Cache) Of(st sql.Statement, src string) *Tree {
	if st.Kind != sql.SQL {
		return Parse("", nil)
	}
	return c.trees.Of(st.Outer.Of(src), func(own string) *Tree {
		tokens := st.Tokens()
		for i := range tokens {
			tokens[i].Span = tokens[i].Shift(-st.Outer.Start)
		}
		return Parse(own, tokens)
	})
}
