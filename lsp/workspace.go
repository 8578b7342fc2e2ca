package lsp

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/engine/workspace"
	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
)

// workspaces knows what the files of the user's workspaces say about
// connections. They are not trusted: before one leads to a host, the user is
// asked, and the answer is kept for as long as the file stays as it is. It is
// safe for concurrent use.
type workspaces struct {
	engine  *engine.State
	confirm func(ctx context.Context, yes, question string) (bool, error)
	now     func() *Snapshot

	asking sync.Mutex // held while the user is asked: several documents of one workspace ask one question
}

// said is what a document's workspace and its modeline say about it.
type said struct {
	workspace.Choice
	file *workspace.File // nil: there is none
	root string          // of the workspace; "": the document is in none
}

// read gives what is said about a document. Where the file cannot be read, the
// document may not write: the part that is wrong may be what forbids it.
func (w *workspaces) read(d *Document) (said, error) {
	path, root := w.place(d.URI)
	file, err := readWorkspace(path, root)
	if err != nil {
		return said{Choice: workspace.Choice{ReadOnly: true}}, err
	}
	line, _, _, err := workspace.Modeline(d.File.Text())
	return said{file.For(path, line), file, root}, err
}

// place gives the path of a document and the workspace folder that it is in, ""
// for what is no file or in no folder.
func (w *workspaces) place(uri string) (path, root string) {
	return folderOf(uri, w.now().folders)
}

// folderOf gives the path of a document and the innermost of folders that it is
// in, "" where it is in none.
func folderOf(uri string, folders []string) (path, root string) {
	path = filePath(uri)
	for _, folder := range folders {
		if inside(path, folder) && len(folder) > len(root) {
			root = folder
		}
	}
	return path, root
}

func inside(path, folder string) bool {
	return path != "" && strings.HasPrefix(path, strings.TrimSuffix(folder, string(filepath.Separator))+string(filepath.Separator))
}

// readWorkspace reads the nearest .tusk.toml, from the document's folder up to
// the root of its workspace; nil where there is none.
func readWorkspace(path, root string) (*workspace.File, error) {
	if root == "" {
		return nil, nil
	}
	found, ok := workspace.Find(path, root)
	if !ok {
		return nil, nil
	}
	return workspace.Read(found, root)
}

// source is the connection that was named: described in the file, which the user
// must trust then, or one that the user has. Where nothing is named, .env may
// have one, if the user allows that.
func (w *workspaces) source(c *connections, said said) (engine.Source, bool, error) {
	if said.Connection == "" {
		return w.fromDotEnv(c.life, said.root)
	}
	if file := said.file; file != nil {
		for _, described := range file.Connections {
			if described.Name != said.Connection {
				continue
			}
			source, err := engine.FromConfig(described, file.Path)
			if err != nil {
				return engine.Source{}, false, err
			}
			allowed, err := w.trusted(c.life, file.Hash, file.Path, source.Config)
			return source, allowed, err
		}
	}
	all, err := c.all(c.life)
	if err != nil {
		return engine.Source{}, false, err
	}
	for _, source := range all {
		if source.Config.Name == said.Connection {
			return source, true, nil
		}
	}
	return engine.Source{}, false, &tusk.Error{
		Category: tusk.Connection,
		Message:  fmt.Sprintf("%s names the connection %s, which there is not", said.Why, said.Connection),
		Hint:     "Save one of that name with `tusk-lsp connection add`, or correct the name.",
	}
}

// fromDotEnv is the connection that the workspace's .env names.
func (w *workspaces) fromDotEnv(ctx context.Context, root string) (engine.Source, bool, error) {
	settings := w.now().settings
	if !settings.DotEnv || settings.Connection != "" || root == "" {
		return engine.Source{}, false, nil
	}
	path := filepath.Join(root, ".env")
	text, err := readDotEnv(path)
	if errors.Is(err, fs.ErrNotExist) {
		return engine.Source{}, false, nil
	}
	if err != nil {
		return engine.Source{}, false, tusk.NewError(tusk.Connection, err, "%s cannot be read", path).WithHint("Turn the setting tusk.dotEnv off, or mend the file.")
	}
	variables, err := workspace.DotEnv(text)
	if err != nil {
		return engine.Source{}, false, err
	}
	var source engine.Source
	found := true
	if url := cmp.Or(variables["DATABASE_URL"], variables["POSTGRES_URL"]); url != "" {
		source, err = engine.FromURL(filepath.Base(root), url, path) // not a conninfo: that may name a service, with a password
	} else {
		source, found, err = engine.FromEnvironment(func(name string) string { return variables[name] })
		source.Origin = path
	}
	if err != nil || !found {
		return engine.Source{}, false, err
	}
	// Not of the content: that has a password, which a hash could betray.
	hash := sha256.Sum256([]byte(path + "\n" + source.Config.ID.String()))
	allowed, err := w.trusted(ctx, hex.EncodeToString(hash[:]), path, source.Config)
	return source, allowed, err
}

// maxDotEnv bounds what is read of a .env file, in bytes: more than DotEnv takes.
const maxDotEnv = 1 << 20

// readDotEnv reads a regular file; another kind may have no end.
func readDotEnv(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", errors.New("it is no regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(file, maxDotEnv))
	return string(text), errors.Join(err, file.Close())
}

// trusted reports whether the user allows a file to lead to a host, and asks
// where that was not decided. Dismissed means no.
func (w *workspaces) trusted(ctx context.Context, hash, path string, c tusk.ConnectionConfig) (bool, error) {
	w.asking.Lock()
	defer w.asking.Unlock()
	allowed, decided, err := w.engine.Trusted(ctx, hash)
	if err != nil || decided {
		return allowed, err
	}
	to := c.Username + "@" + net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
	if c.SSHTunnel != nil {
		to += " through " + c.SSHTunnel.Username + "@" + net.JoinHostPort(c.SSHTunnel.Host, strconv.Itoa(c.SSHTunnel.Port))
	}
	allowed, err = w.confirm(ctx, "Connect", fmt.Sprintf("%s of this workspace wants to connect to the database %s at %s. Do you trust it?", path, c.Database, to))
	if err != nil {
		return false, err
	}
	return allowed, w.engine.Trust(ctx, hash, path, allowed)
}

// TrustParams is the argument of tusk.workspace.trust.
type TrustParams struct {
	URI   string `json:"uri,omitempty"`   // of a document; "": where the user was last seen
	Trust *bool  `json:"trust,omitempty"` // absent: yes
}

// trustWorkspace takes back, or gives, what was answered about the file that
// names a document's connection.
func (s *session) trustWorkspace(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) TrustParams { return TrustParams{URI: word} })
	if err != nil {
		return nil, err
	}
	path, root := s.connections.workspace.place(cmp.Or(params.URI, now.focus.uri))
	file, err := readWorkspace(path, root)
	if err != nil {
		return nil, err
	}
	if file == nil {
		return nil, &tusk.Error{Category: tusk.Connection, Message: "there is no .tusk.toml above this document", Hint: "It is looked for up to the root of the workspace."}
	}
	allowed := params.Trust == nil || *params.Trust
	if err := s.engine.Trust(ctx, file.Hash, file.Path, allowed); err != nil {
		return nil, err
	}
	s.chooseAgain()
	return map[string]any{"path": file.Path, "trust": allowed}, nil
}
