// Package complete offers what can stand at a place of an SQL text. The grammar
// tells what fits there, from a tree in which a name of its own stands at the
// cursor, and the binder what can be named; a half-typed statement is as good as
// a finished one. It never waits.
package complete

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// Case is how keywords are written.
type Case uint8

// The cases; Typed follows the word begun.
const (
	Upper Case = iota
	Lower
	Typed
)

// Kind says what an item is.
type Kind uint8

// The kinds of item.
const (
	Keyword Kind = iota
	Schema
	Relation
	Column
	Function
	Type
	Alias
	Variable
	Value  // of an enum, a setting …
	Piece  // more than a name: a join with its condition …
	Object // any other object, such as a role or an index
)

// Request is the place to complete at and what is known.
type Request struct {
	File        *sql.File
	Offset      int             // bytes of the file
	Catalog     *schema.Catalog // nil: keywords and what the text itself names
	KeywordCase Case
	Snippets    bool            // whether InsertText may hold a snippet
	Limit       int             // items at most; 0 and less: 200
	Extensions  func() []string // what CREATE EXTENSION can make; nil: nobody knows
	Uses        map[string]int  // how much names are used: of what fits as well, the more used comes first
}

// List is what can stand there, the best first.
type List struct {
	Items      []Item
	Incomplete bool // typing on may bring items that are not in the list
}

// Item is one offer.
type Item struct {
	Label         string
	Kind          Kind
	Detail        string    // a type or a signature
	Description   string    // where it comes from
	InsertText    string    // quoted where the name needs it
	Snippet       bool      // InsertText is an LSP snippet
	Replace       text.Span // what InsertText replaces, in bytes of the file
	FilterText    string    // what a client matches the typed text with
	SortText      string    // sorts as the list does
	Documentation string    // plain text
}

const defaultLimit = 200

// At answers a request. Any text and any offset are fine.
func At(r Request) List {
	r.Offset = min(max(r.Offset, 0), len(r.File.Text()))
	if r.Limit <= 0 {
		r.Limit = defaultLimit
	}
	place, ok := placeAt(r)
	if !ok {
		return List{}
	}
	c := &collector{request: r, place: place}
	c.collect()
	slices.SortStableFunc(c.found, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.order, b.order), cmp.Compare(b.uses, a.uses), strings.Compare(a.item.Label, b.item.Label))
	})
	list := List{Incomplete: c.partial || len(c.found) > r.Limit}
	for i, f := range c.found[:min(len(c.found), r.Limit)] {
		f.item.SortText = fmt.Sprintf("%06d", i)
		list.Items = append(list.Items, f.item)
	}
	return list
}
