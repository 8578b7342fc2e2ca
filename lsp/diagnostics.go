package lsp

import (
	"context"

	protocol316 "github.com/tliron/glsp/protocol_3_16"

	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
	"github.com/tusk-lsp/tusk-lsp/sql/check"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// diagnose cancels the document's running pass and starts one for its newest
// version. It runs on the ordering goroutine; the pass runs beside it, and
// what it finds is dropped when the document has moved on.
func (s *session) diagnose(d *Document) {
	now := s.now()
	if now.client.pullDiagnostics {
		return // the client asks when it wants them
	}
	if cancel := s.passes[d.URI]; cancel != nil {
		cancel()
	}
	pass, cancel := context.WithCancel(s.life)
	s.passes[d.URI] = cancel
	s.background.Go(func() {
		defer cancel()
		found := s.syntax(now, d)
		if pass.Err() != nil || !s.current(d) {
			return
		}
		s.publishDiagnostics(pass, d, found)
		if !s.options.ServerSyntax {
			return
		}
		if more := s.askServer(pass, now, d, found); len(more) > len(found) && pass.Err() == nil && s.current(d) {
			s.publishDiagnostics(pass, d, more)
		}
	})
}

// current reports whether d is still the newest version of its document.
func (s *session) current(d *Document) bool {
	return s.snapshot.Load().document(d.URI) == d
}

// syntax checks the syntax of every statement of d.
func (s *session) syntax(now *Snapshot, d *Document) []protocol.Diagnostic {
	diagnostics := []protocol.Diagnostic{}
	if !now.settings.Diagnostics.Enabled {
		return diagnostics
	}
	for _, found := range check.Syntax(s.parser, d.File) {
		diagnostics = append(diagnostics, diagnosticOf(found, d.File.Lines(), now.client.encoding))
	}
	return diagnostics
}

func (s *session) publishDiagnostics(ctx context.Context, d *Document, found []protocol.Diagnostic) {
	s.notify(ctx, "textDocument/publishDiagnostics", protocol.PublishDiagnosticsParams{
		URI: d.URI, Version: &d.Version, Diagnostics: s.runErrors.joined(d, found),
	})
}

// forgetDiagnostics ends the pass of a closed document and takes its
// diagnostics from the screen.
func (s *session) forgetDiagnostics(ctx context.Context, uri string) {
	if cancel := s.passes[uri]; cancel != nil {
		cancel()
		delete(s.passes, uri)
	}
	s.runErrors.drop(uri)
	if !s.now().client.pullDiagnostics {
		s.notify(ctx, "textDocument/publishDiagnostics", protocol.PublishDiagnosticsParams{URI: uri})
	}
}

// source is the name under which a client lists our diagnostics.
const source = "tusk"

func diagnosticOf(d check.Diagnostic, lines *text.Lines, e text.Encoding) protocol.Diagnostic {
	diagnostic := protocol.Diagnostic{
		Range:    rangeOf(lines, d.Span, e),
		Severity: protocol316.DiagnosticSeverity(d.Severity), // the values are LSP's
		Code:     protocol.DiagnosticCode(d.Code),
		Source:   source,
		Message:  d.Message,
	}
	if d.Hint != "" {
		// Not as related information: several clients drop that.
		diagnostic.Message += "\nHint: " + d.Hint
	}
	return diagnostic
}

// diagnostic answers a client that asks for diagnostics instead of being sent
// them (LSP 3.17, Document Diagnostics).
func (s *session) diagnostic(ctx context.Context, p protocol.DocumentDiagnosticParams, now *Snapshot) (protocol.DocumentDiagnosticReport, error) {
	d := now.document(p.TextDocument.URI)
	if d == nil {
		return protocol.FullReport("", nil), nil
	}
	found := s.syntax(now, d)
	if s.options.ServerSyntax {
		found = s.askServer(ctx, now, d, found)
	}
	return protocol.FullReport("", s.runErrors.joined(d, found)), nil
}
