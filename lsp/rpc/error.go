package rpc

import (
	"context"
	"errors"
	"fmt"
)

// The error codes of JSON-RPC 2.0 and of LSP 3.17 (ErrorCodes).
const (
	CodeParseError           = -32700
	CodeInvalidRequest       = -32600
	CodeMethodNotFound       = -32601
	CodeInvalidParams        = -32602
	CodeInternalError        = -32603
	CodeServerNotInitialized = -32002
	CodeRequestFailed        = -32803
	CodeServerCancelled      = -32802
	CodeContentModified      = -32801
	CodeRequestCancelled     = -32800
)

// Error is an error as it crosses the wire. A handler that returns one decides
// its code; see Request for the code of any other error.
type Error struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data,omitempty"` // what JSON can encode; json.RawMessage in a client's answer
}

// Error gives the message with its code.
func (e *Error) Error() string { return fmt.Sprintf("%s (%d)", e.Message, e.Code) }

var (
	// ErrClosed says that the connection has ended, or that the client has
	// announced its end, so that nobody would answer.
	ErrClosed = errors.New("the connection is closed")
	// ErrGone says that the client closed the connection without an exit
	// notification.
	ErrGone = errors.New("the client is gone")
	// ErrWriteTimeout says that the client stopped reading.
	ErrWriteTimeout = errors.New("the client does not read")
	// ErrOverrun says that the client sent more than Options.MaxUnhandled
	// while a handler was at work.
	ErrOverrun = errors.New("the client sends more than can be handled")
)

// asError turns what a handler returned into what its client gets.
func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if errors.Is(err, context.Canceled) {
		return cancelled
	}
	return &Error{Code: CodeRequestFailed, Message: err.Error()}
}

// cancelled is the answer to a request that the client gave up.
var cancelled = &Error{Code: CodeRequestCancelled, Message: "cancelled"}
