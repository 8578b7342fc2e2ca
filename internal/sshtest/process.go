//go:build unix

package sshtest

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

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
func (s *Server) Connections() int { return len(children(s.process.PID())) }
