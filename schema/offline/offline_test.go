package offline_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/offline"
)

func load(t testing.TB, root string, texts map[string]string) *offline.Workspace {
	t.Helper()
	w, err := offline.Load(t.Context(), root, texts, offline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func reload(t testing.TB, w *offline.Workspace, texts map[string]string) *offline.Workspace {
	t.Helper()
	next, err := w.Reload(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// relations lists a catalog: public.t(a, b).
func relations(c *schema.Catalog) string {
	var all []string
	for r := range c.Relations() {
		if schema.System(r.Schema) {
			continue
		}
		var columns []string
		for _, column := range r.Columns {
			columns = append(columns, column.Name)
		}
		all = append(all, r.Name+"("+strings.Join(columns, ", ")+")")
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func problems(w *offline.Workspace) string {
	var all []string
	for _, p := range w.Problems() {
		all = append(all, fmt.Sprintf("%s:%d: %s", p.Path, p.Line+1, p.Message))
	}
	return strings.Join(all, "; ")
}

func TestCatalog(t *testing.T) {
	for _, test := range []struct {
		name           string
		files          []string
		want, problems string
	}{
		{"migrations one after the other", []string{"1_a.sql:CREATE TABLE t (a int)", "2_b.sql:ALTER TABLE t ADD b int;\nALTER TABLE u ADD c int"},
			"t(a, b)", `2_b.sql:2: relation "u" does not exist`},
		{"only the way up", []string{"1_a.sql:-- +goose Up\nCREATE TABLE t (a int);\n-- +goose Down\nDROP TABLE t;"}, "t(a)", ""},
		{"declared in any order", []string{"a.sql:CREATE VIEW v AS SELECT b FROM t", "b.sql:SET search_path = public; CREATE TABLE t (b int REFERENCES z)", "z.sql:CREATE TABLE z (id int)"},
			"t(b) v(b) z(id)", `b.sql:1: relation "z" does not exist`},
		{"each file is a session of its own", []string{"a.sql:CREATE SCHEMA s; SET search_path = s; CREATE TABLE t (); CREATE TEMP TABLE x (); BEGIN; CREATE TABLE y ()", "b.sql:CREATE TABLE u ()"},
			"t() u()", ""},
		{"half written", []string{"a.sql:CREATE TABLE t (a int", "b.sql:CREATE TABLE u (b int, ; CREATE TABLE v ()"}, "t(a) u(b) v()", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := load(t, folder(t, test.files...), nil)
			if got := relations(w.Catalog()); got != test.want || problems(w) != test.problems {
				t.Errorf("\n got %s\nwant %s\n got problems %s\nwant          %s", got, test.want, problems(w), test.problems)
			}
		})
	}
}

// An object says which statement of which file made it.
func TestOrigin(t *testing.T) {
	text := "-- first\n\nCREATE TABLE t (a int);\n"
	made := load(t, folder(t, "sub/a.sql:"+text), nil).Catalog().Relation("public", "t").Origin
	if made.Path != "sub/a.sql" || made.Line != 2 || text[made.Span.Start:made.Span.End] != "CREATE TABLE t (a int)" {
		t.Errorf("%+v", made)
	}
}

// After any change a reload gives what a load gives.
func TestReload(t *testing.T) {
	root := folder(t, "1_a.sql:CREATE TABLE t (a int)", "2_b.sql:ALTER TABLE t ADD b int", "3_c.sql:CREATE TABLE u (c int)")
	w := load(t, root, nil)
	texts := map[string]string{}
	var err error
	later := time.Now()
	change := func(name, text string) {
		write(t, root, name, text)
		later = later.Add(time.Minute) // within the clock of the file system two writes may be one moment
		if err := os.Chtimes(filepath.Join(root, name), later, later); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"more at the beginning", func() { change("1_a.sql", "-- more\nCREATE TABLE t (a int); CREATE TABLE x (y int)") }, "t(a, b) u(c) x(y)"},
		{"and less", func() { change("1_a.sql", "CREATE TABLE t (a int)") }, "t(a, b) u(c)"},
		{"nothing", func() {}, "t(a, b) u(c)"},
		{"the last file", func() { change("3_c.sql", "CREATE TABLE u (d int)") }, "t(a, b) u(d)"},
		{"the first file", func() { change("1_a.sql", "CREATE TABLE t (z int)") }, "t(z, b) u(d)"},
		{"a new file between", func() { change("2_1.sql", "ALTER TABLE t DROP z") }, "t(b) u(d)"},
		{"a file less", func() { _ = os.Remove(filepath.Join(root, "2_b.sql")) }, "t() u(d)"},
		{"an unsaved text", func() { texts["3_c.sql"] = "CREATE TABLE v (e int)" }, "t() v(e)"},
		{"typing on", func() { texts["3_c.sql"] = "CREATE TABLE v (e int, f" }, "t() v(e, f)"},
		{"closed without saving", func() { delete(texts, "3_c.sql") }, "t() u(d)"},
	} {
		before := maps.Clone(texts)
		step.do()
		if maps.Equal(texts, before) {
			w = reload(t, w, texts)
		} else if w, err = w.Edit(t.Context(), texts); err != nil {
			t.Fatal(err)
		}
		fresh := load(t, root, texts)
		if got := relations(w.Catalog()); got != step.want || got != relations(fresh.Catalog()) || problems(w) != problems(fresh) {
			t.Errorf("%s\n got %s %s\nwant %s %s", step.name, got, problems(w), step.want, problems(fresh))
		}
		for r := range fresh.Catalog().Relations() {
			if is := w.Catalog().Relation(r.Schema, r.Name); r.Origin != nil && (is == nil || is.Origin.Span != r.Origin.Span) {
				t.Errorf("%s: %s has another origin than it should", step.name, r.Name)
			}
		}
	}
}

// What cannot be read is told once each, and the rest is there.
func TestBadFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links and permissions need a Unix")
	}
	root := folder(t, "good.sql:CREATE TABLE t (a int)", "latin1.sql:CREATE TABLE \xe9 ()", "nul.sql:CREATE TABLE n (a int); \x00", "big.sql:"+strings.Repeat("SELECT 1;\n", 200_000), "deep/x.sql")
	outside := folder(t, "secret.sql:CREATE TABLE secret ()")
	for link, to := range map[string]string{"loop": ".", "deep/up": "..", "outside.sql": filepath.Join(outside, "secret.sql"), "gone.sql": "nowhere.sql", "twice.sql": "good.sql"} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(root, "folder.sql"), 0o755); err != nil {
		t.Fatal(err)
	}
	w, err := offline.Load(t.Context(), root, nil, offline.Options{MaxFile: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if got := relations(w.Catalog()); got != "deep/x.sql() n(a) t(a)" {
		t.Error(got)
	}
	got := skipped(w.Plan())
	for _, reason := range []string{"big.sql: it has 1 MB, more than the limit of 1 MB", "latin1.sql: it is not in UTF-8", "gone.sql: it cannot be read: ", "outside.sql: it cannot be read: "} {
		if strings.Count(got, reason) != 1 {
			t.Errorf("%q is not told once in %s", reason, got)
		}
	}
}

func TestNoFolder(t *testing.T) {
	if _, err := offline.Load(t.Context(), filepath.Join(t.TempDir(), "none"), nil, offline.Options{}); err == nil {
		t.Error("a folder that is not there is loaded")
	}
}

// thousand makes a thousand migrations, of which each makes a table, and every
// tenth changes one.
func thousand(b *testing.B) string {
	root := b.TempDir()
	for i := range 1_000 {
		text := fmt.Sprintf("CREATE TABLE t%d (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    name text NOT NULL,\n    parent bigint REFERENCES t%d,\n    made timestamptz NOT NULL DEFAULT now()\n);\nCREATE INDEX ON t%d (name);\nCOMMENT ON TABLE t%d IS 'number %d';\n", i, max(i-1, 0), i, i, i)
		if i%10 == 9 {
			text += fmt.Sprintf("ALTER TABLE t%d ADD COLUMN note text, ADD CHECK (note <> '');\n", i-5)
		}
		write(b, root, fmt.Sprintf("%04d_t%d.sql", i, i), text)
	}
	return root
}

func BenchmarkLoad(b *testing.B) {
	root := thousand(b)
	b.ReportAllocs()
	for b.Loop() {
		if load(b, root, nil).Catalog().Relation("public", "t999") == nil {
			b.Fatal("t999 is missing")
		}
	}
}

func BenchmarkEdit(b *testing.B) {
	root := thousand(b)
	w := load(b, root, nil)
	for _, at := range []int{0, 500, 999} {
		b.Run(fmt.Sprintf("file%d", at+1), func(b *testing.B) {
			name := fmt.Sprintf("%04d_t%d.sql", at, at)
			content, err := os.ReadFile(filepath.Join(root, name))
			if err != nil {
				b.Fatal(err)
			}
			for i := 0; b.Loop(); i++ {
				w, err = w.Edit(b.Context(), map[string]string{name: string(content) + fmt.Sprintf("CREATE TABLE more%d ();", i)})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
