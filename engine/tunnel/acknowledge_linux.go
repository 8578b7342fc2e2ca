package tunnel

import (
	"net"
	"syscall"
)

// acknowledgeAtOnce has the kernel acknowledge what comes without delay. An
// SSH server leaves Nagle's algorithm on where no terminal is asked for: it
// holds a small packet back until the one before is acknowledged, which Linux
// delays by 40 ms, so that a cancel request took two such pauses. The option
// (TCP_QUICKACK of tcp(7)) lasts for a while only, so it is set at each reading.
func acknowledgeAtOnce(raw net.Conn) net.Conn {
	tcp, ok := raw.(*net.TCPConn)
	if !ok {
		return raw
	}
	socket, err := tcp.SyscallConn()
	if err != nil {
		return raw // closed already, as its first use will tell
	}
	return &quickConn{TCPConn: tcp, socket: socket}
}

type quickConn struct {
	*net.TCPConn
	socket syscall.RawConn
}

// Read is the connection's. That the option cannot be set costs time alone.
func (c *quickConn) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	_ = c.socket.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1)
	})
	return n, err
}
