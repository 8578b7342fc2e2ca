package lsp

import "os"

// processExists opens the process, which works only while it exists.
func processExists(pid int) bool {
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	process.Release() //nolint:errcheck // a handle that cannot be closed is of no more use
	return true
}
