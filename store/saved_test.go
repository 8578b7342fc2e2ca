package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// library saves queries that are written as folder/name, and gives their ids
// by that.
func library(t testing.TB, s *store.Store, paths ...string) map[string]uuid.UUID {
	t.Helper()
	ids := map[string]uuid.UUID{}
	for _, path := range paths {
		folder, name := "", path
		if i := strings.LastIndexByte(path, '/'); i >= 0 {
			folder, name = path[:i], path[i+1:]
		}
		q, err := s.SaveQuery(t.Context(), tusk.SavedQuery{Name: name, FolderPath: folder, SQL: "select 1"})
		if err != nil {
			t.Fatal(err)
		}
		ids[path] = q.ID
	}
	return ids
}

// shelf writes a list of queries as library reads it.
func shelf(queries []tusk.SavedQuery, err error) (string, error) {
	var paths []string
	for _, q := range queries {
		paths = append(paths, strings.TrimPrefix(q.FolderPath+"/"+q.Name, "/"))
	}
	return strings.Join(paths, " "), err
}

func TestSavedQueryComesBackAsSaved(t *testing.T) {
	s := open(t, t.TempDir())
	c := connection("c")
	save(t, s, c)
	first, err := s.SaveQuery(t.Context(), tusk.SavedQuery{
		Name: "Top customers", Description: "by revenue", SQL: "select 1", FolderPath: " reports // Monthly /", ConnectionID: &c.ID,
	})
	if err != nil {
		t.Fatal(err)
	}
	if first.ID == uuid.Nil || first.FolderPath != "reports/Monthly" || time.Since(first.CreatedAt) > time.Minute || !first.UpdatedAt.Equal(first.CreatedAt) {
		t.Errorf("stored as %+v", first)
	}
	change := first
	change.Name, change.Description, change.SQL, change.FolderPath, change.ConnectionID = "Top", "", "select 2", "", nil
	change.CreatedAt = time.Time{} // the store knows
	second, err := s.SaveQuery(t.Context(), change)
	if err != nil {
		t.Fatal(err)
	}
	if !second.CreatedAt.Equal(first.CreatedAt) || !second.UpdatedAt.After(first.UpdatedAt) {
		t.Errorf("times %v %v, then %v %v", first.CreatedAt, first.UpdatedAt, second.CreatedAt, second.UpdatedAt)
	}
	got, err := s.SavedQuery(t.Context(), first.ID)
	if err != nil || got != second {
		t.Errorf("got %+v, %v\nwant %+v", got, err, second)
	}
	change.CreatedAt, change.UpdatedAt = second.CreatedAt, second.UpdatedAt
	if second != change {
		t.Errorf("got %+v\nwant %+v", second, change)
	}
	if err := s.RemoveQuery(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	if got, err := shelf(s.SavedQueries(t.Context())); got != "" {
		t.Errorf("after removal: %s, %v", got, err)
	}
}

func TestInvalidSavedQueryIsRefused(t *testing.T) {
	s := open(t, t.TempDir())
	unknown := uuid.New()
	for hint, q := range map[string]tusk.SavedQuery{
		"Choose another name.":         {SQL: "select 1", Name: strings.Repeat("ä", 256)},
		"Select the statement":         {Name: "q", SQL: " "},
		"is not in the store any more": {Name: "q", SQL: "select 1", ConnectionID: &unknown},
	} {
		_, err := s.SaveQuery(t.Context(), q)
		if tusk.CategoryOf(err) != tusk.Storage || !strings.Contains(tusk.InfoOf(err).Hint, hint) {
			t.Errorf("%s: %v", hint, err)
		}
	}
}

func TestFolders(t *testing.T) {
	s := open(t, t.TempDir())
	library(t, s, "z", "a/b/c/deep", "B/y", "a/x", "Ä_%/odd", "a b/space")
	for folder, want := range map[string]string{
		"": "z", "/": "z", "a": "a/x", "a/b": "", "/a//b/c/": "a/b/c/deep", "b": "", "Ä_%": "Ä_%/odd",
	} {
		if got, err := shelf(s.SavedQueriesIn(t.Context(), folder)); got != want {
			t.Errorf("in %q: %s, %v, want %s", folder, got, err, want)
		}
	}
	if got, err := shelf(s.SavedQueries(t.Context())); got != "z a/x a b/space a/b/c/deep B/y Ä_%/odd" {
		t.Errorf("all: %s, %v", got, err)
	}
	want := []string{"B", "a", "a b", "a/b", "a/b/c", "Ä_%"}
	if got, err := s.Folders(t.Context()); err != nil || !slices.Equal(got, want) {
		t.Errorf("folders %q, %v, want %q", got, err, want)
	}
}

func TestMoveFolder(t *testing.T) {
	for name, test := range map[string]struct{ from, to, want string }{
		"rename":           {"a", "new", "top new/1 new/b/2 ab/3 a_/4"},
		"into another":     {"a", "ab/a", "top ab/3 ab/a/1 ab/a/b/2 a_/4"},
		"merge":            {"a/b", "ab", "top a/1 ab/2 ab/3 a_/4"},
		"to the top":       {"a", "", "1 top ab/3 a_/4 b/2"},
		"no wildcard":      {"a_", "x", "top a/1 a/b/2 ab/3 x/4"},
		"untidy":           {" a //b/", "/c / d/", "top a/1 ab/3 a_/4 c/d/2"},
		"to where it is":   {"a", "a", "top a/1 a/b/2 ab/3 a_/4"},
		"into one below":   {"a", "a/b", "error: the folder \"a\" cannot be moved into itself"},
		"the top":          {"/", "x", "error: the top folder cannot be moved"},
		"one that is none": {"none", "x", "error: cannot move the folder \"none\""},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir())
			library(t, s, "top", "a/1", "a/b/2", "ab/3", "a_/4")
			var got string
			if err := s.MoveFolder(t.Context(), test.from, test.to); err != nil {
				got = "error: " + tusk.InfoOf(err).Message
			} else if got, err = shelf(s.SavedQueries(t.Context())); err != nil {
				t.Fatal(err)
			}
			want := strings.Fields(test.want)
			if !strings.HasPrefix(test.want, "error") {
				slices.Sort(want)
				sorted := strings.Fields(got)
				slices.Sort(sorted)
				got, test.want = strings.Join(sorted, " "), strings.Join(want, " ")
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestRemoveFolder(t *testing.T) {
	s := open(t, t.TempDir())
	library(t, s, "top", "a/1", "a/b/2", "ab/3")
	if n, err := s.RemoveFolder(t.Context(), "/a/"); n != 2 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
	if _, err := s.RemoveFolder(t.Context(), "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("again: %v", err)
	}
	if _, err := s.RemoveFolder(t.Context(), ""); err == nil {
		t.Error("the whole library was removed")
	}
	if got, err := shelf(s.SavedQueries(t.Context())); got != "top ab/3" {
		t.Errorf("left %s, %v", got, err)
	}
}
