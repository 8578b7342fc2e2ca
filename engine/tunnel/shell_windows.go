package tunnel

import "os/exec"

// shell starts a command line as OpenSSH for Windows does.
func shell(line string) *exec.Cmd { return exec.Command("cmd", "/c", line) }

func kill(cmd *exec.Cmd) {
	cmd.Process.Kill() //nolint:errcheck // it may have ended
}
