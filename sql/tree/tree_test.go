package tree_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

var update = flag.Bool("update", false, "write the trees of testdata as they are now")

func parse(src string) *tree.Tree { return tree.Parse(src, lex.Lex(src, lex.Options{})) }

// outline writes a node as kind(children), a leaf with its text.
func outline(n tree.Node) string {
	var b strings.Builder
	if label := n.Label(); label != 0 {
		fmt.Fprintf(&b, "%v:", label)
	}
	b.WriteString(n.Kind().String())
	separator := "("
	for child := range n.Children() {
		b.WriteString(separator + outline(child))
		separator = " "
	}
	if separator == "(" {
		return b.String() + "‹" + n.Text() + "›"
	}
	return b.String() + ")"
}

// errorsIn marks the places where the text leaves the grammar.
func errorsIn(t *tree.Tree) string {
	var b strings.Builder
	for _, e := range t.Errors() {
		fmt.Fprintf(&b, "\n  error at %q", e.Span.Of(t.Source()))
		if len(e.Expected) > 0 && len(e.Expected) <= 4 {
			fmt.Fprintf(&b, ", needs one of %v", e.Expected)
		}
	}
	return b.String()
}

// TestTrees compares the trees of statements with what testdata says: each
// statement is followed by its outline, which is indented.
func TestTrees(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var now strings.Builder
			for example := range strings.SplitSeq(strings.TrimSpace(string(src)), "\n\n") {
				statement, want, _ := strings.Cut(example, "\n  ")
				statement = strings.TrimSpace(statement)
				parsed := parse(statement)
				if strings.Contains(file, "plpgsql") {
					parsed = parsePL(statement)
				}
				got := outline(parsed.Root()) + errorsIn(parsed)
				if want = strings.TrimSpace(want); got != want && !*update {
					t.Errorf("%s\n  %s\nshould be\n  %s", statement, got, want)
				}
				fmt.Fprintf(&now, "%s\n  %s\n\n", statement, got)
			}
			if *update {
				if err := os.WriteFile(file, []byte(strings.TrimSpace(now.String())+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
