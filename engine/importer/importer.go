// Package importer finds the PostgreSQL connections that other tools of this
// user know: vim-dadbod and dadbod-ui, nvim-dbee, sqls, pgcli, and libpq's
// service files. Each tool has a file of its own here. Connections of other
// databases are passed over; one of PostgreSQL that cannot be taken is answered
// with the reason.
//
// The package reads files and the environment that it is given and nothing
// else: it dials nothing, starts nothing and stores nothing. A password is only
// ever in a secrets.Secret, and no error repeats the text of a file. Everything
// is safe for concurrent use.
package importer

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// Kind is a tool whose connections can be imported.
type Kind string

// The tools. A service file is libpq's.
const (
	Dadbod  Kind = "dadbod"
	Dbee    Kind = "dbee"
	Sqls    Kind = "sqls"
	Pgcli   Kind = "pgcli"
	Service Kind = "service"
)

// Found is a connection of another tool.
type Found struct {
	Kind         Kind
	Name         string                // as the tool has it
	Config       tusk.ConnectionConfig // valid and with an ID where Problem is nil
	Password     secrets.Secret        // the database's
	TunnelSecret secrets.Secret        // the passphrase of the tunnel's key
	Origin       string                // for people: the file or the variable
	Problem      error                 // why it cannot be taken, a *tusk.Error
}

// Places says where to look.
type Places struct {
	Home    string   // the user's home directory
	Environ []string // as of os.Environ
	OS      string   // as runtime.GOOS
}

// ThisMachine are the places of the process's user.
func ThisMachine() (Places, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return Places{}, tusk.NewError(tusk.Connection, err, "the home directory, where other tools keep their connections, is not known")
	}
	return Places{home, os.Environ(), runtime.GOOS}, nil
}

// tools are where each tool keeps its connections and how to read them.
var tools = []struct {
	kind    Kind
	files   func(Places) []string
	read    func(content []byte, path string) ([]Found, error)
	environ func(Places) []Found // nil where the tool has no variables of its own
}{
	{Dadbod, dadbodFiles, readDadbod, dadbodEnviron},
	{Dbee, dbeeFiles, readDbee, dbeeEnviron},
	{Sqls, sqlsFiles, readSqls, nil},
	{Pgcli, pgcliFiles, readPgcli, nil},
	{Service, serviceFiles, readServices, nil},
}

// All finds the connections of every tool at its usual places. A file that
// cannot be read is answered as one Found with the problem and no name.
func All(places Places) []Found {
	var all []Found
	for _, tool := range tools {
		if tool.environ != nil {
			all = append(all, tool.environ(places)...)
		}
		for _, path := range tool.files(places) {
			if path == "" {
				continue // a folder that this machine does not have
			}
			found, err := From(path, tool.kind)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				found = []Found{{Kind: tool.kind, Origin: path, Problem: err}}
			}
			all = append(all, found...)
		}
	}
	return all
}

// From reads one file of a tool. The error, a *tusk.Error of category
// Connection, is about the file as a whole.
func From(path string, kind Kind) ([]Found, error) {
	for _, tool := range tools {
		if tool.kind != kind {
			continue
		}
		content, err := readBounded(path)
		if err != nil {
			return nil, tusk.NewError(tusk.Connection, err, "%s cannot be read", path).WithHint("Check the file's path and permissions.")
		}
		found, err := tool.read(content, path)
		for i := range found {
			found[i].Kind, found[i].Origin = kind, path
		}
		return found, err
	}
	return nil, tusk.NewError(tusk.Connection, nil, "connections of %q cannot be imported", kind).
		WithHint("Name one of dadbod, dbee, sqls, pgcli, service.")
}

// maxFile is far beyond any file of connections, in bytes.
const maxFile = 4 << 20

func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if len(content) > maxFile {
		return nil, errors.New("it is larger than 4 MiB")
	}
	return content, err
}

// unreadable is the error of a file that is not in its tool's format. The
// parser's own error may repeat a part of the file, so it is left out.
func unreadable(path, format, where string) error {
	return tusk.NewError(tusk.Connection, nil, "%s cannot be read as %s%s", path, format, where).
		WithHint("Correct the file, or name another one.")
}

// notTaken is why a connection cannot be imported.
func notTaken(hint, format string, args ...any) error {
	return tusk.NewError(tusk.Connection, nil, "it cannot be imported: %s", fmt.Sprintf(format, args...)).WithHint(hint)
}

// taken gives what a source says, or its problem.
func taken(name string, source engine.Source, err error) Found {
	return Found{Name: name, Config: source.Config, Password: source.Password, Problem: err}
}

// variable is the value of an environment variable, "" where there is none.
func (p Places) variable(name string) string {
	for _, pair := range p.Environ {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// folder is the folder that a variable names, else one below the home.
func (p Places) folder(variable string, below ...string) string {
	if folder := p.variable(variable); folder != "" {
		return folder
	}
	return filepath.Join(append([]string{p.Home}, below...)...)
}
