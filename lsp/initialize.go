package lsp

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	protocol316 "github.com/tliron/glsp/protocol_3_16"

	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// configurationTimeout is how long the client may take to tell its settings
// before the server goes on with those it has.
const configurationTimeout = 2 * time.Second

// client is what this server needs to know of its client's capabilities. It is
// immutable.
type client struct {
	name            string
	encoding        text.Encoding // of positions
	snippets        bool
	labelDetails    bool
	pullDiagnostics bool
	configuration   bool // answers workspace/configuration
	registers       bool // takes a dynamic registration of didChangeConfiguration
	progress        bool // takes a progress that the server creates
	showDocument    bool
	results         bool // takes tusk/results
	asksSecrets     bool // answers tusk/askSecret
	connections     bool // takes tusk/connectionsChanged
}

func clientOf(p protocol.InitializeParams) *client {
	c := p.Capabilities
	var experimental struct {
		Tusk struct {
			Results     bool `json:"results"`
			AskSecret   bool `json:"askSecret"`
			Connections bool `json:"connections"`
		} `json:"tusk"`
	}
	ours := experimental.Tusk
	if json.Unmarshal(c.Experimental, &experimental) == nil { // else something else is experimental there
		ours = experimental.Tusk
	}
	return &client{
		name:            p.ClientInfo.Name,
		encoding:        encodingOf(c.General.PositionEncodings),
		snippets:        c.TextDocument.Completion.CompletionItem.SnippetSupport,
		labelDetails:    c.TextDocument.Completion.CompletionItem.LabelDetailsSupport,
		pullDiagnostics: c.TextDocument.Diagnostic != nil,
		configuration:   c.Workspace.Configuration,
		registers:       c.Workspace.DidChangeConfiguration.DynamicRegistration,
		progress:        c.Window.WorkDoneProgress,
		showDocument:    c.Window.ShowDocument.Support,
		results:         ours.Results,
		asksSecrets:     ours.AskSecret,
		connections:     ours.Connections,
	}
}

// encodingOf prefers UTF-8, which is what the server counts in; UTF-16 is what
// every client understands (LSP 3.17, PositionEncodingKind).
func encodingOf(offered []protocol.PositionEncodingKind) text.Encoding {
	switch {
	case slices.Contains(offered, protocol.PositionEncodingUTF8):
		return text.UTF8
	case len(offered) > 0 && !slices.Contains(offered, protocol.PositionEncodingUTF16) && slices.Contains(offered, protocol.PositionEncodingUTF32):
		return text.UTF32
	default:
		return text.UTF16
	}
}

func (s *session) initialize(ctx context.Context, p protocol.InitializeParams) (any, error) {
	c := clientOf(p)
	next := s.now().withClient(c)
	if settings, err := parseSettings(p.InitializationOptions); err != nil {
		s.unsettled = err // told when the client may be told
	} else {
		next = next.withSettings(settings)
	}
	s.publish(next)
	s.phase = running
	s.log.InfoContext(ctx, "initialize", "client", c.name, "version", p.ClientInfo.Version, "encoding", c.encoding.String())
	if p.ProcessID != nil {
		s.background.Go(func() { watchParent(s.life, int(*p.ProcessID), s.abandon) })
	}
	return protocol.InitializeResult{
		Capabilities: capabilities(c),
		ServerInfo:   &protocol316.InitializeResultServerInfo{Name: "tusk-lsp", Version: &s.options.Version},
	}, nil
}

// capabilities are what the server offers to a client.
func capabilities(c *client) protocol.ServerCapabilities {
	yes := true
	change := protocol316.TextDocumentSyncKindIncremental
	offered := protocol.ServerCapabilities{
		PositionEncoding: protocol.PositionEncodingKind(c.encoding.String()),
		CompletionProvider: &protocol.CompletionOptions{
			CompletionOptions: protocol316.CompletionOptions{TriggerCharacters: []string{".", `"`}},
		},
	}
	offered.TextDocumentSync = protocol316.TextDocumentSyncOptions{OpenClose: &yes, Change: &change}
	offered.CodeActionProvider = protocol316.CodeActionOptions{CodeActionKinds: []string{codeActionRun}}
	offered.ExecuteCommandProvider = &protocol316.ExecuteCommandOptions{Commands: commandNames()}
	if c.pullDiagnostics {
		offered.DiagnosticProvider = &protocol.DiagnosticOptions{Identifier: source}
	}
	return offered
}

// initialized asks for the settings, and to be told when they change.
func (s *session) initialized(ctx context.Context, _ struct{}) (any, error) {
	if s.unsettled != nil {
		s.messages.once(ctx, s.unsettled)
	}
	s.background.Go(s.warn)
	c := s.now().client
	if c.registers {
		registration := protocol316.RegistrationParams{Registrations: []protocol316.Registration{
			{ID: "tusk-configuration", Method: "workspace/didChangeConfiguration"},
		}}
		s.background.Go(func() {
			if err := s.conn.Call(s.life, "client/registerCapability", registration, nil); err != nil {
				s.log.Debug("settings are not watched", "err", err)
			}
		})
	}
	s.configure(ctx, nil)
	s.pruneHistory()
	return nil, nil
}

// warn shows the process's own warnings while the session lives.
func (s *session) warn() {
	for {
		select {
		case w := <-s.options.Warnings:
			s.messages.once(s.life, w)
		case <-s.life.Done():
			return
		}
	}
}

// didChangeConfiguration takes settings that come with the notification, and
// asks for them where the client answers workspace/configuration.
func (s *session) didChangeConfiguration(ctx context.Context, p protocol.DidChangeConfigurationParams) (any, error) {
	var sections struct {
		Tusk json.RawMessage `json:"tusk"`
	}
	if err := json.Unmarshal(p.Settings, &sections); err != nil {
		sections.Tusk = nil // null, or nothing of ours
	}
	s.configure(ctx, sections.Tusk)
	return nil, nil
}

// configure puts settings in force: those that the client answers, else the
// given ones. None, and a client that does not answer in time, change nothing.
func (s *session) configure(ctx context.Context, raw json.RawMessage) {
	if s.now().client.configuration {
		ctx, cancel := context.WithTimeout(ctx, configurationTimeout)
		defer cancel()
		section := "tusk"
		var answer []json.RawMessage
		ask := protocol316.ConfigurationParams{Items: []protocol316.ConfigurationItem{{Section: &section}}}
		if err := s.conn.Call(ctx, "workspace/configuration", ask, &answer); err != nil {
			s.log.Warn("the client does not tell its settings", "err", err)
		} else if len(answer) > 0 {
			raw = answer[0]
		}
	}
	if len(raw) > 0 && string(raw) != "null" {
		settings, err := parseSettings(raw)
		if err != nil {
			s.messages.once(ctx, err)
			return
		}
		s.publish(s.now().withSettings(settings))
		for _, d := range s.now().documents {
			s.diagnose(d)
		}
	}
	s.connections.resolve(s.now().settings)
	s.chooseAgain()
}

func (s *session) shutdown(context.Context, struct{}) (any, error) {
	s.phase = shutDown
	return nil, nil
}

func (s *session) exit(context.Context, struct{}) (any, error) {
	if s.phase == shutDown {
		s.phase = exited
	} else {
		s.phase = exitedEarly
	}
	return nil, nil
}

// parentPoll is how often the client's process is looked at.
const parentPoll = time.Second

// watchParent calls gone when the process with this id has ended (LSP 3.17,
// InitializeParams.processId). Most often the closed pipe tells it first.
func watchParent(ctx context.Context, pid int, gone func()) {
	ticker := time.NewTicker(parentPoll)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if !processExists(pid) {
				gone()
				return
			}
		}
	}
}
