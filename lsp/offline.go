package lsp

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/offline"
)

// offlineCatalogs keeps what the DDL and migration files of the workspace's folders
// define: for documents without a connection, and over the catalog of those with
// one. It is safe for concurrent use.
type offlineCatalogs struct {
	engine     *engine.State
	now        func() *Snapshot
	log        *slog.Logger
	life       context.Context
	background *sync.WaitGroup

	mu      sync.Mutex
	folders map[string]*offlineFolder // by path, guarded by mu
	pending map[pendingKey]*pendingCatalog
}

// offlineFolder is one folder of the workspace.
type offlineFolder struct {
	workspace *offline.Workspace // nil until it is loaded
	loading   bool
	changed   bool            // since the loading began
	onDisk    bool            // not only in the editor
	told      map[string]bool // what was logged of it
}

// pause lets somebody type on before a changed folder is read again.
const pause = 200 * time.Millisecond

// catalog gives what there is before a file of a folder, or of all of the folder
// where the order says nothing; nil before it is loaded.
func (o *offlineCatalogs) catalog(uri string) *schema.Catalog {
	name, root := o.place(uri)
	o.mu.Lock()
	defer o.mu.Unlock()
	if f := o.folders[root]; f != nil && f.workspace != nil {
		return f.workspace.Before(name)
	}
	return nil
}

// place gives the path of a document from the folder of the workspace that it is
// in, "" where it is in none.
func (o *offlineCatalogs) place(uri string) (name, root string) {
	path, root := folderOf(uri, o.now().folders)
	if root == "" {
		return "", ""
	}
	name, err := filepath.Rel(root, path)
	if err != nil {
		return "", ""
	}
	return filepath.ToSlash(name), root
}

// change has a document's folder read, or read again: the files on disk only where
// they have changed.
func (o *offlineCatalogs) change(uri string, onDisk bool) {
	_, root := o.place(uri)
	if root == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	f := o.folders[root]
	if f == nil {
		f = &offlineFolder{told: map[string]bool{}}
		o.folders[root] = f
	}
	f.onDisk = f.onDisk || onDisk
	if f.changed = true; !f.loading {
		f.loading = true
		o.background.Go(func() { o.load(root, f) })
	}
}

// load reads a folder until nothing has changed meanwhile.
func (o *offlineCatalogs) load(root string, f *offlineFolder) {
	for {
		o.mu.Lock()
		before := f.workspace
		if !f.changed || o.life.Err() != nil {
			f.loading = false
			o.mu.Unlock()
			return
		}
		o.mu.Unlock()
		if before != nil {
			select {
			case <-time.After(pause):
			case <-o.life.Done():
			}
		}
		o.mu.Lock()
		onDisk := f.onDisk
		f.changed, f.onDisk = false, false
		o.mu.Unlock()
		next, err := o.read(root, before, onDisk)
		if err != nil {
			o.log.Warn("the files of the workspace are not known", "folder", root, "err", err)
			continue
		}
		o.mu.Lock()
		f.workspace = next
		o.mu.Unlock()
		for _, s := range next.Plan().Skipped {
			if line := s.Path + ": " + s.Reason; !f.told[line] {
				f.told[line] = true
				o.log.Info("a file defines nothing here", "folder", root, "file", s.Path, "reason", s.Reason)
			}
		}
	}
}

func (o *offlineCatalogs) read(root string, before *offline.Workspace, onDisk bool) (*offline.Workspace, error) {
	texts := map[string]string{}
	for uri, d := range o.now().documents {
		if name, in := o.place(uri); in == root {
			texts[name] = d.File.Text()
		}
	}
	switch {
	case before == nil:
		return offline.Load(o.life, root, texts, offline.Options{})
	case onDisk:
		return before.Reload(o.life, texts)
	}
	return before.Edit(o.life, texts)
}

// definitionFiles are the patterns of the files that say what a database is.
var definitionFiles = []string{"**/*.sql", "**/sqitch.plan", "**/meta/_journal.json"}

// definesDatabase reports whether a file is one of definitionFiles.
func definesDatabase(uri string) bool {
	return slices.ContainsFunc(definitionFiles, func(pattern string) bool {
		return strings.HasSuffix(uri, strings.TrimPrefix(strings.TrimPrefix(pattern, "**/"), "*"))
	})
}
