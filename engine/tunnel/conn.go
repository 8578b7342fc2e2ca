package tunnel

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// conn is a connection through an SSH channel that behaves like a socket. A
// channel by itself knows no deadlines, so a time-out would hang, and names
// 0.0.0.0:0 as its peer, so PostgreSQL's cancel request would dial nowhere.
//
// What comes through the channel goes on through a pipe, whose reads have
// deadlines. The pipe holds nothing, so that SSH's flow control still works.
type conn struct {
	channel net.Conn
	target  net.Addr
	pipe    net.Conn // its reader's end
	write   writeDeadline
}

// newConn needs fill to run until it returns.
func newConn(channel net.Conn, target net.Addr) (c *conn, fill func()) {
	reader, writer := net.Pipe()
	c = &conn{channel: channel, target: target, pipe: reader}
	return c, func() {
		io.Copy(writer, channel) //nolint:errcheck // a reader learns of the end from the pipe, a closer wanted it
		writer.Close()
	}
}

func (c *conn) Read(p []byte) (int, error) { return c.pipe.Read(p) }

func (c *conn) Write(p []byte) (int, error) {
	if err := c.write.begin(); err != nil {
		return 0, err
	}
	n, err := c.channel.Write(p)
	return n, c.write.end(err)
}

func (c *conn) Close() error {
	c.write.set(time.Time{}, c.channel.Close)
	return errors.Join(c.pipe.Close(), c.channel.Close())
}

func (c *conn) LocalAddr() net.Addr { return c.channel.LocalAddr() }

// RemoteAddr is the address beyond the tunnel.
func (c *conn) RemoteAddr() net.Addr { return c.target }

func (c *conn) SetDeadline(at time.Time) error {
	return errors.Join(c.SetReadDeadline(at), c.SetWriteDeadline(at))
}

func (c *conn) SetReadDeadline(at time.Time) error { return c.pipe.SetReadDeadline(at) }

// SetWriteDeadline closes the channel when the time has come for a write that
// waits, which ends with os.ErrDeadlineExceeded: what was sent in part is of no
// use to anybody.
func (c *conn) SetWriteDeadline(at time.Time) error {
	c.write.set(at, c.channel.Close)
	return nil
}

// writeDeadline gives writes that know none a deadline.
type writeDeadline struct {
	mu      sync.Mutex
	timer   *time.Timer // nil while there is no deadline
	passed  bool
	writing int // writes that wait
	cut     bool
}

// set makes at the deadline; a zero one is none. interrupt ends a write.
func (d *writeDeadline) set(at time.Time, interrupt func() error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	d.timer, d.passed = nil, false
	if at.IsZero() {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(time.Until(at), func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.timer != timer {
			return // another deadline was set meanwhile
		}
		d.passed = true
		if d.writing > 0 {
			d.cut = true
			interrupt() //nolint:errcheck // the write tells
		}
	})
	d.timer = timer
}

func (d *writeDeadline) begin() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.passed {
		return os.ErrDeadlineExceeded
	}
	d.writing++
	return nil
}

func (d *writeDeadline) end(err error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writing--
	if err != nil && d.cut {
		return os.ErrDeadlineExceeded
	}
	return err
}

// address is a target beyond the tunnel; it may be a name that only the far
// side resolves, or a unix socket there.
type address struct{ network, text string }

func (a address) Network() string { return a.network }
func (a address) String() string  { return a.text }
