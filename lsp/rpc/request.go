package rpc

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// request is a request of the client from its arrival to its answer, or a
// notification until it was handled.
type request struct {
	id      id // "" for a notification
	method  string
	params  json.RawMessage
	ctx     context.Context
	cancel  context.CancelFunc
	arrived time.Time

	changing bool // an Ordered handler runs and will answer; guarded by Conn.mu
}

// receive takes one message. It runs on the read loop and never waits. It
// answers true if the message answers a call of ours.
func (c *Conn) receive(data []byte) bool {
	m, n, err := parseMessage(data)
	switch {
	case err != nil:
		c.o.Log.Warn("a message was refused", "code", err.Code, "bytes", len(data))
		c.refuse(n, err)
	case m.Method == "":
		return true
	case m.Method == "$/cancelRequest":
		c.cancelRequest(m.Params)
	case c.router.immediate[m.Method] != nil:
		c.immediate(n, m)
	case strings.HasPrefix(m.Method, "$/") && n == "" && c.router.ordered[m.Method] == nil:
		// Implementation dependent; free to ignore (LSP 3.17, $ Notifications).
	default:
		c.enqueue(&request{id: n, method: m.Method, params: m.Params, arrived: time.Now()}, len(data))
	}
	return false
}

// enqueue registers a request, so that it can be cancelled while it waits, and
// hands it to the ordering goroutine.
func (c *Conn) enqueue(r *request, size int) {
	r.ctx, r.cancel = context.WithCancel(c.life)
	if r.id != "" {
		if err := c.register(r); err != nil {
			r.cancel()
			c.o.Log.Warn("a request was refused", "method", r.method, "id", r.id, "code", err.Code)
			c.refuse(r.id, err)
			return
		}
	}
	if r.method == "exit" {
		c.hush() // the client answers no more
		time.AfterFunc(c.o.Grace, func() { c.end(errExit) })
	}
	if c.in.put(r, size) > c.o.MaxUnhandled {
		c.end(ErrOverrun)
	}
}

func (c *Conn) register(r *request) *Error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending[r.id] != nil {
		return &Error{Code: CodeInvalidRequest, Message: fmt.Sprintf("the id %s belongs to a request that is not answered yet", r.id)}
	}
	if len(c.pending) >= c.o.MaxPending {
		return &Error{Code: CodeRequestFailed, Message: fmt.Sprintf("%d requests are not answered yet", len(c.pending))}
	}
	c.pending[r.id] = r
	return nil
}

// settle takes r from the unanswered requests. It answers false if somebody
// did so before, who then answers the client.
func (c *Conn) settle(r *request) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending[r.id] != r {
		return false
	}
	delete(c.pending, r.id)
	return true
}

// cancelRequest handles $/cancelRequest (LSP 3.17, Cancellation Support). The
// client has its answer before the work has noticed. An unknown id belongs to a
// request that was answered.
func (c *Conn) cancelRequest(params json.RawMessage) {
	var p struct {
		ID json.RawMessage `json:"id"`
	}
	if err := json.Unmarshal(params, &p); err != nil {
		c.o.Log.Warn("a $/cancelRequest cannot be read")
		return
	}
	n, err := parseID(p.ID)
	if err != nil {
		c.o.Log.Warn("a $/cancelRequest has no id")
		return
	}
	c.mu.Lock()
	r := c.pending[n]
	answer := r != nil && !r.changing
	if answer {
		delete(c.pending, n)
	}
	c.mu.Unlock()
	if r == nil {
		return
	}
	r.cancel()
	if answer {
		c.refuse(n, cancelled)
	}
}

// immediate calls an Immediate handler on the read loop.
func (c *Conn) immediate(n id, m message) {
	r := &request{method: m.Method, arrived: time.Now()}
	defer c.recovered(r)
	if err := c.router.immediate[m.Method](m.Params); err != nil {
		c.answer(r, nil, err)
	}
	if n != "" {
		c.refuse(n, &Error{Code: CodeInvalidRequest, Message: m.Method + " is a notification"})
	}
}

// order is the ordering goroutine.
func (c *Conn) order() {
	for {
		r, ok := c.in.take(c.life)
		if !ok {
			return
		}
		c.dispatch(r)
		if r.method == "exit" {
			c.end(errExit)
			return
		}
	}
}

// dispatch does a request's part on the ordering goroutine.
func (c *Conn) dispatch(r *request) {
	beside := false // the rest runs in a goroutine of its own
	defer func() {
		if !beside {
			r.cancel()
		}
	}()
	defer c.recovered(r)
	if r.id != "" && r.ctx.Err() != nil {
		return // cancelled in the queue, and answered
	}
	if err := c.o.Gate(r.method); err != nil {
		c.answer(r, nil, err)
		return
	}
	if handle := c.router.ordered[r.method]; handle != nil {
		if !c.change(r) {
			return
		}
		result, err := handle(r.ctx, r.params)
		c.answer(r, result, err)
		return
	}
	begin := c.router.requests[r.method]
	if begin == nil || r.id == "" {
		c.answer(r, nil, &Error{Code: CodeMethodNotFound, Message: "there is no method " + r.method})
		return
	}
	run, err := begin(r.params)
	if err != nil {
		c.answer(r, nil, err)
		return
	}
	beside = true
	c.running.Go(func() { c.run(r, run) })
}

// change marks that an Ordered handler of r runs from now on. It answers false
// if r was cancelled before.
func (c *Conn) change(r *request) bool {
	if r.id == "" {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r.changing = true
	return c.pending[r.id] == r
}

// run does the part of a request that runs beside the ordering goroutine.
func (c *Conn) run(r *request, run run) {
	defer r.cancel()
	defer c.recovered(r)
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-r.ctx.Done():
		return // cancelled, and answered, or the client is gone
	}
	result, err := run(r.ctx)
	c.answer(r, result, err)
}

// recovered answers for a handler that panicked. It must be deferred.
func (c *Conn) recovered(r *request) {
	if fault := recover(); fault != nil {
		c.o.Log.Error("a handler panicked", "method", r.method, "fault", fault, "stack", string(debug.Stack()))
		c.answer(r, nil, &Error{Code: CodeInternalError, Message: fmt.Sprintf("%s hit a bug in the server; its log has the details", r.method)})
	}
}

// answer sends what came of a request, unless it was answered as cancelled. It
// waits while the client does not read.
func (c *Conn) answer(r *request, result any, err error) {
	var data json.RawMessage
	var failure *Error
	if err == nil {
		data, err = encode(result)
		if err != nil {
			err = &Error{Code: CodeInternalError, Message: fmt.Sprintf("encode the result of %s: %v", r.method, err)}
		}
	}
	if err != nil {
		failure = asError(err)
	}
	c.logAnswer(r, failure)
	if r.id == "" || c.out.room(c.life, c.o.MaxUnsent) != nil || !c.settle(r) {
		return
	}
	c.send(r.id, data, failure)
}

// refuse answers without waiting, for the read loop.
func (c *Conn) refuse(to id, err *Error) { c.send(to, nil, err) }

func (c *Conn) send(to id, result json.RawMessage, failure *Error) {
	message, err := answerFrame(to, result, failure)
	if err != nil { // only Error.Data can do that
		c.o.Log.Error("the data of an error cannot be encoded", "code", failure.Code, "err", err)
		c.refuse(to, &Error{Code: failure.Code, Message: failure.Message})
		return
	}
	c.out.put(message, len(message))
}

func (c *Conn) logAnswer(r *request, failure *Error) {
	elapsed := time.Since(r.arrived)
	if failure == nil {
		c.o.Log.Debug("handled", "method", r.method, "id", r.id, "elapsed", elapsed)
		return
	}
	if r.id == "" && failure.Code != CodeMethodNotFound { // nobody else learns of it
		c.o.Log.Warn("a notification was not handled", "method", r.method, "code", failure.Code)
	}
	c.o.Log.Debug("failed", "method", r.method, "id", r.id, "elapsed", elapsed, "code", failure.Code, "err", failure.Message)
}

// unanswered names the methods that have no answer yet.
func (c *Conn) unanswered() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	methods := make([]string, 0, len(c.pending))
	for _, r := range c.pending {
		methods = append(methods, r.method)
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}
