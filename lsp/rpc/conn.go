package rpc

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sourcegraph/jsonrpc2"
)

// Options bound and observe a connection. The zero value of each field means
// its default.
type Options struct {
	// Log gets methods, ids, times and codes; params and the texts of errors
	// only at debug level, since they hold users' SQL. The default drops all.
	Log *slog.Logger
	// Gate refuses messages that come at the wrong time, such as requests
	// before initialize. It runs on the ordering goroutine before the handler;
	// its error is the answer, and a notification is dropped.
	Gate func(method string) error
	// MaxMessage is the longest message taken, in bytes; a longer one is
	// skipped and answered with -32600. Default 256 MiB.
	MaxMessage int
	// MaxUnhandled bounds the bytes that wait for the ordering goroutine; a
	// client that sends more is cut off with ErrOverrun. Default 512 MiB.
	MaxUnhandled int
	// MaxUnsent bounds the bytes that wait for the client to read: above it,
	// whoever has something to send waits. Default 64 MiB.
	MaxUnsent int
	// MaxConcurrent is how many requests run at once; the others wait with
	// their snapshots taken. Default 64.
	MaxConcurrent int
	// MaxPending is how many requests may be unanswered; a further one is
	// refused with -32803. Default 10,000.
	MaxPending int
	// WriteTimeout is how long the client may not read a byte of what is being
	// sent before it is cut off with ErrWriteTimeout. Default one minute.
	WriteTimeout time.Duration
	// Grace is how long exit waits for the handlers of the messages before it,
	// how long Serve then waits for those that do not heed their context, and
	// how long for the last answers to be read. Default 1 s.
	Grace time.Duration
}

func (o Options) withDefaults() Options {
	orDefault := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	orDefault(&o.MaxMessage, 256<<20)
	orDefault(&o.MaxUnhandled, 512<<20)
	orDefault(&o.MaxUnsent, 64<<20)
	orDefault(&o.MaxConcurrent, 64)
	orDefault(&o.MaxPending, 10_000)
	if o.WriteTimeout == 0 {
		o.WriteTimeout = time.Minute
	}
	if o.Grace == 0 {
		o.Grace = time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Gate == nil {
		o.Gate = func(string) error { return nil }
	}
	return o
}

// Conn is the server's end of a connection to one client.
type Conn struct {
	rwc    io.ReadWriteCloser
	router *Router
	o      Options

	in    *queue[*request] // from the read loop to the ordering goroutine
	out   *queue[[]byte]   // frames for the writer
	slots chan struct{}    // one for each request that runs

	// Set by Serve before its goroutines start.
	life  context.Context         // ends with the connection; its cause is why
	end   context.CancelCauseFunc // ends life; only the first call counts
	talk  context.Context         // ends with life, or earlier when the client has announced exit
	hush  context.CancelFunc      // ends talk
	calls *jsonrpc2.Conn          // our requests to the client

	running  sync.WaitGroup // the ordering goroutine and the requests that run
	lastCall atomic.Uint64  // the id of our latest request
	closing  sync.Once

	mu      sync.Mutex
	pending map[id]*request // unanswered requests of the client; guarded by mu
}

// NewConn makes a connection over rwc, which it owns from then on. It does
// nothing before Serve.
func NewConn(rwc io.ReadWriteCloser, r *Router, o Options) *Conn {
	o = o.withDefaults()
	return &Conn{
		rwc:     rwc,
		router:  r,
		o:       o,
		in:      newQueue[*request](),
		out:     newQueue[[]byte](),
		slots:   make(chan struct{}, o.MaxConcurrent),
		pending: map[id]*request{},
	}
}

// errExit is the cause of an orderly end.
var errExit = fmt.Errorf("%w after exit", ErrClosed)

// Serve handles the client's messages until the exit notification was handled
// (then it returns nil), the client is gone (ErrGone), does not read
// (ErrWriteTimeout) or floods us (ErrOverrun), framing is lost, or ctx ends
// (the cause of its end). By then the contexts of all requests have ended, all
// handlers have returned, or Options.Grace is over and the log names those that
// did not, and rwc is closed. It may be called once.
//
// Nothing is read after exit. A Read or a Write of rwc that Close does not
// interrupt, as on a terminal, is otherwise left behind after a moment.
func (c *Conn) Serve(ctx context.Context) error {
	c.life, c.end = context.WithCancelCause(ctx)
	c.talk, c.hush = context.WithCancel(c.life)
	defer c.hush()
	defer c.end(nil)

	reader := &reader{c: c, frames: frames{bufio.NewReaderSize(c.rwc, 64<<10), c.o.MaxMessage}, done: make(chan struct{})}
	c.calls = jsonrpc2.NewConn(c.life, reader, noRequests{}, jsonrpc2.SetLogger(debugf(c.o.Log.Debug)))
	written := make(chan struct{})
	go func() {
		defer close(written)
		c.write()
	}()
	c.running.Go(c.order)

	<-c.life.Done()
	cause := context.Cause(c.life)
	if errors.Is(cause, ErrGone) || errors.Is(cause, ErrWriteTimeout) {
		c.close() // nothing that is sent would arrive
	}
	handled := make(chan struct{})
	go func() {
		defer close(handled)
		c.running.Wait()
	}()
	if !within(c.o.Grace, handled) {
		c.o.Log.Error("handlers do not end", "methods", c.unanswered())
	}
	c.out.close()
	within(c.o.Grace, written)
	c.close()
	within(readGrace, written)
	within(readGrace, reader.done)
	if cause == errExit {
		return nil
	}
	return cause
}

// readGrace is the moment after which Serve leaves a Read or a Write behind
// that goes on although its file was closed.
const readGrace = 100 * time.Millisecond

// within waits for done, but not longer than d.
func within(d time.Duration, done <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

// close closes rwc, which ends the reading and the writing.
func (c *Conn) close() {
	c.closing.Do(func() {
		if err := c.rwc.Close(); err != nil {
			c.o.Log.Debug("the connection did not close well", "err", err)
		}
	})
}

// write sends what waits, until the queue is closed and empty.
func (c *Conn) write() {
	defer c.out.close() // nobody waits for room that never comes
	timer := time.AfterFunc(c.o.WriteTimeout, func() {
		c.end(ErrWriteTimeout)
		c.close()
	})
	defer timer.Stop()
	for {
		timer.Stop()
		data, ok := c.out.take(context.Background())
		if !ok {
			return
		}
		// In chunks: a slow client is not a stalled one.
		for len(data) > 0 {
			timer.Reset(c.o.WriteTimeout)
			n, err := c.rwc.Write(data[:min(len(data), 64<<10)])
			if err != nil {
				c.end(fmt.Errorf("%w: %w", ErrGone, err))
				return
			}
			data = data[n:]
		}
	}
}

// Notify sends a notification. It returns when the message is on its way; it
// waits only while Options.MaxUnsent bytes are unread. It may be called from
// handlers and from any goroutine while Serve runs.
func (c *Conn) Notify(ctx context.Context, method string, params any) error {
	data, err := encode(params)
	if err != nil {
		return fmt.Errorf("encode the params of %s: %w", method, err)
	}
	message, err := notificationFrame(method, data)
	if err != nil {
		return fmt.Errorf("encode the method %s: %w", method, err)
	}
	if err := c.out.room(ctx, c.o.MaxUnsent); err != nil {
		return err
	}
	c.out.put(message, len(message))
	return nil
}
