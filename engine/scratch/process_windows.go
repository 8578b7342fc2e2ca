package scratch

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// shutdown asks the server to stop. Windows has no signals: PostgreSQL brings
// its own, which pg_ctl sends
// (https://www.postgresql.org/docs/current/app-pg-ctl.html).
func shutdown(p *os.Process, bin string, m mode) error {
	signal := map[mode]string{fast: "INT", immediate: "QUIT"}[m]
	return exec.Command(filepath.Join(bin, program("pg_ctl")), "kill", signal, strconv.Itoa(p.Pid)).Run()
}

// stopCommand gives the shell command with which a person stops the server.
func stopCommand(pid int, bin string) string {
	return fmt.Sprintf(`"%s" kill INT %d`, filepath.Join(bin, program("pg_ctl")), pid)
}

// sockets says whether servers listen on a unix socket.
const sockets = false
