package psql

import (
	"slices"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// Conditions is the stack of \if blocks that are open. The zero value is an
// empty one. It has one owner.
type Conditions struct {
	stack []branch
}

// branch is the state of one block.
type branch uint8

const (
	taken      branch = iota // in a branch that runs
	notYet                   // in one that does not; a later one may
	skipped                  // one has run, or the block is in a branch that does not
	elseTaken                // after \else, in a branch that runs
	elseNotYet               // after \else, in one that does not
)

// Active reports whether what follows runs. Where it does not, statements and
// commands are skipped but for those that [IsConditional] names.
func (c *Conditions) Active() bool {
	return len(c.stack) == 0 || c.stack[len(c.stack)-1] == taken || c.stack[len(c.stack)-1] == elseTaken
}

// IsConditional reports whether a command's text starts with \if, \elif, \else
// or \endif, which Conditions follows.
func IsConditional(text string) bool {
	return slices.Contains([]string{"if", "elif", "else", "endif"}, lex.MetaCommand(text))
}

// Follow takes a conditional command, such as `\if :found`. Variables are
// replaced only where its expression counts. An expression that is no boolean is
// a warning and counts as false, and so does one that is an error.
func (c *Conditions) Follow(text string, v *Variables) (warnings []string, err error) {
	r := newReader(text, v)
	if err := v.allow(r.name); err != nil {
		return nil, err
	}
	open := len(c.stack) > 0
	switch {
	case r.name == "if" && c.Active():
		c.stack = append(c.stack, notYet)
		return c.evaluate(r)
	case r.name == "if":
		c.stack = append(c.stack, skipped)
		return nil, nil
	case !IsConditional(text):
		return nil, errUnknown(r.name)
	case !open:
		return nil, fail(`\%s: no matching \if`, r.name)
	}
	top := &c.stack[len(c.stack)-1]
	switch {
	case r.name == "endif":
		c.stack = c.stack[:len(c.stack)-1]
	case *top == elseTaken || *top == elseNotYet:
		return nil, fail(`\%s: cannot occur after \else`, r.name)
	case r.name == "elif" && *top == notYet:
		return c.evaluate(r)
	case r.name == "elif":
		*top = skipped
		return nil, nil
	case *top == notYet:
		*top = elseTaken
	default:
		*top = elseNotYet
	}
	warnings, err = r.rest()
	if !c.Active() {
		warnings = nil
	}
	return warnings, err
}

// evaluate reads the expression of the innermost block.
func (c *Conditions) evaluate(r *reader) (warnings []string, err error) {
	expression, err := r.joined(" ")
	if err != nil {
		return nil, err
	}
	on, ok := ParseBool(expression)
	if !ok {
		return []string{errNotBool(`\`+r.name+" expression", expression).Error()}, nil
	}
	if on {
		c.stack[len(c.stack)-1] = taken
	}
	return nil, nil
}

// End tells whether a block is still open where the script ends.
func (c *Conditions) End() error {
	if len(c.stack) > 0 {
		return fail(`reached EOF without finding closing \endif(s)`).WithHint(`Close each \if with an \endif.`)
	}
	return nil
}
