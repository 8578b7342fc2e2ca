package secrets

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Target is what a line of a password file is matched with.
type Target struct {
	Host     string // as the connection names it: name, address or socket directory
	Port     int
	Database string
	Username string
}

// Passfile looks a password up in a file of libpq's format
// (https://www.postgresql.org/docs/current/libpq-pgpass.html,
// passwordFromFile in src/interfaces/libpq/fe-connect.c): the first line that
// matches wins. ErrNotFound where there is no file, no such line, or no
// password in it. A file that other users can read is not used, as in libpq:
// that is a *tusk.Error of category Authentication, for the caller to show.
func Passfile(path string, target Target) (Secret, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Secret{}, ErrNotFound
	}
	if err != nil {
		return Secret{}, unusable(path, err).WithHint("Check the file's owner and permissions.")
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return Secret{}, unusable(path, err)
	case !info.Mode().IsRegular():
		return Secret{}, unusable(path, errors.New("it is no plain file")).WithHint("Name a password file in PGPASSFILE.")
	case readableByOthers(info):
		return Secret{}, unusable(path, fmt.Errorf("other users may read it (mode %#o)", info.Mode().Perm())).
			WithHint("Run: chmod 0600 " + path)
	}
	secret, err := findPassword(file, target)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Secret{}, unusable(path, err).WithHint("Name a password file in PGPASSFILE.")
	}
	return secret, err
}

func unusable(path string, cause error) *tusk.Error {
	return tusk.NewError(tusk.Authentication, cause, "the password file %s is not used", path)
}

// maxPassfileLine is far beyond any line; a longer one is an error.
const maxPassfileLine = 1 << 20

// findPassword reads lines host:port:database:user:password.
func findPassword(r io.Reader, target Target) (Secret, error) {
	fields := []string{passfileHost(target.Host), strconv.Itoa(target.Port), target.Database, target.Username}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxPassfileLine)
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), "\r")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if password, ok := matchLine(line, fields); ok {
			if password == "" {
				return Secret{}, ErrNotFound
			}
			return NewSecret(password), nil
		}
	}
	if err := lines.Err(); err != nil {
		return Secret{}, err
	}
	return Secret{}, ErrNotFound
}

// passfileHost is "localhost" for no host and for the default directories of
// PostgreSQL's unix socket, upstream's and Debian's.
func passfileHost(host string) string {
	switch host {
	case "", "/tmp", "/var/run/postgresql", "/run/postgresql":
		return "localhost"
	}
	return host
}

// matchLine answers the password of a line whose fields match.
func matchLine(line string, fields []string) (password string, ok bool) {
	for _, want := range fields {
		if line, ok = matchField(line, want); !ok {
			return "", false
		}
	}
	password, _ = unescapeField(line)
	return password, true
}

// matchField compares the field at the beginning of a line, and answers what
// follows its colon. A field that is just * matches everything.
func matchField(line, want string) (rest string, ok bool) {
	if rest, any := strings.CutPrefix(line, "*:"); any {
		return rest, true
	}
	got, end := unescapeField(line)
	if end == len(line) || got != want {
		return "", false
	}
	return line[end+1:], true
}

// unescapeField reads up to a colon that no backslash protects, or to the
// end, and answers where that is.
func unescapeField(line string) (field string, end int) {
	var b strings.Builder
	for end = 0; end < len(line) && line[end] != ':'; end++ {
		if line[end] == '\\' && end+1 < len(line) {
			end++
		}
		b.WriteByte(line[end])
	}
	return b.String(), end
}
