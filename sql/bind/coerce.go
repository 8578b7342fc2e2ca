package bind

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// coercible reports whether a value of one type becomes one of another in a
// context, by can_coerce_type of src/backend/parser/parse_coerce.c. Types are bare.
func (b *binder) coercible(from, to string, context schema.CastContext) bool {
	if from == to || from == "" || to == "" || to == `"any"` || from == unknown || polymorphic(to) {
		return true
	}
	if b.pathway(from, to, context) {
		return true
	}
	if from == "record" {
		if _, composite := b.composite(to); composite {
			return true
		}
	}
	if to == "record" {
		_, composite := b.composite(from)
		return composite
	}
	if to == "record[]" && isArray(from) {
		_, composite := b.composite(strings.TrimSuffix(from, "[]"))
		return composite
	}
	return b.inherits(from, to)
}

// inherits reports whether a row type is that of a descendant of another's table.
func (b *binder) inherits(from, to string) bool {
	child, parent := b.info(b.baseType(from)).Row, b.info(to).Row
	if child == nil || parent == nil {
		return false
	}
	seen := map[schema.Name]bool{}
	todo := append([]schema.Name{}, child.Inherits...)
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		if name == parent.QualifiedName() {
			return true
		}
		if seen[name] {
			continue
		}
		seen[name] = true
		if r := b.catalog.Relation(name.Schema, name.Name); r != nil {
			todo = append(todo, r.Inherits...)
		}
	}
	return false
}

// pathway is find_coercion_pathway.
func (b *binder) pathway(from, to string, context schema.CastContext) bool {
	from, to = b.baseType(from), b.baseType(to)
	if from == to {
		return true
	}
	if cast := b.catalog.Cast(from, to); cast != nil {
		return cast.Context >= context
	}
	if source, target := b.elementOf(from), b.elementOf(to); source != "" && target != "" && isArray(to) {
		return b.pathway(source, target, context)
	}
	if context == schema.Implicit {
		return false
	}
	if b.info(to).category == 'S' {
		return true
	}
	return context == schema.Explicit && b.info(from).category == 'S'
}

// common gives the type that several expressions have together, by
// select_common_type: "" where there is none. The second result reports a
// mismatch that the server refuses.
func (b *binder) common(types []string) (result string, mismatch bool) {
	return b.commonOf(types, false)
}

func (b *binder) commonOf(types []string, lax bool) (result string, mismatch bool) {
	same := true
	first := -1
	for i, t := range types {
		if t == "" {
			return "", false
		}
		if t != types[0] {
			same = false
		}
		if first < 0 && bare(t) != unknown {
			first = i
		}
	}
	switch {
	case len(types) == 0:
		return "text", false
	case same && types[0] != unknown:
		return types[0], false
	case first < 0:
		return "text", false
	}
	chosen := bare(types[first])
	info := b.info(chosen)
	modified := types[first]
	for _, full := range types[first+1:] {
		t := bare(full)
		if t == unknown || t == chosen {
			continue
		}
		other := b.info(t)
		switch {
		case info.category != other.category:
			if !lax {
				return "", info.found && other.found
			}
			return "", true
		case !info.preferred && b.coercible(chosen, t, schema.Implicit) && !b.coercible(t, chosen, schema.Implicit):
			chosen, info = t, other
		}
	}
	for _, full := range types {
		if full != modified {
			return display(chosen), false
		}
	}
	return modified, false
}

// polymorphic reports whether a pseudo-type stands for that of an argument
// (https://www.postgresql.org/docs/current/extend-type-system.html#EXTEND-TYPES-POLYMORPHIC).
func polymorphic(t string) bool {
	switch t {
	case "anyelement", "anyarray", "anynonarray", "anyenum", "anyrange", "anymultirange",
		"anycompatible", "anycompatiblearray", "anycompatiblenonarray", "anycompatiblerange", "anycompatiblemultirange":
		return true
	}
	return false
}

// family is what the arguments tell about the polymorphic types of one family.
type family struct {
	element, array, span, multi string // the type that anyelement, anyarray, anyrange and anymultirange stand for
	undetermined                bool   // an argument's type cannot be told
}

// consistent tells whether arguments fit polymorphic parameters
// (check_generic_type_consistency) and resolves them; the results are what
// the two families stand for.
func (b *binder) consistent(declared, actual []string) (any, compatible family, ok bool) {
	var loose []string
	for i, d := range declared {
		if i >= len(actual) || !polymorphic(d) {
			continue
		}
		t := bare(actual[i])
		f, set := &any, true
		if strings.HasPrefix(d, "anycompatible") {
			f, set = &compatible, false
		}
		if t == "" {
			f.undetermined = true
			continue
		}
		if t == unknown {
			continue
		}
		switch d {
		case "anyelement", "anynonarray", "anyenum":
			if f.element != "" && f.element != t || d == "anynonarray" && b.elementOf(t) != "" || d == "anyenum" && b.info(b.baseType(t)).kind != schema.Enum {
				return any, compatible, false
			}
			f.element = t
		case "anycompatible", "anycompatiblenonarray":
			if d == "anycompatiblenonarray" && b.elementOf(t) != "" {
				return any, compatible, false
			}
			loose = append(loose, t)
		case "anyarray", "anycompatiblearray":
			t = b.baseType(t)
			if t == "anyarray" { // a column of pg_statistic
				f.array = t
				continue
			}
			element := b.elementOf(t)
			if element == "" || set && f.array != "" && f.array != t {
				return any, compatible, false
			}
			f.array = t
			if !set {
				loose = append(loose, element)
			}
		case "anyrange", "anycompatiblerange":
			t = b.baseType(t)
			if b.info(t).kind != schema.Range || f.span != "" && f.span != t {
				return any, compatible, false
			}
			f.span = t
		case "anymultirange", "anycompatiblemultirange":
			t = b.baseType(t)
			if b.info(t).kind != schema.Multirange || f.multi != "" && f.multi != t {
				return any, compatible, false
			}
			f.multi = t
		}
	}
	if !b.complete(&any, nil) {
		return any, compatible, false
	}
	if compatible.undetermined {
		return any, compatible, true
	}
	return any, compatible, b.complete(&compatible, loose)
}

// complete infers the rest of a family from what is known of it.
func (b *binder) complete(f *family, loose []string) bool {
	if f.multi != "" && f.span == "" {
		f.span = b.rangeOf(f.multi)
	}
	if f.span != "" && f.multi == "" {
		f.multi = b.multirangeOf(f.span)
	}
	if f.span != "" && f.multi != "" && b.rangeOf(f.multi) != f.span {
		return false
	}
	if loose != nil {
		if f.span != "" {
			sub := b.subtype(f.span)
			for _, t := range loose {
				if !b.coercible(t, sub, schema.Implicit) {
					return false
				}
			}
			loose = append([]string{sub}, loose...)
		}
		common, mismatch := b.commonOf(loose, true)
		if mismatch || common == "" {
			return false
		}
		f.element = bare(common)
		for _, t := range loose {
			if !b.coercible(t, f.element, schema.Implicit) {
				return false
			}
		}
		if f.span != "" && b.subtype(f.span) != f.element {
			return false
		}
		f.array = arrayOf(f.element)
		if isArray(f.element) {
			f.array = ""
		}
		return true
	}
	if f.array != "" && f.array != "anyarray" {
		element := b.elementOf(f.array)
		if f.element != "" && f.element != element {
			return false
		}
		f.element = element
	}
	if f.span != "" {
		sub := b.subtype(f.span)
		if f.element != "" && f.element != sub {
			return false
		}
		f.element = sub
	}
	if f.array == "" && f.element != "" && !isArray(f.element) {
		f.array = arrayOf(f.element)
	}
	return true
}

// subtype gives what a range is one of.
func (b *binder) subtype(span string) string {
	if info := b.info(span); info.Type != nil {
		return bare(info.Type.Of)
	}
	return ""
}

// rangeOf gives the range type of a multirange type.
func (b *binder) rangeOf(multi string) string {
	if b.ranges == nil {
		b.ranges = map[string]string{}
		for t := range b.catalog.Types() {
			if t.Kind == schema.Range {
				span := schema.TypeReference{Type: t}.String()
				b.ranges[b.multirangeOf(span)] = span
			}
		}
	}
	return b.ranges[multi]
}

func (b *binder) multirangeOf(span string) string {
	info := b.info(span)
	if info.Type == nil {
		return ""
	}
	if info.Type.Range != nil && info.Type.Range.Multirange.Name != "" {
		name := info.Type.Range.Multirange
		if t := b.catalog.Type(name.Schema, name.Name); t != nil {
			return schema.TypeReference{Type: t}.String()
		}
	}
	name := strings.Replace(info.Type.Name, "range", "multirange", 1)
	if t := b.catalog.Type(info.Type.Schema, name); t != nil && t.Kind == schema.Multirange {
		return schema.TypeReference{Type: t}.String()
	}
	return ""
}

// resolve gives the type that a declared result stands for.
func (any family) resolve(declared string) string {
	switch strings.Replace(declared, "anycompatible", "any", 1) {
	case "any", "anyelement", "anynonarray", "anyenum":
		return any.element
	case "anyarray":
		return any.array
	case "anyrange":
		return any.span
	case "anymultirange":
		return any.multi
	}
	return ""
}

// concrete gives the type that a function's declared type stands for in a call,
// "" where the arguments do not tell.
func (b *binder) concrete(declared string, parameters, arguments []string) string {
	if !polymorphic(declared) {
		return declared
	}
	any, compatible, ok := b.consistent(parameters, arguments)
	if !ok {
		return ""
	}
	if strings.HasPrefix(declared, "anycompatible") {
		if compatible.element == "" && !compatible.undetermined {
			compatible.element, compatible.array = "text", "text[]"
		}
		return compatible.resolve(declared)
	}
	if any.undetermined && any.resolve(declared) == "" {
		return ""
	}
	if t := any.resolve(declared); t != "" {
		return t
	}
	if !slices.ContainsFunc(parameters, polymorphic) {
		return declared // of the input function of such a type
	}
	return ""
}

// coerce gives an expression the type of the place where it stands: a parameter
// gets it as its own.
func (b *binder) coerce(n tree.Node, to string) {
	if !n.Exists() || to == "" || to == unknown || polymorphic(bare(to)) || bare(to) == `"any"` {
		return
	}
	if _, known := b.wanted[n]; !known {
		b.wanted[n] = to
	}
	switch n.Kind() {
	case tree.ParenExpr:
		for child := range n.Children() {
			b.coerce(child, to)
		}
		if b.types[n] == unknown {
			b.types[n] = bare(to)
		}
	case tree.ParamRef:
		if b.types[n] == unknown {
			b.types[n] = bare(to)
			b.refer(n, Reference{Kind: ToParameter, Type: bare(to)})
			if number := parameterNumber(n); number > 0 {
				if _, known := b.parameters[number]; !known {
					b.parameters[number] = bare(to)
				}
			}
		}
	case tree.Literal:
		if b.types[n] == unknown {
			b.types[n] = bare(to)
			b.object(n, to)
		}
	}
}

// parameterNumber gives the number of $1, 0 of what is none.
func parameterNumber(n tree.Node) int {
	for t := range n.Own() {
		if t.Kind != lex.Param {
			return 0
		}
		number := 0
		for _, digit := range t.Text(n.Tree().Source())[1:] {
			if digit < '0' || digit > '9' || number > 65535 {
				return 0
			}
			number = number*10 + int(digit-'0')
		}
		return number
	}
	return 0
}
