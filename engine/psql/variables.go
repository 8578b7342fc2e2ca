package psql

import (
	"iter"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Variables are the variables of one execution session. One goroutine uses them
// at a time; the session's owner orders that.
type Variables struct {
	values     map[string]string
	restricted string // the key of \restrict while it holds, else ""
}

// NewVariables gives the variables that psql starts with, as far as they steer
// it and not the terminal.
func NewVariables() *Variables {
	v := &Variables{values: map[string]string{}}
	for name, s := range special {
		v.values[name] = s.initial
	}
	return v
}

// Set gives a variable a value. A special one takes only what psql takes for
// it, and an empty value of a boolean one means on. The error says so in psql's
// words and leaves the variable as it was.
func (v *Variables) Set(name, value string) error {
	if !validName(name) {
		return fail(`invalid variable name: "%s"`, name)
	}
	if s, ok := special[name]; ok {
		accepted, err := s.accept(name, value)
		if err != nil {
			return err
		}
		value = accepted
	}
	v.values[name] = value
	return nil
}

// Unset removes a variable; a special one gets the value that it has for psql
// when it is not set. That there is no such variable is no error.
func (v *Variables) Unset(name string) {
	if s, ok := special[name]; ok {
		v.values[name] = s.unset
		return
	}
	delete(v.values, name)
}

// Get gives a variable's value.
func (v *Variables) Get(name string) (value string, ok bool) {
	value, ok = v.values[name]
	return value, ok
}

// On reports whether a boolean variable such as ON_ERROR_STOP is on.
func (v *Variables) On(name string) bool {
	on, ok := ParseBool(v.values[name])
	return ok && on
}

// All gives names and values in the order of the names, as \set lists them.
func (v *Variables) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, name := range slices.Sorted(maps.Keys(v.values)) {
			if !yield(name, v.values[name]) {
				return
			}
		}
	}
}

// Clone gives variables of the same values.
func (v *Variables) Clone() *Variables {
	return &Variables{values: maps.Clone(v.values), restricted: v.restricted}
}

// Restrict makes Parse refuse every command but \unrestrict, as pg_dump asks
// for around data that it does not trust.
func (v *Variables) Restrict(key string) { v.restricted = key }

// Unrestrict ends what Restrict began, with the same key.
func (v *Variables) Unrestrict(key string) error {
	switch v.restricted {
	case "":
		return fail(`\unrestrict: not currently in restricted mode`)
	case key:
		v.restricted = ""
		return nil
	}
	return fail(`\unrestrict: wrong key`)
}

// allow refuses every command but \unrestrict while Restrict holds.
func (v *Variables) allow(command string) error {
	if v != nil && v.restricted != "" && command != "unrestrict" {
		return fail(`backslash commands are restricted; only \unrestrict is allowed`)
	}
	return nil
}

// validName reports whether psql takes name for a variable's: letters, digits,
// underscores and any byte outside of ASCII.
func validName(name string) bool {
	return name != "" && nameEnd(name, 0) == len(name)
}

// nameEnd gives the end of the variable name that starts at offset.
func nameEnd(s string, offset int) int {
	for ; offset < len(s); offset++ {
		c := s[offset]
		if c < 0x80 && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			break
		}
	}
	return offset
}

// specialVariable is one that psql reads itself, and so checks.
type specialVariable struct {
	initial string // at start
	unset   string // what \unset leaves
	values  string // a boolean where empty, else the words, or integer or number
}

const (
	integer = "integer"
	number  = "number"
)

// special are the variables with hooks in startup.c, without the prompts.
var special = map[string]specialVariable{
	"AUTOCOMMIT":             {initial: "on", unset: "off"},
	"COMP_KEYWORD_CASE":      {"preserve-upper", "preserve-upper", "lower, upper, preserve-lower, preserve-upper"},
	"ECHO":                   {"none", "none", "none, errors, queries, all"},
	"ECHO_HIDDEN":            {"off", "off", "on, off, noexec"},
	"FETCH_COUNT":            {"0", "0", integer},
	"HIDE_TABLEAM":           {initial: "off", unset: "off"},
	"HIDE_TOAST_COMPRESSION": {initial: "off", unset: "off"},
	"HISTCONTROL":            {"none", "none", "none, ignorespace, ignoredups, ignoreboth"},
	"HISTSIZE":               {"500", "500", integer},
	"IGNOREEOF":              {"0", "0", integer},
	"ON_ERROR_ROLLBACK":      {"off", "off", "on, off, interactive"},
	"ON_ERROR_STOP":          {initial: "off", unset: "off"},
	"QUIET":                  {initial: "off", unset: "off"},
	"SHOW_ALL_RESULTS":       {initial: "on", unset: "off"},
	"SHOW_CONTEXT":           {"errors", "errors", "never, errors, always"},
	"SINGLELINE":             {initial: "off", unset: "off"},
	"SINGLESTEP":             {initial: "off", unset: "off"},
	"VERBOSITY":              {"default", "default", "default, verbose, terse, sqlstate"},
	"WATCH_INTERVAL":         {"2", "2", number},
}

// accept gives the value to keep for one that was asked for.
func (s specialVariable) accept(name, value string) (string, error) {
	switch s.values {
	case "":
		if value == "" {
			return "on", nil
		}
		if _, ok := ParseBool(value); !ok {
			return "", errNotBool(name, value)
		}
	case integer:
		if name == "IGNOREEOF" && !isInteger(value) {
			return "10", nil // as in bash
		}
		if !isInteger(value) {
			return "", fail(`invalid value "%s" for "%s": integer expected`, value, name)
		}
	case number:
		if _, ok := parseSeconds(value); !ok {
			return "", fail(`invalid value "%s" for variable "%s": number of seconds expected`, value, name)
		}
	default:
		words := strings.Split(s.values, ", ")
		boolean := words[0] == "on"
		if boolean && value == "" {
			return "on", nil
		}
		if slices.ContainsFunc(words, func(word string) bool { return strings.EqualFold(word, value) }) {
			return value, nil
		}
		if _, ok := ParseBool(value); !boolean || !ok {
			return "", fail(`unrecognized value "%s" for "%s"`, value, name).WithHint("Available values are: " + s.values + ".")
		}
	}
	return value, nil
}

// ParseBool reads a boolean as ParseVariableBool does: true, false, yes and no
// may be cut short, and on and off to two letters.
func ParseBool(value string) (on, ok bool) {
	short := func(word string, least int) bool {
		return least <= len(value) && len(value) <= len(word) && strings.EqualFold(value, word[:len(value)])
	}
	switch {
	case short("true", 1), short("yes", 1), short("on", 2), value == "1":
		return true, true
	case short("false", 1), short("no", 1), short("off", 2), value == "0":
		return false, true
	}
	return false, false
}

// integerSyntax is C's, as ParseVariableNum reads it.
var integerSyntax = regexp.MustCompile(`^\s*[-+]?(0[xX][0-9a-fA-F]+|[0-9]+)$`)

func isInteger(value string) bool {
	_, err := strconv.ParseInt(strings.TrimSpace(value), 0, 32)
	return err == nil && integerSyntax.MatchString(value)
}

// parseSeconds reads an interval for \watch.
func parseSeconds(value string) (time.Duration, bool) {
	seconds, err := strconv.ParseFloat(value, 64)
	if err != nil || !(seconds >= 0 && seconds <= maxInterval.Seconds()) {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// maxInterval is psql's for WATCH_INTERVAL.
const maxInterval = 1_000_000 * time.Second
