package lspclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
)

// process is a server that runs as the client's child.
type process struct {
	command *exec.Cmd
	stderr  lockedBuffer
	exited  chan struct{} // closed when err is set
	err     error         // of Wait
}

// StartProcess starts the server at path and speaks to it over its standard
// input and output. env is its whole environment; nil takes ours. When ctx ends
// the process is killed.
func StartProcess(ctx context.Context, path string, args, env []string, o Options) (*Client, error) {
	p := &process{command: exec.CommandContext(ctx, path, args...), exited: make(chan struct{})}
	p.command.Env = env
	p.command.Stderr = &p.stderr
	in, err := p.command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	// Not StdoutPipe: Wait closes that, although what was sent last is unread.
	out, theirs := io.Pipe()
	p.command.Stdout = theirs
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, errors.Join(err, in.Close()))
	}
	go func() {
		defer close(p.exited)
		p.err = p.command.Wait()
		theirs.Close() // never fails
	}()
	c := Start(ctx, stdio{in, out}, o)
	c.process = p
	return c, nil
}

// stdio is the far end of a child's standard input and output.
type stdio struct {
	io.WriteCloser
	out *io.PipeReader
}

func (s stdio) Read(p []byte) (int, error) { return s.out.Read(p) }

// Close closes both, as the child sees it when its parent is gone. A child that
// has ended has closed them.
func (s stdio) Close() error {
	err := s.WriteCloser.Close()
	if errors.Is(err, os.ErrClosed) {
		err = nil
	}
	return errors.Join(err, s.out.Close())
}

// Wait waits for the process to end and gives its exit status; a process that
// ended by a signal gives -1. Without a process it fails.
func (c *Client) Wait(ctx context.Context) (status int, err error) {
	if c.process == nil {
		return 0, errors.New("the server is no process of its own")
	}
	select {
	case <-c.process.exited:
		<-c.life.Done() // all that it sent is read
		if _, ok := errors.AsType[*exec.ExitError](c.process.err); !ok && c.process.err != nil {
			return 0, fmt.Errorf("wait for the server: %w", c.process.err)
		}
		return c.process.command.ProcessState.ExitCode(), nil
	case <-ctx.Done():
		return 0, fmt.Errorf("wait for the server: %w", context.Cause(ctx))
	}
}

// PID is the process's id, 0 without a process.
func (c *Client) PID() int {
	if c.process == nil {
		return 0
	}
	return c.process.command.Process.Pid
}

// Stderr gives what the process has written to its standard error so far.
func (c *Client) Stderr() string {
	if c.process == nil {
		return ""
	}
	return c.process.stderr.String()
}

// lockedBuffer is a buffer that is written and read at once.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer // guarded by mu
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
