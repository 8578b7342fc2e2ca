package tunnel

import (
	"context"
	"errors"
	"io"
	"net"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// commandConn is a connection over the standard input and output of a
// ProxyCommand. It has no deadlines: a handshake over it ends by Close.
type commandConn struct {
	io.Reader
	io.WriteCloser
	target net.Addr
	cmd    *exec.Cmd
	ended  func() error // waits for the command, once
}

// startProxy starts the ProxyCommand of a host (ssh_config(5)), which the user's
// or the system's configuration names and nothing else.
func startProxy(h hop) (net.Conn, error) {
	expand := strings.NewReplacer("%%", "%", "%h", h.host, "%n", h.alias, "%p", h.port, "%r", h.user)
	cmd := shell(expand.Replace(h.proxyCommand))
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.WaitDelay = time.Second // for children that keep the pipes open
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &commandConn{
		Reader: stdout, WriteCloser: stdin, cmd: cmd,
		target: address{"tcp", net.JoinHostPort(h.host, h.port)},
		ended:  sync.OnceValue(cmd.Wait),
	}, nil
}

// Close ends the command and waits for it.
func (c *commandConn) Close() error {
	closed := c.WriteCloser.Close()
	kill(c.cmd)
	if _, killed := errors.AsType[*exec.ExitError](c.ended()); killed {
		return nil
	}
	return ignoreClosed(closed)
}

func (c *commandConn) LocalAddr() net.Addr              { return address{"pipe", "ProxyCommand"} }
func (c *commandConn) RemoteAddr() net.Addr             { return c.target }
func (c *commandConn) SetDeadline(time.Time) error      { return errors.ErrUnsupported }
func (c *commandConn) SetReadDeadline(time.Time) error  { return errors.ErrUnsupported }
func (c *commandConn) SetWriteDeadline(time.Time) error { return errors.ErrUnsupported }

// dialHost makes the connection that SSH to the first host of a route runs over.
func dialHost(ctx context.Context, h hop) (net.Conn, error) {
	if h.proxyCommand != "" {
		return startProxy(h)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(h.host, h.port))
}
