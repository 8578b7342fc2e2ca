package workspace

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxGlob bounds a pattern in bytes, so that matching hundreds of hostile ones
// stays quick.
const maxGlob = 200

// glob matches slash-separated paths that are relative to some folder:
//
//   - any part of one name, also of one that begins with a dot
//     ?       one character of a name
//     [a-z]   one character out of a class; [!a-z] or [^a-z] one out of the rest
//     {a,b}   either; may be nested
//     **      alone between slashes: any number of folders; at the end: whatever
//     lies below, at any depth
//     \*      the character itself, for the characters above
//
// Matching takes time in proportion to the lengths of pattern and path: it is a
// regular expression of package regexp.
type glob struct{ expression *regexp.Regexp }

// compileGlob reads a pattern. With fold, letters match in either case.
func compileGlob(pattern string, fold bool) (glob, error) {
	if len(pattern) > maxGlob {
		return glob{}, fmt.Errorf("a glob is at most %d bytes long", maxGlob)
	}
	for folder := range strings.SplitSeq(pattern, "/") {
		switch folder {
		case "":
			return glob{}, errors.New("a glob is relative, names files, and has one / between names; write folder/** for all that lies in a folder")
		case ".", "..":
			return glob{}, fmt.Errorf("a glob cannot hold %q: it is relative to the folder of the file that it is written in", folder)
		}
	}
	t := translation{pattern: pattern}
	t.out.WriteString("(?s")
	if fold {
		t.out.WriteByte('i')
	}
	t.out.WriteString(`)\A(?:`)
	if err := t.translate(); err != nil {
		return glob{}, err
	}
	t.out.WriteString(`)\z`)
	expression, err := regexp.Compile(t.out.String())
	if err != nil {
		return glob{}, errors.New("the glob cannot be read")
	}
	return glob{expression}, nil
}

func (g glob) match(path string) bool { return g.expression.MatchString(path) }

// translation turns a glob into a regular expression.
type translation struct {
	pattern string
	pos     int
	out     strings.Builder
}

// special are the characters that mean something else, and that a backslash
// may make ordinary.
const special = `*?[]{},!^-\`

func (t *translation) translate() error {
	depth := 0
	for t.pos < len(t.pattern) {
		switch c := t.pattern[t.pos]; {
		case strings.HasPrefix(t.pattern[t.pos:], "**"):
			if err := t.folders(depth); err != nil {
				return err
			}
			continue
		case c == '*':
			t.out.WriteString("[^/]*")
		case c == '?':
			t.out.WriteString("[^/]")
		case c == '[':
			if err := t.class(); err != nil {
				return err
			}
			continue
		case c == '{':
			depth++
			t.out.WriteString("(?:")
		case c == ',' && depth > 0:
			t.out.WriteByte('|')
		case c == '}':
			if depth--; depth < 0 {
				return errors.New("a } closes nothing; write \\} for the character")
			}
			t.out.WriteByte(')')
		case c == ']':
			return errors.New("a ] closes nothing; write \\] for the character")
		default:
			r, err := t.character()
			if err != nil {
				return err
			}
			t.out.WriteString(regexp.QuoteMeta(string(r)))
			continue
		}
		t.pos++
	}
	if depth > 0 {
		return errors.New("a { is not closed")
	}
	return nil
}

// folders reads ** with the slash that follows it.
func (t *translation) folders(depth int) error {
	rest := t.pattern[t.pos+2:]
	alone := (t.pos == 0 || t.pattern[t.pos-1] == '/') && (rest == "" || rest[0] == '/')
	if !alone || depth > 0 {
		return errors.New("** stands alone between slashes and outside of braces, as in migrations/**/*.sql")
	}
	if rest == "" {
		t.out.WriteString(".+")
		t.pos += 2
	} else {
		t.out.WriteString("(?:.*/)?")
		t.pos += 3
	}
	return nil
}

// class reads [...]. A slash is in no class: names end there.
func (t *translation) class() error {
	const unclosed = "a [ is not closed"
	t.pos++
	var ranges strings.Builder
	negated := t.next("!") || t.next("^")
	for !t.next("]") {
		if t.pos == len(t.pattern) {
			return errors.New(unclosed)
		}
		low, err := t.character()
		if err != nil {
			return err
		}
		high := low
		if t.next("-") {
			if t.pos == len(t.pattern) {
				return errors.New(unclosed)
			}
			if high, err = t.character(); err != nil {
				return err
			}
		}
		switch {
		case low > high:
			return fmt.Errorf("the range %c-%c is empty", low, high)
		case low == '/' || high == '/':
			return errors.New("a class cannot hold /")
		case low < '/' && '/' < high:
			fmt.Fprintf(&ranges, `\x{%x}-.0-\x{%x}`, low, high)
		default:
			fmt.Fprintf(&ranges, `\x{%x}-\x{%x}`, low, high)
		}
	}
	if ranges.Len() == 0 {
		return errors.New("a class is empty")
	}
	open := "["
	if negated {
		open = "[^/"
	}
	t.out.WriteString(open + ranges.String() + "]")
	return nil
}

// next reads a character if it is the next one.
func (t *translation) next(c string) bool {
	if !strings.HasPrefix(t.pattern[t.pos:], c) {
		return false
	}
	t.pos += len(c)
	return true
}

// character reads one that stands for itself, or a backslash and what it makes
// ordinary.
func (t *translation) character() (rune, error) {
	if t.next(`\`) && (t.pos == len(t.pattern) || !strings.Contains(special, t.pattern[t.pos:t.pos+1])) {
		return 0, fmt.Errorf(`a \ stands before one of %s only; write / between folders, on Windows too`, special)
	}
	r, size := utf8.DecodeRuneInString(t.pattern[t.pos:])
	t.pos += size
	return r, nil
}
