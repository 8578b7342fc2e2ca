// Package lsp is the front-end: it maps editor requests onto the engine and
// onto the understanding of SQL text, and their answers onto protocol types. It
// decides nothing about SQL.
//
// One ordering goroutine (lsp/rpc) takes the client's messages in their order
// and alone changes the session; a request runs beside it on an immutable
// Snapshot, as of the messages before it.
package lsp

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"

	tusk "github.com/tusk-lsp/tusk-lsp"

	protocol316 "github.com/tliron/glsp/protocol_3_16"

	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
	"github.com/tusk-lsp/tusk-lsp/lsp/rpc"
)

// Options are what the process gives to the front-end.
type Options struct {
	Version string        // of the server, for the client's log
	Engine  engine.Config // its store and secrets; Serve makes the engine, and has it ask and tell the client
	DataDir string        // where result files go
	// ServerSyntax asks the connected server for syntax errors that were not
	// found here, after a pause in typing. It is for a build without a grammar
	// of its own (pgparse.Available).
	ServerSyntax bool
	// Warnings are shown to the user as they come, once the client takes them.
	// nil: there are none.
	Warnings <-chan *tusk.Error
	Log      *slog.Logger
}

// Serve speaks LSP on rwc until the client sends exit, is gone, or ctx ends. It
// returns nil after an orderly shutdown and exit, and ErrNoShutdown after an
// exit that no shutdown came before. All goroutines have ended when it returns.
func Serve(ctx context.Context, rwc io.ReadWriteCloser, o Options) error {
	life, end := context.WithCancel(ctx)
	defer end()
	s := newSession(life, end, o)
	s.conn = rpc.NewConn(rwc, s.routes(), rpc.Options{Log: o.Log, Gate: s.gate})
	err := s.conn.Serve(life)
	end()
	s.background.Wait()
	s.engine.Close()
	s.loading.ends.Wait()
	if closeErr := s.results.close(); closeErr != nil {
		o.Log.Warn("result files stay behind", "err", closeErr)
	}
	switch s.phase {
	case exited:
		return nil
	case exitedEarly:
		return ErrNoShutdown
	default:
		return err
	}
}

// routes is the dispatch table: Ordered handlers change the session, Requests
// read a snapshot, Immediate ones only cancel.
func (s *session) routes() *rpc.Router {
	r := rpc.NewRouter()
	rpc.Ordered(r, "initialize", s.initialize)
	rpc.Ordered(r, "initialized", s.initialized)
	rpc.Ordered(r, "shutdown", s.shutdown)
	rpc.Ordered(r, "exit", s.exit)
	rpc.Ordered(r, "workspace/didChangeConfiguration", s.didChangeConfiguration)
	rpc.Ordered(r, "workspace/didChangeWorkspaceFolders", s.didChangeWorkspaceFolders)
	rpc.Ordered(r, "workspace/didChangeWatchedFiles", s.didChangeWatchedFiles)
	rpc.Ordered(r, "textDocument/didOpen", s.didOpen)
	rpc.Ordered(r, "textDocument/didChange", s.didChange)
	rpc.Ordered(r, "textDocument/didSave", s.didSave)
	rpc.Ordered(r, "textDocument/didClose", s.didClose)
	rpc.Request(r, "textDocument/completion", s.seeCompletion, s.completion)
	rpc.Request(r, "textDocument/hover", func(protocol316.HoverParams) (*Snapshot, error) { return s.now(), nil }, s.hover)
	rpc.Request(r, "textDocument/signatureHelp", func(protocol316.SignatureHelpParams) (*Snapshot, error) { return s.now(), nil }, s.signatureHelp)
	rpc.Request(r, "textDocument/definition", func(protocol316.DefinitionParams) (*Snapshot, error) { return s.now(), nil }, s.definition)
	rpc.Request(r, "textDocument/documentHighlight", func(protocol316.DocumentHighlightParams) (*Snapshot, error) { return s.now(), nil }, s.documentHighlight)
	rpc.Request(r, "textDocument/references", func(protocol316.ReferenceParams) (*Snapshot, error) { return s.now(), nil }, s.references)
	rpc.Request(r, "textDocument/prepareRename", func(protocol316.PrepareRenameParams) (*Snapshot, error) { return s.now(), nil }, s.prepareRename)
	rpc.Request(r, "textDocument/rename", func(protocol316.RenameParams) (*Snapshot, error) { return s.now(), nil }, s.rename)
	rpc.Request(r, "textDocument/documentSymbol", func(protocol316.DocumentSymbolParams) (*Snapshot, error) { return s.now(), nil }, s.documentSymbol)
	rpc.Request(r, "textDocument/foldingRange", func(protocol316.FoldingRangeParams) (*Snapshot, error) { return s.now(), nil }, s.foldingRange)
	rpc.Request(r, "textDocument/selectionRange", func(protocol316.SelectionRangeParams) (*Snapshot, error) { return s.now(), nil }, s.selectionRange)
	rpc.Request(r, "textDocument/diagnostic", s.seeDiagnostic, s.diagnostic)
	rpc.Request(r, "textDocument/codeAction", s.seeCodeAction, s.codeAction)
	rpc.Request(r, "workspace/executeCommand", func(protocol.ExecuteCommandParams) (*Snapshot, error) { return s.now(), nil }, s.executeCommand)
	rpc.Immediate(r, "window/workDoneProgress/cancel", func(p protocol.WorkDoneProgressCancelParams) { s.progresses.cancel(p.Token) })
	return r
}

func (s *session) seeCompletion(p protocol316.CompletionParams) (*Snapshot, error) {
	return s.see(p.TextDocument.URI, p.Position), nil
}

func (s *session) seeCodeAction(p protocol.CodeActionParams) (*Snapshot, error) {
	return s.see(p.TextDocument.URI, p.Range.Start), nil
}

func (s *session) seeDiagnostic(protocol.DocumentDiagnosticParams) (*Snapshot, error) {
	return s.now(), nil
}

// resultFolder is where results for clients without a grid lie.
func resultFolder(dataDir string) string { return filepath.Join(dataDir, "results") }
