package tunnel

import (
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// conn is a connection through an SSH channel that behaves like a socket. A
// channel by itself knows no deadlines, so a time-out would hang, and names
// 0.0.0.0:0 as its peer, so PostgreSQL's cancel request would dial nowhere.
type conn struct {
	net.Conn
	target net.Addr

	read, write deadline
}

func newConn(channel net.Conn, target net.Addr) *conn { return &conn{Conn: channel, target: target} }

// RemoteAddr is the address beyond the tunnel.
func (c *conn) RemoteAddr() net.Addr { return c.target }

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	return n, c.read.explain(err)
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	return n, c.write.explain(err)
}

func (c *conn) Close() error {
	c.read.set(time.Time{}, nil)
	c.write.set(time.Time{}, nil)
	return c.Conn.Close()
}

// SetDeadline closes the connection when the time has come: what waits then
// ends with os.ErrDeadlineExceeded, and unlike on a socket nothing can follow.
func (c *conn) SetDeadline(at time.Time) error {
	c.SetReadDeadline(at) //nolint:errcheck // is always nil
	return c.SetWriteDeadline(at)
}

func (c *conn) SetReadDeadline(at time.Time) error {
	c.read.set(at, c.Conn.Close)
	return nil
}

func (c *conn) SetWriteDeadline(at time.Time) error {
	c.write.set(at, c.Conn.Close)
	return nil
}

// deadline closes something at a time.
type deadline struct {
	passed atomic.Bool

	mu    sync.Mutex
	timer *time.Timer // nil while there is no deadline; guarded by mu
}

func (d *deadline) set(at time.Time, expire func() error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	if at.IsZero() {
		return
	}
	d.timer = time.AfterFunc(time.Until(at), func() {
		d.passed.Store(true)
		expire() //nolint:errcheck // whoever waits learns it from its own read or write
	})
}

func (d *deadline) explain(err error) error {
	if err != nil && d.passed.Load() {
		return os.ErrDeadlineExceeded
	}
	return err
}

// address is a target beyond the tunnel; it may be a name that only the far
// side resolves, or a unix socket there.
type address struct{ network, text string }

func (a address) Network() string { return a.network }
func (a address) String() string  { return a.text }
