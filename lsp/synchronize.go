package lsp

import (
	"context"
	"log/slog"

	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/tusk-lsp/tusk-lsp/schema/replay"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

func (s *session) didOpen(_ context.Context, p protocol.DidOpenTextDocumentParams) (any, error) {
	d := &Document{URI: p.TextDocument.URI, Version: p.TextDocument.Version, File: sql.New(p.TextDocument.Text), script: replay.NewScript()}
	s.publish(s.now().withDocument(d).withFocus(d.URI, 0))
	s.diagnose(d)
	s.connections.choose(d)
	s.offline.change(d.URI, true)
	return nil, nil
}

// didChange applies the changes in their order, each to the text that the one
// before it left (LSP 3.17, DidChangeTextDocumentParams).
func (s *session) didChange(_ context.Context, p protocol.DidChangeTextDocumentParams) (any, error) {
	now := s.now()
	d := now.document(p.TextDocument.URI)
	if d == nil {
		s.log.Warn("a change of a document that is not open", "uri", p.TextDocument.URI)
		return nil, nil
	}
	file, caret := d.File, now.focus.offset
	for _, change := range p.ContentChanges {
		switch change := change.(type) {
		case protocol.TextDocumentContentChangeEvent:
			span := spanOf(file.Lines(), *change.Range, now.client.encoding)
			file = file.Edit(text.Edit{Span: span, Text: change.Text})
			caret = span.Start + len(change.Text)
		case protocol.TextDocumentContentChangeEventWhole:
			file = sql.New(change.Text)
		}
	}
	next := &Document{URI: d.URI, Version: p.TextDocument.Version, File: file, script: d.script}
	s.publish(now.withDocument(next).withFocus(next.URI, caret))
	s.diagnose(next)
	s.offline.change(next.URI, false)
	return nil, nil
}

// didClose forgets the document, its diagnostics and its execution session; a
// query that it runs is cancelled.
func (s *session) didClose(ctx context.Context, p protocol.DidCloseTextDocumentParams) (any, error) {
	uri := p.TextDocument.URI
	now := s.now()
	if now.document(uri) == nil {
		s.log.Warn("a document is closed that is not open", "uri", uri)
		return nil, nil
	}
	s.publish(now.withoutDocument(uri))
	s.forgetDiagnostics(ctx, uri)
	s.connections.forget(uri)
	s.offline.change(uri, false)
	s.background.Go(func() { s.engine.EndSessions(uri) })
	return nil, nil
}

// didSave looks for the connection again: the document's modeline, or a file that
// names connections, may be another one now. The text is known from the changes.
func (s *session) didSave(_ context.Context, p protocol.DidSaveTextDocumentParams) (any, error) {
	if d := s.now().document(p.TextDocument.URI); d != nil {
		s.connections.choose(d)
	}
	return nil, nil
}

// see remembers where the user is, for commands without arguments. It runs on
// the ordering goroutine.
func (s *session) see(uri string, p protocol.Position) *Snapshot {
	now := s.now()
	d := now.document(uri)
	if d == nil {
		s.log.Debug("a request for a document that is not open", slog.String("uri", uri))
		return now
	}
	return s.publish(now.withFocus(uri, offsetOf(d.File.Lines(), p, now.client.encoding)))
}
