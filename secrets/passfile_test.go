package secrets

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

func writePassfile(t *testing.T, lines string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pgpass")
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPassfile(t *testing.T) {
	for name, test := range map[string]struct {
		lines  string
		target Target
		want   string // "" for none
	}{
		"all fields":             {"db:5432:shop:me:hunter2", Target{"db", 5432, "shop", "me"}, "hunter2"},
		"first that matches":     {"db:5432:shop:me:first\n*:*:*:*:second\n", Target{"db", 5432, "shop", "me"}, "first"},
		"other port":             {"db:5432:shop:me:first\n*:*:*:*:second\n", Target{"db", 5433, "shop", "me"}, "second"},
		"other host":             {"db:5432:shop:me:hunter2", Target{"db2", 5432, "shop", "me"}, ""},
		"other user":             {"db:5432:shop:me:hunter2", Target{"db", 5432, "shop", "you"}, ""},
		"beginning of a host":    {"db:5432:shop:me:hunter2", Target{"d", 5432, "shop", "me"}, ""},
		"* is a whole field":     {"d*:5432:shop:me:hunter2", Target{"db", 5432, "shop", "me"}, ""},
		"comment":                {"#db:5432:shop:me:no\ndb:5432:shop:me:hunter2", Target{"#db", 5432, "shop", "me"}, ""},
		"empty lines":            {"\n\ndb:5432:shop:me:hunter2", Target{"db", 5432, "shop", "me"}, "hunter2"},
		"lines of Windows":       {"db:5432:shop:me:hunter2\r\n", Target{"db", 5432, "shop", "me"}, "hunter2"},
		"spaces are kept":        {"db:5432:shop:me: hunter 2 ", Target{"db", 5432, "shop", "me"}, " hunter 2 "},
		"IPv6 host":              {`\:\:1:5432:a\:b:m\\e:hun\:ter\\2`, Target{"::1", 5432, "a:b", `m\e`}, `hun:ter\2`},
		"password ends at a :":   {"db:5432:shop:me:hunter2:more", Target{"db", 5432, "shop", "me"}, "hunter2"},
		"empty password is it":   {"db:5432:shop:me:\n*:*:*:*:other", Target{"db", 5432, "shop", "me"}, ""},
		"too few fields":         {"db:5432:shop", Target{"db", 5432, "shop", "me"}, ""},
		"no host":                {"localhost:5432:shop:me:hunter2", Target{"", 5432, "shop", "me"}, "hunter2"},
		"usual socket":           {"localhost:5432:shop:me:hunter2", Target{"/var/run/postgresql", 5432, "shop", "me"}, "hunter2"},
		"unusual socket":         {"localhost:5432:shop:me:hunter2", Target{"/srv/pg", 5432, "shop", "me"}, ""},
		"unusual socket by name": {"/srv/pg:5432:shop:me:hunter2", Target{"/srv/pg", 5432, "shop", "me"}, "hunter2"},
	} {
		t.Run(name, func(t *testing.T) {
			secret, err := Passfile(writePassfile(t, test.lines), test.target)
			if secret.Reveal() != test.want {
				t.Errorf("got %q, want %q", secret.Reveal(), test.want)
			}
			if test.want == "" && !errors.Is(err, ErrNotFound) || test.want != "" && err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestPassfileThatIsNotThere(t *testing.T) {
	if _, err := Passfile(filepath.Join(t.TempDir(), "none"), Target{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestPassfileThatIsNotUsed(t *testing.T) {
	readable := writePassfile(t, "*:*:*:*:hunter2")
	if err := os.Chmod(readable, 0o640); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ path, says, hint string }{
		"others may read it": {readable, "mode 0640", "chmod 0600 " + readable},
		"a folder":           {t.TempDir(), "no plain file", "PGPASSFILE"},
		"a line without end": {writePassfile(t, strings.Repeat("hunter2", maxPassfileLine/7+1)), "too long", "PGPASSFILE"},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && test.path == readable {
				t.Skip("Windows keeps profiles private by other means")
			}
			_, err := Passfile(test.path, Target{"db", 5432, "shop", "me"})
			e, ok := errors.AsType[*tusk.Error](err)
			if !ok || e.Category != tusk.Authentication || !strings.Contains(err.Error(), test.says) || !strings.Contains(e.Hint, test.hint) {
				t.Errorf("got %v", err)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the error has the password")
			}
		})
	}
}

func TestPassfilePath(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("APPDATA", home)
	for env, want := range map[string]string{
		"":             filepath.Join(home, ".pgpass"),
		"/srv/my-pass": "/srv/my-pass",
	} {
		if runtime.GOOS == "windows" && env == "" {
			want = filepath.Join(home, "postgresql", "pgpass.conf")
		}
		t.Setenv("PGPASSFILE", env)
		if got, err := PassfilePath(); err != nil || got != want {
			t.Errorf("got %s, %v; want %s", got, err, want)
		}
	}
}
