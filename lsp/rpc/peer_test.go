package rpc_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/tusk-lsp/tusk-lsp/lsp/rpc"
)

// peer is a client that does nothing by itself: it writes what it is told and
// reads when it is asked. It lives in a synctest bubble, where time is fake,
// waiting for what never comes fails at once, and a goroutine that is left
// behind fails the test.
type peer struct {
	t      testing.TB
	conn   net.Conn
	r      *textproto.Reader
	served chan error // what Serve returned
	kept   []answer   // read, but not asked for yet
}

// answer is any message of the server.
type answer struct {
	ID     json.RawMessage
	Method string
	Params json.RawMessage
	Result json.RawMessage
	Error  *struct {
		Code    int
		Message string
		Data    json.RawMessage
	}
}

func (a answer) String() string {
	switch {
	case a.Method != "":
		return fmt.Sprintf("%s %s", a.Method, a.Params)
	case a.Error != nil:
		return fmt.Sprintf("%s: error %d", a.ID, a.Error.Code)
	default:
		return fmt.Sprintf("%s: %s", a.ID, a.Result)
	}
}

// withPeer runs test with a client of a server of these methods. Unless the
// test has ended the connection, it sees an orderly exit.
func withPeer(t *testing.T, o rpc.Options, methods func(r *rpc.Router, conn func() *rpc.Conn), test func(t *testing.T, p *peer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		p := connect(t, ours, theirs, o, methods)
		test(t, p)
		if p.served != nil {
			p.send(`{"method":"exit"}`)
			if err := p.end(); err != nil {
				t.Errorf("Serve after exit: %v", err)
			}
		}
		ours.Close()
	})
}

func connect(t *testing.T, ours net.Conn, theirs io.ReadWriteCloser, o rpc.Options, methods func(r *rpc.Router, conn func() *rpc.Conn)) *peer {
	p := &peer{t: t, conn: ours, r: textproto.NewReader(bufio.NewReader(ours)), served: make(chan error, 1)}
	var conn *rpc.Conn
	r := rpc.NewRouter()
	methods(r, func() *rpc.Conn { return conn })
	conn = rpc.NewConn(theirs, r, o)
	go func() { p.served <- conn.Serve(t.Context()) }()
	return p
}

// end reads on until the server closes and gives what Serve returned.
func (p *peer) end() error {
	p.t.Helper()
	for {
		a, err := p.read()
		if err != nil {
			served := <-p.served
			p.served = nil
			return served
		}
		p.kept = append(p.kept, a)
	}
}

// write sends bytes, whatever they are. It does not wait for who reads them.
func (p *peer) write(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.conn, text); err != nil {
		p.t.Fatalf("write: %v", err)
	}
}

// send sends a message.
func (p *peer) send(content string) {
	p.t.Helper()
	p.write(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(content), content))
}

// request sends a request. id and params are JSON.
func (p *peer) request(id, method, params string) {
	p.t.Helper()
	p.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":%q,"params":%s}`, id, method, params))
}

// notify sends a notification.
func (p *peer) notify(method, params string) {
	p.t.Helper()
	p.send(fmt.Sprintf(`{"jsonrpc":"2.0","method":%q,"params":%s}`, method, params))
}

func (p *peer) read() (answer, error) {
	var a answer
	header, err := p.r.ReadMIMEHeader()
	if err != nil {
		return a, err
	}
	length, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil {
		return a, err
	}
	content := make([]byte, length)
	if _, err := io.ReadFull(p.r.R, content); err != nil {
		return a, err
	}
	return a, json.Unmarshal(content, &a)
}

// next gives the next message of the server.
func (p *peer) next() answer {
	p.t.Helper()
	if len(p.kept) > 0 {
		a := p.kept[0]
		p.kept = p.kept[1:]
		return a
	}
	a, err := p.read()
	if err != nil {
		p.t.Fatalf("read: %v", err)
	}
	return a
}

// answer gives the answer to a request, or a request of the server by its
// method; messages before it are kept.
func (p *peer) answer(id string) answer {
	p.t.Helper()
	for i, a := range p.kept {
		if string(a.ID) == id && a.Method == "" {
			p.kept = append(p.kept[:i:i], p.kept[i+1:]...)
			return a
		}
	}
	for {
		a, err := p.read()
		if err != nil {
			p.t.Fatalf("await the answer to %s: %v", id, err)
		}
		if string(a.ID) == id && a.Method == "" {
			return a
		}
		p.kept = append(p.kept, a)
	}
}

// expect compares the next messages, written as answer.String writes them.
func (p *peer) expect(want ...string) {
	p.t.Helper()
	for _, want := range want {
		if got := p.next().String(); got != want {
			p.t.Errorf("got %s, want %s", got, want)
		}
	}
}

// nothing is a snapshot of nothing.
func nothing[P any](P) (struct{}, error) { return struct{}{}, nil }

// echo answers with its params.
func echo(_ context.Context, p json.RawMessage, _ struct{}) (json.RawMessage, error) { return p, nil }

// waiter is a request that waits for its context, and one that waits for
// release alone.
type waiter struct {
	started chan string // gets the params of each that runs
	release chan struct{}
}

// add makes the channels, since they belong to the bubble.
func (w *waiter) add(r *rpc.Router) {
	w.started, w.release = make(chan string, 100), make(chan struct{})
	rpc.Request(r, "wait", nothing[json.RawMessage], func(ctx context.Context, p json.RawMessage, _ struct{}) (string, error) {
		w.started <- string(p)
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-w.release:
			return "released", nil
		}
	})
	rpc.Request(r, "stubborn", nothing[json.RawMessage], func(ctx context.Context, p json.RawMessage, _ struct{}) (string, error) {
		w.started <- string(p)
		<-w.release
		return "released", nil
	})
	rpc.Ordered(r, "block", func(ctx context.Context, p json.RawMessage) (any, error) {
		w.started <- string(p)
		<-w.release
		if ctx.Err() != nil {
			return "released though cancelled", nil
		}
		return "released", nil
	})
}

var errOops = errors.New("oops")
