//go:build unix

package store

import "os"

// makePrivate takes the file away from other users, also one that an earlier
// umask or a copy left open to them.
func makePrivate(file *os.File) error { return file.Chmod(0o600) }
