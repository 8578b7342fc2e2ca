package lsp

import (
	"maps"

	"github.com/tusk-lsp/tusk-lsp/schema/replay"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// Document is one open text at one version. It is immutable.
type Document struct {
	URI     string
	Version int32
	File    *sql.File
	script  *replay.Script // what its statements define, kept from version to version
}

// Snapshot is all that a request knows of the session: as of the messages
// before it. It is immutable; the ordering goroutine builds the next one.
type Snapshot struct {
	client    *client
	settings  *Settings
	folders   []string             // paths of the workspace's folders
	documents map[string]*Document // by URI
	focus     focus
}

// focus is where the user was last seen, for commands without arguments.
type focus struct {
	uri    string
	offset int // bytes; it may lie beyond the end of a text that has shrunk
}

// document gives an open document, or nil.
func (s *Snapshot) document(uri string) *Document { return s.documents[uri] }

func (s *Snapshot) withClient(c *client) *Snapshot {
	next := *s
	next.client = c
	return &next
}

func (s *Snapshot) withSettings(settings *Settings) *Snapshot {
	next := *s
	next.settings = settings
	return &next
}

func (s *Snapshot) withFolders(folders []string) *Snapshot {
	next := *s
	next.folders = folders
	return &next
}

func (s *Snapshot) withDocument(d *Document) *Snapshot {
	next := *s
	next.documents = maps.Clone(s.documents)
	next.documents[d.URI] = d
	return &next
}

func (s *Snapshot) withoutDocument(uri string) *Snapshot {
	next := *s
	next.documents = maps.Clone(s.documents)
	delete(next.documents, uri)
	return &next
}

func (s *Snapshot) withFocus(uri string, offset int) *Snapshot {
	next := *s
	next.focus = focus{uri: uri, offset: offset}
	return &next
}

func newSnapshot() *Snapshot {
	return &Snapshot{
		client:    &client{encoding: text.UTF16},
		settings:  DefaultSettings(),
		documents: map[string]*Document{},
	}
}
