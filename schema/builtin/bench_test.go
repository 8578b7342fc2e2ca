package builtin

import (
	"testing"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/builtin/internal/archive"
)

// The first use of a major: what is decoded, and what it weighs.
func BenchmarkFirstUse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		var c archive.Catalog
		decode("data/18.catalog", &c)
		schema.New(c.Contents)
	}
}
