package protocol

import (
	"encoding/json"

	protocol "github.com/tliron/glsp/protocol_3_16"
)

// CompletionClientCapabilities are what the client takes in completions (LSP
// 3.17, Completion Request).
type CompletionClientCapabilities struct {
	CompletionItem struct {
		SnippetSupport          bool                  `json:"snippetSupport,omitempty"`
		CommitCharactersSupport bool                  `json:"commitCharactersSupport,omitempty"`
		DocumentationFormat     []protocol.MarkupKind `json:"documentationFormat,omitempty"` // best first
		PreselectSupport        bool                  `json:"preselectSupport,omitempty"`
		TagSupport              struct {
			ValueSet []protocol.CompletionItemTag `json:"valueSet,omitempty"`
		} `json:"tagSupport,omitzero"`
		InsertReplaceSupport  bool           `json:"insertReplaceSupport,omitempty"`
		ResolveSupport        ResolveSupport `json:"resolveSupport,omitzero"`
		InsertTextModeSupport struct {
			ValueSet []protocol.InsertTextMode `json:"valueSet,omitempty"`
		} `json:"insertTextModeSupport,omitzero"`
		LabelDetailsSupport bool `json:"labelDetailsSupport,omitempty"`
	} `json:"completionItem,omitzero"`
	ContextSupport bool `json:"contextSupport,omitempty"`
	CompletionList struct {
		ItemDefaults []string `json:"itemDefaults,omitempty"` // the properties of CompletionItemDefaults that it heeds
	} `json:"completionList,omitzero"`
}

// CompletionOptions are what the server offers (LSP 3.17, Completion Request).
type CompletionOptions struct {
	protocol.CompletionOptions
	CompletionItem struct {
		LabelDetailsSupport bool `json:"labelDetailsSupport,omitempty"` // it understands them in a resolve request
	} `json:"completionItem,omitzero"`
}

// CompletionList answers textDocument/completion (LSP 3.17, Completion
// Request).
type CompletionList struct {
	IsIncomplete bool                    `json:"isIncomplete"` // typing on asks again
	ItemDefaults *CompletionItemDefaults `json:"itemDefaults,omitempty"`
	Items        List[CompletionItem]    `json:"items"`
}

// CompletionItemDefaults hold for all items of a list that say nothing else, if
// the client heeds them.
type CompletionItemDefaults struct {
	CommitCharacters []string                  `json:"commitCharacters,omitempty"`
	EditRange        *CompletionEditRange      `json:"editRange,omitempty"`
	InsertTextFormat protocol.InsertTextFormat `json:"insertTextFormat,omitempty"`
	InsertTextMode   protocol.InsertTextMode   `json:"insertTextMode,omitempty"`
	Data             json.RawMessage           `json:"data,omitempty"`
}

// CompletionEditRange is a range, with Start and End, or a pair of them, with
// Insert and Replace.
type CompletionEditRange struct {
	Start   *protocol.Position `json:"start,omitempty"`
	End     *protocol.Position `json:"end,omitempty"`
	Insert  *protocol.Range    `json:"insert,omitempty"`
	Replace *protocol.Range    `json:"replace,omitempty"`
}

// CompletionItem is one entry of a list (LSP 3.17, Completion Request).
type CompletionItem struct {
	Label               string                       `json:"label"`
	LabelDetails        *CompletionItemLabelDetails  `json:"labelDetails,omitempty"`
	Kind                protocol.CompletionItemKind  `json:"kind,omitempty"`
	Tags                []protocol.CompletionItemTag `json:"tags,omitempty"`
	Detail              string                       `json:"detail,omitempty"`
	Documentation       *protocol.MarkupContent      `json:"documentation,omitempty"`
	Preselect           bool                         `json:"preselect,omitempty"`
	SortText            string                       `json:"sortText,omitempty"`
	FilterText          string                       `json:"filterText,omitempty"`
	InsertText          string                       `json:"insertText,omitempty"`
	InsertTextFormat    protocol.InsertTextFormat    `json:"insertTextFormat,omitempty"`
	InsertTextMode      protocol.InsertTextMode      `json:"insertTextMode,omitempty"`
	TextEdit            *CompletionEdit              `json:"textEdit,omitempty"`
	TextEditText        string                       `json:"textEditText,omitempty"` // with CompletionItemDefaults.EditRange
	AdditionalTextEdits []protocol.TextEdit          `json:"additionalTextEdits,omitempty"`
	CommitCharacters    []string                     `json:"commitCharacters,omitempty"`
	Command             *protocol.Command            `json:"command,omitempty"`
	Data                json.RawMessage              `json:"data,omitempty"` // comes back in completionItem/resolve
}

// CompletionItemLabelDetails are shown beside the label.
type CompletionItemLabelDetails struct {
	Detail      string `json:"detail,omitempty"`      // right after the label, such as a signature
	Description string `json:"description,omitempty"` // apart from it, such as a schema
}

// CompletionEdit is a TextEdit, with Range, or an InsertReplaceEdit, with Insert
// and Replace.
type CompletionEdit struct {
	NewText string          `json:"newText"`
	Range   *protocol.Range `json:"range,omitempty"`
	Insert  *protocol.Range `json:"insert,omitempty"`  // ends at the cursor
	Replace *protocol.Range `json:"replace,omitempty"` // starts with Insert
}
