package scratch

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// fakePostgres makes a folder with programs that only know their version.
func fakePostgres(t *testing.T, version string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the fake programs are shell scripts")
	}
	dir := t.TempDir()
	for _, name := range []string{"postgres", "initdb"} {
		script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFindPrefersTheGivenFolderThenPath(t *testing.T) {
	given, first, second := fakePostgres(t, "16.14 (Debian 16.14-1)"), fakePostgres(t, "17.10"), fakePostgres(t, "19beta1")
	t.Setenv("PATH", first+string(os.PathListSeparator)+second+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv(BinEnv, "")
	for _, c := range []struct {
		name string
		o    FindOptions
		want Installation
	}{
		{"any", FindOptions{}, Installation{first, 17, "17.10"}},
		{"a major", FindOptions{Major: 19}, Installation{second, 19, "19beta1"}},
		{"any, one given", FindOptions{Bin: given}, Installation{given, 16, "16.14"}},
		{"a major, another given", FindOptions{Bin: given, Major: 17}, Installation{first, 17, "17.10"}},
	} {
		if got, err := Find(t.Context(), c.o); err != nil || got != c.want {
			t.Errorf("%s: %v, %v; want %v", c.name, got, err, c.want)
		}
	}
	t.Setenv(BinEnv, given)
	if got, err := Find(t.Context(), FindOptions{}); err != nil || got.Bin != given {
		t.Errorf("with %s: %v, %v; want %s", BinEnv, got, err, given)
	}
}

func TestFindFollowsLinksOfPath(t *testing.T) {
	real, dir := fakePostgres(t, "16.14"), t.TempDir()
	if err := os.Symlink(filepath.Join(real, "postgres"), filepath.Join(dir, "postgres")); err != nil {
		t.Fatal(err)
	}
	t.Setenv(BinEnv, "")
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	if got, err := Find(t.Context(), FindOptions{}); err != nil || got.Bin != real {
		t.Errorf("%v, %v; want %s", got, err, real)
	}
}

func TestFindRefusesAGivenFolderWithoutPostgreSQL(t *testing.T) {
	for name, dir := range map[string]string{
		"empty":   t.TempDir(),
		"missing": filepath.Join(t.TempDir(), "none"),
		"too old": fakePostgres(t, "9.6.24"),
		"other":   fakePostgres(t, "unknown"),
	} {
		_, err := Find(t.Context(), FindOptions{Bin: dir})
		e, ok := errors.AsType[*tusk.Error](err)
		if !ok || e.Category != tusk.Connection || e.Hint == "" {
			t.Errorf("%s: %#v, want a Connection Error with a hint", name, err)
		}
	}
}
