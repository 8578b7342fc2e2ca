package complete

import (
	"fmt"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/bind"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// pieces adds what is more than a name where no name fits.
func (c *collector) pieces() {
	c.insertList()
	c.expandedStar()
}

// insertList adds, behind INSERT INTO t, the columns that want a value with a
// placeholder for each.
func (c *collector) insertList() {
	n := c.place.tree.Statement()
	for inner := range n.Within() {
		if inner.Kind() == tree.InsertStmt && inner.Span().Start < c.place.at {
			n = inner
		}
	}
	if n.Kind() != tree.InsertStmt || c.place.prefix != "" || len(n.Child(tree.SelectStmt).Tokens()) > 0 {
		return
	}
	for column := range n.Children() {
		if column.Kind() == tree.InsertColumn && column.Span().Start < c.place.at {
			return
		}
	}
	r := c.place.bound.Refers(n.Child(tree.RangeVar)).Relation
	if r == nil || c.place.at < n.Child(tree.RangeVar).Span().End {
		return
	}
	var names, values []string
	for i := range r.Columns {
		column := &r.Columns[i]
		if column.Generated != schema.NotGenerated || column.Identity == schema.Always {
			continue
		}
		names = append(names, c.quote(column.Name))
		var value string
		if c.request.Snippets {
			value = fmt.Sprintf("${%d:%s}", len(names), snippetEscape.Replace(column.Name))
		} else {
			value = fmt.Sprintf("$%d", len(names))
		}
		values = append(values, value)
	}
	if len(names) == 0 {
		return
	}
	list := "(" + strings.Join(names, ", ") + ") " + c.cased("VALUES")
	item := Item{Kind: Piece, Detail: "columns and values", InsertText: list + " (" + strings.Join(values, ", ") + ")"}
	if c.request.Snippets {
		item.Snippet = true
		item.InsertText = snippetEscape.Replace(list) + " (" + strings.Join(values, ", ") + ")"
	}
	c.name(rankExact, list+" (…)", item)
}

// expandedStar adds, right behind a star, the columns that it stands for.
func (c *collector) expandedStar() {
	if c.place.at == 0 || c.place.src[c.place.at-1] != '*' {
		return
	}
	star := c.place.tree.At(c.place.at)
	for star.Exists() && c.place.bound.Refers(star).Kind != bind.ToStar {
		star = star.Parent()
	}
	if !star.Exists() || star.Span().End != c.place.at {
		return
	}
	columns := c.place.bound.Refers(star).Columns
	of := ""
	if names := star.Names(); star.Kind() == tree.ColumnRef && len(names) > 1 {
		of = c.quote(names[len(names)-2].Text) + "."
	}
	var list []string
	for _, column := range columns {
		if column.Name != "" {
			list = append(list, c.starColumn(column, of))
		}
	}
	if len(list) == 0 {
		return
	}
	start := star.Span().Start - c.place.at + c.place.replace.Start
	item := Item{Kind: Piece, Detail: fmt.Sprintf("the %d columns of *", len(list)), InsertText: strings.Join(list, ", ")}
	c.name(rankExact, strings.Join(list, ", "), item)
	if last := len(c.found) - 1; last >= 0 {
		c.found[last].item.Replace = text.Span{Start: start, End: c.place.replace.End}
		c.found[last].item.FilterText = star.Text()
	}
}

// starColumn writes a column of a star, with the item that has it where its name
// alone would not do.
func (c *collector) starColumn(column bind.Column, of string) string {
	if of != "" {
		return of + c.quote(column.Name)
	}
	for v := range c.place.visible.Columns() {
		if v.Name == column.Name && v.Ambiguous && v.Relation == column.Relation && v.Item != "" {
			return c.quote(v.Item) + "." + c.quote(column.Name)
		}
	}
	return c.quote(column.Name)
}

// grouping adds, right behind GROUP BY, the items of the SELECT list that are no
// aggregates.
func (c *collector) grouping() {
	clause := c.place.node.Parent()
	if clause.Kind() != tree.GroupClause {
		return
	}
	first := true
	for child := range clause.Children() {
		if child == c.place.node {
			break
		}
		first = false
	}
	var list []string
	for item := range clause.Parent().Children() {
		value := item.Field(tree.FieldValue)
		if item.Kind() != tree.ResTarget || !value.Exists() {
			continue
		}
		aggregate := false
		for call := range value.All(tree.FuncCall) {
			f := c.place.bound.Refers(call.Child(tree.FunctionName)).Function
			aggregate = aggregate || f != nil && f.Kind == schema.Aggregate || call.Child(tree.OverClause).Exists()
		}
		if !aggregate && value.Kind() != tree.Literal {
			list = append(list, value.Text())
		}
	}
	if first && len(list) > 0 {
		text := strings.Join(list, ", ")
		c.name(rankExact, text, Item{Kind: Piece, Detail: "what is not aggregated", InsertText: text})
	}
}

// arguments adds the names of a function's arguments, where one can stand.
func (c *collector) arguments() {
	call := c.place.node.Parent()
	if call.Kind() != tree.FuncCall {
		return
	}
	f := c.place.bound.Refers(call.Child(tree.FunctionName)).Function
	if procedure := call.Child(tree.ProcedureName); procedure.Exists() {
		f = c.place.bound.Refers(procedure).Function
	}
	if f == nil || f.Schema == "pg_catalog" {
		return
	}
	for i, a := range f.Arguments {
		if a.Input() && a.Name != "" {
			text := c.quote(a.Name) + " => "
			c.ordered(rankColumn, i, a.Name+" =>", Item{Kind: Variable, Detail: a.Type, Description: f.Name, InsertText: text})
		}
	}
}

// withoutFrom reports whether the cursor is at the end of a SELECT that has no FROM
// yet.
func (c *collector) withoutFrom() bool {
	query := c.place.parent(tree.SimpleSelect)
	return query.Exists() && query.Span().End == c.place.at+len(probe) && !query.Child(tree.FromClause).Exists() && c.place.node.Parent().Kind() == tree.ResTarget
}

// likelyColumns adds, in a SELECT without a FROM, columns that the word begun means,
// with the FROM.
func (c *collector) likelyColumns() {
	const letters, limit = 2, 20
	if len(c.place.prefix) < letters || !c.withoutFrom() {
		return
	}
	for i, m := range c.request.Catalog.Search(c.place.prefix, schema.FindColumns, limit) {
		if r, ok := m.Object.(*schema.Relation); ok && m.Column != nil && !schema.System(r.Schema) {
			c.columnWithFrom(i, r, m.Column)
		}
	}
}

// columnWithFrom adds a column with the FROM that it needs; the cursor stays behind
// the column.
func (c *collector) columnWithFrom(order int, r *schema.Relation, column *schema.Column) {
	name, from := c.quote(column.Name), " "+c.cased("FROM")+" "+c.relationName(r)
	item := Item{Kind: Piece, Detail: column.Type, Description: r.Schema, InsertText: name + from}
	if c.request.Snippets {
		item.Snippet, item.InsertText = true, snippetEscape.Replace(name)+"$0"+snippetEscape.Replace(from)
	}
	c.ordered(rankColumn, order, column.Name+from, item)
}
