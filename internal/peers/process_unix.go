//go:build unix

package peers

import (
	"bytes"
	"context"
	"net"
	"os/exec"
	"testing"
	"time"
)

// Process is a server that runs.
type Process struct {
	cmd    *exec.Cmd
	exited chan struct{} // closed at its end
}

// startTimeout bounds the wait until a server listens.
const startTimeout = 20 * time.Second

// Start starts a server as the account, and returns when it listens at address.
func (a Account) Start(t testing.TB, address, program string, args ...string) *Process {
	t.Helper()
	var output bytes.Buffer
	p := &Process{cmd: exec.Command(program, args...), exited: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &output, &output
	p.cmd.WaitDelay = time.Second // children may keep the output open
	p.cmd.SysProcAttr = a.Attributes()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.exited)
		p.cmd.Wait() //nolint:errcheck // killed on purpose
	}()
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	for {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			c.Close()
			return p
		}
		select {
		case <-p.exited:
			t.Fatalf("%s ended: %s", program, &output)
		case <-ctx.Done():
			p.Kill()
			t.Fatalf("%s does not listen: %v\n%s", program, err, &output)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// PID is its process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Kill ends the process as a crash does, and waits. It may be called again.
func (p *Process) Kill() {
	p.cmd.Process.Kill() //nolint:errcheck // it may have ended
	<-p.exited
}

// FreePort gives a port of 127.0.0.1 that nobody listens on now.
func FreePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
