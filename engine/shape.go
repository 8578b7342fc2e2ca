package engine

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// shape is what of a statement's text decides how it may run. It knows words,
// no grammar: in doubt a statement is refused or the catalog read once more.
type shape struct {
	sql     string
	words   []lex.Keyword // of all tokens outside parentheses; NotKeyword for what is no keyword
	several bool          // psql's \; which sends statements together
	calls   bool          // has a name and a parenthesis, as the call of a function that may write has
	writes  bool          // has a word of those that write or lock
}

func shapeOf(sql string) shape {
	s := shape{sql: sql}
	depth := 0
	callable := false
	lexer := lex.NewLexer(sql, 0, lex.Options{})
	for token := lexer.NextSignificant(); token.Kind != lex.EOF; token = lexer.NextSignificant() {
		switch token.Kind {
		case lex.LParen:
			s.calls = s.calls || callable
			callable = false
			depth++
			continue
		case lex.RParen:
			depth--
			continue
		case lex.MetaSemicolon:
			s.several = true
		}
		callable = token.Name() && token.Keyword.Category() == lex.Unreserved && !harmless[strings.ToLower(token.Text(sql))]
		s.writes = s.writes || slices.Contains(writing, token.Keyword)
		if depth == 0 {
			s.words = append(s.words, token.Keyword)
		}
	}
	return s
}

var writing = []lex.Keyword{lex.KwInsert, lex.KwUpdate, lex.KwDelete, lex.KwMerge, lex.KwInto, lex.KwShare}

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
	// COPY takes STDIN and STDOUT for each other.
	return s.copies() && (s.has(lex.KwFrom, stdio) || s.has(lex.KwTo, stdio))
}

// copiesFromHere reports whether it is a COPY that asks for data.
func (s shape) copiesFromHere() bool { return s.copies() && s.has(lex.KwFrom, stdio) }

var stdio = []lex.Keyword{lex.KwStdin, lex.KwStdout}

// has reports whether one of seconds follows first.
func (s shape) has(first lex.Keyword, seconds []lex.Keyword) bool {
	for i, word := range s.words {
		if word == first && slices.Contains(seconds, s.word(i+1)) {
			return true
		}
	}
	return false
}

// onlyReads reports whether to run it in part, or again, changes nothing. It
// says no to every function that it does not know.
func (s shape) onlyReads() bool {
	switch s.word(0) {
	case lex.KwSelect, lex.KwTable, lex.KwValues, lex.KwWith:
	default:
		return false
	}
	return !s.calls && !s.several && !s.writes
}

// harmless are functions of pg_catalog that change nothing and that people use
// most. Who shadows one by a function that writes gets what it does in part.
var harmless = wordSet(`abs age array_agg array_length avg btrim ceil char_length concat concat_ws count cume_dist
	date_part date_trunc dense_rank extract first_value floor format generate_series json_agg json_build_object
	jsonb_agg jsonb_build_object jsonb_each jsonb_array_elements lag last_value lead left length lower lpad ltrim
	make_date max md5 min mod now ntile percent_rank random rank regexp_match regexp_replace repeat replace reverse
	right round row_number rpad rtrim split_part sqrt starts_with string_agg strpos substr substring sum to_char
	to_date to_jsonb to_number to_timestamp translate trim trunc unnest upper`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
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
