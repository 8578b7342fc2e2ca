package store_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

func TestParametersAreKeptUntilTheHistoryIsCleared(t *testing.T) {
	s := open(t, t.TempDir())
	seven := "7"
	for n := range 1010 {
		if err := s.KeepParameters(t.Context(), fmt.Sprint(n), map[string]tusk.Value{":n": &seven, ":none": nil}); err != nil {
			t.Fatal(err)
		}
	}
	values := func(key string) map[string]tusk.Value {
		t.Helper()
		values, err := s.LastParameters(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		return values
	}
	if v := values("1009"); *v[":n"] != "7" || v[":none"] != nil || len(v) != 2 {
		t.Errorf("kept are %v", v)
	}
	if v := values("5"); v != nil {
		t.Errorf("the oldest are kept: %v", v)
	}
	if err := s.SetUIState(t.Context(), "panel", []byte(`1`)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ClearHistory(t.Context(), uuid.Nil); err != nil {
		t.Fatal(err)
	}
	if v := values("1009"); v != nil {
		t.Errorf("the values outlive the history: %v", v)
	}
	if _, err := s.UIState(t.Context(), "panel"); err != nil {
		t.Errorf("other state went: %v", err)
	}
}
