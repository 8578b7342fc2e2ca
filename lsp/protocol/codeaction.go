package protocol

import (
	"encoding/json"

	protocol "github.com/tliron/glsp/protocol_3_16"
)

// CodeActionClientCapabilities are what the client takes as code actions (LSP
// 3.17, Code Action Request).
type CodeActionClientCapabilities struct {
	CodeActionLiteralSupport struct {
		CodeActionKind struct {
			ValueSet []protocol.CodeActionKind `json:"valueSet,omitempty"`
		} `json:"codeActionKind,omitzero"`
	} `json:"codeActionLiteralSupport,omitzero"` // no kinds: the client takes commands only
	IsPreferredSupport bool           `json:"isPreferredSupport,omitempty"`
	DisabledSupport    bool           `json:"disabledSupport,omitempty"`
	DataSupport        bool           `json:"dataSupport,omitempty"`
	ResolveSupport     ResolveSupport `json:"resolveSupport,omitzero"`
}

// CodeActionParams are those of textDocument/codeAction (LSP 3.17, Code Action
// Request).
type CodeActionParams struct {
	WorkDoneProgressParams
	PartialResultParams
	TextDocument protocol.TextDocumentIdentifier `json:"textDocument"`
	Range        protocol.Range                  `json:"range"`
	Context      CodeActionContext               `json:"context"`
}

// CodeActionTriggerKind tells why code actions are asked for.
type CodeActionTriggerKind int

// The reasons of the specification.
const (
	CodeActionInvoked   CodeActionTriggerKind = 1 // by the user
	CodeActionAutomatic CodeActionTriggerKind = 2 // because the cursor moved
)

// CodeActionContext tells what actions are asked for.
type CodeActionContext struct {
	Diagnostics []Diagnostic              `json:"diagnostics"`
	Only        []protocol.CodeActionKind `json:"only,omitempty"` // none: all kinds
	TriggerKind CodeActionTriggerKind     `json:"triggerKind,omitempty"`
}

// CodeAction is one action; textDocument/codeAction answers with a list (LSP
// 3.17, Code Action Request). An Edit is applied before the Command runs.
type CodeAction struct {
	Title       string                  `json:"title"`
	Kind        protocol.CodeActionKind `json:"kind,omitempty"`
	Diagnostics []Diagnostic            `json:"diagnostics,omitempty"` // those that it resolves
	IsPreferred bool                    `json:"isPreferred,omitempty"`
	Disabled    *CodeActionDisabled     `json:"disabled,omitempty"`
	Edit        *protocol.WorkspaceEdit `json:"edit,omitempty"`
	Command     *protocol.Command       `json:"command,omitempty"`
	Data        json.RawMessage         `json:"data,omitempty"` // comes back in codeAction/resolve
}

// CodeActionDisabled tells why an action cannot be chosen.
type CodeActionDisabled struct {
	Reason string `json:"reason"`
}
