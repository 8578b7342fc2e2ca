// Package corpus gives tests the regression SQL of PostgreSQL: some 220 scripts
// for psql with 40,000 statements, deliberate errors, COPY data and psql
// commands included.
package corpus

import (
	"os"
	"path/filepath"
	"testing"
)

// File is one script.
type File struct{ Name, Text string }

// Files gives all scripts in the order of their names. They lie in the folder
// that TUSK_CORPUS names, else in ../shared/data/regress beside the repository;
// where neither is there the test is skipped.
func Files(t testing.TB) []File {
	t.Helper()
	dir := directory(t)
	paths, err := filepath.Glob(filepath.Join(dir, "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Skipf("no *.sql in %s: set TUSK_CORPUS to a folder with PostgreSQL's src/test/regress/sql", dir)
	}
	files := make([]File, len(paths))
	for i, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[i] = File{filepath.Base(path), string(content)}
	}
	return files
}

// Text gives all scripts one after the other, for benchmarks.
func Text(t testing.TB) string {
	t.Helper()
	all := ""
	for _, f := range Files(t) {
		all += f.Text
	}
	return all
}

func directory(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("TUSK_CORPUS"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "..", "shared", "data", "regress")
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = parent
	}
}
