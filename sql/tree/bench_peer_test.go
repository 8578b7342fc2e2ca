//go:build cgo

package tree_test

import (
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/check"
)

// BenchmarkPeer gives libpg_query the statements of BenchmarkParse, split
// already: its scanner, and its parser into Go structs.
func BenchmarkPeer(b *testing.B) {
	var statements []string
	size := 0
	for _, file := range corpus.Files(b) {
		for _, s := range sql.New(file.Text).Statements() {
			if s.Kind == sql.SQL {
				text := check.NewSource(s).Text
				statements = append(statements, text)
				size += len(text)
			}
		}
	}
	run := func(name string, read func(string) error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				refused := 0
				for _, text := range statements {
					if read(text) != nil {
						refused++
					}
				}
				b.ReportMetric(float64(refused), "refused")
			}
		})
	}
	run("scanner", func(text string) error { _, err := pg_query.Scan(text); return err })
	run("parser", func(text string) error { _, err := pg_query.Parse(text); return err })
}
