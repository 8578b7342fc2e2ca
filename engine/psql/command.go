package psql

import (
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Command is a psql command with what its arguments say.
type Command struct {
	Name     string   // as it was written, without the backslash: "set", "dt+"
	Action   Action   // what it asks for: one of the types of this package that say so
	Warnings []string // in psql's words
}

// Action is what a command asks for.
type Action interface{ action() }

// The actions, each with the commands that ask for it.
type (
	// Include runs a script: \i and, relative to the script that says so, \ir.
	Include struct {
		Path     string // not empty; a ~ at its start is not replaced yet
		Relative bool
	}

	// Set sets a variable, or lists all where Name is empty: \set.
	Set struct{ Name, Value string }

	// Unset removes a variable: \unset.
	Unset struct{ Name string }

	// Echo prints: \echo, \qecho, \warn.
	Echo struct {
		Text   string // with the line end, unless -n was asked for
		Stream Stream
	}

	// Send runs the statement before it, or the last one again: \g, \gx.
	Send struct{ Formats []Format } // for this result only

	// SendEachCell runs the statement, and each cell of its result as one: \gexec.
	SendEachCell struct{}

	// SendInto runs the statement and keeps its only row in variables: \gset. Its
	// Store does that.
	SendInto struct{ Prefix string }

	// SendDescribe shows the columns that the statement would give: \gdesc.
	SendDescribe struct{}

	// Bind gives the next statement its parameters $1, …: \bind.
	Bind struct{ Parameters []string }

	// BindNamed runs a prepared statement with parameters, once something sends
	// it: \bind_named.
	BindNamed struct {
		Statement  string // "" is the unnamed one
		Parameters []string
	}

	// Prepare prepares the statement before it under a name: \parse.
	Prepare struct{ Statement string }

	// ClosePrepared closes a prepared statement: \close_prepared.
	ClosePrepared struct{ Statement string }

	// Reset forgets the statement before it: \r.
	Reset struct{}

	// Print shows the statement before it: \p.
	Print struct{}

	// Conditional is one of \if, \elif, \else, \endif, which Conditions.Follow
	// takes.
	Conditional struct{}

	// Format sets how results are shown: \pset, \x, \t, \C, \f. Parse has not
	// looked at Option and Value.
	Format struct {
		Option string  // of \pset, such as "null"; "" lists all
		Value  *string // nil toggles or shows
	}

	// ToggleAligned switches between the aligned and the unaligned format: \a.
	ToggleAligned struct{}

	// Timing shows the time that statements take: \timing.
	Timing struct{ On *bool } // nil toggles

	// ConnectionInfo shows what the session is connected to: \conninfo.
	ConnectionInfo struct{}

	// VerboseError shows the last error with all that the server said: \errverbose.
	VerboseError struct{}

	// Encoding sets the client encoding, or shows it where Name is nil: \encoding.
	Encoding struct{ Name *string }

	// Source shows the source of a function or view: \sf, \sv.
	Source struct {
		Object  string // a function's may have its argument types
		View    bool
		Numbers bool // the + in the command: number the lines
	}

	// Restrict refuses all commands up to an Unrestrict with the same key:
	// \restrict. See Variables.Restrict.
	Restrict struct{ Key string }

	// Unrestrict ends a Restrict: \unrestrict. See Variables.Unrestrict.
	Unrestrict struct{ Key string }

	// Quit ends the script: \q.
	Quit struct{}

	// Help lists the commands: \?. See Commands.
	Help struct{}
)

func (Include) action()        {}
func (Set) action()            {}
func (Unset) action()          {}
func (Echo) action()           {}
func (Send) action()           {}
func (SendEachCell) action()   {}
func (SendInto) action()       {}
func (SendDescribe) action()   {}
func (Bind) action()           {}
func (BindNamed) action()      {}
func (Prepare) action()        {}
func (ClosePrepared) action()  {}
func (Reset) action()          {}
func (Print) action()          {}
func (Conditional) action()    {}
func (Format) action()         {}
func (ToggleAligned) action()  {}
func (Timing) action()         {}
func (ConnectionInfo) action() {}
func (VerboseError) action()   {}
func (Encoding) action()       {}
func (Source) action()         {}
func (Restrict) action()       {}
func (Unrestrict) action()     {}
func (Quit) action()           {}
func (Help) action()           {}

// Stream is where \echo and its like print.
type Stream uint8

// The streams. Both outputs are one until \o tells them apart, which does not
// run here.
const (
	Output      Stream = iota // \echo
	QueryOutput               // \qecho
	ErrorOutput               // \warn
)

// Parse reads the command that text starts with, such as `\set who 'a b' :x`: one
// in a branch that runs, since it replaces variables and refuses programs. What
// psql would not run, what starts programs and what needs a terminal is an error
// with a hint.
func Parse(text string, v *Variables) (Command, error) {
	r := newReader(text, v)
	c := Command{Name: r.name}
	if err := v.allow(r.name); err != nil {
		return c, err
	}
	read := readerOf(r.name)
	if read == nil {
		return c, errUnknown(r.name)
	}
	action, err := read(r)
	if err != nil {
		return c, err
	}
	c.Action = action
	c.Warnings, err = r.rest()
	return c, err
}

// Store keeps the row of the result in variables that are named as its columns,
// behind the prefix. NULL, which is nil, removes one.
func (s SendInto) Store(v *Variables, columns []string, row []tusk.Value) (warnings []string, err error) {
	for i, column := range columns {
		name := s.Prefix + column
		if _, ok := special[name]; ok {
			warnings = append(warnings, `attempt to \gset into specially treated variable "`+name+`" ignored`)
			continue
		}
		if row[i] == nil {
			v.Unset(name)
			continue
		}
		if err := v.Set(name, *row[i]); err != nil {
			return warnings, err
		}
	}
	return warnings, nil
}

func errUnknown(name string) error {
	return fail(`invalid command \%s`, name)
}

func errNotBool(name, value string) error {
	return fail(`unrecognized value "%s" for "%s": Boolean expected`, value, name)
}

// errProgram refuses to start a program.
func errProgram(what, hint string) error {
	return fail("%s: a program is never started by a script", what).WithHint(hint)
}

func readInclude(relative bool) read {
	return func(r *reader) (Action, error) {
		path, err := r.required(true)
		return Include{path, relative}, err
	}
}

func readSet(r *reader) (Action, error) {
	name, ok, err := r.next(false)
	if err != nil || !ok {
		return Set{}, err
	}
	value, err := r.joined("")
	switch {
	case err != nil:
		return nil, err
	case len(value) > maxExpansion:
		return nil, errTooLong()
	}
	return Set{name.text, value}, nil
}

func readUnset(r *reader) (Action, error) {
	name, err := r.required(false)
	return Unset{name}, err
}

func readEcho(stream Stream) read {
	return func(r *reader) (Action, error) {
		args, err := r.all()
		end := "\n"
		if len(args) > 0 && args[0] == (argument{text: "-n"}) {
			args, end = args[1:], ""
		}
		texts := make([]string, len(args))
		for i, a := range args {
			texts[i] = a.text
		}
		return Echo{strings.Join(texts, " ") + end, stream}, err
	}
}

// readSend reads the formats in parentheses; a file or a program is refused.
func readSend(r *reader) (Action, error) {
	var s Send
	first := true
	if !r.pipe() && r.pos < len(r.src) && r.src[r.pos] == '(' {
		for done := false; !done; first = false {
			a, ok, err := r.next(false)
			if err != nil {
				return nil, err
			}
			if !ok {
				return nil, fail(`\%s: missing right parenthesis`, r.name)
			}
			text := a.text
			if first {
				text = text[1:]
			}
			text, done = strings.CutSuffix(text, ")")
			if text == "" {
				continue
			}
			name, value, ok := strings.Cut(text, "=")
			format := Format{Option: name}
			if ok {
				format.Value = &value
			}
			s.Formats = append(s.Formats, format)
		}
	}
	if r.name == "gx" {
		on := "on"
		s.Formats = append(s.Formats, Format{"expanded", &on})
	}
	return s, r.noTarget("Run the statement alone and export its result.")
}

// noTarget refuses a file or a program to write to.
func (r *reader) noTarget(hint string) error {
	if r.pipe() {
		return errProgram(`\`+r.name, hint)
	}
	file, err := r.optional(false)
	if err == nil && file != nil {
		err = fail(`\%s: a script does not write the file "%s"`, r.name, *file).WithHint(hint)
	}
	return err
}

func readSendInto(r *reader) (Action, error) {
	prefix, err := r.optional(false)
	if prefix == nil {
		prefix = new(string)
	}
	return SendInto{*prefix}, err
}

func readBind(r *reader) (Action, error) {
	parameters, err := r.texts(false)
	return Bind{parameters}, err
}

func readBindNamed(r *reader) (Action, error) {
	name, err := r.required(false)
	if err != nil {
		return nil, err
	}
	parameters, err := r.texts(false)
	return BindNamed{name, parameters}, err
}

func readPrepare(r *reader) (Action, error) {
	name, err := r.required(false)
	return Prepare{name}, err
}

func readClosePrepared(r *reader) (Action, error) {
	name, err := r.required(false)
	return ClosePrepared{name}, err
}

// readConditional leaves the arguments alone: only Conditions knows whether they
// count.
func readConditional(r *reader) (Action, error) {
	r.pos = len(r.src)
	return Conditional{}, nil
}

// plainly reads a command without arguments.
func plainly(a Action) read {
	return func(*reader) (Action, error) { return a, nil }
}

func readFormat(r *reader) (Action, error) {
	option, err := r.optional(false)
	if err != nil || option == nil {
		return Format{}, err
	}
	value, err := r.optional(false)
	return Format{*option, value}, err
}

// readFormatOf reads a command that stands for one option of \pset.
func readFormatOf(option string, trim bool) read {
	return func(r *reader) (Action, error) {
		value, err := r.optional(trim)
		return Format{option, value}, err
	}
}

func readTiming(r *reader) (Action, error) {
	value, err := r.optional(false)
	if err != nil || value == nil {
		return Timing{}, err
	}
	on, ok := ParseBool(*value)
	if !ok {
		return nil, errNotBool(`\timing`, *value)
	}
	return Timing{&on}, nil
}

func readEncoding(r *reader) (Action, error) {
	name, err := r.optional(false)
	return Encoding{name}, err
}

func readSource(r *reader) (Action, error) {
	s := Source{
		Object:  r.line(true),
		View:    strings.HasPrefix(r.name, "sv"),
		Numbers: strings.HasSuffix(r.name, "+"),
	}
	switch {
	case s.Object != "":
		return s, nil
	case s.View:
		return nil, fail("view name is required")
	}
	return nil, fail("function name is required")
}

func readRestrict(r *reader) (Action, error) {
	key, err := r.key()
	if err == nil && strings.ContainsFunc(key, func(c rune) bool { return c >= 0x80 || c == '_' || nameEnd(string(c), 0) == 0 }) {
		err = fail(`\%s: only alphanumeric characters are allowed`, r.name)
	}
	return Restrict{key}, err
}

func readUnrestrict(r *reader) (Action, error) {
	key, err := r.key()
	return Unrestrict{key}, err
}

// key reads an argument that must be there and not be empty.
func (r *reader) key() (string, error) {
	key, err := r.required(false)
	if err == nil && key == "" {
		err = fail(`\%s: missing required argument`, r.name)
	}
	return key, err
}
