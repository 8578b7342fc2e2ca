package psql

import (
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// reader takes the arguments of one command, as psqlscanslash.l does.
type reader struct {
	name string
	src  string // what follows the name on its line
	pos  int
	size int        // bytes that variables added
	v    *Variables // nil in a branch that does not run: nothing is replaced or refused
}

func newReader(text string, v *Variables) *reader {
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		text = text[:i]
	}
	name := lex.MetaCommand(text)
	return &reader{name: name, src: strings.TrimPrefix(text, `\`)[len(name):], v: v}
}

// argument is one argument. Its quote is 0, or the last mark that something in
// it was quoted or replaced by, which tells an empty argument from none.
type argument struct {
	text  string
	quote byte
}

func isSpace(c byte) bool { return strings.IndexByte(" \t\n\r\f\v", c) >= 0 }

func (r *reader) skipSpace() {
	for r.pos < len(r.src) && isSpace(r.src[r.pos]) {
		r.pos++
	}
}

// next reads one argument (OT_NORMAL). Where trim is set, semicolons at its end
// that are not quoted do not belong to it.
func (r *reader) next(trim bool) (a argument, ok bool, err error) {
	r.skipSpace()
	var b strings.Builder
	plain := 0 // characters at the end that are not quoted
	for r.pos < len(r.src) && r.src[r.pos] != '\\' && !isSpace(r.src[r.pos]) {
		switch c := r.src[r.pos]; c {
		case '\'', '"', '`':
			a.quote, plain = c, 0
			if err := r.quoted(&b); err != nil {
				return argument{}, false, err
			}
		case ':':
			ref := referenceAt(r.src[r.pos:])
			if ref.form == noReference {
				b.WriteByte(c)
				plain++
				r.pos++
				break
			}
			if ref.form != isSet {
				a.quote, plain = ':', 0
			}
			text, ok := r.v.resolve(ref)
			if !ok {
				text = r.src[r.pos : r.pos+ref.end]
			}
			if r.size += len(text); r.size > maxExpansion {
				return argument{}, false, errTooLong()
			}
			b.WriteString(text)
			r.pos += ref.end
		default:
			b.WriteByte(c)
			plain++
			r.pos++
		}
	}
	a.text = b.String()
	for trim && plain > 0 && strings.HasSuffix(a.text, ";") {
		a.text = a.text[:len(a.text)-1]
		plain--
	}
	ok = a.text != "" || a.quote != 0
	a.text, _, _ = strings.Cut(a.text, "\x00") // psql's strings end there
	return a, ok, nil
}

// quoted appends what stands in the quotes that start at pos.
func (r *reader) quoted(b *strings.Builder) error {
	mark := r.src[r.pos]
	if mark == '\'' {
		return r.singleQuoted(b)
	}
	length := strings.IndexByte(r.src[r.pos+1:], mark)
	if length < 0 {
		return errUnterminated()
	}
	text := r.src[r.pos : r.pos+length+2]
	r.pos += len(text)
	switch {
	case mark == '"':
		b.WriteString(text) // with its quotes: they belong to names in patterns
	case r.v == nil:
		b.WriteString(strings.Trim(text, "`"))
	default:
		return errProgram(`\`+r.name+": "+text, `Write the value itself, or run the program and \set its output.`)
	}
	return nil
}

// singleQuoted appends what stands in '…'. Beside the doubled quote it knows
// escapes by backslash.
func (r *reader) singleQuoted(b *strings.Builder) error {
	src := r.src
	for i := r.pos + 1; i < len(src); i++ {
		switch {
		case src[i] == '\'' && i+1 < len(src) && src[i+1] == '\'':
			b.WriteByte('\'')
			i++
		case src[i] == '\'':
			r.pos = i + 1
			return nil
		case src[i] == '\\' && i+1 < len(src):
			value, length := escape(src[i+1:])
			b.WriteByte(value)
			i += length
		default:
			b.WriteByte(src[i])
		}
	}
	return errUnterminated()
}

// escape reads what follows a backslash in '…': the byte that it stands for, and
// its length.
func escape(s string) (value byte, length int) {
	const control = "n\nt\tb\br\rf\f"
	if i := strings.IndexByte(control, s[0]); i >= 0 && i%2 == 0 {
		return control[i+1], 1
	}
	if s[0] == 'x' {
		for length = 1; length < min(len(s), 3) && hex(s[length]) < 16; length++ {
			value = value<<4 | hex(s[length])
		}
		if length > 1 {
			return value, length
		}
		return 'x', 1
	}
	for length < min(len(s), 3) && '0' <= s[length] && s[length] <= '7' {
		value = value<<3 | (s[length] - '0')
		length++
	}
	if length > 0 {
		return value, length
	}
	return s[0], 1
}

// hex gives the value of a hexadecimal digit, and 16 for what is none.
func hex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 16
}

// all reads the remaining arguments.
func (r *reader) all() (args []argument, err error) {
	for {
		a, ok, err := r.next(false)
		if err != nil || !ok {
			return args, err
		}
		args = append(args, a)
	}
}

// texts reads the remaining arguments without what quoted them.
func (r *reader) texts(trim bool) (texts []string, err error) {
	for {
		a, ok, err := r.next(trim)
		if err != nil || !ok {
			return texts, err
		}
		texts = append(texts, a.text)
	}
}

// joined reads the remaining arguments as one text.
func (r *reader) joined(separator string) (string, error) {
	texts, err := r.texts(false)
	return strings.Join(texts, separator), err
}

// optional reads an argument that need not be there.
func (r *reader) optional(trim bool) (*string, error) {
	a, ok, err := r.next(trim)
	if err != nil || !ok {
		return nil, err
	}
	return &a.text, nil
}

// required reads an argument that must be there.
func (r *reader) required(trim bool) (string, error) {
	a, ok, err := r.next(trim)
	if err == nil && !ok {
		err = fail(`\%s: missing required argument`, r.name)
	}
	return a.text, err
}

// line reads the rest of the line as it is (OT_WHOLE_LINE). Where trim is set,
// semicolons and white space at its end do not belong to it.
func (r *reader) line(trim bool) string {
	r.skipSpace()
	text := r.src[r.pos:]
	r.pos = len(r.src)
	if trim {
		text = strings.TrimRight(text, "; \t\n\r\f\v")
	}
	return text
}

// pipe reports whether the next argument is a program to write to (OT_FILEPIPE).
func (r *reader) pipe() bool {
	r.skipSpace()
	return r.pos < len(r.src) && r.src[r.pos] == '|'
}

// identifier reads an argument as a name without its double quotes
// (OT_SQLIDHACK: the letters stay as they are). The empty one and - are none.
func (r *reader) identifier() (string, error) {
	a, ok, err := r.next(true)
	if err != nil || !ok {
		return "", err
	}
	name := unquote(a.text)
	if a.quote == 0 && name == "-" {
		return "", nil
	}
	return name, nil
}

// unquote removes double quotes; a doubled one in them is one.
func unquote(s string) string {
	var b strings.Builder
	inside := false
	for i := 0; i < len(s); i++ {
		if s[i] == '"' {
			if !inside || i+1 == len(s) || s[i+1] != '"' {
				inside = !inside
				continue
			}
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// rest tells of each argument that the command has no use for.
func (r *reader) rest() (warnings []string, err error) {
	r.v = nil // as psql, which evaluates nothing in them
	for {
		a, ok, err := r.next(false)
		if err != nil || !ok {
			return warnings, err
		}
		warnings = append(warnings, `\`+r.name+`: extra argument "`+a.text+`" ignored`)
	}
}

func errUnterminated() *tusk.Error {
	return fail("unterminated quoted string").WithHint("An argument ends on the line it starts on: close its quote there.")
}
