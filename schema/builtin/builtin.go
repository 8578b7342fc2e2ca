// Package builtin knows what comes with PostgreSQL, without a server: what
// initdb makes, the keywords, and the extensions that PostgreSQL's own
// distribution has.
package builtin

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/builtin/internal/archive"
)

//go:generate go run ./generate

// The majors that the package knows.
const (
	Oldest = 14
	Newest = 18
)

// Available is an extension that CREATE EXTENSION can make. Its Schema is where
// it puts its objects, "public" for those that go to the first schema of the
// search_path. Requires are the extensions that must be there before. Contents
// has the extension and its objects; where PostgreSQL's library could not be
// loaded when the catalogs were made, such as that of a foreign language, the
// extension alone.
type Available = archive.Extension

// Keyword is a word of PostgreSQL's grammar. Its Category is a letter of
// pg_get_keywords
// (https://www.postgresql.org/docs/current/functions-info.html): U for
// unreserved, C for the name of a column, T for that of a type or function,
// R for reserved.
type Keyword = archive.Keyword

// Catalog gives the catalog of a fresh database of a server of a major. That of
// the nearest one known stands for another major. All callers share one
// catalog, which is made when it is first asked for and kept.
//
// Objects whose OIDs differ between servers have none. Nothing has an owner, and
// everything has the default privileges. Collations of the operating system,
// the bootstrap superuser and databases are left out.
func Catalog(major int) *schema.Catalog { return editionOf(major).catalog().schema }

// Keywords gives the keywords of a major in the order of their bytes. Nobody may
// write to them.
func Keywords(major int) []Keyword { return editionOf(major).catalog().keywords }

// Extensions gives the extensions that come with a major, by name. Nobody may
// write to them.
func Extensions(major int) []Available { return editionOf(major).extensions() }

// Extension gives what CREATE EXTENSION makes, and whether there is such an
// extension. What it requires comes extra. Nobody may write to it.
func Extension(major int, name string) (schema.Contents, bool) {
	all := Extensions(major)
	i, found := slices.BinarySearchFunc(all, name, func(e Available, name string) int { return strings.Compare(e.Name, name) })
	if !found {
		return schema.Contents{}, false
	}
	return all[i].Contents, true
}

// edition is what one major has. Each part is decoded when it is first asked
// for.
type edition struct {
	catalog    func() decoded
	extensions func() []Available
}

type decoded struct {
	schema   *schema.Catalog
	keywords []Keyword
}

// editions is the one variable of the package: by major, Oldest first. It never
// changes.
var editions = func() (all [Newest - Oldest + 1]edition) {
	for i := range all {
		major := Oldest + i
		all[i] = edition{
			catalog: sync.OnceValue(func() decoded {
				var c archive.Catalog
				decode(fmt.Sprintf("data/%d.catalog", major), &c)
				return decoded{schema.New(c.Contents), c.Keywords}
			}),
			extensions: sync.OnceValue(func() (extensions []Available) {
				decode(fmt.Sprintf("data/%d.extensions", major), &extensions)
				return extensions
			}),
		}
	}
	return all
}()

func editionOf(major int) edition { return editions[min(max(major, Oldest), Newest)-Oldest] }

//go:embed data
var data embed.FS

// decode panics when the program was built with a file that is not whole, which
// the tests of the package would have shown.
func decode(file string, v any) {
	content, err := data.ReadFile(file)
	if err == nil {
		err = archive.Decode(content, v)
	}
	if err != nil {
		panic(fmt.Sprintf("the built-in catalog %s: %v", file, err))
	}
}
