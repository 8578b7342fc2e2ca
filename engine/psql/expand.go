package psql

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// form is how a text refers to a variable.
type form uint8

const (
	noReference form = iota
	plain            // :name
	literal          // :'name'
	identifier       // :"name"
	isSet            // :{?name}
)

// reference is a variable's name in a text that starts with its colon.
type reference struct {
	form form
	name string
	end  int // offset behind it
}

// referenceAt reads the reference that s, which starts with a colon, starts with.
func referenceAt(s string) reference {
	for _, r := range []struct {
		form        form
		open, close string
	}{{plain, ":", ""}, {literal, ":'", "'"}, {identifier, `:"`, `"`}, {isSet, ":{?", "}"}} {
		start := len(r.open)
		if !strings.HasPrefix(s, r.open) {
			continue
		}
		if end := nameEnd(s, start); end > start && strings.HasPrefix(s[end:], r.close) {
			return reference{r.form, s[start:end], end + len(r.close)}
		}
	}
	return reference{}
}

// resolve gives what replaces a reference. What is not set, and a text that is
// not UTF-8 where it would have to be quoted, is replaced by nothing.
func (v *Variables) resolve(r reference) (text string, ok bool) {
	var value string
	if v != nil {
		value, ok = v.Get(r.name)
	}
	switch r.form {
	case isSet:
		if ok {
			return "TRUE", true
		}
		return "FALSE", true
	case literal:
		return quoteLiteral(value), ok && utf8.ValidString(value)
	case identifier:
		return `"` + strings.ReplaceAll(value, `"`, `""`) + `"`, ok && utf8.ValidString(value)
	}
	return value, ok
}

// quoteLiteral writes a string literal as PQescapeLiteral does: one with
// backslashes is an E'…' behind a blank, which keeps it apart from a word.
func quoteLiteral(value string) string {
	quoted := "'" + strings.ReplaceAll(value, "'", "''") + "'"
	if strings.Contains(quoted, `\`) {
		return " E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}

// Expanded is SQL text with its variables replaced.
type Expanded struct {
	Text     string   // what to send; it may hold several statements, where a variable did
	Warnings []string // in psql's words
	pieces   []piece  // in the order of Text, and so of the original
}

// piece is a run of Text, up to where the next one starts.
type piece struct {
	at     int  // offset in Text
	origin int  // offset in the original: of the same byte, or of the reference that the piece replaces
	copied bool // it is the original's, byte by byte
}

// Origin gives the offset in the original text of the byte at offset in Text;
// for one that a variable brought it is where the reference to it starts. Both
// are offsets in bytes, and what lies outside of Text counts as its nearest end.
func (e Expanded) Origin(offset int) int {
	offset = min(max(offset, 0), len(e.Text))
	i, found := slices.BinarySearchFunc(e.pieces, offset, func(p piece, offset int) int { return p.at - offset })
	if !found {
		i--
	}
	if i < 0 {
		return 0
	}
	p := e.pieces[i]
	if p.copied {
		return p.origin + offset - p.at
	}
	return p.origin
}

// Expand replaces the references to variables in a statement as psql does: not in
// quotes, comments and dollar quotes, and not those to variables that are not
// set, but in a[1:name] too, where \: keeps the colon. The value of :name is read
// as text of the statement, references and open quotes included. \; and \: become a semicolon and a colon. Where the statement
// holds conditional commands, conditions follows them, and what is in branches
// that are not taken is left out; so is all of a statement in such a branch.
//
// Other commands in the statement, or any in a variable, are an error, as is a
// statement that ends in a branch that is not taken and began before it.
func (v *Variables) Expand(statement string, conditions *Conditions) (Expanded, error) {
	x := expander{v: v, conditions: conditions}
	if _, err := x.read(statement); err != nil {
		return Expanded{}, err
	}
	x.result.Text = x.text.String()
	if !conditions.Active() && strings.TrimSpace(x.result.Text) != "" {
		return Expanded{}, fail("the statement ends in a branch that is not taken").
			WithHint(`Put \endif before the semicolon.`)
	}
	return x.result, nil
}

type expander struct {
	v          *Variables
	conditions *Conditions
	text       strings.Builder
	result     Expanded
	names      []string // of the variables that are being read, outermost first
	origin     int      // of the outermost reference, while names is not empty
	added      int      // bytes of the values that were read
}

// read appends src with its variables replaced. Where src ends in open quotes it
// gives what opened them.
func (x *expander) read(src string) (open string, err error) {
	lexer := lex.NewLexer(src, 0, lex.Options{})
	for {
		token := lexer.Next()
		switch text := token.Text(src); token.Kind {
		case lex.EOF:
			return open, nil
		case lex.Colon, lex.Variable:
			if !x.conditions.Active() {
				continue
			}
			ref := referenceAt(src[token.Start:])
			if ref.form == noReference {
				x.copy(text, token.Start)
				continue
			}
			end := token.Start + ref.end
			left, err := x.replace(ref, src[token.Start:end], token.Start)
			if err != nil {
				return "", err
			}
			if left != "" { // the rest of src continues the quotes
				quoted := left + src[end:]
				lexer = lex.NewLexer(quoted, 0, lex.Options{})
				token := lexer.Next()
				length := token.End - len(left)
				x.copy(src[end:end+length], end)
				if token.Flags&lex.Unterminated != 0 {
					return opening(token.Text(quoted), token.Kind), nil
				}
				end += length
			}
			lexer = lex.NewLexer(src, end, lex.Options{})
		case lex.Meta:
			if err := x.meta(text); err != nil {
				return "", err
			}
		case lex.MetaSemicolon, lex.MetaColon:
			x.copy(text[1:], token.Start+1)
		default:
			x.copy(text, token.Start)
			if token.Quoted() && token.Flags&lex.Unterminated != 0 {
				open = opening(text, token.Kind)
			}
		}
	}
}

// replace appends the value of a reference at offset of its source.
func (x *expander) replace(ref reference, original string, offset int) (open string, err error) {
	value, ok := x.v.resolve(ref)
	recursive := ok && ref.form == plain && slices.Contains(x.names, ref.name)
	if recursive {
		x.result.Warnings = append(x.result.Warnings, `skipping recursive expansion of variable "`+ref.name+`"`)
	}
	if !ok || recursive {
		x.copy(original, offset)
		return "", nil
	}
	if x.added += len(value); x.added > maxExpansion {
		return "", errTooLong()
	}
	if len(x.names) == 0 {
		x.origin = offset
	}
	x.names = append(x.names, ref.name)
	defer func() { x.names = x.names[:len(x.names)-1] }()
	if ref.form == plain {
		return x.read(value)
	}
	x.copy(value, 0)
	return "", nil
}

// copy appends text, which stands at offset of the statement or, where a variable
// is being read, of its value.
func (x *expander) copy(text string, offset int) {
	if !x.conditions.Active() || text == "" {
		return
	}
	next := piece{at: x.text.Len(), origin: offset, copied: len(x.names) == 0}
	if !next.copied {
		next.origin = x.origin
	}
	x.text.WriteString(text)
	if pieces := x.result.pieces; len(pieces) > 0 {
		last := pieces[len(pieces)-1]
		runsOn := last.origin
		if last.copied {
			runsOn += next.at - last.at
		}
		if next.copied == last.copied && next.origin == runsOn {
			return
		}
	}
	x.result.pieces = append(x.result.pieces, next)
}

// meta follows a command inside of a statement.
func (x *expander) meta(command string) error {
	if len(x.names) > 0 {
		return fail(`variable "%s" holds the psql command %s`, x.names[len(x.names)-1], command).
			WithHint("Write the command into the script itself.")
	}
	if !IsConditional(command) {
		if !x.conditions.Active() {
			return nil
		}
		return errUnknown(lex.MetaCommand(command))
	}
	warnings, err := x.conditions.Follow(command, x.v)
	x.result.Warnings = append(x.result.Warnings, warnings...)
	return err
}

// opening gives what opened a token that is not closed, so that what follows can
// be read as a continuation of it.
func opening(text string, kind lex.Kind) string {
	switch kind {
	case lex.BlockComment:
		return strings.Repeat("/*", commentDepth(text))
	case lex.QuotedIdent, lex.UnicodeIdent:
		return `"`
	case lex.DollarString:
		return text[:strings.IndexByte(text[1:], '$')+2]
	case lex.EscapeString:
		return "E'"
	}
	return "'"
}

// commentDepth counts the comments that are open at the end of a text which
// starts with one.
func commentDepth(text string) (depth int) {
	for i := 0; i+1 < len(text); i++ {
		switch text[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
		}
	}
	return depth
}
