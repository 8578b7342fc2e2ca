// Package pgparse asks PostgreSQL's own grammar whether a statement is right. It
// is the only package that needs cgo; built without it, only what our lexer can
// tell is told (see Available).
//
// The grammar is that of libpg_query, which is PostgreSQL 17's.
package pgparse

import (
	"fmt"

	"github.com/tusk-lsp/tusk-lsp/sql/recent"
)

// SyntaxError says that the server would refuse the text before it ran it.
type SyntaxError struct {
	Message string // PostgreSQL's words
	Code    string // SQLSTATE
	Offset  int    // byte offset in the text; len(text) means at its end, -1 unknown
}

func (e *SyntaxError) Error() string { return e.Message }

// Unchecked says that the text was not given to the parser, and why: it may be
// right or wrong.
type Unchecked struct{ Reason string }

func (e *Unchecked) Error() string { return e.Reason }

// Parser remembers its verdicts by text. It is safe for concurrent use.
type Parser struct{ verdicts *recent.Texts[error] }

// maxBytes bounds the text whose verdicts are remembered.
const maxBytes = 16 << 20

// New makes a parser that remembers the verdicts on at least capacity different
// texts (fewer when they are megabytes long), and at most twice as many.
func New(capacity int) *Parser { return &Parser{recent.New[error](capacity, maxBytes)} }

// Check gives nil when the grammar accepts the text, which is best one
// statement, a *SyntaxError when it refuses it, and an *Unchecked when the text
// is one that the parser must not see. Any text is safe to check.
func (p *Parser) Check(sql string) error { return p.verdicts.Of(sql, judge) }

// judge is Check without the memory.
func judge(sql string) error {
	junk, refusal := guard(sql)
	if refusal != nil {
		return refusal
	}
	if err := parse(sql); err != nil {
		return err
	}
	if junk != nil { // $1a, which libpg_query takes; or no grammar is built in
		return junk
	}
	return nil
}

// unchecked makes an *Unchecked.
func unchecked(format string, args ...any) error {
	return &Unchecked{Reason: fmt.Sprintf(format, args...)}
}
