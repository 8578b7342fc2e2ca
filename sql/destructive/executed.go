package destructive

import (
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// executed gives the index at which the statement proper starts behind EXPLAIN,
// PREPARE and COPY, and reports whether it executes, now or as what is prepared.
func (s *statement) executed() (start int, runs bool) {
	switch s.at(0).Keyword {
	case lex.KwExplain:
		start, runs = s.explained()
		return start, runs
	case lex.KwPrepare: // name [(types)] AS statement
		start = 2
		if s.at(start).Kind == lex.LParen {
			start = s.after(start)
		}
		return start + 1, true
	case lex.KwCopy:
		if s.at(1).Kind == lex.LParen {
			return 2, true
		}
	case lex.KwCreate:
		switch created(s.tokens) {
		case lex.KwRule, lex.KwFunction, lex.KwProcedure:
			return 0, false
		}
	}
	return 0, true
}

// explained reads EXPLAIN: with a list of options, or with the words ANALYZE and
// VERBOSE in this order
// (https://www.postgresql.org/docs/current/sql-explain.html).
func (s *statement) explained() (start int, analyze bool) {
	start = 1
	if s.at(1).Kind == lex.LParen && s.after(1) < len(s.tokens) { // else EXPLAIN (SELECT …)
		start = s.after(1)
		return start, s.analyzes(run{2, start - 1})
	}
	if analyzeWord(s.at(start)) {
		start, analyze = start+1, true
	}
	if s.at(start).Keyword == lex.KwVerbose {
		start++
	}
	return start, analyze
}

// analyzes reports whether one of EXPLAIN's options asks for ANALYZE. Where
// several do, the last one counts for the server and any one here.
func (s *statement) analyzes(options run) bool {
	for i := options.from; i < options.to; i++ {
		if i > options.from && s.at(i-1).Kind != lex.Comma {
			continue
		}
		name, known := fold(s.at(i), s.src)
		if analyze := analyzeWord(s.at(i)) || strings.EqualFold(name, "analyze"); known && !analyze {
			continue
		}
		if value := s.at(i + 1); i+1 == options.to || !off(strings.Trim(value.Text(s.src), `'"`)) {
			return true
		}
	}
	return false
}

func analyzeWord(t lex.Token) bool {
	return t.Keyword == lex.KwAnalyze || t.Keyword == lex.KwAnalyse
}

// off knows the words for false of an option (defGetBoolean in define.c).
func off(word string) bool {
	return word == "0" || strings.EqualFold(word, "false") || strings.EqualFold(word, "off")
}
