package scratch

import (
	"os/exec"
	"syscall"
)

// account is the operating system's user that PostgreSQL's programs run as:
// on Windows always ourselves. PostgreSQL refuses to run with administrative
// permissions there.
type account struct{}

func serverAccount() (*account, error) { return nil, nil }

func (*account) own(string) error { return nil }

// detach puts cmd in a process group of its own, so that a ^C in our console
// does not stop it before we do.
func (*account) detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func (*account) reaches(string) bool { return true }
