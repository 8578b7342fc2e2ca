//go:build unix

package peers

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// Account is the user that a test's server runs as: ourselves, or, since most
// servers refuse root or want what only their package makes, an unprivileged one.
type Account struct {
	Name       string
	credential *syscall.Credential // nil for ourselves
}

// ServerAccount gives the account for this process.
func ServerAccount(t testing.TB) Account {
	t.Helper()
	if os.Geteuid() != 0 {
		current, err := user.Current()
		if err != nil {
			t.Fatal(err)
		}
		return Account{Name: current.Username}
	}
	u, err := user.Lookup("daemon") // not nobody, whose account sshd takes for locked
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return Account{u.Username, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

// Attributes start a program as the account.
func (a Account) Attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: a.credential}
}

// Folder makes a temporary folder of the account's, which t.TempDir's others
// cannot enter.
func (a Account) Folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tusk-peer-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	a.own(t, dir)
	return dir
}

// WriteFile writes a file of the account's that others may not read.
func (a Account) WriteFile(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	a.own(t, path)
	return path
}

func (a Account) own(t testing.TB, path string) {
	t.Helper()
	if a.credential == nil {
		return
	}
	if err := os.Chown(path, int(a.credential.Uid), int(a.credential.Gid)); err != nil {
		t.Fatal(err)
	}
}
