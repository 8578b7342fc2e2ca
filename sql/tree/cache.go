package tree

import (
	"strings"
	"sync"

	"github.com/tusk-lsp/tusk-lsp/sql"
)

// Cache keeps trees by the text of their statements, so that an edit costs the
// tree of the statement that it touches, wherever in the file the others move.
// It is safe for concurrent use.
type Cache struct {
	mu sync.Mutex
	// Two generations of trees, guarded by mu: new ones go to young, and when it
	// is full it becomes old and what nobody asked for again is gone.
	young, old map[string]*Tree
	bytes      int // of the texts in young
}

// generationBytes bounds the text whose trees one generation keeps. A tree takes
// some 30 times the memory of its text.
const generationBytes = 2 << 20

// Of gives the tree of a statement. Its offsets count from the start of the
// statement's Outer.
func (c *Cache) Of(st sql.Statement, src string) *Tree {
	if st.Kind != sql.SQL {
		return Parse("", nil)
	}
	own := st.Outer.Of(src)
	c.mu.Lock()
	t := c.young[own]
	if t == nil {
		if t = c.old[own]; t != nil {
			c.keep(own, t)
		}
	}
	c.mu.Unlock()
	if t != nil {
		return t
	}
	own = strings.Clone(own) // or the tree would keep its whole file
	tokens := st.Tokens()
	for i := range tokens {
		tokens[i].Span = tokens[i].Shift(-st.Outer.Start)
	}
	// The lock is not held meanwhile: two goroutines may parse the same text and
	// come to the same tree.
	t = Parse(own, tokens)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(own, t)
	return t
}

// keep needs mu held.
func (c *Cache) keep(own string, t *Tree) {
	if c.young == nil || c.bytes+len(own) > generationBytes {
		c.old, c.young, c.bytes = c.young, map[string]*Tree{}, 0
	}
	c.young[own] = t
	c.bytes += len(own)
}
