//go:build unix

package pgtest

import (
	"os"
	"syscall"
)

// giveToOwnerOf makes a file belong to the owner of a folder: where tests run as
// root, the server runs as another user.
func giveToOwnerOf(folder, path string) error {
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return os.Chown(path, int(owner.Uid), int(owner.Gid))
}
