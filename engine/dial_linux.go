package engine

import (
	"net"
	"syscall"
	"time"
)

// tcpUserTimeout is TCP_USER_TIMEOUT of tcp(7), which package syscall lacks.
const tcpUserTimeout = 0x12

// noticeSilence bounds how long sent data may stay unacknowledged before the
// connection counts as broken: keepalive does not probe while data is on its way,
// and Linux would try for a quarter of an hour.
func noticeSilence(d *net.Dialer, after time.Duration) {
	d.Control = func(_, _ string, c syscall.RawConn) error {
		var err error
		if controlErr := c.Control(func(fd uintptr) {
			err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(after.Milliseconds()))
		}); controlErr != nil {
			return controlErr
		}
		return err
	}
}
