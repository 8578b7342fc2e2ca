package lex

import (
	"strings"
	"unicode/utf8"

	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// Placeholders is a set of notations that client libraries replace before they
// send a statement. Some are also PostgreSQL's own (? is an operator of jsonb,
// @ takes an absolute value), so that only a setting can tell.
type Placeholders uint8

// The notations.
const (
	ColonName Placeholders = 1 << iota // :name, as a Placeholder and not as a psql Variable
	AtName                             // @name
	Question                           // ?
	Braces                             // {{ … }}
)

// Options change how a text is cut. The zero value is PostgreSQL and psql.
type Options struct {
	Placeholders Placeholders
}

// Lex gives the tokens of src. They tile it: the first starts at 0, each starts
// where the one before ends, and the last ends at len(src).
func Lex(src string, opts Options) []Token {
	tokens := make([]Token, 0, len(src)/4+1)
	for l := NewLexer(src, 0, opts); ; {
		token := l.Next()
		if token.Kind == EOF {
			return tokens
		}
		tokens = append(tokens, token)
	}
}

// Lexer gives one token after the other. It is a small value: a copy of it looks
// ahead without moving the original. One goroutine uses it at a time.
type Lexer struct {
	src      string
	pos      int
	brackets int // open [ since the last semicolon: in them a colon is a slice's
	opts     Options
}

// NewLexer starts at the byte offset from of src.
func NewLexer(src string, from int, opts Options) Lexer {
	return Lexer{src: src, pos: from, opts: opts}
}

// Pos is the offset at which the next token starts.
func (l *Lexer) Pos() int { return l.pos }

// Next gives the next token, and one of kind EOF and no length at the end.
func (l *Lexer) Next() Token {
	src, start := l.src, l.pos
	if start >= len(src) {
		return Token{Span: text.Span{Start: start, End: start}}
	}
	// The three kinds that most tokens are of are read here, without a call.
	c := src[start]
	switch classes[c] {
	case space:
		end := start + 1
		for end < len(src) && classes[src[end]] == space {
			end++
		}
		l.pos = end
		return Token{Span: text.Span{Start: start, End: end}, Kind: Space}
	case punctuation:
		l.pos = start + 1
		kind := singles[c]
		switch kind {
		case LBracket:
			l.brackets++
		case RBracket:
			l.brackets = max(l.brackets-1, 0)
		case Semicolon:
			l.brackets = 0
		}
		return Token{Span: text.Span{Start: start, End: start + 1}, Kind: kind}
	case letter:
		end, hash := start, uint32(0)
		for end < len(src) && classes[src[end]] == letter {
			hash = hashByte(hash, src[end])
			end++
		}
		if end == len(src) || !joins[classes[src[end]]] && src[end] != '&' {
			l.pos = end
			keyword := NotKeyword
			if end-start <= longestKeyword {
				keyword = find(src[start:end], hash)
			}
			return Token{Span: text.Span{Start: start, End: end}, Kind: Ident, Keyword: keyword}
		}
	}
	return l.other(c)
}

// other reads the tokens that Next does not.
func (l *Lexer) other(c byte) Token {
	start := l.pos
	token := Token{Span: text.Span{Start: start}}
	switch classes[c] {
	case letter:
		l.word(&token)
	case digit:
		l.number(&token)
	case opChar:
		l.operator(&token)
	case quote:
		l.pos++
		token.Kind = String
		l.quoted(&token, false)
	case doubleQuote:
		l.pos++
		token.Kind = QuotedIdent
		l.quotedIdent(&token)
	case dollar:
		l.dollar(&token)
	case dot:
		switch next := l.peek(1); {
		case next == '.':
			token.Kind, l.pos = DotDot, l.pos+2
		case classes[next] == digit:
			l.number(&token)
		default:
			token.Kind, l.pos = Dot, l.pos+1
		}
	case colon:
		l.colon(&token)
	case backslash:
		l.meta(&token)
	case brace:
		l.brace(&token)
	case high:
		if _, size := utf8.DecodeRuneInString(l.src[start:]); size > 1 {
			token.Kind = Ident
			l.identRest()
		} else {
			token.Kind, l.pos = Invalid, l.pos+1
		}
	default:
		token.Kind, l.pos = Invalid, l.pos+1
	}
	token.End = l.pos
	return token
}

// NextSignificant is Next without white space and comments.
func (l *Lexer) NextSignificant() Token {
	for {
		if token := l.Next(); !token.Trivia() {
			return token
		}
	}
}

// class sorts the bytes by the rules that can start with them.
type class uint8

const (
	other class = iota
	space
	letter // A-Z a-z _
	high   // a byte of a multi-byte character: letters to PostgreSQL
	digit
	opChar
	quote
	doubleQuote
	dollar
	dot
	colon
	punctuation
	backslash
	brace
	classCount
)

var classes = func() (table [256]class) {
	set := func(bytes string, c class) {
		for i := range len(bytes) {
			table[bytes[i]] = c
		}
	}
	set(" \t\n\r\f\v", space)
	set("_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", letter)
	set("0123456789", digit)
	set("~!@#^&|`?+-*/%<>=", opChar)
	set("'", quote)
	set(`"`, doubleQuote)
	set("$", dollar)
	set(".", dot)
	set(":", colon)
	set("()[],;", punctuation)
	set(`\`, backslash)
	set("{", brace)
	for c := 0x80; c <= 0xFF; c++ {
		table[c] = high
	}
	return table
}()

var singles = [256]Kind{'(': LParen, ')': RParen, '[': LBracket, ']': RBracket, ',': Comma, ';': Semicolon}

// peek gives the byte n places on, and 0 past the end.
func (l *Lexer) peek(n int) byte {
	if l.pos+n < len(l.src) {
		return l.src[l.pos+n]
	}
	return 0
}

// joins holds the classes that make more than a keyword of the letters before
// them: they continue the word, or the word is the prefix of a literal.
var joins = [classCount]bool{high: true, digit: true, dollar: true, quote: true}

// word reads a name, a keyword, or a literal that starts with a letter.
func (l *Lexer) word(token *Token) {
	switch prefix := l.src[l.pos] | 0x20; {
	case l.peek(1) == '\'' && literals[prefix] != EOF:
		token.Kind, l.pos = literals[prefix], l.pos+2
		l.quoted(token, prefix == 'e')
		return
	case prefix == 'u' && l.peek(1) == '&' && l.peek(2) == '\'':
		token.Kind, l.pos = UnicodeString, l.pos+3
		l.quoted(token, false)
		return
	case prefix == 'u' && l.peek(1) == '&' && l.peek(2) == '"':
		token.Kind, l.pos = UnicodeIdent, l.pos+3
		l.quotedIdent(token)
		return
	}
	token.Kind = Ident
	start := l.pos
	l.identRest()
	token.Keyword = LookupKeyword(l.src[start:l.pos])
}

// literals gives the kind of literal that a letter before a quote makes.
var literals = [256]Kind{'b': BitString, 'e': EscapeString, 'n': NationalStr, 'x': HexString}

// identRest moves past the bytes that continue an identifier.
func (l *Lexer) identRest() {
	for l.pos < len(l.src) {
		switch classes[l.src[l.pos]] {
		case letter, digit, dollar:
			l.pos++
		case high:
			_, size := utf8.DecodeRuneInString(l.src[l.pos:])
			if size == 1 {
				return
			}
			l.pos += size
		default:
			return
		}
	}
}

// identStart reports whether an identifier could start at offset.
func (l *Lexer) identStart(offset int) bool {
	if offset >= len(l.src) {
		return false
	}
	switch classes[l.src[offset]] {
	case letter:
		return true
	case high:
		_, size := utf8.DecodeRuneInString(l.src[offset:])
		return size > 1
	}
	return false
}

// quoted reads the rest of a string, its continuations on later lines included.
// B'…' and X'…' know no doubled quote, so that two of them in a row are two
// tokens.
func (l *Lexer) quoted(token *Token, escapes bool) {
	doubles := token.Kind != BitString && token.Kind != HexString
	for {
		var i int
		if escapes {
			i = strings.IndexAny(l.src[l.pos:], `'\`)
		} else {
			i = strings.IndexByte(l.src[l.pos:], '\'')
		}
		if i < 0 {
			l.pos = len(l.src)
			token.Flags |= Unterminated
			return
		}
		l.pos += i + 1
		if l.src[l.pos-1] == '\\' {
			l.pos = min(l.pos+1, len(l.src))
			continue
		}
		if doubles && l.peek(0) == '\'' {
			l.pos++
			continue
		}
		next := l.continuation()
		if next < 0 {
			return
		}
		l.pos = next
	}
}

// continuation gives the offset behind the quote that continues the string that
// ends here, and -1 when none does: between them lie white space and -- comments
// with at least one line end.
func (l *Lexer) continuation() int {
	newline := false
	for i := l.pos; i < len(l.src); i++ {
		switch c := l.src[i]; {
		case c == '\n' || c == '\r':
			newline = true
		case classes[c] == space:
		case c == '-' && strings.HasPrefix(l.src[i:], "--"):
			i = lineEnd(l.src, i) - 1
		case c == '\'' && newline:
			return i + 1
		default:
			return -1
		}
	}
	return -1
}

// quotedIdent reads the rest of "…".
func (l *Lexer) quotedIdent(token *Token) {
	for {
		i := strings.IndexByte(l.src[l.pos:], '"')
		if i < 0 {
			l.pos = len(l.src)
			token.Flags |= Unterminated
			return
		}
		l.pos += i + 1
		if l.peek(0) != '"' {
			return
		}
		l.pos++
	}
}

// dollar reads $1, $tag$…$tag$ or a lone $, which no rule knows.
func (l *Lexer) dollar(token *Token) {
	start := l.pos
	l.pos++
	if classes[l.peek(0)] == digit {
		token.Kind = Param
		for classes[l.peek(0)] == digit { // no underscores here
			l.pos++
		}
		l.junk(token)
		return
	}
	if l.identStart(l.pos) {
		for l.identStart(l.pos) || classes[l.peek(0)] == digit {
			l.pos++
			for l.pos < len(l.src) && !utf8.RuneStart(l.src[l.pos]) {
				l.pos++
			}
		}
	}
	if l.peek(0) != '$' {
		token.Kind, l.pos = Invalid, start+1
		return
	}
	l.pos++
	token.Kind = DollarString
	tag := l.src[start:l.pos]
	end := strings.Index(l.src[l.pos:], tag)
	if end < 0 {
		l.pos = len(l.src)
		token.Flags |= Unterminated
		return
	}
	l.pos += end + len(tag)
}

// number reads an integer or a number; it starts at a digit, or at a point with
// a digit behind it.
func (l *Lexer) number(token *Token) {
	token.Kind = Integer
	if l.src[l.pos] == '0' {
		if class, ok := bases[l.peek(1)|0x20]; ok && l.based(token, class) {
			return
		}
	}
	l.digits()
	if l.peek(0) == '.' && l.peek(1) != '.' {
		token.Kind = Number
		l.pos++
		l.digits()
	}
	if l.peek(0)|0x20 == 'e' {
		sign := 1
		if c := l.peek(1); c == '+' || c == '-' {
			sign = 2
		}
		switch {
		case classes[l.peek(sign)] == digit:
			token.Kind = Number
			l.pos += sign
			l.digits()
			// Without a sign the exponent could be letters behind the
			// number, which a $ continues: the longer match wins.
			if sign == 1 && l.peek(0) == '$' {
				token.Flags |= Junk
				l.identRest()
			}
		case sign == 2: // scan.l's realfail
			token.Kind = Number
			token.Flags |= Junk
			l.pos += sign
			return
		}
	}
	l.junk(token)
}

// bases gives the digits that may follow 0x, 0o and 0b.
var bases = map[byte]string{'x': "0123456789abcdefABCDEF", 'o': "01234567", 'b': "01"}

// based reads what follows 0x, 0o or 0b. Letters and digits that are none of
// the base's make the whole word junk, as scan.l's longest match does.
func (l *Lexer) based(token *Token, digits string) bool {
	l.pos += 2
	read := 0
	for {
		next := 0
		if l.peek(0) == '_' {
			next = 1
		}
		if c := l.peek(next); c == 0 || strings.IndexByte(digits, c) < 0 {
			break
		}
		l.pos += next + 1
		read++
	}
	end := l.pos
	l.identRest()
	if read == 0 || l.pos > end {
		token.Flags |= Junk
	}
	return true
}

// digits moves past decimal digits with single underscores between them.
func (l *Lexer) digits() {
	for {
		switch {
		case classes[l.peek(0)] == digit:
			l.pos++
		case l.peek(0) == '_' && classes[l.peek(1)] == digit && classes[l.src[l.pos-1]] == digit:
			l.pos++
		default:
			return
		}
	}
}

// junk takes an identifier that follows a number without a space.
func (l *Lexer) junk(token *Token) {
	if l.identStart(l.pos) {
		token.Flags |= Junk
		l.identRest()
	}
}

// operator reads a comment or an operator. An operator stops before a comment,
// and ends in + or - only if it holds a character that is in no operator of the
// SQL standard: so =- is two, and @- is one.
func (l *Lexer) operator(token *Token) {
	start := l.pos
	if l.src[start] == '-' && l.peek(1) == '-' {
		token.Kind, l.pos = LineComment, lineEnd(l.src, start)
		return
	}
	if l.src[start] == '/' && l.peek(1) == '*' {
		l.blockComment(token)
		return
	}
	end, special := start, false
	for ; end < len(l.src) && classes[l.src[end]] == opChar; end++ {
		c := l.src[end]
		if next := end + 1; next < len(l.src) && (c == '-' && l.src[next] == '-' || c == '/' && l.src[next] == '*') {
			break
		}
		switch c {
		case '~', '!', '@', '#', '^', '&', '|', '`', '?', '%':
			special = true
		}
	}
	if placeholder := l.placeholder(start, end); placeholder > start {
		end = placeholder // the operator ends where the placeholder starts
	} else if placeholder == start {
		token.Kind = Placeholder
		return
	}
	if !special {
		for end > start+1 && (l.src[end-1] == '+' || l.src[end-1] == '-') {
			end--
		}
	}
	l.pos = end
	token.Kind = Operator
	if l.src[start:end] == "=>" {
		token.Kind = EqualsGreater
	}
}

// placeholder looks for ? and @name among the operator characters [start, end).
// One at start is read; of one after a comparison sign the start is returned;
// -1 says there is none.
func (l *Lexer) placeholder(start, end int) int {
	last := end - 1
	at := l.opts.Placeholders&AtName != 0 && l.src[last] == '@' && l.identStart(end)
	if at && last > start && l.src[last-1] == '<' {
		at = false // the operator <@ is likelier than a comparison written that tightly
	}
	question := l.opts.Placeholders&Question != 0 && l.src[last] == '?'
	if !at && !question || strings.Trim(l.src[start:last], "=<>!+-*/") != "" {
		return -1
	}
	if last == start {
		l.pos = end
		if at {
			l.identRest()
		}
	}
	return last
}

// blockComment reads /* … */. Comments nest.
func (l *Lexer) blockComment(token *Token) {
	token.Kind = BlockComment
	depth := 0
	for i := l.pos; i+1 < len(l.src); i++ {
		switch {
		case l.src[i] == '/' && l.src[i+1] == '*':
			depth++
			i++
		case l.src[i] == '*' && l.src[i+1] == '/':
			depth--
			i++
			if depth == 0 {
				l.pos = i + 1
				return
			}
		}
	}
	l.pos = len(l.src)
	token.Flags |= Unterminated
}

// colon reads ::, := or :, a psql variable or a placeholder :name.
func (l *Lexer) colon(token *Token) {
	start := l.pos
	l.pos++
	token.Kind = Colon
	switch c := l.peek(0); {
	case c == ':':
		token.Kind, l.pos = Typecast, l.pos+1
	case c == '=':
		token.Kind, l.pos = ColonEquals, l.pos+1
	case c == '\'' || c == '"':
		if end := l.variable(start + 2); end < len(l.src) && l.src[end] == c && end > start+2 {
			token.Kind, l.pos = Variable, end+1
		}
	case c == '{' && l.peek(1) == '?':
		if end := l.variable(start + 3); end < len(l.src) && l.src[end] == '}' && end > start+3 {
			token.Kind, l.pos = Variable, end+1
		}
	case l.brackets == 0: // inside, a[1:n] is a slice
		if end := l.variable(start + 1); end > start+1 {
			token.Kind, l.pos = Variable, end
			if l.opts.Placeholders&ColonName != 0 {
				token.Kind = Placeholder
			}
		}
	}
}

// variable gives the end of the psql variable name that starts at offset.
func (l *Lexer) variable(offset int) int {
	for offset < len(l.src) {
		switch classes[l.src[offset]] {
		case letter, digit:
			offset++
		case high:
			_, size := utf8.DecodeRuneInString(l.src[offset:])
			if size == 1 {
				return offset
			}
			offset += size
		default:
			return offset
		}
	}
	return offset
}

// brace reads {{ … }} where it is a placeholder.
func (l *Lexer) brace(token *Token) {
	token.Kind = Invalid
	l.pos++
	if l.opts.Placeholders&Braces == 0 || l.peek(0) != '{' {
		return
	}
	token.Kind = Placeholder
	end := strings.Index(l.src[l.pos:], "}}")
	if end < 0 {
		token.Flags |= Unterminated
		l.pos = lineEnd(l.src, l.pos)
		return
	}
	l.pos += end + len("}}")
}

// lineEnd gives the offset of the line end at or after offset, or len(src).
func lineEnd(src string, offset int) int {
	end := len(src)
	if i := strings.IndexByte(src[offset:], '\n'); i >= 0 {
		end = offset + i
	}
	if i := strings.IndexByte(src[offset:end], '\r'); i >= 0 {
		end = offset + i
	}
	return end
}
