package destructive

import (
	"slices"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// dependence tells an expression on which a row may have a say from one that is
// the same for all rows, though its outcome is not known. A parameter may stand
// for anything, so it has a say too.
func (s *statement) dependence(r run) truth {
	for i := r.from; i < r.to; {
		switch token := s.tokens[i]; {
		case token.Kind == lex.Param, token.Kind == lex.Variable:
			return varies
		case token.Kind == lex.Typecast:
			i = s.typeName(i + 1)
		case token.Name():
			end := s.syntax(i)
			if end == i {
				return varies
			}
			i = end
		default:
			i++
		}
	}
	return constant
}

// syntax gives the index behind the word or words at i that are no column, and i
// where they may be one.
func (s *statement) syntax(i int) int {
	word := s.tokens[i].Keyword
	category := lex.Unreserved
	if word != lex.NotKeyword {
		category = word.Category()
	}
	name := s.name(i)
	next := s.at(name.to)
	switch {
	case word == lex.KwAs:
		return s.typeName(i + 1) // of a CAST, or a label
	case word == lex.KwCollate:
		return s.name(i + 1).to
	case category == lex.Reserved, category == lex.TypeFuncName, word == lex.KwBetween:
		return i + 1
	case s.keywords(i, lex.KwAt, lex.KwTime, lex.KwZone):
		return i + 3
	case word == lex.KwOperator && next.Kind == lex.LParen:
		return s.after(i + 1)
	case word == lex.KwExtract && next.Kind == lex.LParen:
		return i + 3 // with the field
	case s.at(i - 1).Literal(): // INTERVAL '1' DAY, LIKE '…' ESCAPE
		return i + 1
	case next.Kind == lex.LParen:
		function, _ := fold(s.tokens[name.to-1], s.src)
		if slices.Contains(perRow, function) {
			return i
		}
		return name.to
	case next.Literal(), next.Kind == lex.EqualsGreater, next.Kind == lex.ColonEquals: // date '…', f(argument => 1)
		return name.to
	case typeWord(word) && typeWord(next.Keyword): // double precision '1'
		return s.typeName(i)
	}
	return i
}

// perRow holds functions that give another value for each row without being told
// of it.
var perRow = []string{"clock_timestamp", "gen_random_uuid", "nextval", "random", "random_normal", "uuid_generate_v4", "uuidv4", "uuidv7"}

// typeName gives the index behind the name of a type.
func (s *statement) typeName(i int) int {
	i = s.name(i).to
	for i < len(s.tokens) {
		switch next := s.tokens[i]; {
		case next.Kind == lex.LParen, next.Kind == lex.LBracket:
			i = s.after(i)
		case typeWord(next.Keyword):
			i++
		default:
			return i
		}
	}
	return i
}

// typeWord reports whether a word can follow the first one of a type's name.
func typeWord(k lex.Keyword) bool {
	switch k {
	case lex.KwPrecision, lex.KwDouble, lex.KwVarying, lex.KwCharacter, lex.KwChar, lex.KwVarchar, lex.KwBit, lex.KwNational,
		lex.KwTimestamp, lex.KwTime, lex.KwZone, lex.KwWith, lex.KwWithout, lex.KwArray,
		lex.KwYear, lex.KwMonth, lex.KwDay, lex.KwHour, lex.KwMinute, lex.KwSecond, lex.KwTo:
		return true
	}
	return false
}
