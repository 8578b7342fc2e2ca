// Package lspclient is an editor without a screen: a client of the Language
// Server Protocol for the demo, the benchmarks and the tests. It reads and writes
// the wire with code of its own, so that a mistake of the server cannot cancel
// itself out, and keeps every message for transcripts and for searching.
//
// It awaits messages, never durations: whoever waits gives a context.
package lspclient

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"sync"
	"time"
)

// Options shape the editor. The zero value is a modern one.
type Options struct {
	// Capabilities are sent with initialize. Nil: AllCapabilities.
	Capabilities any
	// InitializationOptions are sent with initialize, nil: none.
	InitializationOptions any
	// WorkspaceFolders are the URIs of the open folders.
	WorkspaceFolders []string
	// Settings answer workspace/configuration, by section. Configure changes
	// them.
	Settings map[string]any
	// Handlers answer requests of the server by method, each in a goroutine
	// of its own, instead of the built-in ones, which accept whatever the
	// server asks for.
	Handlers map[string]Handler
}

// Handler answers a request of the server. An error is sent as one: an *Error
// with its code.
type Handler func(ctx context.Context, params json.RawMessage) (any, error)

// Error is an error that one side answered.
type Error struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// Error gives the message with its code.
func (e *Error) Error() string { return fmt.Sprintf("%s (%d)", e.Message, e.Code) }

// ErrClosed says that the connection to the server has ended.
var ErrClosed = errors.New("the connection to the server has ended")

// Client is the editor. It is safe for concurrent use.
type Client struct {
	rwc      io.ReadWriteCloser
	options  Options
	started  time.Time
	life     context.Context // ends with the connection
	end      context.CancelCauseFunc
	running  sync.WaitGroup // the read loop and the handlers
	writing  sync.Mutex     // held for each whole message, with its entry in the log
	editing  sync.Mutex     // held from a change of a document to its notification
	process  *process       // nil over other connections
	closing  sync.Once
	closeErr error // of rwc; written once by Kill

	mu       sync.Mutex
	lastID   int                    // guarded by mu
	waiting  map[string]chan answer // requests without an answer, by id; guarded by mu
	log      []Message              // guarded by mu
	received chan struct{}          // closed, and replaced, at every entry of log; guarded by mu
	docs     map[string]*document   // open documents by URI; guarded by mu
	settings map[string]any         // guarded by mu
	encoding string                 // negotiated position encoding; guarded by mu
}

type answer struct {
	result json.RawMessage
	err    error
}

// Start begins to read from rwc, which it owns from then on. ctx bounds the
// life of the client: when it ends, the client is gone as if killed. The caller
// must Kill it in the end.
func Start(ctx context.Context, rwc io.ReadWriteCloser, o Options) *Client {
	c := &Client{
		rwc:      rwc,
		options:  o,
		started:  time.Now(),
		waiting:  map[string]chan answer{},
		received: make(chan struct{}),
		docs:     map[string]*document{},
		settings: map[string]any{},
		encoding: "utf-16",
	}
	for section, value := range o.Settings {
		c.settings[section] = value
	}
	c.life, c.end = context.WithCancelCause(ctx)
	context.AfterFunc(c.life, func() { c.close() })
	c.running.Go(c.read)
	return c
}

// Kill closes the connection at once, without shutdown or exit, as an editor
// does that crashes, and waits until the client's goroutines have ended. It may
// be called again.
func (c *Client) Kill() error {
	c.end(ErrClosed)
	err := c.close()
	c.running.Wait()
	return err
}

func (c *Client) close() error {
	c.closing.Do(func() { c.closeErr = c.rwc.Close() })
	return c.closeErr
}

// Done is closed when the connection has ended, whoever ended it.
func (c *Client) Done() <-chan struct{} { return c.life.Done() }

// Pending is a request without an answer.
type Pending struct {
	ID     int
	client *Client
	method string
	answer chan answer
}

// Send sends a request and does not wait for its answer.
func (c *Client) Send(method string, params any) (*Pending, error) {
	c.mu.Lock()
	c.lastID++
	p := &Pending{ID: c.lastID, client: c, method: method, answer: make(chan answer, 1)}
	c.waiting[strconv.Itoa(p.ID)] = p.answer
	c.mu.Unlock()
	if err := c.write(outgoing{ID: p.ID, Method: method, Params: params}); err != nil {
		c.mu.Lock()
		delete(c.waiting, strconv.Itoa(p.ID))
		c.mu.Unlock()
		return nil, err
	}
	return p, nil
}

// Await waits for the answer and decodes it into result, unless that is nil. It
// fails with the server's *Error, with ErrClosed, or with the cause of ctx's end.
// It may be called once.
func (p *Pending) Await(ctx context.Context, result any) error {
	select {
	case a := <-p.answer:
		return p.read(a, result)
	case <-ctx.Done():
		return fmt.Errorf("await the answer to %s: %w", p.method, context.Cause(ctx))
	case <-p.client.life.Done():
	}
	select {
	case a := <-p.answer: // it came before the end
		return p.read(a, result)
	default:
		return fmt.Errorf("await the answer to %s: %w", p.method, context.Cause(p.client.life))
	}
}

func (p *Pending) read(a answer, result any) error {
	if a.err != nil || result == nil {
		return a.err
	}
	if err := json.Unmarshal(a.result, result); err != nil {
		return fmt.Errorf("read the result of %s: %w", p.method, err)
	}
	return nil
}

// Cancel asks the server to give the request up. The answer still comes.
func (p *Pending) Cancel() error {
	return p.client.Notify("$/cancelRequest", map[string]any{"id": p.ID})
}

// Request sends a request and awaits its answer (see Pending.Await). When ctx
// ends first, the request is cancelled.
func (c *Client) Request(ctx context.Context, method string, params, result any) error {
	p, err := c.Send(method, params)
	if err != nil {
		return err
	}
	err = p.Await(ctx, result)
	if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
		return errors.Join(err, p.Cancel())
	}
	return err
}

// Notify sends a notification.
func (c *Client) Notify(method string, params any) error {
	return c.write(outgoing{Method: method, Params: params})
}

// outgoing is a message to the server.
type outgoing struct {
	Version versionTag `json:"jsonrpc"`
	ID      any        `json:"id,omitempty"` // an int of ours, or the server's as it came
	Method  string     `json:"method,omitempty"`
	Params  any        `json:"params,omitempty"`
	Result  any        `json:"result,omitempty"`
	Error   *Error     `json:"error,omitempty"`
}

// versionTag is always "2.0".
type versionTag struct{}

func (versionTag) MarshalJSON() ([]byte, error) { return []byte(`"2.0"`), nil }

func (c *Client) write(m outgoing) error {
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode %s: %w", m.Method, err)
	}
	return c.WriteRaw(data)
}

// WriteRaw sends data as the content of a message, whatever it is.
func (c *Client) WriteRaw(data []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.record(true, data)
	_, err := c.rwc.Write(append(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(data)), data...))
	if err != nil {
		return fmt.Errorf("send to the server: %w", err)
	}
	return nil
}

// incoming is a message from the server.
type incoming struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *Error          `json:"error"`
}

// read is the read loop. It ends the client's life with its reason.
func (c *Client) read() {
	r := textproto.NewReader(bufio.NewReaderSize(c.rwc, 64<<10))
	for {
		header, err := r.ReadMIMEHeader()
		if err != nil {
			c.end(fmt.Errorf("%w: %w", ErrClosed, err))
			return
		}
		length, err := strconv.Atoi(header.Get("Content-Length"))
		if err != nil {
			c.end(fmt.Errorf("the server sent the header %v: %w", header, err))
			return
		}
		data := make([]byte, length)
		if _, err := io.ReadFull(r.R, data); err != nil {
			c.end(fmt.Errorf("%w: %w", ErrClosed, err))
			return
		}
		var m incoming
		if err := json.Unmarshal(data, &m); err != nil {
			c.end(fmt.Errorf("the server sent a message that is not JSON: %w", err))
			return
		}
		c.record(false, data)
		c.receive(m)
	}
}

// receive hands an answer to who waits for it, and a request to its handler.
func (c *Client) receive(m incoming) {
	switch {
	case m.Method != "" && m.ID != nil:
		c.running.Go(func() { c.reply(m) })
	case m.Method == "" && m.ID != nil:
		c.mu.Lock()
		waiting := c.waiting[string(m.ID)]
		delete(c.waiting, string(m.ID))
		c.mu.Unlock()
		if waiting == nil {
			return // to a message of WriteRaw, or cancelled; it is in the log
		}
		if m.Error != nil {
			waiting <- answer{err: m.Error}
			return
		}
		waiting <- answer{result: m.Result}
	}
}

// reply answers a request of the server.
func (c *Client) reply(m incoming) {
	handle := c.options.Handlers[m.Method]
	if handle == nil {
		handle = c.builtin(m.Method)
	}
	response := outgoing{ID: m.ID}
	if handle == nil {
		response.Error = &Error{Code: -32601, Message: "the editor does not know " + m.Method}
	} else if result, err := handle(c.life, m.Params); err != nil {
		failure, ok := errors.AsType[*Error](err)
		if !ok {
			failure = &Error{Code: -32803, Message: err.Error()}
		}
		response.Error = failure
	} else if response.Result = result; result == nil {
		response.Result = json.RawMessage("null")
	}
	if err := c.write(response); err != nil && c.life.Err() == nil {
		c.end(err)
	}
}
