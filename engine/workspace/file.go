package workspace

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// Name is what a workspace file is called.
const Name = ".tusk.toml"

// The bounds of a workspace file: what is larger is an error, not work.
const (
	maxFile  = 64 << 10 // bytes
	maxPaths = 100
)

// File is what a workspace file says. It is immutable.
type File struct {
	Path string
	Hash string // SHA-256 of the content, in hexadecimal: other hosts are another hash
	// Connections are those that the file describes, ordered by name. They are
	// valid once engine.FromConfig has given them their IDs and the defaults of
	// what the file leaves out.
	Connections []tusk.ConnectionConfig

	standard string           // the connection of documents that no rule matches; "" is none
	guards   map[string]guard // by the name of a connection, of the user's too
	rules    []rule
}

// guard is what a file forbids on a connection, or wants asked about. It comes
// on top of the connection's own.
type guard struct {
	readOnly bool
	confirm  tusk.ConfirmPolicy // "": nothing
}

// rule is one of a file's [[paths]].
type rule struct {
	pattern    string
	glob       glob
	connection string // "" is the standard
	readOnly   bool
}

// document is a workspace file as it is written.
type document struct {
	Default     string                `toml:"default"`
	Connections map[string]connection `toml:"connections"`
	Paths       []struct {
		Glob       string `toml:"glob"`
		Connection string `toml:"connection"`
		ReadOnly   bool   `toml:"read_only"`
	} `toml:"paths"`
}

// connection is one of [connections]. Numbers are pointers: a 0 that somebody
// wrote is a mistake, not a default.
type connection struct {
	Host                 string  `toml:"host"`
	Port                 *int    `toml:"port"`
	Database             string  `toml:"database"`
	Username             string  `toml:"username"`
	SSLMode              string  `toml:"ssl_mode"`
	SSLRootCert          string  `toml:"ssl_root_cert"`
	SSLCert              string  `toml:"ssl_cert"`
	SSLKey               string  `toml:"ssl_key"`
	ReadOnly             bool    `toml:"read_only"`
	ConnectTimeoutSecs   *int    `toml:"connect_timeout_secs"`
	StatementTimeoutSecs *int    `toml:"statement_timeout_secs"`
	LockTimeoutSecs      *int    `toml:"lock_timeout_secs"`
	IdleTimeoutSecs      *int    `toml:"idle_in_transaction_timeout_secs"`
	ManualCommit         bool    `toml:"manual_commit"`
	Environment          string  `toml:"environment"`
	Confirm              string  `toml:"confirm"`
	ApplicationName      string  `toml:"application_name"`
	Color                string  `toml:"color"`
	SSHTunnel            *tunnel `toml:"ssh_tunnel"`
}

// tunnel is a connection's ssh_tunnel.
type tunnel struct {
	Host       string `toml:"host"`
	Port       *int   `toml:"port"`
	Username   string `toml:"username"`
	AuthMethod string `toml:"auth_method"`
	KeyPath    string `toml:"key_path"`
}

// Find looks for a workspace file from a document's folder upwards to root, and
// never above: the nearest one counts, alone. Both paths are absolute. It
// answers false where there is none, also for a document outside of root.
func Find(document, root string) (path string, found bool) {
	folder, err := filepath.Rel(root, filepath.Dir(document))
	if err != nil || !filepath.IsLocal(folder) {
		return "", false
	}
	for ; ; folder = filepath.Dir(folder) {
		path := filepath.Join(root, folder, Name)
		// What cannot be looked at is there: Read says why it cannot be used.
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return path, true
		}
		if folder == "." {
			return "", false
		}
	}
}

// Read reads the workspace file at path, in a workspace that begins at root. A
// file with any mistake is not used: the error is a *tusk.Error of category
// Connection, and where the content is at fault its cause is Problems.
func Read(path, root string) (*File, error) {
	content, err := readBounded(path)
	if err != nil {
		return nil, tusk.NewError(tusk.Connection, err, "the workspace file %s cannot be read", path).
			WithHint("It is a text file of at most 64 KiB that you may read.")
	}
	r := reader{path: path, root: root, keys: readKeys(content)}
	d := r.decode(content)
	if len(r.problems) > 0 {
		return nil, r.err()
	}
	hash := sha256.Sum256(content)
	file := &File{Path: path, Hash: hex.EncodeToString(hash[:]), standard: d.Default, guards: map[string]guard{}}
	for _, name := range slices.Sorted(maps.Keys(d.Connections)) {
		c := d.Connections[name]
		file.guards[name] = r.guard(name, c)
		if c != (connection{ReadOnly: c.ReadOnly, Environment: c.Environment, Confirm: c.Confirm}) { // else it is only named, and saved with the user
			file.Connections = append(file.Connections, r.connection(name, c))
		}
	}
	if len(d.Paths) > maxPaths {
		r.problem(r.keys.of("paths", fmt.Sprint(maxPaths)), fmt.Sprintf("there are more than %d paths", maxPaths), "Let one glob match several folders: {a,b}/**.")
		return nil, r.err()
	}
	for i, p := range d.Paths {
		glob, err := compileGlob(p.Glob, runtime.GOOS == "windows" || runtime.GOOS == "darwin")
		at := r.keys.of("paths", fmt.Sprint(i), "glob")
		switch {
		case p.Glob == "":
			r.problem(at, "the glob is missing", `Write glob = "folder/**/*.sql".`)
		case err != nil:
			r.problem(at, err.Error(), "")
		case p.Connection == "" && !p.ReadOnly:
			r.problem(at, "this glob leads to nothing", "Give it a connection, or read_only = true.")
		}
		file.rules = append(file.rules, rule{pattern: p.Glob, glob: glob, connection: p.Connection, readOnly: p.ReadOnly})
	}
	return file, r.err()
}

// For gives what the workspace says about the document at an absolute path: the
// first of [[paths]] that matches, else the default. What the document's own
// modeline says comes on top: it may name another connection, and it may make
// the document read-only but never writable. On a nil File it is the modeline's
// choice alone.
//
// Globs match the path from the file's folder as the editor writes it; symbolic
// links are not followed. Letters match in either case on Windows and macOS,
// whose file systems take both for the same, and exactly elsewhere.
func (f *File) For(document string, modeline Choice) Choice {
	if f == nil {
		return modeline
	}
	choice := f.byPath(document).refine(modeline)
	guard := f.guards[choice.Connection]
	choice.ReadOnly = choice.ReadOnly || guard.readOnly
	choice.Confirm = guard.confirm
	return choice
}

func (f *File) byPath(document string) Choice {
	relative, err := filepath.Rel(filepath.Dir(f.Path), document)
	if err != nil || !filepath.IsLocal(relative) {
		return Choice{}
	}
	relative = filepath.ToSlash(relative)
	for _, r := range f.rules {
		if r.glob.match(relative) {
			return Choice{
				Connection: cmp.Or(r.connection, f.standard), ReadOnly: r.readOnly,
				Why: fmt.Sprintf("the glob %q in %s", r.pattern, f.Path),
			}
		}
	}
	if f.standard == "" {
		return Choice{}
	}
	return Choice{Connection: f.standard, Why: "the default in " + f.Path}
}

func readBounded(path string) ([]byte, error) {
	// Asked before it is opened: opening a named pipe waits for its writer.
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no plain file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if len(content) > maxFile {
		return nil, errors.New("it is larger than 64 KiB")
	}
	return content, err
}

// reader gathers the problems of one file.
type reader struct {
	path, root string
	keys       *keys
	problems   Problems
}

func (r *reader) problem(at position, message, hint string) {
	hint = cmp.Or(hint, "Correct the file. Until then it is not used.")
	r.problems = append(r.problems, &Problem{r.path, at.line, at.column, message, hint})
}

func (r *reader) err() error {
	slices.SortStableFunc(r.problems, func(a, b *Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return r.problems.err(r.path)
}

// decode reads the document strictly: what is not known is a problem, since it
// may have been meant to forbid something.
func (r *reader) decode(content []byte) document {
	for _, offset := range r.keys.secrets {
		r.problem(r.keys.position(offset), "a secret does not belong into a workspace file",
			"Remove it, and change it if others have seen it. Store it with `tusk-lsp connection password NAME`, or in ~/.pgpass.")
	}
	if r.keys.count > maxKeys {
		r.problem(position{1, 1}, fmt.Sprintf("there are more than %d keys", maxKeys), "")
	}
	if len(r.problems) > 0 {
		return document{}
	}
	var d document
	decoder := toml.NewDecoder(bytes.NewReader(content)).DisallowUnknownFields()
	err := decoder.Decode(&d)
	if unknown, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		for _, e := range unknown.Errors {
			line, column := e.Position()
			r.problem(position{line, column}, "unknown key "+strings.Join(e.Key(), "."), "docs/connections.md lists the keys.")
		}
	} else if e, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, column := e.Position()
		r.problem(position{line, column}, decodeMessage(e), "")
	} else if err != nil {
		r.problem(position{1, 1}, "it cannot be read as TOML", "")
	}
	return d
}

// decodeMessage words what go-toml says without the types of this program.
func decodeMessage(e *toml.DecodeError) string {
	message := strings.TrimPrefix(e.Error(), "toml: ")
	kind, ok := strings.CutPrefix(message, "cannot decode ")
	kind, _, typed := strings.Cut(kind, " into ")
	if !ok || !typed || len(e.Key()) == 0 {
		return message
	}
	return fmt.Sprintf("%s cannot be a %s", strings.Join(e.Key(), "."), kind)
}

// at is where a field of a connection stands; it may be dotted.
func (r *reader) at(connection string) func(field string) position {
	return func(field string) position {
		return r.keys.of(append([]string{"connections", connection}, strings.Split(field, ".")...)...)
	}
}

// guard reads and judges what the file forbids on a connection: a file may raise
// a guard, and never lower it.
func (r *reader) guard(name string, c connection) guard {
	options := tusk.ConnectionOptions{Environment: tusk.Environment(c.Environment), Confirm: tusk.ConfirmPolicy(c.Confirm)}
	r.fields(options.WithDefaults().Validate(), r.at(name))
	if options.Confirm == tusk.ConfirmOff {
		r.problem(r.at(name)("confirm"), "confirm: a workspace can ask for more care, not for less", "Write ask, writes or refuse, or leave it out.")
	}
	policy := tusk.ConnectionConfig{Options: options}.ConfirmPolicy()
	if policy == tusk.ConfirmOff {
		policy = ""
	}
	return guard{c.ReadOnly, policy}
}

// connection reads and judges a connection that the file describes.
func (r *reader) connection(name string, c connection) tusk.ConnectionConfig {
	at := r.at(name)
	config := tusk.ConnectionConfig{
		Name: name, Host: c.Host, Database: c.Database, Username: cmp.Or(c.Username, currentUser()),
		SSLMode:     tusk.SSLMode(c.SSLMode),
		SSLRootCert: r.inside(at("ssl_root_cert"), c.SSLRootCert),
		SSLCert:     r.inside(at("ssl_cert"), c.SSLCert),
		SSLKey:      r.inside(at("ssl_key"), c.SSLKey),
		Options: tusk.ConnectionOptions{
			ReadOnly: c.ReadOnly, ApplicationName: c.ApplicationName, ManualCommit: c.ManualCommit,
		},
		Color: c.Color,
	}
	if t := c.SSHTunnel; t != nil {
		config.SSHTunnel = &tusk.SSHTunnelConfig{
			Name: name, Host: t.Host, Username: cmp.Or(t.Username, currentUser()),
			AuthMethod: tusk.SSHAuthMethod(cmp.Or(t.AuthMethod, string(tusk.SSHAgent))),
			KeyPath:    r.inside(at("ssh_tunnel.key_path"), t.KeyPath),
		}
	}
	judged := config.WithDefaults()
	set := func(config *tusk.ConnectionConfig) {
		override(&config.Port, c.Port)
		override(&config.Options.ConnectTimeoutSecs, c.ConnectTimeoutSecs)
		override(&config.Options.StatementTimeoutSecs, c.StatementTimeoutSecs)
		override(&config.Options.LockTimeoutSecs, c.LockTimeoutSecs)
		override(&config.Options.IdleInTransactionTimeoutSecs, c.IdleTimeoutSecs)
		if c.SSHTunnel != nil {
			override(&config.SSHTunnel.Port, c.SSHTunnel.Port)
		}
	}
	set(&config)
	set(&judged) // a 0 that was written is no default
	r.judge(judged, at)
	config.Options.Environment, config.Options.Confirm = tusk.Environment(c.Environment), tusk.ConfirmPolicy(c.Confirm) // guard judged them
	return config
}

func override(field, written *int) {
	if written != nil {
		*field = *written
	}
}

// judge turns the field errors of a configuration into problems.
func (r *reader) judge(config tusk.ConnectionConfig, at func(field string) position) {
	if strings.LastIndexByte(config.Host, '@') > 0 {
		r.problem(at("host"), "host: there is a user or a password before it", "Give the user as username.")
	}
	r.fields(config.Validate(), at)
}

// fields is judge for what Validate said.
func (r *reader) fields(invalid error, at func(field string) position) {
	err, ok := errors.AsType[*tusk.Error](invalid)
	if !ok {
		return
	}
	joined, ok := err.Cause.(interface{ Unwrap() []error })
	if !ok {
		r.problem(at(""), err.Message, err.Hint)
		return
	}
	for _, err := range joined.Unwrap() {
		field, ok := errors.AsType[*tusk.FieldError](err)
		if !ok {
			r.problem(at(""), err.Error(), "")
			continue
		}
		name, message := strings.TrimPrefix(field.Field, "options."), field.Message
		if name == "host" || name == "ssh_tunnel.host" {
			// The message would repeat it, and people write URLs there.
			message = "it is no host name, address or folder of a socket"
		}
		r.problem(at(name), name+": "+message, "")
	}
}

// inside resolves the path of a file that a connection needs. A relative one
// begins at the workspace file's folder and may not leave the workspace, also
// not through a symbolic link; ~/ is the user's home.
func (r *reader) inside(at position, name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			r.problem(at, "the home directory is not known", "Write the whole path.")
		}
		return filepath.Join(home, rest)
	}
	root, err := filepath.EvalSymlinks(r.root)
	if err != nil {
		r.problem(at, "the workspace's folder cannot be read", "")
		return ""
	}
	resolved, err := filepath.EvalSymlinks(filepath.Join(filepath.Dir(r.path), name))
	if errors.Is(err, fs.ErrNotExist) {
		r.problem(at, "this file does not exist", "A relative path begins at the folder of "+Name+".")
		return ""
	}
	relative, relErr := filepath.Rel(root, resolved)
	if err != nil || relErr != nil || !filepath.IsLocal(relative) {
		r.problem(at, "this file lies outside of the workspace", "Write the whole path, or one that begins with ~/.")
		return ""
	}
	return resolved
}

// currentUser is libpq's default for the user name, "" where the system does
// not tell: then a name is asked for.
func currentUser() string {
	current, err := user.Current()
	if err != nil {
		return ""
	}
	return current.Username
}
