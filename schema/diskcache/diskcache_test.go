package diskcache_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/diskcache"
)

const shop = "db.example:5432/shop as app, 180001"

// entry gives an entry whose contents have as many tables of twelve columns.
func entry(tables int) *diskcache.Entry {
	e := &diskcache.Entry{Identity: shop, Fingerprint: []byte("seen"), Contents: schema.New(schema.Contents{Database: "shop"}).Contents()}
	for i := range tables {
		r := schema.Relation{Object: schema.Object{OID: uint32(schema.FirstUserOID + i), Schema: "public", Name: fmt.Sprint("table_", i)}}
		for c := range 12 {
			r.Columns = append(r.Columns, schema.Column{Name: fmt.Sprint("column_", c), Type: "text", TypeOID: 25, Attnum: int16(c + 1)})
		}
		e.Contents.Relations = append(e.Contents.Relations, r)
	}
	return e
}

func save(t testing.TB, c *diskcache.Cache, id uuid.UUID, e *diskcache.Entry) {
	t.Helper()
	if err := c.Save(id, e); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, c *diskcache.Cache, id uuid.UUID, identity string) *diskcache.Entry {
	t.Helper()
	e, err := c.Load(id, identity)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// onlyFile gives the path of the one file of a folder.
func onlyFile(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v lie in the folder: %v", files, err)
	}
	return files[0]
}

func TestWhatIsSavedComesBack(t *testing.T) {
	dir, id, want := filepath.Join(t.TempDir(), "catalogs"), uuid.New(), entry(3)
	save(t, diskcache.Open(dir, 1<<20), id, want)
	next := diskcache.Open(dir, 1<<20)
	if got := load(t, next, id, shop); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, onlyFile(t, dir): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want %v", path, info, err, want)
		}
	}
	if err := next.Remove(id); err != nil {
		t.Fatal(err)
	}
	if load(t, next, id, shop) != nil {
		t.Error("what was removed is still there")
	}
}

func TestAnotherDatabaseIsForgotten(t *testing.T) {
	c, id := diskcache.Open(t.TempDir(), 1<<20), uuid.New()
	save(t, c, id, entry(1))
	if load(t, c, id, "db.example:5432/bank as app, 180001") != nil {
		t.Error("the catalog of another database was given")
	}
	if load(t, c, id, shop) != nil {
		t.Error("it was not removed")
	}
}

// TestDamagedFilesAreAbsent cuts the file at every length and flips a bit of
// every byte.
func TestDamagedFilesAreAbsent(t *testing.T) {
	dir := t.TempDir()
	c, id := diskcache.Open(dir, 1<<20), uuid.New()
	save(t, c, id, entry(1))
	path := onlyFile(t, dir)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := [][]byte{[]byte("SQLite format 3\x00"), bytes.Repeat([]byte{0}, len(whole)), append(bytes.Clone(whole), 0)}
	for i := range whole {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1 << (i % 8)
		damaged = append(damaged, whole[:i], flipped)
	}
	for _, data := range damaged {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if load(t, c, id, shop) != nil {
			t.Fatalf("%q was taken for a catalog", data)
		}
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Fatalf("%q was not removed: %v", data, err)
		}
	}
}

func TestOldestGoWhenThereIsNoRoom(t *testing.T) {
	dir := t.TempDir()
	first, second, third := uuid.New(), uuid.New(), uuid.New()
	c := diskcache.Open(dir, 1<<20)
	save(t, c, first, entry(10))
	info, err := os.Stat(onlyFile(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	save(t, c, second, entry(10))
	hourAgo := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(filepath.Join(dir, second.String()+".catalog"), hourAgo, hourAgo); err != nil {
		t.Fatal(err)
	}
	abandoned := filepath.Join(dir, "x.partial")
	if err := os.WriteFile(abandoned, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(abandoned, hourAgo, hourAgo); err != nil {
		t.Fatal(err)
	}
	small := diskcache.Open(dir, 2*info.Size())
	save(t, small, third, entry(10))
	for id, want := range map[uuid.UUID]bool{first: true, second: false, third: true} {
		if got := load(t, small, id, shop) != nil; got != want {
			t.Errorf("there: %v, want %v", got, want)
		}
	}
	if _, err := os.Stat(abandoned); !os.IsNotExist(err) {
		t.Errorf("the file of a write that died stayed: %v", err)
	}
}

func TestFoldersThatCannotBeUsed(t *testing.T) {
	inTheWay := filepath.Join(t.TempDir(), "catalogs")
	if err := os.WriteFile(inTheWay, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := diskcache.Open(inTheWay, 1<<20).Save(uuid.New(), entry(1)); err == nil {
		t.Error("a catalog was saved below a file")
	}

	dir, id := t.TempDir(), uuid.New()
	if err := os.MkdirAll(filepath.Join(dir, id.String()+".catalog", "inside"), 0o700); err != nil {
		t.Fatal(err)
	}
	c := diskcache.Open(dir, 1<<20)
	if err := c.Save(id, entry(1)); err == nil {
		t.Error("a folder was replaced")
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.partial")); err != nil || len(left) > 0 {
		t.Errorf("%v was left: %v", left, err)
	}
	if _, err := c.Load(id, shop); err == nil {
		t.Error("a folder was read")
	}
}

func TestManyWriteAtOnce(t *testing.T) {
	dir, id, want := t.TempDir(), uuid.New(), entry(20)
	var all sync.WaitGroup
	for range 4 {
		c := diskcache.Open(dir, 1<<20) // as another process has it
		all.Go(func() {
			for range 50 {
				if err := c.Save(id, want); err != nil {
					t.Error(err)
				}
				got, err := c.Load(id, shop)
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("half a catalog, or none: %v", err)
				}
			}
		})
	}
	all.Wait()
	onlyFile(t, dir)
}

func BenchmarkLoad(b *testing.B) {
	for _, count := range []int{50, 1000, 10_000, 50_000} {
		b.Run(fmt.Sprintf("tables=%d", count), func(b *testing.B) {
			c, id := diskcache.Open(b.TempDir(), 1<<30), uuid.New()
			save(b, c, id, entry(count))
			b.ReportAllocs()
			for b.Loop() {
				schema.New(load(b, c, id, shop).Contents)
			}
		})
	}
}

func BenchmarkSave(b *testing.B) {
	for _, count := range []int{50, 1000, 10_000, 50_000} {
		b.Run(fmt.Sprintf("tables=%d", count), func(b *testing.B) {
			c, id, e := diskcache.Open(b.TempDir(), 1<<30), uuid.New(), entry(count)
			b.ReportAllocs()
			for b.Loop() {
				save(b, c, id, e)
			}
		})
	}
}
