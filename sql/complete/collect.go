package complete

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/bind"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// collector gathers the items of one request.
type collector struct {
	request Request
	place   place
	found   []ranked
	seen    map[string]bool
	after   map[string]tree.Next // what can follow keywords that can stand here
	partial bool                 // something was left out that a longer word would bring
}

type ranked struct {
	rank  int
	order int // within the rank; items of the same order stand by their uses and their labels
	uses  int
	item  Item
}

// The ranks, the best first.
const (
	rankExact  = iota // whole pieces, and values of the type that is wanted
	rankFit           // columns of the type that is wanted
	rankColumn        // other columns
	rankAlias
	rankRelation
	rankSchema
	rankFunction
	rankKeyword
	rankOtherKeyword
	rankSystem
)

func (c *collector) collect() {
	c.seen, c.after = map[string]bool{}, map[string]tree.Next{}
	if c.place.literal {
		c.literal()
		return
	}
	switch {
	case c.request.Catalog == nil:
	case c.place.node.Exists():
		c.names()
	default:
		c.pieces()
		switch {
		case !c.place.pl:
		case len(c.place.qualifier) == 0 && c.place.next.Name:
			c.variables(rankColumn)
		case len(c.place.qualifier) > 0:
			c.fieldsOf(c.place.qualifier[len(c.place.qualifier)-1])
		}
	}
	if c.place.words {
		c.keywords()
	}
}

// names adds the names that can stand where the grammar takes one.
func (c *collector) names() {
	n := c.place.node
	if n.Kind() == tree.ExtensionName && n.Label() == tree.FieldNew && c.request.Extensions != nil {
		for _, extension := range c.request.Extensions() {
			if c.request.Catalog.Extension(extension) == nil {
				c.name(rankRelation, extension, Item{Kind: Object, Detail: "extension"})
			}
		}
		return
	}
	if n.Label() == tree.FieldNew || n.Label() == tree.FieldName && n.Kind() != tree.OptionName {
		return // a new name
	}
	switch n.Kind() {
	case tree.ColumnRef:
		c.expression()
	case tree.RangeVar:
		c.rangeVar()
	case tree.FunctionName:
		c.functionName()
	case tree.GenericType, tree.TypeName:
		c.typeName()
	case tree.ColumnName:
		c.columnName()
	case tree.WindowName:
		for w := range c.place.visible.Windows() {
			c.name(rankAlias, w.Name(), Item{Kind: Alias, Detail: "window"})
		}
	case tree.PLTarget, tree.PLForTarget, tree.CursorName:
		if len(c.place.qualifier) > 0 {
			c.fieldsOf(c.place.qualifier[len(c.place.qualifier)-1])
		} else {
			c.variables(rankColumn)
		}
	case tree.AttributeName:
		c.attributes()
	case tree.SettingValue:
		c.settingValues(n.Parent())
	default:
		c.objects(n.Kind())
	}
}

// qualifier gives the schema and the name before the word's dots.
func (c *collector) qualifier() (schemaName, name string) {
	q := c.place.qualifier
	if len(q) == 2 {
		return q[0], q[1]
	}
	return "", q[0]
}

// expression completes where a value can stand.
func (c *collector) expression() {
	if c.place.node.Parent().Kind() == tree.CommentStmt || c.place.parent(tree.CreateSeqStmt, tree.AlterSeqStmt).Exists() {
		c.columnOfRelation()
		return
	}
	if c.place.parent(tree.CreateDomainStmt, tree.AlterDomainStmt).Exists() {
		c.name(rankExact, c.cased("VALUE"), Item{Kind: Keyword, Detail: "the value to be checked", InsertText: c.cased("VALUE")})
	}
	if len(c.place.qualifier) > 0 {
		schemaName, name := c.qualifier()
		if i, ok := c.place.visible.Item(schemaName, name); ok {
			c.columnsOf(i.Name, i.Columns)
			return
		}
		if c.fieldsOf(name) || schemaName != "" {
			return
		}
		if r := c.request.Catalog.Resolve(name); r != nil && c.request.Catalog.Schema(name) == nil {
			if c.withoutFrom() {
				for i := range r.Columns {
					c.columnWithFrom(i, r, &r.Columns[i])
				}
			}
			c.relationColumns(r) // its FROM is still to be written
			return
		}
		c.functions(name, false)
		c.relations(name, nil)
		return
	}
	c.conditions()
	c.grouping()
	c.wanted()
	c.arguments()
	c.columns()
	c.likelyColumns()
	c.outputs()
	for i := range c.place.visible.Items() {
		c.name(rankAlias, i.Name, Item{Kind: Alias, Detail: aliasDetail(i)})
	}
	c.variables(rankColumn)
	c.functions("", false)
	c.schemas()
}

// columnOfRelation completes a column behind the name of its relation.
func (c *collector) columnOfRelation() {
	switch len(c.place.qualifier) {
	case 0:
		c.relations("", nil)
		c.schemas()
	case 1:
		if r := c.request.Catalog.Resolve(c.place.qualifier[0]); r != nil {
			c.relationColumns(r)
		}
		c.relations(c.place.qualifier[0], nil)
	default:
		if r := c.request.Catalog.Relation(c.place.qualifier[0], c.place.qualifier[1]); r != nil {
			c.relationColumns(r)
		}
	}
}

func aliasDetail(i bind.Named) string {
	if i.Relation != nil {
		return i.Relation.Name
	}
	return ""
}

// wanted adds the values of the type that the place wants.
func (c *collector) wanted() {
	t := c.place.bound.Wanted(c.place.node)
	if t == "boolean" && c.place.prefix == "" {
		return // any condition gives one
	}
	c.labels(t, true)
}

// labels adds the labels of an enum.
func (c *collector) labels(t string, quoted bool) {
	reference, ok := c.request.Catalog.TypeNamed(t)
	for range 32 {
		if !ok || reference.Type == nil || reference.Type.Kind != schema.Domain {
			break
		}
		reference, ok = c.request.Catalog.TypeNamed(reference.Type.Of)
	}
	if !ok || reference.Type == nil || reference.Dimensions > 0 {
		return
	}
	for i, label := range reference.Type.Labels {
		text := strings.ReplaceAll(label, "'", "''")
		item := Item{Kind: Value, Detail: reference.Type.Name, InsertText: text}
		if quoted {
			item.InsertText = "'" + text + "'"
			label = item.InsertText
		}
		c.ordered(rankExact, i, label, item)
	}
}

// literal completes in a string.
func (c *collector) literal() {
	n := c.place.node
	switch t := cmp.Or(c.place.bound.Wanted(n), c.place.bound.TypeOf(n)); t {
	case "regclass":
		c.relations("", nil)
		return
	case "boolean":
		for _, word := range []string{"true", "false"} {
			c.name(rankExact, word, Item{Kind: Value, InsertText: word})
		}
		return
	default:
		c.labels(t, false)
	}
	if set := c.place.parent(tree.VariableSetStmt); set.Exists() {
		c.settingValues(set)
	}
}

// columns adds the columns that can be named without more. One that several have
// is inserted with its qualifier.
func (c *collector) columns() {
	wanted := c.place.bound.Wanted(c.place.node)
	at := 0
	for v := range c.place.visible.Columns() {
		at++
		item := c.columnItem(v.Column, v.Item)
		if v.Ambiguous && v.Item != "" {
			item.InsertText = c.quote(v.Item) + "." + c.quote(v.Name)
		}
		rank := rankColumn
		if wanted != "" && v.Type != "" && fits(v.Type, wanted) {
			rank = rankFit
		}
		c.ordered(rank, v.Level, v.Name, item)
	}
}

// fits reports whether values of two types are likely to meet.
func fits(t, wanted string) bool {
	return strings.SplitN(t, "(", 2)[0] == strings.SplitN(wanted, "(", 2)[0]
}

func (c *collector) columnItem(column bind.Column, of string) Item {
	item := Item{Kind: Column, Detail: column.Type, Description: of}
	if column.Source != nil {
		item.Documentation = column.Source.Comment
	}
	if column.NotNull {
		item.Detail += " not null"
	}
	return item
}

// columnsOf adds the columns of something by its name.
func (c *collector) columnsOf(of string, columns []bind.Column) {
	for _, column := range columns {
		c.name(rankColumn, column.Name, c.columnItem(column, of))
	}
}

func (c *collector) relationColumns(r *schema.Relation) {
	for i := range r.Columns {
		column := &r.Columns[i]
		c.name(rankColumn, column.Name, c.columnItem(bind.Column{Name: column.Name, Type: column.Type, Relation: r, Source: column, NotNull: column.NotNull}, r.Name))
	}
}

// outputs adds the output columns where they can be named.
func (c *collector) outputs() {
	if !c.place.parent(tree.SortBy, tree.GroupClause).Exists() || c.place.parent(tree.OverClause, tree.WindowDef).Exists() {
		return
	}
	for _, o := range c.place.visible.Outputs() {
		if o.Name != "?column?" {
			c.name(rankColumn, o.Name, Item{Kind: Column, Detail: o.Type, Description: "output"})
		}
	}
}

// fieldsOf adds the fields of a variable or the variables of a block, and reports
// whether there is one.
func (c *collector) fieldsOf(name string) bool {
	if variables, ok := c.place.visible.Block(name); ok {
		for _, v := range variables {
			c.name(rankColumn, v.Name, Item{Kind: Variable, Detail: v.Type, Description: name})
		}
		return true
	}
	for v := range c.place.visible.Variables() {
		if v.Name == name {
			c.columnsOf(name, c.place.bound.Fields(v))
			return true
		}
	}
	return false
}

// attributes adds the fields of the composite value before the dot.
func (c *collector) attributes() {
	whole := c.place.parent(tree.Indirection)
	for child := range whole.Children() {
		if columns, ok := c.place.bound.FieldsOf(child); ok {
			c.columnsOf("", columns)
		}
		return
	}
}

// variables adds what a body has declared.
func (c *collector) variables(rank int) {
	for v := range c.place.visible.Variables() {
		order := 0
		if !v.Definition.Exists() {
			order = 1 // one that every body has
		}
		c.ordered(rank, order, v.Name, Item{Kind: Variable, Detail: v.Type})
	}
}

// rangeVar completes the name of a relation.
func (c *collector) rangeVar() {
	parent := c.place.node.Parent()
	reads := parent.Kind() == tree.TableRef
	in := ""
	if len(c.place.qualifier) > 0 {
		if len(c.place.qualifier) > 1 {
			return
		}
		in = c.place.qualifier[0]
	}
	if parent.Kind() == tree.LockingClause {
		for i := range c.place.visible.Items() {
			c.name(rankAlias, i.Name, Item{Kind: Alias, Detail: aliasDetail(i)})
		}
		return
	}
	if in == "" {
		if reads || parent.Kind() == tree.SimpleTable {
			for t := range c.place.visible.CommonTables() {
				c.name(rankAlias, t.Name, Item{Kind: Relation, Detail: "common table expression"})
			}
			c.joins()
		}
	}
	c.relations(in, kindsFor(parent))
	if reads {
		c.functions(in, true)
	}
	if in == "" {
		c.schemas()
	}
}

// kindsFor gives the kinds of relation that a statement takes, nil for all that
// have rows.
func kindsFor(n tree.Node) []schema.Kind {
	switch n.Kind() {
	case tree.CreateTrigStmt, tree.IndexStmt, tree.LockStmt:
		return []schema.Kind{schema.Table, schema.PartitionedTable, schema.ForeignTable, schema.View, schema.MaterializedView}
	case tree.TruncateStmt, tree.CreatePolicyStmt, tree.AlterPolicyStmt, tree.References, tree.Inherits:
		return []schema.Kind{schema.Table, schema.PartitionedTable, schema.ForeignTable}
	case tree.DropStmt, tree.AlterTableStmt:
		return []schema.Kind{schema.Table, schema.PartitionedTable}
	case tree.InsertStmt, tree.UpdateStmt, tree.DeleteStmt, tree.MergeStmt:
		return []schema.Kind{schema.Table, schema.PartitionedTable, schema.ForeignTable, schema.View}
	}
	return nil
}

// functionName completes the name of a function that is called or named.
func (c *collector) functionName() {
	in := ""
	if len(c.place.qualifier) > 0 {
		in = c.place.qualifier[len(c.place.qualifier)-1]
	}
	if c.place.node.Parent().Kind() == tree.TableSample {
		for f := range c.request.Catalog.FunctionsWithPrefix(in, c.place.prefix) {
			if f.Result == "tsm_handler" && f.Name != "tsm_handler_in" {
				c.name(rankExact, f.Name, Item{Kind: Function, Detail: "sampling method", Documentation: f.Comment})
			}
		}
		for _, own := range []string{"bernoulli", "system"} {
			c.name(rankExact, own, Item{Kind: Function, Detail: "sampling method", InsertText: own})
		}
		return
	}
	c.functions(in, c.place.parent(tree.RangeFunction).Exists() && c.place.node.Parent().Parent().Kind() == tree.RangeFunction)
	if in == "" {
		c.schemas()
	}
}

func (c *collector) typeName() {
	in := ""
	if len(c.place.qualifier) > 0 {
		in = c.place.qualifier[0]
	}
	c.types(in)
	if in == "" {
		c.schemas()
		if c.place.parent(tree.PLDeclaration, tree.ReturnsTable, tree.FunctionParameter, tree.CreateFunctionStmt).Exists() {
			c.relations("", nil)
		}
	}
}

// columnName completes the name of a column of a relation that the statement
// names.
func (c *collector) columnName() {
	parent := c.place.node.Parent()
	given := map[string]bool{}
	for sibling := range parent.Children() {
		if sibling.Kind() == tree.ColumnName && sibling != c.place.node {
			given[sibling.Name()] = true
		}
	}
	list := parent.Parent()
	if list.Kind() == tree.SetClause {
		list = list.Parent()
	}
	for sibling := range list.Children() {
		for name := range sibling.All(tree.ColumnName) {
			if (sibling.Kind() == parent.Kind() || sibling.Kind() == tree.SetClause && name.Parent().Kind() == tree.SetTarget) && name != c.place.node {
				given[name.Name()] = true
			}
		}
	}
	switch parent.Kind() {
	case tree.InsertColumn, tree.SetTarget, tree.CopyStmt:
		r := c.place.visible.Target()
		if r == nil {
			return
		}
		for i := range r.Columns {
			column := &r.Columns[i]
			if given[column.Name] || parent.Kind() != tree.CopyStmt && (column.Generated != schema.NotGenerated || column.Identity == schema.Always && parent.Kind() == tree.InsertColumn) {
				continue
			}
			item := c.columnItem(bind.Column{Name: column.Name, Type: column.Type, Source: column, NotNull: column.NotNull}, r.Name)
			c.ordered(rankColumn, i, column.Name, item)
		}
		return
	case tree.UsingClause:
		c.commonColumns()
		return
	case tree.Alias, tree.CommonTableExpr, tree.ColumnDef:
		return // new names
	}
	some := false
	for v := range c.place.visible.Columns() {
		some = true
		if given[v.Name] {
			continue
		}
		c.name(rankColumn, v.Name, c.columnItem(v.Column, v.Item))
	}
	if some {
		return
	}
	if r := c.statementRelation(); r != nil {
		c.relationColumns(r)
	}
}

// statementRelation gives the first relation that the statement names.
func (c *collector) statementRelation() *schema.Relation {
	for rv := range c.place.tree.Root().Within() {
		switch rv.Kind() {
		case tree.RangeVar, tree.ViewName, tree.MaterializedViewName, tree.ForeignTableName:
			names := rv.Names()
			switch {
			case rv == c.place.node || len(names) == 0:
			case len(names) == 1:
				return c.request.Catalog.Resolve(names[0].Text)
			default:
				return c.request.Catalog.Relation(names[len(names)-2].Text, names[len(names)-1].Text)
			}
		}
	}
	return nil
}

// matches reports whether the word begun could become this name.
func (c *collector) matches(name string) bool {
	p := c.place.prefix
	return len(p) <= len(name) && strings.EqualFold(p, name[:len(p)])
}

// name adds a name, quoted where need be, if it matches and is new.
func (c *collector) name(rank int, name string, item Item) { c.ordered(rank, 0, name, item) }

// ordered is name with a place among those of its rank.
func (c *collector) ordered(rank, order int, name string, item Item) {
	if name != "?column?" && c.matches(name) {
		c.offer(rank, order, name, item)
	}
}

// offer adds a name if it is new.
func (c *collector) offer(rank, order int, name string, item Item) {
	key := fmt.Sprint(item.Kind, " ", name)
	if item.Kind == Relation {
		key += " " + item.Description // several schemas may have it
	}
	if name == "" || c.seen[key] {
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
	c.found = append(c.found, ranked{rank, order, c.request.Uses[name], item})
}

// quote writes a name as SQL needs it
// (https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS).
func (c *collector) quote(name string) string {
	if c.place.quoted {
		return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	quoted := lex.QuoteIdentifier(name)
	if c.place.literal {
		quoted = strings.ReplaceAll(quoted, "'", "''")
	}
	return quoted
}

// system reports whether a schema is the server's own. Its objects are offered
// when a word has begun.
func (c *collector) system(name string) bool { return name == "pg_catalog" }

// relations adds those of a schema, or those that need none, of some kinds: nil
// for all that have rows.
func (c *collector) relations(in string, kinds []schema.Kind) {
	for r := range c.request.Catalog.RelationsWithPrefix(in, c.place.prefix) {
		if kinds != nil && !slices.Contains(kinds, r.Kind) {
			continue
		}
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
	if in == "" {
		c.relationsElsewhere(kinds)
		c.relationsAlike(kinds)
	}
}

// relationsElsewhere adds the relations that need their schema to be named, and
// writes it.
func (c *collector) relationsElsewhere(kinds []schema.Kind) {
	for s := range c.request.Catalog.Schemas() {
		if schema.System(s.Name) || c.visibleSchema(s.Name) || s.Privileges&schema.MayUse == 0 {
			continue
		}
		for r := range c.request.Catalog.RelationsWithPrefix(s.Name, c.place.prefix) {
			if len(c.found) > c.request.Limit {
				c.partial = true
				return
			}
			if kinds != nil && !slices.Contains(kinds, r.Kind) {
				continue
			}
			item := Item{Kind: Relation, Detail: r.Kind.String(), Description: r.Schema, Documentation: r.Comment}
			item.InsertText = c.quote(r.Schema) + "." + c.quote(r.Name)
			c.ordered(rankRelation, 1, r.Name, item)
		}
	}
}

// relationsAlike adds relations whose names have the letters of the word begun, where
// few begin with it: ordit finds order_items.
func (c *collector) relationsAlike(kinds []schema.Kind) {
	const enough, letters = 10, 3
	if len(c.place.prefix) < letters || len(c.found) >= enough || c.place.quoted || c.place.literal {
		return
	}
	for _, m := range c.request.Catalog.Search(c.place.prefix, schema.FindRelations, enough) {
		r, ok := m.Object.(*schema.Relation)
		if !ok || kinds != nil && !slices.Contains(kinds, r.Kind) || schema.System(r.Schema) || c.matches(r.Name) {
			continue
		}
		c.offer(rankFunction, len(c.found), r.Name, Item{Kind: Relation, Detail: r.Kind.String(), Description: r.Schema, Documentation: r.Comment, InsertText: c.relationName(r)})
		c.partial = true
	}
}

func (c *collector) schemas() {
	for s := range c.request.Catalog.SchemasWithPrefix(c.place.prefix) {
		c.name(rankSchema, s.Name, Item{Kind: Schema, Detail: "schema", Documentation: s.Comment})
	}
}

func (c *collector) types(in string) {
	for t := range c.request.Catalog.TypesWithPrefix(in, c.place.prefix) {
		if len(c.found) > 2*c.request.Limit {
			c.partial = true
			break
		}
		order := 0
		if c.system(t.Schema) {
			order = 1
		}
		c.ordered(rankRelation, order, t.Name, Item{Kind: Type, Detail: t.Kind.String(), Description: t.Schema, Documentation: t.Comment})
	}
}

// functions adds those of a schema, or those that need none; with rows, only those
// that can stand in FROM.
func (c *collector) functions(in string, rows bool) {
	call := c.place.parent(tree.CallStmt).Exists()
	trigger := c.place.node.Parent().Kind() == tree.CreateTrigStmt
	for f := range c.request.Catalog.FunctionsWithPrefix(in, c.place.prefix) {
		rank := rankFunction
		if c.place.node.Kind() == tree.FunctionName {
			rank = rankRelation
		}
		if in == "" && c.system(f.Schema) {
			if c.place.prefix == "" {
				c.partial = true
				continue
			}
			rank = rankKeyword
		}
		if (f.Kind == schema.Procedure) != call || rows && !f.ReturnsSet || trigger && f.Result != "trigger" {
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
