package tree_test

import (
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/corpus"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// BenchmarkParse reads the regression SQL cold: text to statements to trees, on
// one core.
func BenchmarkParse(b *testing.B) {
	files := corpus.Files(b)
	size := 0
	for _, file := range files {
		size += len(file.Text)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, file := range files {
			var parser tree.Parser
			for _, s := range sql.New(file.Text).Statements() {
				parser.Of(s, file.Text)
			}
		}
	}
}

// hundredLines is a query of 100 lines as people write it.
func hundredLines() string {
	var b strings.Builder
	b.WriteString("SELECT\n")
	for range 48 {
		b.WriteString("    coalesce(o.total_amount, 0) * 1.19 AS gross_amount,\n")
	}
	b.WriteString("    o.id\nFROM shop.orders AS o\n")
	for range 24 {
		b.WriteString("JOIN shop.order_lines AS l ON l.order_id = o.id AND l.deleted_at IS NULL\n")
	}
	b.WriteString("WHERE o.created_at > now() - interval '30 days'\n")
	for range 24 {
		b.WriteString("  AND o.status IN ('new', 'paid', 'sent')\n")
	}
	b.WriteString("ORDER BY o.created_at DESC;\n")
	return b.String()
}

// BenchmarkKeystroke types into a statement of 100 lines in files of 100 and of
// 10,000 lines: edit, statement and tree; once where the text stays right and
// once where it becomes wrong.
func BenchmarkKeystroke(b *testing.B) {
	for name, copies := range map[string]int{"file of 100 lines": 1, "file of 10000 lines": 100} {
		for kind, typed := range map[string]string{"right": "x", "wrong": ", )"} {
			b.Run(name+", "+kind, func(b *testing.B) {
				src := strings.Repeat(hundredLines(), copies)
				at := len(src)/2 + strings.Index(src[len(src)/2:], "gross_amount")
				file := sql.New(src)
				b.ReportAllocs()
				for b.Loop() {
					edited := file.Edit(text.Edit{Span: text.Span{Start: at, End: at}, Text: typed})
					tree.Of(edited.Covering(at), edited.Text())
				}
			})
		}
	}
}
