package lsp

import (
	"cmp"
	"slices"
	"sync"

	protocol316 "github.com/tliron/glsp/protocol_3_16"

	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// runErrors are the errors of statements that ran, as diagnostics of their
// documents: each stays until the text changes or the statement runs again. It
// is safe for concurrent use.
type runErrors struct {
	mu    sync.Mutex
	byURI map[string]documentErrors // guarded by mu
}

// documentErrors are those of one version of a document.
type documentErrors struct {
	document *Document
	list     []runError
}

type runError struct {
	statement  text.Span
	diagnostic protocol.Diagnostic
}

// set notes the error of a statement in place of an older one.
func (r *runErrors) set(d *Document, e runError) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.byURI[d.URI]
	if known.document != d {
		known = documentErrors{document: d}
	}
	known.list = append(slices.DeleteFunc(slices.Clone(known.list), func(old runError) bool { return old.statement == e.statement }), e)
	r.byURI[d.URI] = known
}

// forget drops the error of a statement that ran again, and reports whether
// there was one.
func (r *runErrors) forget(d *Document, statement text.Span) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.byURI[d.URI]
	left := slices.DeleteFunc(slices.Clone(known.list), func(old runError) bool { return old.statement == statement })
	forgotten := known.document == d && len(left) < len(known.list)
	known.list = left
	r.byURI[d.URI] = known
	return forgotten
}

// drop forgets a document.
func (r *runErrors) drop(uri string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.byURI, uri)
}

// joined adds a document's run errors to what else was found in it. What was
// found at the same place with the same code is the same error.
func (r *runErrors) joined(d *Document, found []protocol.Diagnostic) []protocol.Diagnostic {
	r.mu.Lock()
	known := r.byURI[d.URI]
	r.mu.Unlock()
	if known.document != d {
		return found
	}
	all := slices.Clone(found)
	for _, e := range known.list {
		same := slices.ContainsFunc(found, func(other protocol.Diagnostic) bool {
			return other.Code == e.diagnostic.Code && other.Range.Start == e.diagnostic.Range.Start
		})
		if !same {
			all = append(all, e.diagnostic)
		}
	}
	return all
}

// tellRunError shows the error of a statement that ran in its document.
func (s *session) tellRunError(d *Document, statement text.Span, outcome StatementResult) {
	if outcome.Error.Cancelled || !s.current(d) {
		return
	}
	place := outcome.Range
	if outcome.Error.Range != nil {
		place = *outcome.Error.Range
	}
	diagnostic := protocol.Diagnostic{
		Range:    place,
		Severity: protocol316.DiagnosticSeverityError,
		Code:     protocol.DiagnosticCode(outcome.Error.Code),
		Source:   source,
		Message:  cmp.Or(outcome.Error.Message, "the statement failed"),
	}
	if outcome.Error.Hint != "" {
		diagnostic.Message += "\nHint: " + outcome.Error.Hint
	}
	s.runErrors.set(d, runError{statement, diagnostic})
	s.diagnoseAgain(d)
}

// diagnoseAgain shows a document's diagnostics anew, after a run changed them.
func (s *session) diagnoseAgain(d *Document) {
	now := s.now()
	switch {
	case now.document(d.URI) != d:
	case !now.client.pullDiagnostics:
		s.background.Go(func() {
			found := s.syntax(now, d)
			if s.options.ServerSyntax {
				found = s.askServer(s.life, now, d, found)
			}
			if s.current(d) {
				s.publishDiagnostics(s.life, d, found)
			}
		})
	case now.client.refreshes:
		s.background.Go(func() {
			if err := s.conn.Call(s.life, "workspace/diagnostic/refresh", nil, nil); err != nil {
				s.log.Debug("the client does not ask for diagnostics again", "err", err)
			}
		})
	}
}
