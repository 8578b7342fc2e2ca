package lex

import (
	"slices"
	"strings"
)

// meta reads a psql command with its arguments: up to the end of the line, to
// the next backslash, or to and with the separator \\
// (https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-META-COMMANDS).
func (l *Lexer) meta(token *Token) {
	token.Kind = Meta
	switch l.peek(1) {
	case ';':
		token.Kind, l.pos = MetaSemicolon, l.pos+2
		l.brackets = 0
		return
	case ':':
		token.Kind, l.pos = MetaColon, l.pos+2
		return
	case '\\':
		l.pos += 2
		return
	}
	end := lineEnd(l.src, l.pos)
	name := MetaCommand(l.src[l.pos:end])
	l.pos += 1 + len(name)
	if slices.Contains(wholeLine, name) {
		l.pos = end
		return
	}
	for l.pos < end {
		switch c := l.src[l.pos]; c {
		case '\\':
			if l.peek(1) == '\\' {
				l.pos += 2
			}
			return
		case '\'', '"', '`':
			l.pos = argumentEnd(l.src, l.pos, end)
		case '|':
			// \g | command: the rest of the line is the shell's.
			if slices.Contains(pipes, name) && strings.TrimSpace(l.src[token.Start+1+len(name):l.pos]) == "" {
				l.pos = end
				return
			}
			l.pos++
		default:
			l.pos++
		}
	}
}

var (
	// wholeLine holds the commands whose argument is the rest of the line,
	// quotes and backslashes included (OT_WHOLE_LINE in psql's command.c).
	wholeLine = []string{"!", "copy", "ef", "ev", "h", "help", "sf", "sf+", "sv", "sv+"}
	// pipes holds the commands that can write into a shell command
	// (OT_FILEPIPE).
	pipes = []string{"g", "gx", "o", "out", "w", "write"}
)

// MetaCommand gives the name of the psql command that s starts with: what
// follows the backslash up to white space or the next backslash.
func MetaCommand(s string) string {
	name := strings.TrimPrefix(s, `\`)
	if i := strings.IndexAny(name, " \t\n\r\f\v\\"); i >= 0 {
		name = name[:i]
	}
	return name
}

// argumentEnd gives the offset behind the quoted argument that starts at offset
// and ends at the latest with its line. Only '…' knows backslash escapes.
func argumentEnd(src string, offset, end int) int {
	delimiter := src[offset]
	for i := offset + 1; i < end; i++ {
		switch {
		case src[i] == delimiter:
			return i + 1
		case src[i] == '\\' && delimiter == '\'':
			i++
		}
	}
	return end
}
