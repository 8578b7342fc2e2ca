package rpc

import (
	"encoding/json"
	"errors"
	"strconv"
)

// message is a request, a notification or an answer, before its parts are
// decoded. A null part is kept as null, an absent one is nil.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
}

// id is a request's id as JSON: a number as it came, a string in one form
// whatever escapes it came with. A notification has none, "".
type id string

// unknownID stands in an answer for an id that could not be read.
const unknownID id = "null"

// parseMessage splits a message. A text that is no message gives an *Error for
// the client, with the id to answer to.
func parseMessage(data []byte) (message, id, *Error) {
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		if _, malformed := errors.AsType[*json.SyntaxError](err); malformed {
			return m, unknownID, &Error{Code: CodeParseError, Message: "the message is not JSON: " + err.Error()}
		}
		return m, unknownID, &Error{Code: CodeInvalidRequest, Message: "the message is not one JSON-RPC object; batches are not supported"}
	}
	n, err := parseID(m.ID)
	if err != nil {
		return m, unknownID, err
	}
	if m.Method == "" && m.Result == nil && m.Error == nil {
		if n == "" {
			n = unknownID
		}
		return m, n, &Error{Code: CodeInvalidRequest, Message: "the message has no method"}
	}
	return m, n, nil
}

// parseID reads an id, which LSP allows to be an integer or a string. Null
// counts as absent in an answer to a message that nobody could read.
func parseID(raw json.RawMessage) (id, *Error) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", nil
	}
	if _, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return id(raw), nil
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		if text, err := encode(s); err == nil {
			return id(text), nil
		}
	}
	return "", &Error{Code: CodeInvalidRequest, Message: "an id must be an integer or a string"}
}

// answerFrame is the frame of an answer. result is JSON; it counts where err is
// nil.
func answerFrame(to id, result json.RawMessage, err *Error) ([]byte, error) {
	if err == nil {
		return frame(`{"jsonrpc":"2.0","id":`, string(to), `,"result":`, string(result), `}`), nil
	}
	text, encodeErr := encode(err)
	if encodeErr != nil {
		return nil, encodeErr
	}
	return frame(`{"jsonrpc":"2.0","id":`, string(to), `,"error":`, string(text), `}`), nil
}

// notificationFrame is the frame of a notification with params in JSON.
func notificationFrame(method string, params json.RawMessage) ([]byte, error) {
	name, err := encode(method)
	if err != nil {
		return nil, err
	}
	return frame(`{"jsonrpc":"2.0","method":`, string(name), `,"params":`, string(params), `}`), nil
}
