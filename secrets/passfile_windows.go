package secrets

import (
	"io/fs"
	"os"
	"path/filepath"
)

// PassfilePath is where libpq looks: %PGPASSFILE%, else
// %APPDATA%\postgresql\pgpass.conf.
func PassfilePath() (string, error) {
	if path := os.Getenv("PGPASSFILE"); path != "" {
		return path, nil
	}
	dir, err := os.UserConfigDir()
	return filepath.Join(dir, "postgresql", "pgpass.conf"), err
}

// readableByOthers: libpq does not check on Windows, where the profile is
// private by its access list.
func readableByOthers(fs.FileInfo) bool { return false }
