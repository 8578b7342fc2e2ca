package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
)

// Router is the dispatch table: each method with its handler of one of two
// kinds, Ordered and Request, beside the few Immediate ones. Fill it before
// NewConn; from then on it is immutable.
type Router struct {
	ordered   map[string]func(ctx context.Context, params json.RawMessage) (any, error)
	requests  map[string]func(params json.RawMessage) (run, error)
	immediate map[string]func(params json.RawMessage) error
}

// run is the part of a request that runs beside the ordering goroutine.
type run func(ctx context.Context) (any, error)

// NewRouter makes an empty table.
func NewRouter() *Router {
	return &Router{
		ordered:   map[string]func(context.Context, json.RawMessage) (any, error){},
		requests:  map[string]func(json.RawMessage) (run, error){},
		immediate: map[string]func(json.RawMessage) error{},
	}
}

// Ordered handles a request or a notification on the ordering goroutine, after
// all messages that came before it and before all that come after it. Only
// these handlers may change the session. They should be quick: everything but
// running requests, cancellation and answers waits for them. One that runs is
// not given up when its request is cancelled, since the session has changed:
// its context ends and it answers for itself.
func Ordered[P any](r *Router, method string, fn func(ctx context.Context, p P) (any, error)) {
	r.add(method)
	r.ordered[method] = func(ctx context.Context, params json.RawMessage) (any, error) {
		p, err := decode[P](params)
		if err != nil {
			return nil, err
		}
		return fn(ctx, p)
	}
}

// Request handles a request in two steps. take runs on the ordering goroutine
// and gives what the request may see of the session; it must not wait. handle
// runs in a goroutine of its own; it may wait and may call the client. Its
// context ends when the client cancels the request or is gone. A cancelled
// request is answered at once and what handle returns later is dropped.
//
// A nil list is sent as [], never as null. An error that is no *Error becomes
// -32800 if it is context.Canceled, and -32803 with its text otherwise.
func Request[P, S, R any](r *Router, method string, take func(p P) (S, error), handle func(ctx context.Context, p P, snapshot S) (R, error)) {
	r.add(method)
	list := isList[R]()
	r.requests[method] = func(params json.RawMessage) (run, error) {
		p, err := decode[P](params)
		if err != nil {
			return nil, err
		}
		snapshot, err := take(p)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context) (any, error) {
			result, err := handle(ctx, p, snapshot)
			if err != nil {
				return nil, err
			}
			if list {
				return listResult{result}, nil
			}
			return result, nil
		}, nil
	}
}

// Immediate handles a notification on the read loop, before all that waits. fn
// must not wait. It is for what ends work, such as
// window/workDoneProgress/cancel; $/cancelRequest is built in.
func Immediate[P any](r *Router, method string, fn func(p P)) {
	r.add(method)
	r.immediate[method] = func(params json.RawMessage) error {
		p, err := decode[P](params)
		if err == nil {
			fn(p)
		}
		return err
	}
}

// add refuses a second handler of a method, which is a mistake in the program.
func (r *Router) add(method string) {
	if r.ordered[method] != nil || r.requests[method] != nil || r.immediate[method] != nil {
		panic("rpc: two handlers of " + method)
	}
}

// decode reads params. Absent and null ones leave the zero value: several
// clients send none where the protocol wants an empty object.
func decode[P any](params json.RawMessage) (P, error) {
	var p P
	if len(params) == 0 {
		return p, nil
	}
	if err := json.Unmarshal(params, &p); err != nil {
		return p, &Error{Code: CodeInvalidParams, Message: fmt.Sprintf("invalid params: %v", err)}
	}
	return p, nil
}

// isList reports whether R is a list: not an interface, and "[]" is one of its
// values.
func isList[R any]() bool {
	var r R
	return any(r) != nil && json.Unmarshal([]byte("[]"), &r) == nil
}

// listResult is a list that may be nil.
type listResult struct{ list any }

// encode gives the JSON of a result or of params, without the escapes for HTML
// that would swell every comparison in SQL.
func encode(v any) (json.RawMessage, error) {
	list, isList := v.(listResult)
	if isList {
		v = list.list
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	data := bytes.TrimRight(buffer.Bytes(), "\n")
	if isList && string(data) == "null" {
		return json.RawMessage("[]"), nil
	}
	return data, nil
}
