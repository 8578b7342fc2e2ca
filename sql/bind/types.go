package bind

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// unknown is the type of a literal that nothing gave a type yet.
const unknown = "unknown"

// typeInfo is what conversions want to know of a type.
type typeInfo struct {
	schema.TypeReference
	found     bool
	category  byte // pg_type.typcategory
	preferred bool
	kind      schema.TypeKind
}

// info gives what is known of a type without modifiers.
func (b *binder) info(bare string) typeInfo {
	if info, ok := b.known[bare]; ok {
		return info
	}
	var info typeInfo
	info.TypeReference, info.found = b.catalog.TypeNamed(bare)
	switch {
	case !info.found:
	case info.Dimensions > 0:
		info.category, info.kind = 'A', schema.Base
	case info.Row != nil:
		info.category, info.kind = 'C', schema.Composite
	default:
		info.category, info.preferred, info.kind = info.Type.Category, info.Type.Preferred, info.Type.Kind
	}
	b.known[bare] = info
	return info
}

// bare takes the modifiers off a type: character for character(20) and for
// bpchar, which are the same to functions.
func bare(display string) string {
	switch display {
	case "bpchar":
		return "character"
	case `"bit"`:
		return "bit"
	}
	array := ""
	element := display
	if strings.HasSuffix(element, "[]") {
		element, array = element[:len(element)-2], "[]"
		if element == "bpchar" || element == `"bit"` {
			return bare(element) + array
		}
	}
	if strings.IndexByte(element, '(') < 0 {
		if strings.HasPrefix(element, "interval ") {
			return "interval" + array
		}
		return display
	}
	quoted := false
	for i := 0; i < len(element); i++ {
		switch element[i] {
		case '"':
			quoted = !quoted
		case '(':
			if quoted {
				continue
			}
			end := strings.IndexByte(element[i:], ')')
			if end < 0 {
				return display
			}
			element = element[:i] + element[i+end+1:]
			if strings.HasPrefix(element, "interval") {
				element = "interval"
			}
			return element + array
		}
	}
	return display
}

// display writes a bare type as a column without modifiers has it.
func display(t string) string {
	switch t {
	case "character":
		return "bpchar"
	case "character[]":
		return "bpchar[]"
	case "bit":
		return `"bit"`
	case "bit[]":
		return `"bit"[]`
	}
	return t
}

func isArray(t string) bool { return strings.HasSuffix(t, "[]") }

// arrayOf gives the array type of an element type; an array is that of itself.
func arrayOf(t string) string {
	if t == "" || isArray(t) {
		return t
	}
	return t + "[]"
}

// elementOf gives the type of an array's elements, "" for what is no array.
func (b *binder) elementOf(t string) string {
	switch {
	case isArray(t):
		return strings.TrimSuffix(t, "[]")
	case t == "int2vector":
		return "smallint"
	case t == "oidvector":
		return "oid"
	}
	if base := b.baseType(t); base != bare(t) {
		return b.elementOf(base)
	}
	return ""
}

// subscripted gives the type of an element by its subscript, also of types that
// are no arrays to functions.
func (b *binder) subscripted(t string) string {
	base := b.baseType(t)
	switch base {
	case "jsonb":
		return "jsonb"
	case "name":
		return `"char"`
	case "point", "line":
		return "double precision"
	case "box", "lseg":
		return "point"
	}
	if info := b.info(base); info.Type != nil && info.Type.Base != nil && info.Type.Base.Subscript.Name != "" && info.Type.Base.Element == "" {
		return base // hstore: a subscript gives its own
	}
	if info := b.info(base); base == "hstore" || info.Type != nil && info.Type.Extension == "hstore" {
		return "text"
	}
	if isArray(t) {
		return strings.TrimSuffix(t, "[]")
	}
	return b.elementOf(base)
}

// baseType gives what a domain is made of in the end, without modifiers; other
// types are their own.
func (b *binder) baseType(t string) string {
	t = bare(t)
	for range 32 {
		info := b.info(t)
		if info.Type == nil || info.Dimensions > 0 || info.kind != schema.Domain {
			return t
		}
		t = bare(info.Type.Of)
	}
	return t
}

// domainOf gives what a domain is made of with its modifiers.
func (b *binder) domainOf(t string) string {
	for range 32 {
		info := b.info(bare(t))
		if info.Type == nil || info.Dimensions > 0 || info.kind != schema.Domain {
			return t
		}
		t = info.Type.Of
	}
	return t
}

// composite gives the columns of a composite type, and whether it is one.
func (b *binder) composite(t string) (columns []Column, ok bool) {
	info := b.info(b.baseType(t))
	switch {
	case info.Dimensions > 0:
		return nil, false
	case info.Row != nil:
		return columnsOf(info.Row), true
	case info.Type != nil && info.kind == schema.Composite:
		for i := range info.Type.Attributes {
			a := &info.Type.Attributes[i]
			columns = append(columns, Column{Name: a.Name, Type: a.Type, Source: a})
		}
		return columns, true
	}
	return nil, false
}

// rowType gives the type of a relation's rows.
func rowType(r *schema.Relation) string {
	return schema.TypeReference{Row: r}.String()
}

// typeName gives the type that a TypeName names, and notes what it means.
func (b *binder) typeName(n tree.Node) string {
	for child := range n.Children() { // modifiers
		b.expression(child, &scope{})
	}
	declared := textOf(n)
	reference, found := b.catalog.TypeNamed(declared)
	if !found {
		if b.catalog.Type("pg_catalog", "int4") != nil && n.Exists() && declared != "" && !strings.ContainsRune(declared, '%') && !broken(n) {
			b.problem("42704", n, `type "`+declared+`" does not exist`)
		}
		return ""
	}
	if reference.Type != nil && reference.Type.Schema == "pg_catalog" {
		switch reference.Type.Name {
		case "numeric":
			reference.Modifiers = strings.Join(strings.Fields(reference.Modifiers), "")
		case "float4", "float8":
			reference.Modifiers = ""
		case "timestamp", "timestamptz", "time", "timetz", "interval":
			reference.Modifiers = strings.TrimSpace(reference.Modifiers)
		}
	}
	t := reference.String()
	b.refer(n, Reference{Kind: ToType, Type: t, Relation: reference.Row})
	return t
}

// broken reports whether there is a syntax error in a node.
func broken(n tree.Node) bool {
	for inner := range n.Within() {
		if inner.Kind() == tree.Missing || inner.Kind() == tree.Error {
			return true
		}
	}
	return false
}

// textOf gives a node's text with one space for each stretch of white space and
// comments.
func textOf(n tree.Node) string {
	tokens := n.Tokens()
	if len(tokens) == 1 {
		return tokens[0].Text(n.Tree().Source())
	}
	var b strings.Builder
	space := false
	for _, t := range tokens {
		if t.Trivia() {
			space = true
			continue
		}
		if space {
			b.WriteByte(' ')
		}
		space = false
		b.WriteString(t.Text(n.Tree().Source()))
	}
	return b.String()
}
