package lspclient

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Message is one message of the wire. It is immutable.
type Message struct {
	At     time.Duration   // since Start
	Sent   bool            // by the client
	Method string          // "" for an answer
	ID     json.RawMessage // nil for a notification
	Params json.RawMessage // of a request or a notification
	Raw    json.RawMessage // the whole content
}

// record puts a message into the log and wakes who awaits one.
func (c *Client) record(sent bool, data []byte) {
	m := Message{At: time.Since(c.started), Sent: sent, Raw: data}
	var parts incoming
	if json.Unmarshal(data, &parts) == nil { // what WriteRaw sends need not be JSON
		m.Method, m.ID, m.Params = parts.Method, parts.ID, parts.Params
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log = append(c.log, m)
	close(c.received)
	c.received = make(chan struct{})
}

// Log gives all messages so far, in their order.
func (c *Client) Log() []Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.log[:len(c.log):len(c.log)]
}

// WriteLog writes all messages for a person to read, one a line, each cut after
// width bytes; 0 cuts none.
func (c *Client) WriteLog(w io.Writer, width int) error {
	for _, m := range c.Log() {
		direction, text := "<-", []byte(m.Raw)
		if m.Sent {
			direction = "->"
		}
		if width > 0 && len(text) > width {
			text = append(text[:width:width], "…"...)
		}
		if _, err := fmt.Fprintf(w, "%9.3f ms %s %s\n", float64(m.At.Microseconds())/1000, direction, text); err != nil {
			return err
		}
	}
	return nil
}

// Mark is a place in the log.
type Mark int

// Now is the place after all messages so far.
func (c *Client) Now() Mark {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Mark(len(c.log))
}

// Await gives the first notification or request of the server with this method
// whose params match, waiting for it unless it came before. A nil match takes
// any.
func (c *Client) Await(ctx context.Context, method string, match func(params json.RawMessage) bool) (Message, error) {
	return c.AwaitSince(ctx, 0, method, match)
}

// AwaitSince is Await without the messages before since.
func (c *Client) AwaitSince(ctx context.Context, since Mark, method string, match func(params json.RawMessage) bool) (Message, error) {
	for next := int(since); ; {
		ended := c.life.Err() != nil // then the log is whole
		c.mu.Lock()
		log, received := c.log, c.received
		c.mu.Unlock()
		for ; next < len(log); next++ {
			m := log[next]
			if !m.Sent && m.Method == method && (match == nil || match(m.Params)) {
				return m, nil
			}
		}
		if ended {
			return Message{}, fmt.Errorf("await %s: %w", method, context.Cause(c.life))
		}
		select {
		case <-received:
		case <-c.life.Done():
		case <-ctx.Done():
			return Message{}, fmt.Errorf("await %s: %w", method, context.Cause(ctx))
		}
	}
}
