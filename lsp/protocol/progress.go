package protocol

import "encoding/json"

// ProgressToken names a progress: an integer or a string (LSP 3.17, Progress
// Support). It is kept as its JSON and goes back as it came; nil is no token.
type ProgressToken = json.RawMessage

// WorkDoneProgressParams are part of the params of requests whose client shows
// their progress (LSP 3.17, Work Done Progress).
type WorkDoneProgressParams struct {
	WorkDoneToken ProgressToken `json:"workDoneToken,omitempty"`
}

// PartialResultParams are part of the params of requests whose client takes
// results in pieces (LSP 3.17, Partial Result Progress).
type PartialResultParams struct {
	PartialResultToken ProgressToken `json:"partialResultToken,omitempty"`
}

// ProgressParams are those of $/progress (LSP 3.17, Progress Support).
type ProgressParams struct {
	Token ProgressToken `json:"token"`
	Value any           `json:"value"` // to send: WorkDoneProgressBegin, Report or End
}

// WorkDoneProgressCreateParams are those of window/workDoneProgress/create (LSP
// 3.17, Creating Work Done Progress).
type WorkDoneProgressCreateParams struct {
	Token ProgressToken `json:"token"`
}

// WorkDoneProgressCancelParams are those of window/workDoneProgress/cancel (LSP
// 3.17, Canceling a Work Done Progress).
type WorkDoneProgressCancelParams struct {
	Token ProgressToken `json:"token"`
}
