package destructive

import (
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// Writes reports whether a statement may write anything at all. It says no only
// of what is known to read, to show, or to change no more than the session: so
// yes of whatever it does not know, such as a SELECT with a function that is not
// one of PostgreSQL's that are known to read. A function of this name in another
// schema, and the functions behind views, operators and casts, it takes for
// harmless.
func Writes(statement string) bool {
	for s := range statements(statement) {
		if s.writes() {
			return true
		}
	}
	return false
}

func (s *statement) writes() bool {
	switch s.at(0).Keyword {
	case lex.KwSet: // deferred triggers may run
		return s.at(1).Keyword == lex.KwConstraints
	case lex.KwShow, lex.KwReset,
		lex.KwBegin, lex.KwStart, lex.KwSavepoint, lex.KwRelease, lex.KwEnd, lex.KwAbort,
		lex.KwFetch, lex.KwMove, lex.KwClose, lex.KwListen, lex.KwUnlisten, lex.KwDeallocate:
		return false
	case lex.KwCommit, lex.KwRollback: // of this session, or of a transaction on disk
		return s.at(1).Keyword == lex.KwPrepared
	case lex.KwDeclare:
		return s.queryWrites(s.until(0, lex.KwFor) + 1)
	case lex.KwCopy:
		start := s.until(0, lex.KwTo)
		target := s.at(start + 1).Keyword
		if target != lex.KwStdout && target != lex.KwStdin { // either word is the client
			return true
		}
		return s.at(1).Kind == lex.LParen && s.queryWrites(2)
	case lex.KwExplain:
		start, analyze := s.explained()
		return analyze && s.queryWrites(start)
	}
	start, _ := s.executed()
	return s.queryWrites(start)
}

// queryWrites reports whether the statement that starts at i may write: whether
// it is no query, holds a change, makes a table, locks rows or calls a function
// that is not known.
func (s *statement) queryWrites(i int) bool {
	switch first := s.at(i); first.Keyword {
	case lex.KwSelect, lex.KwWith, lex.KwValues, lex.KwTable:
	default:
		if first.Kind != lex.LParen {
			return true
		}
	}
	c := s.changes(i)
	if len(c.writes) > 0 {
		return true
	}
	selected := -1 // where the first column behind DISTINCT ON (…) starts
	for ; i < len(s.tokens); i++ {
		if s.at(i-1).Keyword == lex.KwAs { // a name, whatever the word
			continue
		}
		if s.tokens[i].Keyword == lex.KwInto || s.locking(i) > i {
			return true
		}
		if s.keywords(i, lex.KwDistinct, lex.KwOn) {
			selected = s.after(i + 2)
		}
		if !c.tables[i] && s.calls(i, i == selected) && !s.reads(i) {
			return true
		}
	}
	return false
}

// calls reports whether a function's name may start at i. What is an alias with
// columns, or a type, is none: so no call stands behind a parenthesis, unless it
// is selected there.
func (s *statement) calls(i int, selected bool) bool {
	if !s.tokens[i].Name() || s.at(i-1).Kind == lex.Dot || s.at(s.name(i).to).Kind != lex.LParen {
		return false
	}
	switch previous := s.at(i - 1); {
	case previous.Kind == lex.Typecast:
		return false
	case previous.Kind == lex.RParen:
		return selected
	case previous.Name():
		return previous.Keyword != lex.NotKeyword
	}
	return true
}
