package sql_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/internal/fixture"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

// TestSplit reads testdata/split.txt: the answer has a line for each statement,
// its kind and its text.
func TestSplit(t *testing.T) {
	fixture.Run(t, "testdata/split.txt", func(t *testing.T, input string) string {
		var b strings.Builder
		for _, s := range sql.New(visible.Replace(input)).Statements() {
			fmt.Fprintf(&b, "%-5s %s\n", kinds[s.Kind], strings.NewReplacer("\n", "<LF>", "\r", "<CR>", "\t", "<TAB>").Replace(s.Text()))
		}
		return b.String()
	})
}

// visible are the bytes that a case file cannot show.
var visible = strings.NewReplacer("<BOM>", "\ufeff", "<CR>", "\r", "<TAB>", "\t")

var kinds = map[sql.Kind]string{sql.SQL: "sql", sql.Meta: "psql", sql.CopyData: "data"}

// TestAt shows what "run the statement at the cursor" takes.
func TestAt(t *testing.T) {
	tests := []struct{ marked, want string }{
		{"<|>select 1;", "select 1"},
		{"sel<|>ect 1;", "select 1"},
		{"select 1<|>;", "select 1"},
		{"select 1;<|>", "select 1"},
		{"select 1; -- do<|>ne", "select 1"},
		{"select 1;   <|>\nselect 2;", "select 1"},
		{"select 1;\n<|>select 2;", "select 2"},
		{"select 1;<|>select 2;", "select 2"},
		{"select 1; <|> select 2;", "select 1"},
		{"  <|> select 1;", "select 1"},
		{"select 1;\n<|>\nselect 2;", ""},
		{"-- com<|>ment\nselect 1;", ""},
		{"select 1\n<|>\n", ""},
		{"select 1\n, <|>\n2;", "select 1\n, \n2"},
		{"\\d t<|>\nselect 1", `\d t`},
		{"select 1<|> \\gset", "select 1"},
		{"select 1 \\gs<|>et", "\\gset"},
		{"select 1\n<|>;", "select 1"},
		{"copy t from stdin;\n1\t<|>2\n\\.\n", "1\t2\n\\."},
		{"copy t from stdin;\n1\n\\.\n<|>select 1", "select 1"},
		{"<|>", ""},
		{"select 'é' || <|>'x'", "select 'é' || 'x'"},
	}
	for _, tt := range tests {
		src, offset := fixture.Cursor(t, tt.marked)
		got, ok := sql.New(src).At(offset)
		switch {
		case !ok && tt.want != "":
			t.Errorf("%q: nothing, want %q", tt.marked, tt.want)
		case ok && got.Text() != tt.want:
			t.Errorf("%q: %q, want %q", tt.marked, got.Text(), tt.want)
		}
	}
}

func TestCoveringHasNoGaps(t *testing.T) {
	tests := []struct{ marked, outer string }{
		{"<|> -- c\n", " -- c\n"},
		{"select 1;<|>\n-- c\nselect 2; ", "\n-- c\nselect 2; "},
		{"select 1; select 2; <|>", " select 2; "},
		{"select 1<|>; select 2", "select 1;"},
		{"<|>", ""},
	}
	for _, tt := range tests {
		src, offset := fixture.Cursor(t, tt.marked)
		s := sql.New(src).Covering(offset)
		if got := s.Outer.Of(src); got != tt.outer {
			t.Errorf("%q: %q, want %q", tt.marked, got, tt.outer)
		}
	}
}

func TestEditLeavesTheOldVersionAlone(t *testing.T) {
	f := sql.New("select 1;\nselect 2;\n")
	next := f.Edit(text.Edit{Span: text.Span{Start: 7, End: 8}, Text: "'a;b'"})
	if got := next.Statements()[1]; got.Text() != "select 2" || got.Span.Start != 14 {
		t.Errorf("the statement behind the edit is %q at %v", got.Text(), got.Span)
	}
	if f.Text() != "select 1;\nselect 2;\n" || f.Statements()[0].Text() != "select 1" || f.Statements()[1].Span.Start != 10 {
		t.Errorf("the old version is now %q", f.Text())
	}
}

func ExampleFile_At() {
	f := sql.New("select 1;\nupdate t set a = ';' where b;\n")
	s, _ := f.At(f.Lines().Offset(text.Position{Line: 1, Character: 3}, text.UTF16))
	fmt.Println(s.Text())
	// Output: update t set a = ';' where b
}
