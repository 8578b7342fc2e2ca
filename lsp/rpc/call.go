package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/sourcegraph/jsonrpc2"
)

// Call sends a request to the client and waits for its answer, which is decoded
// into result unless that is nil. It fails with the client's *Error, with the
// cause of ctx's end (the client is then told to stop), or with ErrClosed. Any
// handler may call it, and any goroutine while Serve runs.
func (c *Conn) Call(ctx context.Context, method string, params, result any) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(c.talk, func() { cancel(ErrClosed) })()

	data, err := encode(params)
	if err != nil {
		return fmt.Errorf("encode the params of %s: %w", method, err)
	}
	if err := c.out.room(ctx, c.o.MaxUnsent); err != nil {
		return err
	}
	number := c.lastCall.Add(1)
	err = c.calls.Call(ctx, method, data, result, jsonrpc2.PickID(jsonrpc2.ID{Num: number}))
	if answer, ok := errors.AsType[*jsonrpc2.Error](err); ok {
		failure := &Error{Code: int(answer.Code), Message: answer.Message}
		if answer.Data != nil {
			failure.Data = *answer.Data
		}
		return failure
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jsonrpc2.ErrClosed) || c.talk.Err() != nil:
		return ErrClosed
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		cause := context.Cause(ctx)
		// The answer that comes later also clears the books.
		if err := c.Notify(c.talk, "$/cancelRequest", struct {
			ID uint64 `json:"id"`
		}{number}); err != nil {
			c.o.Log.Debug("a call was not cancelled", "method", method, "err", err)
		}
		return cause
	default:
		return fmt.Errorf("read the answer to %s: %w", method, err)
	}
}

// reader is the read loop, seen by jsonrpc2 as a stream of answers. jsonrpc2
// keeps the books of our calls: it wakes who waits for an answer. Requests of
// the client go past it, because its decoding turns a negative id into another
// number, decodes and encodes params once more, and ends the connection on a
// message that is not JSON.
type reader struct {
	c      *Conn
	frames frames
	done   chan struct{} // closed when reading has ended
}

var _ jsonrpc2.ObjectStream = (*reader)(nil)

// ReadObject hands requests on until an answer comes, which it decodes into v.
func (r *reader) ReadObject(v any) (err error) {
	defer func() {
		if err != nil {
			close(r.done)
		}
	}()
	for r.c.talk.Err() == nil { // after exit there is nothing to read
		data, err := r.frames.next()
		switch {
		case errors.Is(err, errTooLong):
			r.c.o.Log.Error("a message was skipped", "err", err)
			r.c.refuse(unknownID, &Error{Code: CodeInvalidRequest, Message: err.Error()})
		case err != nil:
			r.lost(err)
			return io.EOF // the reason is known, jsonrpc2 need not log it
		case r.c.receive(data):
			if err := json.Unmarshal(data, v); err == nil {
				return nil
			}
			r.c.o.Log.Warn("an answer cannot be read", "bytes", len(data))
		}
	}
	return io.EOF
}

// lost ends the connection after a read that failed.
func (r *reader) lost(err error) {
	if _, broken := errors.AsType[*framingError](err); broken {
		r.c.o.Log.Error("the stream of messages is broken", "err", err)
		r.c.refuse(unknownID, &Error{Code: CodeParseError, Message: err.Error()})
		r.c.end(err)
		return
	}
	if err == io.EOF {
		r.c.end(ErrGone)
		return
	}
	r.c.end(fmt.Errorf("%w: %w", ErrGone, err))
}

// WriteObject sends a request of ours. Call has waited for room.
func (r *reader) WriteObject(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	message := frame(string(data))
	r.c.out.put(message, len(message))
	return nil
}

// Close is called by jsonrpc2 at its end. Serve closes the connection, later:
// answers may wait to be sent.
func (r *reader) Close() error { return nil }

// noRequests takes the requests that reader never gives to jsonrpc2.
type noRequests struct{}

func (noRequests) Handle(context.Context, *jsonrpc2.Conn, *jsonrpc2.Request) {}

// debugf is a log at debug level for jsonrpc2, which tells of answers that
// nobody waits for.
type debugf func(message string, args ...any)

func (d debugf) Printf(format string, args ...any) { d(fmt.Sprintf(format, args...)) }
