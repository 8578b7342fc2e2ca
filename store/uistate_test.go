package store_test

import (
	"encoding/json"
	"errors"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/store"
)

func TestUIState(t *testing.T) {
	s := open(t, t.TempDir())
	for _, value := range []string{`{"width": 120}`, `null`, `[1, "zwei"]`} {
		if err := s.SetUIState(t.Context(), "results", json.RawMessage(value)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.UIState(t.Context(), "results"); err != nil || string(got) != value {
			t.Errorf("got %s, %v, want %s", got, err, value)
		}
	}
	for range 2 { // forgetting what is not there is fine
		if err := s.DeleteUIState(t.Context(), "results"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.UIState(t.Context(), "results"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("after deletion: %v", err)
	}
	for key, value := range map[string]string{"": "1", "no value": "", "no JSON": "{"} {
		if err := s.SetUIState(t.Context(), key, json.RawMessage(value)); tusk.CategoryOf(err) != tusk.Storage {
			t.Errorf("%q = %q: %v", key, value, err)
		}
	}
}
