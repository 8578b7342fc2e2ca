// Package check finds what is wrong with the text of a file, statement by
// statement.
package check

import (
	"errors"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/pgparse"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// Severity says how bad a diagnostic is. The values are those of LSP's
// DiagnosticSeverity.
type Severity uint8

// The severities.
const (
	Error Severity = iota + 1
	Warning
	Information
	Hint
)

// Diagnostic is one finding.
type Diagnostic struct {
	Span     text.Span // bytes of the file
	Severity Severity
	Code     string // SQLSTATE, or the name of a rule of ours such as "unchecked"
	Message  string
	Hint     string // what to do about it, or ""
}

// CodeUnchecked is the code of a diagnostic that says what was not looked at.
const CodeUnchecked = "unchecked"

// Syntax gives the syntax errors of all statements of f, one at most for each,
// in the order of the text. What belongs to psql is not flagged, nor what only
// PostgreSQL 18 understands.
func Syntax(p *pgparse.Parser, f *sql.File) []Diagnostic {
	var found []Diagnostic
	for _, s := range f.Statements() {
		if s.Kind != sql.SQL || pgparse.Available && p.Check(s.Text()) == nil {
			continue
		}
		if d, ok := statement(p, s); ok {
			found = append(found, d)
		}
	}
	return found
}

// statement takes a second look at a statement whose text the grammar refuses
// as it stands.
func statement(p *pgparse.Parser, s sql.Statement) (Diagnostic, bool) {
	source := NewSource(s)
	err := source.check(p)
	if err == nil {
		return Diagnostic{}, false
	}
	if e, ok := errors.AsType[*pgparse.Unchecked](err); ok {
		return Diagnostic{
			Span:     source.firstToken(),
			Severity: Information,
			Code:     CodeUnchecked,
			Message:  "The syntax of this statement was not checked: " + e.Reason + ".",
			Hint:     "The server still checks it when it runs.",
		}, true
	}
	e, ok := errors.AsType[*pgparse.SyntaxError](err)
	if !ok {
		return Diagnostic{}, false
	}
	return Diagnostic{
		Span:     source.Locate(e.Offset),
		Severity: Error,
		Code:     e.Code,
		Message:  source.Message(e.Message, e.Offset),
		Hint:     hint(e.Message),
	}, true
}

// hint advises on errors that have one usual reason.
func hint(message string) string {
	switch {
	case strings.HasPrefix(message, "unterminated quoted string"):
		return "Close the string with a single quote; a quote inside it is written twice."
	case strings.HasPrefix(message, "unterminated quoted identifier"):
		return "Close the name with a double quote."
	case strings.HasPrefix(message, "unterminated dollar-quoted string"):
		return "Close the body with the same dollar tag that opened it."
	case strings.HasPrefix(message, "unterminated /* comment"):
		return "Close the comment with */; comments nest, so each /* needs one."
	}
	return ""
}

// significant gives the tokens of the statement proper.
func significant(s sql.Statement) []lex.Token {
	var tokens []lex.Token
	for _, token := range s.Tokens() {
		if token.Start >= s.Span.Start && token.Start < s.Span.End && (!token.Trivia() || token.Flags&lex.Unterminated != 0) {
			tokens = append(tokens, token)
		}
	}
	return tokens
}
