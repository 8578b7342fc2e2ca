package introspect

import (
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// No server that is that old is at hand, so the check is tested alone.
func TestServersBefore14AreRefusedClearly(t *testing.T) {
	if err := supported(140000); err != nil {
		t.Error(err)
	}
	err := supported(130014)
	if got := tusk.CategoryOf(err); got != tusk.Query {
		t.Errorf("category: got %v, want %v", got, tusk.Query)
	}
	if got, want := err.Error(), "the catalog of a server of PostgreSQL 13 cannot be read"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
