package complete

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/bind"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// joined are the items that something in FROM can be joined with: those of the
// same query that stand before it.
func (c *collector) joined() []bind.Named {
	var items []bind.Named
	for i := range c.place.visible.Items() {
		if i.Level == 0 && i.Name != probe && i.Node.Span().Start < c.place.at {
			items = append(items, i)
		}
	}
	return items
}

// joins adds, behind JOIN, the relations that foreign keys lead to, with the
// conditions.
func (c *collector) joins() {
	ref := c.place.node.Parent()
	join := ref.Parent()
	if join.Kind() != tree.JoinExpr || len(join.Child(tree.OnClause).Tokens()) > 0 || len(join.Child(tree.UsingClause).Tokens()) > 0 || len(ref.Child(tree.Alias).Tokens()) > 0 {
		return
	}
	items := c.joined()
	taken := map[string]bool{}
	for _, i := range items {
		taken[i.Name] = true
	}
	add := func(r *schema.Relation, condition func(alias string) string) {
		alias := aliasFor(r.Name, taken)
		name := c.relationName(r)
		text := fmt.Sprintf("%s %s %s %s", name, alias, c.cased("ON"), condition(alias))
		c.name(rankExact, text, Item{Kind: Piece, Detail: "join", InsertText: text, Description: r.Schema})
	}
	for _, i := range items {
		if i.Relation == nil {
			continue
		}
		for k := range i.Relation.Constraints {
			key := &i.Relation.Constraints[k]
			if key.Kind != schema.ForeignKey {
				continue
			}
			if r := c.request.Catalog.Relation(key.References.Schema, key.References.Name); r != nil {
				add(r, func(alias string) string { return c.equal(alias, key.RefColumns, i.Name, key.Columns) })
			}
		}
		for r, key := range c.request.Catalog.ReferencesTo(i.Relation.QualifiedName()) {
			add(r, func(alias string) string { return c.equal(alias, key.Columns, i.Name, key.RefColumns) })
		}
	}
}

// equal writes the condition of a join over columns that belong together.
func (c *collector) equal(left string, leftColumns []string, right string, rightColumns []string) string {
	var parts []string
	for k := range min(len(leftColumns), len(rightColumns)) {
		parts = append(parts, fmt.Sprintf("%s.%s = %s.%s", c.quote(left), c.quote(leftColumns[k]), c.quote(right), c.quote(rightColumns[k])))
	}
	return strings.Join(parts, " "+c.cased("AND")+" ")
}

// relationName writes the name of a relation, with its schema where it needs one.
func (c *collector) relationName(r *schema.Relation) string {
	if c.request.Catalog.Resolve(r.Name) == r {
		return c.quote(r.Name)
	}
	return c.quote(r.Schema) + "." + c.quote(r.Name)
}

// aliasFor makes an alias of the first letters of a name's words that is not taken.
func aliasFor(name string, taken map[string]bool) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '_' || r == ' ' || r == '-' || r == '.' }) {
		if first := word[0]; first >= 'a' && first <= 'z' {
			b.WriteByte(first)
		}
	}
	alias := b.String()
	if alias == "" {
		alias = "t"
	}
	switch alias {
	case "as", "in", "is", "on", "or", "to", "do", "by", "if", "no", "of", "at", "end", "all", "any", "and", "asc", "not", "for", "set":
		alias += "1" // they are words of SQL
	}
	if !taken[alias] {
		return alias
	}
	for n := 2; ; n++ {
		if next := fmt.Sprintf("%s%d", alias, n); !taken[next] {
			return next
		}
	}
}

// conditions adds, right behind ON, what the join is over: the columns of foreign
// keys, or else those of the same name and type.
func (c *collector) conditions() {
	on := c.place.node.Parent()
	if on.Kind() != tree.OnClause {
		return
	}
	items := c.joined()
	if len(items) < 2 {
		return
	}
	last := items[len(items)-1]
	var found []string
	add := func(text string) {
		if text != "" && !slices.Contains(found, text) {
			found = append(found, text)
			c.ordered(rankExact, len(found), text, Item{Kind: Piece, Detail: "join condition", InsertText: text})
		}
	}
	for _, i := range slices.Backward(items[:len(items)-1]) {
		if i.Relation == nil || last.Relation == nil {
			continue
		}
		for _, pair := range [][2]bind.Named{{last, i}, {i, last}} {
			for k := range pair[0].Relation.Constraints {
				key := &pair[0].Relation.Constraints[k]
				if key.Kind == schema.ForeignKey && key.References == pair[1].Relation.QualifiedName() {
					add(c.equal(pair[0].Name, key.Columns, pair[1].Name, key.RefColumns))
				}
			}
		}
	}
	if len(found) > 0 {
		return
	}
	for _, i := range slices.Backward(items[:len(items)-1]) {
		for _, theirs := range i.Columns {
			for _, ours := range last.Columns {
				if ours.Name == theirs.Name && ours.Type == theirs.Type {
					add(c.equal(last.Name, []string{ours.Name}, i.Name, []string{theirs.Name}))
				}
			}
		}
	}
}

// commonColumns adds the columns that both sides of a join have.
func (c *collector) commonColumns() {
	items := c.joined()
	if len(items) < 2 {
		return
	}
	last := items[len(items)-1]
	for _, ours := range last.Columns {
		for _, i := range items[:len(items)-1] {
			if slices.ContainsFunc(i.Columns, func(theirs bind.Column) bool { return theirs.Name == ours.Name }) {
				c.name(rankFit, ours.Name, c.columnItem(ours, last.Name))
			}
		}
	}
}
