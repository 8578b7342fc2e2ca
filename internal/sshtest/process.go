//go:build unix

package sshtest

import (
	"bytes"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// account is the user that sshd runs as and lets in. Started by root it would
// want a user and a folder that only its package makes, so it is started by an
// unprivileged one then.
func account(t testing.TB) (*syscall.Credential, string) {
	t.Helper()
	name := "daemon" // not nobody, whose account sshd takes for locked
	if os.Geteuid() != 0 {
		current, err := user.Current()
		if err != nil {
			t.Fatal(err)
		}
		return nil, current.Username
	}
	u, err := user.Lookup(name)
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
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, name
}

// folder is a temporary one that the account can enter, unlike t.TempDir's.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sshd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// own gives a file to the account.
func (s *Server) own(t testing.TB, path string) {
	t.Helper()
	if s.account == nil {
		return
	}
	if err := os.Chown(path, int(s.account.Uid), int(s.account.Gid)); err != nil {
		t.Fatal(err)
	}
}

// descendants are the processes that pid started, and those that they did.
func descendants(pid int) []int {
	var found []int
	for _, child := range children(pid) {
		found = append(append(found, child), descendants(child)...)
	}
	return found
}

// children are the living processes that pid started, as /proc tells where
// there is one.
func children(pid int) []int {
	var found []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well-formed
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it ended
		}
		// pid (name) state ppid …, where the name may have parentheses.
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if len(fields) < 2 || fields[0] == "Z" || fields[1] != strconv.Itoa(pid) {
			continue
		}
		if child, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			found = append(found, child)
		}
	}
	return found
}

// Connections counts the SSH connections that are open, also those that have
// not logged in: sshd serves each in a process.
func (s *Server) Connections() int { return len(children(s.cmd.Process.Pid)) }
