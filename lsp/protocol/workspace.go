package protocol

import "encoding/json"

// ExecuteCommandParams are those of workspace/executeCommand, their arguments
// undecoded (LSP 3.17, Execute a Command).
type ExecuteCommandParams struct {
	WorkDoneProgressParams
	Command   string            `json:"command"`
	Arguments []json.RawMessage `json:"arguments,omitempty"`
}

// DidChangeConfigurationParams are those of workspace/didChangeConfiguration
// (LSP 3.17, DidChangeConfiguration Notification). Clients that answer
// workspace/configuration often send null.
type DidChangeConfigurationParams struct {
	Settings json.RawMessage `json:"settings"`
}
