package workspace_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tusk-lsp/tusk-lsp/engine/workspace"
)

// TestHostileTextsAreQuick has what would cost a naive reader minutes or the
// whole memory. The bound is far above what each needs, and far below that.
func TestHostileTextsAreQuick(t *testing.T) {
	const file, dotEnv = 64 << 10, 256 << 10
	numbered := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	quick := func(name string, read func()) {
		start := time.Now()
		read()
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
	for name, content := range map[string]string{
		"a dotted key":      strings.Repeat("a.", file/2-10) + "a = 1",
		"a long name":       "[connections." + strings.Repeat("a", file/2) + "]\n" + numbered("x%d=1\n", 1000),
		"nested arrays":     "a = " + strings.Repeat("[", file-10),
		"nested tables":     "a = " + strings.Repeat("{a=", file/4-10) + "1" + strings.Repeat("}", file/4-10),
		"many secrets":      "paths = [" + strings.Repeat("{password=1,x=1},\n", file/20) + "]",
		"many unknown keys": strings.Repeat("\n", file/2) + numbered("[x%d]\n", 1000),
		"many connections":  numbered("[connections.c%d]\nport=0\n", 300),
		"many paths":        strings.Repeat("[[paths]]\nglob='*'\n", file/24),
	} {
		root := write(t, map[string]string{workspace.Name: content})
		quick(name, func() {
			if _, err := workspace.Read(filepath.Join(root, workspace.Name), root); err == nil {
				t.Errorf("%s: no error", name)
			}
		})
	}
	for name, content := range map[string]string{
		"doubling variables": "A=x\n" + strings.Repeat("A=$A$A\n", dotEnv/8),
		"open references":    strings.Repeat("A=${A:-", dotEnv/8),
		"open quotes":        strings.Repeat("A=\"\\\"\n", dotEnv/7),
		"many references":    "A=b\nPGHOST=" + strings.Repeat("$A", dotEnv/2-10),
		"many hashes":        "PGHOST=" + strings.Repeat(" #", dotEnv/2-10),
	} {
		quick(name, func() {
			if _, err := workspace.DotEnv(content); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	for name, content := range map[string]string{
		"a modeline of quotes": "-- tusk: " + strings.Repeat("a='", dotEnv/3),
		"a modeline of words":  "-- tusk: " + strings.Repeat("a ", dotEnv/2),
	} {
		quick(name, func() {
			if _, _, _, err := workspace.Modeline(content); err == nil {
				t.Errorf("%s: no error", name)
			}
		})
	}
}

// TestHostileGlobs would not end within this universe if matching backtracked.
func TestHostileGlobs(t *testing.T) {
	file := read(t, strings.Repeat("[[paths]]\nglob = '"+strings.Repeat("*a", 100)+"'\nread_only = true\n", 100))
	document := filepath.Join(filepath.Dir(file.Path), strings.Repeat("a", 250)+string(os.PathSeparator)+strings.Repeat("a", 250)+"b")
	if choice := file.For(document, workspace.Choice{}); choice != (workspace.Choice{}) {
		t.Errorf("it matches: %+v", choice)
	}
}
