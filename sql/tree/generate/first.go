package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree/internal/symbol"
)

// set is a set of terminals.
type set []uint64

func (s set) add(t symbol.Terminal) { s[t/64] |= 1 << (t % 64) }

// include adds all of other and reports whether that changed s.
func (s set) include(other set) bool {
	changed := false
	for i, w := range other {
		changed = changed || s[i]|w != s[i]
		s[i] |= w
	}
	return changed
}

// analysis is what is known about the rules: how each can begin.
type analysis struct {
	g         *grammar
	size      int // words of a set
	terminals map[string]symbol.Terminal
	words     []string // the grammar's own, sorted
	reserved  []string // those that nothing can be named: the rule reserved_word
	classes   map[string]set
	first     map[string]set  // by rule
	empty     map[string]bool // by rule: it matches nothing, too
}

func analyse(g *grammar) (*analysis, error) {
	a := &analysis{g: g, terminals: symbol.Names(), classes: map[string]set{}, first: map[string]set{}, empty: map[string]bool{}}
	for _, k := range lex.Keywords() {
		a.terminals[strings.ToUpper(k.String())] = symbol.Keyword(k)
	}
	for _, r := range g.rules {
		r.body.walk(func(e *expr) {
			if e.form == terminal && e.text[0] == '"' {
				a.words = append(a.words, e.text)
				if r.name == "reserved_word" {
					a.reserved = append(a.reserved, e.text)
				}
			}
		})
	}
	slices.Sort(a.words)
	a.words = slices.Compact(a.words)
	for i, word := range a.words {
		if word != strings.ToLower(word) || lex.LookupKeyword(strings.Trim(word, `"`)) != lex.NotKeyword {
			return nil, fmt.Errorf("%s is a keyword or not in lower case", word)
		}
		a.terminals[word] = symbol.FirstWord() + symbol.Terminal(i)
	}
	a.size = (int(symbol.FirstWord()) + len(a.words) + 63) / 64
	a.addClasses()
	if err := a.resolve(); err != nil {
		return nil, err
	}
	for changed := true; changed; {
		changed = false
		for _, r := range g.rules {
			s, empty := a.begin(r.body)
			if a.first[r.name] == nil {
				a.first[r.name] = a.newSet()
			}
			changed = a.first[r.name].include(s) || empty != a.empty[r.name] || changed
			a.empty[r.name] = empty
		}
	}
	return a, a.leftRecursion()
}

func (a *analysis) newSet() set { return make(set, a.size) }

// addClasses makes the classes of gram.y: which keywords may be which names.
func (a *analysis) addClasses() {
	class := func(name string, member func(lex.Keyword) bool) {
		s := a.newSet()
		s.add(symbol.Ident)
		s.add(symbol.Variable)
		for i, word := range a.words {
			if !slices.Contains(a.reserved, word) {
				s.add(symbol.FirstWord() + symbol.Terminal(i))
			}
		}
		for _, k := range lex.Keywords() {
			if member(k) {
				s.add(symbol.Keyword(k))
			}
		}
		a.classes[name] = s
	}
	of := func(categories ...lex.Category) func(lex.Keyword) bool {
		return func(k lex.Keyword) bool { return slices.Contains(categories, k.Category()) }
	}
	class("IDENT", of())
	class("col_id", of(lex.Unreserved, lex.ColName))
	class("type_function_name", of(lex.Unreserved, lex.TypeFuncName))
	class("non_reserved_word", of(lex.Unreserved, lex.ColName, lex.TypeFuncName))
	class("col_label", func(lex.Keyword) bool { return true })
	class("bare_col_label", lex.Keyword.BareLabel)
	a.classes["OP"] = a.newSet()
	a.classes["OP"].add(symbol.Op)
	a.classes["OP"].add(symbol.Hash)
}

// resolve checks that every name means something.
func (a *analysis) resolve() error {
	var unknown []string
	for _, r := range a.g.rules {
		r.body.walk(func(e *expr) {
			_, isTerminal := a.terminals[e.text]
			_, isClass := a.classes[e.text]
			switch {
			case e.form == terminal && !isTerminal && !isClass,
				e.form == list && !isTerminal,
				e.form == reference && !isClass && a.g.names[e.text] == nil:
				unknown = append(unknown, e.where+": "+e.text+" in "+r.name)
			}
		})
	}
	if len(unknown) > 0 {
		return fmt.Errorf("unknown names:\n%s", strings.Join(unknown, "\n"))
	}
	return nil
}

// begin gives what an expression can start with, and whether it can be empty.
func (a *analysis) begin(e *expr) (set, bool) {
	switch e.form {
	case terminal, reference:
		if class := a.classes[e.text]; class != nil {
			return class, false
		}
		if e.form == reference {
			if s := a.first[e.text]; s != nil {
				return s, a.empty[e.text]
			}
			return a.newSet(), false
		}
		s := a.newSet()
		s.add(a.terminals[e.text])
		return s, false
	case sequence:
		s := a.newSet()
		for _, part := range e.parts {
			first, empty := a.begin(part)
			s.include(first)
			if !empty {
				return s, false
			}
		}
		return s, true
	case choice:
		s, empty := a.newSet(), false
		for _, part := range e.parts {
			first, none := a.begin(part)
			s.include(first)
			empty = empty || none
		}
		return s, empty
	case optional, repeated:
		s, _ := a.begin(e.parts[0])
		return s, true
	case positive, negative, wrap:
		return a.newSet(), true
	default: // list, native, field
		return a.begin(e.parts[0])
	}
}

// leftRecursion finds rules that begin with themselves, which a parser that goes
// from the top down never ends.
func (a *analysis) leftRecursion() error {
	const visiting, done = 1, 2
	state := map[string]int{}
	var visit func(name string, path []string) error
	var within func(e *expr, path []string) (bool, error)
	within = func(e *expr, path []string) (empty bool, err error) {
		switch e.form {
		case reference:
			if a.classes[e.text] != nil {
				return false, nil
			}
			return a.empty[e.text], visit(e.text, path)
		case sequence:
			for _, part := range e.parts {
				if empty, err := within(part, path); err != nil || !empty {
					return false, err
				}
			}
			return true, nil
		case terminal:
			return false, nil
		case native: // written by hand: it answers for itself
			_, empty := a.begin(e)
			return empty, nil
		}
		for _, part := range e.parts {
			if _, err := within(part, path); err != nil {
				return false, err
			}
		}
		_, empty = a.begin(e)
		return empty, nil
	}
	visit = func(name string, path []string) error {
		path = append(path, name)
		if state[name] == visiting {
			return fmt.Errorf("%s begins with itself: %s", name, strings.Join(path, " → "))
		}
		if state[name] == done {
			return nil
		}
		state[name] = visiting
		_, err := within(a.g.names[name].body, path)
		state[name] = done
		return err
	}
	for _, r := range a.g.rules {
		if err := visit(r.name, nil); err != nil {
			return err
		}
	}
	return nil
}

func (e *expr) walk(visit func(*expr)) {
	visit(e)
	for _, part := range e.parts {
		part.walk(visit)
	}
}

// key makes equal sets equal strings.
func (s set) key() string {
	var b strings.Builder
	for _, w := range s {
		b.WriteString(strconv.FormatUint(w, 36))
		b.WriteByte(' ')
	}
	return b.String()
}
