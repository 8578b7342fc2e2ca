//go:build unix

package tunnel

import (
	"os"
	"os/exec"
	"syscall"
)

// shell starts a command line as OpenSSH does, in a process group of its own.
func shell(line string) *exec.Cmd {
	name := os.Getenv("SHELL")
	if name == "" {
		name = "/bin/sh"
	}
	cmd := exec.Command(name, "-c", "exec "+line)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// kill ends a command with its children.
func kill(cmd *exec.Cmd) {
	syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) //nolint:errcheck // it may have ended
}
