// Package faultproxy is a way to a server that breaks when a test says so, as
// networks do.
package faultproxy

import (
	"context"
	"errors"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Proxy forwards connections to a server. It is safe for concurrent use.
type Proxy struct {
	t       testing.TB
	target  string
	address net.Addr
	running sync.WaitGroup // accepting and forwarding

	mu       sync.Mutex
	listener net.Listener   // nil while connects are refused; guarded by mu
	healthy  chan struct{}  // closed while bytes pass; guarded by mu
	allowed  int            // bytes that the server may still send; -1: any number; guarded by mu
	stalled  chan struct{}  // closed when allowed is used up; guarded by mu
	links    map[*link]bool // open; guarded by mu
	accepted int            // connects so far; guarded by mu
}

// link is one forwarded connection.
type link struct {
	closed chan struct{}
	ends   []net.Conn // the client's, then the server's once it is dialled; guarded by Proxy.mu
}

// New starts a proxy at a port of 127.0.0.1 in front of the TCP address target.
// It ends with the test.
func New(t testing.TB, target string) *Proxy {
	t.Helper()
	listener, err := listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return Serve(t, listener, target)
}

// listen listens without Multipath TCP, for which deafen does not work.
func listen(network, address string) (net.Listener, error) {
	var plain net.ListenConfig
	plain.SetMultipathTCP(false)
	return plain.Listen(context.Background(), network, address)
}

// Serve is New for a listener of the caller's, which it closes.
func Serve(t testing.TB, listener net.Listener, target string) *Proxy {
	p := &Proxy{t: t, target: target, address: listener.Addr(), healthy: make(chan struct{}), allowed: -1, links: map[*link]bool{}}
	close(p.healthy)
	p.accept(listener)
	t.Cleanup(func() {
		p.Refuse()
		p.Cut()
		p.running.Wait()
	})
	return p
}

// Addr is where the proxy listens.
func (p *Proxy) Addr() net.Addr { return p.address }

// Port is the port of a TCP address.
func (p *Proxy) Port() int { return p.address.(*net.TCPAddr).Port }

// Connections counts the connections that are open.
func (p *Proxy) Connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.links)
}

// Accepted counts the connects so far.
func (p *Proxy) Accepted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.accepted
}

// AwaitConnections waits until n connections are open.
func (p *Proxy) AwaitConnections(t testing.TB, n int, within time.Duration) {
	t.Helper()
	for deadline := time.Now().Add(within); p.Connections() != n; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d connections are open, want %d", p.Connections(), n)
		}
	}
}

// Cut resets every connection, as a change of networks does. New ones work.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		p.close(l)
	}
}

// Refuse has nothing listen any more, until Heal. Open connections stay.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		p.listener.Close()
		p.listener = nil
	}
}

// Blackhole swallows every packet until Heal: what is open stays so, and nobody
// answers what connects. On Linux the kernel acknowledges nothing either;
// elsewhere it takes what is sent and completes connects.
func (p *Proxy) Blackhole() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.blackhole()
}

// StallAfter lets the server send n more bytes, to all together, before it is
// Blackhole. stalled is closed then.
func (p *Proxy) StallAfter(n int) (stalled <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allowed, p.stalled = n, make(chan struct{})
	return p.stalled
}

// Heal ends Refuse, Blackhole and StallAfter. Held back bytes go on their way.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allowed = -1
	if !p.passing() {
		p.deafen(false)
		close(p.healthy)
	}
	if p.listener == nil {
		listener, err := listen(p.address.Network(), p.address.String())
		if err != nil {
			p.t.Error(err)
			return
		}
		p.accept(listener)
	}
}

// passing reports whether bytes pass. The caller has mu.
func (p *Proxy) passing() bool {
	select {
	case <-p.healthy:
		return true
	default:
		return false
	}
}

// blackhole is Blackhole for a caller that has mu.
func (p *Proxy) blackhole() {
	if p.passing() {
		p.healthy = make(chan struct{})
		p.deafen(true)
	}
}

// deafen has the kernel drop, or take again, what comes from clients. The
// caller has mu.
func (p *Proxy) deafen(on bool) {
	sockets := []any{p.listener}
	for l := range p.links {
		sockets = append(sockets, l.ends[0])
	}
	for _, socket := range sockets {
		if tcp, ok := socket.(syscall.Conn); ok { // else there is no listener
			if err := deafen(tcp, on); err != nil && !errors.Is(err, net.ErrClosed) {
				p.t.Error(err)
			}
		}
	}
}

// accept takes connections from a listener. The caller has mu, or is the only
// one that knows p.
func (p *Proxy) accept(listener net.Listener) {
	p.listener = listener
	p.running.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			l := &link{closed: make(chan struct{}), ends: []net.Conn{client}}
			p.mu.Lock()
			p.links[l] = true
			p.accepted++
			p.mu.Unlock()
			p.running.Go(func() { p.serve(l, client) })
		}
	})
}

func (p *Proxy) serve(l *link, client net.Conn) {
	defer p.end(l)
	if !p.await(l) {
		return
	}
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	p.mu.Lock()
	l.ends = append(l.ends, server)
	open := p.links[l]
	p.mu.Unlock()
	if !open {
		server.Close()
		return
	}
	p.running.Go(func() {
		defer p.end(l)
		p.forward(l, client, server, p.allow)
	})
	p.forward(l, server, client, func(n int) int { return n })
}

// forward copies until one side ends or the link is cut. allow says how many of
// n bytes may pass now.
func (p *Proxy) forward(l *link, to, from net.Conn, allow func(n int) int) {
	buffer := make([]byte, 1<<15)
	for {
		n, readErr := from.Read(buffer)
		for rest := buffer[:n]; len(rest) > 0; {
			if !p.await(l) {
				return
			}
			pass := allow(len(rest))
			if _, err := to.Write(rest[:pass]); err != nil {
				return
			}
			rest = rest[pass:]
		}
		if readErr != nil {
			p.await(l) // an end is a packet, too
			return
		}
	}
}

// allow takes n bytes, or as many as there are, off what the server may send.
func (p *Proxy) allow(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.allowed < 0 {
		return n
	}
	pass := min(n, p.allowed)
	p.allowed -= pass
	if p.allowed == 0 && p.passing() {
		p.blackhole()
		close(p.stalled)
	}
	return pass
}

// await waits until bytes pass; it reports false when the link was closed.
func (p *Proxy) await(l *link) bool {
	p.mu.Lock()
	healthy := p.healthy
	p.mu.Unlock()
	select {
	case <-healthy:
		return true
	case <-l.closed:
		return false
	}
}

// end closes a link that one side has ended.
func (p *Proxy) end(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.links[l] {
		return
	}
	delete(p.links, l)
	close(l.closed)
	for _, c := range l.ends {
		c.Close()
	}
}

// close resets a link. The caller has mu.
func (p *Proxy) close(l *link) {
	delete(p.links, l)
	close(l.closed)
	for _, c := range l.ends {
		if tcp, ok := c.(*net.TCPConn); ok {
			tcp.SetLinger(0) //nolint:errcheck // it is closed either way
		}
		c.Close()
	}
}
