package engine

import (
	"io/fs"
	"os"
	"path/filepath"
)

// libpqFolder is where libpq looks for certificates: %APPDATA%\postgresql.
func libpqFolder() (string, error) {
	folder, err := os.UserConfigDir()
	return filepath.Join(folder, "postgresql"), err
}

// openToOthers: libpq does not check on Windows, where the profile is private
// by its access list.
func openToOthers(fs.FileInfo) bool { return false }
