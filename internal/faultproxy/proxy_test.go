package faultproxy_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/tusk-lsp/tusk-lsp/internal/faultproxy"
)

// soon bounds what should take no time, and moment what must not happen.
const (
	soon   = 10 * time.Second
	moment = 50 * time.Millisecond
)

// echo is a proxy in front of a server that sends back what it gets.
func echo(t *testing.T) *faultproxy.Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				io.Copy(conn, conn) //nolint:errcheck // it ends when it is cut
			}()
		}
	}()
	return faultproxy.New(t, listener.Addr().String())
}

// client is a connection that speaks lines.
type client struct {
	net.Conn
	lines *bufio.Reader
}

func dial(t *testing.T, p *faultproxy.Proxy) client {
	t.Helper()
	conn, err := net.DialTimeout("tcp", p.Addr().String(), soon)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return client{conn, bufio.NewReader(conn)}
}

func (c client) send(t *testing.T, line string) {
	t.Helper()
	if _, err := io.WriteString(c, line+"\n"); err != nil {
		t.Fatal(err)
	}
}

// hear gives the next line that comes within some time.
func (c client) hear(t *testing.T, within time.Duration) (string, error) {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	line, err := c.lines.ReadString('\n')
	return line, err
}

func (c client) wantEcho(t *testing.T, line string) {
	t.Helper()
	c.send(t, line)
	if got, err := c.hear(t, soon); got != line+"\n" {
		t.Fatalf("the echo of %q is %q, %v", line, got, err)
	}
}

func TestForwards(t *testing.T) {
	p := echo(t)
	c := dial(t, p)
	c.wantEcho(t, "hello")
	if p.Connections() != 1 || p.Accepted() != 1 {
		t.Errorf("%d connections, %d accepted", p.Connections(), p.Accepted())
	}
	c.Close()
	p.AwaitConnections(t, 0, soon)
}

func TestCut(t *testing.T) {
	p := echo(t)
	c := dial(t, p)
	c.wantEcho(t, "hello")
	p.Cut()
	if _, err := c.hear(t, soon); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client sees %v", err)
	}
	dial(t, p).wantEcho(t, "again")
}

func TestRefuse(t *testing.T) {
	p := echo(t)
	c := dial(t, p)
	c.wantEcho(t, "hello")
	p.Refuse()
	if _, err := net.Dial("tcp", p.Addr().String()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a new client sees %v", err)
	}
	c.wantEcho(t, "still here")
	p.Heal()
	dial(t, p).wantEcho(t, "again")
}

func TestBlackhole(t *testing.T) {
	p := echo(t)
	c := dial(t, p)
	c.wantEcho(t, "hello")
	p.Blackhole()
	c.send(t, "anybody?")
	if got, err := c.hear(t, moment); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("out of the hole came %q, %v", got, err)
	}
	if runtime.GOOS == "linux" {
		if _, err := net.DialTimeout("tcp", p.Addr().String(), moment); !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a new client sees %v", err)
		}
	}
	p.Heal()
	if got, err := c.hear(t, soon); got != "anybody?\n" {
		t.Errorf("what was held back arrived as %q, %v", got, err)
	}
	dial(t, p).wantEcho(t, "again")
}

func TestStallAfter(t *testing.T) {
	p := echo(t)
	c := dial(t, p)
	stalled := p.StallAfter(len("12345\n123"))
	c.wantEcho(t, "12345")
	c.send(t, "67890")
	<-stalled
	if got, err := c.hear(t, moment); len(got) > 3 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("after the stall came %q, %v", got, err)
	}
}
