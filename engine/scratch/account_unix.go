//go:build unix

package scratch

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// account is the operating system's user that PostgreSQL's programs run as:
// ourselves, or, since PostgreSQL refuses to run as root, an unprivileged user
// when we are root. Nil means ourselves.
type account struct {
	name     string
	uid, gid int
}

// serverAccount gives the account for this process: for root the user
// postgres, else nobody.
func serverAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if _, unknown := errors.AsType[user.UnknownUserError](err); unknown {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look up the user %s: %w", name, err)
		}
		uid, err := strconv.Atoi(u.Uid)
		if err != nil {
			return nil, fmt.Errorf("user id of %s: %w", name, err)
		}
		gid, err := strconv.Atoi(u.Gid)
		if err != nil {
			return nil, fmt.Errorf("group id of %s: %w", name, err)
		}
		return &account{name, uid, gid}, nil
	}
	return nil, &tusk.Error{
		Category: tusk.Connection,
		Message:  "PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody",
		Hint:     "Run tusk-lsp as an ordinary user.",
	}
}

// own gives path to the account.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	return os.Chown(path, a.uid, a.gid)
}

// detach makes cmd run as the account in a session of its own, so that a ^C in
// our terminal does not stop it before we do.
func (a *account) detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if a != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
}

// reaches reports whether the account can enter dir. Only asked of folders
// that ordinary users made: a home is often closed to others.
func (a *account) reaches(dir string) bool {
	if a == nil {
		return true
	}
	for {
		info, err := os.Stat(dir)
		if err != nil {
			return false
		}
		owner, ok := info.Sys().(*syscall.Stat_t)
		mine := ok && owner.Uid == uint32(a.uid) && info.Mode().Perm()&0o100 != 0
		if !mine && info.Mode().Perm()&0o001 == 0 {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir = parent
	}
}
