package engine

import (
	"slices"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// shape is what of a statement's text decides how it may run. It knows words,
// no grammar: in doubt a statement is refused or the catalog read once more.
type shape struct {
	sql     string
	words   []lex.Keyword // of all tokens outside parentheses; NotKeyword for what is no keyword
	params  bool          // has $1
	several bool          // psql's \; which sends statements together
}

func shapeOf(sql string) shape {
	s := shape{sql: sql}
	depth := 0
	lexer := lex.NewLexer(sql, 0, lex.Options{})
	for token := lexer.NextSignificant(); token.Kind != lex.EOF; token = lexer.NextSignificant() {
		switch token.Kind {
		case lex.LParen:
			depth++
			continue
		case lex.RParen:
			depth--
			continue
		case lex.Param:
			s.params = true
		case lex.MetaSemicolon:
			s.several = true
		}
		if depth == 0 {
			s.words = append(s.words, token.Keyword)
		}
	}
	return s
}

func (s shape) word(i int) lex.Keyword {
	if i < len(s.words) {
		return s.words[i]
	}
	return lex.NotKeyword
}

// copies reports whether it is a COPY, and copiesHere whether that sends data
// to the client or asks for it.
func (s shape) copies() bool { return s.word(0) == lex.KwCopy }

func (s shape) copiesHere() bool {
	if !s.copies() {
		return false
	}
	for i, word := range s.words {
		// COPY takes STDIN and STDOUT for each other.
		if (word == lex.KwStdin || word == lex.KwStdout) && (s.words[i-1] == lex.KwFrom || s.words[i-1] == lex.KwTo) {
			return true
		}
	}
	return false
}

// wantsValues reports whether $1 and its like must be given a value. In what is
// prepared or created they have a meaning of their own.
func (s shape) wantsValues() bool {
	return s.params && s.word(0) != lex.KwPrepare && s.word(0) != lex.KwCreate
}

// controlsTransaction reports whether it begins, ends or divides a transaction.
func (s shape) controlsTransaction() bool {
	return slices.Contains(transactionControl, s.word(0)) || s.word(0) == lex.KwPrepare && s.word(1) == lex.KwTransaction
}

var transactionControl = []lex.Keyword{
	lex.KwBegin, lex.KwStart, lex.KwCommit, lex.KwEnd, lex.KwRollback, lex.KwAbort, lex.KwSavepoint, lex.KwRelease,
}

// changesCatalog reports whether it may change what introspection reads.
func (s shape) changesCatalog() bool {
	return slices.Contains(catalogChanges, s.word(0)) ||
		(s.word(0) == lex.KwSelect || s.word(0) == lex.KwWith) && slices.Contains(s.words, lex.KwInto)
}

var catalogChanges = []lex.Keyword{
	lex.KwCreate, lex.KwAlter, lex.KwDrop, lex.KwComment, lex.KwGrant, lex.KwRevoke, lex.KwDo, lex.KwCall,
	lex.KwImport, lex.KwReassign, lex.KwSecurity,
}

// sets reports whether it changes a setting of the session.
func (s shape) sets() bool {
	return s.word(0) == lex.KwSet || s.word(0) == lex.KwReset || s.word(0) == lex.KwDiscard
}
