//go:build unix

package lsp

import (
	"errors"
	"syscall"
)

// processExists asks with signal 0, which is sent to nobody (kill(2)).
func processExists(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
