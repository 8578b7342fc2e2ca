package lspclient

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
)

// AllCapabilities are those of an editor that can do all that the client can.
func AllCapabilities() json.RawMessage { return json.RawMessage(allCapabilities) }

const allCapabilities = `{
	"general": {"positionEncodings": ["utf-8", "utf-16"]},
	"workspace": {
		"applyEdit": true, "configuration": true, "workspaceFolders": true,
		"workspaceEdit": {"documentChanges": true},
		"didChangeConfiguration": {"dynamicRegistration": true},
		"didChangeWatchedFiles": {"dynamicRegistration": true},
		"executeCommand": {"dynamicRegistration": true},
		"codeLens": {"refreshSupport": true}, "semanticTokens": {"refreshSupport": true}, "inlayHint": {"refreshSupport": true}
	},
	"window": {"workDoneProgress": true, "showDocument": {"support": true}, "showMessage": {}},
	"textDocument": {
		"synchronization": {"didSave": true},
		"completion": {
			"contextSupport": true,
			"completionItem": {
				"snippetSupport": true, "labelDetailsSupport": true, "insertReplaceSupport": true, "preselectSupport": true,
				"documentationFormat": ["markdown", "plaintext"], "tagSupport": {"valueSet": [1]},
				"resolveSupport": {"properties": ["documentation", "detail"]}
			},
			"completionList": {"itemDefaults": ["commitCharacters", "editRange", "insertTextFormat", "insertTextMode", "data"]}
		},
		"hover": {"contentFormat": ["markdown", "plaintext"]},
		"codeAction": {
			"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "source"]}},
			"isPreferredSupport": true, "disabledSupport": true, "dataSupport": true
		},
		"publishDiagnostics": {"relatedInformation": true, "versionSupport": true, "codeDescriptionSupport": true, "dataSupport": true, "tagSupport": {"valueSet": [1, 2]}}
	}
}`

// InitializeResult is what the server says of itself.
type InitializeResult struct {
	Capabilities json.RawMessage `json:"capabilities"`
	ServerInfo   struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"serverInfo"`
}

// Initialize opens the session: initialize, its answer, initialized. From then
// on positions are in the encoding that the server chose.
func (c *Client) Initialize(ctx context.Context) (InitializeResult, error) {
	capabilities := c.options.Capabilities
	if capabilities == nil {
		capabilities = AllCapabilities()
	}
	folders := []map[string]string{}
	for _, uri := range c.options.WorkspaceFolders {
		folders = append(folders, map[string]string{"uri": uri, "name": uri})
	}
	params := map[string]any{
		"processId":        os.Getpid(),
		"clientInfo":       map[string]string{"name": "lspclient"},
		"rootUri":          nil,
		"workspaceFolders": folders,
		"capabilities":     capabilities,
	}
	if len(folders) > 0 {
		params["rootUri"] = folders[0]["uri"]
	}
	if c.options.InitializationOptions != nil {
		params["initializationOptions"] = c.options.InitializationOptions
	}
	var result InitializeResult
	if err := c.Request(ctx, "initialize", params, &result); err != nil {
		return result, err
	}
	var chosen struct {
		PositionEncoding string `json:"positionEncoding"`
	}
	if err := json.Unmarshal(result.Capabilities, &chosen); err != nil {
		return result, fmt.Errorf("read the server's capabilities: %w", err)
	}
	if chosen.PositionEncoding != "" {
		c.mu.Lock()
		c.encoding = chosen.PositionEncoding
		c.mu.Unlock()
	}
	return result, c.Notify("initialized", map[string]any{})
}

// Encoding is the negotiated position encoding: "utf-16" until the server chose
// another.
func (c *Client) Encoding() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.encoding
}

// Shutdown asks the server to prepare its end.
func (c *Client) Shutdown(ctx context.Context) error {
	return c.Request(ctx, "shutdown", nil, nil)
}

// Exit tells the server to end.
func (c *Client) Exit() error { return c.Notify("exit", nil) }

// Configure changes the settings of a section and tells the server that they
// changed.
func (c *Client) Configure(section string, settings any) error {
	c.mu.Lock()
	c.settings[section] = settings
	c.mu.Unlock()
	return c.Notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{section: settings}})
}

// builtin is the handler of a request that the editor knows by itself, or nil.
func (c *Client) builtin(method string) Handler {
	switch method {
	case "workspace/configuration":
		return c.configuration
	case "workspace/applyEdit":
		return c.applyEdit
	case "window/showDocument":
		return answers(map[string]bool{"success": true})
	case "window/showMessageRequest", "window/workDoneProgress/create",
		"client/registerCapability", "client/unregisterCapability",
		"workspace/codeLens/refresh", "workspace/semanticTokens/refresh", "workspace/inlayHint/refresh", "workspace/diagnostic/refresh":
		return answers(nil)
	}
	return nil
}

func answers(result any) Handler {
	return func(context.Context, json.RawMessage) (any, error) { return result, nil }
}

func (c *Client) configuration(_ context.Context, params json.RawMessage) (any, error) {
	var p struct {
		Items []struct {
			Section string `json:"section"`
		} `json:"items"`
	}
	if err := json.Unmarshal(params, &p); err != nil {
		return nil, &Error{Code: -32602, Message: err.Error()}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	values := make([]any, len(p.Items))
	for i, item := range p.Items {
		values[i] = c.settings[item.Section]
	}
	return values, nil
}

// applyEdit changes open documents as the server asks. It knows text edits, not
// the creation of files.
func (c *Client) applyEdit(_ context.Context, params json.RawMessage) (any, error) {
	var p struct {
		Edit struct {
			Changes         map[string][]TextEdit `json:"changes"`
			DocumentChanges []struct {
				Kind         string     `json:"kind"`
				TextDocument documentID `json:"textDocument"`
				Edits        []TextEdit `json:"edits"`
			} `json:"documentChanges"`
		} `json:"edit"`
	}
	if err := json.Unmarshal(params, &p); err != nil {
		return nil, &Error{Code: -32602, Message: err.Error()}
	}
	refused := func(reason string) (any, error) {
		return map[string]any{"applied": false, "failureReason": reason}, nil
	}
	for _, change := range p.Edit.DocumentChanges {
		if change.Kind != "" {
			return refused("the editor cannot " + change.Kind + " files")
		}
		if _, version := c.Text(change.TextDocument.URI); change.TextDocument.Version != nil && *change.TextDocument.Version != version {
			return refused("the document has changed")
		}
		if err := c.applyTextEdits(change.TextDocument.URI, change.Edits); err != nil {
			return refused(err.Error())
		}
	}
	for uri, edits := range p.Edit.Changes {
		if err := c.applyTextEdits(uri, edits); err != nil {
			return refused(err.Error())
		}
	}
	return map[string]bool{"applied": true}, nil
}

// applyTextEdits makes one change of edits that are all about the same text:
// the last in the text comes first, so that it moves none of the others (LSP
// 3.17, TextEdit[]).
func (c *Client) applyTextEdits(uri string, edits []TextEdit) error {
	_, err := c.change(uri, func(*document, string) []Edit { return lastFirst(edits) })
	return err
}
