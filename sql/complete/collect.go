package complete

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// collector gathers the items of one request.
type collector struct {
	request Request
	place   place
	scope   scope
	found   []ranked
	seen    map[string]bool
	partial bool // something was left out that a longer word would bring
}

type ranked struct {
	rank  int
	order int // within the rank; items of the same order stand by their labels
	item  Item
}

// The ranks, the best first.
const (
	rankColumn = iota
	rankAlias
	rankRelation
	rankSchema
	rankFunction
	rankKeyword
	rankOtherKeyword
	rankSystem
)

func (c *collector) collect() {
	c.seen = map[string]bool{}
	c.scope = c.place.scope()
	if len(c.place.qualifier) > 0 {
		c.qualified()
		return
	}
	switch c.place.slot {
	case statementSlot:
		c.keywords(statementWords)
	case relationSlot:
		for name := range c.scope.ctes {
			c.name(rankAlias, name, Item{Kind: Relation, Detail: "common table expression"})
		}
		c.relations("")
		c.functions("")
		c.schemas()
	case typeSlot:
		c.types("")
		c.schemas()
	case operatorSlot:
		c.keywords(operatorWords)
	case expressionSlot:
		visible := c.scope.visible(c.place.before)
		c.columns(visible...)
		for _, s := range visible {
			c.name(rankAlias, s.called(), Item{Kind: Alias, Detail: s.name})
		}
		c.functions("")
		c.schemas()
		c.keywords(expressionWords)
	}
}

// qualified completes after a dot.
func (c *collector) qualified() {
	q := c.place.qualifier
	if len(q) == 2 {
		c.columns(source{schema: q[0], name: q[1]})
		return
	}
	for _, s := range c.scope.visible(c.place.before) {
		if s.called() == q[0] {
			c.columns(s)
		}
	}
	switch c.place.slot {
	case typeSlot:
		c.types(q[0])
	case expressionSlot:
		c.functions(q[0])
		c.relations(q[0])
	case statementSlot, relationSlot, operatorSlot:
		c.relations(q[0])
		c.functions(q[0])
	}
}

// matches reports whether the word begun could become this name.
func (c *collector) matches(name string) bool {
	p := c.place.prefix
	return len(p) <= len(name) && strings.EqualFold(p, name[:len(p)])
}

// name adds a name, quoted where need be, if it matches and is new.
func (c *collector) name(rank int, name string, item Item) {
	key := fmt.Sprint(item.Kind, " ", name)
	if name == "" || !c.matches(name) || c.seen[key] {
		return
	}
	c.seen[key] = true
	item.Label = name
	if item.InsertText == "" {
		item.InsertText = c.quote(name)
	}
	item.FilterText = name
	if c.place.quoted {
		item.FilterText = `"` + name
	}
	item.Replace = c.place.replace
	c.found = append(c.found, ranked{rank: rank, item: item})
}

// quote writes a name as SQL needs it
// (https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS).
func (c *collector) quote(name string) string {
	plain := !c.place.quoted && name != "" && !strings.ContainsAny(name[:1], "0123456789$")
	for i := 0; i < len(name) && plain; i++ {
		b := name[i]
		plain = b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '_' || b == '$' || b >= 0x80
	}
	if k := lex.LookupKeyword(name); k != lex.NotKeyword && k.Category() != lex.Unreserved {
		plain = false
	}
	if plain {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// columns adds the columns of sources. One that several of them have is
// inserted with its qualifier.
func (c *collector) columns(sources ...source) {
	lists := make([][]schema.Column, len(sources))
	having := map[string]int{} // sources by the name of a column
	for i, s := range sources {
		lists[i] = c.scope.columns(&c.place, c.request.Catalog, s)
		for _, column := range lists[i] {
			having[column.Name]++
		}
	}
	for i, s := range sources {
		for _, column := range lists[i] {
			item := Item{Kind: Column, Detail: column.Type, Description: s.called(), Documentation: column.Comment}
			if column.NotNull {
				item.Detail += " not null"
			}
			if having[column.Name] > 1 && s.called() != "" {
				item.InsertText = c.quote(s.called()) + "." + c.quote(column.Name)
			}
			c.name(rankColumn, column.Name, item)
		}
	}
}

// system reports whether a schema is the server's own. Its objects are offered
// when a word has begun.
func (c *collector) system(name string) bool { return name == "pg_catalog" }

func (c *collector) relations(in string) {
	if c.request.Catalog == nil {
		return
	}
	for r := range c.request.Catalog.RelationsWithPrefix(in, c.place.prefix) {
		rank := rankRelation
		if in == "" && c.system(r.Schema) {
			if c.place.prefix == "" {
				c.partial = true
				continue
			}
			rank = rankSystem
		}
		if len(c.found) > 2*c.request.Limit {
			c.partial = true
			break
		}
		c.name(rank, r.Name, Item{Kind: Relation, Detail: r.Kind.String(), Description: r.Schema, Documentation: r.Comment})
	}
}

func (c *collector) schemas() {
	if c.request.Catalog == nil {
		return
	}
	for s := range c.request.Catalog.SchemasWithPrefix(c.place.prefix) {
		c.name(rankSchema, s.Name, Item{Kind: Schema, Detail: "schema", Documentation: s.Comment})
	}
}

func (c *collector) types(in string) {
	if c.request.Catalog == nil {
		return
	}
	for t := range c.request.Catalog.TypesWithPrefix(in, c.place.prefix) {
		c.name(rankRelation, t.Name, Item{Kind: Type, Detail: t.Kind.String(), Description: t.Schema, Documentation: t.Comment})
	}
}

func (c *collector) functions(in string) {
	inFrom := c.place.slot != expressionSlot
	if c.request.Catalog == nil || inFrom && !c.place.reads {
		return
	}
	for f := range c.request.Catalog.FunctionsWithPrefix(in, c.place.prefix) {
		rank := rankFunction
		if in == "" && c.system(f.Schema) {
			if c.place.prefix == "" {
				c.partial = true
				continue
			}
			rank = rankKeyword
		}
		if f.Kind == schema.Procedure || inFrom && !f.ReturnsSet {
			continue
		}
		if len(c.found) > 2*c.request.Limit {
			c.partial = true
			break
		}
		item := Item{Kind: Function, Detail: signature(f), Description: f.Schema, Documentation: f.Comment}
		if c.request.Snippets && !c.place.isCall {
			item.Snippet = true
			item.InsertText = snippetEscape.Replace(c.quote(f.Name)) + "($1)$0"
			if !slices.ContainsFunc(f.Arguments, schema.Argument.Input) {
				item.InsertText = snippetEscape.Replace(c.quote(f.Name)) + "()$0"
			}
		}
		c.name(rank, f.Name, item)
	}
}

// snippetEscape keeps a name's own characters in a snippet (LSP 3.17, Snippet
// Syntax).
var snippetEscape = strings.NewReplacer(`\`, `\\`, `$`, `\$`, `}`, `\}`)

// signature is a function with its arguments and its result.
func signature(f *schema.Function) string {
	var arguments []string
	for _, a := range f.Arguments {
		if a.Input() {
			arguments = append(arguments, strings.TrimSpace(a.Name+" "+a.Type))
		}
	}
	out := "(" + strings.Join(arguments, ", ") + ")"
	if f.Result != "" {
		out += " → " + f.Result
	}
	return out
}
