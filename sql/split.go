package sql

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// unit is a statement as the splitter finds it. Offsets are bytes of the file.
type unit struct {
	start, end int // Statement.Span
	stop       int // where the next unit begins
	seen       int // no byte at or after it had a say; the end of the text counts as one
	kind       Kind
	after      state
}

func (u unit) shift(n int) unit {
	u.start += n
	u.end += n
	u.stop += n
	u.seen += n
	return u
}

// state is all that a unit must know of the units before it.
type state struct {
	copies     uint32 // blocks of COPY data that start at the next line
	recoveries uint32 // times that a missing quote was worked around
}

// splitter finds the units of src. The result of next depends on its argument
// and on src from there on alone, which is what makes File.Edit right.
type splitter struct {
	src  string
	opts lex.Options
	// noData is where a search for the end of COPY data found none up to the
	// end of the text, plus one; so the text is searched once. 0: not yet.
	noData int
}

// next finds the unit that follows last, which is the zero unit at the start of
// the text.
//
// A statement ends at its semicolon, whatever parentheses are open: where the
// server would go on, it would only find an error. Two constructs hold
// semicolons of their own, and only when they are closed (see head).
func (s *splitter) next(last unit) (unit, bool) {
	u := unit{kind: SQL, start: -1, after: last.after}
	from := last.stop
	if from == 0 && strings.HasPrefix(s.src, bom) {
		from = len(bom)
	}
	if u.after.copies > 0 && atLineStart(s.src, from) {
		if data, ok := s.copyData(from, &u); ok {
			return data, true
		}
	}
	h := head{src: s.src}
	r := repair{src: s.src}
	lexer := lex.NewLexer(s.src, from, s.opts)
	for {
		token := lexer.Next()
		switch {
		case token.Kind == lex.EOF:
			if u.start < 0 {
				return unit{}, false
			}
			u.stop, u.seen = token.End, token.End+1
			return u, true

		case token.Quoted() && token.Flags&lex.Unterminated != 0:
			if u.start < 0 {
				u.start = token.Start
			}
			u.end, u.stop, u.seen = token.End, token.End, len(s.src)+1
			if u.after.recoveries < maxRecoveries {
				if r.read(token, true); r.cut > 0 {
					u.end, u.stop = r.cut, r.cut
					u.after.recoveries++
				}
			}
			return u, true

		case token.Trivia():
			if u.after.copies == 0 || token.Kind != lex.Space {
				continue
			}
			line := strings.IndexAny(token.Text(s.src), "\r\n")
			if line < 0 {
				continue
			}
			if line += token.Start; u.start >= 0 {
				u.stop, u.seen = line, max(u.seen, line+1)
				return u, true
			}
			if data, ok := s.copyData(afterLineEnd(s.src, line), &u); ok {
				return data, true
			}

		case token.Separator():
			if u.start < 0 || token.Start < h.hold {
				continue
			}
			if h.copy {
				u.after.copies++
			}
			u.stop, u.seen = token.End, max(u.seen, token.End)
			return u, true

		case token.Kind == lex.Meta:
			command := lex.MetaCommand(token.Text(s.src))
			seen := token.End + 2 // the line end, or the backslash and what follows it
			switch {
			case u.start < 0:
				u.kind, u.start, u.end = Meta, token.Start, token.End
				u.stop, u.seen = token.End, max(u.seen, seen)
				if command == "copy" && copiesFromStdin(token.Text(s.src)) {
					u.after.copies++
				}
				return u, true
			case conditional(command):
				u.end = token.End
				u.seen = max(u.seen, seen)
			default:
				if h.copy {
					u.after.copies++
				}
				u.stop, u.seen = token.Start, max(u.seen, seen)
				return u, true
			}

		default:
			if u.start < 0 {
				u.start = token.Start
			}
			u.end = token.End
			if token.Quoted() {
				ahead := lexer
				runsOn := s.runsOn(token, &ahead)
				if r.read(token, runsOn); runsOn && r.cut > 0 {
					u.end, u.stop, u.seen = r.cut, r.cut, max(u.seen, ahead.Pos()+1)
					return u, true
				}
			}
			h.read(token, lexer, &u)
		}
	}
}

// conditional reports whether a psql command leaves the statement that it stands
// in open. Every other one ends it here, though psql itself would go on after,
// say, \echo: there a forgotten semicolon is likelier than that intention.
func conditional(command string) bool {
	switch command {
	case "if", "elif", "else", "endif", "": // the last is a stray backslash
		return true
	}
	return false
}

// head reads the tokens of a statement as far as they say where it may end.
type head struct {
	src      string
	keywords [4]lex.Keyword // of the first tokens
	tokens   int            // how many of them were read
	depth    int            // open parentheses
	last     lex.Keyword
	copy     bool // COPY … FROM STDIN
	hold     int  // semicolons before this offset belong to the statement
}

// read takes the next token of the statement; lexer stands behind it.
func (h *head) read(token lex.Token, lexer lex.Lexer, u *unit) {
	h.add(token.Keyword)
	switch token.Kind {
	case lex.LParen:
		if h.depth == 0 && h.creates(lex.KwRule, lex.KwRule) && h.hold == 0 &&
			(h.last == lex.KwDo || h.last == lex.KwAlso || h.last == lex.KwInstead) {
			h.look(ruleEnd, lexer, u)
		}
		h.depth++
	case lex.RParen:
		h.depth = max(h.depth-1, 0)
	}
	if h.depth == 0 {
		switch token.Keyword {
		case lex.KwAtomic:
			if h.last == lex.KwBegin && h.creates(lex.KwFunction, lex.KwProcedure) && h.hold == 0 {
				h.look(atomicEnd, lexer, u)
			}
		case lex.KwStdin, lex.KwStdout: // COPY FROM takes both words for its input
			h.copy = h.copy || h.last == lex.KwFrom && h.keywords[0] == lex.KwCopy
		}
	}
	h.last = token.Keyword
}

func (h *head) add(k lex.Keyword) {
	if h.tokens < len(h.keywords) {
		h.keywords[h.tokens] = k
		h.tokens++
	}
}

// creates reports whether the statement starts with CREATE [OR REPLACE] and one
// of two words.
func (h *head) creates(a, b lex.Keyword) bool {
	if h.keywords[0] != lex.KwCreate {
		return false
	}
	word := h.keywords[1]
	if word == lex.KwOr && h.keywords[2] == lex.KwReplace {
		word = h.keywords[3]
	}
	return word == a || word == b
}

// look runs a search for the end of a construct that holds semicolons. One that
// is not closed holds none, so that it does not swallow its neighbours.
func (h *head) look(search func(string, *lex.Lexer) (end int, closed bool), lexer lex.Lexer, u *unit) {
	end, closed := search(h.src, &lexer)
	if closed {
		h.hold = end
	}
	u.seen = max(u.seen, lexer.Pos()+1)
}

// atomicEnd finds the END of BEGIN ATOMIC … END. It stands where a statement
// would start, which tells it from the END of a CASE. A statement that cannot be
// in a body, or that is none of a body's and starts without indentation, says
// that the END is missing. (The grammar takes any statement but those of
// transactions, and the server then refuses most.)
func atomicEnd(src string, lexer *lex.Lexer) (end int, closed bool) {
	for {
		token := lexer.NextSignificant()
		switch token.Keyword {
		case lex.KwEnd:
			return token.Start, true
		case lex.KwBegin, lex.KwCommit, lex.KwRollback, lex.KwStart:
			return 0, false
		case lex.NotKeyword, lex.KwSelect, lex.KwInsert, lex.KwUpdate, lex.KwDelete, lex.KwMerge, lex.KwWith,
			lex.KwValues, lex.KwTable, lex.KwReturn, lex.KwCall:
		default:
			if atLineStart(src, token.Start) {
				return 0, false
			}
		}
		var h head // of the statement in the body
		for ; token.Kind != lex.Semicolon; token = lexer.NextSignificant() {
			h.add(token.Keyword)
			if token.Kind == lex.EOF || token.Kind == lex.Meta || h.creates(lex.KwFunction, lex.KwProcedure) {
				return 0, false
			}
		}
	}
}

// ruleEnd finds the parenthesis that closes the list of commands of CREATE RULE;
// lexer stands behind the one that opens it.
func ruleEnd(_ string, lexer *lex.Lexer) (end int, closed bool) {
	depth, first := 1, true
	for {
		token := lexer.NextSignificant()
		switch token.Kind {
		case lex.LParen:
			depth++
		case lex.RParen:
			if depth--; depth == 0 {
				return token.Start, true
			}
		case lex.Semicolon:
			if depth > 1 {
				return 0, false
			}
			first = true
			continue
		case lex.EOF, lex.Meta:
			return 0, false
		default:
			if first && !ruleCommand(token.Keyword) {
				return 0, false
			}
		}
		first = false
	}
}

// ruleCommand reports whether a command of CREATE RULE can start with the word
// (RuleActionStmt in gram.y).
func ruleCommand(k lex.Keyword) bool {
	switch k {
	case lex.KwSelect, lex.KwInsert, lex.KwUpdate, lex.KwDelete, lex.KwNotify, lex.KwWith, lex.KwValues, lex.KwTable:
		return true
	}
	return false
}
