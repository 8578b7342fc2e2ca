package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A password that is typed, or that a URL, a variable or a file brings, is in
// the keychain alone: whatever subcommand runs, and whether or not it works.
func TestPasswordIsInNoFileAndNoOutput(t *testing.T) {
	const secret = "s3cret-word"
	c := newCommand(t)
	withKeychain(t)
	files := t.TempDir()
	url := "postgres://me:" + secret + "@127.0.0.1:1/x"
	t.Setenv("DATABASE_URL", url)
	t.Setenv("PGPASSWORD", secret)
	t.Setenv("PGHOST", "127.0.0.1")
	t.Setenv("PGPASSFILE", writeFile(t, "pgpass", "*:*:*:*:"+secret+"\n"))
	t.Setenv("PGSERVICEFILE", writeFile(t, "services", "[imported]\nhost=127.0.0.1\nport=1\nuser=me\npassword="+secret+"\n"))
	key := writeFile(t, "key", "")
	export := filepath.Join(files, "export.json")
	for _, step := range []struct {
		stdin, line string
		works       bool
	}{
		{url, "connection add mine --url -", true},
		{secret, "connection add typed --host 127.0.0.1 --port 1 --user me --ssh-host 127.0.0.1 --ssh-port 1 --ssh-user me --ssh-key " + key, true},
		{"", "connection add refused --url " + url, false},
		{url, "connection add mine --url -", false},
		{url, "connection update mine --url - --ssl-mode require", true},
		{url + "%zz", "connection update mine --url -", false},
		{secret, "connection password mine", true},
		{secret, "connection password typed --ssh", true},
		{"", "connection duplicate mine twin", true},
		{"", "connection list", true},
		{"", "connection list --json", true},
		{"", "connection test mine", false},
		{"", "connection test typed", false},
		{"", "connection status", true},
		{"", "connection status --json", true},
		{"", "connection explain mine", true},
		{"", "connection explain", true},
		{"", "connection explain --json", true},
		{"", "connection import --dry-run", true},
		{"", "connection import service", true},
		{"", "connection export", true},
		{"", "connection export " + export, true},
		{"", "connection import " + export, true},
		{"", "history list", true},
		{"", "history list --json", true},
		{"", "history clear", true},
		{"", "history prune", true},
		{"", "doctor", false},
		{"", "doctor --json", false},
		{"", "connection password twin --delete", true},
		{"", "connection remove mine", true},
	} {
		line := "--log-level debug " + step.line
		out, errs, err := c.run(step.stdin, line)
		if (err == nil) != step.works {
			t.Errorf("%s: %v\n%s", line, err, errs)
		}
		if strings.Contains(out+errs, secret) {
			t.Errorf("%s shows the password:\n%s%s", line, out, errs)
		}
	}
	for _, dir := range []string{c.dir, files} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("the password is in %s", path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}
