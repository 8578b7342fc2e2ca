package scratch

import (
	"archive/tar"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// archive writes a gzipped tar of the entries and gives its path.
func archive(t *testing.T, entries ...tar.Header) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "package.tgz")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	compressed := gzip.NewWriter(file)
	out := tar.NewWriter(compressed)
	for _, e := range entries {
		content := e.PAXRecords["TUSK.content"]
		e.PAXRecords = nil
		e.Size = int64(len(content))
		if err := out.WriteHeader(&e); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []interface{ Close() error }{out, compressed, file} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// entry is a file of an archive.
func entry(name string, mode int64, content string) tar.Header {
	return tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, PAXRecords: map[string]string{"TUSK.content": content}}
}

func TestUnpackMakesFilesAndLinks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "unpacked")
	err := unpack(archive(t,
		entry("package/native/bin/postgres", 0o755, "a program"),
		entry("package/native/lib/libpq.so.5.18", 0o600, "a library"),
		entry("package/native/pg-symlinks.json", 0o644, `[{"source": "native/lib/libpq.so.5.18", "target": "native/lib/libpq.so"},
			{"source": "native/lib/libpq.so.5.18", "target": "native/bin/libpq.so"}]`),
	), dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct{ content, mode, link string }{
		"native/bin/postgres": {"a program", "-rwxr-xr-x", ""},
		"native/lib/libpq.so": {"a library", "-rw-r--r--", "libpq.so.5.18"},
		"native/bin/libpq.so": {"a library", "-rw-r--r--", "../lib/libpq.so.5.18"},
	} {
		path := filepath.Join(dir, name)
		content, err := os.ReadFile(path)
		if err != nil || string(content) != want.content {
			t.Errorf("%s: %q, %v; want %q", name, content, err, want.content)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().String() != want.mode {
			t.Errorf("%s: mode %v, %v; want %s", name, info.Mode(), err, want.mode)
		}
		if link, _ := os.Readlink(path); filepath.ToSlash(link) != want.link { // "" and an error for a plain file
			t.Errorf("%s leads to %q, want %q", name, link, want.link)
		}
	}
}

func TestUnpackRefusesWhatLeadsOut(t *testing.T) {
	for name, entries := range map[string][]tar.Header{
		"parent":               {entry("package/../../evil", 0o644, "")},
		"hidden parent":        {entry("package/native/../../../evil", 0o644, "")},
		"absolute":             {entry("package//etc/evil", 0o644, "")},
		"beside the package":   {entry("evil", 0o644, "")},
		"symbolic link":        {{Typeflag: tar.TypeSymlink, Name: "package/evil", Linkname: "/etc/passwd"}},
		"hard link":            {{Typeflag: tar.TypeLink, Name: "package/evil", Linkname: "/etc/passwd"}},
		"device":               {{Typeflag: tar.TypeChar, Name: "package/evil"}},
		"listed link's target": {entry("package/native/pg-symlinks.json", 0o644, `[{"source": "native/a", "target": "../evil"}]`)},
		"listed link's source": {entry("package/native/pg-symlinks.json", 0o644, `[{"source": "../../evil", "target": "native/a"}]`)},
		"absolute link":        {entry("package/native/pg-symlinks.json", 0o644, `[{"source": "/etc/passwd", "target": "native/a"}]`)},
		"the same file twice":  {entry("package/a", 0o644, ""), entry("package/a", 0o644, "evil")},
	} {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			if err := unpack(archive(t, entries...), filepath.Join(parent, "unpacked")); err == nil {
				t.Error("unpacked without an error")
			}
			err := filepath.WalkDir(parent, func(path string, d os.DirEntry, err error) error {
				if strings.Contains(path, "evil") {
					t.Errorf("left %s", path)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestUnpackRefusesWhatIsNoArchive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "package.tgz")
	if err := os.WriteFile(path, []byte("<html>not found</html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := unpack(path, filepath.Join(t.TempDir(), "unpacked")); err == nil {
		t.Error("unpacked without an error")
	}
}
