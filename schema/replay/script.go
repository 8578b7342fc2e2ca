package replay

import (
	"slices"
	"strings"
	"sync"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// Script gives the catalog at each place of a text that is being edited: what the
// statements before the place define, over the catalog below. What was played
// stays, so that an edit costs the statements that stand between it and the
// place. It is safe for concurrent use.
type Script struct {
	trees *tree.Cache

	mu      sync.Mutex
	below   *schema.Catalog // what follows is about, guarded by mu
	options Options
	played  []step
}

// NewScript gives a script of which nothing was played yet.
func NewScript() *Script { return &Script{trees: tree.NewCache()} }

// step is a statement that was played, and the session after it.
type step struct {
	statement string
	start     int // in the file, bytes
	after     Session
}

// At gives the catalog before the statement at an offset of the file. Objects that
// the script makes have an Origin that says so.
func (s *Script) At(file *sql.File, offset int, below *schema.Catalog, options Options) *schema.Catalog {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.below != below {
		s.below, s.options, s.played = below, options, nil
	}
	known := 0 // the steps that are as before
	for _, statement := range file.Statements() {
		if end, ended := endOf(file, statement); offset < end || !ended {
			break // the place is in it
		}
		if known < len(s.played) && s.played[known].is(statement) {
			known++
			continue
		}
		if !mayDefine(file, statement) {
			continue
		}
		s.played = s.played[:known]
		session := s.after(known)
		s.run(session, file, statement)
		s.played = append(s.played, step{strings.Clone(statement.Text()), statement.Span.Start, *session})
		known++
	}
	return s.after(known).Catalog()
}

// after gives the session after a number of steps, which goes its own way from
// there.
func (s *Script) after(steps int) *Session {
	if steps == 0 {
		return New(s.below, s.options)
	}
	c := s.played[steps-1].after
	c.edit = c.Catalog().Edit()
	c.savepoints, c.untilCommit = slices.Clip(c.savepoints), slices.Clip(c.untilCommit)
	return &c
}

func (s *step) is(statement sql.Statement) bool {
	return s.start == statement.Span.Start && s.statement == statement.Text()
}

func (s *Script) run(session *Session, file *sql.File, statement sql.Statement) {
	session.Run(s.trees.Of(statement, file.Text()).Statement(), &schema.Origin{
		Line:   file.Lines().Position(statement.Span.Start, text.UTF8).Line,
		Span:   statement.Span,
		Script: true,
	})
}

// endOf gives the place behind the semicolon of a statement, or behind all of it
// where it has none, and false for the last statement as long as it has none.
func endOf(file *sql.File, statement sql.Statement) (end int, ended bool) {
	behind := text.Span{Start: statement.Span.End, End: statement.Outer.End}
	if at := strings.IndexByte(behind.Of(file.Text()), ';'); at >= 0 {
		return behind.Start + at + 1, true
	}
	return behind.End, behind.End < len(file.Text())
}

// hasWord reports whether a text has a word somewhere, in any case. Asking for that
// first spares most queries of a long script being lexed at each keystroke.
func hasWord(text, word string) bool {
	for i := 0; i+len(word) <= len(text); i++ {
		if text[i]|0x20 == word[0] && strings.EqualFold(text[i:i+len(word)], word) {
			return true
		}
	}
	return false
}

// mayDefine tells from the first word of a statement whether it can change a
// catalog, so that queries need no tree.
func mayDefine(file *sql.File, statement sql.Statement) bool {
	if statement.Kind != sql.SQL {
		return false
	}
	word := statement.Text()
	if end := strings.IndexFunc(word, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }); end >= 0 {
		word = word[:end]
	}
	switch lex.LookupKeyword(word) {
	case lex.KwSelect, lex.KwWith:
		if text := statement.Text(); !hasWord(text, "into") && !hasWord(text, "set_config") {
			return false
		}
		return slices.ContainsFunc(statement.Tokens(), func(t lex.Token) bool {
			return t.Keyword == lex.KwInto || t.Kind == lex.Ident && strings.EqualFold(t.Text(file.Text()), "set_config")
		})
	case lex.KwCreate, lex.KwAlter, lex.KwDrop, lex.KwComment, lex.KwSet, lex.KwReset, lex.KwDiscard,
		lex.KwBegin, lex.KwStart, lex.KwCommit, lex.KwEnd, lex.KwRollback, lex.KwAbort, lex.KwSavepoint, lex.KwRelease, lex.KwPrepare:
		return true
	}
	return false
}
