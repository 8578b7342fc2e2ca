package sql

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// maxRecoveries bounds the work on a text of many broken quotes: each recovery
// has read the text to its end.
const maxRecoveries = 8

// recover shortens a unit that a missing quote made swallow the rest of the
// text. By the language it does; for a person who is typing that quote the other
// statements are still there. So the unit is cut behind the first semicolon
// inside a literal or comment that ends a line and is followed by a line that
// starts, without indentation, like a statement. No text that the server accepts
// comes here.
func (s *splitter) recover(from int, u *unit) {
	if u.after.recoveries == maxRecoveries {
		return
	}
	lexer := lex.NewLexer(s.src, from, s.opts)
	for token := lexer.Next(); token.Kind != lex.EOF; token = lexer.Next() {
		if !token.Quoted() || token.End <= u.start {
			continue
		}
		if cut := cutPoint(token.Text(s.src)); cut > 0 {
			u.end, u.stop = token.Start+cut, token.Start+cut
			u.after.recoveries++
			return
		}
	}
}

// cutPoint gives the offset behind the semicolon at which quoted text is better
// cut, or 0.
func cutPoint(quoted string) int {
	semicolon := 0 // behind the semicolon that ended the last line of substance
	for line := 0; line < len(quoted); {
		end := lineEnd(quoted, line)
		content := strings.TrimRight(quoted[line:end], " \t")
		switch {
		case content == "" || strings.HasPrefix(content, "--"):
		case semicolon > 0 && line > 0 && startsStatement(content):
			return semicolon
		case strings.HasSuffix(content, ";"):
			semicolon = line + len(content)
		default:
			semicolon = 0
		}
		line = afterLineEnd(quoted, end)
	}
	return 0
}

// startsStatement reports whether a line starts, in its first column, with a
// word that begins statements but none that begins lines of PL/pgSQL.
func startsStatement(line string) bool {
	lexer := lex.NewLexer(line, 0, lex.Options{})
	switch lexer.Next().Keyword {
	case lex.KwSelect, lex.KwInsert, lex.KwUpdate, lex.KwDelete, lex.KwMerge, lex.KwWith, lex.KwValues, lex.KwTable,
		lex.KwCreate, lex.KwAlter, lex.KwDrop, lex.KwComment, lex.KwGrant, lex.KwRevoke, lex.KwTruncate, lex.KwCopy,
		lex.KwSet, lex.KwReset, lex.KwShow, lex.KwExplain, lex.KwAnalyze, lex.KwVacuum, lex.KwRefresh, lex.KwReindex,
		lex.KwCommit, lex.KwRollback, lex.KwCall, lex.KwDo, lex.KwPrepare:
		return true
	}
	return false
}
