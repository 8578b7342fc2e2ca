package protocol

import (
	"encoding/json"

	protocol "github.com/tliron/glsp/protocol_3_16"
)

// Diagnostic is a message about a range of a document (LSP 3.17, Diagnostic).
type Diagnostic struct {
	Range              protocol.Range                          `json:"range"`
	Severity           protocol.DiagnosticSeverity             `json:"severity,omitempty"`
	Code               DiagnosticCode                          `json:"code,omitempty"`
	CodeDescription    *protocol.CodeDescription               `json:"codeDescription,omitempty"`
	Source             string                                  `json:"source,omitempty"`
	Message            string                                  `json:"message"`
	Tags               []protocol.DiagnosticTag                `json:"tags,omitempty"`
	RelatedInformation []protocol.DiagnosticRelatedInformation `json:"relatedInformation,omitempty"`
	Data               json.RawMessage                         `json:"data,omitempty"` // comes back in textDocument/codeAction
}

// DiagnosticCode is a diagnostic's code. Ours are strings, such as a SQLSTATE;
// an integer of another server is kept as its digits.
type DiagnosticCode string

// UnmarshalJSON takes a string or an integer.
func (c *DiagnosticCode) UnmarshalJSON(data []byte) error {
	var n json.Number // decodes from a number, and from a string of digits
	if err := json.Unmarshal(data, &n); err == nil {
		*c = DiagnosticCode(n)
		return nil
	}
	return json.Unmarshal(data, (*string)(c))
}

// PublishDiagnosticsClientCapabilities are what the client takes in diagnostics
// that the server sends (LSP 3.17, PublishDiagnostics Notification).
type PublishDiagnosticsClientCapabilities struct {
	RelatedInformation bool `json:"relatedInformation,omitempty"`
	TagSupport         struct {
		ValueSet []protocol.DiagnosticTag `json:"valueSet,omitempty"`
	} `json:"tagSupport,omitzero"`
	VersionSupport         bool `json:"versionSupport,omitempty"`
	CodeDescriptionSupport bool `json:"codeDescriptionSupport,omitempty"`
	DataSupport            bool `json:"dataSupport,omitempty"`
}

// PublishDiagnosticsParams are those of textDocument/publishDiagnostics: all
// diagnostics of a document, in place of those sent before (LSP 3.17,
// PublishDiagnostics Notification).
type PublishDiagnosticsParams struct {
	URI         string           `json:"uri"`
	Version     *int32           `json:"version,omitempty"` // of the document; nil where it is closed
	Diagnostics List[Diagnostic] `json:"diagnostics"`
}

// DiagnosticClientCapabilities are what a client can do that asks for
// diagnostics (LSP 3.17, Document Diagnostics).
type DiagnosticClientCapabilities struct {
	DynamicRegistration
	RelatedDocumentSupport bool `json:"relatedDocumentSupport,omitempty"`
}

// DiagnosticOptions announce that the client may ask for diagnostics (LSP 3.17,
// Document Diagnostics).
type DiagnosticOptions struct {
	Identifier            string `json:"identifier,omitempty"`
	InterFileDependencies bool   `json:"interFileDependencies"`
	WorkspaceDiagnostics  bool   `json:"workspaceDiagnostics"`
}

// DocumentDiagnosticParams are those of textDocument/diagnostic (LSP 3.17,
// Document Diagnostics).
type DocumentDiagnosticParams struct {
	WorkDoneProgressParams
	PartialResultParams
	TextDocument     protocol.TextDocumentIdentifier `json:"textDocument"`
	Identifier       string                          `json:"identifier,omitempty"`
	PreviousResultID string                          `json:"previousResultId,omitempty"`
}

// DocumentDiagnosticReport answers textDocument/diagnostic. Make it with
// FullReport or UnchangedReport.
type DocumentDiagnosticReport struct {
	Kind     string           `json:"kind"`               // "full" or "unchanged"
	ResultID string           `json:"resultId,omitempty"` // comes back as PreviousResultID
	Items    List[Diagnostic] `json:"items,omitzero"`     // "full" only, and not nil there
}

// FullReport brings all diagnostics of a document.
func FullReport(resultID string, items []Diagnostic) DocumentDiagnosticReport {
	if items == nil {
		items = []Diagnostic{}
	}
	return DocumentDiagnosticReport{Kind: "full", ResultID: resultID, Items: items}
}

// UnchangedReport says that the report with this id still holds.
func UnchangedReport(resultID string) DocumentDiagnosticReport {
	return DocumentDiagnosticReport{Kind: "unchanged", ResultID: resultID}
}
