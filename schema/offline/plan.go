package offline

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Plan says which files of a workspace define its database, in the order in which
// they do, and which do not count.
type Plan struct {
	Files   []File
	Skipped []Skipped // by path
}

// File is a file of a plan.
type File struct {
	Path    string // from the workspace's root, with slashes
	Tool    Tool
	Version string // as the tool's own table has it, "" where it has none
}

// Skipped is a file that could define something and does not count.
type Skipped struct {
	Path   string
	Reason string // a sentence without a capital and a full stop
}

// Tool is what runs a file against a database.
type Tool string

// The tools.
const (
	Plain         Tool = "plain files"
	Numbered      Tool = "numbered files"
	Flyway        Tool = "Flyway"
	GolangMigrate Tool = "golang-migrate"
	Goose         Tool = "goose"
	Dbmate        Tool = "dbmate"
	Sqitch        Tool = "Sqitch"
	Prisma        Tool = "Prisma"
	Drizzle       Tool = "Drizzle"
	Supabase      Tool = "Supabase"
	Hasura        Tool = "Hasura"
	Liquibase     Tool = "Liquibase"
	Dump          Tool = "a dump"
)

// candidate is a file that was found.
type candidate struct {
	path, dir, name string
	marked          Tool // the one that its text tells, "" for none
}

// The folders that nobody keeps definitions in.
var ignoredFolder = regexp.MustCompile(`^(\..*|node_modules|vendor|target|dist|venv|__pycache__|testdata|fixtures?|seeds?)$`)

// What takes a definition back, or fills tables.
var (
	takesBack = regexp.MustCompile(`(?i)^(down|undo|rollback|revert|teardown|drop|destroy|clean(up)?|reset|truncate)([^a-z].*)?\.sql$|[._-](down|undo|rollback|revert)\.sql$`)
	backward  = regexp.MustCompile(`(?i)(^|/)(down|undo|rollback|revert|verify|teardown)$`)
	seeds     = regexp.MustCompile(`(?i)^seeds?([^a-z].*)?\.sql$`)
)

// planner sorts candidates.
type planner struct {
	fsys    fs.FS
	byDir   map[string][]candidate
	skipped []Skipped
}

func (p *planner) skip(path, reason string) { p.skipped = append(p.skipped, Skipped{path, reason}) }

// plan puts candidates in order.
func plan(fsys fs.FS, found []candidate) Plan {
	p := planner{fsys: fsys, byDir: map[string][]candidate{}}
	slices.SortFunc(found, func(a, b candidate) int { return cmp.Compare(a.path, b.path) })
	var dirs []string
	for _, c := range found {
		dir := c.dir
		if inner, ok := ownFolder(c); ok {
			dir = inner
		}
		if p.byDir[dir] == nil {
			dirs = append(dirs, dir)
		}
		p.byDir[dir] = append(p.byDir[dir], c)
	}
	slices.Sort(dirs)
	var all []File
	migrations := false
	for _, dir := range dirs {
		files := p.folder(dir)
		for _, f := range files {
			migrations = migrations || f.Tool != Plain && f.Tool != Dump
		}
		all = append(all, files...)
	}
	all = slices.DeleteFunc(all, func(f File) bool {
		if f.Tool == Dump && migrations {
			p.skip(f.Path, "it is a dump of what the migrations make")
			return true
		}
		return false
	})
	// What migrations change must be there before.
	slices.SortStableFunc(all, func(a, b File) int { return rank(a.Tool) - rank(b.Tool) })
	slices.SortFunc(p.skipped, func(a, b Skipped) int { return cmp.Compare(a.Path, b.Path) })
	return Plan{all, p.skipped}
}

func rank(t Tool) int {
	switch t {
	case Dump:
		return 0
	case Plain:
		return 2
	}
	return 1
}

// ownFolder reports whether a file has a folder of its own, as Prisma's and
// Hasura's have, and gives the one around it.
func ownFolder(c candidate) (string, bool) {
	switch c.name {
	case "migration.sql", "up.sql", "down.sql":
		if versioned.MatchString(path.Base(c.dir)) {
			return path.Dir(c.dir), true
		}
	}
	return "", false
}

var (
	versioned     = regexp.MustCompile(`^\d+([_-].*)?$`)
	flywayName    = regexp.MustCompile(`^([VBU])(\d+(?:[._]\d+)*)__.*\.sql$`)
	flywayRepeat  = regexp.MustCompile(`^R__.*\.sql$`)
	migrateName   = regexp.MustCompile(`^(\d+)_.*\.(up|down)\.sql$`)
	numberedName  = regexp.MustCompile(`^(\d+)([_.-].*)?\.sql$`)
	gooseUp       = regexp.MustCompile(`(?mi)^--\s*\+goose\s+up\b`)
	dbmateUp      = regexp.MustCompile(`(?mi)^--\s*migrate:up\b`)
	liquibaseHead = regexp.MustCompile(`(?i)^\s*--\s*liquibase formatted sql`)
	dumpHead      = regexp.MustCompile(`(?m)^-- PostgreSQL database dump\s*$`)
)

// folder tells by the names and the texts of a folder's files whose they are.
func (p *planner) folder(dir string) []File {
	files := p.byDir[dir]
	if project, deploy := path.Dir(dir), path.Base(dir); deploy == "deploy" {
		if content, err := fs.ReadFile(p.fsys, path.Join(project, "sqitch.plan")); err == nil {
			return p.sqitch(dir, string(content))
		}
	}
	if backward.MatchString(dir) {
		for _, c := range files {
			p.skip(c.path, "it takes changes back")
		}
		return nil
	}
	if content, err := fs.ReadFile(p.fsys, path.Join(dir, "meta", "_journal.json")); err == nil {
		return p.drizzle(dir, content)
	}
	supabase := strings.HasSuffix(dir, "supabase/migrations")
	if strings.HasSuffix(dir, "supabase/schemas") && len(p.byDir[path.Join(path.Dir(dir), "migrations")]) > 0 {
		for _, c := range files {
			p.skip(c.path, "the migrations make what it declares")
		}
		return nil
	}
	var sorted []versionedFile
	for _, c := range files {
		if f, ok := p.classify(c, supabase); ok {
			sorted = append(sorted, f)
		}
	}
	p.baseline(&sorted)
	slices.SortStableFunc(sorted, compareVersions)
	var all []File
	for _, f := range sorted {
		all = append(all, f.File)
	}
	return all
}

// versionedFile is a file with what its place in its folder depends on.
type versionedFile struct {
	File
	numbers  []int // of the version
	last     bool  // behind all that have a version
	baseline bool
}

func compareVersions(a, b versionedFile) int {
	if a.last != b.last {
		if a.last {
			return 1
		}
		return -1
	}
	return cmp.Or(slices.Compare(a.numbers, b.numbers), cmp.Compare(a.Path, b.Path))
}

// classify tells whose a file is.
func (p *planner) classify(c candidate, supabase bool) (versionedFile, bool) {
	f := versionedFile{File: File{Path: c.path, Tool: Plain}}
	if inner, ok := ownFolder(c); ok && inner != "" {
		f.Version = path.Base(c.dir)
		f.numbers = numbersOf(f.Version)
		switch c.name {
		case "down.sql":
			p.skip(c.path, "it takes changes back")
			return f, false
		case "up.sql":
			f.Tool = Hasura
			f.Version, _, _ = strings.Cut(f.Version, "_")
		default:
			f.Tool = Prisma
		}
		return f, true
	}
	if m := flywayName.FindStringSubmatch(c.name); m != nil {
		f.Tool, f.Version, f.numbers = Flyway, strings.ReplaceAll(m[2], "_", "."), numbersOf(m[2])
		if f.baseline = m[1] == "B"; m[1] == "U" {
			p.skip(c.path, "it takes changes back")
			return f, false
		}
		return f, true
	}
	if flywayRepeat.MatchString(c.name) {
		f.Tool, f.last = Flyway, true
		return f, true
	}
	if m := migrateName.FindStringSubmatch(c.name); m != nil {
		if m[2] == "down" {
			p.skip(c.path, "it takes changes back")
			return f, false
		}
		f.Tool, f.Version, f.numbers = GolangMigrate, strings.TrimLeft(m[1], "0"), numbersOf(m[1])
		return f, true
	}
	switch {
	case takesBack.MatchString(c.name):
		p.skip(c.path, "it takes changes back")
		return f, false
	case seeds.MatchString(c.name):
		p.skip(c.path, "it fills tables")
		return f, false
	case c.marked == Dump:
		f.Tool = Dump
		return f, true
	}
	if m := numberedName.FindStringSubmatch(c.name); m != nil {
		f.Tool, f.Version, f.numbers = Numbered, m[1], numbersOf(m[1])
	}
	switch {
	case c.marked != "":
		f.Tool = c.marked
	case supabase:
		f.Tool = Supabase
	}
	switch f.Tool {
	case Goose:
		f.Version = strings.TrimLeft(f.Version, "0")
	case Liquibase:
		f.Version = ""
	}
	return f, true
}

// mark tells from a text the tool whose marks it has.
func mark(text string) Tool {
	switch {
	case dumpHead.MatchString(text):
		return Dump
	case gooseUp.MatchString(text):
		return Goose
	case dbmateUp.MatchString(text):
		return Dbmate
	case liquibaseHead.MatchString(text):
		return Liquibase
	}
	return ""
}

// numbersOf gives the numbers of 1_2_3 or 20260101_name.
func numbersOf(version string) []int {
	var numbers []int
	for _, part := range strings.FieldsFunc(version, func(r rune) bool { return r < '0' || r > '9' }) {
		n, err := strconv.Atoi(part)
		if err != nil {
			break // longer than any number of a version
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// baseline leaves out what the newest of Flyway's baselines stands for.
func (p *planner) baseline(files *[]versionedFile) {
	var newest []int
	for _, f := range *files {
		if f.baseline && slices.Compare(f.numbers, newest) > 0 {
			newest = f.numbers
		}
	}
	if newest == nil {
		return
	}
	*files = slices.DeleteFunc(*files, func(f versionedFile) bool {
		old := f.Tool == Flyway && !f.last && slices.Compare(f.numbers, newest) <= 0 && !(f.baseline && slices.Equal(f.numbers, newest))
		if old {
			p.skip(f.Path, "a baseline stands for it")
		}
		return old
	})
}

// sqitch takes the changes in the order of sqitch.plan.
func (p *planner) sqitch(dir, content string) []File {
	byName := map[string]candidate{}
	for _, c := range p.byDir[dir] {
		byName[strings.TrimSuffix(c.name, ".sql")] = c
	}
	var files []File
	for line := range strings.Lines(content) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.ContainsAny(fields[0][:1], "%@#") {
			continue
		}
		if c, found := byName[fields[0]]; found {
			files = append(files, File{c.path, Sqitch, fields[0]})
			delete(byName, fields[0])
		}
	}
	for _, c := range byName {
		p.skip(c.path, "sqitch.plan does not name it")
	}
	return files
}

var journalTag = regexp.MustCompile(`"tag"\s*:\s*"([^"]+)"`)

// drizzle takes the migrations in the order of meta/_journal.json.
func (p *planner) drizzle(dir string, journal []byte) []File {
	byName := map[string]candidate{}
	for _, c := range p.byDir[dir] {
		byName[strings.TrimSuffix(c.name, ".sql")] = c
	}
	var files []File
	for _, tag := range journalTag.FindAllSubmatch(journal, -1) {
		name := string(tag[1])
		if c, found := byName[name]; found {
			files = append(files, File{c.path, Drizzle, name})
			delete(byName, name)
		}
	}
	for _, c := range byName {
		p.skip(c.path, "meta/_journal.json does not name it")
	}
	return files
}

// DefaultMaxFile is the size in bytes above which a file is not read unless
// Options say another one.
const DefaultMaxFile = 10 << 20

// maxFiles bounds the files of a workspace that are looked at.
const maxFiles = 20_000

// find walks a workspace for SQL files. It follows no symbolic link to a folder.
// Read gives the text of a file, which may have been read before.
func find(fsys fs.FS, maxFile int64, read func(path string, info fs.FileInfo) (text string, err error)) (found []string, skipped []Skipped) {
	walk := func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			skipped = append(skipped, Skipped{name, reason(err)})
			return fs.SkipAll
		case err != nil:
			skipped = append(skipped, Skipped{name, reason(err)})
			return fs.SkipDir
		case entry.IsDir():
			if name != "." && ignoredFolder.MatchString(entry.Name()) {
				return fs.SkipDir
			}
			return nil
		case !strings.EqualFold(path.Ext(name), ".sql"):
			return nil
		case len(found) == maxFiles:
			skipped = append(skipped, Skipped{name, fmt.Sprintf("there are more than %d files", maxFiles)})
			return fs.SkipAll
		}
		info, err := fs.Stat(fsys, name) // of what a link leads to
		switch {
		case err != nil:
			skipped = append(skipped, Skipped{name, reason(err)})
		case info.IsDir():
		case !info.Mode().IsRegular():
			skipped = append(skipped, Skipped{name, "it is no file"})
		case info.Size() > maxFile:
			skipped = append(skipped, Skipped{name, fmt.Sprintf("it has %d MB, more than the limit of %d MB", info.Size()>>20, maxFile>>20)})
		default:
			text, err := read(name, info)
			switch {
			case err != nil:
				skipped = append(skipped, Skipped{name, reason(err)})
			case !utf8.ValidString(text):
				skipped = append(skipped, Skipped{name, "it is not in UTF-8"})
			default:
				found = append(found, name)
			}
		}
		return nil
	}
	if err := fs.WalkDir(fsys, ".", walk); err != nil {
		skipped = append(skipped, Skipped{".", reason(err)})
	}
	return found, skipped
}

// reason gives an error without the path, which stands beside it.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return "it cannot be read: " + err.Error()
}
