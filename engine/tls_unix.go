//go:build unix

package engine

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// libpqFolder is where libpq looks for certificates.
func libpqFolder() (string, error) {
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".postgresql"), err
}

// openToOthers has libpq's rule for private keys: mode 0600 at most, or 0640 of
// one that root owns and lends to a group (initialize_SSL in
// fe-secure-openssl.c).
func openToOthers(info fs.FileInfo) bool {
	forbidden := fs.FileMode(0o077)
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && owner.Uid == 0 {
		forbidden = 0o037
	}
	return info.Mode().Perm()&forbidden != 0
}
