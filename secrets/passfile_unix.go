//go:build unix

package secrets

import (
	"io/fs"
	"os"
	"path/filepath"
)

// PassfilePath is where libpq looks: $PGPASSFILE, else ~/.pgpass.
func PassfilePath() (string, error) {
	if path := os.Getenv("PGPASSFILE"); path != "" {
		return path, nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".pgpass"), err
}

func readableByOthers(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }
