package sql

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// copyData makes the unit of the COPY data that would start at from, the start
// of a line. Where there is none, u goes on without: the server refuses many a
// COPY before it asks for data, and people write COPY … FROM STDIN for drivers
// that bring the data themselves.
func (s *splitter) copyData(from int, u *unit) (unit, bool) {
	if s.noData > 0 && from >= s.noData-1 {
		u.after.copies, u.seen = 0, len(s.src)+1
		return unit{}, false
	}
	for line := from; line < len(s.src); {
		end := lineEnd(s.src, line)
		content := s.src[line:end]
		if content == `\.` {
			stop := afterLineEnd(s.src, end)
			after := u.after
			after.copies--
			return unit{kind: CopyData, start: from, end: end, stop: stop, seen: stop + 1, after: after}, true
		}
		if startsCopy(content) {
			u.after.copies, u.seen = 0, max(u.seen, end+1)
			return unit{}, false
		}
		line = afterLineEnd(s.src, end)
	}
	s.noData = from + 1
	u.after.copies, u.seen = 0, len(s.src)+1
	return unit{}, false
}

// startsCopy reports whether a line is another COPY … FROM STDIN, to which the
// next \. belongs.
func startsCopy(line string) bool {
	if len(line) < len("copy ") || line[0] != '\\' && line[0]|0x20 != 'c' {
		return false
	}
	lexer := lex.NewLexer(strings.TrimPrefix(line, `\`), 0, lex.Options{})
	return lexer.Next().Keyword == lex.KwCopy && fromStdin(&lexer)
}

// copiesFromStdin reports whether a \copy command reads the lines behind it.
func copiesFromStdin(command string) bool {
	lexer := lex.NewLexer(command, len(`\copy`), lex.Options{})
	return fromStdin(&lexer)
}

// fromStdin looks for FROM STDIN outside parentheses.
func fromStdin(lexer *lex.Lexer) bool {
	depth := 0
	last := lex.NotKeyword
	for token := lexer.NextSignificant(); token.Kind != lex.EOF; token = lexer.NextSignificant() {
		switch token.Kind {
		case lex.LParen:
			depth++
		case lex.RParen:
			depth--
		}
		if depth == 0 && last == lex.KwFrom && (token.Keyword == lex.KwStdin || token.Keyword == lex.KwStdout) {
			return true
		}
		last = token.Keyword
	}
	return false
}

// atLineStart reports whether a line starts at offset.
func atLineStart(src string, offset int) bool {
	return offset == 0 || src[offset-1] == '\n' || src[offset-1] == '\r'
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

// afterLineEnd gives the start of the line behind the line end at offset.
func afterLineEnd(src string, offset int) int {
	if strings.HasPrefix(src[offset:], "\r\n") {
		return offset + 2
	}
	return min(offset+1, len(src))
}
