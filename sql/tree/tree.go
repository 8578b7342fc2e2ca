// Package tree gives every SQL text a tree: that of PostgreSQL's grammar where
// PostgreSQL takes the text, and else the tree of the nearest text that it would
// take, in which Missing nodes stand for what had to be added and Error nodes
// for what had to be left out.
//
// The grammar is that of PostgreSQL 14 to 18 together, in the folder grammar. Its
// rules name the kinds of node; the names are those of PostgreSQL's parse nodes
// (src/include/nodes/parsenodes.h) where it has one.
package tree

import (
	"iter"

	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// Kind says what a node is.
type Kind uint16

// The kinds that every tree has. None is that of a Node that does not exist.
const (
	None    Kind = iota
	Error        // tokens that make no sense where they stand
	Missing      // a place where the grammar demands a token; it has no width
)

// String gives the name of the grammar's rule.
func (k Kind) String() string { return kindNames[k] }

// Field is what a node is to its parent; 0 is nothing in particular.
type Field uint8

// String gives the label of the grammar's rule.
func (f Field) String() string { return fieldNames[f] }

// node is a node in the arena of its tree.
type node struct {
	kind        Kind
	from, to    int32 // items
	kids, count int32 // its children in links
}

// Tree is the tree of a statement. It is immutable and safe for concurrent use.
type Tree struct {
	src     string
	tokens  []lex.Token
	items   []item
	nodes   []node // a node stands before its children; the root is first
	links   []kid
	parents []int32 // by node; of the root, -1
	errors  []SyntaxError
	steps   int
}

// SyntaxError is a place where the text leaves the grammar.
type SyntaxError struct {
	Span     text.Span     // of the token that does not fit, empty at the end of the text
	Expected []lex.Keyword // the keywords that one of would have to stand there, in alphabetical order; names and operators are not told
}

// Of gives the tree of a statement. Offsets count in src, the text of its file.
// The tree of what is not for the server, such as psql's commands, is empty.
func Of(st sql.Statement, src string) *Tree { return new(Parser).Of(st, src) }

// Parse gives the tree of a statement's tokens, white space and comments
// included, whose offsets count in src. The tree keeps both. It takes time in
// proportion to the number of tokens, whatever they are.
func Parse(src string, tokens []lex.Token) *Tree { return new(Parser).Parse(src, tokens) }

// Parser makes trees one after the other and needs less memory for many than Of
// and Parse do. Its zero value is ready; it is not safe for concurrent use, its
// trees are.
type Parser struct{ scratch parser }

// Of is the function Of.
func (p *Parser) Of(st sql.Statement, src string) *Tree {
	if st.Kind != sql.SQL {
		return p.Parse(src, nil)
	}
	return p.Parse(src, st.Tokens())
}

// Parse is the function Parse.
func (p *Parser) Parse(src string, tokens []lex.Token) *Tree {
	return p.scratch.tree(src, tokens, ruleRoot)
}

// Root gives the root; its children are the statement, if there is one, and what
// makes no sense around it.
func (t *Tree) Root() Node { return Node{t, 0} }

// Statement gives the statement itself, or a Node that does not exist.
func (t *Tree) Statement() Node {
	for child := range t.Root().Children() {
		if child.Kind() > Missing {
			return child
		}
	}
	return Node{}
}

// Errors gives the places where the text leaves the grammar, in their order. The
// first is where PostgreSQL reports a syntax error.
func (t *Tree) Errors() []SyntaxError { return t.errors }

// Tokens gives the tokens that the tree was made of.
func (t *Tree) Tokens() []lex.Token { return t.tokens }

// Source gives the text that offsets count in.
func (t *Tree) Source() string { return t.src }

// Steps tells how much work the tree was: the number of grammar operations run.
func (t *Tree) Steps() int { return t.steps }

// Nodes gives all nodes, each before its children.
func (t *Tree) Nodes() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for i := range t.nodes {
			if !yield(Node{t, int32(i)}) {
				return
			}
		}
	}
}

// Node is a node of a tree. The zero Node does not exist: its kind is None, and
// it has no children, text or parent.
type Node struct {
	tree *Tree
	id   int32
}

// Exists reports whether there is such a node.
func (n Node) Exists() bool { return n.tree != nil }

// Kind says what the node is.
func (n Node) Kind() Kind {
	if n.tree == nil {
		return None
	}
	return n.tree.nodes[n.id].kind
}

// Tree gives the tree that the node is in.
func (n Node) Tree() *Tree { return n.tree }

// Span gives the bytes from the node's first token to its last. A node without
// tokens is empty and stands behind the token before it.
func (n Node) Span() text.Span {
	tokens := n.Tokens()
	if len(tokens) == 0 {
		return n.place()
	}
	return text.Span{Start: tokens[0].Start, End: tokens[len(tokens)-1].End}
}

// place gives the empty span behind the token before a node without tokens.
func (n Node) place() text.Span {
	if n.tree == nil || len(n.tree.tokens) == 0 {
		return text.Span{}
	}
	own := &n.tree.nodes[n.id]
	first := n.tree.firstToken(own.from)
	if own.kind == Missing { // what was left out stands before it, as an Error
		first = int(n.tree.items[own.from].token)
	}
	for first > 0 {
		first--
		if token := n.tree.tokens[first]; !token.Trivia() {
			return text.Span{Start: token.End, End: token.End}
		}
	}
	start := n.tree.tokens[0].Start
	return text.Span{Start: start, End: start}
}

// firstToken gives the first token of an item, with those skipped before it.
func (t *Tree) firstToken(i int32) int {
	if t.items[i].skipped == 0 {
		return int(t.items[i].token)
	}
	if i > 0 {
		if before := t.items[i-1]; before.virtual {
			return int(before.token)
		}
		return t.endToken(i - 1)
	}
	at := 0
	for t.tokens[at].Trivia() || t.tokens[at].Separator() {
		at++
	}
	return at
}

// endToken gives the token behind an item, with the UESCAPE '!' that belongs to it.
func (t *Tree) endToken(i int32) int {
	at := int(t.items[i].token)
	end := at + 1
	if kind := t.tokens[at].Kind; kind != lex.UnicodeString && kind != lex.UnicodeIdent {
		return end
	}
	next := int(t.items[i+1].token) // the last item is the end of the text
	for at = end; at < next; at++ {
		if token := t.tokens[at]; token.Keyword == lex.KwUescape || token.Kind == lex.String && end > int(t.items[i].token)+1 {
			end = at + 1
		} else if !token.Trivia() {
			break
		}
	}
	return end
}

// Tokens gives the node's tokens, with the white space and comments between
// them.
func (n Node) Tokens() []lex.Token {
	if n.tree == nil || n.Kind() == Missing {
		return nil
	}
	t, own := n.tree, &n.tree.nodes[n.id]
	from := t.firstToken(own.from)
	if own.kind == Error && own.from+1 == own.to { // a wrong token; what was left out before it is another Error
		from = int(t.items[own.from].token)
	}
	to := from
	if own.kind == Error && own.from == own.to {
		to = int(t.items[own.to].token) // the tokens that were left out before an item
	} else {
		for i := own.to - 1; i >= own.from; i-- {
			if !t.items[i].virtual {
				to = t.endToken(i)
				break
			}
			if t.items[i].skipped > 0 {
				to = int(t.items[i].token)
				break
			}
		}
	}
	for to > from && t.tokens[to-1].Trivia() {
		to--
	}
	for from < to && t.tokens[from].Trivia() {
		from++
	}
	return t.tokens[from:max(from, to)]
}

// Text gives the node's text.
func (n Node) Text() string {
	if n.tree == nil {
		return ""
	}
	return n.Span().Of(n.tree.src)
}

// Parent gives the node around, or one that does not exist.
func (n Node) Parent() Node {
	if n.tree == nil || n.tree.parents[n.id] < 0 {
		return Node{}
	}
	return Node{n.tree, n.tree.parents[n.id]}
}

// Label gives what the node is to its parent.
func (n Node) Label() Field {
	parent := n.Parent()
	for _, k := range parent.links() {
		if k.node == n.id {
			return k.field
		}
	}
	return 0
}

func (n Node) links() []kid {
	if n.tree == nil {
		return nil
	}
	own := &n.tree.nodes[n.id]
	return n.tree.links[own.kids : own.kids+own.count]
}

// Children gives the node's children in the order of the text.
func (n Node) Children() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for _, k := range n.links() {
			if !yield(Node{n.tree, k.node}) {
				return
			}
		}
	}
}

// Field gives the first child with a label, or one that does not exist.
func (n Node) Field(f Field) Node {
	for _, k := range n.links() {
		if k.field == f {
			return Node{n.tree, k.node}
		}
	}
	return Node{}
}

// Fields gives the children with a label.
func (n Node) Fields(f Field) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for _, k := range n.links() {
			if k.field == f && !yield(Node{n.tree, k.node}) {
				return
			}
		}
	}
}

// Child gives the first child of a kind, or one that does not exist.
func (n Node) Child(kind Kind) Node {
	for _, k := range n.links() {
		if n.tree.nodes[k.node].kind == kind {
			return Node{n.tree, k.node}
		}
	}
	return Node{}
}

// Within gives the node and all nodes in it, each before its children.
func (n Node) Within() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if n.tree == nil {
			return
		}
		stack := []int32{n.id}
		for len(stack) > 0 {
			id := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			own := Node{n.tree, id}
			if !yield(own) {
				return
			}
			links := own.links()
			for i := len(links) - 1; i >= 0; i-- {
				stack = append(stack, links[i].node)
			}
		}
	}
}

// At gives the innermost node whose span holds or touches a cursor at offset;
// where two touch, it is the one before the cursor.
func (t *Tree) At(offset int) Node {
	n := t.Root()
descend:
	for {
		for child := range n.Children() {
			if span := child.Span(); span.Start <= offset && offset <= span.End && (span.Len() > 0 || child.Kind() == Missing) {
				n = child
				continue descend
			}
		}
		return n
	}
}

// Has reports whether the node itself, beside its children, has the keyword:
// whether a CREATE is one OR REPLACE, say.
func (n Node) Has(k lex.Keyword) bool {
	for token := range n.Own() {
		if token.Keyword == k {
			return true
		}
	}
	return false
}

// Own gives the node's tokens that are in none of its children.
func (n Node) Own() iter.Seq[lex.Token] {
	return func(yield func(lex.Token) bool) {
		if n.tree == nil {
			return
		}
		own := &n.tree.nodes[n.id]
		links := n.links()
		for i := own.from; i < own.to; i++ {
			for len(links) > 0 && n.tree.nodes[links[0].node].to <= i {
				links = links[1:]
			}
			if len(links) > 0 && n.tree.nodes[links[0].node].from <= i {
				continue
			}
			if it := n.tree.items[i]; !it.virtual && !yield(n.tree.tokens[it.token]) {
				return
			}
		}
	}
}
