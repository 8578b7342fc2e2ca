package protocol

import (
	"encoding/json"
	"errors"

	protocol "github.com/tliron/glsp/protocol_3_16"
)

// PositionEncodingKind is the unit that characters in positions count (LSP 3.17,
// Position). Where nothing was negotiated it is UTF-16.
type PositionEncodingKind string

// The encodings of the specification.
const (
	PositionEncodingUTF8  PositionEncodingKind = "utf-8"
	PositionEncodingUTF16 PositionEncodingKind = "utf-16"
	PositionEncodingUTF32 PositionEncodingKind = "utf-32"
)

// InitializeParams begins a session (LSP 3.17, Initialize Request).
type InitializeParams struct {
	WorkDoneProgressParams
	ProcessID             *int32                     `json:"processId"` // of the client, to end with it; nil: none
	ClientInfo            ClientInfo                 `json:"clientInfo"`
	Locale                string                     `json:"locale"`
	RootPath              string                     `json:"rootPath"` // the oldest form of WorkspaceFolders
	RootURI               string                     `json:"rootUri"`  // the older form of WorkspaceFolders
	InitializationOptions json.RawMessage            `json:"initializationOptions"`
	Capabilities          ClientCapabilities         `json:"capabilities"`
	Trace                 protocol.TraceValue        `json:"trace"`
	WorkspaceFolders      []protocol.WorkspaceFolder `json:"workspaceFolders"`
}

// ClientInfo names the client.
type ClientInfo struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// InitializeResult answers initialize (LSP 3.17, Initialize Request).
type InitializeResult struct {
	Capabilities ServerCapabilities                   `json:"capabilities"`
	ServerInfo   *protocol.InitializeResultServerInfo `json:"serverInfo,omitempty"`
}

// ServerCapabilities are what the server offers (LSP 3.17, Server
// Capabilities): those of 3.16 and the newer ones. It is for sending only;
// decoding it would fill the embedded ones alone.
type ServerCapabilities struct {
	protocol.ServerCapabilities
	PositionEncoding   PositionEncodingKind `json:"positionEncoding,omitempty"`
	CompletionProvider *CompletionOptions   `json:"completionProvider,omitempty"`
	DiagnosticProvider *DiagnosticOptions   `json:"diagnosticProvider,omitempty"`
	InlayHintProvider  *InlayHintOptions    `json:"inlayHintProvider,omitempty"`
}

// ClientCapabilities are those of the client's capabilities that the server asks
// for, 3.17's and 3.18's among them (LSP 3.17, Client Capabilities). What a
// client leaves out, or sends in a form that the specification does not know,
// it cannot do.
type ClientCapabilities struct {
	General      GeneralClientCapabilities      `json:"general,omitzero"`
	Workspace    WorkspaceClientCapabilities    `json:"workspace,omitzero"`
	Window       WindowClientCapabilities       `json:"window,omitzero"`
	TextDocument TextDocumentClientCapabilities `json:"textDocument,omitzero"`
	Experimental json.RawMessage                `json:"experimental,omitempty"`
}

// UnmarshalJSON reads what is well-formed: some clients send an empty list for
// an empty object, which should not cost them the whole session.
func (c *ClientCapabilities) UnmarshalJSON(data []byte) error {
	type plain ClientCapabilities
	err := json.Unmarshal(data, (*plain)(c)) // goes on after a value of another type
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nil
	}
	return err
}

// GeneralClientCapabilities are capabilities of no single feature.
type GeneralClientCapabilities struct {
	PositionEncodings []PositionEncodingKind `json:"positionEncodings,omitempty"` // best first; none: UTF-16
	Markdown          struct {
		Parser      string   `json:"parser,omitempty"`
		AllowedTags []string `json:"allowedTags,omitempty"`
	} `json:"markdown,omitzero"`
}

// DynamicRegistration says that a capability may be registered after
// initialize (LSP 3.17, Register Capability).
type DynamicRegistration struct {
	DynamicRegistration bool `json:"dynamicRegistration,omitempty"`
}

// RefreshSupport says that the server may ask the client to pull again.
type RefreshSupport struct {
	RefreshSupport bool `json:"refreshSupport,omitempty"`
}

// WorkspaceClientCapabilities are what the client can do for a workspace.
type WorkspaceClientCapabilities struct {
	ApplyEdit     bool `json:"applyEdit,omitempty"`
	WorkspaceEdit struct {
		DocumentChanges         bool     `json:"documentChanges,omitempty"`
		ResourceOperations      []string `json:"resourceOperations,omitempty"`
		ChangeAnnotationSupport struct {
			GroupsOnLabel bool `json:"groupsOnLabel,omitempty"`
		} `json:"changeAnnotationSupport,omitzero"`
	} `json:"workspaceEdit,omitzero"`
	Configuration          bool                `json:"configuration,omitempty"`
	WorkspaceFolders       bool                `json:"workspaceFolders,omitempty"`
	DidChangeConfiguration DynamicRegistration `json:"didChangeConfiguration,omitzero"`
	DidChangeWatchedFiles  struct {
		DynamicRegistration
		RelativePatternSupport bool `json:"relativePatternSupport,omitempty"`
	} `json:"didChangeWatchedFiles,omitzero"`
	CodeLens       RefreshSupport `json:"codeLens,omitzero"`
	SemanticTokens RefreshSupport `json:"semanticTokens,omitzero"`
	InlayHint      RefreshSupport `json:"inlayHint,omitzero"`
	Diagnostics    RefreshSupport `json:"diagnostics,omitzero"` // pull diagnostics
}

// WindowClientCapabilities are what the client can show.
type WindowClientCapabilities struct {
	WorkDoneProgress bool `json:"workDoneProgress,omitempty"` // the server may create progress
	ShowDocument     struct {
		Support bool `json:"support,omitempty"`
	} `json:"showDocument,omitzero"`
}

// ResolveSupport names the properties that may come later, by a resolve request.
type ResolveSupport struct {
	Properties []string `json:"properties,omitempty"`
}

// TextDocumentClientCapabilities are what the client can do with a document.
type TextDocumentClientCapabilities struct {
	Completion         CompletionClientCapabilities         `json:"completion,omitzero"`
	CodeAction         CodeActionClientCapabilities         `json:"codeAction,omitzero"`
	PublishDiagnostics PublishDiagnosticsClientCapabilities `json:"publishDiagnostics,omitzero"`
	Diagnostic         *DiagnosticClientCapabilities        `json:"diagnostic,omitempty"` // nil: the client does not pull
	Hover              struct {
		ContentFormat []protocol.MarkupKind `json:"contentFormat,omitempty"` // best first
	} `json:"hover,omitzero"`
	DocumentSymbol struct {
		HierarchicalDocumentSymbolSupport bool `json:"hierarchicalDocumentSymbolSupport,omitempty"`
	} `json:"documentSymbol,omitzero"`
	FoldingRange struct {
		LineFoldingOnly bool `json:"lineFoldingOnly,omitempty"`
		RangeLimit      int  `json:"rangeLimit,omitempty"` // 0 for none
	} `json:"foldingRange,omitzero"`
	InlayHint struct {
		DynamicRegistration
		ResolveSupport ResolveSupport `json:"resolveSupport,omitzero"`
	} `json:"inlayHint,omitzero"`
}
