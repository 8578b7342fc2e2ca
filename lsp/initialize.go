package lsp

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	protocol316 "github.com/tliron/glsp/protocol_3_16"

	"github.com/tusk-lsp/tusk-lsp/engine"
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
	markdown        bool
	symbolTree      bool
	foldsLines      bool
	foldLimit       int
	labelDetails    bool
	pullDiagnostics bool
	configuration   bool // answers workspace/configuration
	refreshes       bool // asks for diagnostics again when told to
	registers       bool // takes a dynamic registration of didChangeConfiguration
	watches         bool // takes a dynamic registration of didChangeWatchedFiles
	progress        bool // takes a progress that the server creates
	showDocument    bool
	results         bool // takes tusk/results
	asksSecrets     bool // answers tusk/askSecret
	asksParameters  bool // answers tusk/askParameters
	connections     bool // takes tusk/connectionsChanged
	sessions        bool // takes tusk/sessionChanged
}

func clientOf(p protocol.InitializeParams) *client {
	c := p.Capabilities
	var experimental struct {
		Tusk struct {
			Results       bool `json:"results"`
			AskSecret     bool `json:"askSecret"`
			AskParameters bool `json:"askParameters"`
			Connections   bool `json:"connections"`
			Sessions      bool `json:"sessions"`
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
		markdown:        slices.Contains(c.TextDocument.Hover.ContentFormat, protocol316.MarkupKindMarkdown),
		symbolTree:      c.TextDocument.DocumentSymbol.HierarchicalDocumentSymbolSupport,
		foldsLines:      c.TextDocument.FoldingRange.LineFoldingOnly,
		foldLimit:       c.TextDocument.FoldingRange.RangeLimit,
		pullDiagnostics: c.TextDocument.Diagnostic != nil,
		configuration:   c.Workspace.Configuration,
		refreshes:       c.Workspace.Diagnostics.RefreshSupport,
		registers:       c.Workspace.DidChangeConfiguration.DynamicRegistration,
		watches:         c.Workspace.DidChangeWatchedFiles.DynamicRegistration.DynamicRegistration,
		progress:        c.Window.WorkDoneProgress,
		showDocument:    c.Window.ShowDocument.Support,
		results:         ours.Results,
		asksSecrets:     ours.AskSecret,
		asksParameters:  ours.AskParameters,
		connections:     ours.Connections,
		sessions:        ours.Sessions,
	}
}

// foldersOf gives the paths of the workspace's folders, which older clients tell
// in older ways.
func foldersOf(p protocol.InitializeParams) []string {
	var folders []string
	for _, folder := range p.WorkspaceFolders {
		folders = append(folders, filePath(folder.URI))
	}
	if len(folders) == 0 {
		folders = append(folders, cmp.Or(filePath(p.RootURI), p.RootPath))
	}
	return slices.DeleteFunc(folders, func(path string) bool { return path == "" })
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
	next := s.now().withClient(c).withFolders(foldersOf(p))
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
	offered.HoverProvider, offered.DefinitionProvider, offered.DocumentHighlightProvider, offered.ReferencesProvider = true, true, true, true
	offered.SignatureHelpProvider = &protocol316.SignatureHelpOptions{TriggerCharacters: []string{"(", ","}}
	offered.RenameProvider = protocol316.RenameOptions{PrepareProvider: &yes}
	offered.DocumentSymbolProvider, offered.FoldingRangeProvider, offered.SelectionRangeProvider = true, true, true
	offered.CodeActionProvider = protocol316.CodeActionOptions{CodeActionKinds: []string{codeActionRun}}
	offered.ExecuteCommandProvider = &protocol316.ExecuteCommandOptions{Commands: commandNames()}
	offered.Workspace = &protocol316.ServerCapabilitiesWorkspace{WorkspaceFolders: &protocol316.WorkspaceFoldersServerCapabilities{
		Supported: &yes, ChangeNotifications: &protocol316.BoolOrString{Value: true},
	}}
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
	s.background.Go(s.sweep)
	s.register(s.now().client)
	s.configure(ctx, nil)
	s.pruneHistory()
	return nil, nil
}

// sweep removes the results of processes that died.
func (s *session) sweep() {
	if err := errors.Join(s.engine.SweepResults(), s.results.dir.Sweep()); err != nil {
		s.log.Warn("results of an earlier process are left", "err", err)
	}
}

// register asks to be told what changes beside the documents.
func (s *session) register(c *client) {
	var wanted []protocol316.Registration
	if c.registers {
		wanted = append(wanted, protocol316.Registration{ID: "tusk-configuration", Method: "workspace/didChangeConfiguration"})
	}
	if c.watches {
		var watchers []protocol316.FileSystemWatcher
		for _, pattern := range append([]string{"**/.tusk.toml", "**/.env"}, definitionFiles...) {
			watchers = append(watchers, protocol316.FileSystemWatcher{GlobPattern: pattern})
		}
		wanted = append(wanted, protocol316.Registration{
			ID: "tusk-files", Method: string(protocol316.MethodWorkspaceDidChangeWatchedFiles),
			RegisterOptions: protocol316.DidChangeWatchedFilesRegistrationOptions{Watchers: watchers},
		})
	}
	if len(wanted) == 0 {
		return
	}
	s.background.Go(func() {
		params := protocol316.RegistrationParams{Registrations: wanted}
		if err := s.conn.Call(s.life, string(protocol316.ServerClientRegisterCapability), params, nil); err != nil {
			s.log.Debug("settings and files are not watched", "err", err)
		}
	})
}

func (s *session) didChangeWorkspaceFolders(_ context.Context, p protocol316.DidChangeWorkspaceFoldersParams) (any, error) {
	folders := slices.Clone(s.now().folders)
	for _, removed := range p.Event.Removed {
		folders = slices.DeleteFunc(folders, func(path string) bool { return path == filePath(removed.URI) })
	}
	for _, added := range p.Event.Added {
		if path := filePath(added.URI); path != "" {
			folders = append(folders, path)
		}
	}
	s.publish(s.now().withFolders(folders))
	s.chooseAgain()
	return nil, nil
}

// didChangeWatchedFiles is about the files that name connections, and those that
// define a database.
func (s *session) didChangeWatchedFiles(_ context.Context, p protocol316.DidChangeWatchedFilesParams) (any, error) {
	choose := len(p.Changes) == 0
	for _, change := range p.Changes {
		if definesDatabase(change.URI) {
			s.offline.change(change.URI, true)
		} else {
			choose = true
		}
	}
	if choose {
		s.chooseAgain()
	}
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
		if c := s.now().client; c.pullDiagnostics && c.refreshes {
			s.background.Go(func() {
				if err := s.conn.Call(s.life, "workspace/diagnostic/refresh", nil, nil); err != nil {
					s.log.Debug("the client does not ask for diagnostics again", "err", err)
				}
			})
		}
	}
	pool := s.now().settings.Pool
	s.engine.LimitPools(engine.PoolLimits{MaxConns: pool.MaxConnections, AcquireTimeout: time.Duration(pool.AcquireTimeoutSecs) * time.Second})
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
