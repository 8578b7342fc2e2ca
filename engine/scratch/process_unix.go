//go:build unix

package scratch

import (
	"fmt"
	"os"
	"syscall"
)

// shutdown asks the server to stop
// (https://www.postgresql.org/docs/current/server-shutdown.html).
func shutdown(p *os.Process, _ string, m mode) error {
	return p.Signal(map[mode]os.Signal{fast: syscall.SIGINT, immediate: syscall.SIGQUIT}[m])
}

// stopCommand gives the shell command with which a person stops the server.
func stopCommand(pid int, _ string) string { return fmt.Sprintf("kill -INT %d", pid) }

// sockets says whether servers listen on a unix socket.
const sockets = true
