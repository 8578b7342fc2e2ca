package store_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/store"
)

func TestGrantsStayOnThisMachine(t *testing.T) {
	open := func() *store.Store {
		s, warning, err := store.Open(t.Context(), t.TempDir())
		if err != nil || warning != nil {
			t.Fatal(err, warning)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	s := open()
	if _, err := s.Grant(t.Context(), "workspace", "abc"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("before: %v", err)
	}
	for _, value := range []string{`{"allowed": false}`, `{"allowed": true}`} {
		if err := s.SetGrant(t.Context(), "workspace", "abc", json.RawMessage(value)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Grant(t.Context(), "workspace", "abc"); err != nil || string(got) != value {
			t.Errorf("got %s, %v, want %s", got, err, value)
		}
	}
	if err := s.SetGrant(t.Context(), "workspace", "", nil); err == nil {
		t.Error("a grant to nobody was kept")
	}

	var archive strings.Builder
	if err := s.Export(t.Context(), &archive); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(archive.String(), "allowed") {
		t.Error("the grant is in the export")
	}
	planted := strings.Replace(archive.String(), `"ui_state":`, `"grants": [{"kind": "workspace", "subject": "abc", "value_json": {"allowed": true}}], "ui_state":`, 1)
	other := open()
	if _, err := other.Import(t.Context(), strings.NewReader(planted)); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Grant(t.Context(), "workspace", "abc"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a grant was imported: %v", err)
	}

	if err := s.DeleteGrant(t.Context(), "workspace", "abc"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Grant(t.Context(), "workspace", "abc"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("after: %v", err)
	}
}
