package bind

import (
	"slices"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

// candidate is a function or an operator with parameters for just the arguments
// of a call.
type candidate struct {
	function   *schema.Function
	operator   *schema.Operator
	parameters []string // the type that each argument shall have, in the order of the call
	variadic   bool     // several arguments became one
	defaults   int      // parameters left to their defaults
	tied       bool     // another one takes the same arguments just as well
}

// outcome says how choosing among candidates went.
type outcome uint8

const (
	chosen    outcome = iota
	none              // nothing fits
	ambiguous         // several do
	unsure            // types that cannot be told stand in the way
)

// choose gives the candidate that the server takes, unless it is one of several
// that take the same arguments.
func (b *binder) choose(candidates []candidate, arguments []string) (candidate, outcome) {
	c, how := b.nearest(candidates, arguments)
	if how == chosen && c.tied {
		how = ambiguous
	}
	return c, how
}

// nearest gives the candidate that the server takes for arguments of these types,
// by func_get_detail and func_select_candidate of
// src/backend/parser/parse_func.c
// (https://www.postgresql.org/docs/current/typeconv-func.html).
func (b *binder) nearest(candidates []candidate, arguments []string) (candidate, outcome) {
	for _, c := range candidates {
		if slices.Equal(c.parameters, arguments) {
			return c, chosen
		}
	}
	fit := b.fitting(candidates, arguments)
	switch len(fit) {
	case 0:
		return candidate{}, none
	case 1:
		return fit[0], chosen
	}
	if slices.Contains(arguments, "") {
		return fit[0], unsure
	}
	return b.selectCandidate(fit, arguments)
}

// fitting leaves the candidates whose parameters the arguments become without a
// cast being written.
func (b *binder) fitting(candidates []candidate, arguments []string) []candidate {
	var fit []candidate
	for _, c := range candidates {
		if b.accepts(c, arguments) {
			fit = append(fit, c)
		}
	}
	return fit
}

func (b *binder) accepts(c candidate, arguments []string) bool {
	generic := false
	for i, p := range c.parameters {
		if !b.coercible(arguments[i], p, schema.Implicit) {
			return false
		}
		generic = generic || polymorphic(p)
	}
	if generic {
		_, _, ok := b.consistent(c.parameters, arguments)
		return ok
	}
	return true
}

// best leaves the candidates with the highest score.
func best(candidates []candidate, score func(candidate) int) []candidate {
	top := -1
	var left []candidate
	for _, c := range candidates {
		switch s := score(c); {
		case s > top:
			top, left = s, []candidate{c}
		case s == top:
			left = append(left, c)
		}
	}
	return left
}

func (b *binder) selectCandidate(candidates []candidate, arguments []string) (candidate, outcome) {
	base := make([]string, len(arguments))
	unknowns := 0
	for i, t := range arguments {
		base[i] = t
		if t == unknown {
			unknowns++
		} else {
			base[i] = b.baseType(t)
		}
	}
	candidates = best(candidates, func(c candidate) int {
		n := 0
		for i, p := range c.parameters {
			if base[i] != unknown && p == base[i] {
				n++
			}
		}
		return n
	})
	if len(candidates) == 1 {
		return candidates[0], chosen
	}
	candidates = best(candidates, func(c candidate) int {
		n := 0
		for i, p := range c.parameters {
			if base[i] == unknown {
				continue
			}
			if p == base[i] || b.preferred(b.info(base[i]).category, p) {
				n++
			}
		}
		return n
	})
	if len(candidates) == 1 {
		return candidates[0], chosen
	}
	if unknowns == 0 {
		return candidates[0], ambiguous
	}
	if left := b.strip(candidates, base); len(left) == 1 {
		return left[0], chosen
	} else if len(left) > 0 {
		candidates = left
	}
	if unknowns < len(base) {
		known := ""
		for _, t := range base {
			switch {
			case t == unknown:
			case known == "":
				known = t
			case known != t:
				return candidates[0], ambiguous
			}
		}
		var last []candidate
		for _, c := range candidates {
			filled := make([]string, len(base))
			for i := range filled {
				filled[i] = known
			}
			if b.accepts(c, filled) {
				last = append(last, c)
			}
		}
		if len(last) == 1 {
			return last[0], chosen
		}
	}
	return candidates[0], ambiguous
}

func (b *binder) preferred(category byte, t string) bool {
	info := b.info(t)
	return info.preferred && info.category == category
}

// slots gives the category that each argument of unknown type is taken for, and
// whether a preferred type of it is among the candidates; false where they
// cannot agree.
func (b *binder) slots(candidates []candidate, base []string) (categories []byte, preferred []bool, ok bool) {
	categories, preferred = make([]byte, len(base)), make([]bool, len(base))
	for i := range base {
		if base[i] != unknown {
			continue
		}
		conflict := false
		for _, c := range candidates {
			info := b.info(c.parameters[i])
			switch {
			case categories[i] == 0, info.category == 'S' && categories[i] != 'S': // a string always wins
				categories[i], preferred[i] = info.category, info.preferred
			case info.category == categories[i]:
				preferred[i] = preferred[i] || info.preferred
			default:
				conflict = true
			}
		}
		if conflict && categories[i] != 'S' {
			return nil, nil, false
		}
	}
	return categories, preferred, true
}

// strip leaves the candidates that take the categories of the slots, none where
// the slots cannot agree.
func (b *binder) strip(candidates []candidate, base []string) []candidate {
	categories, preferred, ok := b.slots(candidates, base)
	if !ok {
		return nil
	}
	var left []candidate
	for _, c := range candidates {
		keep := true
		for i := range base {
			if base[i] != unknown {
				continue
			}
			info := b.info(c.parameters[i])
			if info.category != categories[i] || preferred[i] && !info.preferred {
				keep = false
				break
			}
		}
		if keep {
			left = append(left, c)
		}
	}
	return left
}

// callCandidates gives the overloads that take a call's number of arguments, as
// FuncnameGetCandidates of src/backend/catalog/namespace.c does. names are those
// of the last arguments, which were named.
func (b *binder) callCandidates(overloads []*schema.Function, arguments int, names []string, variadicCall bool) []candidate {
	var all []candidate
	for _, f := range overloads {
		c, ok := expand(f, arguments, names, variadicCall)
		if !ok {
			continue
		}
		replaced := false
		for i, other := range all {
			if !slices.Equal(other.parameters, c.parameters) {
				continue
			}
			// What is first on the path wins, then what needs no expansion.
			switch {
			case other.function.Schema != c.function.Schema:
			case other.variadic && !c.variadic:
				all[i] = c
			case other.variadic == c.variadic:
				all[i].tied = true
			}
			replaced = true
			break
		}
		if !replaced {
			all = append(all, c)
		}
	}
	return all
}

// expand gives a function the parameters of a call.
func expand(f *schema.Function, arguments int, names []string, variadicCall bool) (candidate, bool) {
	c := candidate{function: f}
	var input []schema.Argument
	for _, a := range f.Arguments {
		if a.Input() || f.Kind == schema.Procedure && a.Mode == schema.Out {
			input = append(input, a)
		}
	}
	variadic := len(input) > 0 && input[len(input)-1].Mode == schema.Variadic
	if len(names) > 0 {
		return expandNamed(f, input, arguments, names)
	}
	switch {
	case variadicCall:
		if !variadic || arguments > len(input) {
			return c, false
		}
	case variadic && arguments >= len(input)-1 && (arguments >= len(input) || input[len(input)-1].Default == ""):
		if arguments < len(input) {
			return c, false // a variadic parameter wants one argument at least
		}
		last := input[len(input)-1].Type
		for i := range arguments {
			if i < len(input)-1 {
				c.parameters = append(c.parameters, input[i].Type)
			} else {
				c.parameters = append(c.parameters, variadicElement(last))
			}
		}
		c.variadic = last != `"any"`
		return c, true
	case arguments > len(input):
		return c, false
	}
	for i, a := range input {
		if i < arguments {
			c.parameters = append(c.parameters, a.Type)
			continue
		}
		if a.Default == "" {
			return c, false
		}
		c.defaults++
	}
	return c, true
}

func variadicElement(array string) string {
	switch array {
	case "anyarray":
		return "anyelement"
	case "anycompatiblearray":
		return "anycompatible"
	case `"any"`:
		return array
	}
	if isArray(array) {
		return array[:len(array)-2]
	}
	return array
}

func expandNamed(f *schema.Function, input []schema.Argument, arguments int, names []string) (candidate, bool) {
	c := candidate{function: f}
	positional := arguments - len(names)
	if arguments > len(input) {
		return c, false
	}
	given := make([]bool, len(input))
	for i := range positional {
		given[i] = true
		c.parameters = append(c.parameters, input[i].Type)
	}
	for _, name := range names {
		at := slices.IndexFunc(input, func(a schema.Argument) bool { return a.Name == name })
		if at < 0 || given[at] {
			return c, false
		}
		given[at] = true
		c.parameters = append(c.parameters, input[at].Type)
	}
	for i, g := range given {
		if !g && input[i].Default == "" {
			return c, false
		}
		if !g {
			c.defaults++
		}
	}
	return c, true
}
