package faultproxy

import "syscall"

// deafen has the kernel drop every packet for a socket before it acknowledges
// it, or take packets again.
func deafen(socket syscall.Conn, on bool) error {
	c, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var filterErr error
	err = c.Control(func(fd uintptr) {
		if on {
			filterErr = syscall.AttachLsf(int(fd), keepNothing) //lint:ignore SA1019 x/net/bpf makes filters and attaches none
		} else {
			filterErr = syscall.DetachLsf(int(fd)) //lint:ignore SA1019 as above
		}
	})
	if err != nil {
		return err
	}
	return filterErr
}

// keepNothing is a socket filter that keeps 0 bytes of each packet.
var keepNothing = []syscall.SockFilter{{Code: syscall.BPF_RET | syscall.BPF_K, K: 0}}
