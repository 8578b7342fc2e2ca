package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

// furnished is a store with everything in it.
func furnished(t testing.TB) *store.Store {
	t.Helper()
	s := open(t, t.TempDir())
	shop, url := connection("shop"), connection("from a URL")
	url.SSHTunnel = nil
	save(t, s, shop)
	if err := s.SaveEphemeral(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	lone := tusk.SSHTunnelConfig{Name: "lone", Host: "h", Username: "u", AuthMethod: tusk.SSHAgent}.WithDefaults()
	if err := s.SaveTunnel(t.Context(), lone); err != nil {
		t.Fatal(err)
	}
	if err := s.TouchConnection(t.Context(), shop.ID, noon(0)); err != nil {
		t.Fatal(err)
	}
	failed := entry(url, "select <b> from \"Straße\" & \n'\x00\x01'")
	failed.ErrorMessage = `column "b" does not exist`
	ids := add(t, s, entry(shop, "select 1"), failed)
	if err := s.PinHistory(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	library(t, s, "top", "a/b/deep")
	if _, err := s.SaveQuery(t.Context(), tusk.SavedQuery{Name: "of the shop", SQL: "select 2", ConnectionID: &shop.ID}); err != nil {
		t.Fatal(err)
	}
	if err := s.SetUIState(t.Context(), "results", json.RawMessage(`{"width":120}`)); err != nil {
		t.Fatal(err)
	}
	return s
}

func export(t testing.TB, s *store.Store) string {
	t.Helper()
	var b strings.Builder
	if err := s.Export(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var exportedAt = regexp.MustCompile(`"exported_at": "[^"]*"`)

func TestImportAddsWhatExportWroteAndOnlyOnce(t *testing.T) {
	archive := export(t, furnished(t))
	other := open(t, t.TempDir())
	everything := store.Imported{Tunnels: 2, Connections: 2, SavedQueries: 3, History: 2, UIState: 1}
	for _, want := range []store.Imported{everything, {}} {
		got, err := other.Import(t.Context(), strings.NewReader(archive))
		if err != nil || got != want {
			t.Errorf("imported %+v, %v, want %+v", got, err, want)
		}
	}
	if got, want := exportedAt.ReplaceAllString(export(t, other), ""), exportedAt.ReplaceAllString(archive, ""); got != want {
		t.Errorf("exported again: %s\nwant %s", got, want)
	}
	if got := sqls(t, other, store.HistoryFilter{Text: "straße"}); got == "" {
		t.Error("imported history is not found by its text")
	}
}

// An export has what the store has, and there is no place for a secret in it.
func TestExportHasNoPlaceForASecret(t *testing.T) {
	secret := regexp.MustCompile(`(?i)"[^"]*(pass|secret|token|credential)[^"]*":`)
	if found := secret.FindString(export(t, furnished(t))); found != "" {
		t.Errorf("the export has a field %s", found)
	}
	dir := t.TempDir()
	open(t, dir)
	for _, column := range lines(t, sqlite(t, dir), `SELECT '"' || t.name || '.' || c.name || '":'
		FROM pragma_table_list t, pragma_table_info(t.name) c`) {
		if secret.MatchString(column) {
			t.Errorf("the store has a column %s", column)
		}
	}
}

func TestImportLeavesWhatIsThere(t *testing.T) {
	s := open(t, t.TempDir())
	c := connection("shop")
	save(t, s, c)
	archive := strings.ReplaceAll(export(t, s), "example.com", "evil.example")
	if got, err := s.Import(t.Context(), strings.NewReader(archive)); err != nil || got != (store.Imported{}) {
		t.Errorf("imported %+v, %v", got, err)
	}
	got, err := s.Connection(t.Context(), c.ID)
	if err != nil || got.Host != c.Host || got.SSHTunnel.Host != c.SSHTunnel.Host {
		t.Errorf("got %+v, %v: a stored password would go to another host", got, err)
	}
}

func TestImportIsWholeOrNotAtAll(t *testing.T) {
	valid := export(t, furnished(t))
	empty := exportedAt.ReplaceAllString(export(t, open(t, t.TempDir())), "")
	change := func(old, new string) string {
		if !strings.Contains(valid, old) {
			t.Fatalf("the export has no %s", old)
		}
		return strings.ReplaceAll(valid, old, new)
	}
	for name, test := range map[string]struct{ archive, message, detail, hint string }{
		"nothing":          {"", "the import is not readable", "EOF", "Choose a file"},
		"text":             {"hello", "the import is not readable", "invalid character", "Choose a file"},
		"cut off":          {valid[:len(valid)/2], "the import is not readable", "unexpected EOF", "Choose a file"},
		"a list":           {"[]", "the import is not readable", "cannot unmarshal array", "Choose a file"},
		"a wrong type":     {change(`"port": 6432`, `"port": "6432"`), "the import is not readable", "port", "Choose a file"},
		"a wrong time":     {change(`"executed_at": "20`, `"executed_at": "on 20`), "the import is not readable", "parsing time", "Choose a file"},
		"another's JSON":   {`{"format": "dbeaver"}`, "the import is no export of tusk-lsp", "", "Choose a file"},
		"a later version":  {change(`"version": 1`, `"version": 2`), "the import has version 2, this tusk-lsp reads up to 1", "", "Update"},
		"no version":       {change(`"version": 1`, `"version": 0`), "the import has version 0, this tusk-lsp reads up to 1", "", "Update"},
		"a bad connection": {change(`"port": 6432`, `"port": 0`), "the import has entries that are not valid", "connections[", "nothing was imported"},
		"a bad policy":     {change(`"confirm": "writes"`, `"confirm": "never"`), "the import has entries that are not valid", "options.confirm", "nothing was imported"},
		"a bad origin":     {change(`"ephemeral"`, `"unknown"`), "the import has entries that are not valid", `"unknown" is no origin`, "nothing was imported"},
		"a bad tunnel":     {change(`"name": "lone"`, `"name": ""`), "the import has entries that are not valid", "tunnels[", "nothing was imported"},
		"a bad query":      {change(`"select 2"`, `""`), "the import has entries that are not valid", "saved_queries[", "nothing was imported"},
		"a bad entry":      {change(`"select 1"`, `" "`), "the import has entries that are not valid", "history[", "nothing was imported"},
		"a bad key":        {change(`"results"`, `""`), "the import has entries that are not valid", "ui_state", "nothing was imported"},
		"history of a connection that is missing": {
			regexp.MustCompile(`(?s)"connections": \[.*?\n  \]`).ReplaceAllString(valid, `"connections": []`),
			"cannot import", "FOREIGN KEY", "Add it again"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, t.TempDir())
			_, err := s.Import(t.Context(), strings.NewReader(test.archive))
			info := tusk.InfoOf(err)
			if tusk.CategoryOf(err) != tusk.Storage || info.Message != test.message ||
				!strings.Contains(info.TechnicalDetail, test.detail) || !strings.Contains(info.Hint, test.hint) {
				t.Errorf("got %+v\nwant %+v", info, test)
			}
			if got := exportedAt.ReplaceAllString(export(t, s), ""); got != empty {
				t.Errorf("something was imported: %s", got)
			}
		})
	}
}

// A connection of an import brings its tunnel, should the list lack it.
func TestImportTakesTheTunnelFromItsConnection(t *testing.T) {
	archive := regexp.MustCompile(`(?s)"tunnels": \[.*?\n  \]`).ReplaceAllString(export(t, furnished(t)), `"tunnels": []`)
	s := open(t, t.TempDir())
	if got, err := s.Import(t.Context(), strings.NewReader(archive)); err != nil || got.Tunnels != 1 {
		t.Errorf("imported %+v, %v", got, err)
	}
}

type full struct{}

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestExportToAFullDisk(t *testing.T) {
	err := furnished(t).Export(t.Context(), full{})
	if !errors.Is(err, errFull) || tusk.CategoryOf(err) != tusk.Storage || !strings.Contains(tusk.InfoOf(err).Hint, "not full") {
		t.Errorf("got %v", err)
	}
}

func BenchmarkImport(b *testing.B) {
	source := open(b, b.TempDir())
	c := connection("c")
	save(b, source, c)
	for i := range 1000 {
		e := entry(c, "select id, total from orders where customer_id = 42 order by placed_at desc limit 10")
		e.ExecutedAt = noon(i)
		add(b, source, e)
	}
	var archive bytes.Buffer
	if err := source.Export(b.Context(), &archive); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s := open(b, b.TempDir())
		if n, err := s.Import(b.Context(), bytes.NewReader(archive.Bytes())); err != nil || n.History != 1000 {
			b.Fatal(n, err)
		}
	}
}
