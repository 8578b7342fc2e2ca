// Package offline makes a catalog of the DDL and migration files of a workspace,
// without a server: which files count and in which order (Plan), and what they
// define when they are played one after the other (schema/replay).
//
// Files are untrusted: nothing outside of the workspace is read, nothing is run.
package offline

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/builtin"
	"github.com/tusk-lsp/tusk-lsp/schema/replay"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// Options of Load.
type Options struct {
	Major   int   // of the PostgreSQL that the files are for; 0 for the newest known
	MaxFile int64 // bytes; 0 for DefaultMaxFile
}

// Workspace is the catalog of a folder at one moment. It is immutable and safe for
// concurrent use.
type Workspace struct {
	root     string
	options  Options
	found    []string  // the paths of the files that were read
	unread   []Skipped // and those that were not
	plan     Plan
	files    map[string]*parsed // all that were read, by path
	played   []checkpoint       // in the order of the plan
	valid    int                // how many of them are of the files before them as they are now
	catalog  *schema.Catalog
	problems []Problem
}

// Problem is what could not be played of a file.
type Problem struct {
	Path    string
	Line    int // 0-based
	Span    text.Span
	Message string
}

// parsed is a file with the statements in it that define something.
type parsed struct {
	path     string
	size     int64
	modified time.Time
	unsaved  bool // the text is of an editor
	text     string

	marked     Tool     // the one that the text tells
	includes   []string // what psql's \i and \ir name
	statements []definition
	mentions   map[string]bool // the names in them
}

// definition is a statement with where it stands.
type definition struct {
	node   tree.Node
	origin *schema.Origin
}

// refusal is a definition that was refused, with the search_path that it was
// played under.
type refusal struct {
	definition
	path []string
}

// checkpoint is what there is after a file was played.
type checkpoint struct {
	file     *parsed
	catalog  *schema.Catalog
	refused  []refusal // what may be right once other files were played
	problems []Problem
}

// Load reads the files of a folder. Texts, by path from the root, stand for files
// that an editor has not saved. The error is that of the folder itself; what is
// wrong with a file is in Plan and Problems.
func Load(ctx context.Context, root string, texts map[string]string, options Options) (*Workspace, error) {
	if options.MaxFile == 0 {
		options.MaxFile = DefaultMaxFile
	}
	if options.Major == 0 {
		options.Major = builtin.Newest
	}
	return (&Workspace{root: root, options: options}).Reload(ctx, texts)
}

// Catalog gives what the files define over what comes with PostgreSQL.
func (w *Workspace) Catalog() *schema.Catalog { return w.catalog }

// Before gives what there is before a file of the plan that has its place by
// a version; for another file all that the files define.
func (w *Workspace) Before(path string) *schema.Catalog {
	at := slices.IndexFunc(w.plan.Files, func(f File) bool { return f.Path == path })
	switch {
	case at < 0 || w.plan.Files[at].Version == "" || at > w.valid:
		return w.catalog
	case at == 0:
		return builtin.Catalog(w.options.Major)
	}
	return w.played[at-1].catalog
}

// Plan says which files count.
func (w *Workspace) Plan() Plan { return w.plan }

// Problems gives what could not be played, in the order of the plan.
func (w *Workspace) Problems() []Problem { return w.problems }

// Reload gives the workspace as it is now. Files whose size and time are as before
// are not read again, and what stands before the first change in the plan is not
// played again.
func (w *Workspace) Reload(ctx context.Context, texts map[string]string) (*Workspace, error) {
	return w.next(ctx, func(next *Workspace, fsys fs.FS) {
		next.found, next.unread = find(fsys, w.options.MaxFile, func(name string, info fs.FileInfo) (string, error) {
			f, err := w.read(fsys, name, info, texts)
			if err != nil {
				return "", err
			}
			next.files[name] = f
			return f.text, nil
		})
	})
}

// Edit is Reload for when only the texts have changed, and the files on disk are
// as they were: it does not look at them, but for those that were edited before
// and are not any more.
func (w *Workspace) Edit(ctx context.Context, texts map[string]string) (*Workspace, error) {
	return w.next(ctx, func(next *Workspace, fsys fs.FS) {
		next.unread = w.unread
		for _, name := range w.found {
			f := w.files[name]
			if _, edited := texts[name]; edited || f.unsaved {
				info, err := fs.Stat(fsys, name)
				if err == nil {
					f, err = w.read(fsys, name, info, texts)
				}
				if err != nil {
					next.unread = append(slices.Clone(next.unread), Skipped{name, reason(err)})
					continue
				}
			}
			next.files[name] = f
			next.found = append(next.found, name)
		}
	})
}

// next gives the workspace after the one whose files read has found.
func (w *Workspace) next(ctx context.Context, read func(next *Workspace, fsys fs.FS)) (*Workspace, error) {
	root, err := os.OpenRoot(w.root) // no link leads out of it
	if err != nil {
		return nil, fmt.Errorf("read the workspace: %w", err)
	}
	defer func() { _ = root.Close() }() // it was only read
	next := &Workspace{root: w.root, options: w.options, files: map[string]*parsed{}}
	read(next, root.FS())
	if err := next.parse(ctx, w.files); err != nil {
		return nil, err
	}
	candidates := make([]candidate, len(next.found))
	for i, name := range next.found {
		candidates[i] = candidate{name, path.Dir(name), path.Base(name), next.files[name].marked}
	}
	next.plan = plan(root.FS(), candidates)
	next.plan.Skipped = append(slices.Clone(next.unread), next.plan.Skipped...)
	slices.SortStableFunc(next.plan.Skipped, func(a, b Skipped) int { return cmp.Compare(a.Path, b.Path) })
	next.include()
	next.plan.Files = slices.DeleteFunc(next.plan.Files, func(f File) bool { return !next.files[f.Path].defines(f.Tool) })
	if next.replaceOne(w) {
		return next, nil
	}
	return next, next.play(ctx, w.played[:w.valid])
}

// read gives a file with its text; its statements are there if they were before.
func (w *Workspace) read(fsys fs.FS, name string, info fs.FileInfo, texts map[string]string) (*parsed, error) {
	before := w.files[name]
	if unsaved, found := texts[name]; found {
		if before != nil && before.unsaved && before.text == unsaved {
			return before, nil
		}
		return &parsed{path: name, text: unsaved, unsaved: true}, nil
	}
	if before != nil && !before.unsaved && before.size == info.Size() && before.modified.Equal(info.ModTime()) {
		return before, nil
	}
	content, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	return &parsed{path: name, size: info.Size(), modified: info.ModTime(), text: string(content)}, nil
}

// parse finds the definitions of the files that were not there before, on all
// processors.
func (w *Workspace) parse(ctx context.Context, before map[string]*parsed) error {
	var wait sync.WaitGroup
	fresh := make(chan *parsed)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			var parser tree.Parser
			for f := range fresh {
				f.parse(&parser)
			}
		})
	}
	for _, name := range slices.Sorted(maps.Keys(w.files)) {
		if f := w.files[name]; f != before[name] && ctx.Err() == nil {
			fresh <- f
		}
	}
	close(fresh)
	wait.Wait()
	return ctx.Err()
}

func (f *parsed) parse(parser *tree.Parser) {
	f.marked = mark(f.text)
	for _, m := range includes.FindAllStringSubmatch(f.text, -1) {
		f.includes = append(f.includes, m[2])
	}
	f.mentions = map[string]bool{}
	masked := upwards(f.text)
	file := sql.New(masked)
	for _, statement := range file.Statements() {
		if statement.Kind != sql.SQL {
			continue
		}
		node := parser.Of(statement, masked).Statement()
		if !replay.Defines(node.Kind()) {
			continue
		}
		for _, t := range node.Tokens() {
			if t.Name() {
				f.mentions[lex.Identifier(t.Text(masked))] = true
			}
		}
		f.statements = append(f.statements, definition{node, &schema.Origin{
			Path: f.path,
			Line: file.Lines().Position(statement.Span.Start, text.UTF8).Line,
			Span: statement.Span,
		}})
	}
}

// defines reports whether a file makes or changes anything. Plain files that only
// drop something are somebody's scratch.
func (f *parsed) defines(tool Tool) bool {
	for _, d := range f.statements {
		switch d.node.Kind() {
		case tree.SelectStmt, tree.VariableSetStmt, tree.TransactionStmt, tree.DiscardStmt, tree.DoStmt:
		case tree.DropStmt, tree.DropRoleStmt, tree.DropSubscriptionStmt:
			if tool != Plain {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// The lines at which goose and dbmate change the direction.
var direction = regexp.MustCompile(`(?mi)^--\s*(?:\+goose\s+(up|down)|migrate:(up|down))\b.*$`)

// upwards blanks what takes a migration back, in the files of tools that have both
// directions in one. All offsets stay.
func upwards(text string) string {
	marks := direction.FindAllStringSubmatchIndex(text, -1)
	if len(marks) == 0 {
		return text
	}
	masked := []byte(text)
	for i, mark := range marks {
		word := text[max(mark[2], mark[4]):max(mark[3], mark[5])]
		if !strings.EqualFold(word, "down") {
			continue
		}
		end := len(text)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		for at := mark[1]; at < end; at++ {
			if masked[at] != '\n' {
				masked[at] = ' '
			}
		}
	}
	return string(masked)
}

var includes = regexp.MustCompile(`(?m)^\s*\\(i|ir|include|include_relative)\s+'?([^'\s]+)'?\s*$`)

// include puts files that others of the plan include (psql's \i) where these name
// them.
func (w *Workspace) include() {
	planned := map[string]File{}
	for _, f := range w.plan.Files {
		planned[f.Path] = f
	}
	included := map[string]bool{}
	of := map[string][]string{}
	for _, f := range w.plan.Files {
		for _, include := range w.files[f.Path].includes {
			for _, name := range []string{path.Join(path.Dir(f.Path), include), path.Clean(include)} {
				if _, found := planned[name]; found && name != f.Path {
					included[name] = true
					of[f.Path] = append(of[f.Path], name)
					break
				}
			}
		}
	}
	if len(included) == 0 {
		return
	}
	var files []File
	done := map[string]bool{}
	var add func(f File)
	add = func(f File) {
		if done[f.Path] {
			return
		}
		done[f.Path] = true
		files = append(files, f)
		for _, name := range of[f.Path] {
			add(planned[name])
		}
	}
	for _, f := range w.plan.Files {
		if !included[f.Path] {
			add(f)
		}
	}
	for _, f := range w.plan.Files { // those that include each other
		add(f)
	}
	w.plan.Files = files
}

// play plays the files behind those that were played before.
func (w *Workspace) play(ctx context.Context, before []checkpoint) error {
	at := builtin.Catalog(w.options.Major)
	same := true
	for i, f := range w.plan.Files {
		file := w.files[f.Path]
		if same = same && i < len(before) && before[i].file == file; same {
			w.played = append(w.played, before[i])
			at = before[i].catalog
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		next := w.playFile(at, file)
		w.played = append(w.played, next)
		at = next.catalog
	}
	w.valid = len(w.played)
	w.settle(at)
	return nil
}

// replaceOne is for a change in one file that does not matter to those behind it:
// what the file makes otherwise is put into the catalog of all. It reports whether
// that was so.
func (w *Workspace) replaceOne(before *Workspace) bool {
	at, one := w.changedFile(before)
	if !one || at >= before.valid {
		return false
	}
	from := builtin.Catalog(w.options.Major)
	if at > 0 {
		from = before.played[at-1].catalog
	}
	next := w.playFile(from, w.files[w.plan.Files[at].Path])
	if len(next.refused) > 0 || slices.ContainsFunc(before.played, func(c checkpoint) bool { return len(c.refused) > 0 }) {
		return false
	}
	old := before.played[at].catalog
	behind := map[schema.AnyObject]schema.AnyObject{} // what the files behind have made of the objects
	for was, is := range before.catalog.Since(old) {
		behind[was] = is
	}
	edit := before.catalog.Edit()
	for was, is := range next.catalog.Since(old) {
		last, changed := behind[was]
		changed = changed && was != nil
		switch moved := schema.Equal(was, is); {
		case moved && changed && last != nil:
			edit.Change(last, func(o *schema.Object) { o.Origin = schema.OriginOf(is) })
		case moved && changed: // dropped
		case changed || was != nil && !moved && w.mentioned(at, was) || was == nil && w.mentioned(at, is):
			return false
		case is != nil:
			edit.Put(is)
		default:
			edit.Drop(was)
		}
	}
	w.played = slices.Clone(before.played)
	w.played[at], w.valid, w.catalog = next, at+1, edit.Catalog()
	for _, c := range w.played {
		w.problems = append(w.problems, c.problems...)
	}
	return true
}

// changedFile gives the place of the one file that differs from those before.
func (w *Workspace) changedFile(before *Workspace) (at int, one bool) {
	if len(w.plan.Files) != len(before.played) {
		return 0, false
	}
	for i, f := range w.plan.Files {
		switch {
		case f.Path != before.plan.Files[i].Path:
			return 0, false
		case w.files[f.Path] == before.played[i].file:
		case one:
			return 0, false
		default:
			at, one = i, true
		}
	}
	return at, one
}

// mentioned reports whether a file behind one names an object.
func (w *Workspace) mentioned(at int, o schema.AnyObject) bool {
	name := o.QualifiedName().Name
	return slices.ContainsFunc(w.plan.Files[at+1:], func(f File) bool { return w.files[f.Path].mentions[name] })
}

// known is what the files can use that they do not define.
func (w *Workspace) known() replay.Options {
	return replay.Options{Extension: func(name string) (schema.Contents, bool) {
		return builtin.Extension(w.options.Major, name)
	}}
}

// playFile plays a file as a connection of its own.
func (w *Workspace) playFile(at *schema.Catalog, file *parsed) checkpoint {
	c := checkpoint{file: file}
	session := replay.New(at, w.known())
	for _, d := range file.statements {
		problems := session.Run(d.node, d.origin)
		if len(problems) == 0 {
			continue
		}
		if session.Refused() {
			c.refused = append(c.refused, refusal{d, session.Catalog().SearchPath()})
		} else {
			c.problems = append(c.problems, problemsOf(d, problems)...)
		}
	}
	session.Disconnect()
	c.catalog = session.Catalog()
	return c
}

func problemsOf(d definition, problems []replay.Problem) []Problem {
	all := make([]Problem, len(problems))
	for i, p := range problems {
		all[i] = Problem{d.origin.Path, d.origin.Line, p.Span, p.Message}
	}
	return all
}

// settle tries once more what was refused, as long as that helps: files that
// declare a database are in no order.
func (w *Workspace) settle(at *schema.Catalog) {
	var refused []refusal
	for _, c := range w.played {
		refused = append(refused, c.refused...)
		w.problems = append(w.problems, c.problems...)
	}
	for tried := -1; len(refused) > 0 && len(refused) != tried; {
		tried = len(refused)
		session := replay.New(at, w.known())
		var again []refusal
		var problems []Problem
		for _, d := range refused {
			session.SetSearchPath(d.path)
			found := session.Run(d.node, d.origin)
			if session.Refused() {
				again = append(again, d)
			}
			problems = append(problems, problemsOf(d.definition, found)...)
		}
		session.Disconnect()
		at, refused = session.Catalog(), again
		if len(refused) == 0 || len(refused) == tried {
			w.problems = append(w.problems, problems...)
		}
	}
	w.catalog = at
}
