package lsp

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/check"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// serverPause is how long a document must rest before the server is asked about
// it: typing never waits for it, and it is not asked about half a word.
const serverPause = 300 * time.Millisecond

// serverSyntax remembers what the connected server said about the syntax of
// statements. It stands in for a grammar of our own, where none is built in. It
// is safe for concurrent use.
type serverSyntax struct {
	engine *engine.State

	mu    sync.Mutex
	known map[verdictKey]*tusk.Error // nil: the server can read it; guarded by mu
}

type verdictKey struct {
	connection uuid.UUID
	text       string
}

// check asks about one statement, once per text.
func (s *serverSyntax) check(ctx context.Context, connection uuid.UUID, text string) (*tusk.Error, error) {
	key := verdictKey{connection, text}
	s.mu.Lock()
	verdict, known := s.known[key]
	s.mu.Unlock()
	if known {
		return verdict, nil
	}
	verdict, err := s.engine.CheckSyntax(ctx, connection, text)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) >= parsedStatements {
		clear(s.known)
	}
	s.known[key] = verdict
	return verdict, nil
}

// askServer is the second pass of diagnostics: it adds the syntax errors that
// the connected server finds in statements that are fine so far. Without a
// server, or when the document moves on, it adds nothing.
func (s *session) askServer(pass context.Context, now *Snapshot, d *Document, found []protocol.Diagnostic) []protocol.Diagnostic {
	connection := s.connections.of(d.URI)
	select {
	case <-pass.Done():
		return found
	case <-time.After(serverPause):
	}
	if !now.settings.Diagnostics.Enabled || !s.engine.Introspected(connection) {
		return found // not connected, or not yet
	}
	flagged := map[text.Span]bool{}
	for _, local := range check.Syntax(s.parser, d.File) {
		flagged[d.File.Covering(local.Span.Start).Span] = true
	}
	for _, st := range d.File.Statements() {
		if st.Kind != sql.SQL || flagged[st.Span] {
			continue
		}
		source := check.NewSource(st)
		verdict, err := s.serverSyntax.check(pass, connection, source.Text)
		if err != nil {
			s.log.Debug("the server was not asked about syntax", "err", err)
			return found
		}
		if verdict == nil {
			continue
		}
		offset := text.CharOffset(source.Text, verdict.Position)
		if !source.Blames(offset) {
			continue
		}
		found = append(found, diagnosticOf(check.Diagnostic{
			Span:     source.Locate(offset),
			Severity: check.Error,
			Code:     verdict.Code,
			Message:  source.Message(verdict.Message, offset),
		}, d.File.Lines(), now.client.encoding))
	}
	return found
}
