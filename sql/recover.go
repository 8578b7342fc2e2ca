package sql

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// A quote that is missing turns the text behind it inside out: what was quoted
// is code, and what was code is quoted. By the language that is so; for a person
// who is typing that quote the other statements are still there. So a statement
// is cut where it looks as if a quote were missing. No text that the server
// accepts comes here, but for one oddity: a string with statements in it to whose
// closing quote a name is glued.

// maxRecoveries bounds the work on a text in which many quotes are open up to
// the end: each of them has read the text to its end.
const maxRecoveries = 8

// runsOn reports whether a literal that is closed looks as if its opening quote
// were another's missing closing quote. Lexer stands behind the literal.
func (s *splitter) runsOn(token lex.Token, lexer *lex.Lexer) bool {
	switch {
	case token.Kind == lex.BlockComment || !strings.ContainsAny(token.Text(s.src), "\r\n"):
		return false
	case token.Kind == lex.DollarString:
		return endsBeforeBody(token.Text(s.src))
	case token.Name():
		return true // nobody has a line end in a name
	}
	// What follows a literal has a blank or an operator before it; what
	// follows an opening quote has not.
	next := lexer.Next()
	switch next.Kind {
	case lex.Ident:
		return next.Keyword == lex.NotKeyword
	case lex.Integer, lex.Number, lex.LParen, lex.LBracket, lex.Invalid, lex.Param, lex.DollarString, lex.Meta:
		return true
	}
	return next.Name()
}

// endsBeforeBody reports whether dollar-quoted text ends in the word that stands
// before a body: then the tag that closes it was to open one.
func endsBeforeBody(quoted string) bool {
	tag := strings.IndexByte(quoted[1:], '$') + 2
	words := strings.Fields(strings.TrimRight(quoted[tag:len(quoted)-tag], " \t\r\n"))
	if len(words) == 0 {
		return false
	}
	last := lex.LookupKeyword(words[len(words)-1])
	return last == lex.KwAs || last == lex.KwDo
}

// repair remembers where a statement is best cut, should one of its quotes turn
// out to be missing.
type repair struct {
	src string
	cut int // offset, or 0
}

// read looks for the first place to cut in the literals of a statement, one
// after the other. Comments and dollar quotes hold whole statements by right,
// and count only when they are open or run on themselves.
func (r *repair) read(token lex.Token, suspect bool) {
	if r.cut > 0 || !suspect && (token.Kind == lex.BlockComment || token.Kind == lex.DollarString) {
		return
	}
	if n := cutPoint(token.Text(r.src)); n > 0 {
		r.cut = token.Start + n
	}
}

// cutPoint gives the offset behind the first semicolon in quoted text that ends a
// line and is followed by a line that starts, without indentation, like a
// statement; or 0.
func cutPoint(quoted string) int {
	semicolon := 0 // behind the semicolon that ended the last line of substance
	for line := 0; line < len(quoted); {
		end := lineEnd(quoted, line)
		content := strings.TrimRight(quoted[line:end], " \t")
		switch {
		case content == "" || strings.HasPrefix(content, "--"):
		case semicolon > 0 && startsStatement(content):
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
// word that begins statements but no line of PL/pgSQL, or with a psql command.
func startsStatement(line string) bool {
	lexer := lex.NewLexer(line, 0, lex.Options{})
	token := lexer.Next()
	return token.Kind == lex.Meta || slices.Contains(statementWords, token.Keyword)
}

var statementWords = []lex.Keyword{
	lex.KwSelect, lex.KwInsert, lex.KwUpdate, lex.KwDelete, lex.KwMerge, lex.KwWith, lex.KwValues, lex.KwTable,
	lex.KwCreate, lex.KwAlter, lex.KwDrop, lex.KwComment, lex.KwGrant, lex.KwRevoke, lex.KwTruncate, lex.KwCopy,
	lex.KwSet, lex.KwReset, lex.KwShow, lex.KwExplain, lex.KwAnalyze, lex.KwVacuum, lex.KwRefresh, lex.KwReindex, lex.KwCluster,
	lex.KwStart, lex.KwCommit, lex.KwRollback, lex.KwSavepoint, lex.KwRelease, lex.KwLock,
	lex.KwCall, lex.KwDo, lex.KwPrepare, lex.KwExecute, lex.KwDeallocate, lex.KwFetch, lex.KwMove, lex.KwNotify, lex.KwListen, lex.KwUnlisten, lex.KwDiscard,
}
